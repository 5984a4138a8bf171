"""What a report is about: a month, a quarter, a year or everything up to a day, with the window that is counted (domain 4.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.dates import last_of_month, parse_date
from app.core.quarter import Quarter
from app.numbers.rules.settings import PeriodMode

# a trend is told over so many, the last one included
TREND_PERIODS = 8
_WRITTEN = re.compile(r"(\d{4})(?:M(\d{2})|Q([1-4])|Y)", re.ASCII)


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DAY = "day"


@dataclass(frozen=True, order=True, slots=True)
class ReportPeriod:
    """Written `2026M09`, `2026Q3`, `2026Y`, or `2026-09-17` for everything of the year up to that day."""

    first_day: date
    last_day: date
    kind: PeriodKind

    @classmethod
    def parse(cls, text: str) -> ReportPeriod:
        """ValueError for anything else."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            return cls.up_to(parse_date(text))
        year, month, quarter = int(match[1]), match[2], match[3]
        if not 1900 <= year <= 9998:
            raise ValueError(f"no year to report about: {year}")
        if month:
            return cls.month_of(date(year, int(month), 1))
        return cls.quarter_of(Quarter(year, int(quarter))) if quarter else cls.year_of(year)

    @classmethod
    def month_of(cls, day: date) -> ReportPeriod:
        return cls(day.replace(day=1), last_of_month(day), PeriodKind.MONTH)

    @classmethod
    def quarter_of(cls, quarter: Quarter) -> ReportPeriod:
        return cls(quarter.first_day, quarter.last_day, PeriodKind.QUARTER)

    @classmethod
    def year_of(cls, year: int) -> ReportPeriod:
        return cls(date(year, 1, 1), date(year, 12, 31), PeriodKind.YEAR)

    @classmethod
    def up_to(cls, day: date) -> ReportPeriod:
        return cls(day.replace(month=1, day=1), day, PeriodKind.DAY)

    @property
    def opens_on(self) -> date:
        """Before this day there is nothing to count."""
        return self.last_day if self.kind is PeriodKind.DAY else self.first_day

    def counted_from(self, mode: PeriodMode) -> date:
        """S: cumulative from 1 January unless the county counts months and quarters by themselves."""
        return self.first_day if mode is PeriodMode.ALONE else self.last_day.replace(month=1, day=1)

    def cut_off(self, today: date) -> date:
        """T."""
        return min(self.last_day, today)

    def previous(self) -> ReportPeriod:
        """The same kind of period before; of a day, the same day a month earlier is not meant but the day before."""
        before = date.fromordinal(self.first_day.toordinal() - 1)
        match self.kind:
            case PeriodKind.MONTH:
                return self.month_of(before)
            case PeriodKind.QUARTER:
                return self.quarter_of(Quarter.of(before))
            case PeriodKind.YEAR:
                return self.year_of(before.year)
            case PeriodKind.DAY:
                return self.up_to(date.fromordinal(self.last_day.toordinal() - 1))

    def compared_with(self, mode: PeriodMode) -> ReportPeriod | None:
        """A period with a window as long: of figures that add up from 1 January the same one of the year before; of a day none."""
        year = self.first_day.year - 1
        match self.kind, mode:
            case PeriodKind.DAY, _:
                return None
            case PeriodKind.MONTH, PeriodMode.CUMULATIVE:
                return self.month_of(self.first_day.replace(year=year))
            case PeriodKind.QUARTER, PeriodMode.CUMULATIVE:
                return self.quarter_of(Quarter(year, Quarter.of(self.first_day).number))
            case _:
                return self.previous()

    def __str__(self) -> str:
        match self.kind:
            case PeriodKind.MONTH:
                return f"{self.first_day.year:04d}M{self.first_day.month:02d}"
            case PeriodKind.QUARTER:
                return str(Quarter.of(self.first_day))
            case PeriodKind.YEAR:
                return f"{self.first_day.year:04d}Y"
            case PeriodKind.DAY:
                return self.last_day.isoformat()
