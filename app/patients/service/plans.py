"""The individual plan (一人一策): made for a patient, ticked off step by step, replaced by its next version, which keeps the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

import app.patients.texts_support  # noqa: F401  # registers the sentences
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import Label, Reason, reason
from app.patients.commands_support import MakePlan, PlannedStep
from app.patients.labels import TEAM_PARTS
from app.patients.labels_support import PLAN_AIMS
from app.patients.models import CarePlan, CarePlanStep, Patient
from app.patients.queries.plans import WHAT, WISHES
from app.patients.rules import RegistryStatus, TeamPart
from app.patients.rules_support import PlanAim, latest_review
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import Counts, close_task, open_many, open_task, sweep_alone


def make_plan(
    session: Session, vault: Vault, actor: Actor, patient: Patient, command: MakePlan, today: date, now: datetime
) -> CarePlan:
    """Store a plan; the one before it ends that day and stays readable. One that arrives twice is the one that stands.

    `patient` is locked. Raises `Conflict` for somebody who is not registered, `Invalid` by field.
    """
    require(actor, Action.KEEP_PLANS)
    sent = select(CarePlan).where(CarePlan.submission_key == command.submission_key, CarePlan.patient_id == patient.id)
    known = session.scalars(sent).one_or_none()
    if known is not None:
        return known
    if patient.registry_status is not RegistryStatus.REGISTERED:
        raise Conflict(reason("patients.plan.not_registered"))
    present = _present(session, patient)
    _check(command, present, today)
    if present is not None:
        present.to_on = command.made_on
        _close(session, actor, patient, reason("patients.plan.reviewed", on=command.made_on), now)
        session.flush()
    plan = CarePlan(
        submission_key=command.submission_key,
        patient_id=patient.id,
        made_on=command.made_on,
        review_on=command.review_on,
        wishes_sealed=vault.seal(patient.person_id, WISHES, command.wishes),
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(plan)
    session.flush()
    session.add_all(_steps(vault, patient, plan, command.steps))
    because = reason("patients.plan.review", made_on=plan.made_on, on=plan.review_on)
    open_task(session, patient, TaskKind.PLAN_REVIEW, f"plan:{plan.id}", plan.review_on, [because], now)
    _note(session, actor, "patients.plan_made", patient, now, {"steps": len(command.steps)})
    return plan


def tick_step(
    session: Session, actor: Actor, patient: Patient, plan_id: str, line: int, today: date, now: datetime
) -> None:
    """A step is done today; whoever ticks it answers for it. The duty that it was late for ends."""
    plan, step = _open_step(session, actor, patient, plan_id, line)
    if step.done_on is not None:
        return
    step.done_on, step.done_at, step.done_by = today, now, actor.user_id
    late = _late_task(session, patient, plan, step, TaskState.OPEN)
    if late is not None:
        close_task(session, actor, late, reason("patients.plan.step_done", on=today), now)
    _note(session, actor, "patients.plan_step_ticked", patient, now, {"line": line})


def untick_step(session: Session, actor: Actor, patient: Patient, plan_id: str, line: int, now: datetime) -> None:
    """It was not done after all: the step waits again, and so does the duty that it was late for."""
    plan, step = _open_step(session, actor, patient, plan_id, line)
    if step.done_on is None:
        return
    step.done_on = step.done_at = step.done_by = None
    late = _late_task(session, patient, plan, step, TaskState.DONE)
    if late is not None:
        late.state, late.closed_at, late.closed_by, late.outcome = TaskState.OPEN, None, None, None
        late.area_code, late.agency_id = patient.area_code, patient.agency_id  # only open duties move with a patient
    _note(session, actor, "patients.plan_step_unticked", patient, now, {"line": line})


def open_late_steps(session: Session, actor: Actor, today: date, now: datetime) -> Counts:
    """A duty for each step whose day has passed without a tick; a second sweep makes none."""
    sweep_alone(session)
    standing = select(literal(1)).where(
        Task.kind == TaskKind.PLAN_REVIEW,
        Task.patient_id == Patient.id,
        Task.period == literal("plan:") + cast(CarePlan.id, String) + literal(":") + cast(CarePlanStep.line, String),
        Task.state != TaskState.CANCELLED,
    )
    late = session.execute(
        select(Patient, CarePlan.id, CarePlanStep.line, CarePlanStep.aim, CarePlanStep.part, CarePlanStep.by_on)
        .select_from(CarePlanStep)
        .join(CarePlan, CarePlan.id == CarePlanStep.plan_id)
        .join(Patient, Patient.id == CarePlan.patient_id)
        .where(
            CarePlan.to_on.is_(None),
            CarePlanStep.done_on.is_(None),
            CarePlanStep.by_on < today,
            Patient.registry_status == RegistryStatus.REGISTERED,
            ~standing.exists(),
        )
        .order_by(CarePlanStep.id)
    ).all()
    due = [
        (patient, TaskKind.PLAN_REVIEW, f"plan:{plan_id}:{line}", by_on, [_late_because(aim, part, by_on)])
        for patient, plan_id, line, aim, part, by_on in late
    ]
    return Counts(open_many(session, actor, due, "patients.plan_duties_opened", now), 0)


def _late_because(aim: str, part: TeamPart, by_on: date) -> Reason:
    """The aim and who does it; what the step says stays sealed."""
    return reason("patients.plan.step", aim=Label(PLAN_AIMS[PlanAim(aim)]), who=Label(TEAM_PARTS[part]), on=by_on)


def _steps(vault: Vault, patient: Patient, plan: CarePlan, steps: Sequence[PlannedStep]) -> Iterator[CarePlanStep]:
    for line, step in enumerate(steps, start=1):
        yield CarePlanStep(
            plan_id=plan.id,
            line=line,
            aim=step.aim.value,
            what_sealed=vault.seal(patient.person_id, WHAT, step.what),
            part=step.part,
            by_on=step.by_on,
        )


def _present(session: Session, patient: Patient) -> CarePlan | None:
    return session.scalars(
        select(CarePlan).where(CarePlan.patient_id == patient.id, CarePlan.to_on.is_(None))
    ).one_or_none()


def _check(command: MakePlan, present: CarePlan | None, today: date) -> None:
    errors: dict[str, list[Reason]] = {}
    if command.made_on > today:
        errors["made_on"] = [Reason("patients.plan.future")]
    elif present is not None and command.made_on < present.made_on:
        errors["made_on"] = [reason("patients.plan.before_last", on=present.made_on)]
    if not command.made_on < command.review_on <= latest_review(command.made_on):
        errors["review_on"] = [Reason("patients.plan.review_on")]
    if not command.steps:
        errors["what_0"] = [Reason("patients.plan.steps")]
    if any(step.by_on < command.made_on for step in command.steps):
        errors["steps"] = [Reason("patients.plan.step_before")]
    if errors:
        raise Invalid(errors)


def _open_step(
    session: Session, actor: Actor, patient: Patient, plan_id: str, line: int
) -> tuple[CarePlan, CarePlanStep]:
    """A step of the plan that holds; `NotFound` for a strange one, `Conflict` for a plan that has been replaced."""
    require(actor, Action.KEEP_PLANS)
    found = session.execute(
        select(CarePlan, CarePlanStep)
        .join(CarePlanStep, CarePlanStep.plan_id == CarePlan.id)
        .where(CarePlan.public_id == plan_id, CarePlan.patient_id == patient.id, CarePlanStep.line == line)
    ).one_or_none()
    if found is None:
        raise NotFound
    plan, step = found
    if plan.to_on is not None:
        raise Conflict(reason("patients.plan.replaced"))
    return plan, step


def _late_task(session: Session, patient: Patient, plan: CarePlan, step: CarePlanStep, state: TaskState) -> Task | None:
    return session.scalars(
        select(Task).where(
            Task.patient_id == patient.id,
            Task.kind == TaskKind.PLAN_REVIEW,
            Task.period == f"plan:{plan.id}:{step.line}",
            Task.state == state,
        )
    ).one_or_none()


def _close(session: Session, actor: Actor, patient: Patient, outcome: Reason, now: datetime) -> None:
    """The review is done, and what was late in the old plan stands in the new one or not at all."""
    waiting = select(Task).where(
        Task.patient_id == patient.id, Task.kind == TaskKind.PLAN_REVIEW, Task.state == TaskState.OPEN
    )
    for task in session.scalars(waiting).all():
        close_task(session, actor, task, outcome, now)


def _note(session: Session, actor: Actor, action: str, patient: Patient, now: datetime, detail: dict[str, int]) -> None:
    subject = ("patient", patient.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=patient.area_code, detail=detail)
