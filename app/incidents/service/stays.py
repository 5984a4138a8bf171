"""Whoever is brought to a hospital in an emergency lies there for the whole product: the stay enters the register at once.

What follows from a stay follows from this one too: the green channel of the uninsured, the end of a running hand-over, visits that wait.
Where the register has it otherwise, or the record says that nobody was admitted, the health centre is asked to look.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import AnhuError
from app.core.reasons import reason
from app.incidents.models import Emergency, EmergencyReception
from app.incidents.rules.emergencies import Disposal
from app.incidents.rules.reception import ReceptionState
from app.patients.models import Admission, Patient
from app.patients.service import record_admission
from app.tasks.rules import TaskKind
from app.tasks.service import open_task

VERIFY_WITHIN = timedelta(days=7)
STILL_THERE = timedelta(days=7)  # of what is written down later nobody knows without asking whether the stay goes on


def enter_arrival(
    session: Session, actor: Actor, emergency: Emergency, reception: EmergencyReception, now: datetime
) -> None:
    """The hospital has taken the person over; a finished record that says otherwise is for somebody to decide."""
    if reception.arrived_at is None:
        return
    is_admitted = emergency.finished_at is None or emergency.disposal == Disposal.ADMISSION
    _settle(session, actor, emergency, reception.hospital, business_day(reception.arrived_at), is_admitted, now)


def enter_outcome(session: Session, actor: Actor, emergency: Emergency, now: datetime) -> None:
    """The finished record says what became of the person; the hospital's own word on the arrival goes first."""
    arrived = session.scalars(
        select(EmergencyReception).where(
            EmergencyReception.emergency_id == emergency.id, EmergencyReception.state == ReceptionState.ARRIVED
        )
    ).one_or_none()
    is_admitted = emergency.disposal == Disposal.ADMISSION
    if arrived is not None and arrived.arrived_at is not None:
        if not is_admitted:
            _settle(session, actor, emergency, arrived.hospital, business_day(arrived.arrived_at), False, now)
    elif is_admitted:
        _settle(session, actor, emergency, emergency.hospital, business_day(emergency.ended_at or now), True, now)


def _settle(
    session: Session, actor: Actor, emergency: Emergency, hospital: str, day: date, is_admitted: bool, now: datetime
) -> None:
    if emergency.patient_id is None:
        return
    patient = session.get_one(Patient, emergency.patient_id, with_for_update=True)
    if patient.care_setting is None or (is_admitted and _is_known(session, patient, hospital, day)):
        return
    if not is_admitted or day < business_day(now) - STILL_THERE:
        _ask_to_verify(session, emergency, patient, day, now)
        return
    try:
        with session.begin_nested():
            record_admission(session, actor, patient, hospital, day, None, now)
    except (AnhuError, IntegrityError):
        session.refresh(patient)
        _ask_to_verify(session, emergency, patient, day, now)


def _is_known(session: Session, patient: Patient, hospital: str, day: date) -> bool:
    """That hospital's running stay, or one that began with the emergency (also one that somebody has withdrawn since)."""
    runs_there = (Admission.hospital == hospital) & Admission.to_on.is_(None) & Admission.withdrawn_at.is_(None)
    began_then = Admission.from_on.in_((day, day + timedelta(days=1)))
    known = select(Admission.id).where(Admission.patient_id == patient.id, or_(runs_there, began_then))
    return session.scalar(known.limit(1)) is not None


def _ask_to_verify(session: Session, emergency: Emergency, patient: Patient, day: date, now: datetime) -> None:
    because = [reason("incidents.verify_stay", on=day)]
    period, by = f"emergency:{emergency.id}", business_day(now) + VERIFY_WITHIN
    open_task(session, patient, TaskKind.CHECK_STATUS, period, by, because, now)
