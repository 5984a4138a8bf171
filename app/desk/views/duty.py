"""What homes say of the quarter's duty checks: how many families are still to be checked, and where it is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.quarter import Quarter
from app.core.reasons import say_quarter
from app.core.workdays import Deadline
from app.guardians.queries.company import count_to_decide
from app.guardians.queries.duty_counts import DutyCounts, count_for_home
from app.guardians.rules.duty import check_by
from app.tasks.rules import Standing, standing

_CALENDAR_SPAN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class DutyQuarter:
    """One quarter of an area: its counts, and by when they are to be zero."""

    quarter: Quarter
    words: str
    counts: DutyCounts
    deadline: Deadline
    standing: Standing


@dataclass(frozen=True, slots=True)
class DutyHome:
    """Quarters with something left to check, the older first; `needs` and `replacements` are None for who is not asked."""

    quarters: Sequence[DutyQuarter]
    needs: int | None
    replacements: int | None


def duty_home(session: Session, actor: Actor, today: date) -> DutyHome | None:
    """None for roles that keep no checks."""
    if not may(actor, Action.KEEP_DUTY_CHECKS):
        return None
    quarters = (Quarter.of(today).previous(), Quarter.of(today))
    counts = count_for_home(session, actor, quarters, today)
    calendar = load_workdays(session, quarters[0].last_day, quarters[1].last_day + _CALENDAR_SPAN)
    shown = []
    for one in quarters:
        deadline = check_by(one, calendar)
        left = counts[one].open or counts[one].failed
        if counts[one].all and (left or one.contains(today)):
            shown.append(DutyQuarter(one, say_quarter(one), counts[one], deadline, standing(deadline.ends_on, today)))
    needs, replacements = (
        count_to_decide(session, actor, today) if may(actor, Action.ASSESS_GUARDIANS) else (None, None)
    )
    return DutyHome(shown, needs, replacements)
