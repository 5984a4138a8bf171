"""Community rehabilitation (社区康复): places with so many seats, referrals with consent, months of attendance (domain 1.4, 7.2)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from enum import StrEnum

ANSWER_DAYS = 10  # working days in which a place answers
CONSENT_LASTS_DAYS = 90  # what was agreed to longer ago is asked anew


class ReferralState(StrEnum):
    ASKED = "asked"  # 已转介
    WAITING = "waiting"  # 名额已满，轮候
    ACCEPTED = "accepted"  # 已接收，未开始
    ATTENDING = "attending"  # 康复中
    ENDED = "ended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_R = ReferralState
REFERRAL_MOVES: frozenset[tuple[ReferralState, ReferralState]] = frozenset(
    {
        (_R.ASKED, _R.WAITING),
        *((before, _R.ACCEPTED) for before in (_R.ASKED, _R.WAITING)),
        *((before, _R.REFUSED) for before in (_R.ASKED, _R.WAITING)),
        *((before, _R.WITHDRAWN) for before in (_R.ASKED, _R.WAITING, _R.ACCEPTED)),
        (_R.ACCEPTED, _R.ATTENDING),
        (_R.ATTENDING, _R.ENDED),
    }
)
# what the place itself says
ANSWERS = frozenset(move for move in REFERRAL_MOVES if move[1] in (_R.ACCEPTED, _R.WAITING, _R.REFUSED))
OPEN_REFERRALS = frozenset({_R.ASKED, _R.WAITING, _R.ACCEPTED, _R.ATTENDING})
SEATED = frozenset({_R.ACCEPTED, _R.ATTENDING})


class ReferralSource(StrEnum):
    HOSPITAL = "hospital"
    DOCTOR = "doctor"
    FAMILY = "family"


class ReferralConsent(StrEnum):
    PATIENT = "patient"
    GUARDIAN = "guardian"


class ReferralRefusal(StrEnum):
    NOT_SUITED = "not_suited"  # other help is better now
    TOO_FAR = "too_far"
    NO_SERVICE = "no_service"  # the place does not offer it
    NOT_REACHED = "not_reached"


class RehabEnd(StrEnum):
    DONE = "done"
    WORK = "work"  # found work
    MOVED = "moved"
    HOSPITAL = "hospital"
    STOPPED = "stopped"  # does not want to go on
    DIED = "died"


class RehabAim(StrEnum):
    MEDICINE = "medicine"
    DAILY_LIFE = "daily_life"
    SOCIAL = "social"
    WORK = "work"
    LEISURE = "leisure"


def free_seats(capacity: int, seated: int) -> int:
    return max(capacity - seated, 0)


def days_to_attend(month: date, since: date, until: date) -> int:
    """How many days of a month lie between the first and the last of which something can be said."""
    last = min(until, month.replace(day=monthrange(month.year, month.month)[1]))
    return max((last - max(since, month.replace(day=1))).days + 1, 0)


def month_of(day: date) -> date:
    return day.replace(day=1)
