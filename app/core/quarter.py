"""Calendar quarters as values (domain C8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_WRITTEN = re.compile(r"(\d{4})Q([1-4])", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter, written `2026Q3`; sorts by time."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.year <= 9998 and 1 <= self.number <= 4):
            raise ValueError(f"no such quarter: {self.year}Q{self.number}")

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read `2026Q3`; ValueError for anything else."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f"not a quarter like 2026Q3: {text[:20]!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last_day(self) -> date:
        return date(self.year + self.number // 4, self.number % 4 * 3 + 1, 1) - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.next().first_day - self.first_day).days

    def months(self) -> tuple[date, date, date]:
        """The first days of its three months."""
        first = self.number * 3 - 2
        return date(self.year, first, 1), date(self.year, first + 1, 1), date(self.year, first + 2, 1)

    def contains(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def shift(self, quarters: int) -> Quarter:
        """So many quarters later; negative: earlier."""
        year, index = divmod(self.year * 4 + self.number - 1 + quarters, 4)
        return Quarter(year, index + 1)

    def next(self) -> Quarter:
        return self.shift(1)

    def previous(self) -> Quarter:
        return self.shift(-1)

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"
