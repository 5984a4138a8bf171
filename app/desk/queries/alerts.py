"""The alert board: counted and paged by the database, told in words by the rules; five statements whatever the number of patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import CTE, CompoundSelect, Integer, Select, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.areas.queries import agency_names, full_names
from app.areas.rules import is_area_code
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import area_values, within
from app.desk.queries.alert_facts import OF_COLOUR, RESTING, Days, alert_rows, colour_and_cause, duties_due, ranks_of
from app.desk.queries.duties import IS_OPEN
from app.patients.models import Patient
from app.patients.rules import ManagementStatus
from app.people.models import Person
from app.risk.rules_alerts import CLINICAL, Alert, Cause, Colour, Facts, alerts_of
from app.tasks.models import Task
from app.tasks.rules import TaskKind

_KEY = 4  # rank, level, place, patient
_KINDS = (TaskKind.FOLLOW_UP, TaskKind.INJECTION, TaskKind.UNLOCKING, TaskKind.EMERGENCY_RECORD)
_TASK_OF = {Cause.EMERGENCY: TaskKind.EMERGENCY_RECORD}


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert with whom it is about and who is responsible; `patient` and `task` are public ids."""

    alert: Alert
    patient: str
    name: str
    village: str
    agency: str | None
    task: str | None


@dataclass(frozen=True, slots=True)
class Board:
    """Counts of every colour, and a page of the one that is shown."""

    counts: dict[Colour, int]
    colour: Colour
    page: Page[AlertRow]


def alert_board(
    session: Session,
    actor: Actor,
    colour: Colour | None,
    cursor: str | None,
    today: date,
    now: datetime,
    size: int = PAGE_SIZE,
) -> Board:
    """Without a colour, the most urgent one that has any alert. Roles without clinical facts get the alerts that hold none."""
    require(actor, Action.SEE_ALERTS)
    hidden = frozenset() if sees(actor, Field.CLINICAL) is Grant.FULL else CLINICAL
    values = {**area_values(actor), **Days(today).values, "size": size + 1}
    counts, found = _count_and_page(session, hidden, colour, _read_cursor(cursor), values)
    shown = colour or next((one for one in Colour if counts[one]), Colour.RED)
    page = page_of(found, size, lambda row: (row.rank, -row.number, row.area_code, row.patient_id))
    return Board(counts, shown, Page(_told(session, actor, page.rows, today, now), page.next_cursor))


def _count_and_page(
    session: Session,
    hidden: frozenset[Cause],
    colour: Colour | None,
    after: tuple[Any, ...] | None,
    values: Mapping[str, Any],
) -> tuple[dict[Colour, int], list[Any]]:
    """Both out of one pass: rows with a patient are the page's, by cause, level and place; those without are counts by rank."""
    last = {f"after_{number}": part for number, part in enumerate(after or ())}
    counts, rows = dict.fromkeys(Colour, 0), []
    for row in session.execute(_statement(hidden, colour, after is not None), {**values, **last}):
        if row.patient_id:
            rows.append(row)
        else:
            counts[colour_and_cause(row.rank)[0]] += row.number
    return counts, sorted(rows, key=lambda row: (row.rank, -row.number, row.area_code, row.patient_id))


@cache
def _statement(hidden: frozenset[Cause], colour: Colour | None, is_continued: bool) -> CompoundSelect[Any]:
    """Built once for each tab and kind of reader."""
    alert = alert_rows(hidden)
    counted = select(
        alert.c.rank, func.count().label("number"), literal("").label("area_code"), literal(0).label("patient_id")
    )
    page = _page(alert, colour, is_continued).subquery("page")
    return union_all(counted.group_by(alert.c.rank), select(page))


def _page(alert: CTE, colour: Colour | None, is_continued: bool) -> Select[Any]:
    """The rows of one colour, without any of the most urgent that there is."""
    key = (alert.c.rank, -alert.c.level, alert.c.area_code, alert.c.patient_id)
    wanted = select(alert.c.rank, alert.c.level.label("number"), alert.c.area_code, alert.c.patient_id)
    if colour is not None:
        wanted = wanted.where(alert.c.rank.between(*ranks_of(colour)))
    else:
        least = select(func.min(alert.c.rank)).scalar_subquery()
        wanted = wanted.where(alert.c.rank < least - least % OF_COLOUR + OF_COLOUR)
    if is_continued:
        after = [bindparam(f"after_{number}", type_=part.type) for number, part in enumerate(key)]
        steps = [and_(*(key[i] == after[i] for i in range(at)), key[at] > after[at]) for at in range(_KEY)]
        wanted = wanted.where(or_(*steps))
    return wanted.order_by(*key).limit(bindparam("size", type_=Integer))


def _read_cursor(cursor: str | None) -> tuple[Any, ...] | None:
    """The last row's key; None, which starts at the beginning, for anything that this list did not write itself."""
    parts = decode_cursor(cursor, _KEY)
    if parts is None:
        return None
    *numbers, place, patient = parts
    if not all(type(one) is int and abs(one) < 2**31 for one in (*numbers, patient)) or not is_area_code(str(place)):
        return None
    return parts


# -- in words ----------------------------------------------------------------------------------------------------------


def _told(session: Session, actor: Actor, rows: Sequence[Any], today: date, now: datetime) -> list[AlertRow]:
    """The page's alerts as the rules say them."""
    ids = {row.patient_id for row in rows}
    people = _people(session, actor, ids)
    duties, orders = _duties(session, actor, ids, Days(today)), _orders(session, actor, ids, Days(today))
    villages = full_names(session, {one.area_code for one in people.values()})
    agencies = agency_names(session, {one.agency_id for one in people.values() if one.agency_id})
    told = []
    for row in rows:
        one, own = people[row.patient_id], duties.get(row.patient_id, {})
        cause = colour_and_cause(row.rank)[1]
        facts = _facts(one, own, orders.get(row.patient_id))
        task = own.get(_TASK_OF[cause]) if cause in _TASK_OF else None
        told += [
            AlertRow(
                alert, one.public_id, one.name, villages[one.area_code], agencies.get(one.agency_id or 0),
                task.public_id if task else None,
            )
            for alert in alerts_of(facts, today, now)
            if alert.cause is cause
        ]  # fmt: skip
    return told


def _people(session: Session, actor: Actor, ids: set[int]) -> dict[int, Any]:
    columns = (
        Patient.id,
        Patient.public_id,
        Patient.area_code,
        Patient.agency_id,
        Patient.risk_level,
        Patient.visit_class,
        Patient.management_status,
        Patient.care_setting,
        Patient.last_seen_on,
        Patient.managed_from,
        Person.name,
    )
    found = select(*columns).join(Person, Person.id == Patient.person_id)
    rows = session.execute(found.where(Patient.id.in_(ids), within(Patient.area_code, actor)))
    return {row.id: row for row in rows}


def _duties(session: Session, actor: Actor, ids: set[int], days: Days) -> dict[int, dict[TaskKind, Any]]:
    """patient id → the earliest open duty of each kind that is due within a week."""
    rows = session.execute(
        select(Task.patient_id, Task.kind, Task.due_on, Task.due_at, Task.public_id)
        .where(
            IS_OPEN,
            within(Task.area_code, actor),
            Task.patient_id.in_(ids),
            Task.kind.in_(_KINDS),
            Task.due_on <= days.ahead,
        )
        .order_by(Task.due_on.desc(), Task.id.desc())
    )
    found: dict[int, dict[TaskKind, Any]] = {}
    for row in rows:  # the earliest comes last and stays
        found.setdefault(row.patient_id, {})[row.kind] = row
    return found


def _orders(session: Session, actor: Actor, ids: set[int], days: Days) -> dict[int, Any]:
    """patient id → when medicine is to be asked for, and when it runs out."""
    due = duties_due().where(Task.patient_id.in_(ids), Task.kind == TaskKind.SUPPLY)
    return {row.patient_id: row for row in session.execute(due, {**area_values(actor), **days.values})}


def _facts(one: Any, own: dict[TaskKind, Any], supply: Any | None) -> Facts:
    def due(kind: TaskKind) -> date | None:
        return own[kind].due_on if kind in own else None

    emergency = own.get(TaskKind.EMERGENCY_RECORD)
    return Facts(
        level=one.risk_level,
        visit_class=one.visit_class,
        is_lost=one.management_status is ManagementStatus.LOST,
        is_home=one.care_setting not in RESTING,
        seen_on=one.last_seen_on,
        managed_from=one.managed_from,
        visit_due_on=due(TaskKind.FOLLOW_UP),
        injection_due_on=due(TaskKind.INJECTION),
        supply_asked_on=supply.due_on if supply else None,
        supply_out_on=supply.out_on if supply else None,
        emergency_due_at=emergency.due_at if emergency else None,
        unlocking_since=due(TaskKind.UNLOCKING),
    )
