"""Reminders, owed once a day from what stands: visits and appointments that come, agreements that end, work that is late.

Only families that agreed are reminded, so that nobody else leaves a trace here; whether it still holds is asked again when it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.core.calendar import load_workdays
from app.core.clock import SHANGHAI
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.messages.commands import Owed, Relation
from app.messages.models import ContactConsent
from app.messages.queries.relevance import late_work
from app.messages.rules.kinds import MessageKind
from app.messages.rules.night import NIGHT_BEGINS
from app.messages.service.owing import owe_many
from app.patients.models import Patient
from app.tasks.models import Task
from app.tasks.rules import TaskKind


@dataclass(frozen=True)
class Reminder:
    """Which task is told of, as what, and how many days before it is due at the earliest."""

    task: TaskKind
    kind: MessageKind
    days_before: int


REMINDERS = (
    Reminder(TaskKind.FOLLOW_UP, MessageKind.VISIT_DUE, 2),
    Reminder(TaskKind.INJECTION, MessageKind.INJECTION_DUE, 2),
    Reminder(TaskKind.AGREEMENT_RENEWAL, MessageKind.AGREEMENT_ENDING, 14),
)


@dataclass(frozen=True)
class Counts:
    """What a day's round owed anew, and what was owed already."""

    made: int
    already: int


def owe_reminders(session: Session, today: date, now: datetime) -> Counts:
    """Repeatable: a task is told of once to one guardian for one due day."""
    owed = [one for reminder in REMINDERS for one in _of_tasks(session, reminder, today)]
    owed += _digests(session, today)
    in_time = [one for one in owed if one.expires_at > now]
    made = owe_many(session, in_time, now)
    return Counts(made, len(in_time) - made)


def _of_tasks(session: Session, reminder: Reminder, today: date) -> Sequence[Owed]:
    rows = session.execute(
        select(Task.id, Task.due_on, Guardianship.id, Patient)
        .join(Patient, Patient.id == Task.patient_id)
        .join(Guardianship, Guardianship.patient_id == Task.patient_id)
        .where(
            text("tasks.state = 'open'"),
            Task.kind == reminder.task,
            Task.due_on.between(today, today + timedelta(days=reminder.days_before)),
            *told_as(Rank.FIRST, today),
        )
        .order_by(Task.id)
    )
    return [
        Owed(
            kind=reminder.kind,
            dedupe_key=f"{reminder.kind}:{task_id}:{due_on.isoformat()}:{guardianship_id}",
            patient=patient,
            recipient=Relation.first_guardian(),
            subject=("task", task_id),
            parameters={"day": due_on},
            expires_at=end_of_day(due_on),
        )
        for task_id, due_on, guardianship_id, patient in rows
    ]


def told_as(rank: Rank, today: date) -> tuple[ColumnElement[bool], ...]:
    """The guardianship holds today, and whoever holds it agreed to be told."""
    agreed = select(ContactConsent.id).where(
        ContactConsent.patient_id == Guardianship.patient_id,
        ContactConsent.person_id == Guardianship.person_id,
        ContactConsent.ended_at.is_(None),
        ContactConsent.is_safe,
    )
    return (
        Guardianship.rank == rank,
        Guardianship.from_on <= today,
        (Guardianship.to_on.is_(None)) | (Guardianship.to_on > today),
        Guardianship.withdrawn_at.is_(None),
        agreed.exists(),
    )


def _digests(session: Session, today: date) -> list[Owed]:
    """One line a working day to each office that is late with something."""
    if not load_workdays(session, today, today).is_working(today):
        return []
    late = late_work(session, today)
    places = session.execute(select(Agency.id, Agency.area_code).where(Agency.id.in_(late)).order_by(Agency.id))
    return [
        Owed(
            kind=MessageKind.TASKS_OVERDUE,
            dedupe_key=f"{MessageKind.TASKS_OVERDUE}:{agency_id}:{today.isoformat()}",
            recipient=Relation.agency(agency_id),
            subject=("late_tasks_of", agency_id),
            parameters={"day": today, "count": min(late[agency_id], 99_999)},
            area_code=area_code,
            expires_at=end_of_day(today),
        )
        for agency_id, area_code in places
    ]


def end_of_day(day: date) -> datetime:
    """When the night begins on that day: later than this a message of that day is not sent."""
    return datetime.combine(day, time(NIGHT_BEGINS.hour), SHANGHAI)
