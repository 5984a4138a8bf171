"""What of the register is counted in working days, by a new list of them: orders of medicine, and looks at clues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.dates import parse_date
from app.core.reasons import Reason
from app.core.workdays import PROVISIONAL, WorkdayCalendar
from app.patients.models import Clue
from app.patients.rules import ClueState, look_by
from app.patients.rules_treatment import because_of_supply, supply_task_on
from app.tasks.models import Task, TaskState
from app.tasks.recounting import NewDue, Recounted, moved_because, store_due
from app.tasks.rules import TaskKind

_RUNS_OUT = "patients.supply.runs_out"


def recount_supplies(session: Session, calendar: WorkdayCalendar, document: str, today: date) -> Recounted:
    """Ask for medicine earlier where a holiday now stands before the day it runs out; never later, as somebody takes it daily."""
    waiting = session.execute(
        select(Task.id, Task.due_on, Task.because).where(
            Task.kind == TaskKind.SUPPLY, Task.state == TaskState.OPEN, Task.due_on >= today
        )
    )
    changes = []
    for task_id, was_on, stored in waiting:
        found = _ordered_by(task_id, was_on, [Reason.from_json(one) for one in stored], calendar, document, today)
        changes += [found] if found else []
    return store_due(session, changes)


def _ordered_by(
    task_id: int, was_on: date, because: Sequence[Reason], calendar: WorkdayCalendar, document: str, today: date
) -> NewDue | None:
    given = next((one for one in because if one.code == _RUNS_OUT), None)
    if given is None:
        return None
    runs_out, given_on = parse_date(given.args["on"]), parse_date(given.args["given_on"])
    due_on = min(was_on, max(supply_task_on(runs_out, given_on, calendar), today))
    moved = moved_because(was_on, due_on, document)
    if moved is None and not any(one.code == PROVISIONAL for one in because):
        return None
    words = because_of_supply(given, due_on, runs_out, calendar)
    return NewDue(task_id, was_on, due_on, (*words[:-1], *((moved,) if moved else ()), words[-1]))


def count_moved_looks(session: Session, before: WorkdayCalendar, after: WorkdayCalendar) -> int:
    """Clues that nobody has looked at yet and whose last day is another one now; it is counted whenever it is shown."""
    waiting = session.execute(select(Clue.reported_on, Clue.is_danger).where(Clue.state == ClueState.RECEIVED))
    return sum(
        look_by(on, is_danger, before).ends_on != look_by(on, is_danger, after).ends_on for on, is_danger in waiting
    )
