"""Words of the numbers' pages."""

from __future__ import annotations

from app.core.i18n import _
from app.core.period import FullYear
from app.core.quarter import Quarter
from app.core.reasons import say_date, say_month, say_period
from app.numbers.rules.period import PeriodKind, ReportPeriod
from app.numbers.views.blueprint import numbers


@numbers.app_template_filter("report_period")
def report_period(value: ReportPeriod | str) -> str:
    """2026年9月, 2026年第3季度, 2026 年, 截至2026年9月17日."""
    period = ReportPeriod.parse(value) if isinstance(value, str) else value
    day = period.first_day
    match period.kind:
        case PeriodKind.MONTH:
            return _("%(year)s年%(month)s", year=day.year, month=say_month(day))
        case PeriodKind.QUARTER:
            return say_period(Quarter.of(day))
        case PeriodKind.YEAR:
            return say_period(FullYear(day.year, 4))
        case PeriodKind.DAY:
            return _("截至%(day)s", day=say_date(period.last_day))
