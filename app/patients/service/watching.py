"""The duty that a state brings along: opened with the state, ended with it, made good each night where it is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

import app.patients.texts_watch  # noqa: F401  # registers the sentences
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.dates import add_months
from app.core.identity import IdKind
from app.core.reasons import Reason, reason
from app.core.workdays import Deadline, WorkdayCalendar
from app.patients.models import Patient, PatientSpan
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus, SpanKind
from app.patients.rules_watch import (
    FULL_AGE,
    OF_AGE_LOOKS_BACK_MONTHS,
    RHYTHMS,
    STATE_KINDS,
    Watch,
    eighteenth_birthday,
    first_due,
    watch_of,
)
from app.people.models import Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import Counts, cancel_kind, close_task, open_many, open_task, sweep_alone

_UNKNOWN = "unknown:"
_CALENDAR_SPAN = timedelta(days=60)  # ten working days, whatever festival lies between
_WHAT = {
    Watch.INPATIENT: SpanKind.CARE,
    Watch.CUSTODY: SpanKind.CARE,
    Watch.AWAY: SpanKind.CARE,
    Watch.LOST: SpanKind.MANAGEMENT,
    Watch.REFUSED: SpanKind.MANAGEMENT,
    Watch.CONSENT: SpanKind.MANAGEMENT,
}
_IN_REGISTER = (RegistryStatus.SUSPECTED, RegistryStatus.UNDER_REVIEW, RegistryStatus.REGISTERED)


# -- one patient -------------------------------------------------------------------------------------------------------


def watch_over(patient: Patient) -> Watch | None:
    return watch_of(patient.registry_status, patient.management_status, patient.care_setting)


def change_watch(
    session: Session, actor: Actor, patient: Patient, before: Watch | None, on: date, outcome: Reason, now: datetime
) -> None:
    """After a change of state: what was asked before needs no answer any more, what is to be asked now begins on that day."""
    after = watch_over(patient)
    if after is before:
        return
    if before is not None:
        cancel_kind(session, actor, patient, RHYTHMS[before].kind, outcome, now)
    if after is not None:
        begin_watch(session, patient, after, on, now)


def begin_watch(session: Session, patient: Patient, watch: Watch, since: date, now: datetime) -> None:
    """Open the first question of a state, unless one of its kind waits already."""
    ask(session, patient, watch, first_due(watch, since, _calendar(session, since)), since, now)


def ask(
    session: Session,
    patient: Patient,
    watch: Watch,
    due: Deadline,
    since: date,
    now: datetime,
    why: Reason | None = None,
) -> Task | None:
    """The next question of a watch, because of the state or of `why`; None while one waits already."""
    kind = RHYTHMS[watch].kind
    states = session.scalars(select(Task.state).where(Task.patient_id == patient.id, Task.kind == kind)).all()
    if TaskState.OPEN in states:
        return None
    because = [*due.reasons, why] if why else _because(watch, due, since)
    return open_task(session, patient, kind, _period(watch, len(states)), due.ends_on, because, now)


def begun_on(session: Session, patient: Patient, watch: Watch) -> date | None:
    """The first day of the state that is asked about; None where no state of the register is."""
    if (
        watch not in _WHAT
        or watch_of(patient.registry_status, patient.management_status, patient.care_setting) is not watch
    ):
        return None
    return session.scalar(
        select(PatientSpan.from_on).where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == _WHAT[watch],
            PatientSpan.to_on.is_(None),
            PatientSpan.withdrawn_at.is_(None),
        )
    )


def _because(watch: Watch, due: Deadline, since: date) -> list[Reason]:
    """How the day was counted, and last, as lists show it, what is asked and why."""
    return [*due.reasons, reason(f"patients.watch.{watch.value}", on=since)]


def _period(watch: Watch, asked: int) -> str:
    """By how often the kind was asked before, so that the same day can come again."""
    return f"{watch.value}:{asked + 1}"


def _calendar(session: Session, since: date) -> WorkdayCalendar:
    return load_workdays(session, since, since + _CALENDAR_SPAN)


def ask_if_lost(
    session: Session, actor: Actor, patient: Patient, was_unknown: bool, on: date, outcome: Reason, now: datetime
) -> None:
    """Nobody knows where the patient is: the lead is asked the same day whether they are lost (domain 2.6); not any more once known."""
    is_unknown = patient.care_setting is CareSetting.UNKNOWN and patient.management_status is not ManagementStatus.LOST
    if is_unknown == was_unknown:
        return
    asked = select(Task.id).where(Task.patient_id == patient.id, Task.kind == TaskKind.CONFIRM_LOST)
    waiting = session.scalars(select(Task).where(Task.id.in_(asked), Task.state == TaskState.OPEN)).all()
    if is_unknown and not waiting:
        times = len(session.scalars(asked).all())
        why = [reason("patients.watch.unknown", on=on)]
        open_task(session, patient, TaskKind.CONFIRM_LOST, f"{_UNKNOWN}{times + 1}", on, why, now)
    for task in waiting:
        if not is_unknown and task.period.startswith(_UNKNOWN):
            close_task(session, actor, task, outcome, now)


def close_watch(
    session: Session, actor: Actor, patient: Patient, kind: TaskKind, outcome: Reason, now: datetime
) -> int:
    """What was asked has been settled elsewhere: a paper was signed, a number entered."""
    waiting = session.scalars(
        select(Task).where(Task.patient_id == patient.id, Task.kind == kind, Task.state == TaskState.OPEN)
    ).all()
    for task in waiting:
        close_task(session, actor, task, outcome, now)
    return len(waiting)


# -- every night -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Subject:
    id: int
    area_code: str
    agency_id: int | None


Due = tuple[_Subject, TaskKind, str, date, list[Reason]]


def open_watches(session: Session, actor: Actor, today: date, now: datetime) -> Counts:
    """Questions that are missing: states that came with a roster, people without papers, birthdays. A second run makes none."""
    sweep_alone(session)
    due = [*_of_states(session, today), *_of_unidentified(session, today), *_of_age(session, today)]
    return Counts(open_many(session, actor, due, "patients.watches_opened", now), 0)


def _of_states(session: Session, today: date) -> list[Due]:
    """One query for all states; what should have been asked long ago is due today."""
    since = (
        select(func.max(PatientSpan.from_on))
        .where(
            PatientSpan.patient_id == Patient.id,
            PatientSpan.what.in_((SpanKind.REGISTRY, SpanKind.MANAGEMENT, SpanKind.CARE)),
            PatientSpan.to_on.is_(None),
            PatientSpan.withdrawn_at.is_(None),
        )
        .correlate(Patient)
        .scalar_subquery()
    )
    states = (Patient.registry_status, Patient.management_status, Patient.care_setting)
    rows = session.execute(
        select(Patient.id, Patient.area_code, Patient.agency_id, *states, since.label("since"))
        .where(_is_watched(), ~_has_open(STATE_KINDS))
        .order_by(Patient.id)
    ).all()
    found: list[tuple[_Subject, Watch, date]] = []
    for row in rows:
        watch = watch_of(row.registry_status, row.management_status, row.care_setting)
        if watch is not None:
            found.append((_Subject(row.id, row.area_code, row.agency_id), watch, row.since or today))
    return _rows(session, found, today)


def _is_watched() -> ColumnElement[bool]:
    """In SQL what `watch_of` answers with a watch; a few more do no harm."""
    in_doubt = Patient.registry_status.in_((RegistryStatus.SUSPECTED, RegistryStatus.UNDER_REVIEW))
    elsewhere = Patient.care_setting.in_((CareSetting.INPATIENT, CareSetting.CUSTODY, CareSetting.AWAY_KNOWN))
    not_managed = Patient.management_status != ManagementStatus.MANAGED
    return or_(in_doubt, and_(Patient.registry_status == RegistryStatus.REGISTERED, or_(elsewhere, not_managed)))


def _has_open(kinds: frozenset[TaskKind]) -> ColumnElement[bool]:
    return (
        select(Task.id)
        .where(Task.patient_id == Patient.id, Task.kind.in_(sorted(kinds)), Task.state == TaskState.OPEN)
        .exists()
    )


def _of_unidentified(session: Session, today: date) -> list[Due]:
    """Nobody knows their number (domain 8.2): every 90 days."""
    rows = session.execute(
        select(Patient.id, Patient.area_code, Patient.agency_id, Patient.registered_on)
        .join(Person, Person.id == Patient.person_id)
        .where(
            Person.id_kind == IdKind.NONE.value,
            Patient.registry_status.in_(_IN_REGISTER),
            ~_has_open(frozenset({TaskKind.IDENTIFY})),
        )
        .order_by(Patient.id)
    ).all()
    found = [
        (_Subject(row.id, row.area_code, row.agency_id), Watch.UNIDENTIFIED, row.registered_on or today) for row in rows
    ]
    return _rows(session, found, today)


def _of_age(session: Session, today: date) -> list[Due]:
    """Who turned 18 in the register and has not been asked: consent and guardianship need a new basis (case 14)."""
    latest = _latest_birth_of_age(today)
    asked = select(Task.id).where(
        Task.patient_id == Patient.id, Task.kind == TaskKind.COMES_OF_AGE, Task.state != TaskState.CANCELLED
    )
    rows = session.execute(
        select(Patient.id, Patient.area_code, Patient.agency_id, Patient.registered_on, Person.born_on)
        .join(Person, Person.id == Patient.person_id)
        .where(
            Person.born_on.between(add_months(latest, -OF_AGE_LOOKS_BACK_MONTHS), latest),
            Patient.registry_status == RegistryStatus.REGISTERED,
            ~asked.exists(),
        )
        .order_by(Patient.id)
    ).all()
    found = []
    for row in rows:
        birthday = eighteenth_birthday(row.born_on)
        if birthday <= today and (row.registered_on is None or row.registered_on < birthday):
            found.append((_Subject(row.id, row.area_code, row.agency_id), Watch.OF_AGE, birthday))
    return _rows(session, found, today)


def _latest_birth_of_age(today: date) -> date:
    """Nobody born later is of age today."""
    return add_months(today, -12 * FULL_AGE)


def _rows(session: Session, found: list[tuple[_Subject, Watch, date]], today: date) -> list[Due]:
    if not found:
        return []
    asked = _asked_before(session, {RHYTHMS[watch].kind for _subject, watch, _since in found})
    calendar = load_workdays(session, min(today, *(since for *_rest, since in found)), today + _CALENDAR_SPAN)
    rows = []
    for subject, watch, since in found:
        kind = RHYTHMS[watch].kind
        period = _period(watch, asked.get((subject.id, kind), 0))
        due = first_due(watch, since, calendar)
        rows.append((subject, kind, period, max(due.ends_on, today), _because(watch, due, since)))
    return rows


def _asked_before(session: Session, kinds: set[TaskKind]) -> dict[tuple[int, Any], int]:
    rows = session.execute(
        select(Task.patient_id, Task.kind, func.count())
        .where(Task.kind.in_(sorted(kinds)))
        .group_by(Task.patient_id, Task.kind)
    )
    return {(patient_id, kind): count for patient_id, kind, count in rows}
