"""Attempts to reach somebody: how they may be made and end, and when they propose *lost* (domain 2.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.core.i18n import N_
from app.visits.rules.ruleset import VisitRules


class AttemptWay(StrEnum):
    TELEPHONE = "telephone"
    HOME = "home"
    OTHER = "other"
    TOLD = "told"  # somebody else says to have tried: kept, and counted by nobody (domain 9, case 35)


class AttemptOutcome(StrEnum):
    REACHED = "reached"  # spoken to; the visit itself follows
    NOT_REACHED = "not_reached"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"
    MOVED = "moved"
    AWAY = "away"


# Endings at which the patient was there all the same.
MET = frozenset({AttemptOutcome.REFUSED})
# Endings after which nobody is missing: also a word with the family.
CONTACTS = MET | {AttemptOutcome.REACHED}
WAY_LABELS = {
    AttemptWay.TELEPHONE: N_("打电话"),
    AttemptWay.HOME: N_("上门"),
    AttemptWay.OTHER: N_("其他方式"),
    AttemptWay.TOLD: N_("他人转告（不计次）"),
}
OUTCOME_LABELS = {
    AttemptOutcome.REACHED: N_("联系上，另行随访"),
    AttemptOutcome.NOT_REACHED: N_("没有联系上"),
    AttemptOutcome.REFUSED: N_("本次拒访"),
    AttemptOutcome.WRONG_NUMBER: N_("电话号码不对"),
    AttemptOutcome.MOVED: N_("已搬走"),
    AttemptOutcome.AWAY: N_("外出未归"),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """The day of an attempt, how it ended and how it was made."""

    attempted_on: date
    outcome: AttemptOutcome
    way: AttemptWay = AttemptWay.HOME


def attempts_in_a_row(attempts: Iterable[Attempt], last_contact_on: date | None) -> int:
    """On how many different days since the last contact nobody was reached; being refused is a contact, hearsay is nothing."""
    since = last_contact_on or date.min
    own = (attempt for attempt in attempts if attempt.way is not AttemptWay.TOLD)
    ordered = sorted(own, key=lambda attempt: attempt.attempted_on)
    for attempt in ordered:
        if is_contact(attempt.outcome, attempt.way):
            since = max(since, attempt.attempted_on)
    return len({attempt.attempted_on for attempt in ordered if attempt.attempted_on > since})


def is_contact(outcome: AttemptOutcome, way: AttemptWay) -> bool:
    """Whether somebody was spoken to, by the one who writes it down."""
    return outcome in CONTACTS and way is not AttemptWay.TOLD


def proposes_lost(in_a_row: int, rules: VisitRules) -> bool:
    return in_a_row >= rules.lost_after_attempts


def try_again_by(attempted_on: date, rules: VisitRules) -> date:
    """The day by which to try again after an attempt without contact."""
    return attempted_on + timedelta(days=rules.attempt_again_days)
