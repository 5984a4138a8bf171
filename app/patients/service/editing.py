"""Saving the basic information and supplement form, with a version so that nobody overwrites unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.errors import Invalid, StaleVersion
from app.core.identity import IdKind
from app.core.reasons import reason
from app.core.refusals import said_by
from app.patients.commands import EditPatient
from app.patients.models import Patient
from app.patients.service.registering import GUARDS, sealed_supplement
from app.patients.service.states import move_patient
from app.people.models import Person
from app.people.service import change_identity, open_id_number, set_phone
from app.people.vault import Vault


def version_of(patient: Patient, person: Person) -> str:
    """What a form carries to notice that somebody else saved meanwhile."""
    return f"{patient.version}.{person.version}"


def update_patient(
    session: Session,
    vault: Vault,
    actor: Actor,
    patient: Patient,
    command: EditPatient,
    today: date,
    now: datetime,
) -> None:
    """Save the whole form. Raises `StaleVersion` when something newer is stored, `Invalid` by field."""
    person = session.get_one(Person, patient.person_id)
    if command.version != version_of(patient, person):
        raise StaleVersion()
    draft = replace(command.person, id_number=command.person.id_number or open_id_number(vault, person))
    if not draft.id_number:
        draft = replace(draft, id_kind=IdKind.NONE)
    draft, _warnings = draft.checked(today)
    _refuse_taken_record_number(session, patient, command.record_number)
    with said_by(session, GUARDS):
        change_identity(session, vault, actor, person, draft, now)
        set_phone(session, vault, person, draft.phone)
        _write_columns(vault, patient, command)
    if command.area_code != patient.area_code:
        move_patient(session, actor, patient, command.area_code, today, now)
    note(
        session,
        actor,
        "patients.edited",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
    )


def _write_columns(vault: Vault, patient: Patient, command: EditPatient) -> None:
    patient.record_number = command.record_number or None
    patient.address_sealed = vault.seal(patient.person_id, "patients.address", command.address)
    columns = sealed_supplement(vault, patient.person_id, command.supplement)
    if command.keeps_notes:
        del columns["notes_sealed"]
    for name, value in columns.items():
        setattr(patient, name, value)


def _refuse_taken_record_number(session: Session, patient: Patient, number: str | None) -> None:
    if number and session.scalar(
        select(Patient.id).where(Patient.record_number == number, Patient.id != patient.id).limit(1)
    ):
        raise Invalid({"record_number": [reason("patients.record_number.taken")]})
