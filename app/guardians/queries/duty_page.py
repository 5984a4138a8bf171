"""One family's checks with their signatures, and the guardians on whom a town is to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.queries import full_names
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.quarter import Quarter
from app.core.reasons import Reason
from app.core.scope import within
from app.guardians.models import Agreement, DutyCheck, DutySignature, GuardianAssessment, Guardianship
from app.guardians.rules import Rank
from app.guardians.rules.duty import REPLACED_FOR, AssessmentMark, CheckWay, Duty, DutyMark, Signer
from app.patients.models import Patient
from app.patients.queries.merges import records_of
from app.people.models import Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

MOST_REPLACEMENTS = 100


@dataclass(frozen=True, slots=True)
class Signed:
    signer: Signer
    name: str
    signed_on: date
    is_own: bool
    hand: str


@dataclass(frozen=True, slots=True)
class CheckOnRecord:
    """One check as it was recorded; at most one of a family and quarter stands."""

    public_id: str
    way: CheckWay
    checked_on: date
    mark: DutyMark
    failed: Duty
    remarked: Duty
    by: str
    recorded_at: datetime
    stands: bool
    is_withdrawn: bool
    signatures: Sequence[Signed]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A guardian who failed twice in a year, or whose replacement was decided with an incident (`is_decided`) and waits to be done."""

    task: str
    patient: str
    village: str
    guardian: str | None
    due_on: date
    because: Sequence[Reason]
    is_decided: bool = False


@dataclass(frozen=True, slots=True)
class Year:
    """A confirmed assessment."""

    year: int
    mark: AssessmentMark
    because: Sequence[Reason]
    confirmed_at: datetime
    by: str


def history_of(session: Session, actor: Actor, agreement: Agreement, quarter: Quarter) -> list[CheckOnRecord]:
    """The newest first."""
    rows = session.execute(
        select(DutyCheck, User.display_name)
        .join(Patient, Patient.id == DutyCheck.patient_id)
        .outerjoin(User, User.id == DutyCheck.recorded_by)
        .where(
            DutyCheck.agreement_id == agreement.id,
            DutyCheck.quarter == str(quarter),
            within(Patient.area_code, actor),
        )
        .order_by(DutyCheck.id.desc())
    ).all()
    signed: dict[int, list[Signed]] = {}
    signatures = select(DutySignature).where(DutySignature.duty_check_id.in_([check.id for check, _ in rows]))
    for one in session.scalars(signatures.order_by(DutySignature.id)):
        signed.setdefault(one.duty_check_id, []).append(
            Signed(one.signer, one.name, one.signed_on, one.is_own, one.hand)
        )
    return [
        CheckOnRecord(
            check.public_id,
            check.way,
            check.checked_on,
            check.result,
            Duty(check.failed_duties),
            Duty(check.remarked_duties),
            by or "",
            check.recorded_at,
            check.withdrawn_at is None and check.replaced_at is None,
            check.withdrawn_at is not None,
            signed.get(check.id, []),
        )
        for check, by in rows
    ]


def get_check_place(session: Session, actor: Actor, public_id: str) -> tuple[str, str]:
    """The agreement (public id) and the quarter of a check; raises `NotFound`."""
    row = session.execute(
        select(Agreement.public_id, DutyCheck.quarter)
        .join(DutyCheck, DutyCheck.agreement_id == Agreement.id)
        .join(Patient, Patient.id == DutyCheck.patient_id)
        .where(DutyCheck.public_id == public_id, within(Patient.area_code, actor))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def list_replacements(session: Session, actor: Actor) -> list[Replacement]:
    """What waits for a decision, the soonest first."""
    names_guardian = sees(actor, Field.GUARDIAN_NAME) in (Grant.FULL, Grant.TASK)
    rows = session.execute(
        select(Task, Patient.public_id, Patient.area_code, Person.name)
        .join(Patient, Patient.id == Task.patient_id)
        .outerjoin(
            Guardianship,
            (Guardianship.patient_id == Patient.id)
            & (Guardianship.rank == Rank.FIRST)
            & Guardianship.to_on.is_(None)
            & Guardianship.withdrawn_at.is_(None),
        )
        .outerjoin(Person, Person.id == Guardianship.person_id)
        .where(Task.kind == TaskKind.REPLACE_GUARDIAN, Task.state == TaskState.OPEN, within(Task.area_code, actor))
        .order_by(Task.due_on, Task.id)
        .limit(MOST_REPLACEMENTS)
    ).all()
    villages = full_names(session, {row.area_code for row in rows})
    return [
        Replacement(
            task.public_id,
            patient,
            villages[area_code],
            name if names_guardian else None,
            task.due_on,
            [Reason.from_json(one) for one in task.because],
            task.period.startswith(REPLACED_FOR),
        )
        for task, patient, area_code, name in rows
    ]


def list_years(session: Session, actor: Actor, patient: Patient) -> list[Year]:
    """Confirmed assessments of a patient's guardians, the newest first: shown where the agreement is renewed."""
    if sees(actor, Field.GUARDIAN_NAME) is Grant.NONE:
        return []
    rows = session.execute(
        select(GuardianAssessment, User.display_name)
        .join(Patient, Patient.id == GuardianAssessment.patient_id)
        .outerjoin(User, User.id == GuardianAssessment.confirmed_by)
        .where(GuardianAssessment.patient_id.in_(records_of(session, patient.id)), within(Patient.area_code, actor))
        .order_by(GuardianAssessment.year.desc(), GuardianAssessment.id.desc())
    )
    return [
        Year(one.year, one.result, [Reason.from_json(why) for why in one.because], one.confirmed_at, by or "")
        for one, by in rows
    ]


def signed_on_sheets(session: Session, actor: Actor, checks: Sequence[str]) -> dict[str, dict[Signer, str]]:
    """check (public id) → whose names stand under it, by side."""
    rows = session.execute(
        select(DutyCheck.public_id, DutySignature.signer, DutySignature.name)
        .join(DutyCheck, DutyCheck.id == DutySignature.duty_check_id)
        .join(Patient, Patient.id == DutyCheck.patient_id)
        .where(DutyCheck.public_id.in_(checks), within(Patient.area_code, actor))
    )
    found: dict[str, dict[Signer, str]] = {}
    for public_id, signer, name in rows:
        found.setdefault(public_id, {})[signer] = name
    return found
