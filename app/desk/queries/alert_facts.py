"""The rules of the alert board as one query, for counting and paging; `app/risk/rules_alerts.py` says what they mean.

Each alert is a row of patient, rank, level and place. A test holds the rows against the rules, patient by patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from app.core.dates import add_months
from app.core.scope import within_range
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

KINDS = (
    TaskKind.FOLLOW_UP,
    TaskKind.INJECTION,
    TaskKind.SUPPLY,
    TaskKind.UNLOCKING,
    TaskKind.EMERGENCY_RECORD,
)
RESTING = (CareSetting.INPATIENT, CareSetting.CUSTODY, CareSetting.AWAY_KNOWN)
CAUSES, COLOURS = list(Cause), list(Colour)
OF_COLOUR = 100  # a rank is the colour's number and the cause's, so that ranks order as the board does


TODAY, AHEAD = bindparam("today", type_=Date), bindparam("ahead", type_=Date)
LONG_AGO, GRACE_FROM = bindparam("long_ago", type_=Date), bindparam("grace_from", type_=Date)
LONG_UNSEEN_HIGH, LAST_UNSEEN = bindparam("high_unseen", type_=Date), bindparam("last_unseen", type_=Date)


@dataclass(frozen=True, slots=True)
class Days:
    """The days that the rules compare with."""

    today: date

    @property
    def values(self) -> dict[str, date]:
        """For a statement with `TODAY`, `AHEAD` and the others."""
        return {
            "today": self.today,
            "ahead": self.ahead,
            "long_ago": self.before(LONG_OVERDUE_DAYS),
            "grace_from": self.before(INJECTION_GRACE_DAYS),
            "high_unseen": self.before(HIGH_UNSEEN_DAYS),
            "last_unseen": self.last_unseen,
        }

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
    return COLOURS.index(colour) * OF_COLOUR + CAUSES.index(cause)


def ranks_of(colour: Colour) -> tuple[int, int]:
    """The first and the last rank of a colour."""
    return rank(colour, CAUSES[0]), rank(colour, CAUSES[-1])


def colour_and_cause(number: int) -> tuple[Colour, Cause]:
    colour, cause = divmod(number, OF_COLOUR)
    return COLOURS[colour], CAUSES[cause]


@cache
def alert_rows(hidden: frozenset[Cause]) -> CTE:
    """One row an alert: `patient_id`, `rank`, `level`, `area_code`; causes in `hidden` are left out.

    Built once, as it is long; run with `area_values(actor)` and `Days.values`.
    """
    every = union_all(_contact(), _of_duties()).subquery("every_alert")
    wanted = select(every).where(every.c.rank.is_not(None))
    if hidden:
        wanted = wanted.where(every.c.rank.not_in([rank(colour, cause) for colour in Colour for cause in hidden]))
    return wanted.cte("alert")


def _plain(number: int) -> ColumnElement[int]:
    """Written out: statements of one shape share a plan."""
    return literal_column(str(number))


def _row(number: ColumnElement[Any]) -> Select[Any]:
    level = func.coalesce(Patient.risk_level, _plain(0))
    return select(Patient.id.label("patient_id"), number.label("rank"), level.label("level"), Patient.area_code)


def _in_register() -> ColumnElement[bool]:
    return and_(
        Patient.registry_status == RegistryStatus.REGISTERED,
        Patient.management_status != ManagementStatus.REFUSED,
        within_range(Patient.area_code),
    )


def _is_high() -> ColumnElement[bool]:
    return func.coalesce(Patient.risk_level, _plain(0)) >= _plain(HIGH_LEVEL)


def _contact() -> Select[Any]:
    """Who has not been found, or not been seen."""
    is_lost = Patient.management_status == ManagementStatus.LOST
    since = func.coalesce(Patient.last_seen_on, Patient.managed_from)
    number = case(
        (and_(is_lost, _is_high()), _plain(rank(Colour.RED, Cause.HIGH_LOST))),
        (is_lost, _plain(rank(Colour.ORANGE, Cause.LOST))),
        (
            and_(_is_high(), since < LONG_UNSEEN_HIGH),
            _plain(rank(Colour.ORANGE, Cause.HIGH_UNSEEN)),
        ),
        (since <= LAST_UNSEEN, _plain(rank(Colour.YELLOW, Cause.UNSEEN))),
    )
    is_unseen = and_(
        Patient.care_setting.not_in(RESTING),
        or_(since <= LAST_UNSEEN, and_(_is_high(), since < LONG_UNSEEN_HIGH)),
    )
    return _row(number).where(_in_register(), or_(is_lost, is_unseen))


def _of_duties() -> Select[Any]:
    """What is due, the earliest of each kind: one pass over the open tasks of the area."""
    due = duties_due().subquery("due")
    number = case(
        (due.c.kind == TaskKind.FOLLOW_UP, _visit(due.c.due_on)),
        (due.c.kind == TaskKind.INJECTION, _injection(due.c.due_on)),
        (due.c.kind == TaskKind.SUPPLY, _supply(due.c.due_on, due.c.out_on)),
        (due.c.kind == TaskKind.UNLOCKING, _plain(rank(Colour.ORANGE, Cause.UNLOCKING))),
        (due.c.kind == TaskKind.EMERGENCY_RECORD, _plain(rank(Colour.RED, Cause.EMERGENCY))),
    )
    return _row(number).join(due, due.c.patient_id == Patient.id).where(_in_register())


def duties_due() -> Select[int, TaskKind, date, date]:
    """patient, kind → the earliest day, for orders of medicine also the earliest on which it runs out."""
    of_task = or_(
        Task.period == literal("supply:") + cast(MedicineSupply.id, String),
        Task.period.startswith(literal("supply:") + cast(MedicineSupply.id, String) + ":"),
    )
    is_order = and_(Task.kind == TaskKind.SUPPLY, MedicineSupply.patient_id == Task.patient_id, of_task)
    has_hour = or_(Task.kind != TaskKind.EMERGENCY_RECORD, Task.due_at.is_not(None))
    return (
        select(
            Task.patient_id,
            Task.kind,
            func.min(Task.due_on).label("due_on"),
            func.min(MedicineSupply.runs_out_on).label("out_on"),
        )
        .outerjoin(MedicineSupply, is_order)
        .where(IS_OPEN, within_range(Task.area_code), Task.kind.in_(KINDS), Task.due_on <= AHEAD, has_hour)
        .group_by(Task.patient_id, Task.kind)
    )


def _visit(due_on: ColumnElement[Any]) -> ColumnElement[Any]:
    """The visit that is due, when the patient can be visited."""
    is_late = due_on < TODAY
    return case(
        (Patient.management_status == ManagementStatus.LOST, null()),
        (and_(is_late, _is_high()), _plain(rank(Colour.RED, Cause.HIGH_OVERDUE))),
        (and_(is_late, Patient.visit_class == UNSTABLE), _plain(rank(Colour.RED, Cause.UNSTABLE_OVERDUE))),
        (due_on < LONG_AGO, _plain(rank(Colour.ORANGE, Cause.LONG_OVERDUE))),
        (is_late, _plain(rank(Colour.YELLOW, Cause.OVERDUE))),
        (_is_high(), _plain(rank(Colour.BLUE, Cause.HIGH_DUE))),
    )


def _injection(due_on: ColumnElement[Any]) -> ColumnElement[Any]:
    return case(
        (due_on < GRACE_FROM, _plain(rank(Colour.ORANGE, Cause.INJECTION_LATE))),
        (due_on < TODAY, _plain(rank(Colour.YELLOW, Cause.INJECTION_LATE))),
        else_=_plain(rank(Colour.BLUE, Cause.INJECTION_DUE)),
    )


def _supply(asked_on: ColumnElement[Any], out_on: ColumnElement[Any]) -> ColumnElement[Any]:
    return case(
        (out_on <= TODAY, _plain(rank(Colour.YELLOW, Cause.SUPPLY_OUT))),
        (and_(out_on.is_not(None), asked_on <= TODAY), _plain(rank(Colour.BLUE, Cause.SUPPLY_SOON))),
    )
