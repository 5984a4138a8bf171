"""Putting people on the register: one, or an import's thousands in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import responsible_agencies
from app.areas.rules import is_within
from app.audit.service import note
from app.core.actor import Actor
from app.core.batches import insert_rows, reserve_ids, slices
from app.core.db import new_public_id
from app.core.errors import Invalid
from app.core.reasons import reason
from app.core.refusals import said_by
from app.patients.commands import RegisterPatient, Supplement
from app.patients.models import Consent, Diagnosis, Patient, PatientSpan
from app.patients.rules import (
    FIRST_VISIT_WITHIN_DAYS,
    NOT_LIVE,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
    is_visit_owed,
    management_at_start,
)
from app.patients.service.lifetime import refuse_contradictions
from app.patients.service.watching import begin_watch, watch_over
from app.people.models import Person
from app.people.queries import lock_people
from app.people.service import create_people, find_ids_by_id_numbers, index_many
from app.people.vault import Vault
from app.tasks.service import FIRST_VISIT, open_follow_ups

SEALED = ("committee_contact", "specialist_advice", "notes")
GUARDS = {
    "guard_patients_not_guardian_insert": "patients.is_first_guardian",
    "guard_patients_not_guardian_update": "patients.is_first_guardian",
    "uq_patients_live_person": "patients.already_registered",
    "patients.person_id": "patients.already_registered",
    "patients_record_number": "patients.record_number.taken",
    "patients.record_number": "patients.record_number.taken",
    "people_id_index": "people.id.taken",
    "people.id_index": "people.id.taken",
}


@dataclass(frozen=True)
class _Entry:
    """A command with what it became, before it is stored."""

    command: RegisterPatient
    person: Person
    patient: Patient

    @property
    def since(self) -> date:
        """The day from which the states hold."""
        return self.patient.registered_on or date.max


def register_patient(
    session: Session, vault: Vault, actor: Actor, command: RegisterPatient, today: date, now: datetime
) -> Patient:
    """Raises `Invalid` by field for an unacceptable person, a place outside the actor's area, a number that is known, a day
    before birth or after today."""
    refuse_contradictions(session, command, today)
    return register_patients(session, vault, actor, [command], today, now)[0]


def register_patients(
    session: Session,
    vault: Vault,
    actor: Actor,
    commands: Sequence[RegisterPatient],
    today: date,
    now: datetime,
) -> list[Patient]:
    """Register many, in the order of `commands`; the first unacceptable one refuses all.

    Everybody who is managed owes a first visit within 14 days, except opening data, whose importer says what is due.
    """
    commands = [_complete(command, today) for command in commands]
    _refuse_places(session, actor, commands)
    with said_by(session, GUARDS):
        people = _people(session, vault, commands, today, now)
    _refuse_registered(session, people)
    agencies = responsible_agencies(session, {command.area_code for command in commands})
    ids = reserve_ids(session, Patient, len(commands))
    entries = [
        _Entry(command, person, _patient(vault, actor, command, person, patient_id, now))
        for command, person, patient_id in zip(commands, people, ids, strict=True)
    ]
    for entry in entries:
        agency = agencies[entry.command.area_code]
        entry.patient.agency_id = agency.id if agency else None
    with said_by(session, GUARDS):
        session.add_all(entry.patient for entry in entries)
    _store_history(session, actor, entries, now)
    index_many(session, [(entry.patient, entry.person) for entry in entries])
    _owe_first_visits(session, entries, now)
    _note(session, actor, entries, now)
    return [entry.patient for entry in entries]


def sealed_supplement(vault: Vault, person_id: int, supplement: Supplement) -> dict[str, Any]:
    """Column → value for `models.Patient`: names as they are, the three texts sealed."""
    values = {field.name: getattr(supplement, field.name) for field in fields(supplement)}
    for name in SEALED:
        values[f"{name}_sealed"] = vault.seal(person_id, f"patients.{name}", values.pop(name))
    return values


def _complete(command: RegisterPatient, today: date) -> RegisterPatient:
    registered_on = command.registered_on or today
    if registered_on > today:
        raise Invalid({"registered_on": [reason("patients.date_in_future")]})
    is_agreed = command.consent.is_agreed if command.consent else None
    management = command.management_status or management_at_start(is_agreed)
    if command.registry_status is not RegistryStatus.REGISTERED:
        return replace(command, registered_on=registered_on, management_status=None)
    if management is ManagementStatus.MANAGED and not is_agreed and not command.is_opening:
        raise Invalid({"consent": [reason("patients.consent_first")]})
    return replace(command, registered_on=registered_on, management_status=management)


def _refuse_places(session: Session, actor: Actor, commands: Iterable[RegisterPatient]) -> None:
    wanted = {command.area_code for command in commands}
    known: set[str] = set()
    for part in slices(wanted):
        known.update(session.scalars(select(Area.code).where(Area.code.in_(part))))
    if any(code not in known or not is_within(code, actor.area_prefix) for code in wanted):
        raise Invalid({"area_code": [reason("patients.area_outside")]})


def _people(
    session: Session,
    vault: Vault,
    commands: Sequence[RegisterPatient],
    today: date,
    now: datetime,
) -> list[Person]:
    """Everybody's person: known by id or number and name, or stored now."""
    checked = [command.person.checked(today)[0] if command.person else None for command in commands]
    numbers = [draft.id_number for draft in checked if draft and draft.id_number]
    by_number = find_ids_by_id_numbers(session, vault.keyring, numbers)
    known = lock_people(
        session, {command.person_id for command in commands if command.person_id} | set(by_number.values())
    )
    new = [draft for draft in checked if draft and (draft.id_number or "") not in by_number]
    created = iter(create_people(session, vault, new, now))
    people: list[Person] = []
    for command, draft in zip(commands, checked, strict=True):
        if draft is None:
            people.append(known[command.person_id or 0])
            continue
        person_id = by_number.get(draft.id_number or "")
        person = known[person_id] if person_id else next(created)
        if person.name != draft.name:
            raise Invalid({"id_number": [reason("people.id.other_name")]})
        people.append(person)
    return people


def _refuse_registered(session: Session, people: Sequence[Person]) -> None:
    for part in slices(person.id for person in people):
        live = select(Patient.id).where(Patient.person_id.in_(part), Patient.registry_status.not_in(NOT_LIVE)).limit(1)
        if session.scalar(live) is not None:
            raise Invalid({"id_number": [reason("patients.already_registered")]})


def _patient(
    vault: Vault,
    actor: Actor,
    command: RegisterPatient,
    person: Person,
    patient_id: int,
    now: datetime,
) -> Patient:
    is_registered = command.registry_status is RegistryStatus.REGISTERED
    is_managed = command.management_status is ManagementStatus.MANAGED
    return Patient(
        id=patient_id,
        public_id=command.public_id or new_public_id(),
        person_id=person.id,
        record_number=command.record_number or None,
        area_code=command.area_code,
        doctor_id=command.doctor_id,
        registry_status=command.registry_status,
        management_status=command.management_status,
        care_setting=command.care_setting if is_registered else None,
        registered_on=command.registered_on,
        managed_from=(command.managed_from or command.registered_on) if is_managed else None,
        address_sealed=vault.seal(person.id, "patients.address", command.address),
        diagnosis_category=command.diagnosis.category if command.diagnosis else None,
        is_opening=command.is_opening,
        created_at=now,
        created_by=actor.user_id,
        **sealed_supplement(vault, person.id, command.supplement),
    )


def _store_history(session: Session, actor: Actor, entries: Sequence[_Entry], now: datetime) -> None:
    stamp = {"recorded_at": now, "recorded_by": actor.user_id}
    insert_rows(session, PatientSpan, [{**row, **stamp} for entry in entries for row in _spans(entry)])
    insert_rows(session, Diagnosis, [{**row, **stamp} for entry in entries for row in _diagnosis(entry)])
    insert_rows(session, Consent, [{**row, **stamp} for entry in entries for row in _consent(entry)])


def _spans(entry: _Entry) -> Iterator[dict[str, Any]]:
    patient = entry.patient
    values: tuple[tuple[SpanKind, Any, date], ...] = (
        (SpanKind.REGISTRY, patient.registry_status, entry.since),
        (SpanKind.MANAGEMENT, patient.management_status, patient.managed_from or entry.since),
        (SpanKind.CARE, patient.care_setting, entry.since),
        (SpanKind.AREA, patient.area_code, entry.since),
        (SpanKind.AGENCY, patient.agency_id, entry.since),
        (SpanKind.DOCTOR, patient.doctor_id, entry.since),
    )
    for what, value, from_on in values:
        if value is not None:
            yield {"patient_id": patient.id, "what": what, "value": str(value), "from_on": from_on}


def _diagnosis(entry: _Entry) -> Iterator[dict[str, Any]]:
    draft = entry.command.diagnosis
    if draft is not None:
        yield {
            "patient_id": entry.patient.id,
            "category": draft.category,
            "icd10": draft.icd10,
            "hospital": draft.hospital,
            "diagnosed_on": draft.diagnosed_on,
            "from_on": entry.since,
        }


def _consent(entry: _Entry) -> Iterator[dict[str, Any]]:
    draft = entry.command.consent
    if draft is not None:
        yield {
            "patient_id": entry.patient.id,
            "kind": draft.kind,
            "is_agreed": draft.is_agreed,
            "signer": draft.signer,
            "from_on": draft.from_on,
        }


def _owe_first_visits(session: Session, entries: Sequence[_Entry], now: datetime) -> None:
    due = []
    for entry in entries:
        patient = entry.patient
        is_owed = is_visit_owed(patient.registry_status, patient.management_status, patient.care_setting)
        if is_owed and not entry.command.is_opening:
            patient.next_due_on = entry.since + timedelta(days=FIRST_VISIT_WITHIN_DAYS)
            because = reason("patients.because.registered", on=entry.since, days=FIRST_VISIT_WITHIN_DAYS)
            due.append((patient, patient.next_due_on, FIRST_VISIT, [because]))
        watch = watch_over(patient)
        if watch is not None and not entry.command.is_opening:
            begin_watch(session, patient, watch, entry.since, now)
    open_follow_ups(session, due, now)
    session.flush()


def _note(session: Session, actor: Actor, entries: Sequence[_Entry], now: datetime) -> None:
    if len(entries) == 1:
        patient = entries[0].patient
        note(
            session,
            actor,
            "patients.registered",
            now=now,
            subject=("patient", patient.public_id),
            area_code=patient.area_code,
        )
    elif entries:
        changed = [entry.patient.public_id for entry in entries]
        note(
            session, actor, "patients.registered", now=now, subject=("patient", ""), count=len(entries), changed=changed
        )
