"""Facts of several rooms for the alert board: five statements whatever the number of patients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from app.areas.queries import agency_names, full_names
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.scope import within
from app.desk.queries.duties import IS_OPEN
from app.patients.models import MedicineSupply, Patient
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus
from app.people.models import Person
from app.risk.rules import HIGH_LEVEL
from app.risk.rules_alerts import AHEAD_DAYS, CLINICAL, Alert, Cause, Colour, Facts, alerts_of
from app.tasks.models import Task
from app.tasks.rules import TaskKind

SHOWN = 50  # of one colour on a page
_UNSEEN_SINCE = timedelta(days=28)  # earlier than any threshold of the rules
_RESTING = (CareSetting.INPATIENT, CareSetting.CUSTODY, CareSetting.AWAY_KNOWN)
_KINDS = (
    TaskKind.FOLLOW_UP,
    TaskKind.INJECTION,
    TaskKind.SUPPLY,
    TaskKind.UNLOCKING,
    TaskKind.EMERGENCY_RECORD,
)


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
    """Counts of every colour, and the rows of the one that is shown from `start` on."""

    counts: dict[Colour, int]
    colour: Colour
    rows: Sequence[AlertRow]
    total: int


def alert_board(session: Session, actor: Actor, colour: Colour | None, start: int, today: date, now: datetime) -> Board:
    """Without a colour, the most urgent one that has any alert. Roles without clinical facts get the alerts that hold none."""
    require(actor, Action.SEE_ALERTS)
    duties = _duties(session, actor, today)
    found = []
    for row in _patients(session, actor, today):
        own = duties.get(row.id, {})
        for alert in alerts_of(_facts(row, own), today, now):
            if _may_know(actor, alert):
                found.append((alert, row, own))
    counts = Counter(alert.colour for alert, *_ in found)
    shown = colour or next((one for one in Colour if counts[one]), Colour.RED)
    of_colour = [one for one in found if one[0].colour is shown]
    # causes by gravity as the rules list them, then the highest level, then by place
    order = {cause: number for number, cause in enumerate(Cause)}
    of_colour.sort(key=lambda one: (order[one[0].cause], -(one[1].risk_level or 0), one[1].area_code, one[1].id))
    rows = _named(session, of_colour[start : start + SHOWN])
    return Board({one: counts[one] for one in Colour}, shown, rows, len(of_colour))


def _may_know(actor: Actor, alert: Alert) -> bool:
    return alert.cause not in CLINICAL or sees(actor, Field.CLINICAL) is Grant.FULL


def _duties(session: Session, actor: Actor, today: date) -> dict[int, dict[str, Any]]:
    """patient id → the earliest open duty of each kind that is due within a week, with supplies' days."""
    rows = session.execute(
        select(
            Task.patient_id,
            Task.kind,
            Task.due_on,
            Task.due_at,
            Task.public_id,
            select(MedicineSupply.runs_out_on)
            .where(
                Task.kind == TaskKind.SUPPLY,
                MedicineSupply.patient_id == Task.patient_id,
                or_(
                    Task.period == literal("supply:") + cast(MedicineSupply.id, String),
                    Task.period.startswith(literal("supply:") + cast(MedicineSupply.id, String) + ":"),
                ),
            )
            .scalar_subquery()
            .label("runs_out_on"),
        )
        .where(
            IS_OPEN,
            within(Task.area_code, actor),
            Task.kind.in_(_KINDS),
            Task.due_on <= today + timedelta(days=AHEAD_DAYS),
        )
        .order_by(Task.due_on.desc(), Task.id.desc())
    )
    found: dict[int, dict[str, Any]] = {}
    for row in rows:  # the earliest comes last and stays
        found.setdefault(row.patient_id, {})[row.kind] = row
    return found


def _patients(session: Session, actor: Actor, today: date) -> list[Any]:
    """Everybody of the area about whom something may have to be said."""
    columns = (
        Patient.id,
        Patient.public_id,
        Patient.person_id,
        Patient.area_code,
        Patient.agency_id,
        Patient.risk_level,
        Patient.visit_class,
        Patient.management_status,
        Patient.care_setting,
        Patient.last_seen_on,
        Patient.managed_from,
    )
    waits = or_(
        Patient.management_status == ManagementStatus.LOST,
        Patient.risk_level >= HIGH_LEVEL,
        func.coalesce(Patient.last_seen_on, Patient.managed_from) < today - _UNSEEN_SINCE,
        select(literal(1))
        .where(
            Task.patient_id == Patient.id,
            IS_OPEN,
            Task.kind.in_(_KINDS),
            Task.due_on <= today + timedelta(days=AHEAD_DAYS),
        )
        .exists(),
    )
    rows = session.execute(
        select(*columns).where(
            Patient.registry_status == RegistryStatus.REGISTERED,
            Patient.management_status != ManagementStatus.REFUSED,
            within(Patient.area_code, actor),
            waits,
        )
    )
    return list(rows)


def _facts(row: Any, own: dict[str, Any]) -> Facts:
    def due(kind: TaskKind) -> date | None:
        return own[kind].due_on if kind in own else None

    supply = own.get(TaskKind.SUPPLY)
    emergency = own.get(TaskKind.EMERGENCY_RECORD)
    return Facts(
        level=row.risk_level,
        visit_class=row.visit_class,
        is_lost=row.management_status is ManagementStatus.LOST,
        is_home=row.care_setting not in _RESTING,
        seen_on=row.last_seen_on,
        managed_from=row.managed_from,
        visit_due_on=due(TaskKind.FOLLOW_UP),
        injection_due_on=due(TaskKind.INJECTION),
        supply_asked_on=due(TaskKind.SUPPLY),
        supply_out_on=supply.runs_out_on if supply else None,
        emergency_due_at=emergency.due_at if emergency else None,
        unlocking_since=due(TaskKind.UNLOCKING),
    )


_TASK_OF = {Cause.EMERGENCY: TaskKind.EMERGENCY_RECORD}


def _named(session: Session, found: Sequence[tuple[Alert, Any, dict[str, Any]]]) -> list[AlertRow]:
    people = {row.person_id for _alert, row, _own in found}
    named = select(Person.id, Person.name).where(Person.id.in_(people))
    names = {row.id: row.name for row in session.execute(named)}
    villages = full_names(session, {row.area_code for _alert, row, _own in found})
    agencies = agency_names(session, {row.agency_id for _alert, row, _own in found if row.agency_id})
    return [
        AlertRow(
            alert,
            row.public_id,
            names[row.person_id],
            villages[row.area_code],
            agencies.get(row.agency_id or 0),
            own[_TASK_OF[alert.cause]].public_id if alert.cause in _TASK_OF else None,
        )
        for alert, row, own in found
    ]
