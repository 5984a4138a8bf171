"""Work lists: open duties of the actor's area and role, in the order in which they should be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    String,
    TextClause,
    and_,
    bindparam,
    case,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import code_of, is_area_code, prefix_of
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.dates import age_on, parse_date
from app.core.errors import NotFound
from app.core.identity import mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import area_values, within, within_range
from app.people.models import Person
from app.people.queries import list_main_phones
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import Bucket, Standing, TaskKind, Whose, kinds_for, last_day_of_week, standing

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
    column("doctor_id", Integer),
)
# Who stands in for a doctor is asked of the spans, so that it ends by its date.
_spans = table(
    "patient_spans",
    column("patient_id", Integer),
    column("what", String),
    column("value", String),
    column("from_on", Date),
    column("to_on", Date),
    column("withdrawn_at"),
)
_NOT_RATED = -1  # below level 0 in the order


@dataclass(frozen=True)
class Filters:
    """What part of the list: a kind (without one, all but the quarterly reassessments), a place (prefix), a bucket; and its order.

    `levels` are the lowest and the highest of the patients' levels, `late_days` the days by which a duty is late at least, `whose`
    the reader's own patients or those that the reader stands in for today.
    """

    bucket: Bucket | None = None
    kind: TaskKind | None = None
    place: str | None = None
    by_village: bool = False
    levels: tuple[int, int] | None = None
    late_days: int | None = None
    whose: Whose | None = None


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
    """A page of the list: by level from high to low, then by lateness; two queries whatever its size.

    With a `vault`, rows carry the telephone number for roles that see it in full.
    """
    after = _read_cursor(cursor, filters)
    statement = _list_statement(_own_kinds(actor, filters), _Shape.of(filters, after))
    values = _values(actor, filters, today) | {"size": size + 1}
    if after is not None:
        values |= {f"after_{number}": part for number, part in enumerate(after)}
    fetched = session.connection().execute(statement, values).all()
    page = page_of(fetched, size, lambda row: _key_of(row, filters))
    phones: Mapping[int, str] = {}
    if vault is not None and sees(actor, Field.PATIENT_PHONE) is Grant.FULL:
        phones = list_main_phones(session, vault, (row.person_id for row in page.rows))
    return Page(_work_rows(page.rows, actor, today, phones), page.next_cursor)


def count_open(session: Session, actor: Actor, today: date, filters: Filters | None = None) -> OpenCounts:
    """How many there are in each bucket of the filtered list, in one query; the bucket asked for and its order play no part."""
    wanted = replace(filters or Filters(), bucket=None, by_village=False)
    kinds = kinds_for(actor.role) & ({wanted.kind, TaskKind.REASSESSMENT} if wanted.kind else set(TaskKind))
    statement = _count_statement(kinds, _Shape.of(wanted, None))
    return OpenCounts(*session.connection().execute(statement, _values(actor, wanted, today)).one())


def list_places(session: Session, actor: Actor) -> Sequence[tuple[str, str]]:
    """(prefix, name) of the places one level below the actor's own: a town's villages, a county's towns; for the list's filter."""
    if not actor.area_prefix:
        return []
    rows = session.connection().execute(_PLACES, {"parent": code_of(actor.area_prefix)})
    return [(prefix_of(code), name) for code, name in rows]


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


def find_next_visit_on(session: Session, actor: Actor, patient_id: int) -> date | None:
    """The day on which the open follow-up is due, as stored now; None without an open one."""
    return session.scalar(
        select(Task.due_on).where(
            Task.patient_id == patient_id,
            Task.kind == TaskKind.FOLLOW_UP,
            Task.state == TaskState.OPEN,
            within(Task.area_code, actor),
        )
    )


def _own(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        Task.state == TaskState.OPEN,
        within(Task.area_code, actor),
        Task.kind.in_(sorted(kinds_for(actor.role))),
    )


# -- statements --------------------------------------------------------------------------------------------------------
# These pages are opened all day, and building a statement costs more than running it: each is built once per kind of list.
# The state is written out, because a prepared statement cannot know that a value fits the index of open tasks; the kinds, because a
# list of values would be filled in anew each time.

_IS_OPEN = text("tasks.state = 'open'")


@dataclass(frozen=True)
class _Shape:
    """What of the filters changes the statement itself; days and places are values."""

    bucket: Bucket | None
    has_place: bool
    by_village: bool
    is_continued: bool
    has_levels: bool
    has_late_days: bool
    whose: Whose | None

    @classmethod
    def of(cls, filters: Filters, after: Key | None) -> _Shape:
        return cls(
            filters.bucket,
            bool(filters.place),
            filters.by_village,
            after is not None,
            filters.levels is not None,
            filters.late_days is not None,
            filters.whose,
        )

    @property
    def asks_patients(self) -> bool:
        return self.has_levels or self.whose is not None


def _own_kinds(actor: Actor, filters: Filters) -> frozenset[TaskKind]:
    wanted = {filters.kind} if filters.kind else set(TaskKind) - {TaskKind.REASSESSMENT}
    return kinds_for(actor.role) & wanted


def _days(today: date) -> dict[str, Any]:
    return {"today": today, "week_ends": last_day_of_week(today)}


def _values(actor: Actor, filters: Filters, today: date) -> dict[str, Any]:
    values = area_values(actor) | _days(today)
    if filters.place:
        values |= {"place_from": filters.place, "place_to": filters.place + ":"}
    if filters.levels is not None:
        values |= {"level_from": filters.levels[0], "level_to": filters.levels[1]}
    if filters.late_days is not None:
        values |= {"late_before": today - timedelta(days=filters.late_days)}
    if filters.whose is Whose.MINE:
        values |= {"reader": actor.user_id}
    if filters.whose is Whose.STAND_IN:
        values |= {"reader": str(actor.user_id)}
    return values


def _open_of(kinds: frozenset[TaskKind]) -> tuple[ColumnElement[bool] | TextClause, ...]:
    written: list[ColumnElement[str]] = [literal_column(f"'{kind.value}'") for kind in sorted(kinds)]
    return (_IS_OPEN, within_range(Task.area_code), Task.kind.in_(written))


def _in_bucket(bucket: Bucket) -> ColumnElement[bool]:
    if bucket is Bucket.OVERDUE:
        return Task.due_on < bindparam("today")
    if bucket is Bucket.WEEK:
        return Task.due_on.between(bindparam("today"), bindparam("week_ends"))
    return Task.due_on > bindparam("week_ends")


def _narrowed(shape: _Shape) -> list[ColumnElement[bool]]:
    """What the filters ask for besides the bucket; `shape.asks_patients` says whether patients have to be joined."""
    conditions: list[ColumnElement[bool]] = []
    if shape.has_place:
        conditions += [Task.area_code >= bindparam("place_from"), Task.area_code < bindparam("place_to")]
    if shape.has_levels:
        conditions.append(_patients.c.risk_level.between(bindparam("level_from"), bindparam("level_to")))
    if shape.has_late_days:
        conditions.append(Task.due_on < bindparam("late_before"))
    if shape.whose is Whose.MINE:
        conditions.append(_patients.c.doctor_id == bindparam("reader"))
    if shape.whose is Whose.STAND_IN:
        conditions.append(_is_stood_in_for())
    return conditions


def _is_stood_in_for() -> ColumnElement[bool]:
    """The patient's stand-in of today is the reader."""
    return (
        select(_spans.c.patient_id)
        .where(
            _spans.c.patient_id == Task.patient_id,
            _spans.c.what == "stand_in",
            _spans.c.value == bindparam("reader"),
            _spans.c.from_on <= bindparam("today"),
            or_(_spans.c.to_on.is_(None), _spans.c.to_on > bindparam("today")),
            _spans.c.withdrawn_at.is_(None),
        )
        .exists()
    )


@cache
def _count_statement(kinds: frozenset[TaskKind], shape: _Shape) -> Select[*tuple[Any, ...]]:
    reassess = Task.kind == TaskKind.REASSESSMENT
    parts = [and_(~reassess, _in_bucket(bucket)) for bucket in (Bucket.OVERDUE, Bucket.WEEK, Bucket.LATER)]
    counts = [func.coalesce(func.sum(case((part, 1), else_=0)), 0) for part in (*parts, reassess)]
    counted = select(*counts).where(*_open_of(kinds), *_narrowed(shape))
    return counted.join_from(Task, _patients, _patients.c.id == Task.patient_id) if shape.asks_patients else counted


_PLACES = select(Area.code, Area.name).where(Area.parent_code == bindparam("parent")).order_by(Area.code)


@cache
def _list_statement(kinds: frozenset[TaskKind], shape: _Shape) -> Select[*tuple[Any, ...]]:
    conditions: list[Any] = [*_open_of(kinds), Person.died_on.is_(None)]
    key = _order_key(shape.by_village)
    if shape.bucket:
        conditions.append(_in_bucket(shape.bucket))
    conditions += _narrowed(shape)
    if shape.is_continued:
        conditions.append(_comes_after(key))
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
        .where(*conditions)
        .order_by(*key)
        .limit(bindparam("size", type_=Integer))
    )


# -- order and paging --------------------------------------------------------------------------------------------------


Key = tuple[Any, ...]


def _order_key(by_village: bool) -> Key:
    """Columns in ascending order: (village,) highest level first, most overdue first, and the id to tell equals apart."""
    key = (-func.coalesce(_patients.c.risk_level, _NOT_RATED), Task.due_on, Task.id)
    return (Task.area_code, *key) if by_village else key


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


def _comes_after(key: Key) -> ColumnElement[bool]:
    """After the row whose key stands in the values `after_0`, `after_1`, …"""
    after = [bindparam(f"after_{number}", type_=part.type) for number, part in enumerate(key)]
    steps = [and_(*(key[i] == after[i] for i in range(depth)), key[depth] > after[depth]) for depth in range(len(key))]
    return or_(*steps)


# -- what a row shows --------------------------------------------------------------------------------------------------


def _work_rows(found: Sequence[Row[Any]], actor: Actor, today: date, phones: Mapping[int, str]) -> list[WorkRow]:
    is_clinical = sees(actor, Field.CLINICAL) is Grant.FULL
    reads_birth = sees(actor, Field.PATIENT_BIRTH_DATE) is Grant.FULL
    reads_level = sees(actor, Field.RISK_LEVEL) is Grant.FULL
    return [
        WorkRow(
            task=row.task,
            kind=row.kind,
            due_on=row.due_on,
            standing=standing(row.due_on, today),
            because=[Reason.from_json(one) for one in row.because],
            patient=row.patient,
            person_id=row.person_id,
            name=_name_for(actor, row.name),
            age=age_on(row.born_on, today) if row.born_on and reads_birth else None,
            area_code=row.area_code,
            village=row.village,
            level=row.risk_level if reads_level else None,
            visit_class=row.visit_class if is_clinical else None,
            last_visit_on=row.last_visit_on if is_clinical else None,
            last_visit_form=row.last_visit_form if is_clinical else None,
            phone=phones.get(row.person_id),
        )
        for row in found
    ]


def _name_for(actor: Actor, name: str) -> str | None:
    """An open task is what a `T` grant asks for; masked is masked here too."""
    grant = sees(actor, Field.PATIENT_NAME)
    if grant in (Grant.FULL, Grant.TASK):
        return name
    return mask_name(name) if grant is Grant.MASKED else None
