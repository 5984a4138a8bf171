"""Civil dates: months, ages, spans of days (domain C1 to C4)."""

from __future__ import annotations

import calendar
import re
from datetime import date

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def parse_date(text: str) -> date:
    """Read `2026-11-21`; ValueError for any other shape or a day that does not exist."""
    if _ISO.fullmatch(text) is None:
        raise ValueError(f"not a date like 2026-11-21: {text[:20]!r}")
    return date.fromisoformat(text)


def days_in_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    return day.replace(day=days_in_month(day))


def add_months(day: date, months: int) -> date:
    """The same day number so many months later, or that month's last day (Civil Code Art. 202; C3)."""
    year, index = divmod(day.year * 12 + day.month - 1 + months, 12)
    target = date(year, index + 1, 1)
    return target.replace(day=min(day.day, days_in_month(target)))


def age_on(born_on: date, day: date) -> int:
    """Full years. Born on 29 February: a year older on 1 March of a common year (domain 9, case 19)."""
    before_birthday = (day.month, day.day) < (born_on.month, born_on.day)
    return day.year - born_on.year - before_birthday


def partial_span(text: str) -> tuple[date, date]:
    """The first and the last day that `1991`, `1991-07` or `1991-07-03` may mean; ValueError for anything else."""
    year, month, day = (*text.split("-"), "", "")[:3]
    if day:
        return parse_date(text), parse_date(text)
    first = parse_date(f"{year}-{month or '01'}-01")
    return first, last_of_month(first if month else first.replace(month=12))
