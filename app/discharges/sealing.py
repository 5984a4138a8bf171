"""The sealed parts of a record: one circle of readers each."""

from __future__ import annotations

import json
from typing import Any

from app.core.db import canonical_json
from app.discharges.commands import Medicine, SubmitDischarge
from app.discharges.models import Discharge
from app.people.vault import Vault

IDENTITY, ADDRESS, CONTACT = "discharges.identity", "discharges.address", "discharges.contact"
CLINICAL, MEDICINES, GUIDANCE = "discharges.clinical", "discharges.medicines", "discharges.guidance"
DRAFT, EVENT_TEXT = "discharges.draft", "handover_events.text"
_CLINICAL = (
    "inpatient_number", "admission_count", "diagnosis_code", "diagnosis", "first_diagnosed", "effect", "rehabilitation",
    "rehabilitation_other", "advice", "doctor_name", "doctor_phone", "pay_method", "is_funded", "is_complete", "phone",
)  # fmt: skip


def seal_record(vault: Vault, discharge: Discharge, said: SubmitDischarge) -> None:
    """Write the sealed columns under the key of the record's person; the draft has served."""
    person = discharge.person_id

    def seal(place: str, content: Any) -> bytes | None:
        return vault.seal(person, place, canonical_json(content))

    discharge.identity_sealed = seal(
        IDENTITY,
        {
            "id_kind": said.id_kind.value,
            "id_number": said.id_number,
            "born_on": said.born_on.isoformat() if said.born_on else None,
            "nationality": said.nationality,
        },
    )
    discharge.address_sealed = vault.seal(person, ADDRESS, said.address)
    discharge.contact_sealed = seal(
        CONTACT, {"name": said.contact_name, "relation": said.contact_relation, "phone": said.contact_phone}
    )
    clinical = {name: getattr(said, name) for name in _CLINICAL}
    clinical |= {"form_on": said.form_on.isoformat(), "medicines": _lines(said.medicines_in_hospital)}
    discharge.clinical_sealed = seal(CLINICAL, clinical)
    discharge.medicines_sealed = seal(MEDICINES, _lines(said.medicines))
    discharge.guidance_sealed = seal(
        GUIDANCE,
        {
            "recheck_on": said.recheck_on.isoformat() if said.recheck_on else None,
            "warning_signs": said.warning_signs,
        },
    )
    discharge.draft_sealed = None


def open_json(vault: Vault, person_id: int, place: str, sealed: bytes | None) -> Any:
    """The content of a sealed part; None where there is none."""
    text = vault.open(person_id, place, sealed)
    return None if text is None else json.loads(text)


def _lines(medicines: tuple[Medicine, ...]) -> list[dict[str, str]]:
    return [{"name": one.name, "dose": one.dose, "usage": one.usage} for one in medicines]
