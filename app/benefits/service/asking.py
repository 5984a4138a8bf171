"""Asking the office that decides, and its answer; the answer is the benefit's next state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.areas.rules import code_of
from app.audit.service import note
from app.benefits.commands import RecordBenefit
from app.benefits.models import BenefitOffice, BenefitRequest
from app.benefits.queries.requests import (
    find_office,
    find_open_request,
    get_request,
    list_possible_offices,
)
from app.benefits.queries.standing import find_open
from app.benefits.rules.benefit import BenefitKind, BenefitState
from app.benefits.rules.requests import RequestRefusal, RequestState, answer_by
from app.benefits.service.recording import store_benefit
from app.benefits.service.telling import tell_office
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.clock import business_day
from app.core.db import new_public_id
from app.core.errors import Conflict, Invalid
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.patients.models import Patient
from app.people.vault import Vault

_CALENDAR_SPAN = timedelta(days=60)
GUARDS = {
    "guard_benefit_requests_state_move": "benefits.request.answered",
    "uq_benefit_requests_open": "benefits.request.under_way",
    "benefit_requests.patient_id": "benefits.request.under_way",
}


def set_office(session: Session, actor: Actor, kind: BenefitKind, agency_id: int, now: datetime) -> BenefitOffice:
    """Requests for this benefit go there from now on."""
    require(actor, Action.SET_BENEFIT_OFFICES)
    if agency_id not in {one.id for one in list_possible_offices(session, actor)}:
        raise Invalid({"agency": [reason("benefits.office.other")]})
    county = code_of(actor.area_prefix)
    office = find_office(session, county, kind)
    if office is None:
        office = BenefitOffice(county_code=county, kind=kind, agency_id=agency_id, set_at=now, set_by=actor.user_id)
        session.add(office)
    office.agency_id, office.set_at, office.set_by = agency_id, now, actor.user_id
    session.flush()
    subject = ("agency", session.get_one(Agency, agency_id).public_id)
    note(session, actor, "benefits.office_set", now=now, subject=subject, area_code=county, detail={"kind": kind.value})
    return office


def ask_office(
    session: Session, vault: Vault, actor: Actor, patient: Patient, kind: BenefitKind, today: date, now: datetime
) -> BenefitRequest:
    """Raises `Conflict` where no office is named or a request is under way. The benefit stands as applied for."""
    require(actor, Action.KEEP_BENEFITS)
    if find_open_request(session, patient, kind) is not None:
        raise Conflict(reason("benefits.request.under_way"))
    because = [reason("benefits.request.by_family")]
    request = ask_for(session, actor, patient, kind, because, today, now, is_green=False)
    if request is None:
        raise Conflict(reason("benefits.request.no_office"))
    last = find_open(session, patient, kind)
    if last is None or last.state is not BenefitState.APPLIED:
        applied = RecordBenefit(new_public_id(), kind, BenefitState.APPLIED, today)
        store_benefit(session, vault, actor, patient, applied, today, now)
    return request


def ask_for(
    session: Session,
    actor: Actor,
    patient: Patient,
    kind: BenefitKind,
    because: Sequence[Reason],
    today: date,
    now: datetime,
    *,
    is_green: bool,
) -> BenefitRequest | None:
    """The request, made now; None where the county named no office for it."""
    office = find_office(session, patient.area_code, kind)
    if office is None:
        return None
    deadline = answer_by(today, is_green, load_workdays(session, today, today + _CALENDAR_SPAN))
    request = BenefitRequest(
        submission_key=new_public_id(),
        patient_id=patient.id,
        kind=kind,
        agency_id=office.agency_id,
        is_green_channel=is_green,
        asked_on=today,
        due_on=deadline.ends_on,
        because=[one.to_json() for one in (*because, *deadline.reasons)],
        state=RequestState.ASKED,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, GUARDS):
        session.add(request)
    tell_office(session, request, patient, now)
    _note(session, actor, "benefits.request_asked", request, patient, now)
    return request


def take_up(session: Session, actor: Actor, public_id: str, now: datetime) -> BenefitRequest:
    """The office is on it."""
    require(actor, Action.ANSWER_BENEFIT_REQUESTS)
    request, patient = get_request(session, actor, public_id, lock=True)
    _refuse_unless(request, RequestState.ASKED)
    return _moved(session, actor, request, patient, RequestState.TAKEN_UP, now)


def grant(
    session: Session, vault: Vault, actor: Actor, public_id: str, from_on: date, grade: int | None, now: datetime
) -> BenefitRequest:
    """The office grants it from a day on: the benefit is received. A certificate comes with its grade."""
    require(actor, Action.ANSWER_BENEFIT_REQUESTS)
    request, patient = get_request(session, actor, public_id, lock=True)
    _refuse_unless(request, RequestState.ASKED, RequestState.TAKEN_UP)
    received = RecordBenefit(new_public_id(), request.kind, BenefitState.RECEIVING, from_on, grade=grade)
    store_benefit(session, vault, actor, patient, received, business_day(now), now)
    return _moved(session, actor, request, patient, RequestState.GRANTED, now)


def refuse(
    session: Session, vault: Vault, actor: Actor, public_id: str, refusal: RequestRefusal, now: datetime
) -> BenefitRequest:
    """The office refuses, with its reason; what is received already stays as it stands."""
    require(actor, Action.ANSWER_BENEFIT_REQUESTS)
    request, patient = get_request(session, actor, public_id, lock=True)
    _refuse_unless(request, RequestState.ASKED, RequestState.TAKEN_UP)
    last = find_open(session, patient, request.kind)
    if last is None or last.state is not BenefitState.RECEIVING:
        today = business_day(now)
        refused = RecordBenefit(new_public_id(), request.kind, BenefitState.REFUSED, today)
        store_benefit(session, vault, actor, patient, refused, today, now)
    request.refusal = refusal
    return _moved(session, actor, request, patient, RequestState.REFUSED, now)


def withdraw_request(session: Session, actor: Actor, public_id: str, now: datetime) -> BenefitRequest:
    """Nothing is asked any more."""
    require(actor, Action.KEEP_BENEFITS)
    request, patient = get_request(session, actor, public_id, lock=True)
    _refuse_unless(request, RequestState.ASKED, RequestState.TAKEN_UP)
    return _moved(session, actor, request, patient, RequestState.WITHDRAWN, now)


def list_waiting_patients(session: Session, patient_ids: Sequence[int]) -> list[Patient]:
    """Of these, patients who have never been asked for at the office of basic medical insurance, or whose last request is done."""
    asked = (
        select(BenefitRequest.patient_id)
        .where(
            BenefitRequest.kind == BenefitKind.BASIC_MEDICAL,
            BenefitRequest.state.in_((RequestState.ASKED, RequestState.TAKEN_UP)),
        )
        .scalar_subquery()
    )
    wanted = select(Patient).where(Patient.id.in_(patient_ids), Patient.id.not_in(asked)).order_by(Patient.id)
    return list(session.scalars(wanted))


def _refuse_unless(request: BenefitRequest, *states: RequestState) -> None:
    if request.state not in states:
        raise Conflict(reason("benefits.request.answered"))


def _moved(
    session: Session, actor: Actor, request: BenefitRequest, patient: Patient, after: RequestState, now: datetime
) -> BenefitRequest:
    request.state, request.answered_at, request.answered_by = after, now, actor.user_id
    with said_by(session, GUARDS):
        session.flush()
    _note(session, actor, f"benefits.request_{after}", request, patient, now)
    return request


def _note(
    session: Session, actor: Actor, action: str, request: BenefitRequest, patient: Patient, now: datetime
) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("benefit_request", request.public_id),
        area_code=patient.area_code,
        detail={"kind": request.kind.value, "green": request.is_green_channel},
    )
