"""Money for the county's fund: one person writes down the paper that grants it, another agrees, and it is posted."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Conflict, Invalid, NotFound
from app.core.money import Money
from app.core.reasons import reason
from app.core.refusals import said_by
from app.subsidies.commands import ProposeMoney, ProposeReversal
from app.subsidies.models import FundEntry, FundProposal
from app.subsidies.queries.fund import get_entry, get_proposal, is_closed, postings_of
from app.subsidies.rules.fund import EntryKind, FundSide, ProposalState
from app.subsidies.service.booking import entry_of, post, turn_back
from app.subsidies.service.own import refuse_same_hand

GUARDS = {
    "guard_fund_postings_overdrawn": "subsidies.fund.overdrawn",
    "guard_fund_proposals_state_move": "subsidies.fund.decided",
    "fund_entries_reverses_id": "subsidies.fund.reversed",
    "fund_entries.reverses_id": "subsidies.fund.reversed",
}


# -- money comes in ----------------------------------------------------------------------------------------------------


def propose_money(
    session: Session, actor: Actor, command: ProposeMoney, now: datetime, today: date | None = None
) -> FundProposal:
    """An appropriation on paper, waiting for the second person; one that arrives twice is the one that stands."""
    require(actor, Action.PROPOSE_FUND)
    if not command.county_code.startswith(actor.area_prefix) or session.get(Area, command.county_code) is None:
        raise NotFound()
    _refuse_senseless(session, command, today or business_day(now))
    return _propose(
        session, actor, command.submission_key, now,
        county_code=command.county_code, year=command.year, side=command.side, amount_fen=command.amount.fen,
        document_number=command.document_number.strip(), on_day=command.on_day,
    )  # fmt: skip


def propose_reversal(
    session: Session, actor: Actor, command: ProposeReversal, now: datetime, today: date | None = None
) -> FundProposal:
    """Turn an appropriation back, wholly (红字冲回); a new one then says it rightly."""
    require(actor, Action.PROPOSE_FUND)
    entry = get_entry(session, actor, command.entry_public_id)
    if entry.kind is not EntryKind.BUDGET:
        raise Conflict(reason("subsidies.fund.only_budget"))
    if not command.document_number.strip():
        raise Invalid({"document_number": [reason("subsidies.fund.document")]})
    amount = sum(posting.amount_fen for posting in postings_of(session, entry))
    return _propose(
        session, actor, command.submission_key, now,
        county_code=entry.county_code, year=entry.year, reverses_id=entry.id, amount_fen=amount,
        document_number=command.document_number.strip(), on_day=today or business_day(now),
    )  # fmt: skip


def decide_proposal(session: Session, actor: Actor, public_id: str, is_approved: bool, now: datetime) -> FundProposal:
    """The second person's word; with a yes the money is posted in the same transaction."""
    require(actor, Action.APPROVE_FUND)
    proposal = get_proposal(session, actor, public_id, lock=True)
    if proposal.state is not ProposalState.PROPOSED:
        raise Conflict(reason("subsidies.fund.decided"))
    refuse_same_hand(session, actor, proposal.proposed_by, "subsidies.step.same_person")
    proposal.state = ProposalState.APPROVED if is_approved else ProposalState.REFUSED
    proposal.decided_by, proposal.decided_at = actor.user_id, now
    with said_by(session, GUARDS):
        session.flush()
        if is_approved:
            _post_proposal(session, actor, proposal, now)
    _note(session, actor, f"subsidies.fund_{proposal.state}", proposal, now)
    return proposal


def withdraw_proposal(session: Session, actor: Actor, public_id: str, now: datetime) -> FundProposal:
    """A clerk takes it back while nobody has decided."""
    require(actor, Action.PROPOSE_FUND)
    proposal = get_proposal(session, actor, public_id, lock=True)
    if proposal.state is not ProposalState.PROPOSED:
        raise Conflict(reason("subsidies.fund.decided"))
    proposal.state, proposal.decided_by, proposal.decided_at = ProposalState.WITHDRAWN, actor.user_id, now
    with said_by(session, GUARDS):
        session.flush()
    _note(session, actor, "subsidies.fund_withdrawn", proposal, now)
    return proposal


def _refuse_senseless(session: Session, command: ProposeMoney, today: date) -> None:
    wrong = {}
    if is_closed(session, command.county_code, command.year):
        wrong["year"] = [reason("subsidies.fund.year_closed", year=command.year)]
    if command.amount.fen <= 0:
        wrong["amount"] = [reason("subsidies.fund.nothing")]
    if not command.document_number.strip():
        wrong["document_number"] = [reason("subsidies.fund.document")]
    if command.on_day > today:
        wrong["on_day"] = [reason("subsidies.fund.in_future")]
    if wrong:
        raise Invalid(wrong)


def _propose(session: Session, actor: Actor, key: str, now: datetime, **what: object) -> FundProposal:
    standing = _find_sent(session, key)
    if standing is not None:
        return standing
    proposal = FundProposal(submission_key=key, proposed_at=now, proposed_by=actor.user_id, **what)
    try:
        with session.begin_nested():
            session.add(proposal)
    except IntegrityError:  # the same form, sent twice at one moment
        standing = _find_sent(session, key)
        if standing is None:
            raise
        return standing
    _note(session, actor, "subsidies.fund_proposed", proposal, now)
    return proposal


def _find_sent(session: Session, key: str) -> FundProposal | None:
    return session.scalar(select(FundProposal).where(FundProposal.submission_key == key))


def _post_proposal(session: Session, actor: Actor, proposal: FundProposal, now: datetime) -> None:
    key = f"proposal:{proposal.id}"
    if proposal.reverses_id is None:
        moves = [(proposal.year, proposal.side or FundSide.OTHER, FundSide.POOL, Money(proposal.amount_fen))]
        entry = entry_of(proposal.county_code, proposal.year, EntryKind.BUDGET, key, proposal.on_day, actor, now)
        entry.document_number = proposal.document_number
        post(session, entry, moves)
        if is_closed(session, proposal.county_code, proposal.year):  # the accounts are held: it is not closed meanwhile
            raise Conflict(reason("subsidies.fund.year_closed", year=proposal.year))
        return
    turned = session.get_one(FundEntry, proposal.reverses_id)
    turn_back(session, actor, turned, EntryKind.REVERSAL, key, now, proposal.document_number)


def _note(session: Session, actor: Actor, action: str, proposal: FundProposal, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("fund_proposal", proposal.public_id),
        area_code=proposal.county_code,
        detail={"year": proposal.year, "amount_fen": proposal.amount_fen, "document": proposal.document_number},
    )
