"""What came of handing a message to a provider, how statuses rank, and how long to leave a provider alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.messages.rules.kinds import MessageState

CALL_WITHIN = timedelta(seconds=30)  # of the claim; a sender that was asleep for longer calls nobody
CLAIM_LAPSES_AFTER = timedelta(minutes=5)  # far longer than any call may take: the sender died
LOOK_UP_AFTER = timedelta(minutes=1)  # so long a provider may need until what it accepted is on its list
LOOK_UP_EVERY = timedelta(minutes=5)
GIVE_UP_LOOKING_AFTER = timedelta(hours=24)
# what was sent and of which nobody has said more: some providers report only when asked, and of others reports may get lost
ASK_AFTER = timedelta(minutes=10)
ASK_EVERY = timedelta(hours=1)
GIVE_UP_ASKING_AFTER = timedelta(hours=72)
REPORTS_FOR = timedelta(days=7)  # the window in which a provider's report has effect
MOST_ATTEMPTS = 8
PAUSES = (30, 60, 120, 240, 480, 900)  # seconds after the first, second, … trouble in a row
ACCOUNT_PAUSE = timedelta(hours=1)  # no credit, wrong key: nothing that a quick retry mends


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    BUSY = "busy"  # not accepted: too many at once (429)
    AWAY = "away"  # not accepted: nobody there
    ACCOUNT = "account"  # not accepted: our account there has no credit or is closed
    REFUSED = "refused"  # not accepted: this number or these words
    STOPPED = "stopped"  # not accepted: the receiver has asked for no more
    UNKNOWN = "unknown"  # perhaps accepted


# Certainly not accepted, for a reason that may pass: the message waits in the queue again.
TRY_AGAIN = frozenset({Outcome.BUSY, Outcome.AWAY, Outcome.ACCOUNT})


@dataclass(frozen=True)
class Answer:
    """A provider's answer to one call. `code` is its number of an error."""

    outcome: Outcome
    provider_id: str | None = None
    status: str | None = None
    code: str | None = None


class Sight(StrEnum):
    """What a provider's list says about a message whose outcome is unknown."""

    SEEN = "seen"
    ABSENT = "absent"
    IN_DOUBT = "in_doubt"  # more than one that it could be, or no list to look at


@dataclass(frozen=True)
class Found:
    sight: Sight
    provider_id: str | None = None
    status: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class Report:
    """What a provider says of a message later."""

    provider_id: str
    status: str
    code: str | None = None


# Providers' words in one order; a message's status only ever rises. What is final has the highest rank, and the first final stands.
_RANKS = {
    "accepted": 1,
    "scheduled": 1,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "undelivered": 4,
    "failed": 4,
    "canceled": 4,
    "read": 5,
}
_STATES = {
    "delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "undelivered": MessageState.FAILED,
    "failed": MessageState.FAILED,
    "canceled": MessageState.FAILED,
}


def is_status(status: str) -> bool:
    return status in _RANKS


def rises(before: str | None, status: str) -> bool:
    """A report has effect when its status ranks above the one before."""
    return _RANKS.get(status, 0) > _RANKS.get(before or "", 0)


def state_for(status: str | None) -> MessageState:
    """Our state for a provider's status: accepted in whatever way is sent."""
    return _STATES.get(status or "", MessageState.SENT)


def pause_after(outcome: Outcome, troubles: int) -> timedelta:
    """How long to leave the provider alone after the `troubles`-th trouble in a row (from 1)."""
    if outcome is Outcome.ACCOUNT:
        return ACCOUNT_PAUSE
    return timedelta(seconds=PAUSES[min(troubles, len(PAUSES)) - 1])
