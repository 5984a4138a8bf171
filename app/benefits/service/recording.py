"""How a benefit stands since a day: the next state ends the last, a mistake is withdrawn; what was due because of it is done."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.benefits.commands import RecordBenefit
from app.benefits.models import Benefit
from app.benefits.queries.requests import find_open_request
from app.benefits.queries.standing import find_open, find_sent_benefit, get_benefit
from app.benefits.rules.benefit import BenefitKind, BenefitState, wrong_record
from app.benefits.rules.requests import RequestState
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.core.refusals import said_by
from app.patients.models import Patient
from app.patients.queries.merges import merges
from app.people.vault import Vault
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_kind

GUARDS = {
    "uq_benefits_open": "benefits.record.meanwhile",
    "benefits.patient_id": "benefits.record.meanwhile",
}


def record_benefit(
    session: Session, vault: Vault, actor: Actor, patient: Patient, command: RecordBenefit, today: date, now: datetime
) -> Benefit:
    """Raises `Invalid` by field. One form that arrives twice is one record."""
    require(actor, Action.KEEP_BENEFITS)
    standing = find_sent_benefit(session, actor, command.submission_key)
    if standing is not None:
        return standing
    stored = store_benefit(session, vault, actor, patient, command, today, now)
    asked = find_open_request(session, patient, command.kind)
    if asked is not None and command.state in (BenefitState.RECEIVING, BenefitState.REFUSED):
        # the family brought the answer before the office entered it
        asked.state = RequestState.GRANTED if command.state is BenefitState.RECEIVING else RequestState.WITHDRAWN
        asked.answered_at, asked.answered_by = now, actor.user_id
        session.flush()
    return stored


def store_benefit(
    session: Session, vault: Vault, actor: Actor, patient: Patient, command: RecordBenefit, today: date, now: datetime
) -> Benefit:
    """The record itself, whoever brings it; for use cases that have asked who may."""
    wrong = wrong_record(command.kind, command.state, command.grade, command.from_on, command.renew_by, today)
    last = find_open(session, patient, command.kind)
    if last is not None and command.from_on < last.from_on:
        wrong.setdefault("from_on", []).append(reason("benefits.record.before_last", on=last.from_on))
    if wrong:
        raise Invalid(wrong)
    if last is not None:
        _end(session, actor, patient, last, command.from_on, now)
    is_certificate = command.kind is BenefitKind.DISABILITY_CERTIFICATE
    stored = Benefit(
        submission_key=command.submission_key,
        patient_id=patient.id,
        kind=command.kind,
        state=command.state,
        from_on=command.from_on,
        renew_by=command.renew_by if command.state is BenefitState.RECEIVING else None,
        grade=command.grade if is_certificate else None,
        number_sealed=vault.seal(patient.person_id, "benefits.number", command.number.strip()),
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, GUARDS):
        session.add(stored)
    if command.kind is BenefitKind.BASIC_MEDICAL and command.state is BenefitState.RECEIVING:
        outcome = reason("benefits.outcome.enrolled", on=command.from_on)
        cancel_kind(session, actor, patient, TaskKind.DYNAMIC_ENROLMENT, outcome, now)
    _note(session, actor, "benefits.recorded", stored, patient, now)
    return stored


def withdraw_benefit(session: Session, actor: Actor, public_id: str, now: datetime) -> Patient:
    """Written down by mistake: it stays in the database and counts for nothing. Raises `Conflict` for what is history already."""
    benefit, patient = get_benefit(session, actor, public_id)
    if benefit.to_on is not None:
        raise Conflict(reason("benefits.record.history"))
    benefit.withdrawn_at, benefit.withdrawn_by = now, actor.user_id
    standing = session.get_one(Patient, merges(session).end_of(patient.id))  # whose duty it became with a merge
    _close_renewal(session, actor, standing, benefit, now)
    session.flush()
    _note(session, actor, "benefits.withdrawn", benefit, patient, now)
    return patient


def _end(session: Session, actor: Actor, patient: Patient, last: Benefit, on: date, now: datetime) -> None:
    """The next state begins; one of the same day takes the last one's place."""
    if last.from_on == on:
        last.withdrawn_at, last.withdrawn_by = now, actor.user_id
    else:
        last.to_on = on
    _close_renewal(session, actor, patient, last, now)
    session.flush()


def _close_renewal(session: Session, actor: Actor, patient: Patient, benefit: Benefit, now: datetime) -> None:
    outcome = reason("benefits.outcome.renewed")
    periods = (f"benefit:{benefit.id}",)
    cancel_kind(session, actor, patient, TaskKind.BENEFIT_RENEWAL, outcome, now, periods=periods)


def _note(session: Session, actor: Actor, action: str, benefit: Benefit, patient: Patient, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"kind": benefit.kind.value, "state": benefit.state.value},
    )
