"""When to come again (domain 2.4): earlier at will, later never."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.core.dates import add_months
from app.core.reasons import Reason, reason
from app.visits.rules.form import Trend, VisitClass
from app.visits.rules.ruleset import VisitRules


@dataclass(frozen=True, slots=True)
class Due:
    """The latest day that the table allows for the next visit, and why."""

    on: date
    reasons: tuple[Reason, ...]


class TrendNeededError(ValueError):
    """Class 2 after class 2: the table cannot answer without the trend since the intervention."""


def needs_trend(visit_class: VisitClass, previous_class: VisitClass | None) -> bool:
    """Whether this visit is an intervention check or a later one of the same kind."""
    return visit_class == previous_class == VisitClass.BASICALLY_STABLE


def next_due(
    visited_on: date,
    visit_class: VisitClass,
    previous_class: VisitClass | None,
    trend: Trend | None,
    rules: VisitRules,
) -> Due:
    """The due day after a completed visit; `previous_class` is that of the completed visit before it.

    Counted from the visit, not from its entry, and not moved by holidays (C4, C7). TrendNeededError when class 2
    follows class 2 and no trend is given; in every other case the trend means nothing.
    """
    if visit_class == VisitClass.UNSTABLE:
        return _in_days(visited_on, rules.unstable_days, "visit.due.unstable")
    if visit_class == VisitClass.STABLE:
        return _in_months(visited_on, rules.stable_months, "visit.due.stable")
    if not needs_trend(visit_class, previous_class):
        return _in_days(visited_on, rules.intervention_days, "visit.due.intervention")
    if trend is None:
        raise TrendNeededError
    if trend == Trend.STABILISING:
        return _in_months(visited_on, rules.stable_months, "visit.due.stabilising")
    return _in_months(visited_on, rules.not_stable_months, "visit.due.not_stable")


def check_chosen_day(chosen_on: date, visited_on: date, due: Due) -> tuple[Reason, ...]:
    """What speaks against the day that the doctor set."""
    if chosen_on <= visited_on:
        return (reason("visit.due.not_after_visit", visited_on=visited_on),)
    return (reason("visit.due.too_late", latest_on=due.on),) if chosen_on > due.on else ()


def _in_days(from_on: date, days: int, code: str) -> Due:
    on = from_on + timedelta(days=days)
    return Due(on, (reason(code, days=days, on=on),))


def _in_months(from_on: date, months: int, code: str) -> Due:
    on = add_months(from_on, months)
    return Due(on, (reason(code, months=months, on=on),))
