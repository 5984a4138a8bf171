"""The rules of the alert board as one query, for counting and paging; `app/risk/rules_alerts.py` says what they mean.

Each alert is a row of patient, rank, level and place. A test holds the rows against the rules, patient by patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from app.core.actor import Actor
from app.core.dates import add_months
from app.core.scope import within
from app.desk.queries.duties import IS_OPEN
from app.patients.models import MedicineSupply, Patient
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus
from app.risk.rules import HIGH_LEVEL
from app.risk.rules_alerts import (
    AHEAD_DAYS,
    HIGH_UNSEEN_DAYS,
    INJECTION_GRACE_DAYS,
    LONG_OVERDUE_DAYS,
    UNSEEN_MONTHS,
    UNSTABLE,
    Cause,
    Colour,
)
from app.tasks.models import Task
from app.tasks.rules import TaskKind

RESTING = (CareSetting.INPATIENT, CareSetting.CUSTODY, CareSetting.AWAY_KNOWN)
CAUSES, COLOURS = list(Cause), list(Colour)
_OF_COLOUR = 100  # a rank is the colour's number and the cause's, so that ranks order as the board does


@dataclass(frozen=True, slots=True)
class Days:
    """The days that the rules compare with."""

    today: date

    @property
    def ahead(self) -> date:
        return self.today + timedelta(days=AHEAD_DAYS)

    def before(self, days: int) -> date:
        return self.today - timedelta(days=days)

    @property
    def last_unseen(self) -> date:
        """The latest day since which somebody counts as unseen; months are of different lengths."""
        day = add_months(self.today, -UNSEEN_MONTHS) + timedelta(days=3)
        while self.today <= add_months(day, UNSEEN_MONTHS):
            day -= timedelta(days=1)
        return day


def rank(colour: Colour, cause: Cause) -> int:
    return COLOURS.index(colour) * _OF_COLOUR + CAUSES.index(cause)


def colour_and_cause(number: int) -> tuple[Colour, Cause]:
    colour, cause = divmod(number, _OF_COLOUR)
    return COLOURS[colour], CAUSES[cause]


def alert_rows(actor: Actor, today: date, hidden: frozenset[Cause]) -> Subquery:
    """One row an alert of the actor's area: `patient_id`, `rank`, `level`, `area_code`. Causes in `hidden` are left out."""
    days = Days(today)
    parts: list[Select[Any]] = [_contact(actor, days), _visits(actor, days), _emergencies(actor, days)]
    if not hidden & {Cause.UNLOCKING, Cause.INJECTION_LATE, Cause.SUPPLY_OUT}:
        parts += [_unlockings(actor, days), _injections(actor, days), _supplies(actor, days)]
    found: CompoundSelect[Any] = union_all(*parts)
    every = found.subquery("every_alert")
    wanted = [every.c.rank.is_not(None)]
    if hidden:
        unknown = [rank(colour, cause) for colour in Colour for cause in hidden]
        wanted.append(every.c.rank.not_in(unknown))
    return select(every).where(*wanted).subquery("alert")


def _plain(number: int) -> ColumnElement[int]:
    """Written out: statements of one shape share a plan."""
    return literal_column(str(number))


def _row(number: ColumnElement[Any]) -> Select[Any]:
    level = func.coalesce(Patient.risk_level, 0)
    return select(Patient.id.label("patient_id"), number.label("rank"), level.label("level"), Patient.area_code)


def _in_register(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Patient.registry_status == RegistryStatus.REGISTERED,
        Patient.management_status != ManagementStatus.REFUSED,
        within(Patient.area_code, actor),
    )


def _is_high() -> ColumnElement[bool]:
    return func.coalesce(Patient.risk_level, 0) >= HIGH_LEVEL


def _visits(actor: Actor, days: Days) -> Select[Any]:
    is_late = Task.due_on < days.today
    number = case(
        (and_(is_late, _is_high()), _plain(rank(Colour.RED, Cause.HIGH_OVERDUE))),
        (and_(is_late, Patient.visit_class == UNSTABLE), _plain(rank(Colour.RED, Cause.UNSTABLE_OVERDUE))),
        (Task.due_on < days.before(LONG_OVERDUE_DAYS), _plain(rank(Colour.ORANGE, Cause.LONG_OVERDUE))),
        (is_late, _plain(rank(Colour.YELLOW, Cause.OVERDUE))),
        (_is_high(), _plain(rank(Colour.BLUE, Cause.HIGH_DUE))),
    )
    return (
        _row(number)
        .join(Task, Task.patient_id == Patient.id)
        .where(*_duty(actor, days, TaskKind.FOLLOW_UP), Patient.management_status != ManagementStatus.LOST)
    )


def _contact(actor: Actor, days: Days) -> Select[Any]:
    """Who has not been found, or not been seen."""
    is_lost = Patient.management_status == ManagementStatus.LOST
    since = func.coalesce(Patient.last_seen_on, Patient.managed_from)
    number = case(
        (and_(is_lost, _is_high()), _plain(rank(Colour.RED, Cause.HIGH_LOST))),
        (is_lost, _plain(rank(Colour.ORANGE, Cause.LOST))),
        (
            and_(_is_high(), since < days.before(HIGH_UNSEEN_DAYS)),
            _plain(rank(Colour.ORANGE, Cause.HIGH_UNSEEN)),
        ),
        (since <= days.last_unseen, _plain(rank(Colour.YELLOW, Cause.UNSEEN))),
    )
    is_unseen = and_(
        Patient.care_setting.not_in(RESTING),
        or_(since <= days.last_unseen, and_(_is_high(), since < days.before(HIGH_UNSEEN_DAYS))),
    )
    return _row(number).where(_in_register(actor), or_(is_lost, is_unseen))


def _emergencies(actor: Actor, days: Days) -> Select[Any]:
    due = _earliest(actor, days, TaskKind.EMERGENCY_RECORD, Task.due_at.is_not(None))
    return _of(actor, due, _plain(rank(Colour.RED, Cause.EMERGENCY)))


def _unlockings(actor: Actor, days: Days) -> Select[Any]:
    due = _earliest(actor, days, TaskKind.UNLOCKING)
    return _of(actor, due, _plain(rank(Colour.ORANGE, Cause.UNLOCKING)))


def _injections(actor: Actor, days: Days) -> Select[Any]:
    due = _earliest(actor, days, TaskKind.INJECTION)
    number = case(
        (due.c.due_on < days.before(INJECTION_GRACE_DAYS), _plain(rank(Colour.ORANGE, Cause.INJECTION_LATE))),
        (due.c.due_on < days.today, _plain(rank(Colour.YELLOW, Cause.INJECTION_LATE))),
        else_=_plain(rank(Colour.BLUE, Cause.INJECTION_DUE)),
    )
    return _of(actor, due, number)


def _supplies(actor: Actor, days: Days) -> Select[Any]:
    due = supplies_due(actor, days).group_by(Task.patient_id).subquery("supplies_due")
    number = case(
        (due.c.out_on <= days.today, _plain(rank(Colour.YELLOW, Cause.SUPPLY_OUT))),
        (due.c.due_on <= days.today, _plain(rank(Colour.BLUE, Cause.SUPPLY_SOON))),
    )
    return _of(actor, due, number)


def supplies_due(actor: Actor, days: Days) -> Select[int, date, date]:
    """patient → the earliest day of asking and the earliest day of running out, among orders that wait; to be grouped."""
    of_task = or_(
        Task.period == literal("supply:") + cast(MedicineSupply.id, String),
        Task.period.startswith(literal("supply:") + cast(MedicineSupply.id, String) + ":"),
    )
    return (
        select(
            Task.patient_id,
            func.min(Task.due_on).label("due_on"),
            func.min(MedicineSupply.runs_out_on).label("out_on"),
        )
        .join(MedicineSupply, and_(MedicineSupply.patient_id == Task.patient_id, of_task))
        .where(*_open(actor, days, TaskKind.SUPPLY))
    )


def _earliest(actor: Actor, days: Days, kind: TaskKind, *more: ColumnElement[bool]) -> Subquery:
    first = select(Task.patient_id, func.min(Task.due_on).label("due_on")).where(*_open(actor, days, kind), *more)
    return first.group_by(Task.patient_id).subquery(f"{kind.value}_due")


def _of(actor: Actor, due: Subquery, number: ColumnElement[Any]) -> Select[Any]:
    return _row(number).join(due, due.c.patient_id == Patient.id).where(_in_register(actor))


def _open(actor: Actor, days: Days, kind: TaskKind) -> tuple[ColumnElement[bool], ...]:
    return IS_OPEN, within(Task.area_code, actor), Task.kind == kind, Task.due_on <= days.ahead


def _duty(actor: Actor, days: Days, kind: TaskKind) -> tuple[ColumnElement[bool], ...]:
    return (*_open(actor, days, kind), _in_register(actor))
