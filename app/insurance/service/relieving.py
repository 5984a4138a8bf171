"""Relief for somebody who was hurt: one person writes it down, another agrees, then it is paid against a signed receipt."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.areas.rules import county_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Conflict, Invalid
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.insurance.commands import ProposeRelief
from app.insurance.models import Relief
from app.insurance.queries.claims import get_claim
from app.insurance.queries.reliefs import find_sent_relief, get_relief
from app.insurance.rules.relief import ReliefState
from app.insurance.service.hands import refuse_own_family, refuse_same_hand
from app.patients.models import Patient
from app.people.vault import Vault

GUARDS = {"guard_reliefs_state_move": "insurance.relief.decided"}


def propose_relief(
    session: Session, vault: Vault, actor: Actor, patient: Patient, command: ProposeRelief, now: datetime
) -> Relief:
    """Waits for the second person; one form that arrives twice is one relief."""
    require(actor, Action.KEEP_INSURANCE)
    standing = find_sent_relief(session, actor, command.submission_key)
    if standing is not None:
        return standing
    refuse_own_family(session, actor, patient)
    claim = get_claim(session, actor, command.claim) if command.claim else None
    wrong: dict[str, list[Reason]] = {}
    if command.amount.fen <= 0:
        wrong["amount"] = [reason("insurance.relief.nothing")]
    if command.happened_on > business_day(now):
        wrong["happened_on"] = [reason("insurance.claim.future")]
    if claim is not None and claim.patient_id != patient.id:
        wrong["claim"] = [reason("insurance.relief.other_claim")]
    sealed = vault.seal(patient.person_id, "reliefs.injured", command.injured.strip())
    if sealed is None:
        wrong["injured"] = [reason("insurance.relief.nobody")]
    if wrong or sealed is None:
        raise Invalid(wrong)
    relief = Relief(
        submission_key=command.submission_key,
        county_code=county_of(patient.area_code),
        patient_id=patient.id,
        claim_id=claim.id if claim else None,
        injured_sealed=sealed,
        happened_on=command.happened_on,
        harm=command.harm,
        ground=command.ground,
        amount_fen=command.amount.fen,
        document_number=command.document_number.strip(),
        state=ReliefState.PROPOSED,
        proposed_at=now,
        proposed_by=actor.user_id,
    )
    session.add(relief)
    session.flush()
    _note(session, actor, "insurance.relief_proposed", relief, now)
    return relief


def decide_relief(session: Session, actor: Actor, public_id: str, is_approved: bool, now: datetime) -> Relief:
    """The second person's word."""
    require(actor, Action.DECIDE_INSURANCE)
    relief = get_relief(session, actor, public_id, lock=True)
    _refuse_unless(relief, ReliefState.PROPOSED)
    refuse_same_hand(session, actor, relief.proposed_by)
    refuse_own_family(session, actor, session.get_one(Patient, relief.patient_id))
    after = ReliefState.APPROVED if is_approved else ReliefState.REFUSED
    return _moved(session, actor, relief, after, now, is_decision=True)


def withdraw_relief(session: Session, actor: Actor, public_id: str, now: datetime) -> Relief:
    require(actor, Action.KEEP_INSURANCE)
    relief = get_relief(session, actor, public_id, lock=True)
    _refuse_unless(relief, ReliefState.PROPOSED)
    return _moved(session, actor, relief, ReliefState.WITHDRAWN, now, is_decision=True)


def pay_relief(
    session: Session, actor: Actor, public_id: str, paid_on: date, receipt_number: str, today: date, now: datetime
) -> Relief:
    """Paid, against the receipt that the hurt person signed."""
    require(actor, Action.KEEP_INSURANCE)
    relief = get_relief(session, actor, public_id, lock=True)
    _refuse_unless(relief, ReliefState.APPROVED)
    wrong: dict[str, list[Reason]] = {}
    if relief.decided_at is None or not business_day(relief.decided_at) <= paid_on <= today:
        wrong["paid_on"] = [reason("insurance.claim.day", on=business_day(relief.decided_at or now))]
    if not receipt_number.strip():
        wrong["receipt_number"] = [reason("insurance.relief.receipt")]
    if wrong:
        raise Invalid(wrong)
    relief.paid_on, relief.receipt_number = paid_on, receipt_number.strip()
    return _moved(session, actor, relief, ReliefState.PAID, now)


def _refuse_unless(relief: Relief, state: ReliefState) -> None:
    if relief.state is not state:
        raise Conflict(reason("insurance.relief.decided"))


def _moved(
    session: Session, actor: Actor, relief: Relief, after: ReliefState, now: datetime, *, is_decision: bool = False
) -> Relief:
    relief.state = after
    if is_decision:
        relief.decided_by, relief.decided_at = actor.user_id, now
    with said_by(session, GUARDS):
        session.flush()
    _note(session, actor, f"insurance.relief_{after}", relief, now)
    return relief


def _note(session: Session, actor: Actor, action: str, relief: Relief, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("relief", relief.public_id),
        area_code=relief.county_code,
        detail={"amount_fen": relief.amount_fen, "document": relief.document_number},
    )
