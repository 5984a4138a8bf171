"""What a duty asks about, since when, and how it was answered before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor
from app.core.reasons import Reason
from app.core.scope import within
from app.patients.models import Patient
from app.patients.rules_watch import RHYTHMS, STATE_WATCHES, Watch, watch_of
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

MOST_ANSWERS = 6


@dataclass(frozen=True, slots=True)
class Answered:
    """How the same was answered before, by whom and when it was written down."""

    outcome: Reason
    closed_at: datetime
    closed_by: str | None


def watch_of_task(patient: Patient, task: Task) -> Watch | None:
    """What an open duty of this patient asks about; None for duties of another sort.

    A visit form that says *in hospital* asks too, although the register has no stay.
    """
    if task.kind is TaskKind.IDENTIFY:
        return Watch.UNIDENTIFIED
    if task.kind is TaskKind.COMES_OF_AGE:
        return Watch.OF_AGE
    present = watch_of(patient.registry_status, patient.management_status, patient.care_setting)
    if present in STATE_WATCHES and RHYTHMS[present].kind is task.kind:
        return present
    return _OTHERWISE.get(task.kind)


_OTHERWISE = {TaskKind.CHECK_STATUS: Watch.INPATIENT, TaskKind.CONTACT: Watch.CONSENT}


def list_answers(session: Session, actor: Actor, task: Task) -> Sequence[Answered]:
    """The latest first; only those of the same kind for the same patient."""
    rows = session.execute(
        select(Task.outcome, Task.closed_at, User.display_name)
        .outerjoin(User, User.id == Task.closed_by)
        .where(
            Task.patient_id == task.patient_id,
            Task.kind == task.kind,
            Task.state == TaskState.DONE,
            within(Task.area_code, actor),
        )
        .order_by(Task.id.desc())
        .limit(MOST_ANSWERS)
    )
    return [Answered(Reason.from_json(outcome), closed_at, name) for outcome, closed_at, name in rows if outcome]
