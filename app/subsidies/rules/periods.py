"""Which months a policy pays at once, and when a county may change that without a day paid twice or lost."""

from __future__ import annotations

from datetime import date, timedelta

from app.core.dates import add_months
from app.core.period import FullYear, HalfYear, Period
from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.subsidies.rules.policy import PolicyTerms, Rhythm


def period_of(terms: PolicyTerms, day: date) -> Period:
    """The period of the policy that a day lies in."""
    quarter = Quarter.of(day)
    if terms.period is Rhythm.QUARTER:
        return quarter
    if terms.period is Rhythm.HALF_YEAR:
        return HalfYear(quarter.year, (quarter.number + 1) // 2)
    last = Quarter.of(add_months(_year_from(terms.year_start, day), 11))
    return FullYear(last.year, last.number)


def guardianship_year_from(terms: PolicyTerms, day: date) -> date:
    """First day of the guardianship year that a day lies in, where the policy begins it in one month for all."""
    return _year_from(terms.guardianship_year_start or 1, day)


def pay_by(terms: PolicyTerms, period: Period) -> date | None:
    """The day by which a period's money should be on the accounts; None where the policy does not say."""
    return period.last_day + timedelta(days=terms.pay_within_days) if terms.pay_within_days else None


def check_change(before: PolicyTerms | None, after: PolicyTerms, valid_from: date) -> tuple[Reason, ...]:
    """Whether the months paid at once may change on this day.

    Only with the first day of a year of the new period, and only where the old period begins anew on that day too: then no day lies
    in two periods and none in none. A first policy that pays by quarters may begin on any day.
    """
    if _grid(before or _BY_QUARTERS) == _grid(after):
        return ()
    begins = _year_from(after.year_start, valid_from)
    if begins != valid_from:
        return (reason("subsidies.policy.from_year_start", day=add_months(begins, 12)),)
    running = period_of(before or _BY_QUARTERS, valid_from)
    if running.first_day != valid_from:
        return (reason("subsidies.policy.period_running", period=running),)
    return ()


def is_same_rhythm(before: PolicyTerms | None, after: PolicyTerms) -> bool:
    return _grid(before or _BY_QUARTERS) == _grid(after)


def _grid(terms: PolicyTerms) -> tuple[Rhythm, int]:
    return terms.period, terms.year_start if terms.period is Rhythm.YEAR else 0


def _year_from(month: int, day: date) -> date:
    begins = date(day.year, month, 1)
    return begins if begins <= day else date(day.year - 1, month, 1)


_BY_QUARTERS = PolicyTerms(annual=None)
