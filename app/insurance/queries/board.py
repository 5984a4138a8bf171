"""What stands on the first page of insurance and on the homes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.insurance.models import InsurancePolicy
from app.insurance.queries.claims import ClaimCounts, count_claims
from app.insurance.queries.enrolment import count_not_covered
from app.insurance.queries.policies import PolicyRow, list_policies, list_running
from app.insurance.queries.reliefs import count_waiting
from app.insurance.rules.policies import PolicyPhase, PolicyState


@dataclass(frozen=True, slots=True)
class InsuranceHome:
    """`uncovered`: eligible under a running policy and not insured, policy by policy."""

    uncovered: Sequence[tuple[InsurancePolicy, int]]
    waiting: int
    ending: int
    claims: ClaimCounts
    reliefs: int


@dataclass(frozen=True, slots=True)
class Board:
    policies: Sequence[PolicyRow]
    uncovered: dict[int, int]
    claims: ClaimCounts
    reliefs: int


def board_of(session: Session, actor: Actor, today: date) -> Board:
    policies = list_policies(session, actor, today)
    running = [row.policy for row in policies if row.phase in (PolicyPhase.RUNNING, PolicyPhase.ENDING)]
    return Board(
        policies,
        {policy.id: count_not_covered(session, actor, policy, today) for policy in running},
        count_claims(session, actor, today),
        count_waiting(session, actor),
    )


def home_of(session: Session, actor: Actor, today: date) -> InsuranceHome:
    """A few figures; one query a running policy, of which a county has two or three."""
    rows = list_policies(session, actor, today)
    running = list_running(session, actor, today)
    return InsuranceHome(
        [(policy, count_not_covered(session, actor, policy, today)) for policy in running],
        sum(row.policy.state is PolicyState.PROPOSED for row in rows),
        sum(row.phase is PolicyPhase.ENDING and not row.is_renewed for row in rows),
        count_claims(session, actor, today),
        count_waiting(session, actor),
    )
