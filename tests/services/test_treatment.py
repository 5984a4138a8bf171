"""Treatment: an injection has its next day, medicine runs out, each year asks for one examination, a locking-up ends once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.calendar import seeded_workdays
from app.core.db import new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.reasons import Reason, say
from app.patients.commands_treatment import (
    EndLocking,
    RecordExamination,
    RecordInjection,
    RecordSupply,
    SetJointVisits,
)
from app.patients.models import Injection, Patient
from app.patients.queries.treatment import find_course, treatment_of
from app.patients.rules_treatment import (
    AgreedBy,
    Helper,
    InjectionSite,
    JointTrigger,
    UnlockWay,
    injection_standing,
    supply_task_on,
)
from app.patients.service import record_admission
from app.patients.service.company import end_joint_visits, end_locking, set_joint_visits
from app.patients.service.treatment import (
    open_examinations,
    record_examination,
    record_injection,
    record_supply,
    stop_injections,
    stop_supply,
    withdraw_treatment,
)
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.rules.classification import VisitClass
from app.visits.rules.form import LockedUp, VisitForm, VisitObject
from app.visits.rules.prompts import DOUBTS
from app.visits.service.recording import record_visit
from tests.rig.county import County
from tests.rig.register import NOW, TODAY, registered, vault
from tests.rig.visits import command, stable, unstable

SECRET = "注射后嗜睡两天"


def patient_of(session: Session, county: County) -> Patient:
    return registered(session, county.actor("county_office"))


def inject(session: Session, county: County, patient: Patient, given_on: date, **more: Any) -> Injection:
    values = {"drug": "棕榈酸帕利哌酮", "dose_mg": "100.0", "interval_weeks": 4, "given_on": given_on, **more}
    values.setdefault("submission_key", new_public_id())
    return record_injection(
        session, vault(session), county.actor("doctor"), patient, RecordInjection(**values), NOW
    )  # fmt: skip


def supply(session: Session, county: County, patient: Patient, given_on: date, days: int, drug: str = "奥氮平") -> Any:
    order = RecordSupply(new_public_id(), drug, given_on, days, "安和县精神卫生中心")
    return record_supply(session, county.actor("doctor"), patient, order, NOW)


def open_tasks(session: Session, patient: Patient, kind: TaskKind) -> list[Task]:
    standing = select(Task).where(Task.patient_id == patient.id, Task.kind == kind, Task.state == TaskState.OPEN)
    return list(session.scalars(standing.order_by(Task.id)))


# -- injections --------------------------------------------------------------------------------------------------------


def test_an_injection_says_when_the_next_is_due_and_why(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    given = inject(session, county, patient, date(2026, 9, 5), site=InjectionSite.GLUTEAL, reaction=SECRET)
    # the first day of the National Day holidays is a clinical day like any other
    assert (given.dose_mg, given.next_due_on) == ("100", date(2026, 10, 3))
    assert given.reaction_sealed is not None and SECRET.encode() not in given.reaction_sealed
    (task,) = open_tasks(session, patient, TaskKind.INJECTION)
    assert task.due_on == date(2026, 10, 3)
    assert "每 4 周一次" in say(Reason.from_json(task.because[0]))


def test_the_next_injection_answers_the_one_that_was_due(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    inject(session, county, patient, date(2026, 9, 5))
    inject(session, county, patient, date(2026, 10, 4))
    (task,) = open_tasks(session, patient, TaskKind.INJECTION)
    assert task.due_on == date(2026, 11, 1)


def test_an_older_injection_entered_late_moves_nothing(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    inject(session, county, patient, date(2026, 11, 1))
    inject(session, county, patient, date(2026, 10, 4))
    assert [task.due_on for task in open_tasks(session, patient, TaskKind.INJECTION)] == [date(2026, 11, 29)]


def test_an_injection_sent_twice_is_one(session: Session, county: County) -> None:
    patient, key = patient_of(session, county), new_public_id()
    first, second = (inject(session, county, patient, date(2026, 11, 1), submission_key=key) for _ in range(2))
    assert first.id == second.id
    assert len(open_tasks(session, patient, TaskKind.INJECTION)) == 1


def test_two_people_do_not_write_down_one_injection_or_supply_twice(session: Session, county: County) -> None:
    patient, day = patient_of(session, county), date(2026, 11, 1)
    given, handed = inject(session, county, patient, day), supply(session, county, patient, day, 30)
    with pytest.raises(Invalid):
        inject(session, county, patient, day, dose_mg="150")
    with pytest.raises(Invalid):
        supply(session, county, patient, day, 30)
    for kind, record in (("injection", given), ("supply", handed)):
        withdraw_treatment(session, county.actor("doctor"), patient, kind, record.public_id, NOW)
    assert inject(session, county, patient, day).id and supply(session, county, patient, day, 30).id


def test_a_withdrawn_injection_gives_the_word_back_to_the_one_before(session: Session, county: County) -> None:
    patient, doctor = patient_of(session, county), county.actor("doctor")
    inject(session, county, patient, date(2026, 10, 4))
    wrong = inject(session, county, patient, date(2026, 11, 1))
    withdraw_treatment(session, doctor, patient, "injection", wrong.public_id, NOW)
    assert [task.due_on for task in open_tasks(session, patient, TaskKind.INJECTION)] == [date(2026, 11, 1)]
    shown = treatment_of(session, doctor, vault(session), patient, TODAY)
    assert [one.injection.given_on for one in shown.injections] == [date(2026, 10, 4)]


def test_edge_39_a_long_acting_injection_in_time_is_regular_and_a_week_late_intermittent(
    session: Session, county: County
) -> None:
    due_on = date(2026, 11, 1)
    assert injection_standing(due_on, due_on - timedelta(days=3)).is_regular
    assert injection_standing(due_on, due_on + timedelta(days=7)).is_regular
    assert not injection_standing(due_on, due_on + timedelta(days=8)).is_regular
    patient, doctor = patient_of(session, county), county.actor("doctor")
    assert find_course(session, doctor, patient, TODAY) is None
    inject(session, county, patient, date(2026, 10, 4))
    course = find_course(session, doctor, patient, TODAY)
    assert course is not None and (course.days_late, course.is_regular) == (20, False)


def test_a_course_that_was_stopped_asks_for_nothing_and_can_begin_again(session: Session, county: County) -> None:
    patient, doctor = patient_of(session, county), county.actor("doctor")
    inject(session, county, patient, date(2026, 10, 4))
    stop_injections(session, doctor, patient, TODAY, NOW)
    assert find_course(session, doctor, patient, TODAY) is None
    with pytest.raises(Conflict):
        stop_injections(session, doctor, patient, TODAY, NOW)
    inject(session, county, patient, date(2026, 11, 20))
    assert find_course(session, doctor, patient, TODAY) is not None


@pytest.mark.parametrize("who", ["village_worker", "police", "clerk", "coordinator", "auditor"])
def test_only_clinicians_write_down_treatment(session: Session, county: County, who: str) -> None:
    patient = patient_of(session, county)
    with pytest.raises(Forbidden):
        stop_injections(session, county.actor(who), patient, TODAY, NOW)


# -- supplies ----------------------------------------------------------------------------------------------------------


def test_medicine_runs_out_on_its_day_and_is_asked_for_five_working_days_before(
    session: Session, county: County
) -> None:
    calendar = seeded_workdays()
    # Mid-Autumn (25–27 September) and National Day (1–7 October) lie between
    assert supply_task_on(date(2026, 10, 9), date(2026, 9, 1), calendar) == date(2026, 9, 24)
    # a supply of three days is asked for on the day on which it was given
    assert supply_task_on(date(2026, 11, 21), date(2026, 11, 18), calendar) == date(2026, 11, 18)
    patient = patient_of(session, county)
    given = supply(session, county, patient, date(2026, 11, 2), 30)
    assert given.runs_out_on == date(2026, 12, 2)
    (task,) = open_tasks(session, patient, TaskKind.SUPPLY)
    assert task.due_on == date(2026, 11, 25)
    assert "用完的日子不变" in say(Reason.from_json(task.because[1]))


def test_each_drug_has_a_supply_of_its_own(session: Session, county: County) -> None:
    patient, doctor = patient_of(session, county), county.actor("doctor")
    first = supply(session, county, patient, date(2026, 11, 2), 30)
    supply(session, county, patient, date(2026, 11, 2), 30, drug="丙戊酸钠")
    supply(session, county, patient, date(2026, 11, 20), 30)
    assert len(open_tasks(session, patient, TaskKind.SUPPLY)) == 2
    stop_supply(session, doctor, patient, first.public_id, TODAY, NOW)
    assert len(open_tasks(session, patient, TaskKind.SUPPLY)) == 1
    with pytest.raises(Conflict):
        stop_supply(session, doctor, patient, first.public_id, TODAY, NOW)


def test_a_record_of_somebody_else_is_not_found(session: Session, county: County) -> None:
    office = county.actor("county_office")
    patient, other = registered(session, office), registered(session, office, "陶二", 2)
    given = supply(session, county, patient, date(2026, 11, 2), 30)
    for kind in ("supply", "injection", "nothing"):
        with pytest.raises(NotFound):
            withdraw_treatment(session, county.actor("doctor"), other, kind, given.public_id, NOW)


# -- examinations ------------------------------------------------------------------------------------------------------


def examine(session: Session, county: County, patient: Patient, agreed_by: AgreedBy, **more: Any) -> Any:
    sheet = RecordExamination(new_public_id(), TODAY, agreed_by, **more)
    return record_examination(session, vault(session), county.actor("doctor"), patient, sheet, NOW)


def test_every_managed_patient_owes_one_examination_a_year(session: Session, county: County) -> None:
    office = county.actor("county_office")
    patient, done = registered(session, office), registered(session, office, "陶二", 2)
    examine(session, county, done, AgreedBy.GUARDIAN, systolic_mmhg=128, diastolic_mmhg=82, weight="63.5")
    assert open_examinations(session, office, TODAY, NOW).made == 1
    assert open_examinations(session, office, TODAY, NOW).made == 0
    (task,) = open_tasks(session, patient, TaskKind.EXAMINATION)
    assert task.due_on == date(2026, 12, 31)
    assert open_tasks(session, done, TaskKind.EXAMINATION) == []
    next_year = date(2027, 1, 2)
    assert open_examinations(session, office, next_year, NOW).made == 2


def test_an_examination_or_its_refusal_answers_the_years_duty(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    open_examinations(session, county.actor("county_office"), TODAY, NOW)
    refused = examine(session, county, patient, AgreedBy.REFUSED)
    assert (refused.agreed_by, refused.systolic_mmhg) == (None, None)
    assert open_tasks(session, patient, TaskKind.EXAMINATION) == []


def test_one_examination_a_day(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    first = examine(session, county, patient, AgreedBy.REFUSED)
    with pytest.raises(Invalid):
        examine(session, county, patient, AgreedBy.GUARDIAN, systolic_mmhg=128, diastolic_mmhg=82)
    withdraw_treatment(session, county.actor("doctor"), patient, "examination", first.public_id, NOW)
    assert examine(session, county, patient, AgreedBy.GUARDIAN, systolic_mmhg=128, diastolic_mmhg=82).id


@pytest.mark.parametrize(
    ("agreed_by", "more", "field"),
    [
        (AgreedBy.REFUSED, {"alt": "25"}, "agreed_by"),
        (AgreedBy.PATIENT, {}, "systolic_mmhg"),
        (AgreedBy.PATIENT, {"systolic_mmhg": 120}, "diastolic_mmhg"),
        (AgreedBy.PATIENT, {"systolic_mmhg": 80, "diastolic_mmhg": 120}, "diastolic_mmhg"),
    ],
)
def test_an_examination_says_what_it_found_and_a_refusal_nothing(
    session: Session, county: County, agreed_by: AgreedBy, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        examine(session, county, patient_of(session, county), agreed_by, **more)
    assert set(refused.value.errors) == {field}


# -- joint visits and unlocking ----------------------------------------------------------------------------------------


def test_joint_visits_have_a_reason_and_lapse_within_ninety_days(session: Session, county: County) -> None:
    patient, doctor = patient_of(session, county), county.actor("doctor")
    until = TODAY + timedelta(days=90)
    for wrong in (SetJointVisits(until, ()), SetJointVisits(until + timedelta(days=1), (JointTrigger.THREATS,))):
        with pytest.raises(Invalid):
            set_joint_visits(session, doctor, patient, wrong, TODAY, NOW)
    order = SetJointVisits(until, (JointTrigger.VIOLENCE, JointTrigger.SUBSTANCE))
    set_joint_visits(session, doctor, patient, order, TODAY, NOW)
    assert patient.joint_visit_until == until and patient.joint_visit_because is not None
    assert say(Reason.from_json(patient.joint_visit_because)).startswith("有暴力行为史、酒精、药物滥用")
    end_joint_visits(session, doctor, patient, NOW)
    assert (patient.joint_visit_until, patient.joint_visit_because) == (None, None)


def test_a_locking_up_ends_as_the_outcome_of_its_task_and_marks_nobody(session: Session, county: County) -> None:
    patient, doctor, office = patient_of(session, county), county.actor("doctor"), county.actor("county_office")
    record = stable(TODAY, locked_up=int(LockedUp.YES))
    record_visit(session, vault(session), doctor, command(patient, record, accepted=DOUBTS), TODAY, NOW)
    (task,) = open_tasks(session, patient, TaskKind.UNLOCKING)
    columns = {name: getattr(patient, name) for name in ("registry_status", "management_status", "care_setting")}
    nobody = EndLocking(TODAY, UnlockWay.PERSUADED, 0)
    with pytest.raises(Invalid):
        end_locking(session, office, patient, nobody, TODAY, NOW)
    freed = EndLocking(TODAY, UnlockWay.ADMITTED, int(Helper.COMMITTEE | Helper.POLICE))
    end_locking(session, office, patient, freed, TODAY, NOW)
    session.refresh(task)
    assert task.state is TaskState.DONE and task.outcome is not None
    assert say(Reason.from_json(task.outcome)).endswith("送医住院治疗；参与：村（居）委会、派出所")
    assert columns == {name: getattr(patient, name) for name in columns}
    with pytest.raises(Conflict):
        end_locking(session, office, patient, freed, TODAY, NOW)


# -- edge cases --------------------------------------------------------------------------------------------------------


def test_edge_22_unstable_at_the_visit_and_admitted_the_same_day_leaves_nothing_overdue(
    session: Session, county: County
) -> None:
    patient, doctor = patient_of(session, county), county.actor("doctor")
    seen = command(patient, unstable(TODAY), accepted=DOUBTS)
    visit = record_visit(session, vault(session), doctor, seen, TODAY, NOW).visit
    assert visit.visit_class == VisitClass.UNSTABLE
    record_admission(session, doctor, patient, "安和县精神卫生中心", TODAY, None, NOW)
    assert open_tasks(session, patient, TaskKind.FOLLOW_UP) == []
    assert patient.next_due_on is None


def test_edge_23_a_level_that_rises_on_the_familys_call_asks_for_an_emergency_and_a_visit_in_fourteen_days(
    session: Session, county: County
) -> None:
    patient, doctor = patient_of(session, county), county.actor("doctor")
    before = command(patient, stable(TODAY - timedelta(days=20)), accepted=DOUBTS)
    record_visit(session, vault(session), doctor, before, TODAY, NOW)
    seen_on = patient.last_seen_on
    call = unstable(TODAY, form=int(VisitForm.TELEPHONE), objects=int(VisitObject.FAMILY))
    visit = record_visit(session, vault(session), doctor, command(patient, call, accepted=DOUBTS), TODAY, NOW).visit
    assert (visit.visit_class, visit.next_due_on) == (VisitClass.UNSTABLE, TODAY + timedelta(days=14))
    assert patient.last_seen_on == seen_on
    (task,) = open_tasks(session, patient, TaskKind.EMERGENCY_RECORD)
    assert task.due_at == NOW + timedelta(hours=24)
