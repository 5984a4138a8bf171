"""Jobs do not run on a clock that cannot be right (reliability 2.6, amendments): time in which no process ran is downtime, not an error."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy.orm import Session

from app.audit.queries import find_newest

MAY_LAG = timedelta(minutes=2)
MAY_RUN_AHEAD = timedelta(hours=26)


class ClockGuard:
    """Remembers when this process began by both clocks."""

    def __init__(self, now: datetime) -> None:
        self._began, self._ticks = now, monotonic()

    def is_safe(self, session: Session, now: datetime) -> bool:
        """False when the clock is behind the last recorded event, or ran far ahead of this process's own time."""
        newest = find_newest(session)
        if newest is not None and now < newest - MAY_LAG:
            return False
        ran = timedelta(seconds=monotonic() - self._ticks)
        return (now - self._began) - ran <= MAY_RUN_AHEAD
