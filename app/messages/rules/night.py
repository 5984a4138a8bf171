"""Quiet hours: nobody's telephone rings between ten at night and eight in the morning, the crisis roster's excepted."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from app.core.clock import SHANGHAI
from app.messages.rules.outcomes import CALL_WITHIN

NIGHT_BEGINS, NIGHT_ENDS = time(22), time(8)
LONGEST_AT_PROVIDER = timedelta(hours=4)  # how long a provider may keep a text that it cannot deliver at once
SHORTEST_AT_PROVIDER = timedelta(minutes=5)


def is_night(now: datetime) -> bool:
    local = now.astimezone(SHANGHAI).time()
    return local >= NIGHT_BEGINS or local < NIGHT_ENDS


def may_ring(now: datetime) -> bool:
    """Whether a family's message may be handed over: a provider gets its shortest time and is done before the night."""
    return not is_night(now) and not is_night(now + CALL_WITHIN + SHORTEST_AT_PROVIDER)


def next_morning(now: datetime) -> datetime:
    """The end of the night that `now` lies in or that comes next."""
    local = now.astimezone(SHANGHAI)
    day = local.date() + timedelta(days=int(local.time() >= NIGHT_ENDS))
    return datetime.combine(day, NIGHT_ENDS, SHANGHAI)


def next_night(now: datetime) -> datetime:
    local = now.astimezone(SHANGHAI)
    day = local.date() + timedelta(days=int(local.time() >= NIGHT_BEGINS))
    return datetime.combine(day, NIGHT_BEGINS, SHANGHAI)


def may_wait_until(now: datetime, expires_at: datetime, ignores_night: bool) -> datetime:
    """Until when the provider may try: not into the night, not past the message's own time, never longer than it says.

    A provider counts from the call, which may come `CALL_WITHIN` after `now`.
    """
    latest = min(expires_at, now + LONGEST_AT_PROVIDER)
    if not ignores_night:
        latest = min(latest, next_night(now) - CALL_WITHIN)
    return max(latest, now + SHORTEST_AT_PROVIDER)
