"""The county's policy: versions by date, never edited; on the page one person proposes and another adopts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.subsidies.commands import ProposePolicy, SetPolicy
from app.subsidies.models import PolicyProposal, SubsidyPolicy
from app.subsidies.queries.floors import floors_of
from app.subsidies.queries.own import hand_of_user
from app.subsidies.queries.policies import lock_proposal, terms_before, version_after
from app.subsidies.queries.runs import any_run_from, newest_run_from
from app.subsidies.rules.floors import check_policy
from app.subsidies.rules.periods import check_change, is_same_rhythm
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.proposal import PolicyProposalState
from app.subsidies.service.own import refuse_same_hand

# two versions made at one moment, as each database names it
_MEANWHILE = dict.fromkeys(
    ("uq_subsidy_policies_county_code", "subsidy_policies.county_code, subsidy_policies."), "subsidies.policy.meanwhile"
)
_DECIDED = {"guard_policy_proposals_state_move": "subsidies.policy.decided"}


def set_policy(session: Session, actor: Actor, command: SetPolicy, now: datetime) -> SubsidyPolicy:
    """Store the next version of the county's policy by one hand, as a command does it; the auditor's page says so.

    Refused from a day on which runs were already signed under another.
    """
    require(actor, Action.SET_POLICY)
    check_terms(session, actor, command)
    return _store(session, actor, command, now)


def propose_policy(session: Session, actor: Actor, command: ProposePolicy, now: datetime) -> PolicyProposal:
    """The next version on paper, waiting for the second person; one that arrives twice is the one that stands."""
    require(actor, Action.PROPOSE_POLICY)
    standing = _find_sent(session, command.submission_key)
    if standing is not None:
        return standing
    wanted = command.policy
    check_terms(session, actor, wanted)
    proposal = PolicyProposal(
        submission_key=command.submission_key,
        county_code=wanted.county_code,
        valid_from=wanted.valid_from,
        terms=wanted.terms.to_json(),
        proposed_at=now,
        proposed_by=actor.user_id,
    )
    try:
        with session.begin_nested():
            session.add(proposal)
    except IntegrityError:  # the same form, sent twice at one moment
        standing = _find_sent(session, command.submission_key)
        if standing is None:
            raise
        return standing
    _note(session, actor, "subsidies.policy_proposed", proposal, now)
    return proposal


def adopt_policy(session: Session, actor: Actor, public_id: str, now: datetime) -> SubsidyPolicy:
    """Another human being than proposed it makes it the next version; what has changed meanwhile is checked again."""
    require(actor, Action.ADOPT_POLICY)
    proposal = _open_proposal(session, actor, public_id)
    refuse_same_hand(session, actor, proposal.proposed_by, "subsidies.policy.same_person")
    command = SetPolicy(proposal.county_code, proposal.valid_from, PolicyTerms.from_json(proposal.terms))
    check_terms(session, actor, command)
    policy = _store(session, actor, command, now)
    proposal.policy_id = policy.id
    _decide(session, actor, proposal, PolicyProposalState.ADOPTED, now)
    return policy


def refuse_policy(session: Session, actor: Actor, public_id: str, now: datetime) -> PolicyProposal:
    """The second person does not agree; nothing changes."""
    require(actor, Action.ADOPT_POLICY)
    proposal = _open_proposal(session, actor, public_id)
    refuse_same_hand(session, actor, proposal.proposed_by, "subsidies.policy.same_person")
    return _decide(session, actor, proposal, PolicyProposalState.REFUSED, now)


def withdraw_policy(session: Session, actor: Actor, public_id: str, now: datetime) -> PolicyProposal:
    """Whoever proposed it takes it back while nobody has decided."""
    require(actor, Action.PROPOSE_POLICY)
    proposal = _open_proposal(session, actor, public_id)
    if hand_of_user(session, proposal.proposed_by) != actor.hand:
        raise Conflict(reason("subsidies.policy.not_yours"))
    return _decide(session, actor, proposal, PolicyProposalState.WITHDRAWN, now)


def check_terms(session: Session, actor: Actor, command: SetPolicy) -> None:
    """Whether this may become a version: the county is the actor's, no signed quarter is rewritten, no period is cut, floors are met.

    Raises `NotFound`, `Conflict` or `Invalid`.
    """
    if not command.county_code.startswith(actor.area_prefix) or session.get(Area, command.county_code) is None:
        raise NotFound()
    _refuse_rewriting(session, command.county_code, command.valid_from)
    _refuse_cut_periods(session, command)
    below = check_policy(floors_of(session, command.county_code), command.terms)
    if below:
        raise Invalid(below)


def _store(session: Session, actor: Actor, command: SetPolicy, now: datetime) -> SubsidyPolicy:
    version = session.scalar(
        select(func.coalesce(func.max(SubsidyPolicy.version), 0)).where(
            SubsidyPolicy.county_code == command.county_code
        )
    )
    policy = SubsidyPolicy(
        county_code=command.county_code,
        version=(version or 0) + 1,
        valid_from=command.valid_from,
        terms=command.terms.to_json(),
        document_number=command.terms.document_number,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, _MEANWHILE):
        session.add(policy)
    note(
        session,
        actor,
        "subsidies.policy_set",
        now=now,
        subject=("policy", policy.public_id),
        area_code=policy.county_code,
        detail={"version": policy.version, "valid_from": policy.valid_from.isoformat()},
        changed=policy.terms,
    )
    return policy


def _refuse_rewriting(session: Session, county_code: str, valid_from: date) -> None:
    """What was computed under a policy stays computed under it: a version may not begin inside a quarter already signed."""
    run = newest_run_from(session, county_code, valid_from)
    if run is not None:
        raise Conflict(reason("subsidies.policy.used", period=run.period))
    taken = select(SubsidyPolicy.id).where(
        SubsidyPolicy.county_code == county_code, SubsidyPolicy.valid_from == valid_from
    )
    if session.scalar(taken) is not None:
        raise Conflict(reason("subsidies.policy.same_day", day=valid_from))


def _refuse_cut_periods(session: Session, command: SetPolicy) -> None:
    """The months paid at once change only between two periods, and never for days that were prepared or paid in the old rhythm."""
    before = terms_before(session, command.county_code, command.valid_from)
    _refuse(check_change(before, command.terms, command.valid_from))
    after = version_after(session, command.county_code, command.valid_from)
    if after is not None:
        _refuse(check_change(command.terms, PolicyTerms.from_json(after.terms), after.valid_from))
    if not is_same_rhythm(before, command.terms):
        run = any_run_from(session, command.county_code, command.valid_from)
        if run is not None:
            raise Conflict(reason("subsidies.policy.period_paid", period=run.period))


def _refuse(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        raise Conflict(reasons[0])


def _open_proposal(session: Session, actor: Actor, public_id: str) -> PolicyProposal:
    proposal = lock_proposal(session, actor, public_id)
    if proposal.state is not PolicyProposalState.PROPOSED:
        raise Conflict(reason("subsidies.policy.decided"))
    return proposal


def _decide(
    session: Session, actor: Actor, proposal: PolicyProposal, state: PolicyProposalState, now: datetime
) -> PolicyProposal:
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor.user_id, now
    with said_by(session, _DECIDED):
        session.flush()
    _note(session, actor, f"subsidies.policy_{state}", proposal, now)
    return proposal


def _find_sent(session: Session, key: str) -> PolicyProposal | None:
    return session.scalar(select(PolicyProposal).where(PolicyProposal.submission_key == key))


def _note(session: Session, actor: Actor, action: str, proposal: PolicyProposal, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("policy_proposal", proposal.public_id),
        area_code=proposal.county_code,
        detail={"valid_from": proposal.valid_from.isoformat(), "document": proposal.terms["document_number"]},
        changed=proposal.terms,
    )
