"""A village that is merged into another: whoever lives there belongs to the new code from a day on, what lies before keeps the old one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.queries import responsible_agency
from app.areas.rules import is_within, town_of
from app.areas.service import abolish_village
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.reasons import Reason, reason
from app.patients.models import Clue, Patient, PatientSpan
from app.patients.rules import ClueState, SpanKind
from app.patients.service.spans import KEPT
from app.people.models import NameKey
from app.tasks.models import Task, TaskState

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Merged:
    """How many registrations, open duties, open clues and accounts went along."""

    patients: int
    tasks: int
    clues: int
    users: int


def merge_village(
    session: Session, actor: Actor, code: str, successor: str, last_day: date, today: date, now: datetime
) -> Merged:
    """The village `code` ends with `last_day`; the day after, all of it belongs to `successor` (domain 9, case 37).

    Visits, payment lines and closed duties keep the old code, and so do reports about days before. Raises `Invalid` by field.
    """
    require(actor, Action.KEEP_ACCOUNTS)
    if not all(is_within(one, actor.area_prefix) for one in (code, successor)):
        raise Invalid({"code": [reason("areas.village.none")]})
    if last_day >= today:
        raise Invalid({"last_day": [reason("desk.villages.last_day")]})
    village = abolish_village(session, code, successor, last_day)
    because = reason("patients.because.village_merged", village=village.name, on=last_day)
    patients = session.scalars(select(Patient).where(Patient.area_code == code).with_for_update()).all()
    merged = Merged(
        _move_patients(session, actor, patients, successor, last_day + _DAY, because, now),
        _move(session, Task, code, successor, Task.state == TaskState.OPEN),
        _move(session, Clue, code, successor, Clue.state != ClueState.CLOSED),
        _move(session, User, code, successor, session_epoch=User.session_epoch + 1),
    )
    _move(session, NameKey, code, successor)
    session.expire_all()
    counts = {"tasks": merged.tasks, "clues": merged.clues, "users": merged.users}
    note(
        session,
        actor,
        "desk.village_merged",
        now=now,
        subject=("area", code),
        area_code=code,
        count=merged.patients,
        detail={"into": successor, "last_day": last_day.isoformat(), **counts},
    )
    return merged


def _move_patients(
    session: Session, actor: Actor, patients: Any, successor: str, from_on: date, because: Reason, now: datetime
) -> int:
    """Two statements a kind of span, however many live there."""
    if not patients:
        return 0
    values = {SpanKind.AREA: successor}
    agency = responsible_agency(session, successor)
    if agency is not None and town_of(patients[0].area_code) != town_of(successor):
        values[SpanKind.AGENCY] = str(agency.id)
    ids = [patient.id for patient in patients]
    for what, value in values.items():
        spans = session.scalars(
            select(PatientSpan).where(
                PatientSpan.patient_id.in_(ids),
                PatientSpan.what == what,
                PatientSpan.to_on.is_(None),
                PatientSpan.withdrawn_at.is_(None),
            )
        ).all()
        begins = {span.patient_id: max(span.from_on, from_on) for span in spans}
        for span in spans:
            if span.from_on >= from_on:
                span.withdrawn_at, span.withdrawn_by = now, actor.user_id
            else:
                span.to_on = from_on
        session.flush()
        session.add_all(
            PatientSpan(
                patient_id=patient_id,
                what=what,
                value=value,
                from_on=begin,
                reason=because.to_json(),
                recorded_at=now,
                recorded_by=actor.user_id,
            )
            for patient_id, begin in begins.items()
        )
        name, kind = KEPT[what]
        for patient in patients:
            setattr(patient, name, kind(value))
        session.flush()
    if SpanKind.AGENCY in values and agency is not None:
        open_ones = (Task.patient_id.in_(ids), Task.state == TaskState.OPEN)
        session.execute(update(Task).where(*open_ones).values(agency_id=agency.id))
    return len(patients)


def _move(session: Session, model: Any, code: str, successor: str, *which: Any, **values: Any) -> int:
    moved = session.execute(update(model).where(model.area_code == code, *which).values(area_code=successor, **values))
    return int(moved.rowcount)  # type: ignore[attr-defined]  # a statement that writes has a row count
