"""Money paid too much, followed to an end: a clerk writes down what the county decided, another person agrees, finance books what comes
back. Nothing is debited by itself, and nobody does two of the three.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor, hand_of
from app.core.clock import business_day
from app.core.errors import Conflict, Invalid
from app.core.money import Money
from app.core.reasons import Reason, reason
from app.subsidies.commands import ProposeRecovery, ReceiveMoney
from app.subsidies.models import Recovery, RecoveryEvent, SubsidyLine, SubsidyRun
from app.subsidies.queries.recoveries import get_recovery, standing_proposal, steps_of
from app.subsidies.rules.grounds import LONGEST_REFERENCE, holds_personal_number, tidy_reference
from app.subsidies.rules.recovery import (
    RecoveryStep,
    check_due,
    check_outcome,
    check_receipt,
    state_after,
    state_with,
)
from app.subsidies.service.booking import receive_in_fund
from app.subsidies.service.correcting import Look, open_cases, review_case
from app.subsidies.service.own import refuse_own


def propose_recovery(
    session: Session, actor: Actor, command: ProposeRecovery, now: datetime, today: date | None = None
) -> Recovery:
    """The clerk's word: ask for the money, leave it, write it off or withdraw the case. Sent twice it stands once; a later one replaces
    it while nobody has decided."""
    require(actor, Action.PREPARE_SUBSIDY)
    case, today = get_recovery(session, actor, command.public_id, lock=True), today or business_day(now)
    if _is_sent(session, command.submission_key):
        return case
    refuse_own(session, actor, case.line_id)
    document = _paper(command.document_number, "document_number")
    _refuse(check_outcome(case.state, command.outcome, _is_founded(session, case, today, now)))
    due_on = command.due_on if command.outcome is RecoveryStep.ASKED else None
    if command.outcome is RecoveryStep.ASKED and (
        wrong := check_due(due_on, today) if due_on else (reason("subsidies.recovery.due_on"),)
    ):
        raise Invalid({"due_on": list(wrong)})
    event = _event(case, actor, RecoveryStep.PROPOSED, today, now, command.submission_key, document)
    event.proposes, event.due_on = command.outcome, due_on
    return _take(session, actor, case, event, now)


def decide_recovery(
    session: Session, actor: Actor, public_id: str, is_agreed: bool, now: datetime, today: date | None = None
) -> Recovery:
    """The second person's word on what was proposed, looked at with the facts of this day once more."""
    require(actor, Action.APPROVE_SUBSIDY)
    case, today = get_recovery(session, actor, public_id, lock=True), today or business_day(now)
    proposal = standing_proposal(session, case)
    if proposal is None or proposal.proposes is None:
        raise Conflict(reason("subsidies.recovery.not_proposed"))
    _refuse_hands(session, case, actor, RecoveryStep.PROPOSED)
    refuse_own(session, actor, case.line_id)
    if not is_agreed:
        event = _event(case, actor, RecoveryStep.TURNED_DOWN, today, now, "", proposal.reference)
        return _take(session, actor, case, event, now)
    outcome = proposal.proposes
    _refuse(check_outcome(case.state, outcome, _is_founded(session, case, today, now)))
    case.state, case.due_on = state_after(outcome), proposal.due_on or case.due_on
    _take(session, actor, case, _event(case, actor, outcome, today, now, "", proposal.reference), now)
    if outcome is RecoveryStep.WITHDRAWN:  # what is still too much is a case of its own at once
        reviewed, _ = review_case(session, case, Look(today, now))
        if reviewed.too_much:
            open_cases(session, actor, case.county_code, [reviewed], now)
    return case


def receive_money(
    session: Session, actor: Actor, command: ReceiveMoney, now: datetime, today: date | None = None
) -> Recovery:
    """Finance books what came back, in parts or at once; the fund has it again in the same transaction."""
    require(actor, Action.PAY_SUBSIDY)
    case = get_recovery(session, actor, command.public_id, lock=True)
    if _is_sent(session, command.submission_key):
        return case
    refuse_own(session, actor, case.line_id)
    slip, amount = _paper(command.slip, "slip"), command.amount
    if command.on_day > (today or business_day(now)):
        raise Invalid({"on_day": [reason("subsidies.fund.in_future")]})
    if wrong := check_receipt(case.state, amount, Money(case.amount_fen - case.received_fen)):
        if wrong[0].code == "subsidies.recovery.wrong_state":
            raise Conflict(wrong[0])
        raise Invalid({"amount": list(wrong)})
    if any(step.step is RecoveryStep.RECEIVED and step.reference == slip for step in steps_of(session, case)):
        raise Invalid({"slip": [reason("subsidies.recovery.slip_used")]})
    _refuse_hands(session, case, actor, RecoveryStep.PROPOSED, RecoveryStep.ASKED)
    case.received_fen += amount.fen
    case.state = state_with(Money(case.received_fen), Money(case.amount_fen))
    event = _event(case, actor, RecoveryStep.RECEIVED, command.on_day, now, command.submission_key, slip)
    event.amount_fen = amount.fen
    _take(session, actor, case, event, now)
    run = session.get_one(SubsidyRun, session.get_one(SubsidyLine, case.line_id).run_id)
    receive_in_fund(session, actor, run, f"recovery:{event.id}", slip, command.on_day, amount, now)
    return case


def _is_founded(session: Session, case: Recovery, today: date, now: datetime) -> bool:
    """Whether the facts of today still say that exactly this was paid too much."""
    return review_case(session, case, Look(today, now))[1].fen == case.amount_fen


def _event(
    case: Recovery, actor: Actor, step: RecoveryStep, on_day: date, now: datetime, key: str, reference: str
) -> RecoveryEvent:
    event = RecoveryEvent(
        recovery_id=case.id, step=step, reference=reference, on_day=on_day, at=now, by=actor.user_id, hand=actor.hand
    )
    if key:
        event.submission_key = key
    return event


def _take(session: Session, actor: Actor, case: Recovery, event: RecoveryEvent, now: datetime) -> Recovery:
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError:  # the same form, sent twice at one moment
        if not _is_sent(session, event.submission_key):
            raise
        return case
    note(
        session, actor, f"subsidies.recovery_{event.step}", now=now, subject=("recovery", case.public_id),
        area_code=case.area_code, detail={"amount_fen": event.amount_fen or case.amount_fen, "reference": event.reference},
    )  # fmt: skip
    return case


def _is_sent(session: Session, key: str) -> bool:
    return session.scalar(select(RecoveryEvent.id).where(RecoveryEvent.submission_key == key)) is not None


def _refuse_hands(session: Session, case: Recovery, actor: Actor, *steps: RecoveryStep) -> None:
    """Compared as they signed, and as they are known today: an account may be tied to its person later."""
    taken = [one for one in steps_of(session, case) if one.step in steps]
    people = session.execute(select(User.id, User.person_id).where(User.id.in_([one.by for one in taken])))
    hands = {one.hand for one in taken} | {hand_of(user_id, person_id) for user_id, person_id in people}
    if actor.hand in hands:
        raise Conflict(reason("subsidies.recovery.same_person"))


def _refuse(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        raise Conflict(reasons[0])


def _paper(text: str, field: str) -> str:
    """A paper's number, tidied; `Invalid` where there is none, or where it looks like somebody's own number."""
    tidy = tidy_reference(text)
    if not tidy:
        raise Invalid({field: [reason("subsidies.fund.document")]})
    if len(tidy) > LONGEST_REFERENCE or not tidy.isprintable():
        raise Invalid({field: [reason("subsidies.recovery.paper", most=LONGEST_REFERENCE)]})
    if holds_personal_number(tidy):
        raise Invalid({field: [reason("subsidies.reference.personal")]})
    return tidy
