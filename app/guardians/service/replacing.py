"""The question whether another guardian is needed, from when it is asked until one stands or it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.clock import business_day
from app.core.reasons import Reason, reason
from app.core.workdays import add_working_days
from app.guardians.rules.duty import REPLACE_WITHIN_WORKING_DAYS
from app.patients.models import Patient
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_kind, close_task, open_task

_CALENDAR_SPAN = timedelta(days=60)


def ask_for_replacement(
    session: Session, patient: Patient, period: str, because: Sequence[Reason], now: datetime
) -> None:
    """Put it to the town and civil affairs, due in ten working days; the same `period` again changes nothing."""
    today = business_day(now)
    calendar = load_workdays(session, today, today + _CALENDAR_SPAN)
    deadline = add_working_days(today, REPLACE_WITHIN_WORKING_DAYS, calendar)
    open_task(session, patient, TaskKind.REPLACE_GUARDIAN, period, deadline.ends_on, [*because, *deadline.reasons], now)


def take_question_back(
    session: Session, actor: Actor, patient: Patient, period: str, outcome: Reason, now: datetime
) -> None:
    """Nothing where it was not asked, or is answered."""
    cancel_kind(session, actor, patient, TaskKind.REPLACE_GUARDIAN, outcome, now, periods=[period])


def close_questions(session: Session, actor: Actor, patient: Patient, now: datetime) -> None:
    """The first guardian has gone: whatever asked for it is answered."""
    asked = session.scalars(
        select(Task).where(
            Task.kind == TaskKind.REPLACE_GUARDIAN, Task.patient_id == patient.id, Task.state == TaskState.OPEN
        )
    ).all()
    for task in asked:
        close_task(session, actor, task, reason("guardians.replace.done"), now)
