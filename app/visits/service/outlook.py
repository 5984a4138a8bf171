"""Which duties a form will open once it is saved: the same decisions as `next_steps`, told beforehand. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.clock import business_day
from app.core.reasons import Reason
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.tasks.rules import TaskKind
from app.visits.rules.form import LockedUp, YesNo
from app.visits.rules.prompts import emergency_triggers
from app.visits.service.judging import Judgement
from app.visits.service.next_steps import (
    EMERGENCY_RECORD_WITHIN,
    lost_because,
    open_kinds,
    receipt_of,
    unlocking_of,
    was_lost_later,
)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A duty that saving would open."""

    kind: TaskKind
    due_on: date
    because: tuple[Reason, ...] = ()


def outlook(session: Session, patient: Patient, judged: Judgement, today: date, now: datetime) -> list[Upcoming]:
    """In the order in which they are opened. A visit entered behind a newer one opens none, and a death ends all."""
    if judged.record.is_death or patient.registry_status is not RegistryStatus.REGISTERED:
        return []
    standing = open_kinds(session, patient)
    if judged.record.is_lost:
        because = lost_because(judged.record.visited_on, judged.record.lost_reason)
        return [] if TaskKind.CONFIRM_LOST in standing else [Upcoming(TaskKind.CONFIRM_LOST, today, (because,))]
    latest_on, visited_on = judged.context.latest_visit_on, judged.record.visited_on
    is_behind = latest_on is not None and visited_on < latest_on
    if is_behind or was_lost_later(session, patient, visited_on):
        return []
    return [*_again(judged), *_others(patient, judged, standing, now)]


def _again(judged: Judgement) -> Iterator[Upcoming]:
    if judged.rest:
        yield Upcoming(TaskKind.CHECK_STATUS, judged.rest.check_on, (judged.rest.why,))
    elif judged.record.next_due_on and judged.due:
        yield Upcoming(TaskKind.FOLLOW_UP, judged.record.next_due_on, (*judged.because, *judged.due.reasons))


def _others(patient: Patient, judged: Judgement, standing: frozenset[TaskKind], now: datetime) -> Iterator[Upcoming]:
    record = judged.record
    if record.locked_up == LockedUp.YES and TaskKind.UNLOCKING not in standing:
        on, why = unlocking_of(record.visited_on, judged.context.rules)
        yield Upcoming(TaskKind.UNLOCKING, on, (why,))
    triggers = emergency_triggers(record, judged.context, patient.risk_level)
    if triggers and TaskKind.EMERGENCY_RECORD not in standing:
        yield Upcoming(TaskKind.EMERGENCY_RECORD, business_day(now + EMERGENCY_RECORD_WITHIN), tuple(triggers))
    if record.referral == YesNo.YES:
        on, why = receipt_of(record.visited_on, record.referral_org)
        yield Upcoming(TaskKind.REFERRAL, on, (why,))
