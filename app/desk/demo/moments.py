"""Believable instants of past working days: nothing is recorded at midnight, nothing in the future."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.core.clock import SHANGHAI


@dataclass(frozen=True)
class Moments:
    """`now` is the instant of loading, `today` the business day; a day's instants run from 8:30 to 17:30 in Shanghai."""

    today: date
    now: datetime

    def on(self, day: date, minute: int = 60) -> datetime:
        """`minute` minutes after 8:30 (taken modulo nine hours) of that day; of today never later than now."""
        opening = datetime.combine(day, time(8, 30), SHANGHAI) + timedelta(minutes=minute % 540)
        instant = opening.astimezone(UTC)
        return min(instant, self.now) if day >= self.today else instant
