"""Visits that are still to be entered in the national system: whose, since when, until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.models import Agency
from app.areas.queries import full_names
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.dates import parse_date
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within, within_prefix
from app.core.workdays import Deadline, WorkdayCalendar
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import Person
from app.visits.models import FollowUpVisit
from app.visits.rules.national import entry_term
from app.visits.rules.ruleset import VisitRules

# ten working days never span more, holidays and all
_LONGEST_TERM = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class OwedFilter:
    """`place` is a prefix inside the actor's area; `doctor_id` answers for the patient; `is_late`: only those past their day."""

    place: str = ""
    doctor_id: int | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class OwedRow:
    """A visit of the list. `is_unconfirmed`: the town has not confirmed it yet; `is_correction`: it replaces another."""

    id: int
    visit: str
    patient: str
    name: str
    village: str
    visited_on: date
    due_on: date
    form: int
    doctor: str | None
    is_unconfirmed: bool
    is_correction: bool


@dataclass(frozen=True, slots=True)
class OwedLoad:
    """What one doctor of one agency is late with; both may be unknown."""

    agency: str | None
    doctor: str | None
    doctor_id: str | None
    count: int
    oldest_on: date


def find_term(session: Session, visited_on: date, rules: VisitRules) -> Deadline:
    """Until when a visit of that day is to be entered, and why."""
    return entry_term(visited_on, rules.late_entry_working_days, calendar_from(session, visited_on))


def calendar_from(session: Session, day: date) -> WorkdayCalendar:
    return load_workdays(session, day, day + _LONGEST_TERM)


def list_owed(
    session: Session, actor: Actor, wanted: OwedFilter, today: date, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[OwedRow]:
    """The longest owed first."""
    doctor = aliased(User)
    query = (
        _owed(actor, wanted, today)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(doctor, doctor.id == Patient.doctor_id)
        .with_only_columns(
            FollowUpVisit.id,
            FollowUpVisit.public_id.label("visit"),
            Patient.public_id.label("patient"),
            Person.name,
            Patient.area_code,
            FollowUpVisit.visited_on,
            FollowUpVisit.national_due_on.label("due_on"),
            FollowUpVisit.form,
            doctor.display_name.label("doctor"),
            and_(FollowUpVisit.needs_confirmation, FollowUpVisit.confirmed_at.is_(None)).label("is_unconfirmed"),
            FollowUpVisit.corrects_id.is_not(None).label("is_correction"),
        )
        .order_by(FollowUpVisit.national_due_on, FollowUpVisit.id)
        .limit(size + 1)
    )
    after = _after(cursor)
    if after is not None:
        query = query.where(_comes_after(*after))
    fetched = session.execute(query).all()
    page = page_of(fetched, size, lambda row: (row.due_on, row.id))
    places = full_names(session, {row.area_code for row in page.rows})
    return Page([_row(row, places) for row in page.rows], page.next_cursor)


def count_owed(session: Session, actor: Actor, today: date) -> tuple[int, int]:
    """How many are owed in the actor's area, and how many of them are late."""
    query = _owed(actor, OwedFilter(), today).with_only_columns(
        func.count(), func.count().filter(FollowUpVisit.national_due_on < today)
    )
    owed, late = session.execute(query).one()
    return owed, late


def count_late_by_owner(session: Session, actor: Actor, place: str, today: date) -> list[OwedLoad]:
    """What is past its day, by agency and responsible doctor, the most first. Counts only: nobody's patient is named."""
    number = func.count()
    query = (
        _owed(actor, OwedFilter(place, is_late=True), today)
        .outerjoin(Agency, Agency.id == Patient.agency_id)
        .outerjoin(User, User.id == Patient.doctor_id)
        .with_only_columns(
            Agency.name, User.display_name, User.public_id, number, func.min(FollowUpVisit.national_due_on)
        )
        .group_by(Agency.name, User.display_name, User.public_id)
        .order_by(number.desc(), Agency.name, User.display_name)
    )
    return [
        OwedLoad(agency, doctor, doctor_id, count, oldest_on)
        for agency, doctor, doctor_id, count, oldest_on in session.execute(query)
        if oldest_on is not None
    ]


def find_next_owed(
    session: Session, actor: Actor, wanted: OwedFilter, today: date, visit: FollowUpVisit
) -> tuple[str, str] | None:
    """(patient, visit) of the one after this in the list; from its end back to its beginning. None when nothing else is owed."""
    others = _owed(actor, wanted, today).where(FollowUpVisit.id != visit.id)
    ordered = (
        others.with_only_columns(Patient.public_id, FollowUpVisit.public_id)
        .order_by(FollowUpVisit.national_due_on, FollowUpVisit.id)
        .limit(1)
    )
    after = None
    if visit.national_due_on is not None:
        after = session.execute(ordered.where(_comes_after(visit.national_due_on, visit.id))).first()
    found = after or session.execute(ordered).first()
    return (found[0], found[1]) if found else None


def lock_visits(session: Session, actor: Actor, visits: Sequence[str]) -> list[FollowUpVisit]:
    """Those of the visits (public ids) that stand in the actor's area, as stored now and nobody else's until the transaction ends."""
    found = (
        select(FollowUpVisit)
        .join(Patient, Patient.id == FollowUpVisit.patient_id)
        .where(
            FollowUpVisit.public_id.in_(visits), FollowUpVisit.withdrawn_at.is_(None), within(Patient.area_code, actor)
        )
        .order_by(FollowUpVisit.id)
        .with_for_update(of=FollowUpVisit)
    )
    return list(session.scalars(found, execution_options={"populate_existing": True}))


def is_owed() -> ColumnElement[bool]:
    """As the partial index has it."""
    return and_(
        FollowUpVisit.national_due_on.is_not(None),
        FollowUpVisit.national_entered_at.is_(None),
        FollowUpVisit.withdrawn_at.is_(None),
    )


# Wrapped, so that no database looks for the place first: few visits are owed and have an index of their own, patients are many.
_PLACE = func.coalesce(Patient.area_code, "")


def _owed(actor: Actor, wanted: OwedFilter, today: date) -> Select[FollowUpVisit]:
    """By the patient's present place: a history moves along, and what is owed with it."""
    query = (
        select(FollowUpVisit)
        .select_from(FollowUpVisit)
        .join(Patient, Patient.id == FollowUpVisit.patient_id)
        .where(
            is_owed(),
            within(_PLACE, actor),
            within_prefix(_PLACE, wanted.place),
            Patient.registry_status != RegistryStatus.MERGED,
        )
    )
    if wanted.doctor_id is not None:
        query = query.where(Patient.doctor_id == wanted.doctor_id)
    return query.where(FollowUpVisit.national_due_on < today) if wanted.is_late else query


def _row(row: Any, places: Mapping[str, str]) -> OwedRow:
    return OwedRow(
        id=row.id,
        visit=row.visit,
        patient=row.patient,
        name=row.name,
        village=places[row.area_code],
        visited_on=row.visited_on,
        due_on=row.due_on,
        form=row.form,
        doctor=row.doctor,
        is_unconfirmed=row.is_unconfirmed,
        is_correction=row.is_correction,
    )


def _comes_after(due_on: date, visit_id: int) -> ColumnElement[bool]:
    return or_(
        FollowUpVisit.national_due_on > due_on,
        and_(FollowUpVisit.national_due_on == due_on, FollowUpVisit.id > visit_id),
    )


def _after(cursor: str | None) -> tuple[date, int] | None:
    """The last row's day and id; None for a cursor that this list did not write."""
    key = decode_cursor(cursor, 2)
    if key is None or not isinstance(key[1], int):
        return None
    try:
        return parse_date(str(key[0])), key[1]
    except ValueError:
        return None
