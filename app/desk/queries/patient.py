"""What is open for one patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.reasons import Reason
from app.core.scope import within
from app.desk.rules import COMPLIANCE
from app.patients.models import Patient
from app.tasks.models import Task, TaskState
from app.tasks.rules import Standing, TaskKind, kinds_for, standing


@dataclass(frozen=True, slots=True)
class OpenTask:
    public_id: str
    kind: TaskKind
    due_on: date
    standing: Standing
    because: tuple[Reason, ...]


def open_tasks(session: Session, actor: Actor, patient: Patient, today: date) -> list[OpenTask]:
    """Open duties for the patient that the role sees, the soonest first; why a visit is due is told to clinicians only."""
    knows_why = sees(actor, Field.CLINICAL) is Grant.FULL
    kinds = kinds_for(actor.role) | (
        frozenset(COMPLIANCE) if sees(actor, Field.STATISTICS) is Grant.FULL else frozenset()
    )
    rows = session.execute(
        select(
            Task.public_id,
            Task.kind,
            Task.due_on,
            (Task.because if knows_why else case((Task.kind != TaskKind.FOLLOW_UP, Task.because))).label("because"),
        )
        .where(
            Task.patient_id == patient.id,
            Task.state == TaskState.OPEN,
            Task.kind.in_(sorted(kinds)),
            within(Task.area_code, actor),
        )
        .order_by(Task.due_on, Task.id)
    )
    return [
        OpenTask(
            row.public_id,
            row.kind,
            row.due_on,
            standing(row.due_on, today),
            tuple(Reason.from_json(one) for one in row.because or ()),
        )
        for row in rows
    ]
