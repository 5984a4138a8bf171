"""What is late and whose it is: duties by agency and place. Persons are named to roles that may read their names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency
from app.areas.queries import full_names
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.dates import parse_date
from app.core.paging import Page, decode_cursor, page_of
from app.core.reasons import Reason, reason
from app.core.scope import within, within_prefix
from app.desk.queries.duties import IS_OPEN
from app.desk.rules import COMPLIANCE, When
from app.patients.models import Patient
from app.people.models import Person
from app.tasks.models import Task
from app.tasks.rules import Standing, TaskKind, kinds_for, last_day_of_week, standing

# Villages and towns keep agreements; the health centre has no part in it.
_RENEWS = Task.kind == TaskKind.AGREEMENT_RENEWAL
_OF_PLACES = -1  # stands for them where duties are counted by agency
# as `AgencyLoad` has them
_COUNTED = (TaskKind.FOLLOW_UP, TaskKind.REASSESSMENT, TaskKind.CONFIRM_LOST, TaskKind.AGREEMENT_RENEWAL)
SIZE = 50
MOST = 5000  # rows of one export or print


@dataclass(frozen=True)
class LateFilter:
    """`place` is the prefix of a place inside the actor's area, `agency_id` one responsible agency."""

    when: When = When.LATE
    kind: TaskKind | None = None
    place: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class LateRow:
    """One duty. `name` and `patient` are None where the role may not read who it is about; `level` likewise."""

    id: int
    kind: TaskKind
    due_on: date
    standing: Standing
    because: tuple[Reason, ...]
    patient: str
    name: str
    level: int | None
    place: str
    agency: str | None
    doctor: str | None


@dataclass(frozen=True, slots=True)
class AgencyLoad:
    """What one agency, or the villages and towns together, have open under a filter; `oldest_on` is its oldest due day."""

    public_id: str | None
    agency: str | None
    follow_up: int
    reassessment: int
    confirm_lost: int
    renewal: int
    oldest_on: date
    # the agreements of villages and towns
    is_places: bool = False

    @property
    def all(self) -> int:
        return self.follow_up + self.reassessment + self.confirm_lost + self.renewal


def named_kinds(actor: Actor) -> frozenset[TaskKind]:
    """The kinds whose persons the role may read: all of them, or those that are its own tasks."""
    grant = sees(actor, Field.PATIENT_NAME)
    if grant is Grant.FULL:
        return frozenset(COMPLIANCE)
    return kinds_for(actor.role) & frozenset(COMPLIANCE) if grant is Grant.TASK else frozenset()


def list_late(
    session: Session, actor: Actor, wanted: LateFilter, today: date, cursor: str | None = None, size: int = SIZE
) -> Page[LateRow]:
    """The duties themselves, the oldest first; empty for a role that may name nobody."""
    picked = _pick(actor, wanted, today, _after(cursor), size).subquery()
    fetched = session.execute(_rows(actor, picked).order_by(Task.due_on, Task.id)).all()
    places = full_names(session, {row.area_code for row in fetched})
    return page_of([_row(row, places, today) for row in fetched], size, lambda row: (row.due_on, row.id))


def count_by_agency(session: Session, actor: Actor, wanted: LateFilter, today: date) -> list[AgencyLoad]:
    """Whose it is: every agency with anything open under the filter, the most first."""
    owner = case((_RENEWS, _OF_PLACES), else_=Task.agency_id).label("agency_id")
    loads = (
        select(
            owner,
            *(func.count().filter(Task.kind == kind).label(kind.value) for kind in _COUNTED),
            func.min(Task.due_on).label("oldest_on"),
            func.count().label("everything"),
        )
        .where(*_conditions(actor, wanted, today), Task.kind.in_(COMPLIANCE))
        .group_by(owner)
        .subquery()
    )
    of = loads.c
    is_places = func.coalesce(of.agency_id, 0) == _OF_PLACES
    counts = [of[kind.value] for kind in _COUNTED]
    rows = session.execute(
        select(Agency.public_id, Agency.name, *counts, of.oldest_on, is_places)
        .select_from(loads)
        .outerjoin(Agency, Agency.id == of.agency_id)
        .order_by(of.everything.desc(), Agency.name)
    )
    return [AgencyLoad(*row) for row in rows]


def _pick(actor: Actor, wanted: LateFilter, today: date, after: tuple[date, int] | None, size: int) -> Select[Any]:
    """The page's tasks, found before anything is joined to them: a long list costs no more than a short one."""
    query = (
        select(Task.id)
        .where(*_conditions(actor, wanted, today), Task.kind.in_(sorted(named_kinds(actor))))
        .order_by(Task.due_on, Task.id)
        .limit(size + 1)
    )
    if after is not None:
        query = query.where(or_(Task.due_on > after[0], and_(Task.due_on == after[0], Task.id > after[1])))
    return query


def _rows(actor: Actor, picked: Any) -> Select[Any]:
    may_know_why = sees(actor, Field.CLINICAL) is Grant.FULL
    columns: list[Any] = [
        Task.id,
        Task.kind,
        Task.due_on,
        Task.area_code,
        # why a visit is due tells its class; `_because` says to others that it is a duty at all
        (Task.because if may_know_why else case((Task.kind != TaskKind.FOLLOW_UP, Task.because))).label("because"),
        Patient.public_id.label("patient"),
        Person.name,
        case((~_RENEWS, Agency.name)).label("agency"),
        case((~_RENEWS, User.display_name)).label("doctor"),
    ]
    if sees(actor, Field.RISK_LEVEL) is Grant.FULL:
        columns.append(Patient.risk_level)
    return (
        select(*columns)
        .select_from(picked)
        .join(Task, Task.id == picked.c.id)
        .join(Patient, Patient.id == Task.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(Agency, Agency.id == Task.agency_id)
        .outerjoin(User, User.id == Patient.doctor_id)
    )


def _conditions(actor: Actor, wanted: LateFilter, today: date) -> list[ColumnElement[bool]]:
    found = [IS_OPEN, within(Task.area_code, actor), within_prefix(Task.area_code, wanted.place)]
    if wanted.when is When.LATE:
        found.append(Task.due_on < today)
    elif wanted.when is When.WEEK:
        found.append(Task.due_on.between(today, last_day_of_week(today)))
    if wanted.kind is not None:
        found.append(Task.kind == wanted.kind)
    if wanted.agency:
        found.append(~_RENEWS)
        found.append(Task.agency_id.in_(select(Agency.id).where(Agency.public_id == wanted.agency)))
    return found


def _row(row: Any, places: dict[str, str], today: date) -> LateRow:
    return LateRow(
        id=row.id,
        kind=row.kind,
        due_on=row.due_on,
        standing=standing(row.due_on, today),
        because=_because(row),
        patient=row.patient,
        name=row.name,
        level=getattr(row, "risk_level", None),
        place=places[row.area_code],
        agency=row.agency,
        doctor=row.doctor,
    )


def _because(row: Any) -> tuple[Reason, ...]:
    if row.because:
        return tuple(Reason.from_json(one) for one in row.because)
    return (reason("desk.late.follow_up", on=row.due_on),) if row.kind is TaskKind.FOLLOW_UP else ()


def _after(cursor: str | None) -> tuple[date, int] | None:
    """The last row's due day and id; None for a cursor that this list did not write."""
    key = decode_cursor(cursor, 2)
    if key is None or not isinstance(key[1], int):
        return None
    try:
        return parse_date(str(key[0])), key[1]
    except ValueError:
        return None
