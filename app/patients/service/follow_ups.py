"""What a change of state means for the visits that are owed (domain 1.4, 2.6)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.reasons import Label, reason
from app.patients.labels import CARE_LABELS, MANAGEMENT_LABELS, REGISTRY_LABELS
from app.patients.models import Patient
from app.patients.rules import FIRST_VISIT_WITHIN_DAYS, ManagementStatus, RegistryStatus, is_visit_owed
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_kind, open_follow_up


@contextmanager
def visits_follow(session: Session, actor: Actor, patient: Patient, on: date, now: datetime) -> Iterator[None]:
    """Around a change of state: visits that are no longer owed are taken off the list, visits owed anew fall due in 14 days."""
    before = _owes(patient)
    yield
    after = _owes(patient)
    if before and not after:
        label = reason("patients.because.not_owed", state=Label(_state_label(patient)), on=on)
        cancel_kind(session, actor, patient, TaskKind.FOLLOW_UP, label, now)
        patient.next_due_on = None
        session.flush()
    elif after and not before and not _has_follow_up(session, patient):
        due_on = on + timedelta(days=FIRST_VISIT_WITHIN_DAYS)
        because = reason("patients.because.owed_again", on=on, days=FIRST_VISIT_WITHIN_DAYS)
        open_follow_up(session, patient, due_on, [because], f"owed:{on.isoformat()}", now)
        patient.next_due_on = due_on
        session.flush()


def _owes(patient: Patient) -> bool:
    return is_visit_owed(patient.registry_status, patient.management_status, patient.care_setting)


def _has_follow_up(session: Session, patient: Patient) -> bool:
    found = select(Task.id).where(
        Task.patient_id == patient.id, Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN
    )
    return session.scalar(found.limit(1)) is not None


def _state_label(patient: Patient) -> str:
    if patient.registry_status is not RegistryStatus.REGISTERED or patient.management_status is None:
        return REGISTRY_LABELS[patient.registry_status]
    if patient.management_status is not ManagementStatus.MANAGED or patient.care_setting is None:
        return MANAGEMENT_LABELS[patient.management_status]
    return CARE_LABELS[patient.care_setting]
