"""Working days of the State Council's yearly notice, and deadlines counted in them (domain C2, C5, C7).

An office's deadline says in its reasons what it was counted from, so that a new list can count it again (`counted_anew`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.dates import parse_date
from app.core.reasons import Reason, reason

COUNTED, PROVISIONAL, MOVED = "core.workdays.counted", "core.workdays.provisional", "core.workdays.moved"
_COUNT = frozenset({COUNTED, PROVISIONAL, "core.workdays.holiday", "core.workdays.makeup"})
_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkdayCalendar:
    """The days that differ from Monday to Friday, and the years for which that is known."""

    holidays: frozenset[date] = frozenset()
    makeup_days: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    @classmethod
    def of_days(cls, days: Iterable[tuple[date, bool]]) -> WorkdayCalendar:
        """From `(day, is it worked)` pairs. A year is loaded whose 1 January is among them, which is always a holiday: a notice
        may name days of the December before, and these do not make that year known."""
        pairs = list(days)
        return cls(
            holidays=frozenset(day for day, worked in pairs if not worked),
            makeup_days=frozenset(day for day, worked in pairs if worked),
            years=frozenset(day.year for day, _ in pairs if (day.month, day.day) == (1, 1)),
        )

    def is_working(self, day: date) -> bool:
        if day in self.makeup_days:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """The day itself or the first working day after it: where an administrative deadline moves (C7)."""
        while not self.is_working(day):
            day += _DAY
        return day


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term. Provisional: a year that it runs through has no holiday list yet."""

    ends_on: date
    provisional: bool
    reasons: tuple[Reason, ...]


def add_working_days(from_on: date, days: int, calendar: WorkdayCalendar) -> Deadline:
    """The so-many-th working day after `from_on`, which itself is not counted (C2). ValueError below 0."""
    if days < 0:
        raise ValueError("a term is not negative")
    ends_on, left = from_on, days
    while left:
        ends_on += _DAY
        left -= calendar.is_working(ends_on)
    unknown = {day.year for day in _days_after(from_on, ends_on)} - calendar.years
    return Deadline(ends_on, bool(unknown), _because(from_on, days, ends_on, calendar, unknown))


def working_days_between(first: date, last: date, calendar: WorkdayCalendar) -> int:
    """Working days after `first`, which itself is not counted, up to and with `last`."""
    return sum(calendar.is_working(day) for day in _days_after(first, last))


def counted_anew(because: Sequence[Reason], calendar: WorkdayCalendar) -> Deadline | None:
    """The deadline whose reasons these are, by another calendar; None for one that was not counted in working days."""
    for one in because:
        if one.code == COUNTED:
            return add_working_days(parse_date(one.args["from_on"]), one.args["days"], calendar)
    return None


def recounted(because: Sequence[Reason], deadline: Deadline, moved: Reason | None) -> tuple[Reason, ...]:
    """The reasons of a deadline that was counted anew: its new count, that it moved, and all else as it was."""
    return (*deadline.reasons, *((moved,) if moved else ()), *(one for one in because if one.code not in _COUNT))


def unknown_years(first: date, last: date, calendar: WorkdayCalendar) -> list[Reason]:
    """A sentence for each year from `first` to `last` whose list is not loaded."""
    years = range(first.year, last.year + 1)
    return [reason(PROVISIONAL, year=year) for year in years if year not in calendar.years]


def is_provisional(because: Iterable[Reason]) -> bool:
    """Whether a year that the deadline runs through has no holiday list yet."""
    return any(one.code == PROVISIONAL for one in because)


def _because(
    from_on: date, days: int, ends_on: date, calendar: WorkdayCalendar, unknown: set[int]
) -> tuple[Reason, ...]:
    between = list(_days_after(from_on, ends_on))
    free = [day for day in between if day in calendar.holidays and day.weekday() < _SATURDAY]
    worked = [day for day in between if day in calendar.makeup_days]
    found = [reason(COUNTED, from_on=from_on, days=days, ends_on=ends_on)]
    if free:
        found.append(reason("core.workdays.holiday", days=free))
    if worked:
        found.append(reason("core.workdays.makeup", days=worked))
    found += [reason(PROVISIONAL, year=year) for year in sorted(unknown)]
    return tuple(found)


def _days_after(from_on: date, to_on: date) -> Iterator[date]:
    for passed in range(1, (to_on - from_on).days + 1):
        yield from_on + passed * _DAY
