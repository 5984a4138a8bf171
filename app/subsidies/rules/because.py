"""Why a guardian is paid at all: agreement, condition, management; each since when, none with the level itself.

Who reads a payment may know that the policy's condition is met, not how high the level is (roles.md: RISK_LEVEL "Y").
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.core.period import Period
from app.core.reasons import Reason, reason
from app.subsidies.rules.days import DayFacts
from app.subsidies.rules.policy import EligibleRule


def why_due(
    agreement_number: str,
    days: DayFacts,
    rule: EligibleRule,
    condition_since: date | None,
    quarter: Period,
    *,
    is_by_level: bool,
    is_by_incident: bool,
) -> tuple[Reason, ...]:
    """Agreement, condition of the policy and management, as far as they are known."""
    condition = _condition(rule, condition_since, quarter, is_by_level, is_by_incident)
    return (*_agreement(agreement_number, days), *condition, *_managed(days))


def _agreement(number: str, days: DayFacts) -> Iterator[Reason]:
    if number and days.agreement_from:
        yield reason("subsidies.due.agreement", number=number, since=days.agreement_from)


def _condition(
    rule: EligibleRule, since: date | None, quarter: Period, is_by_level: bool, is_by_incident: bool
) -> Iterator[Reason]:
    if is_by_incident:
        yield reason("subsidies.due.incident")
    elif not is_by_level:
        return
    elif rule.level is None:
        yield reason("subsidies.due.everybody")
    elif since is None or since > quarter.last_day:
        yield reason("subsidies.due.listed", needed=rule.level)
    else:
        yield reason("subsidies.due.level", needed=rule.level, since=since)


def _managed(days: DayFacts) -> Iterator[Reason]:
    if days.managed:
        yield reason("subsidies.due.managed", since=min(stay.from_on for stay in days.managed))
