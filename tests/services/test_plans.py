"""The individual plan: versions follow each other, steps are ticked by somebody, what is late raises a duty once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.actor import Actor
from app.core.db import new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.reasons import Reason, say
from app.patients.commands_support import MakePlan, PlannedStep
from app.patients.models import CarePlanStep, Patient
from app.patients.queries.plans import find_progress, get_plan, list_versions
from app.patients.rules import TeamPart
from app.patients.rules_support import PlanAim
from app.patients.service import record_death
from app.patients.service.plans import make_plan, open_late_steps, tick_step, untick_step
from app.people.models import DatePrecision
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from tests.rig.county import County
from tests.rig.register import NOW, TODAY, registered, vault

WALK = PlannedStep(PlanAim.COMPANY, "每周一起去赶集", TeamPart.GUARDIAN, date(2026, 12, 5))
CALL = PlannedStep(PlanAim.SAFETY, "把村干部电话贴在墙上", TeamPart.GRID_WORKER, date(2026, 11, 28))


def order(*steps: PlannedStep, made_on: date = TODAY, review_on: date = date(2027, 2, 20)) -> MakePlan:
    return MakePlan(new_public_id(), made_on, review_on, steps or (WALK, CALL), "想回厂里上班")


def make(session: Session, county: County, patient: Patient, command: MakePlan, today: date = TODAY) -> str:
    made = make_plan(session, vault(session), county.actor("doctor"), patient, command, today, NOW)
    session.flush()
    return made.public_id


def duties(session: Session, patient: Patient, state: TaskState = TaskState.OPEN) -> list[Task]:
    found = select(Task).where(Task.patient_id == patient.id, Task.kind == TaskKind.PLAN_REVIEW, Task.state == state)
    return list(session.scalars(found.order_by(Task.due_on, Task.id)))


def test_a_plan_keeps_its_words_sealed_and_asks_for_its_review(session: Session, county: County) -> None:
    patient, doctor = registered(session, county.actor("doctor")), county.actor("doctor")
    make(session, county, patient, order())
    plan = get_plan(session, vault(session), doctor, patient, None, TODAY)
    assert plan is not None and plan.wishes == "想回厂里上班"
    assert [(step.line, step.what, step.part, step.days_late) for step in plan.steps] == [
        (1, "每周一起去赶集", TeamPart.GUARDIAN, 0),
        (2, "把村干部电话贴在墙上", TeamPart.GRID_WORKER, 0),
    ]
    stored = session.scalars(select(CarePlanStep.what_sealed)).all()
    assert all("赶集".encode() not in sealed for sealed in stored)
    (review,) = duties(session, patient)
    assert review.due_on == date(2027, 2, 20)
    assert "约定 2027年2月20日复核" in say(Reason.from_json(review.because[0]))
    assert session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "patients.plan_made")).all() == [
        {"steps": 2}
    ]


def test_the_next_version_replaces_the_last_and_the_last_stays_readable(session: Session, county: County) -> None:
    patient, doctor = registered(session, county.actor("doctor")), county.actor("doctor")
    first = make(session, county, patient, order(made_on=TODAY - timedelta(days=9)))
    second = make(session, county, patient, order(WALK))
    assert [(one.public_id, one.to_on) for one in list_versions(session, doctor, patient)] == [
        (second, None),
        (first, TODAY),
    ]
    old = get_plan(session, vault(session), doctor, patient, first, TODAY)
    assert old is not None and len(old.steps) == 2
    assert len(duties(session, patient)) == 1 and len(duties(session, patient, TaskState.DONE)) == 1
    with pytest.raises(Conflict):
        tick_step(session, doctor, patient, first, 1, TODAY, NOW)


def test_a_form_that_arrives_twice_makes_one_plan(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    sent = order()
    assert make(session, county, patient, sent) == make(session, county, patient, sent)
    assert len(list_versions(session, county.actor("doctor"), patient)) == 1


def test_a_late_step_raises_one_duty_that_says_who_and_ends_with_its_tick(session: Session, county: County) -> None:
    patient, doctor = registered(session, county.actor("doctor")), county.actor("doctor")
    plan = make(session, county, patient, order())
    later = date(2026, 12, 1)
    assert open_late_steps(session, Actor.operator(), later, NOW).made == 1
    assert open_late_steps(session, Actor.operator(), later, NOW).made == 0
    late = duties(session, patient)[0]
    assert (late.due_on, len(duties(session, patient))) == (CALL.by_on, 2)
    words = say(Reason.from_json(late.because[0]))
    assert "由网格员负责" in words and "2026年11月28日" in words and "电话" not in words
    tick_step(session, doctor, patient, plan, 2, later, NOW)
    assert [task.due_on for task in duties(session, patient)] == [date(2027, 2, 20)]
    shown = get_plan(session, vault(session), doctor, patient, None, later)
    assert shown is not None and shown.done == 1 and shown.steps[1].done_by == "doctor"
    untick_step(session, doctor, patient, plan, 2, NOW)
    assert [task.due_on for task in duties(session, patient)] == [CALL.by_on, date(2027, 2, 20)]
    assert open_late_steps(session, Actor.operator(), later, NOW).made == 0


def test_a_death_ends_the_duties_of_a_plan(session: Session, county: County) -> None:
    patient, office = registered(session, county.actor("doctor")), county.actor("county_office")
    make(session, county, patient, order())
    record_death(session, office, patient, TODAY, DatePrecision.DAY, 1, NOW)
    assert duties(session, patient) == []
    assert open_late_steps(session, Actor.operator(), date(2027, 1, 1), NOW).made == 0
    with pytest.raises(Conflict):
        make(session, county, patient, order())


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (order(made_on=TODAY + timedelta(days=1)), "made_on"),
        (order(review_on=TODAY), "review_on"),
        (order(review_on=TODAY + timedelta(days=400)), "review_on"),
        (order(replace(WALK, by_on=TODAY - timedelta(days=1))), "steps"),
        (replace(order(), steps=()), "what_0"),
    ],
)
def test_what_cannot_be_is_said(session: Session, county: County, command: MakePlan, field: str) -> None:
    patient = registered(session, county.actor("doctor"))
    with pytest.raises(Invalid) as refused:
        make(session, county, patient, command)
    assert list(refused.value.errors) == [field]


def test_a_plan_is_its_town_s_own_and_the_county_s_office_reads_counts_only(session: Session, county: County) -> None:
    patient, office = registered(session, county.actor("doctor")), county.actor("county_office")
    plan = make(session, county, patient, order())
    with pytest.raises(Forbidden):
        get_plan(session, vault(session), office, patient, None, TODAY)
    progress = find_progress(session, office, patient, date(2026, 12, 1))
    assert progress is not None and (progress.steps, progress.done, progress.late) == (2, 0, 1)
    assert get_plan(session, vault(session), county.actor("other_doctor"), patient, None, TODAY) is None
    with pytest.raises(NotFound):
        tick_step(session, county.actor("doctor"), patient, plan, 9, TODAY, NOW)
