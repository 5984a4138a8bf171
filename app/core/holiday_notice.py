"""The State Council's yearly notice as somebody types it, and what is wrong with it, line by line (domain C5)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.reasons import Reason, reason

Cell = object

EARLIEST_BEFORE = (12, 25)  # a notice may name days of the December before, around the New Year
LONGEST_RANGE = 15
LONGEST_NAME = 32
MOST_LINES = 400
FESTIVALS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
ALWAYS_OFF = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))  # 全国年节及纪念日放假办法, from 2025
STATUTORY_DAYS = 13  # the same: weekdays off less weekends worked come to it in every notice
_SATURDAY = 5
_DAY = timedelta(days=1)

_OFF = frozenset({"放假", "休假", "休息", "休", "假", "放", "off", "holiday"})
_WORKED = frozenset({"上班", "调休上班", "补班", "班", "work", "working", "workday"})
_YEAR = re.compile(r"\d{4}\D", re.ASCII)
_APART = re.compile(r"[\s,，;；]+")
_TO = re.compile(r"\s*(?:至|到|~|～|—+|–|--)\s*")
_DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?", re.ASCII)


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """One day that differs from Monday to Friday."""

    day: date
    is_working: bool
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and in which line (from 1); None: with the list as a whole."""

    line: int | None
    why: Reason


@dataclass(frozen=True, slots=True)
class HolidayNotice:
    """A year's list as it was read. Only one without errors is stored; a caution is for a person to look at."""

    year: int
    days: tuple[NoticeDay, ...]
    errors: tuple[Finding, ...]
    cautions: tuple[Reason, ...]


def split_lines(text: str) -> list[list[Cell]]:
    """Pasted lines as cells: day or first to last day, off or worked, holiday; apart by comma, tab or blank."""
    return [list(_APART.split(_TO.sub("至", line.strip()), maxsplit=2)) for line in text.splitlines()]


def read_notice(lines: Iterable[Sequence[Cell]], year: int) -> HolidayNotice:
    """The notice of `year` out of lines of cells; empty lines and a head without digits are passed over."""
    days: list[tuple[int, NoticeDay]] = []
    errors: list[Finding] = []
    for number, line in enumerate(lines, 1):
        cells = [_text(cell) for cell in line[:3]] + [""] * (3 - len(line))
        if not any(cells) or (not days and not errors and not re.search(r"\d", cells[0])):
            continue
        found, why = _read_line(cells, year)
        days += [(number, day) for day in found]
        errors += [Finding(number, one) for one in why]
    errors += _against_each_other(days)
    kept = tuple(sorted({day.day: day for _number, day in reversed(days)}.values(), key=lambda day: day.day))
    if not errors:
        errors += [Finding(None, why) for why in (_missing(kept, year) if kept else [reason("core.notice.empty")])]
    return HolidayNotice(year, kept, tuple(errors), tuple(_cautions(kept)) if not errors else ())


@dataclass(frozen=True, slots=True)
class Run:
    """Days of one holiday that follow each other, all off or all worked."""

    first: date
    last: date
    is_working: bool
    name: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def runs_of(days: Iterable[NoticeDay]) -> list[Run]:
    """Days in their order, put together."""
    runs: list[Run] = []
    for day in days:
        last = runs[-1] if runs else None
        if last and (last.last + _DAY, last.is_working, last.name) == (day.day, day.is_working, day.name):
            runs[-1] = Run(last.first, day.day, day.is_working, day.name)
        else:
            runs.append(Run(day.day, day.day, day.is_working, day.name))
    return runs


def lines_of(days: Iterable[NoticeDay]) -> str:
    """The list as lines that `split_lines` reads again."""
    return "\n".join(_line(run) for run in runs_of(days))


def _line(run: Run) -> str:
    days = f"{run.first}" if run.days == 1 else f"{run.first}至{run.last}"
    return f"{days},{'上班' if run.is_working else '放假'},{run.name}"


def guess_year(lines: Iterable[Sequence[Cell]]) -> int | None:
    """The year that most lines begin with; None where none begins with a year."""
    found = Counter(text[:4] for line in lines if line and _YEAR.match(text := _text(line[0])))
    return int(found.most_common(1)[0][0]) if found else None


# -- one line ----------------------------------------------------------------------------------------------------------


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell).strip()


def _read_line(cells: Sequence[str], year: int) -> tuple[list[NoticeDay], list[Reason]]:
    span, word, name = cells
    why = []
    days = _days(span)
    if days is None:
        why.append(reason("core.notice.day", text=span[:20]))
    elif not 0 < len(days) <= LONGEST_RANGE:
        why.append(reason("core.notice.range", most=LONGEST_RANGE))
    if word.lower() not in _OFF | _WORKED:
        why.append(reason("core.notice.word", text=word[:20]))
    if not name or len(name) > LONGEST_NAME:
        why.append(reason("core.notice.name", most=LONGEST_NAME))
    if why or days is None:
        return [], why
    found = [NoticeDay(day, word.lower() in _WORKED, name) for day in days]
    return found, [one for day in found for one in _wrong_with(day, year)]


def _days(span: str) -> list[date] | None:
    """The days from first to last; empty when they are the wrong way round, None when they are no days."""
    ends = [_day(text) for text in _TO.split(span)]
    first, last = ends[0], ends[-1]
    if first is None or last is None or len(ends) > 2:
        return None
    return [first + passed * _DAY for passed in range(min((last - first).days + 1, LONGEST_RANGE + 1))]


def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _wrong_with(day: NoticeDay, year: int) -> Iterator[Reason]:
    is_before = day.day.year == year - 1 and (day.day.month, day.day.day) >= EARLIEST_BEFORE
    if day.day.year != year and not is_before:
        yield reason("core.notice.year", day=day.day, year=year)
    if day.is_working and day.day.weekday() < _SATURDAY:
        yield reason("core.notice.worked_anyway", day=day.day)


# -- the list as a whole -----------------------------------------------------------------------------------------------


def _against_each_other(days: Sequence[tuple[int, NoticeDay]]) -> Iterator[Finding]:
    lines: dict[date, int] = {}
    off = {day.day for _number, day in days if not day.is_working}
    for number, day in days:
        if day.day in lines:
            yield Finding(number, reason("core.notice.twice", day=day.day, line=lines[day.day]))
        lines.setdefault(day.day, number)
        is_lone = not {day.day - _DAY, day.day + _DAY} & off
        if not day.is_working and day.day.weekday() >= _SATURDAY and is_lone:
            yield Finding(number, reason("core.notice.free_anyway", day=day.day))


def _missing(days: Sequence[NoticeDay], year: int) -> Iterator[Reason]:
    off = {day.day for day in days if not day.is_working}
    names = "".join(day.name for day in days if not day.is_working)
    festivals = [name for name in FESTIVALS if name not in names]
    if festivals:
        yield reason("core.notice.festivals", names=festivals)
    always = [date(year, *day) for day in ALWAYS_OFF if date(year, *day) not in off]
    if always:
        yield reason("core.notice.always_off", days=always)


def _cautions(days: Sequence[NoticeDay]) -> Iterator[Reason]:
    weekdays_off = sum(not day.is_working and day.day.weekday() < _SATURDAY for day in days)
    worked = sum(day.is_working for day in days)
    if weekdays_off - worked != STATUTORY_DAYS:
        yield reason("core.notice.balance", off=weekdays_off, worked=worked, expected=STATUTORY_DAYS)
