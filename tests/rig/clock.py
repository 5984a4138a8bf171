"""The day and instant of the tests, and a clock that stands where a test puts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.core.clock import Clock

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class StoppedClock(Clock):
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at
