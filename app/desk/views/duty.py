"""What homes say of the quarter's duty checks: how many families are still to be checked, and where it is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.quarter import Quarter
from app.core.reasons import say_quarter
from app.core.workdays import Deadline
from app.guardians.queries.company import count_needs
from app.guardians.queries.duty_list import DutyCounts, count_duty, total_of
from app.guardians.queries.duty_page import list_replacements
from app.guardians.service.sweeping import deadline_of
from app.tasks.rules import Standing, standing


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
    present = Quarter.of(today)
    quarters = [_quarter(session, actor, one, today) for one in (present.previous(), present)]
    decides = may(actor, Action.ASSESS_GUARDIANS)
    return DutyHome(
        [
            one
            for one in quarters
            if one.counts.all and (one.quarter == present or one.counts.open or one.counts.failed)
        ],
        count_needs(session, actor, today) if decides else None,
        len(list_replacements(session, actor)) if decides else None,
    )


def _quarter(session: Session, actor: Actor, quarter: Quarter, today: date) -> DutyQuarter:
    deadline = deadline_of(session, quarter)
    counts = total_of(count_duty(session, actor, quarter, today, is_brief=True))
    return DutyQuarter(quarter, say_quarter(quarter), counts, deadline, standing(deadline.ends_on, today))
