"""Visits of village doctors that wait for the town's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.queries import find_setting, full_names
from app.core.actor import Actor, Role
from app.core.reasons import Reason
from app.core.scope import within
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.models import FollowUpVisit
from app.visits.rules.confirmation import SETTING, Confirmation, awaits_town

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A row of the list; `returned` is the reason for which it went back and waits to be corrected."""

    visit: str
    patient: str
    name: str
    village: str
    visited_on: date
    form: int
    visit_class: int | None
    risk_level: int | None
    next_due_on: date | None
    recorder: str | None
    returned: Reason | None


def confirmation_of(session: Session, area_code: str) -> Confirmation:
    """What the county of a place wants."""
    setting = find_setting(session, area_code, SETTING)
    return Confirmation(setting.value) if setting else Confirmation.REQUIRED


def needs_confirmation(session: Session, actor: Actor, area_code: str) -> bool:
    """Whether a visit that this actor stores waits for the town; the setting is read for village doctors only."""
    if actor.role is not Role.VILLAGE_DOCTOR:
        return False
    return awaits_town(actor.role, confirmation_of(session, area_code))


def is_unconfirmed() -> ColumnElement[bool]:
    return and_(
        FollowUpVisit.needs_confirmation, FollowUpVisit.confirmed_at.is_(None), FollowUpVisit.withdrawn_at.is_(None)
    )


def list_unconfirmed(session: Session, actor: Actor, limit: int = SHOWN) -> list[Unconfirmed]:
    """The oldest first; visits that went back stand at the end."""
    recorder = aliased(User)
    rows = session.execute(
        _waiting(actor)
        .with_only_columns(
            FollowUpVisit.public_id.label("visit"),
            Patient.public_id.label("patient"),
            Person.name,
            Patient.area_code,
            FollowUpVisit.visited_on,
            FollowUpVisit.form,
            FollowUpVisit.visit_class,
            FollowUpVisit.risk_level,
            FollowUpVisit.next_due_on,
            recorder.display_name.label("recorder"),
            Task.because,
        )
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(recorder, recorder.id == FollowUpVisit.recorded_by)
        .outerjoin(Task, _goes_back())
        .order_by(Task.id.is_not(None), FollowUpVisit.visited_on, FollowUpVisit.id)
        .limit(limit)
    ).all()
    places = full_names(session, {row.area_code for row in rows})
    return [
        Unconfirmed(
            row.visit,
            row.patient,
            row.name,
            places[row.area_code],
            row.visited_on,
            row.form,
            row.visit_class,
            row.risk_level,
            row.next_due_on,
            row.recorder,
            Reason.from_json(row.because[0]) if row.because else None,
        )
        for row in rows
    ]


def count_unconfirmed(session: Session, actor: Actor) -> int:
    """How many wait for the town; those that went back wait for the village."""
    waiting = _waiting(actor).outerjoin(Task, _goes_back()).where(Task.id.is_(None))
    return session.scalar(waiting.with_only_columns(func.count())) or 0


def lock_unconfirmed(session: Session, actor: Actor, visits: Sequence[str]) -> list[FollowUpVisit]:
    """Those of the visits (public ids) that wait in the actor's area, as stored now and nobody else's until the transaction ends."""
    found = _waiting(actor).where(FollowUpVisit.public_id.in_(visits)).order_by(FollowUpVisit.id)
    locked = found.with_for_update(of=FollowUpVisit)
    return list(session.scalars(locked, execution_options={"populate_existing": True}))


def find_return(session: Session, visit: FollowUpVisit) -> Task | None:
    """The open task by which a visit went back."""
    return session.scalar(
        select(Task).where(
            Task.patient_id == visit.patient_id,
            Task.kind == TaskKind.RETURNED_VISIT,
            Task.period == f"visit:{visit.id}",
            Task.state == TaskState.OPEN,
        )
    )


def name_of_user(session: Session, user_id: int | None) -> str | None:
    return session.scalar(select(User.display_name).where(User.id == user_id)) if user_id else None


def _waiting(actor: Actor) -> Select[FollowUpVisit]:
    """By the patient's present place: a history moves along."""
    return (
        select(FollowUpVisit)
        .select_from(FollowUpVisit)
        .join(Patient, Patient.id == FollowUpVisit.patient_id)
        .where(is_unconfirmed(), within(Patient.area_code, actor), Patient.registry_status != RegistryStatus.MERGED)
    )


def _goes_back() -> ColumnElement[bool]:
    return and_(
        Task.patient_id == FollowUpVisit.patient_id,
        Task.kind == TaskKind.RETURNED_VISIT,
        Task.period == literal("visit:") + cast(FollowUpVisit.id, String),
        Task.state == TaskState.OPEN,
    )
