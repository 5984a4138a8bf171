"""Undoing a death that was recorded by mistake: the register says again what it said before (domain 1.4, dead → registered).

Agreements are left to people: they read the death and were never ended by it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import business_day
from app.core.reasons import Reason
from app.patients.models import Admission, Patient, PatientSpan
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus, SpanKind
from app.patients.service.spans import find_open, keep, write_span
from app.patients.service.team import resume_team
from app.people.models import Person
from app.people.service import withdraw_death
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from app.tasks.service import reopen_tasks

_BEFORE = {
    SpanKind.REGISTRY: RegistryStatus.REGISTERED.value,
    SpanKind.MANAGEMENT: ManagementStatus.PENDING_CONSENT.value,
    SpanKind.CARE: CareSetting.HOME.value,
}


def revive(session: Session, actor: Actor, patient: Patient, because: Reason | None, now: datetime) -> None:
    """States, the stay, the care team and the duties that the death ended go on from where they stood. The caller has asked two people."""
    person = session.get_one(Person, patient.person_id)
    died_on, recorded_at = person.died_on, person.death_recorded_at
    dead = find_open(session, patient, SpanKind.REGISTRY)
    withdraw_death(session, actor, person, now)
    if dead is None or died_on is None:
        return
    again_on = died_on + timedelta(days=1)
    values = {what: _ended(session, patient, what, again_on) or value for what, value in _BEFORE.items()}
    values[SpanKind.REGISTRY] = RegistryStatus.REGISTERED.value
    with session.no_autoflush:
        dead.withdrawn_at, dead.withdrawn_by = now, actor.user_id
        for what, value in values.items():
            keep(patient, what, value)
    session.flush()
    from_on = min(again_on, business_day(now))  # a month of death that is not over yet counted to a day to come
    for what, value in values.items():
        write_span(session, actor, patient, what, value, from_on, now, because=because)
    resume_team(session, patient, again_on)
    if values[SpanKind.CARE] == CareSetting.INPATIENT.value:
        _resume_stay(session, patient, died_on)
    if recorded_at is not None:
        _resume_duties(session, patient, recorded_at)


def _ended(session: Session, patient: Patient, what: SpanKind, on: date) -> str | None:
    """What held until the death."""
    return session.scalar(
        select(PatientSpan.value)
        .where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == what,
            PatientSpan.to_on == on,
            PatientSpan.withdrawn_at.is_(None),
        )
        .order_by(PatientSpan.id.desc())
        .limit(1)
    )


def _resume_stay(session: Session, patient: Patient, died_on: date) -> None:
    session.execute(
        update(Admission)
        .where(Admission.patient_id == patient.id, Admission.to_on == died_on, Admission.withdrawn_at.is_(None))
        .values(to_on=None)
    )


def _resume_duties(session: Session, patient: Patient, recorded_at: datetime) -> None:
    """Duties that were cancelled with the death; what was closed otherwise stays closed."""
    reopen_tasks(session, patient, recorded_at, "patients.because.died")
    patient.next_due_on = session.scalar(
        select(Task.due_on).where(Task.patient_id == patient.id, Task.kind == TaskKind.FOLLOW_UP, Task.state == "open")
    )
    session.flush()
