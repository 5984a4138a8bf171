"""What the discharge means for the register: the stay ends, somebody lost is found, the first visit falls due.

Whatever the register holds against it stays in the house: the record that was sent stands, and the health centre is asked to look.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import AnhuError, Conflict
from app.core.reasons import reason
from app.discharges.models import Discharge
from app.discharges.rules.clocks import first_visit_due_on
from app.discharges.rules.states import DischargeType
from app.discharges.service.noting import note_discharge
from app.patients.models import Admission, Patient
from app.patients.rules import ManagementStatus, is_visit_owed
from app.patients.service import record_admission, record_discharge
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import move_follow_up, open_follow_up, open_task

VERIFY_WITHIN = timedelta(days=7)
_VERIFY = {
    DischargeType.DEATH: "discharges.verify_death",
    DischargeType.TRANSFER: "discharges.verify_transfer",
}


def end_stay(session: Session, actor: Actor, discharge: Discharge, patient: Patient, now: datetime) -> bool:
    """Enter the stay of somebody who has left, and their first visit. True when the person was lost until now."""
    was_lost = patient.management_status is ManagementStatus.LOST
    try:
        with session.begin_nested():
            _enter_stay(session, actor, discharge, patient, now)
    except (AnhuError, IntegrityError):
        session.refresh(patient)
        note_discharge(session, actor, "discharges.stay_differs", discharge, now)
        ask_to_verify(session, discharge, patient, now)
    _come_soon(session, discharge, patient, now)
    return was_lost


def ask_to_verify(session: Session, discharge: Discharge, patient: Patient, now: datetime) -> None:
    """A death, another hospital or a stay that the register knows otherwise is for somebody to enter who has seen the paper."""
    today = business_day(now)
    code = _VERIFY.get(discharge.discharge_type or DischargeType.ORDERED, "discharges.verify_stay")
    because = reason(code, on=_left_on(discharge))
    period = f"discharge:{discharge.id}"
    open_task(session, patient, TaskKind.CHECK_STATUS, period, today + VERIFY_WITHIN, [because], now)


def _enter_stay(session: Session, actor: Actor, discharge: Discharge, patient: Patient, now: datetime) -> None:
    left_on, admitted_on = _left_on(discharge), discharge.admitted_on or _left_on(discharge)
    running = session.scalars(
        select(Admission).where(
            Admission.patient_id == patient.id, Admission.to_on.is_(None), Admission.withdrawn_at.is_(None)
        )
    ).one_or_none()
    if running is not None and running.hospital != discharge.hospital_name and running.from_on != admitted_on:
        raise Conflict(reason("discharges.stay_differs"))  # another house's stay is not ended by this one's word
    if running is not None and running.from_on <= left_on:
        record_discharge(session, actor, patient, left_on, now)
    elif not _is_entered(session, patient, admitted_on, left_on):
        record_admission(session, actor, patient, discharge.hospital_name, admitted_on, left_on, now)


def _is_entered(session: Session, patient: Patient, admitted_on: date, left_on: date) -> bool:
    known = select(Admission.id).where(
        Admission.patient_id == patient.id,
        Admission.withdrawn_at.is_(None),
        Admission.from_on == admitted_on,
        Admission.to_on == left_on,
    )
    return session.scalar(known.limit(1)) is not None


def _come_soon(session: Session, discharge: Discharge, patient: Patient, now: datetime) -> None:
    """The first visit within 14 days, three at level 3 and above, unless one is due earlier (domain 6)."""
    if not is_visit_owed(patient.registry_status, patient.management_status, patient.care_setting):
        return
    left_on = _left_on(discharge)
    by = first_visit_due_on(left_on, discharge.risk_level)
    if patient.last_visit_on is not None and patient.last_visit_on >= left_on:
        return
    because = [reason("discharges.first_visit", on=left_on, by=by)]
    due = session.scalar(
        select(Task.due_on).where(
            Task.patient_id == patient.id, Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN
        )
    )
    if due is None:
        open_follow_up(session, patient, by, because, f"discharge:{discharge.id}", now)
    else:  # also a later day gives way: the norm counts from the discharge
        move_follow_up(session, patient, min(due, by), because)
        by = min(due, by)
    patient.next_due_on = by
    session.flush()


def _left_on(discharge: Discharge) -> date:
    if discharge.discharged_at is None:
        raise ValueError("a record that was sent has its time")
    return business_day(discharge.discharged_at)
