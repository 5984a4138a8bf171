"""A policy's terms: who is insured, what a head costs, how its term is counted (domain 5.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.core.dates import add_months
from app.core.money import Money
from app.core.reasons import Reason, reason

REPORT_WITHIN_HOURS = 48  # where a policy says nothing (domain 5.8)
SETTLE_WORKING_DAYS = 7  # from complete papers to the insurer's word (domain 5.8)
RENEWAL_NOTICE_DAYS = 30
LONGEST_TERM_MONTHS = 36


class PolicyKind(StrEnum):
    LIABILITY = "liability"  # 监护人责任险: the guardian is insured for harm that the patient does to others
    ACCIDENT = "accident"  # 意外伤害险: the family of the patient is insured


class EligibleRule(StrEnum):
    """Which patients of the register the county insures."""

    RISK3 = "risk3"  # risk level 3 and above
    MANAGED = "managed"  # under management
    REGISTERED = "registered"  # everybody in the register


class Proration(StrEnum):
    """What somebody pays who is insured for a part of the term only."""

    BY_DAY = "by_day"
    WHOLE = "whole"  # the whole premium, nothing back


class PolicyState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


POLICY_MOVES: frozenset[tuple[PolicyState, PolicyState]] = frozenset(
    (PolicyState.PROPOSED, after) for after in PolicyState if after is not PolicyState.PROPOSED
)


class PolicyPhase(StrEnum):
    """How a confirmed policy stands on a day."""

    COMING = "coming"
    RUNNING = "running"
    ENDING = "ending"  # 30 days left at most
    ENDED = "ended"


def phase_on(from_on: date, to_on: date, today: date) -> PolicyPhase:
    """Both days of the policy count, as on the paper."""
    if today < from_on:
        return PolicyPhase.COMING
    if today > to_on:
        return PolicyPhase.ENDED
    return PolicyPhase.ENDING if (to_on - today).days <= RENEWAL_NOTICE_DAYS else PolicyPhase.RUNNING


@dataclass(frozen=True, slots=True)
class PremiumTerms:
    """`per_head` is the premium of one person for the whole term, whose first and last day both count."""

    per_head: Money
    from_on: date
    to_on: date
    proration: Proration

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1


@dataclass(frozen=True, slots=True)
class Premium:
    amount: Money
    because: Reason


def premium_for(terms: PremiumTerms, from_on: date, last_on: date) -> Premium:
    """What one person costs from one day to another, both counted: by days of the term, rounded once half up, or the whole.

    Days outside the term are not the policy's; none inside costs nothing.
    """
    first, last = max(from_on, terms.from_on), min(last_on, terms.to_on)
    covered = max((last - first).days + 1, 0)
    if covered in (0, terms.days):
        amount = terms.per_head if covered else Money.zero()
        return Premium(amount, reason("insurance.premium.full" if covered else "insurance.premium.none", each=amount))
    if terms.proration is Proration.WHOLE:
        return Premium(terms.per_head, reason("insurance.premium.whole", each=terms.per_head))
    share = Fraction(terms.per_head.fen * covered, 100 * terms.days)
    return Premium(
        Money.rounded(share),
        reason("insurance.premium.days", each=terms.per_head, days=covered, term=terms.days),
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is paid for one person hurt, one accident, one year of the policy; None: the policy names none."""

    person: Money | None = None
    accident: Money | None = None
    year: Money | None = None


def wrong_terms(from_on: date, to_on: date, per_head: Money, limits: Limits) -> dict[str, list[Reason]]:
    """What no policy can say, by field."""
    wrong: dict[str, list[Reason]] = {}
    if to_on < from_on:
        wrong["to_on"] = [reason("insurance.policy.ends_before", on=from_on)]
    elif to_on >= add_months(from_on, LONGEST_TERM_MONTHS):
        wrong["to_on"] = [reason("insurance.policy.too_long", months=LONGEST_TERM_MONTHS)]
    if per_head.fen <= 0:
        wrong["premium"] = [reason("insurance.policy.no_premium")]
    ordered = [("accident_limit", limits.person, limits.accident), ("year_limit", limits.accident, limits.year)]
    for name, smaller, larger in ordered:
        if smaller is not None and larger is not None and larger < smaller:
            wrong[name] = [reason("insurance.policy.limit_order", least=smaller)]
    return wrong
