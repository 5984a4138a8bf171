"""Rating the risk level, and one patient's quarterly reassessment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, insert, literal, select, update
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.db import canonical_json
from app.core.errors import Conflict, Invalid
from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.core.scope import within
from app.patients.models import Patient
from app.patients.queries import lock_patient
from app.patients.rules import ManagementStatus, RegistryStatus
from app.people.vault import Vault
from app.risk.commands import RecordReassessment
from app.risk.models import LevelSource, Reassessment, ReassessmentSession, RiskLevel
from app.risk.queries import Subject, find_reassessment
from app.risk.queries.sessions import Row, get_row, lock_open_session
from app.risk.rules import HIGH_LEVEL, LEVELS, LONGEST_CONCLUSION, WHYS, Effect, effect_on_next_visit
from app.tasks.models import Task, TaskState
from app.tasks.queries import find_next_visit_on
from app.tasks.rules import TaskKind
from app.tasks.service import Counts, close_task, move_follow_up, open_for_all

CONCLUSION = "reassessments.conclusion"


# -- the level ---------------------------------------------------------------------------------------------------------


def note_level(
    session: Session,
    actor: Actor,
    patient: Patient,
    level: int,
    assessed_on: date,
    source: LevelSource,
    source_id: int | None,
    now: datetime,
) -> None:
    """Add a rating to the history; it becomes the patient's level unless a newer one stands (a visit entered late)."""
    rating = _rating(actor, patient.id, level, assessed_on, source, source_id, now)
    session.connection().execute(_INSERT, rating)
    if patient.risk_assessed_on is None or assessed_on >= patient.risk_assessed_on:
        patient.risk_level, patient.risk_assessed_on = level, assessed_on


def withdraw_level(session: Session, patient: Patient, source: LevelSource, source_id: int, now: datetime) -> None:
    """The rating made at a visit or reassessment that was withdrawn; the newest that stands is the level again."""
    session.execute(
        update(RiskLevel)
        .where(RiskLevel.source == source, RiskLevel.source_id == source_id, RiskLevel.patient_id == patient.id)
        .values(withdrawn_at=now)
    )
    newest = session.scalars(
        select(RiskLevel)
        .where(RiskLevel.patient_id == patient.id, RiskLevel.withdrawn_at.is_(None))
        .order_by(RiskLevel.assessed_on.desc(), RiskLevel.id.desc())
        .limit(1)
    ).first()
    patient.risk_level = newest.level if newest else None
    patient.risk_assessed_on = newest.assessed_on if newest else None


def note_levels(
    session: Session,
    actor: Actor,
    ratings: Sequence[tuple[int, int, date, int | None]],
    source: LevelSource,
    now: datetime,
) -> None:
    """Ratings of many patients at once: (patient id, level, assessed on, source id). The caller sets the kept copies."""
    rows = [
        _rating(actor, patient_id, level, assessed_on, source, source_id, now)
        for patient_id, level, assessed_on, source_id in ratings
    ]
    if rows:
        session.connection().execute(_INSERT, rows)


# A rating is stored and not held: what is asked of it is asked of the table.
_INSERT = insert(RiskLevel.__table__)  # type: ignore[arg-type]  # a mapped table is a Table


def _rating(
    actor: Actor,
    patient_id: int,
    level: int,
    assessed_on: date,
    source: LevelSource,
    source_id: int | None,
    now: datetime,
) -> dict[str, Any]:
    return {
        "patient_id": patient_id,
        "level": level,
        "assessed_on": assessed_on,
        "source": source,
        "source_id": source_id,
        "recorded_at": now,
        "recorded_by": actor.user_id,
    }


# -- the quarter -------------------------------------------------------------------------------------------------------


def open_reassessments(session: Session, actor: Actor, quarter: Quarter, now: datetime) -> Counts:
    """One task for each managed patient of the actor's area, due on the quarter's last day; a second sweep makes none."""
    made = open_for_all(
        session, actor, TaskKind.REASSESSMENT, _managed_patients(actor, quarter), "risk.reassessments_opened", now
    )
    standing = session.scalar(
        select(func.count()).where(
            Task.kind == TaskKind.REASSESSMENT,
            Task.period == str(quarter),
            Task.state != TaskState.CANCELLED,
            within(Task.area_code, actor),
        )
    )
    return Counts(made, (standing or 0) - made)


def _managed_patients(actor: Actor, quarter: Quarter) -> Select[*tuple[Any, ...]]:
    because = canonical_json([reason("tasks.reassessment", quarter=quarter).to_json()])
    return select(
        Patient.id.label("patient_id"),
        literal(str(quarter)).label("period"),
        Patient.area_code,
        Patient.agency_id,
        literal(quarter.last_day).label("due_on"),
        literal(because).label("because"),
    ).where(
        Patient.registry_status == RegistryStatus.REGISTERED,
        Patient.management_status == ManagementStatus.MANAGED,
        within(Patient.area_code, actor),
    )


# -- one reassessment --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recorded:
    """`is_new` is False when the same form arrived a second time."""

    reassessment: Reassessment
    is_new: bool
    effect: Effect


def record_reassessment(
    session: Session,
    vault: Vault,
    actor: Actor,
    subject: Subject,
    command: RecordReassessment,
    today: date,
    now: datetime,
) -> Recorded:
    """Record the result, close the duty, and bring the next visit forward when the level asks for it.

    While the town's meeting is under way the result is the meeting's, with a reason unless nothing changes.
    Raises `Invalid`, `Forbidden`, and `Conflict` when the quarter's result of this patient is recorded already.
    """
    require(actor, Action.REASSESS)
    lock_patient(session, actor, subject.patient.public_id)  # of two at once, the second finds the first's result
    # asked for again: a visit saved before the lock may have moved the day that the page showed
    next_visit_on = find_next_visit_on(session, actor, subject.patient.id)
    effect = effect_on_next_visit(command.level, command.assessed_on, next_visit_on)
    quarter = Quarter.parse(subject.task.period)
    earlier = find_reassessment(session, actor, subject.patient.id, str(quarter))
    if earlier is not None:
        if earlier.submission_key == command.submission_key:
            return Recorded(earlier, False, effect)
        raise Conflict(reason("risk.error.done", quarter=quarter))
    held = lock_open_session(session, actor, subject.task.area_code, str(quarter))
    row = get_row(session, actor, subject.task)
    _check(command, quarter, today, row if held else None)
    result = _store(session, vault, actor, subject, command, held, row, now)
    note_level(
        session, actor, subject.patient, command.level, command.assessed_on, LevelSource.REASSESSMENT, result.id, now
    )
    close_task(session, actor, subject.task, reason("tasks.outcome.reassessed", level=command.level), now)
    if effect.bring_to is not None:
        move_follow_up(session, subject.patient, effect.bring_to, [effect.because])
        subject.patient.next_due_on = effect.bring_to
    _note(session, actor, subject, result, now)
    return Recorded(result, True, effect)


def _check(command: RecordReassessment, quarter: Quarter, today: date, row: Row | None) -> None:
    """`row` is given in a meeting."""
    errors: dict[str, list[Reason]] = {}
    if command.level not in LEVELS:
        errors["level"] = [reason("risk.error.level")]
    if command.assessed_on > today:
        errors["assessed_on"] = [reason("risk.error.future")]
    elif command.assessed_on < quarter.first_day:
        errors["assessed_on"] = [reason("risk.error.before_quarter", first_on=quarter.first_day)]
    if len(command.conclusion) > LONGEST_CONCLUSION:
        errors["conclusion"] = [reason("risk.error.conclusion", most=LONGEST_CONCLUSION)]
    if command.why is not None and command.why not in WHYS:
        errors["why"] = [reason("risk.error.why")]
    if row is not None and command.why is None and _asks_why(command.level, row):
        errors["why"] = [reason("risk.error.why_missing")]
    if errors:
        raise Invalid(errors)


def _asks_why(level: int, row: Row) -> bool:
    """A change, a high level, or nobody having seen the patient this quarter."""
    return level >= HIGH_LEVEL or level != row.proposal.level or bool(row.whys_single)


def _store(
    session: Session,
    vault: Vault,
    actor: Actor,
    subject: Subject,
    command: RecordReassessment,
    held: ReassessmentSession | None,
    row: Row,
    now: datetime,
) -> Reassessment:
    result = Reassessment(
        patient_id=subject.patient.id,
        task_id=subject.task.id,
        quarter=subject.task.period,
        session_id=held.id if held else None,
        level_proposed=row.proposal.level,
        because=Reason(command.why).to_json() if command.why else None,
        assessed_on=command.assessed_on,
        level_before=row.entering if held else subject.patient.risk_level,
        level=command.level,
        conclusion_sealed=vault.seal(subject.person.id, CONCLUSION, command.conclusion),
        submission_key=command.submission_key,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(result)
    session.flush()
    return result


def _note(session: Session, actor: Actor, subject: Subject, result: Reassessment, now: datetime) -> None:
    note(
        session,
        actor,
        "risk.reassessed",
        now=now,
        subject=("patient", subject.patient.public_id),
        area_code=subject.patient.area_code,
        detail={"quarter": result.quarter},
        changed={"level": result.level, "before": result.level_before, "on": result.assessed_on.isoformat()},
    )
