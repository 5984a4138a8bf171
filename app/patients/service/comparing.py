"""One number, two names: nobody is stored, and the papers are compared (domain 9, case 16)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import county_of
from app.audit.service import note
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.crypto import Keyring
from app.core.reasons import reason
from app.core.workdays import add_working_days
from app.patients.models import Patient
from app.patients.rules import NOT_LIVE
from app.people.queries import find_by_id_number
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import close_task, open_task

COMPARE_WITHIN_WORKING_DAYS = 5


def ask_to_compare(
    session: Session, keyring: Keyring, actor: Actor, id_number: str, today: date, now: datetime
) -> bool:
    """A task with the record that holds the number, if it lies in the actor's county. True if there is one to look at."""
    person = find_by_id_number(session, keyring, id_number) if id_number else None
    if person is None:
        return False
    patient = session.scalars(
        select(Patient).where(Patient.person_id == person.id, Patient.registry_status.not_in(NOT_LIVE))
    ).one_or_none()
    if patient is None or not _is_in_county(actor, patient):
        return False
    calendar = load_workdays(session, today, today + timedelta(days=40))
    deadline = add_working_days(today, COMPARE_WITHIN_WORKING_DAYS, calendar)
    open_task(
        session,
        patient,
        TaskKind.COMPARE_PAPERS,
        f"compare:{today.isoformat()}",
        deadline.ends_on,
        [*deadline.reasons, reason("patients.because.two_names")],
        now,
    )
    note(
        session,
        actor,
        "patients.compare_asked",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
    )
    return True


def settle_comparison(session: Session, actor: Actor, patient: Patient, now: datetime) -> int:
    """The papers were compared: whatever asked for it is done. How many."""
    waiting = session.scalars(
        select(Task).where(
            Task.patient_id == patient.id, Task.kind == TaskKind.COMPARE_PAPERS, Task.state == TaskState.OPEN
        )
    ).all()
    for task in waiting:
        close_task(session, actor, task, reason("patients.because.compared"), now)
    return len(waiting)


def _is_in_county(actor: Actor, patient: Patient) -> bool:
    return bool(actor.area_prefix) and county_of(patient.area_code).startswith(actor.area_prefix[:6])
