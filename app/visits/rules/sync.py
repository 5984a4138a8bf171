"""When a form that was filled in without a network may simply be stored, and how long a phone may hold what it holds.

The server's sequence orders; what a phone says of the time is a claim (reliability 2.6, rule 14).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.visits.rules.states import SubmissionState

# without contact for so long the server's part is dropped: the store cannot be opened any more (reliability threat 29)
LAPSES_AFTER = timedelta(hours=72)
# what a phone may hold of the work list
MOST_TASKS = 40
# so many wrong PINs wipe the store, all but the unsent queue
MOST_WRONG_PINS = 5
PIN_DIGITS = 6
# OWASP's figure for PBKDF2-HMAC-SHA-256
PBKDF2_ROUNDS = 600_000
# while forms wait on a phone: its owner is warned, then the health centre's lead sees the count (reliability row 30)
WARN_AFTER = timedelta(hours=24)
TELL_LEAD_AFTER = timedelta(hours=72)
# a clock that is further off than this has probably given the form a wrong day
CLOCK_TRUSTED_WITHIN = timedelta(hours=26)
# what was sent is kept so long after it was settled
CONTENT_KEPT_FOR = timedelta(days=7)
# a form begun on the server and not touched since (reliability, anchor 14: a form's key lives thirty days)
DRAFTS_KEPT_FOR = timedelta(days=30)

WAITING = frozenset({SubmissionState.CONFLICT, SubmissionState.REFUSED, SubmissionState.QUARANTINED})


class SentKind(StrEnum):
    VISIT = "visit"
    ATTEMPT = "attempt"


class DeviceState(StrEnum):
    OPEN = "open"
    LAPSED = "lapsed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class StandingVisit:
    """A visit that stands; `id` is the order of arrival. `is_from_same_phone`: who filled in the form knew of it."""

    id: int
    visited_on: date
    is_from_same_phone: bool


def clashing(visited_on: date, seen_up_to: int, visits: Iterable[StandingVisit]) -> list[StandingVisit]:
    """The visits that whoever filled in the form did not know of, or that are of the same day: a person decides.

    `seen_up_to` is the newest visit that the phone knew when the form was begun. Two days of one phone do not clash.
    """
    unknown = [visit for visit in visits if visit.id > seen_up_to]
    return [visit for visit in unknown if visit.visited_on == visited_on or not visit.is_from_same_phone]


def is_clock_off(said_at: datetime | None, now: datetime) -> bool:
    """Whether the phone's clock, as it sent the form, is too far from ours to have given it the right day."""
    return said_at is None or abs(said_at - now) > CLOCK_TRUSTED_WITHIN


def device_state(revoked_at: datetime | None, lapses_at: datetime, now: datetime) -> DeviceState:
    if revoked_at is not None:
        return DeviceState.REVOKED
    return DeviceState.OPEN if now < lapses_at else DeviceState.LAPSED
