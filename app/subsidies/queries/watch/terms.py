"""Patterns about the policy and the fund themselves: versions of one hand, and what lies below the city's floors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.actor import Actor, Role
from app.core.reasons import reason
from app.subsidies.queries.floors import below_floors
from app.subsidies.queries.policies import list_versions, one_handed_policies
from app.subsidies.rules.watch import Finding, FlagSubject, Pattern, Thresholds


def one_hand_policies(session: Session, county_code: str, _today: date, _limits: Thresholds) -> Iterator[Finding]:
    """Named: who set the version."""
    for version in one_handed_policies(session, _county(county_code)):
        policy = version.policy
        said = (reason("subsidies.watch.one_hand_policy", version=policy.version),)
        yield Finding(
            Pattern.ONE_HAND, FlagSubject.POLICY, policy.public_id, county_code, said, policy.recorded_by
        )  # fmt: skip


def below_the_floor(session: Session, county_code: str, _today: date, _limits: Thresholds) -> Iterator[Finding]:
    """A policy version's amount, or a year's pool; the reason that was stated for it stands beside it."""
    versions = {f"v{one.policy.version}": one.policy for one in list_versions(session, _county(county_code))}
    for below in below_floors(session, _county(county_code)):
        what = "fund_below" if below.is_fund else "policy_below"
        said = [
            reason(f"subsidies.watch.{what}", what=below.what.removeprefix("v"), amount=below.amount, gap=below.gap)
        ]
        said.append(reason("subsidies.watch.floor_stated" if below.stated else "subsidies.watch.floor_unstated"))
        policy = None if below.is_fund else versions.get(below.what)
        subject = FlagSubject.FUND if below.is_fund else FlagSubject.POLICY
        subject_id = policy.public_id if policy else f"{county_code}:{below.what}"
        by = policy.recorded_by if policy else None
        yield Finding(Pattern.BELOW_FLOOR, subject, subject_id, county_code, tuple(said), by)


def _county(county_code: str) -> Actor:
    """Nobody in particular, within one county."""
    return Actor(None, Role.OPERATOR, prefix_of(county_code))
