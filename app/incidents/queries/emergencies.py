"""Emergencies of the actor's area: the list with its clocks, one record opened, the question that a visit asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency, AreaSetting
from app.areas.queries import full_name, full_names, place_of, responsible_agency
from app.areas.rules import county_of
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.identity import Sex
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within
from app.incidents.models import Emergency, EmergencyCheck
from app.incidents.queries.finding import find_one
from app.incidents.rules.emergencies import CHECKS_SETTING, TEXTS, Clock, EmergencyReason, PersonCategory, clock_of
from app.patients.models import Patient
from app.patients.queries.merges import records_of
from app.people.models import Person
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind


@dataclass(frozen=True, slots=True)
class EmergencyRow:
    """One line of the list. `check` is the clock of the check that is owed, None without one."""

    id: int
    public_id: str
    name: str
    village: str
    category: PersonCategory
    reason: EmergencyReason
    started_at: datetime
    clock: Clock
    finished_at: datetime | None
    check: Clock | None

    @property
    def is_open(self) -> bool:
        return self.finished_at is None or self.check is not None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A record with what its reader may see; texts for roles that read free text, None otherwise."""

    emergency: Emergency
    name: str
    sex: Sex
    person: Person
    patient: Patient | None
    village: str
    agency: Agency | None
    # what `rules.TEXTS` names
    texts: dict[str, str | None]
    clock: Clock
    checks: Sequence[EmergencyCheck]
    notes: dict[int, str | None]
    staff: dict[int, str]


@dataclass(frozen=True, slots=True)
class Question:
    """A visit's trigger that nobody has answered yet: was this an emergency?"""

    task: str
    patient: str
    name: str
    village: str
    clock: Clock


def get_emergency(session: Session, actor: Actor, public_id: str) -> Emergency:
    """Elsewhere and non-existent alike raise `NotFound`."""
    require(actor, Action.KEEP_EMERGENCIES)
    return find_one(
        session, select(Emergency).where(Emergency.public_id == public_id, within(Emergency.area_code, actor))
    )


def lock_emergency(session: Session, actor: Actor, public_id: str) -> Emergency:
    """As stored now, nobody else's until the transaction ends."""
    require(actor, Action.KEEP_EMERGENCIES)
    locked = select(Emergency).where(Emergency.public_id == public_id, within(Emergency.area_code, actor))
    found = session.scalars(locked.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def find_by_key(session: Session, actor: Actor, submission_key: str) -> Emergency | None:
    mine = select(Emergency).where(
        Emergency.submission_key == submission_key, Emergency.opened_by == actor.user_id, within(Emergency.area_code, actor)
    )  # fmt: skip
    return session.scalars(mine).one_or_none()


def find_task(session: Session, actor: Actor, public_id: str) -> Task:
    """An open duty of the actor's area: a visit's question, a record, a check; raises `NotFound`."""
    require(actor, Action.KEEP_EMERGENCIES)
    return find_one(
        session,
        select(Task).where(
            Task.public_id == public_id,
            Task.kind.in_((TaskKind.EMERGENCY_RECORD, TaskKind.EMERGENCY_CHECK)),
            Task.state == TaskState.OPEN,
            within(Task.area_code, actor),
        ),
    )


def find_of_task(session: Session, actor: Actor, task: Task) -> Emergency | None:
    """The record that the duty is about; None for a visit's question."""
    kind, _, number = task.period.partition(":")
    own = select(Emergency).where(within(Emergency.area_code, actor))
    if kind != "emergency":
        return None
    return session.scalars(own.where(Emergency.id == int(number.partition(":")[0]))).one_or_none()


def find_running(session: Session, actor: Actor, patient: Patient) -> Emergency | None:
    """The patient's newest record that is not finished."""
    return session.scalars(
        select(Emergency)
        .where(Emergency.patient_id == patient.id, Emergency.finished_at.is_(None), within(Emergency.area_code, actor))
        .order_by(Emergency.id.desc())
        .limit(1)
    ).one_or_none()


def list_of_patient(session: Session, actor: Actor, patient: Patient) -> list[Emergency]:
    """The patient's records, the newest first."""
    require(actor, Action.KEEP_EMERGENCIES)
    records = Emergency.patient_id.in_(records_of(session, patient.id))  # a finished one stays where it was written
    own = select(Emergency).where(records, within(Emergency.area_code, actor))
    return list(session.scalars(own.order_by(Emergency.started_at.desc(), Emergency.id.desc())))


def list_checks(session: Session, emergency: Emergency) -> list[EmergencyCheck]:
    own = select(EmergencyCheck).where(EmergencyCheck.emergency_id == emergency.id)
    return list(session.scalars(own.order_by(EmergencyCheck.number)))


def list_questions(session: Session, actor: Actor, now: datetime) -> list[Question]:
    """Triggers without an answer, the longest waiting first."""
    require(actor, Action.KEEP_EMERGENCIES)
    rows = session.execute(
        select(Task, Patient.public_id, Person.name)
        .join(Patient, Patient.id == Task.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            Task.kind == TaskKind.EMERGENCY_RECORD,
            Task.state == TaskState.OPEN,
            Task.period.startswith("visit:"),
            within(Task.area_code, actor),
        )
        .order_by(Task.due_on, Task.id)
        .limit(PAGE_SIZE)
    ).all()
    villages = full_names(session, {task.area_code for task, *_ in rows})
    return [
        Question(task.public_id, patient, name, villages[task.area_code], clock_of(task.due_at or now, None, now))
        for task, patient, name in rows
    ]


def list_emergencies(
    session: Session, actor: Actor, now: datetime, cursor: str | None, size: int = PAGE_SIZE
) -> Page[EmergencyRow]:
    """Those that still ask for something first, then the newest; three queries whatever the page's size."""
    require(actor, Action.KEEP_EMERGENCIES)
    rank = case((Emergency.finished_at.is_(None) | EmergencyCheck.due_at.is_not(None), 0), else_=1)
    rows = (
        select(Emergency, Person.name, EmergencyCheck.due_at, rank.label("rank"))
        .join(Person, Person.id == Emergency.person_id)
        .outerjoin(
            EmergencyCheck,
            and_(EmergencyCheck.emergency_id == Emergency.id, EmergencyCheck.checked_at.is_(None)),
        )
        .where(within(Emergency.area_code, actor))
        .order_by(rank, Emergency.id.desc())
        .limit(size + 1)
    )
    after = decode_cursor(cursor, 2)
    if after and all(type(part) is int for part in after):
        rows = rows.where((rank > after[0]) | (rank == after[0]) & (Emergency.id < after[1]))
    found = session.execute(rows).all()
    villages = full_names(session, {row[0].area_code for row in found})
    lines = [_row(row[0], row[1], row[2], villages[row[0].area_code], now) for row in found]
    return page_of(lines, size, lambda row: (0 if row.is_open else 1, row.id))


def open_sheet(session: Session, actor: Actor, vault: Vault, emergency: Emergency, now: datetime) -> Sheet:
    """Everything about one record that the role may read."""
    require(actor, Action.KEEP_EMERGENCIES)
    reads_text = sees(actor, Field.FREE_TEXT) is Grant.FULL
    person = session.get_one(Person, emergency.person_id)
    checks = list_checks(session, emergency)

    def text(place: str, sealed: bytes | None) -> str | None:
        return vault.open(emergency.person_id, place, sealed) if reads_text else None

    ids = {emergency.opened_by, emergency.finished_by, *(check.checked_by for check in checks)}
    staff = session.execute(select(User.id, User.display_name).where(User.id.in_([one for one in ids if one])))
    patient = session.get(Patient, emergency.patient_id) if emergency.patient_id else None
    return Sheet(
        emergency=emergency,
        name=person.name,
        sex=Sex(person.sex),
        person=person,
        patient=patient,
        village=full_name(session, emergency.area_code),
        agency=responsible_agency(session, emergency.area_code),
        texts={name: text(f"emergencies.{name}", getattr(emergency, f"{name}_sealed")) for name in TEXTS},
        clock=clock_of(emergency.record_due_at, emergency.finished_at, now),
        checks=checks,
        notes={check.id: text("emergency_checks.notes", check.notes_sealed) for check in checks},
        staff={row.id: row.display_name for row in staff},
    )


def checks_are_on(session: Session, actor: Actor) -> bool:
    """The county's decision; without one the checks are made."""
    setting = session.get(AreaSetting, (county_of(place_of(actor)), CHECKS_SETTING))
    return setting is None or setting.value == "on"


def _row(emergency: Emergency, name: str, check_due: datetime | None, village: str, now: datetime) -> EmergencyRow:
    return EmergencyRow(
        emergency.id,
        emergency.public_id,
        name,
        village,
        emergency.category,
        emergency.reason,
        emergency.started_at,
        clock_of(emergency.record_due_at, emergency.finished_at, now),
        emergency.finished_at,
        clock_of(check_due, None, now) if check_due else None,
    )
