"""Open deadlines of offices by a new list of working days. What has passed and what is clinical stays (reliability 2.4, 29)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.reasons import Reason, reason
from app.core.workdays import MOVED, WorkdayCalendar, counted_anew, recounted
from app.tasks.models import Task, TaskState
from app.tasks.rules import OFFICE_KINDS


@dataclass(frozen=True, slots=True)
class Recounted:
    """How many deadlines got another day, and how many kept theirs and are provisional no more."""

    moved: int = 0
    settled: int = 0

    def __add__(self, other: Recounted) -> Recounted:
        return Recounted(self.moved + other.moved, self.settled + other.settled)


@dataclass(frozen=True, slots=True)
class NewDue:
    """A task's deadline after the count."""

    task_id: int
    was_on: date
    due_on: date
    because: Sequence[Reason]


def moved_because(was_on: date, due_on: date, document: str) -> Reason | None:
    """The trace that a moved deadline keeps; None for one that did not move."""
    return reason(MOVED, was_on=was_on, document=document) if was_on != due_on else None


def recount_open(session: Session, calendar: WorkdayCalendar, document: str, today: date) -> Recounted:
    """Count the open duties of offices again whose last day is still to come. Nobody is late by it: today is the earliest day."""
    waiting = session.execute(
        select(Task.id, Task.due_on, Task.because).where(
            Task.kind.in_(sorted(OFFICE_KINDS)), Task.state == TaskState.OPEN, Task.due_on >= today
        )
    )
    return store_due(session, list(_counted(waiting, calendar, document, today)))


def store_due(session: Session, changes: Sequence[NewDue]) -> Recounted:
    rows = [
        {"id": one.task_id, "due_on": one.due_on, "because": [why.to_json() for why in one.because]} for one in changes
    ]
    if rows:
        session.execute(update(Task), rows)
    moved = sum(one.was_on != one.due_on for one in changes)
    return Recounted(moved, len(changes) - moved)


def _counted(waiting: Iterable[Any], calendar: WorkdayCalendar, document: str, today: date) -> Iterable[NewDue]:
    for task_id, was_on, stored in waiting:
        because = [Reason.from_json(one) for one in stored]
        deadline = counted_anew(because, calendar)
        if deadline is None:
            continue
        due_on = max(deadline.ends_on, today)
        words = recounted(because, deadline, moved_because(was_on, due_on, document))
        if list(words) != because:
            yield NewDue(task_id, was_on, due_on, words)
