"""What a level means for the rhythm of visits (domain 2.1, 2.4, 9 case 23)."""

from __future__ import annotations

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
