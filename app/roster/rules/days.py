"""Dates in every style that rosters have: 1964/7/21, 1964.7.21, 19640721, 1964年7月21日, 1991年, 2014.3, serial numbers."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.reasons import reason
from app.core.workbooks.sheet import Cell
from app.roster.rules.cells import CellError, says_nothing, text

EARLIEST = date(1900, 1, 1)
SERIALS = range(
    10_000, 80_000
)  # 1927 to 2119: longer than any life on a roster, shorter than a date written as figures
EPOCH_1900 = date(1899, 12, 30)
EPOCH_1904 = date(1904, 1, 1)

_DIGITS = str.maketrans("〇零○Ｏ一二三四五六七八九", "0000123456789")
_CHINESE_DAY = re.compile(
    r"([〇零○一二三四五六七八九]{4})年(?:([〇一二三四五六七八九十]{1,3})月(?:([〇一二三四五六七八九十]{1,3})[日号]?)?)?"
)
_PARTS = re.compile(r"(\d{4})(?:[-/.,年\s]+(\d{1,2})(?:[-/.,月\s]+(\d{1,2})[日号]?)?)?[-/.,年月\s]*", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?", re.ASCII)
_CLOCK = re.compile(r"[\sT]+\d{1,2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d\d:?\d\d)?$|\(?(星期|周)[一二三四五六日天]\)?$")


@dataclass(frozen=True)
class PartialDate:
    """A date of which only the year, or year and month, may be known."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """`1991`, `1991-07` or `1991-07-03`."""
        return "-".join(part for part in (f"{self.year:04d}", _two(self.month), _two(self.day)) if part)

    @property
    def full(self) -> date | None:
        return date(self.year, self.month, self.day) if self.month and self.day else None

    @property
    def earliest(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    def fits(self, other: date) -> bool:
        """Whether `other` may be the day that this describes."""
        return self.year == other.year and self.month in (None, other.month) and self.day in (None, other.day)


def _two(number: int | None) -> str:
    return f"{number:02d}" if number else ""


def partial_date(cell: Cell, today: date, date1904: bool = False) -> PartialDate | None:
    """What the cell says of a day that is not after `today`; None when empty. CellError for days that do not exist."""
    found = _read(cell, date1904)
    if found is None:
        return None
    if found.earliest < EARLIEST:
        raise CellError(reason("roster.date.too_early", day=str(found)))
    if found.earliest > today:
        raise CellError(reason("roster.date.future", day=found.earliest))
    return found


def past_day(cell: Cell, today: date, date1904: bool = False) -> date | None:
    """A whole day not after `today`."""
    found = partial_date(cell, today, date1904)
    return _whole(found) if found else None


def any_day(cell: Cell, date1904: bool = False) -> date | None:
    """A whole day, past or future (agreements, next visits)."""
    found = _read(cell, date1904)
    if found and not EARLIEST.year <= found.year <= 2100:
        raise CellError(reason("roster.date.unknown", text=str(found)))
    return _whole(found) if found else None


def day_span(cell: Cell) -> tuple[date, date] | None:
    """Two whole days in one cell: `2026.1.1-2026.12.31`, `2026年1月1日至2026年12月31日`."""
    if says_nothing(cell):
        return None
    shown = unicodedata.normalize("NFKC", text(cell))
    parts = re.split(r"\s*(?:至|到|~|—+|–|－|--)\s*", shown)
    if len(parts) == 1 and shown.count("-") in (1, 5):
        halves = shown.split("-")
        middle = len(halves) // 2
        parts = ["-".join(halves[:middle]), "-".join(halves[middle:])]
    if len(parts) != 2:
        raise CellError(reason("roster.date.span", text=shown[:40]))
    first, last = any_day(parts[0]), any_day(parts[1])
    if first is None or last is None:
        raise CellError(reason("roster.date.span", text=shown[:40]))
    return first, last


def _whole(found: PartialDate) -> date:
    if found.full is None:
        raise CellError(reason("roster.date.partial", text=str(found)))
    return found.full


def _read(cell: Cell, date1904: bool) -> PartialDate | None:
    if isinstance(cell, datetime | date):
        return PartialDate(cell.year, cell.month, cell.day)
    if isinstance(cell, bool) or (isinstance(cell, float) and not math.isfinite(cell)):
        raise CellError(reason("roster.date.unknown", text=str(cell)))
    if says_nothing(cell) or cell == 0:
        return None
    if isinstance(cell, float) and cell != int(cell):
        return _from_fraction(cell, date1904)
    return _from_text(text(cell), date1904)


def _from_fraction(number: float, date1904: bool) -> PartialDate:
    """A serial number with a time of day, or 2014.3 that lost its shape: of 2014.1 the month may be January or October."""
    if int(number) in SERIALS:
        return _from_serial(int(number), date1904)
    shown = repr(number)
    year, places = int(number), shown.partition(".")[2]
    if not 1900 <= year <= 2100 or len(places) > 2:
        raise CellError(reason("roster.date.unknown", text=shown[:20]))
    if places == "1":
        raise CellError(reason("roster.date.month_lost", text=shown))
    return _checked(year, int(places), None, shown)


def _from_serial(serial: int, date1904: bool) -> PartialDate:
    day = (EPOCH_1904 if date1904 else EPOCH_1900) + timedelta(days=serial)
    return PartialDate(day.year, day.month, day.day)


def _from_text(shown: str, date1904: bool) -> PartialDate:
    normal = _CLOCK.sub("", unicodedata.normalize("NFKC", shown).strip().strip("'’\"")).strip()
    chinese = _CHINESE_DAY.fullmatch(normal.replace(" ", ""))
    if chinese:
        year = int(chinese[1].translate(_DIGITS))
        return _checked(year, _chinese_number(chinese[2]), _chinese_number(chinese[3]), shown)
    if normal.isdigit() and len(normal) == 5 and int(normal) in SERIALS:
        return _from_serial(int(normal), date1904)
    compact = _COMPACT.fullmatch(normal) if len(normal) in (6, 8) else None
    found = compact or _PARTS.fullmatch(normal)
    if found is None:
        raise CellError(reason("roster.date.unknown", text=shown[:20]))
    month, day = (int(part) if part else None for part in found.groups()[1:])
    return _checked(int(found[1]), month, day, shown)


def _chinese_number(sign: str | None) -> int | None:
    if not sign:
        return None
    if "十" not in sign:
        return int(sign.translate(_DIGITS))
    tens, _ten, ones = sign.partition("十")
    return 10 * (int(tens.translate(_DIGITS)) if tens else 1) + (int(ones.translate(_DIGITS)) if ones else 0)


def _checked(year: int, month: int | None, day: int | None, shown: str) -> PartialDate:
    """Months and days of 0 or 00 mean unknown, as in 1991-00-00."""
    month, day = month or None, day or None
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        raise CellError(reason("roster.date.impossible", text=shown[:20])) from None
    return PartialDate(year, month, day if month else None)
