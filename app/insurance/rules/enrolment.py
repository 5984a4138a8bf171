"""Who is insured under a policy, from when to when, and what ends it (domain 5.8; cases 1, 2, 10 and 11 of part 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.core.reasons import Reason, reason
from app.insurance.rules.policies import EligibleRule

HIGH_RISK = 3  # level from which most places insure (domain 5.8)
_DAY = timedelta(days=1)


class BatchKind(StrEnum):
    OPENING = "opening"  # 首批参保
    ADDITIONS = "additions"  # 增员
    REMOVALS = "removals"  # 减员


class EndReason(StrEnum):
    """Why cover ended before its policy."""

    DIED = "died"
    LEFT = "left"  # moved to another county
    EXCLUDED = "excluded"  # taken off the register
    MERGED = "merged"  # the same person stands under another record
    GUARDIAN = "guardian"  # a liability policy insures the guardian, and another one acts now, or none


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the rule reads of one patient on the day from which the insurance would run."""

    is_registered: bool
    is_managed: bool
    risk_level: int | None
    has_guardian: bool


def eligibility(rule: EligibleRule, one: Candidate, *, needs_guardian: bool = False) -> tuple[bool, Reason]:
    """Whether the county insures this patient by the policy's rule, and why.

    A level that nobody has assessed is unknown: no. A liability policy insures the guardian, so there has to be one.
    """
    if not one.is_registered:
        return False, reason("insurance.eligible.not_registered")
    if needs_guardian and not one.has_guardian:
        return False, reason("insurance.eligible.no_guardian")
    if rule is EligibleRule.REGISTERED:
        return True, reason("insurance.eligible.registered")
    if rule is EligibleRule.MANAGED:
        return one.is_managed, reason(
            "insurance.eligible.managed" if one.is_managed else "insurance.eligible.unmanaged"
        )
    if one.risk_level is None:
        return False, reason("insurance.eligible.unknown")
    is_high = one.risk_level >= HIGH_RISK
    return is_high, reason("insurance.eligible.rule" if is_high else "insurance.eligible.below")


@dataclass(frozen=True, slots=True)
class Ending:
    """The last day that is covered, and why."""

    last_on: date
    why: EndReason


def ending_of(died_on: date | None, left_on: date | None, why_left: EndReason | None) -> Ending | None:
    """A death covers its own day; who left the register is covered to the day before (the day itself is the new place's)."""
    found = []
    if died_on is not None:
        found.append(Ending(died_on, EndReason.DIED))
    if left_on is not None and why_left is not None:
        found.append(Ending(left_on - _DAY, why_left))
    return min(found, key=lambda one: one.last_on) if found else None


@dataclass(frozen=True, slots=True)
class CoverFacts:
    """What is known of a patient and a policy, to ask whether a day was covered.

    `enrolled` are spans [from, to) as stored; `ending` is read from the facts of today, so a death that the insurer has not been
    told of yet ends the cover all the same.
    """

    policy_from: date
    policy_to: date
    enrolled: Sequence[tuple[date, date | None]]
    ending: Ending | None = None
    registered_on: date | None = None
    covers_late_found: bool = False


def cover_on(facts: CoverFacts, day: date) -> tuple[bool, Reason]:
    """Whether the day was covered, and why."""
    if not facts.policy_from <= day <= facts.policy_to:
        return False, reason("insurance.cover.outside_term", from_on=facts.policy_from, to_on=facts.policy_to)
    if facts.ending is not None and day > facts.ending.last_on:
        return False, reason(f"insurance.cover.ended_{facts.ending.why}", on=facts.ending.last_on)
    for from_on, to_on in facts.enrolled:
        if from_on <= day and (to_on is None or day < to_on):
            return True, reason("insurance.cover.enrolled", on=from_on)
    if facts.covers_late_found and (facts.registered_on is None or facts.registered_on > day):
        return True, reason("insurance.cover.found_later")
    return False, _why_not_enrolled(facts, day)


def _why_not_enrolled(facts: CoverFacts, day: date) -> Reason:
    ended = [to_on for _from, to_on in facts.enrolled if to_on is not None and to_on <= day]
    if ended:
        return reason("insurance.cover.removed", on=max(ended))
    if facts.enrolled:
        return reason("insurance.cover.before", on=min(from_on for from_on, _to in facts.enrolled))
    return reason("insurance.cover.never")
