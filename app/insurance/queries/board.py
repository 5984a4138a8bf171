"""What stands on the first page of insurance and on the homes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from app.core.access import Action, may, require
from app.core.actor import Actor
from app.insurance.models import InsurancePolicy
from app.insurance.queries.claims import ClaimCounts, claims_counted, count_claims
from app.insurance.queries.enrolment import count_not_covered
from app.insurance.queries.policies import PolicyRow, list_policies, of_county
from app.insurance.queries.reliefs import count_waiting, reliefs_waiting
from app.insurance.queries.unreported import unreported_counted
from app.insurance.rules.policies import RENEWAL_NOTICE_DAYS, PolicyPhase, PolicyState


@dataclass(frozen=True, slots=True)
class InsuranceHome:
    """What waits: `claims` are open and `overdue` of these late, `waiting` asks for the second person, `ending` for a renewal.
    `unreported`: incidents of which no insurer has been told, for whoever sees who is insured."""

    claims: int
    overdue: int
    waiting: int
    ending: int
    unreported: int = 0


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


def home_of(session: Session, actor: Actor, today: date, now: datetime) -> InsuranceHome:
    """Five figures in one query: a home has many tiles. Who is eligible and not covered is the first page's of insurance to say."""
    require(actor, Action.SEE_INSURANCE)
    sees_insured = may(actor, Action.SEE_INSURED)
    proposed = select(func.count(InsurancePolicy.id)).where(
        of_county(actor), InsurancePolicy.state == PolicyState.PROPOSED
    )
    later = aliased(InsurancePolicy)
    ending = select(func.count(InsurancePolicy.id)).where(
        of_county(actor),
        InsurancePolicy.state == PolicyState.CONFIRMED,
        InsurancePolicy.to_on.between(today, today + timedelta(days=RENEWAL_NOTICE_DAYS)),
        ~exists().where(
            later.renewed_from_id == InsurancePolicy.id,
            later.state.in_((PolicyState.PROPOSED, PolicyState.CONFIRMED)),
        ),
    )
    open_claims, overdue, reliefs = (
        claims_counted(actor, today),
        claims_counted(actor, today, overdue=True),
        reliefs_waiting(actor),
    )
    found = session.execute(
        select(
            *(
                one.scalar_subquery()
                for one in (open_claims, overdue, proposed, reliefs, ending, unreported_counted(actor, now))
            ),
        )
    ).one()
    return InsuranceHome(found[0], found[1], found[2] + found[3], found[4], found[5] if sees_insured else 0)
