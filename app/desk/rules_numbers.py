"""`flask rules try standard`: whether a patient's visits keep the standard in a period, and the first gap where they do not."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.core.i18n import _
from app.core.reasons import Reason, reason, say
from app.core.spans import Span
from app.desk.rules_input import Given, MalformedError
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import LONGEST_GRACE_DAYS, PeriodMode, StandardMode, StandardRules
from app.numbers.rules.standard import DatedVisit, Window, failing_gap

STANDARD_KEYS = "period as_of periods managed_from visits suspended mode grace_days"


def try_standard(given: Given) -> dict[str, Any]:
    """`visits`: `[day, last day of the next one]`; `suspended`: `[first, last or null]`, in hospital or in custody."""
    period = _period(given)
    counted_from = period.counted_from(PeriodMode(given.choice("periods", list(PeriodMode), PeriodMode.CUMULATIVE)))
    cut_off = min(period.last_day, given.optional_day("as_of") or period.last_day)
    mode = StandardMode(given.choice("mode", list(StandardMode), StandardMode.INTERVAL))
    rules = StandardRules(mode, given.integer("grace_days", range(LONGEST_GRACE_DAYS + 1), 0))
    visits = {one.from_on: DatedVisit(one.from_on, one.to_on or date.max) for one in given.stays("visits")}
    away = [Span(one.from_on, one.to_on or date.max) for one in given.stays("suspended")]
    window = Window(counted_from, given.day("managed_from"), cut_off)
    gap: Reason | None = reason("numbers.standard.no_visit")
    if any(counted_from <= day <= cut_off for day in visits):
        gap = failing_gap(visits.values(), away, window, rules)
    because = gap or reason("numbers.standard.kept", first=window.first, last=cut_off)
    return {"standard": gap is None, "because": [say(because)]}


def _period(given: Given) -> ReportPeriod:
    try:
        return ReportPeriod.parse(given.text("period"))
    except ValueError:
        raise MalformedError(_("“%(key)s”应为 2026M09、2026Q3 或 2026Y", key="period")) from None
