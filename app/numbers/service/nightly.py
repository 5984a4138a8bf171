"""What is counted every night: each county's month, quarter and year, and those that have just ended while late facts still arrive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from time import monotonic

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel, code_of
from app.core.actor import Actor
from app.core.quarter import Quarter
from app.numbers.models import IndicatorRun
from app.numbers.rules.period import TREND_PERIODS, ReportPeriod
from app.numbers.service.computing import Progress, Sessions, count_apart
from app.numbers.service.forgetting import forget_a_run
from app.patients.models import Patient

# records of a visit are due within ten working days; what ended is counted until they should have come
COUNTED_ON_DAYS = 15


def compute_everywhere(
    reading: Sessions, transaction: Sessions, actor: Actor, today: date, now: datetime, progress: Progress
) -> int:
    """Count each county that has patients, one period after the other, then forget what nobody reads. How many counts were made.

    `now`: when the night begins. Each count says when it began itself, or a count asked for meanwhile would win over newer facts.
    """
    began = monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=monotonic() - began)

    with reading() as session:
        wanted = [(county, period) for county in _counties(session) for period in _periods_of(session, county, today)]
    for done, (county, period) in enumerate(wanted):
        progress(done, len(wanted))
        count_apart(reading, transaction, actor, county, period, today, clock())
    while _forgets_a_run(transaction, clock()):
        pass
    return len(wanted)


def _forgets_a_run(transaction: Sessions, now: datetime) -> bool:
    with transaction() as session:
        return forget_a_run(session, now)


def periods_of_night(today: date) -> list[ReportPeriod]:
    """This month, quarter and year; the ones before for fifteen days after they ended."""
    now = [ReportPeriod.month_of(today), ReportPeriod.quarter_of(Quarter.of(today)), ReportPeriod.year_of(today.year)]
    before = [period.previous() for period in now]
    return [*now, *(period for period in before if (today - period.last_day).days <= COUNTED_ON_DAYS)]


def _periods_of(session: Session, county: str, today: date) -> list[ReportPeriod]:
    """The night's periods, and those quarters of the trend that nobody has counted yet."""
    counted = set(session.scalars(select(IndicatorRun.period).where(IndicatorRun.area_code == county).distinct()))
    tonight = periods_of_night(today)
    trend = [one for one in islice(_quarters_before(today), TREND_PERIODS - 1) if str(one) not in counted]
    return [*tonight, *(one for one in trend if one not in tonight)]


def _quarters_before(today: date) -> Iterator[ReportPeriod]:
    period = ReportPeriod.quarter_of(Quarter.of(today)).previous()
    while True:
        yield period
        period = period.previous()


def _counties(session: Session) -> list[str]:
    """Counties with a patient in them, in the order of their codes."""
    lived_in = session.scalars(select(func.substr(Patient.area_code, 1, 6)).distinct())
    codes = sorted({code_of(prefix) for prefix in lived_in})
    standing = select(Area.code).where(Area.code.in_(codes), Area.level == AreaLevel.COUNTY)
    return list(session.scalars(standing.order_by(Area.code)))
