"""A policy is written down by one person from its paper and confirmed by another; then it never changes, only ends or is followed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.areas.rules import code_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.money import Money
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.insurance.commands import ProposePolicy
from app.insurance.models import InsurancePolicy
from app.insurance.queries.policies import find_sent, get_policy, lock_policy
from app.insurance.rules.policies import PolicyState, wrong_terms
from app.insurance.service.hands import refuse_same_hand

GUARDS = {
    "uq_insurance_policies_number": "insurance.policy.number_taken",
    "insurance_policies.insurer": "insurance.policy.number_taken",
    "insurance_policies_renewed_from_id": "insurance.policy.renewed_already",
    "insurance_policies.renewed_from_id": "insurance.policy.renewed_already",
    "guard_insurance_policies_state_move": "insurance.policy.decided",
}


def propose_policy(session: Session, actor: Actor, command: ProposePolicy, now: datetime) -> InsurancePolicy:
    """A policy of the actor's county, waiting for the second person; one form that arrives twice is one policy."""
    require(actor, Action.KEEP_INSURANCE)
    standing = find_sent(session, actor, command.submission_key)
    if standing is not None:
        return standing
    before = get_policy(session, actor, command.renews) if command.renews else None
    _refuse_senseless(command, before)
    policy = _policy_of(command, code_of(actor.area_prefix), before)
    policy.proposed_at, policy.proposed_by = now, actor.user_id or 0
    with said_by(session, GUARDS):
        session.add(policy)
    _note(session, actor, "insurance.policy_proposed", policy, now)
    return policy


def decide_policy(session: Session, actor: Actor, public_id: str, is_confirmed: bool, now: datetime) -> InsurancePolicy:
    """The second person has compared it with the paper."""
    require(actor, Action.DECIDE_INSURANCE)
    policy = lock_policy(session, actor, public_id)
    _refuse_decided(policy)
    refuse_same_hand(session, actor, policy.proposed_by)
    after = PolicyState.CONFIRMED if is_confirmed else PolicyState.REFUSED
    return _decided(session, actor, policy, after, now)


def withdraw_policy(session: Session, actor: Actor, public_id: str, now: datetime) -> InsurancePolicy:
    """A clerk takes it back while nobody has decided."""
    require(actor, Action.KEEP_INSURANCE)
    policy = lock_policy(session, actor, public_id)
    _refuse_decided(policy)
    return _decided(session, actor, policy, PolicyState.WITHDRAWN, now)


def _refuse_senseless(command: ProposePolicy, before: InsurancePolicy | None) -> None:
    wrong: dict[str, list[Reason]] = wrong_terms(command.from_on, command.to_on, command.premium, command.limits)
    if before is not None and command.from_on <= before.to_on:
        wrong["from_on"] = [reason("insurance.policy.overlaps_last", on=before.to_on + timedelta(days=1))]
    if wrong:
        raise Invalid(wrong)


def _refuse_decided(policy: InsurancePolicy) -> None:
    if policy.state is not PolicyState.PROPOSED:
        raise Conflict(reason("insurance.policy.decided"))


def _decided(
    session: Session, actor: Actor, policy: InsurancePolicy, after: PolicyState, now: datetime
) -> InsurancePolicy:
    policy.state, policy.decided_by, policy.decided_at = after, actor.user_id, now
    if after is not PolicyState.CONFIRMED:
        policy.renewed_from_id = None  # another may follow the last one
    with said_by(session, GUARDS):
        session.flush()
    _note(session, actor, f"insurance.policy_{after}", policy, now)
    return policy


def _policy_of(command: ProposePolicy, county_code: str, before: InsurancePolicy | None) -> InsurancePolicy:
    return InsurancePolicy(
        submission_key=command.submission_key,
        county_code=county_code,
        kind=command.kind,
        insurer=command.insurer.strip(),
        number=command.number.strip(),
        holder=command.holder.strip(),
        from_on=command.from_on,
        to_on=command.to_on,
        premium_fen=command.premium.fen,
        proration=command.proration,
        person_limit_fen=_fen(command.limits.person),
        accident_limit_fen=_fen(command.limits.accident),
        year_limit_fen=_fen(command.limits.year),
        report_within_hours=command.report_within_hours,
        settle_working_days=command.settle_working_days,
        eligible_rule=command.eligible_rule,
        covers_late_found=command.covers_late_found,
        exclusions=command.exclusions.strip(),
        document_number=command.document_number.strip(),
        renewed_from_id=before.id if before else None,
        state=PolicyState.PROPOSED,
    )


def _fen(amount: Money | None) -> int | None:
    return None if amount is None else amount.fen


def _note(session: Session, actor: Actor, action: str, policy: InsurancePolicy, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("insurance_policy", policy.public_id),
        area_code=policy.county_code,
        detail={"kind": policy.kind.value, "premium_fen": policy.premium_fen, "document": policy.document_number},
    )
