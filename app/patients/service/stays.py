"""Stays in hospital: admissions are the source, the inpatient care setting is their copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.patients.models import Admission, Patient
from app.patients.rules import CareSetting, ConsentKind, ManagementStatus, SpanKind
from app.patients.service.follow_ups import visits_follow
from app.patients.service.lifetime import refuse_outside_life
from app.patients.service.spans import find_open, write_span
from app.patients.service.states import find_consent, set_management

Follower = Callable[[Session, Actor, Patient, Admission, datetime], object]
_FOLLOWERS: list[Follower] = []


def follows_admissions(follower: Follower) -> Follower:
    """Let a room above this one answer in the same act to everybody who goes to hospital, whoever writes it down."""
    _FOLLOWERS.append(follower)
    return follower


def record_admission(
    session: Session,
    actor: Actor,
    patient: Patient,
    hospital: str,
    from_on: date,
    to_on: date | None,
    now: datetime,
) -> Admission:
    """A stay from its admission day to its discharge day, or still running. Stays do not overlap.

    Whoever lies in a hospital, wherever it is, is lost no more (domain 9, case 36).
    """
    if to_on is not None and to_on < from_on:
        raise Invalid({"to_on": [reason("patients.stay.ends_before")]})
    refuse_outside_life(session, patient, {"from_on": from_on})
    if patient.care_setting is None:
        raise Conflict(reason("patients.state.not_registered"))
    _refuse_overlap(session, patient, from_on, to_on)
    admission = Admission(
        patient_id=patient.id,
        hospital=hospital.strip(),
        from_on=from_on,
        to_on=to_on,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(admission)
    session.flush()
    with visits_follow(session, actor, patient, from_on, now):
        if to_on is None or to_on > from_on:
            because = reason("patients.because.admitted", on=from_on)
            write_span(
                session,
                actor,
                patient,
                SpanKind.CARE,
                CareSetting.INPATIENT.value,
                from_on,
                now,
                to_on=to_on,
                because=because,
            )
        _end_loss(session, actor, patient, admission, now)
    _note(session, actor, patient, "patients.admitted", now)
    for follow in _FOLLOWERS:
        follow(session, actor, patient, admission, now)
    return admission


def _end_loss(session: Session, actor: Actor, patient: Patient, admission: Admission, now: datetime) -> None:
    """The admission is the finding, if it came after the loss and the patient had agreed to be managed."""
    loss, consent = (
        find_open(session, patient, SpanKind.MANAGEMENT),
        find_consent(session, patient, ConsentKind.COMMUNITY_MANAGEMENT),
    )
    if patient.management_status is not ManagementStatus.LOST or loss is None or consent is None:
        return
    if consent.is_agreed and admission.from_on >= loss.from_on:
        because = reason("patients.because.found_in_hospital", on=admission.from_on)
        set_management(session, actor, patient, ManagementStatus.MANAGED, admission.from_on, now, because)


def record_discharge(session: Session, actor: Actor, patient: Patient, on: date, now: datetime) -> Admission:
    """End the running stay; from the discharge day the patient is at home again and is visited within 14 days."""
    admission = session.scalars(
        select(Admission).where(
            Admission.patient_id == patient.id, Admission.to_on.is_(None), Admission.withdrawn_at.is_(None)
        )
    ).one_or_none()
    if admission is None:
        raise Conflict(reason("patients.stay.none"))
    if on < admission.from_on:
        raise Invalid({"on": [reason("patients.stay.ends_before")]})
    admission.to_on = on
    session.flush()
    with visits_follow(session, actor, patient, on, now):
        because = reason("patients.because.discharged", on=on)
        write_span(session, actor, patient, SpanKind.CARE, CareSetting.HOME.value, on, now, because=because)
        session.flush()
    _note(session, actor, patient, "patients.discharged", now)
    return admission


def _refuse_overlap(session: Session, patient: Patient, from_on: date, to_on: date | None) -> None:
    others = select(Admission).where(
        Admission.patient_id == patient.id,
        Admission.withdrawn_at.is_(None),
        or_(Admission.to_on.is_(None), Admission.to_on > from_on),
    )
    if to_on is not None:
        others = others.where(Admission.from_on < to_on)
    other = session.scalars(others.limit(1)).first()
    if other is not None:
        raise Conflict(reason("patients.stay.overlaps", on=other.from_on))


def _note(session: Session, actor: Actor, patient: Patient, action: str, now: datetime) -> None:
    note(session, actor, action, now=now, subject=("patient", patient.public_id), area_code=patient.area_code)
