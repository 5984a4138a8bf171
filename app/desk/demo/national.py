"""What of the demonstration's visits stands in the national system: most soon after the visit, the latest not yet, a few forgotten."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.workdays import WorkdayCalendar
from app.desk.demo.bulk import Row
from app.desk.demo.moments import Moments
from app.visits.models import FollowUpVisit
from app.visits.queries_national import is_owed
from app.visits.rules.national import entry_term

# days between writing a visit here and copying it there, in turn
_WAITS = (0, 1, 1, 2, 3, 4, 6, 8, 3, 2, 1, 11)
_FORGOTTEN = 23  # one visit of so many
_REMEMBERED_AFTER = timedelta(days=50)


def entry_of(
    number: int, visited_on: date, recorded_on: date, days: int, calendar: WorkdayCalendar, by: Actor, moments: Moments
) -> Row:
    """The three columns of one visit; `number` is its place among all, which decides how soon somebody copied it."""
    wait = timedelta(days=_WAITS[number % len(_WAITS)])
    if number % _FORGOTTEN == 0:
        wait = _REMEMBERED_AFTER
    entered_on = recorded_on + wait
    is_there = entered_on <= moments.today
    return {
        "national_due_on": entry_term(visited_on, days, calendar).ends_on,
        "national_entered_at": moments.on(entered_on, 500) if is_there else None,
        "national_entered_by": by.user_id if is_there else None,
    }


def copy_the_old(session: Session, by: Actor, moments: Moments) -> None:
    """Visits that came in by other ways than `entry_of` knows: the old ones have been copied on the day on which they were written."""
    old = update(FollowUpVisit).where(is_owed(), FollowUpVisit.national_due_on < moments.today - _REMEMBERED_AFTER)
    done = old.values(national_entered_at=FollowUpVisit.recorded_at, national_entered_by=by.user_id)
    session.execute(done, execution_options={"synchronize_session": False})
