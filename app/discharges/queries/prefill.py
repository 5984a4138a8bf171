"""What a hospital has written before, as a new record begins with it; the register is not asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import SHANGHAI
from app.discharges.models import Discharge
from app.discharges.queries.reach import own_records
from app.discharges.rules.numbers import first_of
from app.discharges.sealing import ADDRESS, CLINICAL, CONTACT, GUIDANCE, IDENTITY, MEDICINES, open_json
from app.people.models import Person
from app.people.queries import find_by_id_number
from app.people.vault import Vault

_FLAGS = {"behaviours": 7, "help_needed": 3, "rehabilitation": 5}
_YES_NO = ("is_guardian_present", "is_guardian_phone_checked", "is_refused", "is_law_30")
_STAY = ("admitted_on", "discharge_type", "discharge_to", "risk_level")
_TREATED = ("inpatient_number", "admission_count", "effect", "rehabilitation_other", "advice", "doctor_name", "doctor_phone", "pay_method", "form_on")  # fmt: skip


def find_earlier(session: Session, vault: Vault, actor: Actor, id_number: str) -> dict[str, Any] | None:
    """What this hospital itself wrote at the person's last stay, by field; None without one."""
    person = find_by_id_number(session, vault.keyring, id_number) if id_number else None
    if person is None:
        return None
    earlier = session.scalars(
        select(Discharge)
        .where(Discharge.person_id == person.id, own_records(actor), Discharge.submitted_at.is_not(None))
        .order_by(Discharge.id.desc())
        .limit(1)
    ).one_or_none()
    return lasting_of(vault, earlier, person) if earlier else None


def lasting_of(vault: Vault, record: Discharge, person: Person) -> dict[str, Any]:
    """The lasting part of a record by the names of the form: who, where, whom to call, illness; not the stay itself."""
    who = record.person_id
    identity = open_json(vault, who, IDENTITY, record.identity_sealed) or {}
    contact = open_json(vault, who, CONTACT, record.contact_sealed) or {}
    clinical = open_json(vault, who, CLINICAL, record.clinical_sealed) or {}
    guidance = open_json(vault, who, GUIDANCE, record.guidance_sealed) or {}
    return {
        "name": person.name,
        "sex": str(int(person.sex)),
        "born_on": date.fromisoformat(identity["born_on"]) if identity.get("born_on") else None,
        "id_kind": identity.get("id_kind"),
        "id_number": identity.get("id_number"),
        "nationality": identity.get("nationality"),
        "other_code" if record.place else "area_code": record.area_code,
        "place": record.place,
        "address": vault.open(who, ADDRESS, record.address_sealed),
        "contact_name": contact.get("name"),
        "contact_relation": contact.get("relation"),
        "contact_phone": contact.get("phone"),
        "admission_count": (clinical.get("admission_count") or 0) + 1,
        **{name: clinical.get(name) for name in ("diagnosis_code", "diagnosis", "first_diagnosed", "phone")},
        "medicines": as_lines(open_json(vault, who, MEDICINES, record.medicines_sealed)),
        "warning_signs": guidance.get("warning_signs"),
    }


def all_of(vault: Vault, record: Discharge, person: Person) -> dict[str, Any]:
    """The whole record by the names of the form, to be put right and sent again."""
    clinical = open_json(vault, record.person_id, CLINICAL, record.clinical_sealed) or {}
    guidance = open_json(vault, record.person_id, GUIDANCE, record.guidance_sealed) or {}
    bits = {
        "rehabilitation": clinical.get("rehabilitation"),
        "behaviours": record.behaviours,
        "help_needed": record.help_needed,
    }
    return (
        lasting_of(vault, record, person)
        | {name: getattr(record, name) for name in _STAY}
        | {"hospital_number": first_of(record.hospital_number or "")}
        | {name: clinical.get(name) for name in _TREATED}
        | {name: "y" for name in _YES_NO if getattr(record, name)}
        | {name: [code + 1 for code in range(_FLAGS[name]) if (bits[name] or 0) >> code & 1] for name in _FLAGS}
        | {
            "is_funded": "y" if clinical.get("is_funded") else None,
            "discharged_at": _moment(record.discharged_at),
            "received_at": _moment(record.received_at),
            "recheck_on": guidance.get("recheck_on"),
            "medicines_in_hospital": as_lines(clinical.get("medicines")),
            "hospital_name": record.hospital_name if record.is_on_behalf else None,
        }
    )


def _moment(at: datetime | None) -> str | None:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}" if at else None


def as_lines(medicines: list[dict[str, str]] | None) -> str:
    """One a line, as the form takes them."""
    return "\n".join("，".join(filter(None, (one["name"], one["dose"], one["usage"]))) for one in medicines or ())
