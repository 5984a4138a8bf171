"""Work lists: open duties of the actor's area and role, in the order in which they should be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    String,
    and_,
    case,
    column,
    func,
    or_,
    select,
    table,
)
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import is_area_code
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.dates import age_on, parse_date
from app.core.errors import NotFound
from app.core.identity import mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within, within_prefix
from app.people.models import Person
from app.people.queries import list_main_phones
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import Bucket, Standing, TaskKind, kinds_for, last_day_of_week, standing

# Patients stand above tasks; a work list reads these kept copies of theirs and nothing else.
_patients = table(
    "patients",
    column("id", Integer),
    column("public_id", String),
    column("person_id", Integer),
    column("risk_level", Integer),
    column("visit_class", Integer),
    column("last_visit_on", Date),
    column("last_visit_form", Integer),
)
_NOT_RATED = -1  # below level 0 in the order


@dataclass(frozen=True)
class Filters:
    """What part of the list: a kind (without one, all but the quarterly reassessments), a village, a bucket; and its order."""

    bucket: Bucket | None = None
    kind: TaskKind | None = None
    village: str | None = None
    by_village: bool = False


@dataclass(frozen=True)
class WorkRow:
    """One open task with what its reader may see; what the role may not see is None. `patient` is the public id."""

    task: str
    kind: TaskKind
    due_on: date
    standing: Standing
    because: Sequence[Reason]
    patient: str
    person_id: int
    name: str | None
    age: int | None
    area_code: str
    village: str
    level: int | None
    visit_class: int | None
    last_visit_on: date | None
    last_visit_form: int | None
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class OpenCounts:
    """Open tasks of the actor's list by due day, reassessments apart."""

    overdue: int
    week: int
    later: int
    to_reassess: int

    @property
    def all(self) -> int:
        return self.overdue + self.week + self.later + self.to_reassess


def worklist(
    session: Session,
    actor: Actor,
    filters: Filters,
    today: date,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
    vault: Vault | None = None,
) -> Page[WorkRow]:
    """A page of the list: by level from high to low, then by lateness; a fixed number of queries whatever its size.

    With a `vault`, rows carry the telephone number for roles that see it in full.
    """
    key = _order_key(filters)
    after = _read_cursor(cursor, filters)
    statement = _open_tasks(actor, filters, today)
    if after is not None:
        statement = statement.where(_comes_after(key, after))
    fetched = session.execute(statement.order_by(*key).limit(size + 1)).all()
    page = page_of(fetched, size, lambda row: _key_of(row, filters))
    rows = [_work_row(row, actor, today) for row in page.rows]
    if vault is not None and sees(actor, Field.PATIENT_PHONE) is Grant.FULL:
        rows = _with_phones(session, vault, rows)
    return Page(rows, page.next_cursor)


def count_open(session: Session, actor: Actor, today: date) -> OpenCounts:
    """How many there are in each bucket, in one query."""
    reassess = Task.kind == TaskKind.REASSESSMENT
    counts = session.execute(
        select(
            _count(and_(~reassess, _in_bucket(Bucket.OVERDUE, today))),
            _count(and_(~reassess, _in_bucket(Bucket.WEEK, today))),
            _count(and_(~reassess, _in_bucket(Bucket.LATER, today))),
            _count(reassess),
        ).where(*_own(actor))
    ).one()
    return OpenCounts(*counts)


def list_villages(session: Session, actor: Actor) -> Sequence[tuple[str, str]]:
    """(code, name) of the places in the actor's area that have open tasks, for the list's filter."""
    busy = select(Task.area_code).where(*_own(actor)).distinct()
    rows = session.execute(select(Area.code, Area.name).where(Area.code.in_(busy)).order_by(Area.code))
    return [(row.code, row.name) for row in rows]


def get_task(session: Session, actor: Actor, public_id: str) -> Task:
    """A task of the actor's list, open or closed; raises NotFound."""
    task = session.scalar(
        select(Task).where(
            Task.public_id == public_id, within(Task.area_code, actor), Task.kind.in_(kinds_for(actor.role))
        )
    )
    if task is None:
        raise NotFound()
    return task


def find_open_follow_up(session: Session, actor: Actor, patient_id: int) -> Task | None:
    return session.scalar(
        select(Task).where(
            Task.patient_id == patient_id,
            Task.kind == TaskKind.FOLLOW_UP,
            Task.state == TaskState.OPEN,
            within(Task.area_code, actor),
        )
    )


def list_open_of_patient(session: Session, actor: Actor, patient_id: int) -> Sequence[Task]:
    """Everything that is open for one patient, soonest first, as far as it is on this role's list."""
    return session.scalars(
        select(Task).where(Task.patient_id == patient_id, *_own(actor)).order_by(Task.due_on, Task.id)
    ).all()


def _own(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        Task.state == TaskState.OPEN,
        within(Task.area_code, actor),
        Task.kind.in_(sorted(kinds_for(actor.role))),
    )


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)


def _in_bucket(bucket: Bucket, today: date) -> ColumnElement[bool]:
    week_ends = last_day_of_week(today)
    if bucket is Bucket.OVERDUE:
        return Task.due_on < today
    return Task.due_on.between(today, week_ends) if bucket is Bucket.WEEK else Task.due_on > week_ends


def _open_tasks(actor: Actor, filters: Filters, today: date) -> Select[*tuple[Any, ...]]:
    conditions = [*_own(actor)]
    conditions.append(Task.kind == filters.kind if filters.kind else Task.kind != TaskKind.REASSESSMENT)
    if filters.bucket:
        conditions.append(_in_bucket(filters.bucket, today))
    if filters.village:
        conditions.append(within_prefix(Task.area_code, filters.village))
    return (
        select(
            Task.id,
            Task.public_id.label("task"),
            Task.kind,
            Task.due_on,
            Task.because,
            Task.area_code,
            _patients.c.public_id.label("patient"),
            _patients.c.person_id,
            _patients.c.risk_level,
            _patients.c.visit_class,
            _patients.c.last_visit_on,
            _patients.c.last_visit_form,
            Person.name,
            Person.born_on,
            Area.name.label("village"),
        )
        .join_from(Task, _patients, _patients.c.id == Task.patient_id)
        .join(Person, Person.id == _patients.c.person_id)
        .join(Area, Area.code == Task.area_code)
        .where(*conditions, Person.died_on.is_(None))
    )


# -- order and paging --------------------------------------------------------------------------------------------------


Key = tuple[Any, ...]


def _order_key(filters: Filters) -> Key:
    """Columns in ascending order: (village,) highest level first, most overdue first, and the id to tell equals apart."""
    key = (-func.coalesce(_patients.c.risk_level, _NOT_RATED), Task.due_on, Task.id)
    return (Task.area_code, *key) if filters.by_village else key


def _key_of(row: Row[Any], filters: Filters) -> Key:
    level = _NOT_RATED if row.risk_level is None else row.risk_level
    key = (-level, row.due_on, row.id)
    return (row.area_code, *key) if filters.by_village else key


def _read_cursor(cursor: str | None, filters: Filters) -> Key | None:
    """The last row's key; None, which starts at the beginning, for anything that this list did not write itself."""
    parts = decode_cursor(cursor, 4 if filters.by_village else 3)
    if parts is None:
        return None
    *village, level, due_on, task_id = parts
    if not (_is_small(level) and _is_small(task_id) and all(is_area_code(str(code)) for code in village)):
        return None
    try:
        return (*village, level, parse_date(str(due_on)), task_id)
    except ValueError:
        return None


def _is_small(number: object) -> bool:
    """A whole number that fits the database's integers."""
    return type(number) is int and abs(number) < 2**31


def _comes_after(key: Key, after: Key) -> ColumnElement[bool]:
    steps = [and_(*(key[i] == after[i] for i in range(depth)), key[depth] > after[depth]) for depth in range(len(key))]
    return or_(*steps)


# -- what a row shows --------------------------------------------------------------------------------------------------


def _work_row(row: Row[Any], actor: Actor, today: date) -> WorkRow:
    clinical = sees(actor, Field.CLINICAL) is Grant.FULL
    return WorkRow(
        task=row.task,
        kind=row.kind,
        due_on=row.due_on,
        standing=standing(row.due_on, today),
        because=[Reason.from_json(one) for one in row.because],
        patient=row.patient,
        person_id=row.person_id,
        name=_name_for(actor, row.name),
        age=age_on(row.born_on, today) if row.born_on and sees(actor, Field.PATIENT_BIRTH_DATE) is Grant.FULL else None,
        area_code=row.area_code,
        village=row.village,
        level=row.risk_level if sees(actor, Field.RISK_LEVEL) is Grant.FULL else None,
        visit_class=row.visit_class if clinical else None,
        last_visit_on=row.last_visit_on if clinical else None,
        last_visit_form=row.last_visit_form if clinical else None,
    )


def _name_for(actor: Actor, name: str) -> str | None:
    """An open task is what a `T` grant asks for; masked is masked here too."""
    grant = sees(actor, Field.PATIENT_NAME)
    if grant in (Grant.FULL, Grant.TASK):
        return name
    return mask_name(name) if grant is Grant.MASKED else None


def _with_phones(session: Session, vault: Vault, rows: Sequence[WorkRow]) -> list[WorkRow]:
    numbers = list_main_phones(session, vault, (row.person_id for row in rows))
    return [replace(row, phone=numbers.get(row.person_id)) for row in rows]
