"""Policies of the actor's county, and their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, code_of
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.money import Money
from app.core.scope import within
from app.insurance.models import Enrolment, EnrolmentBatch, InsurancePolicy
from app.insurance.rules.policies import PolicyKind, PolicyPhase, PolicyState, PremiumTerms, phase_on
from app.patients.models import Patient
from app.people.models import Person

MOST_POLICIES = 60


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy with how many are insured today and what it costs so far."""

    policy: InsurancePolicy
    phase: PolicyPhase | None
    covered: int
    premium: Money
    # a later policy follows it
    is_renewed: bool


@dataclass(frozen=True, slots=True)
class BatchRow:
    batch: EnrolmentBatch
    by: str


def of_county(actor: Actor) -> ColumnElement[bool]:
    """Policies belong to a county; whoever works in a town of it sees them too."""
    county_digits = PREFIX_LENGTHS[AreaLevel.COUNTY]
    if len(actor.area_prefix) <= county_digits:
        return within(InsurancePolicy.county_code, actor)
    return InsurancePolicy.county_code == code_of(actor.area_prefix[:county_digits])


def get_policy(session: Session, actor: Actor, public_id: str) -> InsurancePolicy:
    """Raises `NotFound` elsewhere."""
    return _one(session, actor, public_id, lock=False)


def lock_policy(session: Session, actor: Actor, public_id: str) -> InsurancePolicy:
    """As stored now, nobody else's until the transaction ends."""
    return _one(session, actor, public_id, lock=True)


def _one(session: Session, actor: Actor, public_id: str, *, lock: bool) -> InsurancePolicy:
    require(actor, Action.SEE_INSURANCE)
    wanted = select(InsurancePolicy).where(InsurancePolicy.public_id == public_id, of_county(actor))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found


def find_sent(session: Session, actor: Actor, submission_key: str) -> InsurancePolicy | None:
    """The policy that this form became already."""
    return session.scalars(
        select(InsurancePolicy).where(InsurancePolicy.submission_key == submission_key, of_county(actor))
    ).one_or_none()


def list_policies(session: Session, actor: Actor, today: date) -> list[PolicyRow]:
    """The newest first; three queries."""
    require(actor, Action.SEE_INSURANCE)
    found = session.scalars(
        select(InsurancePolicy)
        .where(of_county(actor))
        .order_by(InsurancePolicy.from_on.desc(), InsurancePolicy.id.desc())
        .limit(MOST_POLICIES)
    ).all()
    return rows_of(session, actor, found, today)


def rows_of(session: Session, actor: Actor, policies: Sequence[InsurancePolicy], today: date) -> list[PolicyRow]:
    ids = [one.id for one in policies]
    covered = _covered(session, actor, ids, today)
    premiums = dict(
        session.execute(
            select(EnrolmentBatch.policy_id, func.sum(EnrolmentBatch.premium_fen))
            .where(EnrolmentBatch.policy_id.in_(ids))
            .group_by(EnrolmentBatch.policy_id)
        ).all()
    )
    renewed = set(
        session.scalars(
            select(InsurancePolicy.renewed_from_id).where(
                InsurancePolicy.renewed_from_id.in_(ids),
                InsurancePolicy.state.in_((PolicyState.PROPOSED, PolicyState.CONFIRMED)),
            )
        )
    )
    return [
        PolicyRow(
            one,
            phase_on(one.from_on, one.to_on, today) if one.state is PolicyState.CONFIRMED else None,
            covered.get(one.id, 0),
            Money(int(premiums.get(one.id, 0))),
            one.id in renewed,
        )
        for one in policies
    ]


def _covered(session: Session, actor: Actor, ids: Sequence[int], today: date) -> dict[int, int]:
    counted = (
        select(Enrolment.policy_id, func.count())
        .join(Patient, Patient.id == Enrolment.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(InsurancePolicy, InsurancePolicy.id == Enrolment.policy_id)
        .where(
            Enrolment.policy_id.in_(ids),
            Enrolment.from_on <= today,
            InsurancePolicy.to_on >= today,
            Enrolment.to_on.is_(None) | (Enrolment.to_on > today),
            Person.died_on.is_(None) | (Person.died_on >= today),
            within(Patient.area_code, actor),
        )
        .group_by(Enrolment.policy_id)
    )
    return dict(session.execute(counted).all())


def list_batches(session: Session, actor: Actor, policy: InsurancePolicy) -> list[BatchRow]:
    """The newest first."""
    require(actor, Action.SEE_INSURANCE)
    rows = session.execute(
        select(EnrolmentBatch, User.display_name)
        .join(User, User.id == EnrolmentBatch.made_by)
        .where(EnrolmentBatch.policy_id == policy.id)
        .order_by(EnrolmentBatch.number.desc())
    )
    return [BatchRow(batch, by) for batch, by in rows]


def list_claimable(session: Session, actor: Actor) -> list[InsurancePolicy]:
    """Confirmed policies, the newest first: an incident may lie in one that has ended."""
    return list(
        session.scalars(
            select(InsurancePolicy)
            .where(of_county(actor), InsurancePolicy.state == PolicyState.CONFIRMED)
            .order_by(InsurancePolicy.from_on.desc(), InsurancePolicy.id.desc())
            .limit(MOST_POLICIES)
        )
    )


def terms_of(policy: InsurancePolicy) -> PremiumTerms:
    return PremiumTerms(Money(policy.premium_fen), policy.from_on, policy.to_on, policy.proration)


def needs_guardian(policy: InsurancePolicy) -> bool:
    """A liability policy insures the guardian, so there has to be one."""
    return policy.kind is PolicyKind.LIABILITY


def people_behind(session: Session, actor: Actor, policy: InsurancePolicy) -> dict[str, str]:
    """Who wrote it down and who decided, by name."""
    require(actor, Action.SEE_INSURANCE)
    ids = {"proposed": policy.proposed_by, "decided": policy.decided_by}
    names = dict(
        session.execute(
            select(User.id, User.display_name).where(User.id.in_([one for one in ids.values() if one]))
        ).all()
    )
    return {what: names[user_id] for what, user_id in ids.items() if user_id in names}
