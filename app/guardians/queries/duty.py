"""Rows that the duty check's use cases work on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.batches import slices
from app.core.errors import Conflict, NotFound
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.core.scope import within
from app.guardians.models import Agreement, DutyCheck, Guardianship
from app.guardians.rules.duty import DutyMark
from app.patients.models import Patient
from app.people.models import Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

STANDS = DutyCheck.withdrawn_at.is_(None) & DutyCheck.replaced_at.is_(None)


@dataclass(frozen=True, slots=True)
class Guard:
    """Somebody who guards a patient at present, in either rank."""

    person_id: int
    name: str


def of_quarter(quarter: Quarter) -> list[ColumnElement[bool]]:
    """Agreements that held on some day of the quarter."""
    return [
        Agreement.withdrawn_at.is_(None),
        Agreement.from_on <= quarter.last_day,
        func.coalesce(Agreement.ended_on, Agreement.to_on) >= quarter.first_day,
    ]


def alive_in(quarter: Quarter) -> ColumnElement[bool]:
    """The patient (joined as `Person`) had not died before the quarter."""
    return or_(Person.died_on.is_(None), Person.died_on >= quarter.first_day)


def get_duty_agreement(
    session: Session, actor: Actor, agreement_id: str, quarter: Quarter
) -> tuple[Agreement, Patient]:
    """The agreement, if it lies in the actor's area and held in the quarter; raises `NotFound`."""
    found = list_duty_agreements(session, actor, quarter, [agreement_id])
    if agreement_id not in found:
        raise NotFound
    return found[agreement_id]


def list_duty_agreements(
    session: Session, actor: Actor, quarter: Quarter, agreement_ids: Sequence[str]
) -> dict[str, tuple[Agreement, Patient]]:
    """By the agreements' public ids; those that are foreign or did not hold in the quarter are left out."""
    found: dict[str, tuple[Agreement, Patient]] = {}
    for part in slices(agreement_ids):
        rows = session.execute(
            select(Agreement, Patient)
            .join(Patient, Patient.id == Agreement.patient_id)
            .join(Person, Person.id == Patient.person_id)
            .where(
                Agreement.public_id.in_(part),
                within(Patient.area_code, actor),
                *of_quarter(quarter),
                alive_in(quarter),
            )
        )
        found.update({agreement.public_id: (agreement, patient) for agreement, patient in rows})
    return found


def guards_of(session: Session, patient_ids: Iterable[int]) -> dict[int, list[Guard]]:
    """patient → who guards them at present, for every patient asked for."""
    wanted = set(patient_ids)
    found: dict[int, list[Guard]] = {patient_id: [] for patient_id in wanted}
    for part in slices(wanted):
        rows = session.execute(
            select(Guardianship.patient_id, Person.id, Person.name)
            .join(Person, Person.id == Guardianship.person_id)
            .where(
                Guardianship.patient_id.in_(part),
                Guardianship.to_on.is_(None),
                Guardianship.withdrawn_at.is_(None),
            )
        )
        for patient_id, person_id, name in rows:
            found[patient_id].append(Guard(person_id, name))
    return found


def find_check(session: Session, agreement: Agreement, quarter: Quarter, *, lock: bool = False) -> DutyCheck | None:
    """The check that stands."""
    wanted = select(DutyCheck).where(DutyCheck.agreement_id == agreement.id, DutyCheck.quarter == str(quarter), STANDS)
    return session.scalar(wanted.with_for_update() if lock else wanted)


def find_check_by_key(session: Session, agreement: Agreement, key: str) -> DutyCheck | None:
    """What the same form stored when it came first."""
    return session.scalar(
        select(DutyCheck).where(DutyCheck.submission_key == key, DutyCheck.agreement_id == agreement.id)
    )


def lock_check(session: Session, actor: Actor, public_id: str) -> DutyCheck:
    """A standing check within the actor's area; `NotFound`, or `Conflict` where another has taken its place."""
    check = session.scalar(
        select(DutyCheck)
        .join(Patient, Patient.id == DutyCheck.patient_id)
        .where(DutyCheck.public_id == public_id, within(Patient.area_code, actor))
        .with_for_update(of=DutyCheck)
    )
    if check is None:
        raise NotFound
    if check.withdrawn_at or check.replaced_at:
        raise Conflict(reason("guardians.duty.not_standing"))
    return check


def count_failures(session: Session, guardianship_id: int, year: int) -> int:
    """Quarters of the year whose standing check this guardian failed."""
    failed = (
        select(func.count(func.distinct(DutyCheck.quarter)))
        .join(Agreement, Agreement.id == DutyCheck.agreement_id)
        .where(
            Agreement.guardianship_id == guardianship_id,
            DutyCheck.quarter.between(f"{year}Q1", f"{year}Q4"),
            DutyCheck.result == DutyMark.FAILED,
            STANDS,
        )
    )
    return session.scalar(failed) or 0


def get_replacement(session: Session, actor: Actor, task_id: str) -> tuple[Task, Patient]:
    """The open question whether a guardian is to be replaced; raises `NotFound`."""
    found = session.execute(
        select(Task, Patient)
        .join(Patient, Patient.id == Task.patient_id)
        .where(
            Task.public_id == task_id,
            Task.kind == TaskKind.REPLACE_GUARDIAN,
            Task.state == TaskState.OPEN,
            within(Task.area_code, actor),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]
