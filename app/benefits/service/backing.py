"""Hospital costs that the county takes over: asked, approved by a second person, paid by a third; posted against the county's fund."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.rules import county_of
from app.audit.service import note
from app.benefits.commands import AskBackstop
from app.benefits.models import BackstopRequest
from app.benefits.queries.backstops import find_sent_backstop, get_backstop
from app.benefits.queries.standing import find_open
from app.benefits.rules.backstop import BackstopGround, BackstopRefusal, BackstopState, wrong_sums
from app.benefits.rules.benefit import BenefitKind, BenefitState
from app.core.access import Action, require
from app.core.actor import Actor, hand_of
from app.core.clock import business_day
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.money import Money
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.guardians.queries import list_guards
from app.patients.models import Patient
from app.subsidies.service.backing import commit_expense, pay_expense, release_expense

GUARDS = {
    "guard_backstop_requests_state_move": "benefits.backstop.decided",
    "uq_backstop_requests_bill": "benefits.backstop.bill_taken",
    "backstop_requests.county_code": "benefits.backstop.bill_taken",
}


def ask_backstop(
    session: Session, actor: Actor, patient: Patient, command: AskBackstop, today: date, now: datetime
) -> BackstopRequest:
    """Waits for the second person. A bill is asked for once, and so is a form that arrives twice."""
    require(actor, Action.ASK_BACKSTOP)
    standing = find_sent_backstop(session, actor, command.submission_key)
    if standing is not None:
        return standing
    _refuse_own_family(session, actor, patient)
    wrong = wrong_sums(command.bill, command.insured, command.family, command.asked, command.ground)
    known = find_open(session, patient, BenefitKind.BASIC_MEDICAL)
    if command.ground is BackstopGround.NO_INSURANCE and known and known.state is BenefitState.RECEIVING:
        wrong.setdefault("ground", [reason("benefits.backstop.is_insured", on=known.from_on)])
    if command.to_on < command.from_on:
        wrong["to_on"] = [reason("benefits.backstop.stay")]
    elif command.to_on > today:
        wrong["to_on"] = [reason("benefits.backstop.future")]
    if wrong:
        raise Invalid(wrong)
    request = BackstopRequest(
        submission_key=command.submission_key,
        county_code=county_of(patient.area_code),
        patient_id=patient.id,
        hospital=command.hospital.strip(),
        bill_number=command.bill_number.strip(),
        from_on=command.from_on,
        to_on=command.to_on,
        bill_fen=command.bill.fen,
        insured_fen=command.insured.fen,
        family_fen=command.family.fen,
        asked_fen=command.asked.fen,
        ground=command.ground,
        state=BackstopState.ASKED,
        asked_at=now,
        asked_by=actor.user_id,
    )
    with said_by(session, GUARDS):
        session.add(request)
    _note(session, actor, "benefits.backstop_asked", request, now)
    return request


def approve_backstop(session: Session, actor: Actor, public_id: str, now: datetime) -> BackstopRequest:
    """The second person agrees, and the sum leaves the pool; `Conflict` says by how much the fund is short."""
    require(actor, Action.APPROVE_BACKSTOP)
    request = _to_decide(session, actor, public_id)
    commit_expense(
        session, actor, request.county_code, _key(request), Money(request.asked_fen), request.bill_number, now
    )
    return _decided(session, actor, request, BackstopState.APPROVED, now)


def refuse_backstop(
    session: Session, actor: Actor, public_id: str, refusal: BackstopRefusal, now: datetime
) -> BackstopRequest:
    """The second person does not agree, and says why."""
    require(actor, Action.APPROVE_BACKSTOP)
    request = _to_decide(session, actor, public_id)
    request.refusal = refusal
    return _decided(session, actor, request, BackstopState.REFUSED, now)


def withdraw_backstop(session: Session, actor: Actor, public_id: str, now: datetime) -> BackstopRequest:
    """Taken back before it is paid; what was promised is available again."""
    require(actor, Action.ASK_BACKSTOP)
    request = get_backstop(session, actor, public_id, lock=True)
    _refuse_unless(request, BackstopState.ASKED, BackstopState.APPROVED)
    if request.state is BackstopState.APPROVED:
        release_expense(session, actor, _key(request), now)
        request.state = BackstopState.WITHDRAWN
        return _stored(session, actor, request, now)
    return _decided(session, actor, request, BackstopState.WITHDRAWN, now)


def pay_backstop(
    session: Session, actor: Actor, public_id: str, paid_on: date, slip_number: str, today: date, now: datetime
) -> BackstopRequest:
    """The third person has paid the hospital."""
    require(actor, Action.PAY_BACKSTOP)
    request = get_backstop(session, actor, public_id, lock=True)
    _refuse_unless(request, BackstopState.APPROVED)
    for user_id in (request.asked_by, request.decided_by):
        _refuse_same_hand(session, actor, user_id)
    approved_on = business_day(request.decided_at or now)
    wrong: dict[str, list[Reason]] = {}
    if not approved_on <= paid_on <= today:
        wrong["paid_on"] = [reason("benefits.backstop.paid_day", on=approved_on)]
    if not slip_number.strip():
        wrong["slip_number"] = [reason("benefits.backstop.slip")]
    if wrong:
        raise Invalid(wrong)
    pay_expense(session, actor, _key(request), slip_number.strip(), paid_on, now)
    request.state, request.paid_on, request.slip_number, request.paid_by = (
        BackstopState.PAID,
        paid_on,
        slip_number.strip(),
        actor.user_id,
    )
    return _stored(session, actor, request, now)


def _key(request: BackstopRequest) -> str:
    return f"back:{request.id}"


def _to_decide(session: Session, actor: Actor, public_id: str) -> BackstopRequest:
    request = get_backstop(session, actor, public_id, lock=True)
    _refuse_unless(request, BackstopState.ASKED)
    _refuse_same_hand(session, actor, request.asked_by)
    _refuse_own_family(session, actor, session.get_one(Patient, request.patient_id))
    return request


def _refuse_unless(request: BackstopRequest, *states: BackstopState) -> None:
    if request.state not in states:
        raise Conflict(reason("benefits.backstop.decided"))


def _refuse_same_hand(session: Session, actor: Actor, user_id: int | None) -> None:
    if user_id is None:
        return
    other = session.get_one(User, user_id)
    if hand_of(other.id, other.person_id) == actor.hand:
        raise Conflict(reason("benefits.backstop.same_person"))


def _refuse_own_family(session: Session, actor: Actor, patient: Patient) -> None:
    if actor.person_id is None:
        return
    if actor.person_id == patient.person_id or actor.person_id in list_guards(session, actor, patient):
        raise Forbidden(reason("benefits.backstop.own_family"))


def _decided(
    session: Session, actor: Actor, request: BackstopRequest, after: BackstopState, now: datetime
) -> BackstopRequest:
    request.state, request.decided_by, request.decided_at = after, actor.user_id, now
    return _stored(session, actor, request, now)


def _stored(session: Session, actor: Actor, request: BackstopRequest, now: datetime) -> BackstopRequest:
    with said_by(session, GUARDS):
        session.flush()
    _note(session, actor, f"benefits.backstop_{request.state}", request, now)
    return request


def _note(session: Session, actor: Actor, action: str, request: BackstopRequest, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("backstop", request.public_id),
        area_code=request.county_code,
        detail={"asked_fen": request.asked_fen, "ground": request.ground.value},
    )
