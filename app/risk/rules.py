"""What a level means for the rhythm of visits (domain 2.1, 2.4, 9 case 23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.reasons import Reason, reason

LEVELS = range(6)  # 0 to 5
LONGEST_CONCLUSION = 1000  # characters
HIGH_LEVEL = 3  # from here on a patient counts as unstable (domain 2.3)
HIGH_LEVEL_WITHIN_DAYS = 14  # an unstable patient is seen within so many days (domain 2.4)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a newly recorded level does to the next visit: `bring_to` is its earlier due day, None when it stays."""

    bring_to: date | None
    because: Reason


def effect_on_next_visit(level: int, assessed_on: date, due_on: date | None) -> Effect:
    """A high level brings the visit that is due forward; nothing ever moves it back: classes are found at visits."""
    if level < HIGH_LEVEL:
        return Effect(None, reason("risk.effect.unchanged"))
    latest = assessed_on + timedelta(days=HIGH_LEVEL_WITHIN_DAYS)
    if due_on is None:
        return Effect(None, reason("risk.effect.no_visit_due", level=level))
    if due_on <= latest:
        return Effect(None, reason("risk.effect.soon_enough", level=level, due_on=due_on))
    return Effect(latest, reason("risk.effect.brought_forward", level=level, days=HIGH_LEVEL_WITHIN_DAYS, on=latest))


# -- the quarter's meeting (季度集中评估会) -----------------------------------------------------------------------------

# Why the meeting decided as it did, chosen by whoever records a result singly.
WHYS = (
    "risk.why.visits",
    "risk.why.incident",
    "risk.why.calmer",
    "risk.why.told",
    "risk.why.stands",
    "risk.why.not_seen",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the quarter's visits say; `level` is None where nothing was ever rated."""

    level: int | None
    because: Reason


def propose_level(visits: Sequence[tuple[date, int]], last: int | None, last_on: date | None) -> Proposal:
    """The highest level among the quarter's completed visits (day, level), else the last level that stands."""
    if visits:
        day, level = max(visits, key=lambda visit: (visit[1], visit[0]))
        return Proposal(level, reason("risk.proposed.visits", n=len(visits), on=day, level=level))
    if last is None or last_on is None:
        return Proposal(None, Reason("risk.proposed.nothing"))
    return Proposal(last, reason("risk.proposed.last", on=last_on, level=last))


def whys_single(proposed: int | None, entering: int | None, present: int | None, visits: int) -> tuple[Reason, ...]:
    """Why somebody is opened singly; empty for an unchanged level 0–2 with a visit this quarter.

    `entering` is the level with which the quarter began, `present` the one that stands now.
    """
    found = []
    if not visits:
        found.append(Reason("risk.single.no_visit"))
    if proposed is None or entering is None:
        found.append(Reason("risk.single.first"))
    elif proposed != entering:
        found.append(reason("risk.single.changed", before=entering, level=proposed))
    elif present != proposed:
        found.append(reason("risk.single.differs", present=present, level=proposed))
    if proposed is not None and proposed >= HIGH_LEVEL:
        found.append(Reason("risk.single.high"))
    return tuple(found)
