"""The quarter's meetings: a town's list with what its visits propose, and how far all towns have come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.areas.queries import list_towns, names_of
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, prefix_of, town_of
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.quarter import Quarter
from app.core.reasons import Reason
from app.core.scope import within, within_prefix
from app.patients.models import Patient
from app.people.models import Person
from app.risk.models import LevelSource, Reassessment, ReassessmentSession, RiskLevel, SessionState
from app.risk.rules import Proposal, propose_level, whys_single
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

_TOWN = PREFIX_LENGTHS[AreaLevel.TOWN]


@dataclass(frozen=True, slots=True)
class Row:
    """One patient of the quarter: what the visits propose, why they are opened singly, and the result once there is one."""

    task_id: int
    task_public_id: str
    patient_id: int
    patient_public_id: str
    village: str
    name: str
    record_number: str | None
    entering: int | None
    last_visit_on: date | None
    visits: tuple[tuple[date, int], ...]
    proposal: Proposal
    whys_single: tuple[Reason, ...]
    result: Reassessment | None

    @property
    def is_open(self) -> bool:
        return self.result is None


@dataclass(frozen=True, slots=True)
class Town:
    """A town's quarter in counts; `session` is None before its meeting was opened."""

    code: str
    name: str
    owed: int
    done: int
    session: ReassessmentSession | None


def get_session(session: Session, actor: Actor, public_id: str) -> ReassessmentSession:
    """A meeting of the actor's area; raises `NotFound`."""
    require(actor, Action.REASSESS)
    return _one(session, _of_id(actor, public_id))


def lock_session(session: Session, actor: Actor, public_id: str) -> ReassessmentSession:
    """The meeting as stored now, nobody else's until the transaction ends: results and the signature come one by one."""
    require(actor, Action.HOLD_ASSESSMENTS)
    return _one(session, _of_id(actor, public_id).with_for_update().execution_options(populate_existing=True))


def find_session(session: Session, actor: Actor, area_code: str, quarter: str) -> ReassessmentSession | None:
    """The meeting of the town in which a place lies."""
    return session.scalar(_of_town(actor, area_code, quarter))


def lock_open_session(session: Session, actor: Actor, area_code: str, quarter: str) -> ReassessmentSession | None:
    """The meeting that is under way for a place; a signed one takes no more results."""
    held = session.scalar(_of_town(actor, area_code, quarter).with_for_update())
    return held if held is not None and held.state is SessionState.OPEN else None


def list_rows(session: Session, actor: Actor, held: ReassessmentSession) -> list[Row]:
    """Everybody whom the quarter's reassessment is owed for in the town, by village and name."""
    require(actor, Action.REASSESS)
    return _rows(session, actor, held.quarter, within_prefix(Task.area_code, prefix_of(held.area_code)))


def get_row(session: Session, actor: Actor, task: Task) -> Row:
    """The same of one patient."""
    require(actor, Action.REASSESS)
    return _rows(session, actor, task.period, Task.id == task.id)[0]


def coverage(session: Session, actor: Actor, quarter: Quarter) -> list[Town]:
    """Every town of the actor's area: how many are owed, how many are done, and its meeting."""
    require(actor, Action.SEE_ASSESSMENTS)
    town = func.substr(Task.area_code, 1, _TOWN).label("town")
    counts = {
        row.town: row
        for row in session.execute(
            select(
                town,
                func.count().label("owed"),
                func.count().filter(Task.state == TaskState.DONE).label("done"),
            )
            .where(*_owed(actor, str(quarter)))
            .group_by(town)
        )
    }
    held = {
        one.area_code: one
        for one in session.scalars(
            select(ReassessmentSession).where(
                ReassessmentSession.quarter == str(quarter), within(ReassessmentSession.area_code, actor)
            )
        )
    }
    found = []
    for area in list_towns(session, actor):
        row = counts.get(area.code[:_TOWN])
        found.append(Town(area.code, area.name, row.owed if row else 0, row.done if row else 0, held.get(area.code)))
    return found


def _rows(session: Session, actor: Actor, quarter: str, which: ColumnElement[bool]) -> list[Row]:
    days = Quarter.parse(quarter)
    owed = and_(*_owed(actor, quarter), which)
    visits = _visits(session, owed, days)
    rows = session.execute(
        select(
            Task.id.label("task_id"),
            Task.public_id.label("task_public_id"),
            Task.area_code,
            Patient.id.label("patient_id"),
            Patient.public_id.label("patient_public_id"),
            Patient.record_number,
            Patient.risk_level,
            Patient.risk_assessed_on,
            Patient.last_visit_on,
            Person.name,
            Reassessment,
            _entering(days).label("entering"),
        )
        .join(Patient, Patient.id == Task.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(Reassessment, and_(Reassessment.task_id == Task.id, Reassessment.quarter == Task.period))
        .where(owed)
        .order_by(Task.area_code, Person.name_sort, Task.id)
    ).all()
    names = names_of(session, {row.area_code for row in rows})
    return [_row(row, visits[row.patient_id], names[row.area_code]) for row in rows]


def _row(row: Any, visits: Sequence[tuple[date, int]], village: str) -> Row:
    result: Reassessment | None = row.Reassessment
    entering = result.level_before if result is not None else row.entering
    proposal = propose_level(visits, row.risk_level, row.risk_assessed_on)
    return Row(
        task_id=row.task_id,
        task_public_id=row.task_public_id,
        patient_id=row.patient_id,
        patient_public_id=row.patient_public_id,
        village=village,
        name=row.name,
        record_number=row.record_number,
        entering=entering,
        last_visit_on=row.last_visit_on,
        visits=tuple(visits),
        proposal=proposal,
        whys_single=whys_single(proposal.level, entering, row.risk_level, len(visits)),
        result=result,
    )


def _visits(session: Session, owed: ColumnElement[bool], days: Quarter) -> dict[int, list[tuple[date, int]]]:
    """patient → days and levels of the quarter's completed visits, those that came with the roster included."""
    rows = session.execute(
        select(RiskLevel.patient_id, RiskLevel.assessed_on, RiskLevel.level)
        .join(Task, Task.patient_id == RiskLevel.patient_id)
        .where(
            owed,
            RiskLevel.withdrawn_at.is_(None),
            RiskLevel.assessed_on.between(days.first_day, days.last_day),
            or_(
                RiskLevel.source == LevelSource.VISIT,
                and_(RiskLevel.source == LevelSource.OPENING, RiskLevel.source_id.is_not(None)),
            ),
        )
        .order_by(RiskLevel.assessed_on, RiskLevel.id)
    )
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for patient_id, day, level in rows:
        found[patient_id].append((day, level))
    return found


def _entering(days: Quarter) -> ScalarSelect[int]:
    """The level with which the patient came into the quarter; of a county that began in it, the roster's."""
    return (
        select(RiskLevel.level)
        .where(
            RiskLevel.patient_id == Patient.id,
            RiskLevel.withdrawn_at.is_(None),
            or_(RiskLevel.assessed_on < days.first_day, RiskLevel.source == LevelSource.OPENING),
        )
        .order_by(RiskLevel.assessed_on.desc(), RiskLevel.id.desc())
        .limit(1)
        .correlate(Patient)
        .scalar_subquery()
    )


def _owed(actor: Actor, quarter: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Task.kind == TaskKind.REASSESSMENT,
        Task.period == quarter,
        Task.state != TaskState.CANCELLED,
        within(Task.area_code, actor),
    )


def _of_id(actor: Actor, public_id: str) -> Select[ReassessmentSession]:
    return select(ReassessmentSession).where(
        ReassessmentSession.public_id == public_id, within(ReassessmentSession.area_code, actor)
    )


def _of_town(actor: Actor, area_code: str, quarter: str) -> Select[ReassessmentSession]:
    return select(ReassessmentSession).where(
        ReassessmentSession.area_code == town_of(area_code),
        ReassessmentSession.quarter == quarter,
        within(ReassessmentSession.area_code, actor),
    )


def _one(session: Session, which: Select[ReassessmentSession]) -> ReassessmentSession:
    found = session.scalars(which).one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_result(session: Session, actor: Actor, public_id: str) -> tuple[Reassessment, Patient]:
    """A recorded result with its patient; raises `NotFound`."""
    require(actor, Action.REASSESS)
    found = session.execute(
        select(Reassessment, Patient)
        .join(Patient, Patient.id == Reassessment.patient_id)
        .where(Reassessment.public_id == public_id, within(Patient.area_code, actor))
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found.Reassessment, found.Patient
