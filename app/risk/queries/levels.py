"""Levels over time, and whom a reassessment is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.scope import within
from app.patients.models import Patient
from app.people.models import Person
from app.risk.models import Reassessment, RiskLevel
from app.tasks.models import Task
from app.tasks.queries import find_next_visit_on, get_task
from app.tasks.rules import TaskKind


@dataclass(frozen=True)
class Subject:
    """What the reassessment page shows: the duty, the patient, and the day of the visit that is due."""

    task: Task
    patient: Patient
    person: Person
    next_visit_on: date | None


def get_subject(session: Session, actor: Actor, task_public_id: str) -> Subject:
    """A reassessment on the actor's list, open or done; raises `Forbidden` and `NotFound`."""
    require(actor, Action.REASSESS)
    task = get_task(session, actor, task_public_id)
    if task.kind is not TaskKind.REASSESSMENT:
        raise NotFound()
    patient, person = session.execute(
        select(Patient, Person).join(Person).where(Patient.id == task.patient_id, within(Patient.area_code, actor))
    ).one()
    return Subject(task, patient, person, find_next_visit_on(session, actor, patient.id))


def find_reassessment(session: Session, actor: Actor, patient_id: int, quarter: str) -> Reassessment | None:
    return session.scalar(
        select(Reassessment)
        .join(Patient, Patient.id == Reassessment.patient_id)
        .where(
            Reassessment.patient_id == patient_id,
            Reassessment.quarter == quarter,
            within(Patient.area_code, actor),
        )
    )


def list_levels(session: Session, actor: Actor, patient: Patient) -> Sequence[RiskLevel]:
    """The patient's ratings that stand, the newest first."""
    return session.scalars(
        select(RiskLevel)
        .join(Patient, Patient.id == RiskLevel.patient_id)
        .where(
            RiskLevel.patient_id == patient.id,
            RiskLevel.withdrawn_at.is_(None),
            within(Patient.area_code, actor),
        )
        .order_by(RiskLevel.assessed_on.desc(), RiskLevel.id.desc())
    ).all()
