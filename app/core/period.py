"""What a county pays for at once: a quarter, a half-year or a whole year, as values with one shape (domain 5.2, `period`).

Written in six characters: `2026Q3`, `2026H1`, and `2026Y4` for the twelve months that end with the fourth quarter of 2026.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from app.core.quarter import Quarter

_HALF = re.compile(r"(\d{4})H([12])", re.ASCII)
_YEAR = re.compile(r"(\d{4})Y([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Quarters:
    """So many quarters in a row, named by the year and the number of the last one in it."""

    year: int
    number: int

    @property
    def last_quarter(self) -> Quarter:
        raise NotImplementedError

    @property
    def first_quarter(self) -> Quarter:
        raise NotImplementedError

    @property
    def first_day(self) -> date:
        return self.first_quarter.first_day

    @property
    def last_day(self) -> date:
        return self.last_quarter.last_day

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    def months(self) -> tuple[date, ...]:
        """The first days of its months."""
        first, last = self.first_quarter, self.last_quarter
        count = (last.year - first.year) * 4 + last.number - first.number + 1
        return tuple(month for step in range(count) for month in first.shift(step).months())

    def contains(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class HalfYear(_Quarters):
    """January to June or July to December, written `2026H1`."""

    def __post_init__(self) -> None:
        if not (1 <= self.year <= 9998 and 1 <= self.number <= 2):
            raise ValueError(f"no such half-year: {self.year}H{self.number}")

    @property
    def first_quarter(self) -> Quarter:
        return Quarter(self.year, self.number * 2 - 1)

    @property
    def last_quarter(self) -> Quarter:
        return Quarter(self.year, self.number * 2)

    def previous(self) -> HalfYear:
        return HalfYear(self.year, 1) if self.number == 2 else HalfYear(self.year - 1, 2)

    def __str__(self) -> str:
        return f"{self.year:04d}H{self.number}"


@dataclass(frozen=True, slots=True)
class FullYear(_Quarters):
    """The twelve months that end with a quarter, written `2026Y4`; `2026Y2` is July 2025 to June 2026."""

    def __post_init__(self) -> None:
        if not (2 <= self.year <= 9998 and 1 <= self.number <= 4):
            raise ValueError(f"no such year: {self.year}Y{self.number}")

    @property
    def first_quarter(self) -> Quarter:
        return self.last_quarter.shift(-3)

    @property
    def last_quarter(self) -> Quarter:
        return Quarter(self.year, self.number)

    def previous(self) -> FullYear:
        return FullYear(self.year - 1, self.number)

    def __str__(self) -> str:
        return f"{self.year:04d}Y{self.number}"


Period = Quarter | HalfYear | FullYear


def parse_period(text: str) -> Period:
    """Read `2026Q3`, `2026H1` or `2026Y4`; ValueError for anything else."""
    if match := _HALF.fullmatch(text):
        return HalfYear(int(match[1]), int(match[2]))
    if match := _YEAR.fullmatch(text):
        return FullYear(int(match[1]), int(match[2]))
    return Quarter.parse(text)


def last_quarter_of(period: Period) -> Quarter:
    return period if isinstance(period, Quarter) else period.last_quarter


def quarters_of(period: Period) -> tuple[Quarter, ...]:
    """The quarters in it, in order."""
    last = last_quarter_of(period)
    count = len(period.months()) // 3
    return tuple(last.shift(step) for step in range(1 - count, 1))


def overlapping(period: Period) -> tuple[str, ...]:
    """The codes of all periods that share a day with this one, itself included: whoever paid one of them has paid some of these days."""
    found: dict[str, None] = {}
    for quarter in quarters_of(period):
        found[str(quarter)] = None
        found[str(HalfYear(quarter.year, (quarter.number + 1) // 2))] = None
        for later in range(4):
            last = quarter.shift(later)
            found[str(FullYear(last.year, last.number))] = None
    return tuple(found)
