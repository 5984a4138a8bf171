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


# each sealed column with the place that its seal is bound to
_COLUMNS = {
    "identity_sealed": IDENTITY,
    "address_sealed": ADDRESS,
    "contact_sealed": CONTACT,
    "clinical_sealed": CLINICAL,
    "medicines_sealed": MEDICINES,
    "guidance_sealed": GUIDANCE,
}


def seal_record(vault: Vault, discharge: Discharge, said: SubmitDischarge) -> None:
    """Write the sealed columns under the key of the record's person; the draft has served."""
    for column, text in _contents(said).items():
        setattr(discharge, column, vault.seal(discharge.person_id, _COLUMNS[column], text))
    discharge.draft_sealed = None


def differing(vault: Vault, discharge: Discharge, said: SubmitDischarge) -> list[str]:
    """Fields of which something else is sealed than is said now, by their names on the form."""
    found: list[str] = []
    for column, text in _contents(said).items():
        standing = vault.open(discharge.person_id, _COLUMNS[column], getattr(discharge, column)) or ""
        if standing == text:
            continue
        parts = _PARTS.get(column)
        if parts is None:
            found.append(_FIELDS[column])
            continue
        now, then = json.loads(text), json.loads(standing or "{}")
        # what an earlier version did not ask for contradicts nothing
        found += [parts.get(name, name) for name in now if name in then and then[name] != now[name]]
    return found


# sealed columns of several fields, with the names that differ from the form's; and those of one
_PARTS: dict[str, dict[str, str]] = {
    "identity_sealed": {},
    "contact_sealed": {"name": "contact_name", "relation": "contact_relation", "phone": "contact_phone"},
    "clinical_sealed": {"medicines": "medicines_in_hospital"},
    "guidance_sealed": {},
}
_FIELDS = {"address_sealed": "address", "medicines_sealed": "medicines"}


def _contents(said: SubmitDischarge) -> dict[str, str]:
    identity = {
        "id_kind": said.id_kind.value,
        "id_number": said.id_number,
        "born_on": said.born_on.isoformat() if said.born_on else None,
        "nationality": said.nationality,
    }
    clinical: dict[str, Any] = {name: getattr(said, name) for name in _CLINICAL}
    clinical |= {"form_on": said.form_on.isoformat(), "medicines": _lines(said.medicines_in_hospital)}
    return {
        "identity_sealed": canonical_json(identity),
        "address_sealed": said.address,
        "contact_sealed": canonical_json(
            {"name": said.contact_name, "relation": said.contact_relation, "phone": said.contact_phone}
        ),
        "clinical_sealed": canonical_json(clinical),
        "medicines_sealed": canonical_json(_lines(said.medicines)),
        "guidance_sealed": canonical_json(
            {
                "recheck_on": said.recheck_on.isoformat() if said.recheck_on else None,
                "warning_signs": said.warning_signs,
            }
        ),
    }


def open_json(vault: Vault, person_id: int, place: str, sealed: bytes | None) -> Any:
    """The content of a sealed part; None where there is none."""
    text = vault.open(person_id, place, sealed)
    return None if text is None else json.loads(text)


def _lines(medicines: tuple[Medicine, ...]) -> list[dict[str, str]]:
    return [{"name": one.name, "dose": one.dose, "usage": one.usage} for one in medicines]
