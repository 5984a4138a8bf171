"""Whoever has died or left the register takes no seat any more: the referral ends with them, and nothing is entered of later days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.benefits.models import RehabReferral
from app.benefits.rules.rehab import OPEN_REFERRALS, ReferralState, RehabEnd
from app.core.actor import Actor
from app.core.scope import within
from app.patients.models import Patient, PatientSpan
from app.patients.rules import RegistryStatus, SpanKind
from app.people.models import Person
from app.tasks.service import Counts, sweep_alone


def find_last_day(session: Session, patient: Patient) -> date | None:
    """The last day of which a place can say anything; None while there is none: a death covers its own day, a leaving the one before."""
    died_on = session.scalar(select(Person.died_on).where(Person.id == patient.person_id))
    if died_on is not None or patient.registry_status is RegistryStatus.REGISTERED:
        return died_on
    left_on = session.scalar(
        select(PatientSpan.from_on).where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == SpanKind.REGISTRY,
            PatientSpan.to_on.is_(None),
            PatientSpan.withdrawn_at.is_(None),
        )
    )
    return left_on - timedelta(days=1) if left_on else None


def end_referrals_of_gone(session: Session, actor: Actor, today: date, now: datetime) -> Counts:
    """Open referrals of people who are not here any more: what had begun ends with their last day, the rest is withdrawn. Repeatable."""
    sweep_alone(session)
    gone = session.execute(
        select(RehabReferral, Patient)
        .join(Patient, Patient.id == RehabReferral.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            RehabReferral.state.in_(OPEN_REFERRALS),
            or_(Person.died_on.is_not(None), Patient.registry_status != RegistryStatus.REGISTERED),
            within(Patient.area_code, actor),
        )
        .order_by(RehabReferral.id)
        .with_for_update(of=RehabReferral)
    ).all()
    for referral, patient in gone:
        _end(session, actor, referral, patient, today, now)
    return Counts(len(gone), 0)


def _end(session: Session, actor: Actor, referral: RehabReferral, patient: Patient, today: date, now: datetime) -> None:
    if referral.state is ReferralState.ATTENDING:
        last, since = find_last_day(session, patient) or today, referral.started_on or referral.referred_on
        why = _why(session, patient)
        referral.state, referral.end_reason, referral.ended_on = ReferralState.ENDED, why, max(since, min(last, today))
    else:
        referral.state = ReferralState.WITHDRAWN
    session.flush()
    subject, detail = ("rehab_referral", referral.public_id), {"state": referral.state.value}
    action = f"benefits.referral_{referral.state}"
    note(session, actor, action, now=now, subject=subject, area_code=patient.area_code, detail=detail)


def _why(session: Session, patient: Patient) -> RehabEnd:
    if session.get_one(Person, patient.person_id).died_on is not None:
        return RehabEnd.DIED
    return RehabEnd.MOVED if patient.registry_status is RegistryStatus.TRANSFERRED_OUT else RehabEnd.STOPPED
