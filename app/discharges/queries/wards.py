"""Who lies in the hospital's own wards by the register, and what of it begins a record (roles.md: own patients, own stay)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import NotFound
from app.core.scope import within
from app.discharges.models import Discharge
from app.discharges.queries.prefill import find_earlier
from app.discharges.rules.states import CloseReason
from app.patients.models import Admission, Patient
from app.people.models import Person
from app.people.queries import find_main_phone
from app.people.service import open_id_number
from app.people.vault import Vault

MOST_STAYS = 200


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in the actor's own hospital that is still open; `patient` is a public id."""

    patient: str
    name: str
    from_on: date
    days: int


def list_inpatients(session: Session, actor: Actor, today: date) -> list[Stay]:
    """Open stays, the longest first, without those whom the hospital itself has reported as gone: the register follows later."""
    rows = session.execute(
        select(Patient.id, Patient.public_id, Person.name, Admission.from_on)
        .select_from(Admission)
        .join(Patient, Patient.id == Admission.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(Agency, Agency.name == Admission.hospital)
        .where(_is_inpatient(actor))
        .order_by(Admission.from_on, Admission.id)
        .limit(MOST_STAYS)
    ).all()
    gone = _gone(session, actor, [row.id for row in rows])
    return [
        Stay(row.public_id, row.name, row.from_on, (today - row.from_on).days + 1)
        for row in rows
        if not any(_ends(row.from_on, *left) for left in gone.get(row.id, ()))
    ]


def find_inpatient(session: Session, vault: Vault, actor: Actor, public_id: str) -> dict[str, Any]:
    """The record's first fields for somebody of the ward, by name of the form; raises `NotFound`. Guardians are asked at the door."""
    found = session.execute(
        select(Patient, Person, Admission.from_on)
        .select_from(Admission)
        .join(Patient, Patient.id == Admission.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(Agency, Agency.name == Admission.hospital)
        .where(_is_inpatient(actor), Patient.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    patient, person, from_on = found
    number = open_id_number(vault, person)
    earlier = find_earlier(session, vault, actor, number or "") or {}
    return earlier | {
        "name": person.name,
        "sex": str(int(person.sex)),
        "born_on": person.born_on,
        "id_kind": person.id_kind,
        "id_number": number,
        "phone": find_main_phone(session, vault, person.id),
        "area_code": patient.area_code,
        "place": None,
        "other_code": None,
        "address": vault.open(person.id, "patients.address", patient.address_sealed),
        "admitted_on": from_on,
    }


def _is_inpatient(actor: Actor) -> ColumnElement[bool]:
    if sees(actor, Field.CARE_SPANS) is not Grant.OWN_HOSPITAL:
        raise NotFound()
    return and_(
        Agency.id == actor.agency_id,
        Admission.to_on.is_(None),
        Admission.withdrawn_at.is_(None),
        within(Patient.area_code, actor),
    )


def _gone(session: Session, actor: Actor, patients: list[int]) -> dict[int, list[tuple[date, date]]]:
    """patient → days of admission and discharge that this hospital has sent."""
    rows = session.execute(
        select(Discharge.patient_id, Discharge.admitted_on, Discharge.discharged_at).where(
            Discharge.patient_id.in_(patients),
            Discharge.hospital_id == actor.agency_id,
            Discharge.submitted_at.is_not(None),
            or_(Discharge.close_reason.is_(None), Discharge.close_reason != CloseReason.WRONG_ENTRY),
        )
    )
    found: dict[int, list[tuple[date, date]]] = {}
    for patient, admitted_on, left_at in rows:
        if patient is not None and admitted_on is not None and left_at is not None:
            found.setdefault(patient, []).append((admitted_on, business_day(left_at)))
    return found


def _ends(from_on: date, admitted_on: date, left_on: date) -> bool:
    """An earlier discharge may lie on the day of this admission."""
    return admitted_on >= from_on or left_on > from_on
