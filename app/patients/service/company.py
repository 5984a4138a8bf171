"""With whom to come: joint visits; and how a locking-up was ended, which is said of the task and never of the person."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import app.patients.texts_treatment  # noqa: F401  # registers the sentences
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import Label, reason
from app.patients.commands_treatment import EndLocking, SetJointVisits
from app.patients.labels_treatment import HELPERS, JOINT_TRIGGERS, UNLOCK_WAYS
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.patients.rules_treatment import LONGEST_JOINT_DAYS, Helper
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import close_task


def set_joint_visits(
    session: Session, actor: Actor, patient: Patient, command: SetJointVisits, today: date, now: datetime
) -> None:
    """Set or renew: from today to `until`, at most 90 days, with at least one trigger. Then it lapses by itself."""
    require(actor, Action.SET_JOINT_VISITS)
    if patient.registry_status is not RegistryStatus.REGISTERED:
        raise Conflict(reason("patients.treatment.not_registered"))
    errors = {}
    if not command.triggers:
        errors["triggers"] = [reason("patients.joint.why")]
    if not today < command.until <= today + timedelta(days=LONGEST_JOINT_DAYS):
        errors["until"] = [reason("patients.joint.until", last_on=today + timedelta(days=LONGEST_JOINT_DAYS))]
    if errors:
        raise Invalid(errors)
    why = [Label(JOINT_TRIGGERS[trigger]) for trigger in command.triggers]
    patient.joint_visit_until = command.until
    patient.joint_visit_because = reason("patients.joint.because", why=why, until=command.until).to_json()
    session.flush()
    _note(session, actor, "patients.joint_visits_set", patient, now, {"triggers": len(command.triggers)})


def end_joint_visits(session: Session, actor: Actor, patient: Patient, now: datetime) -> None:
    """Before the day on which it would lapse; ending it twice changes nothing."""
    require(actor, Action.SET_JOINT_VISITS)
    if patient.joint_visit_until is None:
        return
    patient.joint_visit_until = patient.joint_visit_because = None
    session.flush()
    _note(session, actor, "patients.joint_visits_ended", patient, now)


def find_unlocking(session: Session, patient: Patient) -> Task | None:
    """The open duty to end a locking-up."""
    standing = select(Task).where(
        Task.patient_id == patient.id, Task.kind == TaskKind.UNLOCKING, Task.state == TaskState.OPEN
    )
    return session.scalars(standing.order_by(Task.id).limit(1)).one_or_none()


def end_locking(
    session: Session, actor: Actor, patient: Patient, command: EndLocking, today: date, now: datetime
) -> None:
    """Record on which day, how and with whose help the person was set free: the outcome of the task, nothing else."""
    require(actor, Action.END_LOCKING)
    task = find_unlocking(session, patient)
    if task is None:
        raise Conflict(reason("patients.unlocking.none"))
    if command.unlocked_on > today:
        raise Invalid({"unlocked_on": [reason("patients.date_in_future")]})
    if not command.helpers:
        raise Invalid({"helpers": [reason("patients.unlocking.who")]})
    who = [Label(HELPERS[helper]) for helper in Helper if command.helpers & helper]
    way = Label(UNLOCK_WAYS[command.way])
    outcome = reason("patients.unlocking.done", on=command.unlocked_on, way=way, who=who)
    close_task(session, actor, task, outcome, now)
    _note(session, actor, "patients.unlocked", patient, now, {"helpers": command.helpers})


def _note(
    session: Session, actor: Actor, action: str, patient: Patient, now: datetime, detail: dict[str, int] | None = None
) -> None:
    subject = ("patient", patient.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=patient.area_code, detail=detail)
