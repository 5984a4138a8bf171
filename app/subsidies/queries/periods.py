"""Which periods a county may prepare: those that have ended, in the rhythm of the policy that was in force when they did, and in December
the year's last one where the policy closes it early.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.period import Period
from app.core.quarter import Quarter
from app.subsidies.models import SubsidyPolicy
from app.subsidies.rules.cutoff import cutoff_of
from app.subsidies.rules.periods import period_of
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.transitions import check_period

_LOOKED_BACK = 16  # quarters


def ended_periods(session: Session, county_code: str, today: date, most: int) -> list[Period]:
    """The newest first, at most `most`; quarters where no policy was in force."""
    running = Quarter.of(today)
    versions = _versions(session, county_code)
    found: list[Period] = []
    for quarter in (running.shift(-back) for back in range(_LOOKED_BACK + 1)):
        terms = _in_force(versions, quarter.last_day)
        period = period_of(terms, quarter.last_day)
        if check_period(period, today, cutoff_of(terms, period)):
            continue
        if period.last_day == quarter.last_day and len(found) < most:
            found.append(period)
    return found


def _versions(session: Session, county_code: str) -> list[tuple[date, PolicyTerms]]:
    """The newest first."""
    versions = session.scalars(
        select(SubsidyPolicy).where(SubsidyPolicy.county_code == county_code).order_by(SubsidyPolicy.valid_from.desc())
    )
    return [(one.valid_from, PolicyTerms.from_json(one.terms)) for one in versions]


def _in_force(versions: list[tuple[date, PolicyTerms]], day: date) -> PolicyTerms:
    return next((terms for valid_from, terms in versions if valid_from <= day), PolicyTerms(annual=None))
