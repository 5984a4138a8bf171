"""Guardians: who guards whom from which day. One open guardianship a rank; a registered patient guards nobody first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.batches import number_rows, slices
from app.core.clock import business_day
from app.core.db import new_public_id
from app.core.errors import Conflict, Invalid
from app.core.reasons import Label, Reason, reason
from app.core.refusals import said_by
from app.guardians.commands import AddGuardian
from app.guardians.labels import RANK_LABELS
from app.guardians.models import Guardianship
from app.guardians.rules import Known, Rank, is_minor, load_warnings, relation_warnings
from app.guardians.service.agreements import end_running
from app.guardians.service.replacing import close_questions
from app.guardians.service.who import people_of
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import Person
from app.people.rules import check_payee_account
from app.people.service import (
    forget_names,
    index_many,
)
from app.people.vault import Vault

GUARDS = {
    "guard_guardianships_not_patient": "guardians.is_patient",
    "uq_guardianships_open": "guardians.rank_taken_now",
    "guardianships.patient_id, guardianships.rank": "guardians.rank_taken_now",
    "people_id_index": "people.id.taken",
    "people.id_index": "people.id.taken",
}

Pair = tuple[Patient, AddGuardian]


def add_guardian(
    session: Session, vault: Vault, actor: Actor, patient: Patient, command: AddGuardian, now: datetime
) -> Guardianship:
    """Raises `Invalid` by field for who cannot guard, `Conflict` where the rank is taken."""
    return add_guardians(session, vault, actor, [(patient, command)], now)[0]


def add_guardians(
    session: Session, vault: Vault, actor: Actor, pairs: Sequence[Pair], now: datetime
) -> list[Guardianship]:
    """Many at once, in order; the first that cannot be refuses all. One person is stored once, however many they guard."""
    today = business_day(now)
    pairs = [(patient, _checked(command, today)) for patient, command in pairs]
    people = people_of(session, vault, actor, pairs, now)
    _refuse_who_cannot(session, pairs, people)
    _make_room(session, actor, pairs, now)
    guardianships = [
        _guardianship(actor, patient, command, person, now)
        for (patient, command), person in zip(pairs, people, strict=True)
    ]
    number_rows(session, Guardianship, guardianships)
    with said_by(session, GUARDS):
        session.add_all(guardianships)
    index_many(session, [(patient, person) for (patient, _), person in zip(pairs, people, strict=True)])
    _note(session, actor, pairs, guardianships, now)
    return guardianships


def end_guardianship(
    session: Session, actor: Actor, patient: Patient, rank: Rank, to_on: date, because: Reason, now: datetime
) -> Guardianship:
    """`to_on` is the first day without this guardian. A first guardian's agreement ends the day before."""
    guardianship = find_open_guardianship(session, patient, rank)
    if guardianship is None:
        raise Conflict(reason("guardians.none_of_rank", rank=Label(RANK_LABELS[rank])))
    _end(session, actor, patient, guardianship, to_on, because, now)
    return guardianship


def find_open_guardianship(session: Session, patient: Patient, rank: Rank) -> Guardianship | None:
    return session.scalars(
        select(Guardianship).where(
            Guardianship.patient_id == patient.id,
            Guardianship.rank == rank,
            Guardianship.to_on.is_(None),
            Guardianship.withdrawn_at.is_(None),
        )
    ).one_or_none()


def find_warnings(session: Session, patient: Patient, guardianship: Guardianship) -> tuple[Reason, ...]:
    """What to look at again after a guardian was stored: relation against sex and age, many patients."""
    guardian = session.get_one(Person, guardianship.person_id)
    person = session.get_one(Person, patient.person_id)
    others = select(func.count()).where(
        Guardianship.person_id == guardian.id,
        Guardianship.rank == guardianship.rank,
        Guardianship.to_on.is_(None),
        Guardianship.withdrawn_at.is_(None),
        Guardianship.patient_id != patient.id,
    )
    return (
        *relation_warnings(
            guardianship.relation, Known(guardian.sex, guardian.born_on), Known(person.sex, person.born_on)
        ),
        *load_warnings(guardianship.rank, session.scalar(others) or 0),
    )


def _checked(command: AddGuardian, today: date) -> AddGuardian:
    draft = command.person
    if draft is None:
        return command
    draft, _warnings = draft.checked(today)
    if draft.account:
        errors, _ = check_payee_account(draft.account.kind, draft.account.number, draft.account.holder_name, draft.name)
        if errors:
            raise Invalid({f"account_{name}": reasons for name, reasons in errors.items()})
    return replace(command, person=draft)


def _refuse_who_cannot(session: Session, pairs: Sequence[Pair], people: Sequence[Person]) -> None:
    registered: set[int] = set()
    for part in slices({person.id for person in people}):
        live = select(Patient.person_id).where(
            Patient.person_id.in_(part), Patient.registry_status == RegistryStatus.REGISTERED
        )
        registered.update(session.scalars(live))
    for (patient, command), person in zip(pairs, people, strict=True):
        why = _why_not(patient, command, person, person.id in registered)
        if why is not None:
            raise Invalid({"born_on" if why.code == "guardians.birth_unknown" else "name": [why]})


def _why_not(patient: Patient, command: AddGuardian, person: Person, is_registered: bool) -> Reason | None:
    if patient.registry_status is not RegistryStatus.REGISTERED:
        return reason("guardians.not_patient")
    if person.id == patient.person_id:
        return reason("guardians.is_self")
    if person.died_on and person.died_on < command.from_on:
        return reason("guardians.is_dead", died_on=person.died_on)
    return _why_not_first(command, person, is_registered) if command.rank is Rank.FIRST else None


def _why_not_first(command: AddGuardian, person: Person, is_registered: bool) -> Reason | None:
    """An adult who is not on the register as a patient (domain 5.4)."""
    if is_registered:
        return reason("guardians.is_patient")
    if person.born_on is None:
        return reason("guardians.birth_unknown")
    return reason("guardians.minor") if is_minor(person.born_on, command.from_on) else None


def _make_room(session: Session, actor: Actor, pairs: Sequence[Pair], now: datetime) -> None:
    present: dict[tuple[int, Rank], Guardianship] = {}
    for part in slices({patient.id for patient, _ in pairs}):
        rows = select(Guardianship).where(
            Guardianship.patient_id.in_(part), Guardianship.to_on.is_(None), Guardianship.withdrawn_at.is_(None)
        )
        present.update({(row.patient_id, row.rank): row for row in session.scalars(rows)})
    for patient, command in pairs:
        standing = present.get((patient.id, command.rank))
        if standing is None:
            continue
        if not command.replaces:
            raise Conflict(reason("guardians.rank_taken", rank=Label(RANK_LABELS[command.rank])))
        _end(session, actor, patient, standing, command.from_on, reason("guardians.end.replaced"), now)


def _end(
    session: Session,
    actor: Actor,
    patient: Patient,
    guardianship: Guardianship,
    to_on: date,
    because: Reason,
    now: datetime,
) -> None:
    if to_on < guardianship.from_on:
        raise Conflict(reason("guardians.before_start", from_on=guardianship.from_on))
    guardianship.to_on, guardianship.end_reason = to_on, because.to_json()
    session.flush()
    if guardianship.rank is Rank.FIRST:
        end_running(session, actor, patient, guardianship, to_on - timedelta(days=1), because, now)
        close_questions(session, actor, patient, now)
    if not _still_guards(session, patient, guardianship):
        forget_names(session, patient, guardianship.person_id)
    note(
        session,
        actor,
        "guardians.ended",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"rank": guardianship.rank.value, "reason": because.code, "to_on": to_on.isoformat()},
    )


def _still_guards(session: Session, patient: Patient, ended: Guardianship) -> bool:
    other = select(Guardianship.id).where(
        Guardianship.patient_id == patient.id,
        Guardianship.person_id == ended.person_id,
        Guardianship.to_on.is_(None),
        Guardianship.withdrawn_at.is_(None),
    )
    return session.scalar(other.limit(1)) is not None


def _guardianship(actor: Actor, patient: Patient, command: AddGuardian, person: Person, now: datetime) -> Guardianship:
    return Guardianship(
        public_id=command.public_id or new_public_id(),
        patient_id=patient.id,
        person_id=person.id,
        rank=command.rank,
        relation=command.relation,
        legal_basis=command.legal_basis,
        post=command.post or person.post,
        lives_together=command.lives_together,
        from_on=command.from_on,
        recorded_at=now,
        recorded_by=actor.user_id,
    )


def _note(
    session: Session, actor: Actor, pairs: Sequence[Pair], guardianships: Sequence[Guardianship], now: datetime
) -> None:
    if not guardianships:
        return
    patient = pairs[0][0] if len(pairs) == 1 else None
    note(
        session,
        actor,
        "guardians.added",
        now=now,
        subject=("patient", patient.public_id if patient else ""),
        area_code=patient.area_code if patient else "",
        count=len(guardianships),
        changed=[[one.public_id, one.rank.value, one.from_on.isoformat()] for one in guardianships],
    )
