"""Standardised management (规范管理) of one patient in a window (domain 4.3): whether, and the first gap that says no.

The same rule stands as one statement over a whole county in `queries/pattern.py`; a property test holds the two together. This one
explains: a patient who is missing in a number has a day from which, and a visit after which, nobody came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.core.spans import Span, union
from app.numbers.rules.settings import StandardMode, StandardRules
from app.patients.rules import FIRST_VISIT_WITHIN_DAYS

# touched by management for more than so many days, a quarter wants a visit of its own (mode `quarterly`)
TOUCHED_DAYS = 45
# nobody known to have come before: the longest interval that the norm knows, three months (docs/adr/0033)
FIRST_VISIT_DAYS = 92
AFTER_SUSPENSION_DAYS = 14
VISITS_A_YEAR = 4
WAITS = "numbers.standard.waits"


@dataclass(frozen=True, slots=True)
class DatedVisit:
    """A completed visit and the last day on which the next one was in time."""

    on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Window:
    """From the later of the period's first day and the first day of management to the cut-off; `period_from` is the former.

    `managed_from` is the first day ever on which the patient was managed; days of refusal since are suspended ones."""

    period_from: date
    managed_from: date
    cut_off: date

    @property
    def first(self) -> date:
        return max(self.period_from, self.managed_from)

    @property
    def is_whole_year(self) -> bool:
        year = self.period_from.year
        return self.managed_from <= self.period_from == date(year, 1, 1) and self.cut_off == date(year, 12, 31)


@dataclass(frozen=True, slots=True)
class _Event:
    """From this day on the next visit is owed until `due_on`; None while nobody can come."""

    on: date
    due_on: date | None


def failing_gap(
    visits: Collection[DatedVisit], suspended: Iterable[Span], window: Window, rules: StandardRules
) -> Reason | None:
    """Why the pattern is not to the standard; None when it is.

    `visits` are all completed ones up to the cut-off, of one day the last; `suspended` are whole days on which nobody can come: in
    hospital, in custody, not agreed or off the register; an open one ends behind the cut-off. What ended before management began is
    none of them.
    """
    rests = _rests(suspended, window)
    if rules.mode is StandardMode.QUARTERLY:
        return _quarter_without(visits, rests, window)
    events = _events(visits, rests, window, rules.grace_days)
    if gap := _late(events, window):
        return gap
    rested = any(span.last >= window.first for span in rests)
    made = sum(window.first <= one.on <= window.cut_off for one in visits)
    if window.is_whole_year and not rested and made < VISITS_A_YEAR:
        return reason("numbers.standard.too_few", count=made, wanted=VISITS_A_YEAR)
    return None


def waits_for_confirmation(days: Iterable[date]) -> Reason:
    """Somebody came; what is missing is the word of the town. Of several days the first, which is confirmed first."""
    return reason(WAITS, on=min(days))


def owed_until(visits: Collection[DatedVisit], suspended: Iterable[Span], window: Window) -> date | None:
    """The day by which somebody should have come next, without days of grace; None while nobody can come."""
    events = _events(visits, _rests(suspended, window), window, grace_days=0)
    return events[-1].due_on if events else window.managed_from + timedelta(days=FIRST_VISIT_WITHIN_DAYS)


def _rests(suspended: Iterable[Span], window: Window) -> list[Span]:
    """Of the time since management began, neither overlapping nor touching each other."""
    return union(span for span in suspended if span.last >= window.managed_from and span.first <= window.cut_off)


def _events(visits: Collection[DatedVisit], rests: Sequence[Span], window: Window, grace_days: int) -> list[_Event]:
    """Visits and suspensions in order of days; on one day a suspension ends before the visit and begins after it."""
    grace = timedelta(days=grace_days)
    found: list[tuple[date, int, date | None]] = []
    for span in rests:
        found.append((span.first, 2, None))
        if span.last < window.cut_off:
            again = span.last + timedelta(days=1)
            found.append((again, 0, again + timedelta(days=AFTER_SUSPENSION_DAYS) + grace))
    for visit in _owing(visits, window):
        is_at_rest = any(span.contains(visit.on) for span in rests)
        found.append((visit.on, 1, None if is_at_rest else visit.due_on + grace))
    return [_Event(on, due_on) for on, _rank, due_on in sorted(found, key=lambda event: event[:2])]


def _owing(visits: Collection[DatedVisit], window: Window) -> Iterator[DatedVisit]:
    """Visits under management, and the last one before it unless what that asked for had lapsed when management began."""
    earlier = [one for one in visits if one.on < window.managed_from]
    before = max(earlier, key=lambda one: one.on, default=None)
    if before is not None and before.due_on >= window.managed_from:
        yield before
    yield from (one for one in visits if window.managed_from <= one.on <= window.cut_off)


def _late(events: Sequence[_Event], window: Window) -> Reason | None:
    first_owed = window.first + timedelta(days=FIRST_VISIT_DAYS)
    first_came = events[0].on if events else window.cut_off
    if first_came > window.first and first_came > first_owed:
        return reason("numbers.standard.first_late", since=window.first, due=first_owed)
    for event, following in pairwise(events):
        if event.due_on is not None and window.first <= following.on and following.on > event.due_on:
            return reason("numbers.standard.late", after=event.on, due=event.due_on, came=following.on)
    last = events[-1] if events else None
    if last is not None and last.due_on is not None and window.cut_off > last.due_on:
        return reason("numbers.standard.nobody_since", after=last.on, due=last.due_on)
    return None


def _quarter_without(visits: Collection[DatedVisit], rests: Sequence[Span], window: Window) -> Reason | None:
    """A visit of the period before management began is one of its quarter's."""
    quarter = Quarter.of(window.first)
    while quarter.first_day <= window.cut_off:
        days = Span(max(window.first, quarter.first_day), min(window.cut_off, quarter.last_day))
        shared = (days.overlap(span) for span in rests)
        touched = days.days - sum(span.days for span in shared if span is not None)
        visited = Span(max(window.period_from, quarter.first_day), days.last)
        if touched > TOUCHED_DAYS and not any(visited.contains(visit.on) for visit in visits):
            return reason("numbers.standard.no_visit_in", quarter=quarter)
        quarter = quarter.next()
    return None
