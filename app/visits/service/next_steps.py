"""What a stored visit sets in motion: the patient's kept copies, the level, the next visit and other duties."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

import app.visits.texts_referral  # noqa: F401  # registers the sentences
from app.audit.service import note
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.reasons import Label, Reason, reason
from app.patients.models import Patient, PatientSpan
from app.patients.rules import (
    CareSetting,
    ConsentKind,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
    is_visit_owed,
)
from app.patients.service import change_state, find_consent, record_death
from app.people.rules import DatePrecision
from app.risk.models import LevelSource
from app.risk.service import note_level
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import close_follow_up, close_task, move_follow_up, open_follow_up, open_task
from app.visits.models import FollowUpVisit
from app.visits.queries import get_rules, period_of
from app.visits.rules.due import TrendNeededError, next_due
from app.visits.rules.form import FIELDS, LockedUp, Trend, VisitClass, YesNo
from app.visits.rules.history import History
from app.visits.rules.prompts import emergency_triggers
from app.visits.rules.referral import RECEIPT_WITHIN_DAYS
from app.visits.rules.ruleset import VisitRules
from app.visits.service.judging import Judgement, Rest

EMERGENCY_RECORD_WITHIN = timedelta(hours=24)  # domain 2.5


def keep_copies(patient: Patient, history: History) -> None:
    """Write what the visits say into the patient's row. The level is the risk room's copy."""
    copies = history.kept_copies()
    for one in fields(copies):
        setattr(patient, one.name, getattr(copies, one.name))


def after_completed_visit(
    session: Session,
    actor: Actor,
    patient: Patient,
    visit: FollowUpVisit,
    judged: Judgement,
    history: History,
    now: datetime,
) -> None:
    """`history` holds this visit already. Only the newest visit moves the present; an older one is history."""
    level, before = judged.record.risk_level or 0, patient.risk_level
    note_level(session, actor, patient, level, visit.visited_on, LevelSource.VISIT, visit.id, now)
    is_newest = history.latest is not None and history.latest.id == visit.id
    if not is_newest:
        patient.last_seen_on = history.last_seen_on
        settle_latest(session, patient, history)
        return
    keep_copies(patient, history)
    if patient.registry_status is not RegistryStatus.REGISTERED or was_lost_later(session, patient, visit.visited_on):
        patient.next_due_on = None
        return
    with session.no_autoflush:  # what is pending goes out together at the end; none of it is read here
        standing = open_tasks(
            session,
            patient,
            TaskKind.CONFIRM_LOST,
            TaskKind.CHECK_STATUS,
            TaskKind.SEARCH_LOST,
            TaskKind.UNLOCKING,
            TaskKind.EMERGENCY_RECORD,
        )
    _found_again(session, actor, patient, visit, standing, now)
    _come_again(session, actor, patient, visit, judged.rest, now)
    _unlock(session, actor, patient, visit, standing, judged.context.rules, now)
    _ask_for_emergency(session, patient, visit, judged, before, standing, now)
    _await_receipt(session, patient, visit, now)


def after_taken_over(
    session: Session,
    actor: Actor,
    patient: Patient,
    visit: FollowUpVisit,
    history: History,
    rest: Rest | None,
    rules: VisitRules,
    now: datetime,
) -> None:
    """The newest visit of a patient came from another system's list. What was urgent then was answered there: no emergency is asked."""
    keep_copies(patient, history)
    management = patient.management_status
    at_home = is_visit_owed(patient.registry_status, ManagementStatus.MANAGED, patient.care_setting)
    if not at_home or management is ManagementStatus.REFUSED or was_lost_later(session, patient, visit.visited_on):
        patient.next_due_on = None
        return
    standing = open_tasks(
        session, patient, TaskKind.CONFIRM_LOST, TaskKind.CHECK_STATUS, TaskKind.SEARCH_LOST, TaskKind.UNLOCKING
    )
    _found_again(session, actor, patient, visit, standing, now)
    _come_again(session, actor, patient, visit, rest, now)
    _unlock(session, actor, patient, visit, standing, rules, now)


def after_lost_report(session: Session, patient: Patient, visit: FollowUpVisit, now: datetime, today: date) -> None:
    """The form says *lost*: a person confirms; until then the next visit stays due as it was."""
    because = [lost_because(visit.visited_on, visit.lost_reason)]
    propose_lost(session, patient, period_of(visit), because, now, today)


def lost_because(visited_on: date, lost_reason: int | None) -> Reason:
    why = Label(FIELDS["lost_reason"].label_of(lost_reason or 0))
    return reason("visit.reported_lost", visited_on=visited_on, why=why)


def after_death(session: Session, actor: Actor, patient: Patient, visit: FollowUpVisit, now: datetime) -> None:
    """The form says *dead*: the register records it, and that ends all work."""
    if visit.died_on is None:
        raise ValueError("a death has a day")
    record_death(
        session,
        actor,
        patient,
        visit.died_on,
        DatePrecision.DAY,
        visit.death_cause,
        now,
        physical_cause=visit.death_physical_cause,
    )
    patient.next_due_on = None


def propose_lost(
    session: Session, patient: Patient, period: str, because: list[Reason], now: datetime, today: date
) -> None:
    """One proposal at a time, due today: the report is owed at once (domain 2.6)."""
    if not open_tasks(session, patient, TaskKind.CONFIRM_LOST):
        open_task(session, patient, TaskKind.CONFIRM_LOST, period, today, because, now)


def settle_latest(session: Session, patient: Patient, history: History) -> None:
    """The newest visit's day again, after one before it was entered or corrected: a day that the table no longer allows moves
    forward; one that the doctor set earlier stays."""
    latest = history.latest
    stored = session.get(FollowUpVisit, latest.id) if latest else None
    if stored is None or stored.is_opening or stored.next_due_on is None or stored.visit_class is None:
        return
    previous = history.before(stored.visited_on, stored.id)
    trend = Trend(stored.post_intervention_trend) if stored.post_intervention_trend else None
    rules = get_rules(session, stored.visited_on)
    try:
        due = next_due(
            stored.visited_on,
            VisitClass(stored.visit_class),
            previous.visit_class if previous else None,
            trend,
            rules,
        )
    except TrendNeededError:
        return  # nobody was asked then; the day that stands is the earlier one
    was_as_allowed = stored.next_due_on == stored.latest_due_on
    stored.latest_due_on, stored.due_because = due.on, [why.to_json() for why in due.reasons]
    if was_as_allowed or stored.next_due_on > due.on:
        stored.next_due_on = due.on
        if patient.next_due_on is not None and patient.next_due_on > due.on:
            patient.next_due_on = due.on
            move_follow_up(session, patient, due.on, because_of(stored))


def reopen_follow_up(
    session: Session,
    actor: Actor,
    patient: Patient,
    visit: FollowUpVisit,
    withdrawn: FollowUpVisit,
    now: datetime,
) -> None:
    """After the newest visit was withdrawn, the one before it says again when to come."""
    if visit.next_due_on is None:
        return
    close_follow_up(session, actor, patient, reason("visit.corrected"), now)
    period = f"{period_of(visit)}-{withdrawn.id}"
    open_follow_up(session, patient, visit.next_due_on, because_of(visit), period, now)


def because_of(visit: FollowUpVisit) -> list[Reason]:
    """Why the next visit is due when it is: class first, then the day."""
    return [Reason.from_json(stored) for stored in (*visit.class_because, *visit.due_because)]


def open_tasks(session: Session, patient: Patient, *kinds: TaskKind) -> list[Task]:
    found = session.connection().execute(_OPEN_TASKS, {"patient": patient.id})
    return [session.get_one(Task, task_id) for task_id, kind in found if kind in kinds]


def open_kinds(session: Session, patient: Patient) -> frozenset[TaskKind]:
    """The kinds of the patient's open duties."""
    found = session.connection().execute(_OPEN_TASKS, {"patient": patient.id})
    return frozenset(TaskKind(kind) for _task_id, kind in found)


# Built once and short: it is part of saving a visit, and most patients have nothing open but the next one.
_OPEN_TASKS = (
    select(Task.id, Task.kind)
    .where(Task.patient_id == bindparam("patient"), Task.state == TaskState.OPEN)
    .order_by(Task.id)
)


def _found_again(
    session: Session, actor: Actor, patient: Patient, visit: FollowUpVisit, standing: list[Task], now: datetime
) -> None:
    """A completed visit answers every question whether the patient is lost or still in hospital; not where somebody away will stay."""
    found = reason("visit.found", visited_on=visit.visited_on)
    is_away = patient.care_setting is CareSetting.AWAY_KNOWN
    unanswered = {TaskKind.UNLOCKING, TaskKind.EMERGENCY_RECORD} | ({TaskKind.CHECK_STATUS} if is_away else set())
    for task in standing:
        if task.kind not in unanswered:
            close_task(session, actor, task, found, now)
    if patient.management_status is ManagementStatus.LOST and _has_agreed(session, patient):
        managed = ManagementStatus.MANAGED.value
        change_state(session, actor, patient, SpanKind.MANAGEMENT, managed, visit.visited_on, found, now)


def was_lost_later(session: Session, patient: Patient, visited_on: date) -> bool:
    """A visit entered late, made before the day from which the patient is lost, has found nobody."""
    if patient.management_status is not ManagementStatus.LOST:
        return False
    since = session.scalar(
        select(PatientSpan.from_on).where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == SpanKind.MANAGEMENT,
            PatientSpan.to_on.is_(None),
            PatientSpan.withdrawn_at.is_(None),
        )
    )
    return since is not None and visited_on < since


def _has_agreed(session: Session, patient: Patient) -> bool:
    """Whether management may go on as before; without a paper the patient stays lost until one is signed."""
    consent = find_consent(session, patient, ConsentKind.COMMUNITY_MANAGEMENT)
    return patient.is_opening or (consent is not None and consent.is_agreed)


def _come_again(
    session: Session,
    actor: Actor,
    patient: Patient,
    visit: FollowUpVisit,
    rest: Rest | None,
    now: datetime,
) -> None:
    done = reason("visit.done", visited_on=visit.visited_on)
    with session.no_autoflush:
        close_follow_up(session, actor, patient, done, now)
    if rest:
        open_task(session, patient, TaskKind.CHECK_STATUS, period_of(visit), rest.check_on, [rest.why], now)
        note(session, actor, "visits.suspended", now=now, subject=("patient", patient.public_id))
    elif visit.next_due_on is not None:
        patient.next_due_on = visit.next_due_on  # a state that ended meanwhile may have asked for another day
        open_follow_up(session, patient, visit.next_due_on, because_of(visit), period_of(visit), now)


def _unlock(
    session: Session,
    actor: Actor,
    patient: Patient,
    visit: FollowUpVisit,
    standing: list[Task],
    rules: VisitRules,
    now: datetime,
) -> None:
    """Locking up is a wrong to be ended: the county office hears of it until a visit finds the patient free."""
    unlocking = [task for task in standing if task.kind is TaskKind.UNLOCKING]
    if visit.locked_up == LockedUp.YES and not unlocking:
        on, why = unlocking_of(visit.visited_on, rules)
        open_task(session, patient, TaskKind.UNLOCKING, period_of(visit), on, [why], now)
    elif visit.locked_up != LockedUp.YES:
        for task in unlocking:
            close_task(session, actor, task, reason("visit.unlocked", visited_on=visit.visited_on), now)


def unlocking_of(visited_on: date, rules: VisitRules) -> tuple[date, Reason]:
    """Until when somebody who was found locked up must be free, and why."""
    on = visited_on + timedelta(days=rules.unlocking_days)
    return on, reason("visit.unlock", visited_on=visited_on, on=on)


def _ask_for_emergency(
    session: Session,
    patient: Patient,
    visit: FollowUpVisit,
    judged: Judgement,
    level_before: int | None,
    standing: list[Task],
    now: datetime,
) -> None:
    """A trigger (domain 2.5) asks for an emergency record within 24 hours, or for the answer that it was none.

    A level that was as high at the last rating is known and asks nothing again; nor does a second trigger while one waits.
    """
    because = emergency_triggers(judged.record, judged.context, level_before)
    if because and not any(task.kind is TaskKind.EMERGENCY_RECORD for task in standing):
        due_at = now + EMERGENCY_RECORD_WITHIN
        kind, due_on = TaskKind.EMERGENCY_RECORD, business_day(due_at)
        open_task(session, patient, kind, period_of(visit), due_on, because, now, due_at)


def _await_receipt(session: Session, patient: Patient, visit: FollowUpVisit, now: datetime) -> None:
    """A referral (转诊) stays open until the receiving institution's answer is known."""
    if visit.referral == YesNo.YES:
        on, why = receipt_of(visit.visited_on, visit.referral_org or "")
        open_task(session, patient, TaskKind.REFERRAL, period_of(visit), on, [why], now)


def receipt_of(visited_on: date, org: str) -> tuple[date, Reason]:
    """Until when to ask what came of a referral, and why."""
    on = visited_on + timedelta(days=RECEIPT_WITHIN_DAYS)
    return on, reason("visit.referral.awaited", visited_on=visited_on, org=org or "—", on=on)
