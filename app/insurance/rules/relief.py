"""Government relief for people who were hurt (政府救助): asked for by one person, decided by another, then paid (domain 5.8)."""

from __future__ import annotations

from enum import StrEnum


class ReliefState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


_R = ReliefState
RELIEF_MOVES: frozenset[tuple[ReliefState, ReliefState]] = frozenset(
    {
        (_R.PROPOSED, _R.APPROVED),
        (_R.PROPOSED, _R.REFUSED),
        (_R.PROPOSED, _R.WITHDRAWN),
        (_R.APPROVED, _R.PAID),
    }
)


class ReliefGround(StrEnum):
    """Why the county helps beside or instead of an insurer."""

    NOT_INSURED = "not_insured"
    BEYOND_LIMIT = "beyond_limit"
    WAITS = "waits"  # until the insurer pays
    HARDSHIP = "hardship"
