"""Until when visits are owed to the national system, by a new list of working days. The visits' own next dates stay: they are clinical."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.clock import SHANGHAI
from app.core.workdays import WorkdayCalendar, add_working_days
from app.tasks.recounting import Recounted
from app.visits.models import FollowUpVisit
from app.visits.queries import get_rules


def recount_owed(session: Session, before: WorkdayCalendar, after: WorkdayCalendar, today: date) -> Recounted:
    """Move the last day of those still owed. It was counted from the visit, or for a correction from the day it was recorded."""
    moves = list(_moves(session, before, after, today))
    if moves:
        session.execute(update(FollowUpVisit), moves)
    return Recounted(moved=len(moves))


def _moves(
    session: Session, before: WorkdayCalendar, after: WorkdayCalendar, today: date
) -> Iterator[dict[str, object]]:
    visit = FollowUpVisit
    owed = session.execute(
        select(visit.id, visit.visited_on, visit.recorded_at, visit.national_due_on).where(
            visit.national_due_on >= today, visit.national_entered_at.is_(None), visit.withdrawn_at.is_(None)
        )
    )
    days = {}
    for visit_id, visited_on, recorded_at, was_on in owed:
        for begun_on in (visited_on, recorded_at.astimezone(SHANGHAI).date()):
            if begun_on not in days:
                term = get_rules(session, begun_on).late_entry_working_days
                days[begun_on] = [add_working_days(begun_on, term, calendar).ends_on for calendar in (before, after)]
            old, new = days[begun_on]
            if old == was_on:
                if max(new, today) != was_on:
                    yield {"id": visit_id, "national_due_on": max(new, today)}
                break
