"""Telling the office that is asked for a benefit, and the place that is asked for a seat; and what they are late with."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.benefits.models import BenefitRequest, RehabPlace, RehabReferral
from app.benefits.rules.rehab import ReferralState
from app.benefits.rules.requests import OPEN_REQUESTS, RequestState
from app.messages.queries.relevance import counts_late
from app.messages.service import answers_end, tell_asked
from app.patients.models import Patient

REQUEST, REFERRAL = "benefit_request", "rehab_referral"


def tell_office(session: Session, request: BenefitRequest, patient: Patient, now: datetime) -> None:
    tell_asked(session, (REQUEST, request.id), request.agency_id, request.due_on, patient.area_code, now)


def tell_place(session: Session, referral: RehabReferral, place: RehabPlace, due_on: date, now: datetime) -> None:
    if place.agency_id is not None:
        tell_asked(session, (REFERRAL, referral.id), place.agency_id, due_on, place.area_code, now)


def _asked_requests(session: Session, ids: Collection[int]) -> set[int]:
    is_asked = BenefitRequest.state == RequestState.ASKED
    return set(session.scalars(select(BenefitRequest.id).where(BenefitRequest.id.in_(ids), is_asked)))


def _asked_referrals(session: Session, ids: Collection[int]) -> set[int]:
    is_asked = RehabReferral.state == ReferralState.ASKED
    return set(session.scalars(select(RehabReferral.id).where(RehabReferral.id.in_(ids), is_asked)))


@counts_late
def _late_requests(session: Session, today: date) -> dict[int, int]:
    late = (
        select(BenefitRequest.agency_id, func.count(BenefitRequest.id))
        .where(BenefitRequest.state.in_(OPEN_REQUESTS), BenefitRequest.due_on < today)
        .group_by(BenefitRequest.agency_id)
    )
    return dict(session.execute(late).all())


answers_end(REQUEST, _asked_requests)
answers_end(REFERRAL, _asked_referrals)
