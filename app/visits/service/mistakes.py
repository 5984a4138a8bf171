"""An attempt that was written down by mistake: it stays readable, counts for nothing, and what it had moved goes back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.reasons import reason
from app.patients.models import Patient
from app.patients.queries import lock_patient
from app.patients.rules import Mistake
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_kind, move_follow_up
from app.visits.models import FollowUpVisit, VisitAttempt
from app.visits.queries import find_open_task, get_rules, load_attempts, load_history
from app.visits.rules.attempts import attempts_in_a_row, proposes_lost, try_again_by
from app.visits.service.next_steps import because_of


def mark_attempt_wrong(
    session: Session, actor: Actor, patient_id: str, attempt_id: str, mistake: Mistake, today: date, now: datetime
) -> VisitAttempt:
    """Raises `NotFound`; marking it twice changes nothing. Whoever was confirmed lost stays so until found."""
    require(actor, Action.LOG_VISIT)
    patient = lock_patient(session, actor, patient_id)
    attempt = session.scalars(
        select(VisitAttempt).where(VisitAttempt.public_id == attempt_id, VisitAttempt.patient_id == patient.id)
    ).one_or_none()
    if attempt is None:
        raise NotFound
    if attempt.withdrawn_at is not None:
        return attempt
    attempt.withdrawn_at, attempt.withdrawn_by, attempt.mistake = now, actor.user_id, mistake.value
    session.flush()
    _take_back_proposal(session, actor, patient, today, now)
    _take_back_day(session, patient, today)
    note(
        session,
        actor,
        "visits.attempt_withdrawn",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"mistake": mistake.value},
        changed={"attempt": attempt.public_id},
    )
    session.flush()
    return attempt


def _take_back_proposal(session: Session, actor: Actor, patient: Patient, today: date, now: datetime) -> None:
    """A proposal that rested on the attempts falls with them; one that a visit form made stands."""
    task = find_open_task(session, patient.id, TaskKind.CONFIRM_LOST)
    last_on = load_history(session, patient.id).latest_on
    times = attempts_in_a_row(load_attempts(session, patient.id, last_on), last_on)
    if task is None or not task.period.startswith("attempt:") or proposes_lost(times, get_rules(session, today)):
        return
    cancel_kind(session, actor, patient, TaskKind.CONFIRM_LOST, reason("visit.attempt.withdrawn"), now)


def _take_back_day(session: Session, patient: Patient, today: date) -> None:
    """The next visit is due as the last one says, moved by the attempts that are left."""
    latest = load_history(session, patient.id).latest
    visit = session.get(FollowUpVisit, latest.id) if latest else None
    task = find_open_task(session, patient.id, TaskKind.FOLLOW_UP)
    if visit is None or visit.next_due_on is None or task is None or not _was_moved_by_attempt(task.because):
        return
    due_on, because = visit.next_due_on, because_of(visit)
    rules = get_rules(session, today)
    for attempt in sorted(load_attempts(session, patient.id, visit.visited_on), key=lambda one: one.attempted_on):
        again_by = try_again_by(attempt.attempted_on, rules)
        if again_by < due_on:
            due_on, because = again_by, [reason("visit.attempt.left", attempted_on=attempt.attempted_on, on=again_by)]
    move_follow_up(session, patient, due_on, because)
    patient.next_due_on = due_on


def _was_moved_by_attempt(because: list[dict[str, object]]) -> bool:
    return any(str(one.get("code", "")).startswith("visit.attempt.") for one in because)
