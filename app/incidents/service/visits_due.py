"""The next visit comes sooner after an emergency or an incident."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.reasons import Reason
from app.patients.models import Patient
from app.patients.rules import is_visit_owed
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import move_follow_up, open_follow_up


def come_by(
    session: Session, patient: Patient, by: date, because: Sequence[Reason], period: str, now: datetime
) -> bool:
    """The next visit by that day, unless it is due earlier or rests; whether anything moved."""
    if not is_visit_owed(patient.registry_status, patient.management_status, patient.care_setting):
        return False
    due = session.scalar(
        select(Task.due_on).where(
            Task.patient_id == patient.id, Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN
        )
    )
    if due is not None and due <= by:
        return False
    if due is None:
        open_follow_up(session, patient, by, because, period, now)
    else:
        move_follow_up(session, patient, by, because)
    patient.next_due_on = by
    session.flush()
    return True
