"""A child or an elder at home whom nobody else cares for: told to civil affairs, taken up and answered by them.

The duty names a need of the family; nothing clinical travels with it (roles.md).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import app.patients.texts_support  # noqa: F401  # registers the sentences
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.errors import Conflict, NotFound
from app.core.reasons import Label, reason
from app.core.workdays import add_working_days
from app.patients.labels_support import DEPENDANTS_OUTCOMES
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.patients.rules_support import DEPENDANTS_WORKING_DAYS, Dependants, DependantsOutcome
from app.tasks.models import Task, TaskState
from app.tasks.queries import get_task
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_kind, close_task, open_task

_LONGEST_TERM = timedelta(days=40)  # five working days around the longest holidays


def report_dependants(
    session: Session, actor: Actor, patient: Patient, who: Dependants, today: date, now: datetime
) -> Task:
    """Civil affairs of the place have it on their list. `patient` is locked; `Conflict` while an earlier word is open."""
    require(actor, Action.REPORT_DEPENDANTS)
    if patient.registry_status is not RegistryStatus.REGISTERED:
        raise Conflict(reason("patients.dependants.not_registered"))
    if _open(session, patient) is not None:
        raise Conflict(reason("patients.dependants.open"))
    due_on = add_working_days(
        today, DEPENDANTS_WORKING_DAYS, load_workdays(session, today, today + _LONGEST_TERM)
    ).ends_on
    because = [reason(f"patients.dependants.{who.value}"), reason("patients.dependants.term", on=due_on)]
    period = f"dependants:{now.isoformat(timespec='seconds')}"[:40]
    task = open_task(session, patient, TaskKind.DEPENDANTS, period, due_on, because, now)
    patient.has_dependants = True
    _note(session, actor, "patients.dependants_reported", patient, now)
    return task


def withdraw_dependants(session: Session, actor: Actor, patient: Patient, today: date, now: datetime) -> None:
    """Somebody cares for them by now: civil affairs need not come."""
    require(actor, Action.REPORT_DEPENDANTS)
    outcome = reason("patients.dependants.withdrawn", on=today)
    if not cancel_kind(session, actor, patient, TaskKind.DEPENDANTS, outcome, now):
        raise Conflict(reason("patients.dependants.none"))
    patient.has_dependants = False
    _note(session, actor, "patients.dependants_withdrawn", patient, now)


def take_up_dependants(session: Session, actor: Actor, public_id: str, now: datetime) -> None:
    """The office says that it is on it; the reporter reads by whom and when."""
    task, patient = _lock(session, actor, public_id)
    if task.taken_up_at is None:
        task.taken_up_at, task.taken_up_by = now, actor.user_id
        _note(session, actor, "patients.dependants_taken_up", patient, now)


def close_dependants(
    session: Session, actor: Actor, public_id: str, outcome: DependantsOutcome, today: date, now: datetime
) -> None:
    """Answered; whoever closes has taken it up. Raises `Conflict` when somebody has closed it meanwhile."""
    task, patient = _lock(session, actor, public_id)
    said = reason("patients.dependants.closed", on=today, outcome=Label(DEPENDANTS_OUTCOMES[outcome]))
    if task.taken_up_at is None:
        task.taken_up_at, task.taken_up_by = now, actor.user_id
        session.flush()
    close_task(session, actor, task, said, now)
    patient.has_dependants = False
    _note(session, actor, "patients.dependants_closed", patient, now)


def _lock(session: Session, actor: Actor, public_id: str) -> tuple[Task, Patient]:
    """A word to civil affairs of the actor's place and its patient; raises `NotFound` for anything else."""
    require(actor, Action.ANSWER_DEPENDANTS)
    task = get_task(session, actor, public_id)
    if task.kind is not TaskKind.DEPENDANTS:
        raise NotFound
    one = select(Patient).where(Patient.id == task.patient_id).with_for_update()
    patient = session.scalars(one, execution_options={"populate_existing": True}).one()
    session.refresh(task)
    return task, patient


def _open(session: Session, patient: Patient) -> Task | None:
    return session.scalars(
        select(Task).where(
            Task.patient_id == patient.id, Task.kind == TaskKind.DEPENDANTS, Task.state == TaskState.OPEN
        )
    ).first()


def _note(session: Session, actor: Actor, action: str, patient: Patient, now: datetime) -> None:
    subject = ("patient", patient.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=patient.area_code)
