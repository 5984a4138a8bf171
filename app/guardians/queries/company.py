"""What stands beside a duty check: the second guardian's contacts, visits with help, and the needs that they found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.queries import full_names
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.quarter import Quarter
from app.core.scope import within, within_prefix
from app.guardians.models import Agreement, GuardianContact, Guardianship, HelpVisit
from app.guardians.rules import Rank
from app.guardians.rules.duty import ContactWay, Found, HelpGiven, HelpNeeded, Signer
from app.patients.models import Patient
from app.patients.queries import get_patient
from app.people.models import Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind, kinds_for

NEEDS_KEPT = timedelta(days=366)  # an older word of need is nobody's present need
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Contact:
    """`is_own`: entered by the second guardian; else on behalf."""

    contacted_on: date
    way: ContactWay
    found: Found
    is_log_seen: bool
    by: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Help:
    visited_on: date
    office: Signer
    given: HelpGiven
    needed: HelpNeeded
    cash_fen: int
    by: str


@dataclass(frozen=True, slots=True)
class Need:
    """What the newest visit to a family found."""

    id: int
    patient: str
    area_code: str
    village: str
    guardian: str | None
    agreement: str | None
    needed: HelpNeeded
    visited_on: date
    office: Signer


@dataclass(frozen=True, slots=True)
class Ward:
    """A family whose second guardian the reader is."""

    patient: str
    village: str
    agreement: str | None
    guardian: str | None
    last_on: date | None


def get_ward(session: Session, actor: Actor, public_id: str) -> Patient:
    """The patient whom the actor keeps company: as for `get_guarded_patient`, and at any time for the second guardian."""
    patient = get_patient(session, actor, public_id)
    if sees(actor, Field.GUARDIAN_NAME) is not Grant.TASK:
        return patient
    if _is_second(session, actor, patient) or _has_task(session, actor, patient):
        return patient
    raise NotFound


def find_contact_by_key(session: Session, patient: Patient, key: str) -> GuardianContact | None:
    return session.scalar(
        select(GuardianContact).where(GuardianContact.submission_key == key, GuardianContact.patient_id == patient.id)
    )


def find_help_by_key(session: Session, patient: Patient, key: str) -> HelpVisit | None:
    return session.scalar(select(HelpVisit).where(HelpVisit.submission_key == key, HelpVisit.patient_id == patient.id))


def list_contacts(session: Session, actor: Actor, patient: Patient, quarter: Quarter | None = None) -> list[Contact]:
    """The newest first; of one quarter, or of all time as far as a page shows."""
    contact = GuardianContact
    rows = (
        select(contact, User.display_name, Guardianship.person_id, User.person_id)
        .join(Guardianship, Guardianship.id == contact.guardianship_id)
        .join(Patient, Patient.id == contact.patient_id)
        .outerjoin(User, User.id == contact.recorded_by)
        .where(contact.patient_id == patient.id, within(Patient.area_code, actor))
    )
    if quarter is not None:
        rows = rows.where(contact.contacted_on.between(quarter.first_day, quarter.last_day))
    rows = rows.order_by(contact.contacted_on.desc(), contact.id.desc()).limit(SHOWN)
    return [
        Contact(one.contacted_on, one.way, one.found, one.is_log_seen, by or "", guard is not None and guard == person)
        for one, by, guard, person in session.execute(rows)
    ]


def list_help(session: Session, actor: Actor, patient: Patient, quarter: Quarter | None = None) -> list[Help]:
    """The newest first; of one quarter, or of all time as far as a page shows."""
    rows = (
        select(HelpVisit, User.display_name)
        .join(Patient, Patient.id == HelpVisit.patient_id)
        .outerjoin(User, User.id == HelpVisit.recorded_by)
        .where(HelpVisit.patient_id == patient.id, within(Patient.area_code, actor))
    )
    if quarter is not None:
        rows = rows.where(HelpVisit.visited_on.between(quarter.first_day, quarter.last_day))
    rows = rows.order_by(HelpVisit.visited_on.desc(), HelpVisit.id.desc()).limit(SHOWN)
    return [
        Help(one.visited_on, one.office, HelpGiven(one.given), HelpNeeded(one.needed), one.cash_fen, by or "")
        for one, by in session.execute(rows)
    ]


def list_needs(
    session: Session, actor: Actor, place: str, wanted: HelpNeeded | None, today: date, cursor: str | None = None
) -> Page[Need]:
    """Families whose newest visit found a need, by village. `wanted` asks for one kind."""
    rows = _needs(actor, today)
    if place:
        rows = rows.where(within_prefix(Patient.area_code, place))
    if wanted is not None:
        rows = rows.where(HelpVisit.needed.bitwise_and(int(wanted)) > 0)
    match decode_cursor(cursor, 2):
        case (str() as area, int() as visit):
            rows = rows.where(tuple_(Patient.area_code, HelpVisit.id) > (area, visit))
    fetched = session.execute(rows.order_by(Patient.area_code, HelpVisit.id).limit(PAGE_SIZE + 1)).all()
    villages = full_names(session, {row.area_code for row in fetched})
    agreements = _agreements(session, [row.patient_id for row in fetched])
    found = [
        Need(
            row.id,
            row.public_id,
            row.area_code,
            villages[row.area_code],
            row.guardian,
            agreements.get(row.patient_id),
            HelpNeeded(row.needed),
            row.visited_on,
            row.office,
        )
        for row in fetched
    ]
    return page_of(found, PAGE_SIZE, lambda one: (one.area_code, one.id))


def count_to_decide(session: Session, actor: Actor, today: date) -> tuple[int, int]:
    """Families in need, and guardians on whom somebody is to decide."""
    needs = select(func.count()).select_from(_needs(actor, today).subquery()).scalar_subquery()
    replacements = (
        select(func.count())
        .where(Task.kind == TaskKind.REPLACE_GUARDIAN, Task.state == TaskState.OPEN, within(Task.area_code, actor))
        .scalar_subquery()
    )
    row = session.execute(select(needs, replacements)).one()
    return row[0], row[1]


def list_wards(session: Session, actor: Actor) -> list[Ward]:
    """The families whose second guardian the reader is, with the day of the last contact."""
    if actor.person_id is None:
        return []
    last = (
        select(func.max(GuardianContact.contacted_on))
        .where(GuardianContact.guardianship_id == Guardianship.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Patient.id, Patient.public_id, Patient.area_code, last.label("last_on"))
        .select_from(Guardianship)
        .join(Patient, Patient.id == Guardianship.patient_id)
        .where(
            Guardianship.person_id == actor.person_id,
            Guardianship.rank == Rank.SECOND,
            Guardianship.to_on.is_(None),
            Guardianship.withdrawn_at.is_(None),
            within(Patient.area_code, actor),
        )
        .order_by(last.is_not(None), last, Patient.area_code, Patient.id)
        .limit(PAGE_SIZE)
    ).all()
    villages = full_names(session, {row.area_code for row in rows})
    agreements = _agreements(session, [row.id for row in rows])
    names = _first_guardians(session, actor, [row.id for row in rows])
    return [
        Ward(row.public_id, villages[row.area_code], agreements.get(row.id), names.get(row.id), row.last_on)
        for row in rows
    ]


def _needs(actor: Actor, today: date) -> Any:
    later = aliased(HelpVisit)
    newest = ~exists().where(
        later.patient_id == HelpVisit.patient_id,
        tuple_(later.visited_on, later.id) > tuple_(HelpVisit.visited_on, HelpVisit.id),
    )
    grant = sees(actor, Field.GUARDIAN_NAME)
    return (
        select(
            HelpVisit.id,
            HelpVisit.patient_id,
            HelpVisit.needed,
            HelpVisit.visited_on,
            HelpVisit.office,
            Patient.public_id,
            Patient.area_code,
            (Person.name if grant is Grant.FULL else literal(None)).label("guardian"),
        )
        .join(Patient, Patient.id == HelpVisit.patient_id)
        .outerjoin(
            Guardianship,
            (Guardianship.patient_id == Patient.id)
            & (Guardianship.rank == Rank.FIRST)
            & Guardianship.to_on.is_(None)
            & Guardianship.withdrawn_at.is_(None),
        )
        .outerjoin(Person, Person.id == Guardianship.person_id)
        .where(
            within(Patient.area_code, actor),
            HelpVisit.needed > int(HelpNeeded.NOTHING),
            HelpVisit.visited_on >= today - NEEDS_KEPT,
            newest,
        )
    )


def _agreements(session: Session, patient_ids: Sequence[int]) -> dict[int, str]:
    """patient → number of the newest agreement."""
    rows = (
        select(Agreement.patient_id, Agreement.number)
        .where(Agreement.patient_id.in_(patient_ids), Agreement.withdrawn_at.is_(None))
        .order_by(Agreement.from_on)
    )
    return dict(session.execute(rows).all())


def _first_guardians(session: Session, actor: Actor, patient_ids: Sequence[int]) -> dict[int, str]:
    grant = sees(actor, Field.GUARDIAN_NAME)
    if grant not in (Grant.FULL, Grant.TASK):
        return {}
    open_task = exists().where(
        Task.patient_id == Guardianship.patient_id,
        Task.state == TaskState.OPEN,
        Task.kind.in_(sorted(kinds_for(actor.role))),
    )
    name = Person.name if grant is Grant.FULL else case((open_task, Person.name))
    rows = session.execute(
        select(Guardianship.patient_id, name)
        .join(Person, Person.id == Guardianship.person_id)
        .where(
            Guardianship.patient_id.in_(patient_ids),
            Guardianship.rank == Rank.FIRST,
            Guardianship.to_on.is_(None),
            Guardianship.withdrawn_at.is_(None),
        )
    )
    return {patient_id: found for patient_id, found in rows if found}


def _is_second(session: Session, actor: Actor, patient: Patient) -> bool:
    if actor.person_id is None:
        return False
    held = select(Guardianship.id).where(
        Guardianship.patient_id == patient.id,
        Guardianship.person_id == actor.person_id,
        Guardianship.rank == Rank.SECOND,
        Guardianship.withdrawn_at.is_(None),
        Guardianship.to_on.is_(None),
    )
    return session.scalar(held.limit(1)) is not None


def _has_task(session: Session, actor: Actor, patient: Patient) -> bool:
    addressed = select(Task.id).where(
        Task.patient_id == patient.id, Task.state == TaskState.OPEN, Task.kind.in_(kinds_for(actor.role))
    )
    return session.scalar(addressed.limit(1)) is not None
