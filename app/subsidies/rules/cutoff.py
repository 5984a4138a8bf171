"""The early cut-off: a period that ends with the year may be prepared in December already, because the treasury closes (domain 5.6).

Facts count up to the day of preparing; the days after it are projected as that day's state goes on. What turns out otherwise becomes a
correction or a recovery.
"""

from __future__ import annotations

from datetime import date, timedelta

from app.core.period import Period
from app.core.spans import Span
from app.subsidies.rules.amount import Computation
from app.subsidies.rules.policy import PolicyTerms

DECEMBER = 12


def cutoff_of(terms: PolicyTerms, period: Period) -> date | None:
    """The day from which a period that ends with the year may be prepared; None where it must have ended."""
    last, day = period.last_day, terms.cutoff_day
    return last.replace(day=day) if day is not None and last.month == DECEMBER else None


def projected_days(computation: Computation, as_of: date) -> int:
    """Eligible days of the period that had not come yet on `as_of`."""
    period = computation.quarter
    if as_of >= period.last_day:
        return 0
    ahead = Span(max(as_of + timedelta(days=1), period.first_day), period.last_day)
    excluded = (ahead.overlap(Span(one.first, one.last)) for one in computation.exclusions)
    return ahead.days - sum(span.days for span in excluded if span)
