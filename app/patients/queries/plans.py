"""A patient's individual plans: the one that holds, and those before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.scope import within
from app.patients.models import CarePlan, CarePlanStep, Patient
from app.patients.rules import TeamPart
from app.patients.rules_support import PlanAim
from app.people.vault import Vault

WISHES, WHAT = "care_plans.wishes", "care_plan_steps.what"
VERSIONS = 20


@dataclass(frozen=True, slots=True)
class StepOnPlan:
    """`days_late` while it waits and its day has passed; else 0."""

    line: int
    aim: PlanAim
    what: str
    part: TeamPart
    by_on: date
    done_on: date | None
    done_by: str | None
    days_late: int


@dataclass(frozen=True, slots=True)
class Plan:
    """`to_on` is None for the plan that holds."""

    public_id: str
    made_on: date
    review_on: date
    to_on: date | None
    made_by: str | None
    wishes: str
    steps: Sequence[StepOnPlan]

    @property
    def done(self) -> int:
        return sum(1 for step in self.steps if step.done_on is not None)


@dataclass(frozen=True, slots=True)
class Version:
    public_id: str
    made_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the plan that holds has come, in counts and days: no words of it."""

    made_on: date
    review_on: date
    steps: int
    done: int
    late: int


def get_plan(
    session: Session, vault: Vault, actor: Actor, patient: Patient, public_id: str | None, today: date
) -> Plan | None:
    """The named plan, raising `NotFound`; without a name the one that holds, or None."""
    require(actor, Action.KEEP_PLANS)
    wanted = (
        select(CarePlan, User.display_name)
        .join(Patient, Patient.id == CarePlan.patient_id)
        .outerjoin(User, User.id == CarePlan.recorded_by)
        .where(CarePlan.patient_id == patient.id, within(Patient.area_code, actor))
    )
    wanted = wanted.where(CarePlan.public_id == public_id if public_id else CarePlan.to_on.is_(None))
    found = session.execute(wanted).one_or_none()
    if found is None:
        if public_id:
            raise NotFound
        return None
    plan, made_by = found
    return Plan(
        plan.public_id,
        plan.made_on,
        plan.review_on,
        plan.to_on,
        made_by,
        vault.open(patient.person_id, WISHES, plan.wishes_sealed) or "",
        _steps(session, vault, patient, plan, today),
    )


def list_versions(session: Session, actor: Actor, patient: Patient) -> list[Version]:
    """The newest first."""
    rows = session.execute(
        select(CarePlan.public_id, CarePlan.made_on, CarePlan.to_on)
        .join(Patient, Patient.id == CarePlan.patient_id)
        .where(CarePlan.patient_id == patient.id, within(Patient.area_code, actor))
        .order_by(CarePlan.made_on.desc(), CarePlan.id.desc())
        .limit(VERSIONS)
    )
    return [Version(*row) for row in rows]


def find_progress(session: Session, actor: Actor, patient: Patient, today: date) -> Progress | None:
    """None without a plan."""
    require(actor, Action.KEEP_TEAMS)
    waiting = CarePlanStep.done_on.is_(None)
    row = session.execute(
        select(
            CarePlan.made_on,
            CarePlan.review_on,
            func.count(),
            func.count().filter(~waiting),
            func.count().filter(waiting, CarePlanStep.by_on < today),
        )
        .join(CarePlanStep, CarePlanStep.plan_id == CarePlan.id)
        .join(Patient, Patient.id == CarePlan.patient_id)
        .where(CarePlan.patient_id == patient.id, CarePlan.to_on.is_(None), within(Patient.area_code, actor))
        .group_by(CarePlan.id, CarePlan.made_on, CarePlan.review_on)
    ).one_or_none()
    return Progress(*row) if row else None


def _steps(session: Session, vault: Vault, patient: Patient, plan: CarePlan, today: date) -> list[StepOnPlan]:
    rows = session.execute(
        select(CarePlanStep, User.display_name)
        .outerjoin(User, User.id == CarePlanStep.done_by)
        .where(CarePlanStep.plan_id == plan.id)
        .order_by(CarePlanStep.line)
    )
    return [
        StepOnPlan(
            step.line,
            PlanAim(step.aim),
            vault.open(patient.person_id, WHAT, step.what_sealed) or "",
            step.part,
            step.by_on,
            step.done_on,
            done_by,
            max(0, (today - step.by_on).days) if step.done_on is None and plan.to_on is None else 0,
        )
        for step, done_by in rows
    ]
