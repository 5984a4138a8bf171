"""What homes say about clues and screening rounds: counts and links, no names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.quarter import Quarter
from app.core.reasons import say_quarter
from app.patients.queries.clues import ClueCounts, count_clues, count_danger
from app.patients.queries.screening import OwedReturn, Standing, list_own_returns, standing_of
from app.patients.views.clues import workdays_around


@dataclass(frozen=True, slots=True)
class ClueHome:
    """Each part is None or empty for roles that it is not addressed to."""

    counts: ClueCounts | None
    is_late: bool
    danger: int | None
    # what one's own village owes; a town signs from the round's page
    returns: Sequence[tuple[OwedReturn, str]]
    standing: Standing | None
    quarter: str


def clue_home(session: Session, actor: Actor) -> ClueHome:
    today = current_clock().today()
    counts = count_clues(session, actor) if may(actor, Action.SEE_CLUES) else None
    is_own = may(actor, Action.SCREEN_VILLAGE) and not may(actor, Action.SEE_SCREENING)
    acts_on_rounds = may(actor, Action.OPEN_SCREENING) or (may(actor, Action.SCREEN_VILLAGE) and not is_own)
    returns = list_own_returns(session, actor, today) if is_own else []
    standing = standing_of(session, actor) if acts_on_rounds else None
    return ClueHome(
        counts=counts,
        is_late=_is_late(session, counts),
        danger=count_danger(session, actor) if may(actor, Action.SEE_DANGER_CLUES) else None,
        returns=[(owed, _quarter(owed.period)) for owed in returns],
        standing=standing,
        quarter=_quarter(standing.period) if standing else "",
    )


def _is_late(session: Session, counts: ClueCounts | None) -> bool:
    """The calendar is read only where something may be late."""
    today = current_clock().today()
    return bool(counts and counts.may_be_late(today) and counts.is_late(today, workdays_around(session)))


def _quarter(period: str) -> str:
    return say_quarter(Quarter.parse(period[:6]))
