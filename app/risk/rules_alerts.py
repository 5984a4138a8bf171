"""The four-colour alert board (分级预警): what calls for somebody, how urgently, and whose duty it is.

A colour marks an alert, never a person: red today, orange this week, yellow soon, blue ahead. Thresholds are ours where domain 2.3–2.7
give none: a high level counts as unseen after two intervals of fourteen days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.core.dates import add_months
from app.core.reasons import Reason, reason
from app.risk.rules import HIGH_LEVEL, HIGH_LEVEL_WITHIN_DAYS

UNSEEN_MONTHS = 6  # no face-to-face contact for longer (domain 2.6)
HIGH_UNSEEN_DAYS = 2 * HIGH_LEVEL_WITHIN_DAYS
INJECTION_GRACE_DAYS = 7  # later is intermittent medication (domain 2.7)
LONG_OVERDUE_DAYS = 30
AHEAD_DAYS = 7  # how far blue looks
UNSTABLE = 1


class Colour(StrEnum):
    """In order of urgency."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


class Cause(StrEnum):
    """What an alert is about; the page's link follows from it."""

    EMERGENCY = "emergency"
    UNSTABLE_OVERDUE = "unstable_overdue"
    HIGH_OVERDUE = "high_overdue"
    HIGH_LOST = "high_lost"
    HIGH_UNSEEN = "high_unseen"
    UNLOCKING = "unlocking"
    LOST = "lost"
    INJECTION_LATE = "injection_late"
    LONG_OVERDUE = "long_overdue"
    SUPPLY_OUT = "supply_out"
    UNSEEN = "unseen"
    OVERDUE = "overdue"
    INJECTION_DUE = "injection_due"
    SUPPLY_SOON = "supply_soon"
    HIGH_DUE = "high_due"


# Told to nobody who does not see clinical facts.
CLINICAL = frozenset(
    {
        Cause.UNSTABLE_OVERDUE,
        Cause.INJECTION_LATE,
        Cause.INJECTION_DUE,
        Cause.SUPPLY_OUT,
        Cause.SUPPLY_SOON,
        Cause.UNLOCKING,
    }
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one patient on a day. Days are None where nothing is open or known; `is_home` is false in a stay."""

    level: int | None = None
    visit_class: int | None = None
    is_lost: bool = False
    is_home: bool = True
    seen_on: date | None = None
    managed_from: date | None = None
    visit_due_on: date | None = None
    injection_due_on: date | None = None
    supply_asked_on: date | None = None
    supply_out_on: date | None = None
    emergency_due_at: datetime | None = None
    unlocking_since: date | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """`because` says what is so, `duty` who must do what."""

    colour: Colour
    cause: Cause
    because: Reason
    duty: Reason


def alerts_of(facts: Facts, today: date, now: datetime) -> list[Alert]:
    """Every alert about one patient, the most urgent first; of causes that say the same, the graver one."""
    found = [
        *_of_emergency(facts, now),
        *_of_visits(facts, today),
        *_of_contact(facts, today),
        *_of_medicine(facts, today),
    ]
    return sorted(found, key=lambda alert: list(Colour).index(alert.colour))


def _of_emergency(facts: Facts, now: datetime) -> Iterator[Alert]:
    if facts.emergency_due_at is not None:
        is_late = facts.emergency_due_at < now
        code = "risk.alert.emergency_late" if is_late else "risk.alert.emergency"
        yield Alert(Colour.RED, Cause.EMERGENCY, reason(code), reason("risk.duty.emergency"))
    if facts.unlocking_since is not None:
        because = reason("risk.alert.unlocking", by=facts.unlocking_since)
        yield Alert(Colour.ORANGE, Cause.UNLOCKING, because, reason("risk.duty.unlocking"))


def _of_visits(facts: Facts, today: date) -> Iterator[Alert]:
    """The visit that is due, when the patient can be visited."""
    if facts.visit_due_on is None or facts.is_lost:
        return
    days = (today - facts.visit_due_on).days
    is_high = (facts.level or 0) >= HIGH_LEVEL
    if days > 0 and is_high:
        because = reason("risk.alert.high_overdue", level=facts.level, days=days)
        yield Alert(Colour.RED, Cause.HIGH_OVERDUE, because, reason("risk.duty.visit_together"))
    elif days > 0 and facts.visit_class == UNSTABLE:
        because = reason("risk.alert.unstable_overdue", days=days)
        yield Alert(Colour.RED, Cause.UNSTABLE_OVERDUE, because, reason("risk.duty.visit_together"))
    elif days > LONG_OVERDUE_DAYS:
        because = reason("risk.alert.overdue", days=days)
        yield Alert(Colour.ORANGE, Cause.LONG_OVERDUE, because, reason("risk.duty.visit_or_report"))
    elif days > 0:
        because = reason("risk.alert.overdue", days=days)
        yield Alert(Colour.YELLOW, Cause.OVERDUE, because, reason("risk.duty.visit"))
    elif is_high and days >= -AHEAD_DAYS:
        because = reason("risk.alert.high_due", level=facts.level, on=facts.visit_due_on)
        yield Alert(Colour.BLUE, Cause.HIGH_DUE, because, reason("risk.duty.visit"))


def _of_contact(facts: Facts, today: date) -> Iterator[Alert]:
    """Who has not been found, or not been seen."""
    is_high = (facts.level or 0) >= HIGH_LEVEL
    if facts.is_lost:
        if is_high:
            because = reason("risk.alert.high_lost", level=facts.level)
            yield Alert(Colour.RED, Cause.HIGH_LOST, because, reason("risk.duty.search_now"))
        else:
            yield Alert(Colour.ORANGE, Cause.LOST, reason("risk.alert.lost"), reason("risk.duty.search"))
        return
    since = facts.seen_on or facts.managed_from
    if not facts.is_home or since is None:
        return
    if is_high and today - since > timedelta(days=HIGH_UNSEEN_DAYS):
        because = reason("risk.alert.high_unseen", level=facts.level, days=(today - since).days)
        yield Alert(Colour.ORANGE, Cause.HIGH_UNSEEN, because, reason("risk.duty.see"))
    elif today > add_months(since, UNSEEN_MONTHS):
        because = reason("risk.alert.unseen", since=since, months=UNSEEN_MONTHS)
        yield Alert(Colour.YELLOW, Cause.UNSEEN, because, reason("risk.duty.see"))


def _of_medicine(facts: Facts, today: date) -> Iterator[Alert]:
    if facts.injection_due_on is not None:
        yield from _of_injection(facts.injection_due_on, today)
    if facts.supply_out_on is not None and facts.supply_out_on <= today:
        because = reason("risk.alert.supply_out", on=facts.supply_out_on)
        yield Alert(Colour.YELLOW, Cause.SUPPLY_OUT, because, reason("risk.duty.supply"))
    elif facts.supply_out_on is not None and facts.supply_asked_on is not None and facts.supply_asked_on <= today:
        because = reason("risk.alert.supply_soon", on=facts.supply_out_on)
        yield Alert(Colour.BLUE, Cause.SUPPLY_SOON, because, reason("risk.duty.supply"))


def _of_injection(due_on: date, today: date) -> Iterator[Alert]:
    days = (today - due_on).days
    late, duty = reason("risk.alert.injection_late", on=due_on, days=days), reason("risk.duty.injection")
    if days > INJECTION_GRACE_DAYS:
        yield Alert(Colour.ORANGE, Cause.INJECTION_LATE, late, duty)
    elif days > 0:
        yield Alert(Colour.YELLOW, Cause.INJECTION_LATE, late, duty)
    elif days >= -AHEAD_DAYS:
        yield Alert(Colour.BLUE, Cause.INJECTION_DUE, reason("risk.alert.injection_due", on=due_on), duty)
