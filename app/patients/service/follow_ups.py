"""What a change of state means for what is owed: visits, and what is asked of those who are not visited (domain 1.4, 2.6)."""

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
from app.patients.rules import (
    FIRST_VISIT_WITHIN_DAYS,
    NOT_LIVE,
    CareSetting,
    ManagementStatus,
    RegistryStatus,
    is_visit_owed,
)
from app.patients.service.watching import ask_if_lost, change_watch, watch_over
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_all, cancel_kind, open_follow_up

# What is asked of managed patients only; whoever refuses or leaves is not examined.
_OF_MANAGED = (TaskKind.EXAMINATION, TaskKind.CONFIRM_LOST)


@contextmanager
def visits_follow(session: Session, actor: Actor, patient: Patient, on: date, now: datetime) -> Iterator[None]:
    """Around a change of state: visits that are no longer owed are taken off the list, visits owed anew fall due in 14 days.

    The state's own question follows it. Whoever leaves the register owes nothing any more.
    """
    before, watched, was_live = _owes(patient), watch_over(patient), patient.registry_status not in NOT_LIVE
    was_unknown = patient.care_setting is CareSetting.UNKNOWN
    yield
    after = _owes(patient)
    label = reason("patients.because.not_owed", state=Label(_state_label(patient)), on=on)
    if was_live and patient.registry_status in NOT_LIVE:
        cancel_all(session, actor, patient, label, now)
    if patient.management_status is ManagementStatus.REFUSED:
        for kind in _OF_MANAGED:
            cancel_kind(session, actor, patient, kind, label, now)
    now_so = reason("patients.because.now", state=Label(_state_label(patient)), on=on)
    change_watch(session, actor, patient, watched, on, now_so, now)
    ask_if_lost(session, actor, patient, was_unknown, on, now_so, now)
    if before and not after:
        cancel_kind(session, actor, patient, TaskKind.FOLLOW_UP, label, now)
        patient.next_due_on = None
        session.flush()
    elif after and not before and not _has_follow_up(session, patient):
        due_on = on + timedelta(days=FIRST_VISIT_WITHIN_DAYS)
        is_first = patient.last_visit_on is None
        code = "patients.because.first_visit" if is_first else "patients.because.owed_again"
        because = reason(code, on=on, days=FIRST_VISIT_WITHIN_DAYS)
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
