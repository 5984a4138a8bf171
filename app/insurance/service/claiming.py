"""A claim from the report to the payment. What was found of cover and time on the day of the report stands in the file."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import county_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.clock import business_day
from app.core.errors import Conflict, Invalid
from app.core.money import Money
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.insurance.commands import ReportClaim
from app.insurance.models import Claim, ClaimEvent, ClaimPaper, InsurancePolicy
from app.insurance.queries.claims import (
    count_of_year,
    find_sent_claim,
    lock_claim,
    papers_there,
)
from app.insurance.queries.cover import cover_facts, find_insured_guardian
from app.insurance.queries.policies import lock_policy
from app.insurance.queries.reporting import find_incident, find_same, limits_of, paid_before
from app.insurance.rules.claims import (
    OPEN_STATES,
    ClaimRefusal,
    ClaimState,
    Payable,
    number_of,
    papers_missing,
    papers_needed,
    payable,
    report_of,
    settle_by,
)
from app.insurance.rules.enrolment import cover_on
from app.insurance.rules.policies import PolicyState
from app.insurance.service.hands import refuse_own_family
from app.patients.models import Patient

_CALENDAR_DAYS = 120  # more than any policy's working days take
GUARDS = {
    "claims_number": "insurance.claim.meanwhile",
    "claims.number": "insurance.claim.meanwhile",
    "guard_claims_state_move": "insurance.claim.moved",
}


def report_claim(session: Session, actor: Actor, patient: Patient, command: ReportClaim, now: datetime) -> Claim:
    """Written down with what was found: told in time, and the day was covered. Neither stops it: the insurer decides.

    Raises `Invalid` by field, `Conflict` for what was told already.
    """
    require(actor, Action.KEEP_INSURANCE)
    standing = find_sent_claim(session, actor, command.submission_key)
    if standing is not None:
        return standing
    refuse_own_family(session, actor, patient)
    policy = lock_policy(session, actor, command.policy)
    if policy.state is not PolicyState.CONFIRMED:
        raise Invalid({"policy": [reason("insurance.claim.no_policy")]})
    if same := find_same(session, actor, patient, policy, command):
        raise Conflict(reason("insurance.claim.told_before", number=same))
    incident = find_incident(session, actor, patient, command.happened_at, command.incident)
    happened_on = business_day(command.happened_at)
    _refuse_senseless(command, now, is_other_day=incident is not None and incident.happened_on != happened_on)
    is_covered, why_covered = cover_on(cover_facts(session, actor, policy, patient), happened_on)
    report = report_of(command.happened_at, command.reported_at, policy.report_within_hours)
    claim = Claim(
        submission_key=command.submission_key,
        number=_next_number(session, actor, business_day(now).year),
        county_code=county_of(patient.area_code),
        policy_id=policy.id,
        patient_id=patient.id,
        guardian_person_id=find_insured_guardian(session, actor, policy, patient, happened_on),
        incident_id=incident.id if incident else None,
        happened_at=command.happened_at,
        reported_at=command.reported_at,
        harm=command.harm,
        insurer_reference=command.insurer_reference.strip(),
        asked_fen=command.asked.fen,
        is_late=report.is_late,
        is_covered=is_covered,
        because=[why_covered.to_json(), report.because.to_json()],
        state=ClaimState.REPORTED,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, GUARDS):
        session.add(claim)
    _step(session, actor, claim, business_day(command.reported_at), None, now)
    return claim


def complete_papers(
    session: Session, actor: Actor, public_id: str, papers_on: date, today: date, now: datetime
) -> Claim:
    """The whole checklist is there and was handed to the insurer, whose days begin to count; what the file held then stays written down.

    Raises `Conflict` while a scan is missing, `Invalid` for the day.
    """
    require(actor, Action.KEEP_INSURANCE)
    claim = lock_claim(session, actor, public_id)
    policy = session.get_one(InsurancePolicy, claim.policy_id)
    _refuse_unless(claim, ClaimState.REPORTED)
    there = papers_there(session, actor, claim)
    if missing := papers_missing(policy.kind, claim.harm, there):
        raise Conflict(reason("insurance.claim.papers_missing", n=len(missing)))
    if not business_day(claim.happened_at) <= papers_on <= today:
        raise Invalid({"papers_on": [reason("insurance.claim.paper_day", on=business_day(claim.happened_at))]})
    ticked = set(session.scalars(select(ClaimPaper.kind).where(ClaimPaper.claim_id == claim.id)))
    for kind in papers_needed(policy.kind, claim.harm):
        if kind not in ticked:
            came_on = min(there[kind].received_on or papers_on, papers_on)
            session.add(
                ClaimPaper(
                    claim_id=claim.id, kind=kind, received_on=came_on, recorded_at=now, recorded_by=actor.user_id
                )
            )
    calendar = load_workdays(session, papers_on, papers_on + timedelta(days=_CALENDAR_DAYS))
    deadline = settle_by(papers_on, policy.settle_working_days, calendar)
    claim.state, claim.papers_on, claim.settle_by = ClaimState.PAPERS_COMPLETE, papers_on, deadline.ends_on
    with said_by(session, GUARDS):
        session.flush()
    _step(session, actor, claim, papers_on, deadline.reasons[0], now)
    return claim


def decide_claim(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    agreed: Money | None,
    refusal: ClaimRefusal | None,
    decided_on: date,
    today: date,
    now: datetime,
) -> Claim:
    """The insurer's word: so much, or a refusal with its reason. More than the limits leave cannot be agreed to: of two claims of a
    policy that are agreed to at once the second finds what the first took."""
    require(actor, Action.KEEP_INSURANCE)
    claim = lock_claim(session, actor, public_id)
    lock_policy(session, actor, session.get_one(InsurancePolicy, claim.policy_id).public_id)
    refuse_own_family(session, actor, session.get_one(Patient, claim.patient_id))
    if refusal is not None:
        _refuse_unless(claim, ClaimState.REPORTED, ClaimState.PAPERS_COMPLETE)
    else:
        _refuse_unless(claim, ClaimState.PAPERS_COMPLETE)
    since = business_day(claim.reported_at) if refusal is not None else claim.papers_on or today
    if not since <= decided_on <= today:
        raise Invalid({"decided_on": [reason("insurance.claim.day", on=since)]})
    because: Reason | None = None
    if refusal is None:
        claim.agreed_fen, because = _agreed(session, actor, claim, agreed), None
        claim.state = ClaimState.ACCEPTED
    else:
        claim.state, claim.refusal = ClaimState.REFUSED, refusal
        because = reason(f"insurance.refusal.{refusal}")
    claim.decided_on = decided_on
    with said_by(session, GUARDS):
        session.flush()
    _step(session, actor, claim, decided_on, because, now)
    return claim


def pay_claim(
    session: Session, actor: Actor, public_id: str, amount: Money, paid_on: date, today: date, now: datetime
) -> Claim:
    """The insurer has paid: the sum that was agreed to."""
    require(actor, Action.KEEP_INSURANCE)
    claim = lock_claim(session, actor, public_id)
    _refuse_unless(claim, ClaimState.ACCEPTED)
    if claim.decided_on is None or not claim.decided_on <= paid_on <= today:
        raise Invalid({"paid_on": [reason("insurance.claim.day", on=claim.decided_on or today)]})
    if amount.fen != claim.agreed_fen:
        raise Invalid({"amount": [reason("insurance.claim.other_sum", agreed=Money(claim.agreed_fen or 0))]})
    claim.state, claim.paid_fen, claim.paid_on = ClaimState.PAID, amount.fen, paid_on
    with said_by(session, GUARDS):
        session.flush()
    _step(session, actor, claim, paid_on, None, now)
    return claim


def withdraw_claim(session: Session, actor: Actor, public_id: str, now: datetime) -> Claim:
    """Nothing is asked any more."""
    require(actor, Action.KEEP_INSURANCE)
    claim = lock_claim(session, actor, public_id)
    _refuse_unless(claim, ClaimState.REPORTED, ClaimState.PAPERS_COMPLETE)
    claim.state = ClaimState.WITHDRAWN
    with said_by(session, GUARDS):
        session.flush()
    _step(session, actor, claim, business_day(now), None, now)
    return claim


def left_to_pay(session: Session, actor: Actor, claim: Claim) -> Payable:
    """What the policy's limits leave for this claim."""
    policy = session.get_one(InsurancePolicy, claim.policy_id)
    return payable(limits_of(policy), *paid_before(session, actor, claim, policy))


def _agreed(session: Session, actor: Actor, claim: Claim, agreed: Money | None) -> int:
    if agreed is None or agreed.fen <= 0:
        raise Invalid({"agreed": [reason("insurance.claim.no_sum")]})
    if agreed.fen > claim.asked_fen:
        raise Invalid({"agreed": [reason("insurance.claim.more_than_asked", asked=Money(claim.asked_fen))]})
    left = left_to_pay(session, actor, claim)
    if left.most is not None and left.because is not None and agreed > left.most:
        raise Invalid({"agreed": [reason("insurance.claim.over_limit", most=left.most, why=left.because)]})
    return agreed.fen


def _refuse_senseless(command: ReportClaim, now: datetime, *, is_other_day: bool) -> None:
    wrong: dict[str, list[Reason]] = {}
    if command.happened_at > now:
        wrong["happened_at"] = [reason("insurance.claim.future")]
    elif is_other_day:
        wrong["happened_at"] = [reason("insurance.claim.other_day")]
    if command.reported_at > now:
        wrong["reported_at"] = [reason("insurance.claim.future")]
    elif command.reported_at < command.happened_at:
        wrong["reported_at"] = [reason("insurance.claim.before")]
    if command.asked.fen <= 0:
        wrong["asked"] = [reason("insurance.claim.no_sum")]
    if wrong:
        raise Invalid(wrong)


def _refuse_unless(claim: Claim, *states: ClaimState) -> None:
    if claim.state in states:
        return
    raise Conflict(reason("insurance.claim.moved" if claim.state in OPEN_STATES else "insurance.claim.closed"))


def _next_number(session: Session, actor: Actor, year: int) -> str:
    """Counted through the year; the policy is held, and the number is unique besides."""
    return number_of(year, count_of_year(session, actor, f"LP-{year}-") + 1)


def _step(session: Session, actor: Actor, claim: Claim, on_day: date, because: Reason | None, now: datetime) -> None:
    session.add(
        ClaimEvent(
            claim_id=claim.id,
            state=claim.state,
            on_day=on_day,
            because=because.to_json() if because else None,
            at=now,
            by=actor.user_id,
        )
    )
    session.flush()
    note(
        session,
        actor,
        f"insurance.claim_{claim.state}",
        now=now,
        subject=("claim", claim.public_id),
        area_code=claim.county_code,
        detail={"number": claim.number, "asked_fen": claim.asked_fen},
    )
