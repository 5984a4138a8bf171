"""The one place that reads the clock.

Business days are civil dates in Asia/Shanghai; instants are aware UTC. Everything below the edge takes `today` or `now`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Clock:
    """`fixed_today` pins the business day (demonstration and tests); instants keep running."""

    fixed_today: date | None = None

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.fixed_today or business_day(self.now())


def business_day(instant: datetime) -> date:
    """The civil date in Shanghai of an aware instant: 16:00 UTC on 31 March is 1 April."""
    return instant.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """The first instant after a civil date in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)


def current_clock() -> Clock:
    """The clock of the running application; for edges (views, jobs, commands) only."""
    return cast(Clock, current_app.extensions["anhu.clock"])
