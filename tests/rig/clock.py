"""A clock that stands where a test puts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from app.core.clock import Clock


@dataclass(frozen=True)
class StoppedClock(Clock):
    at: datetime = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at
