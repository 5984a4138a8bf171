"""Attempts without contact, and the decision that a patient is lost: the system proposes, a person confirms (domain 2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import Reason, reason
from app.patients.models import Patient
from app.patients.queries import lock_patient
from app.patients.rules import ManagementStatus, RegistryStatus, SpanKind
from app.patients.service import change_state
from app.people.vault import Vault
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_kind, close_task, move_follow_up
from app.visits.commands import DecideLost, RecordAttempt
from app.visits.models import VisitAttempt
from app.visits.queries import (
    find_attempt_by_submission_key,
    find_open_task,
    get_rules,
    load_attempts,
    load_history,
)
from app.visits.rules.attempts import (
    AttemptOutcome,
    AttemptWay,
    attempts_in_a_row,
    is_contact,
    proposes_lost,
    try_again_by,
)
from app.visits.service.next_steps import propose_lost


@dataclass(frozen=True)
class Attempted:
    """`again_by`: try again until that day. `is_lost_proposed`: a confirmation is open."""

    attempt: VisitAttempt
    is_new: bool
    again_by: date
    in_a_row: int
    is_lost_proposed: bool


def record_attempt(
    session: Session, vault: Vault, actor: Actor, command: RecordAttempt, today: date, now: datetime
) -> Attempted:
    """Store an attempt without contact; the third in a row on another day proposes *lost*.

    Raises `NotFound`, `Invalid` by field, `Conflict` for a key that brought another attempt or a patient not followed up.
    """
    require(actor, Action.LOG_VISIT)
    patient = lock_patient(session, actor, command.patient)
    earlier = find_attempt_by_submission_key(session, command.submission_key)
    if earlier is None:
        _check(session, patient, command, today)
        attempt = _store(session, vault, actor, patient, command, now)
    else:
        attempt = _same_attempt(earlier, patient, command)
    last_contact_on = load_history(session, patient.id).latest_on
    rules = get_rules(session, attempt.attempted_on)
    times = attempts_in_a_row(load_attempts(session, patient.id, last_contact_on), last_contact_on)
    again_by = try_again_by(attempt.attempted_on, rules)
    if earlier is None:
        _try_again(session, patient, attempt, again_by, times)
        if is_contact(AttemptOutcome(attempt.outcome), AttemptWay(attempt.way)):
            found = reason("visit.attempt.found", attempted_on=attempt.attempted_on)
            cancel_kind(session, actor, patient, TaskKind.CONFIRM_LOST, found, now)
        if proposes_lost(times, rules) and patient.management_status is not ManagementStatus.LOST:
            because = [reason("visit.attempts_failed", days=times, attempted_on=attempt.attempted_on)]
            propose_lost(session, patient, f"attempt:{attempt.id}", because, now, today)
    is_proposed = find_open_task(session, patient.id, TaskKind.CONFIRM_LOST) is not None
    return Attempted(attempt, earlier is None, again_by, times, is_proposed)


def confirm_lost(session: Session, actor: Actor, command: DecideLost, today: date, now: datetime) -> Patient:
    """A person's word on the open proposal. Lost: the next visit rests and a search is due each month. Not lost: all goes on.

    Raises `NotFound`, `Forbidden`, and `Conflict` when nothing is proposed.
    """
    require(actor, Action.CONFIRM_LOST)
    patient = lock_patient(session, actor, command.patient)
    task = find_open_task(session, patient.id, TaskKind.CONFIRM_LOST)
    if task is None:
        raise Conflict(reason("visit.lost.not_proposed"))
    outcome = reason("visit.lost.confirmed" if command.is_lost else "visit.lost.declined")
    close_task(session, actor, task, outcome, now)
    if command.is_lost:
        _lose(session, actor, patient, outcome, today, now)
    note(
        session,
        actor,
        "visits.lost_confirmed" if command.is_lost else "visits.lost_declined",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
    )
    session.flush()
    return patient


def _lose(session: Session, actor: Actor, patient: Patient, why: Reason, today: date, now: datetime) -> None:
    """The state brings its own monthly search along."""
    change_state(session, actor, patient, SpanKind.MANAGEMENT, ManagementStatus.LOST.value, today, why, now)
    cancel_kind(session, actor, patient, TaskKind.FOLLOW_UP, why, now)
    patient.next_due_on = None


def _check(session: Session, patient: Patient, command: RecordAttempt, today: date) -> None:
    if patient.registry_status is not RegistryStatus.REGISTERED:
        raise Conflict(reason("visit.not_registered"))
    last_on = load_history(session, patient.id).latest_on
    if command.attempted_on > today:
        raise Invalid({"attempted_on": [reason("visit.attempt.in_future", today=today)]})
    if last_on is not None and command.attempted_on < last_on:
        raise Invalid({"attempted_on": [reason("visit.attempt.before_last_visit", visited_on=last_on)]})


def _store(
    session: Session, vault: Vault, actor: Actor, patient: Patient, command: RecordAttempt, now: datetime
) -> VisitAttempt:
    if actor.user_id is None:
        raise ValueError("an attempt is made by somebody")
    attempt = VisitAttempt(
        submission_key=command.submission_key,
        patient_id=patient.id,
        area_code=patient.area_code,
        attempted_on=command.attempted_on,
        way=command.way.value,
        outcome=command.outcome.value,
        notes_sealed=vault.seal(patient.person_id, "visit_attempts.notes", command.notes.strip()),
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(attempt)
    session.flush()
    note(
        session,
        actor,
        "visits.attempted",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        changed={"way": attempt.way, "outcome": attempt.outcome},
    )
    return attempt


def _same_attempt(earlier: VisitAttempt, patient: Patient, command: RecordAttempt) -> VisitAttempt:
    stored = (earlier.patient_id, earlier.attempted_on, earlier.way, earlier.outcome)
    if stored != (patient.id, command.attempted_on, command.way.value, command.outcome.value):
        raise Conflict(reason("visit.key_taken"))
    return earlier


_AGAIN = {
    AttemptOutcome.REFUSED: "visit.attempt.refused",
    AttemptOutcome.REACHED: "visit.attempt.reached",
}


def _try_again(session: Session, patient: Patient, attempt: VisitAttempt, again_by: date, times: int) -> None:
    """The open visit moves forward to the next attempt; a day that has passed already stays late."""
    task = find_open_task(session, patient.id, TaskKind.FOLLOW_UP)
    if task is None or task.due_on <= again_by:
        return
    code = _AGAIN.get(AttemptOutcome(attempt.outcome), "visit.attempt.again")
    because = reason(code, attempted_on=attempt.attempted_on, times=times, on=again_by)
    move_follow_up(session, patient, again_by, [because])
    patient.next_due_on = again_by
