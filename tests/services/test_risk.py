"""Levels over time, and the reassessment of every managed patient in every quarter."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.actor import Actor
from app.core.crypto import digest
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.patients.models import Patient
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus
from app.people.vault import Vault
from app.risk.commands import RecordReassessment
from app.risk.models import LevelSource, Reassessment, RiskLevel
from app.risk.queries import get_subject, list_levels
from app.risk.rules import effect_on_next_visit
from app.risk.service import CONCLUSION, Recorded, note_level, open_reassessments, record_reassessment
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_all, move_follow_up, open_follow_up
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patient, add_patients
from tests.rig.county import OTHER_VILLAGE, County

Q4 = Quarter(2026, 4)
OPERATOR = Actor.operator()
DUE = reason("tasks.first_visit", on=TODAY)


# -- levels ------------------------------------------------------------------------------------------------------------


def test_the_newest_rating_is_the_patients_level(session: Session, county: County) -> None:
    doctor, patient = county.actor("doctor"), add_patient(session)
    note_level(session, doctor, patient, 2, TODAY - timedelta(days=9), LevelSource.VISIT, 1, NOW)
    note_level(session, doctor, patient, 4, TODAY, LevelSource.VISIT, 2, NOW)
    assert (patient.risk_level, patient.risk_assessed_on) == (4, TODAY)
    session.flush()
    assert [rating.level for rating in list_levels(session, doctor, patient)] == [4, 2]


def test_a_visit_entered_late_does_not_overwrite_a_newer_level(session: Session, county: County) -> None:
    doctor, patient = county.actor("doctor"), add_patient(session)
    note_level(session, doctor, patient, 1, TODAY, LevelSource.VISIT, 1, NOW)
    note_level(session, doctor, patient, 5, TODAY - timedelta(days=30), LevelSource.VISIT, 2, NOW)
    assert (patient.risk_level, patient.risk_assessed_on) == (1, TODAY)


# -- the sweep ---------------------------------------------------------------------------------------------------------


def test_the_sweep_raises_one_task_for_each_managed_patient(session: Session, county: County) -> None:
    managed = add_patients(session, 3)
    add_patient(session, management_status=ManagementStatus.LOST)
    add_patient(session, management_status=ManagementStatus.REFUSED)
    add_patient(session, registry_status=RegistryStatus.SUSPECTED, management_status=None, care_setting=None)
    add_patient(session, registry_status=RegistryStatus.DEAD, management_status=None, care_setting=None)
    counts = open_reassessments(session, OPERATOR, Q4, NOW)
    assert (counts.made, counts.already) == (3, 0)
    tasks = session.scalars(select(Task).order_by(Task.id)).all()
    assert [task.patient_id for task in tasks] == [patient.id for patient in managed]
    assert {(task.kind, task.period, task.due_on) for task in tasks} == {
        (TaskKind.REASSESSMENT, "2026Q4", date(2026, 12, 31))
    }
    assert {task.area_code for task in tasks} == {managed[0].area_code}
    assert tasks[0].because == [reason("tasks.reassessment", quarter=Q4).to_json()]
    assert tasks[0].opened_at == NOW
    assert len({task.public_id for task in tasks}) == 3 and len(tasks[0].public_id) == 22


def test_a_second_sweep_makes_none_and_notes_nothing(session: Session, county: County) -> None:
    add_patients(session, 3)
    open_reassessments(session, OPERATOR, Q4, NOW)
    counts = open_reassessments(session, OPERATOR, Q4, NOW)
    assert (counts.made, counts.already) == (0, 3)
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 1


def test_a_sweep_is_one_audit_event_with_count_and_digest(session: Session, county: County) -> None:
    patients = add_patients(session, 3)
    open_reassessments(session, OPERATOR, Q4, NOW)
    event = session.scalars(select(AuditEvent)).one()
    ids = session.scalars(select(Task.patient_id).order_by(Task.id)).all()  # the database chooses the order
    assert sorted(ids) == sorted(patient.id for patient in patients)
    expected = digest(",".join(map(str, ids)))
    assert (event.action, event.count, event.detail["digest"]) == ("risk.reassessments_opened", 3, expected)


def test_who_joins_later_is_added_without_touching_the_others(session: Session, county: County) -> None:
    add_patients(session, 3)
    open_reassessments(session, OPERATOR, Q4, NOW)
    add_patient(session)
    counts = open_reassessments(session, OPERATOR, Q4, NOW)
    assert (counts.made, counts.already) == (1, 3)


def test_a_done_reassessment_is_not_raised_again_but_a_cancelled_one_is(session: Session, county: County) -> None:
    done, left = add_patients(session, 2)
    open_reassessments(session, OPERATOR, Q4, NOW)
    session.execute(select(Task))
    task = session.scalars(select(Task).where(Task.patient_id == done.id)).one()
    task.state = TaskState.DONE
    cancel_all(session, OPERATOR, left, DUE, NOW)
    session.flush()
    assert open_reassessments(session, OPERATOR, Q4, NOW).made == 1


def test_each_quarter_has_its_own(session: Session, county: County) -> None:
    add_patients(session, 2)
    assert open_reassessments(session, OPERATOR, Q4, NOW).made == 2
    assert open_reassessments(session, OPERATOR, Q4.next(), NOW).made == 2


def test_an_actor_sweeps_its_own_area_only(session: Session, county: County) -> None:
    add_patient(session)
    add_patient(session, area_code=OTHER_VILLAGE)
    assert open_reassessments(session, county.actor("doctor"), Q4, NOW).made == 1


STATES = st.lists(
    st.sampled_from(
        [
            (RegistryStatus.REGISTERED, ManagementStatus.MANAGED, CareSetting.HOME),
            (RegistryStatus.REGISTERED, ManagementStatus.LOST, CareSetting.UNKNOWN),
            (RegistryStatus.TRANSFERRED_OUT, None, None),
        ]
    ),
    max_size=12,
)


@given(states=STATES, quarters=st.lists(st.integers(1, 4), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_of_sweeps_leaves_one_live_task_per_managed_patient_and_quarter(
    database: Database,
    county: County,
    states: list[tuple[RegistryStatus, ManagementStatus | None, CareSetting | None]],
    quarters: list[int],
) -> None:
    with database.reading() as session:  # thrown away after each example
        for registry, management, care in states:
            add_patient(session, registry_status=registry, management_status=management, care_setting=care)
        managed = session.scalar(
            select(func.count()).select_from(Patient).where(Patient.management_status == ManagementStatus.MANAGED)
        )
        for number in quarters:
            open_reassessments(session, OPERATOR, Quarter(2027, number), NOW)
        made = session.execute(select(Task.period, func.count()).group_by(Task.period)).all()
        assert dict(made) == (  # type: ignore[arg-type]
            {f"2027Q{number}": managed for number in set(quarters)} if managed else {}
        )


# -- recording ---------------------------------------------------------------------------------------------------------


def reassess(
    app: Flask,
    session: Session,
    county: County,
    patient: Patient,
    level: int,
    key: str = "k" * 36,
    role: str = "health_lead",
) -> Recorded:
    actor = county.actor(role)
    vault = Vault(session, app.extensions["anhu.keyring"])
    task = session.scalars(select(Task).where(Task.patient_id == patient.id, Task.kind == TaskKind.REASSESSMENT)).one()
    subject = get_subject(session, actor, task.public_id)
    return record_reassessment(
        session, vault, actor, subject, RecordReassessment(level, TODAY, key, "病情平稳"), TODAY, NOW
    )


@pytest.fixture
def patient(app: Flask, session: Session, county: County) -> Patient:
    patient = add_patient(session, risk_level=1, risk_assessed_on=date(2026, 8, 1))
    session.add(Vault(session, app.extensions["anhu.keyring"]).new_key(patient.person_id))
    open_reassessments(session, OPERATOR, Q4, NOW)
    return patient


def test_a_result_closes_the_task_and_becomes_the_level(
    app: Flask, session: Session, county: County, patient: Patient
) -> None:
    recorded = reassess(app, session, county, patient, 2)
    session.flush()
    task = session.scalars(select(Task).execution_options(populate_existing=True)).one()
    assert task.state is TaskState.DONE
    assert (patient.risk_level, patient.risk_assessed_on) == (2, TODAY)
    assert (recorded.reassessment.level_before, recorded.reassessment.quarter) == (1, "2026Q4")
    rating = session.scalars(select(RiskLevel)).one()
    assert (rating.source, rating.source_id) == (LevelSource.REASSESSMENT, recorded.reassessment.id)
    vault = Vault(session, app.extensions["anhu.keyring"])
    assert vault.open(patient.person_id, CONCLUSION, recorded.reassessment.conclusion_sealed) == "病情平稳"


def test_a_high_level_brings_the_next_visit_forward(
    app: Flask, session: Session, county: County, patient: Patient
) -> None:
    follow_up = open_follow_up(session, patient, TODAY + timedelta(days=80), [DUE], "visit:1", NOW)
    recorded = reassess(app, session, county, patient, 3)
    session.refresh(follow_up)
    assert follow_up.due_on == patient.next_due_on == TODAY + timedelta(days=14)
    assert follow_up.because == [recorded.effect.because.to_json()]


def test_no_level_ever_postpones_a_visit(app: Flask, session: Session, county: County, patient: Patient) -> None:
    follow_up = open_follow_up(session, patient, TODAY + timedelta(days=3), [DUE], "visit:1", NOW)
    reassess(app, session, county, patient, 5)
    session.refresh(follow_up)
    assert follow_up.due_on == TODAY + timedelta(days=3)


def test_a_visit_moved_while_the_page_was_open_is_not_postponed(
    app: Flask, session: Session, county: County, patient: Patient
) -> None:
    follow_up = open_follow_up(session, patient, TODAY + timedelta(days=80), [DUE], "visit:1", NOW)
    actor, task = county.actor("health_lead"), session.scalars(select(Task).where(Task.period == str(Q4))).one()
    subject = get_subject(session, actor, task.public_id)
    move_follow_up(session, patient, TODAY + timedelta(days=3), [DUE])
    command = RecordReassessment(5, TODAY, "k" * 36, "病情平稳")
    vault = Vault(session, app.extensions["anhu.keyring"])
    assert record_reassessment(session, vault, actor, subject, command, TODAY, NOW).effect.bring_to is None
    session.refresh(follow_up)
    assert follow_up.due_on == TODAY + timedelta(days=3)


@pytest.mark.parametrize("level", range(6))
def test_the_effect_is_never_later_than_the_visit_that_is_due(level: int) -> None:
    for days in (-5, 0, 13, 14, 15, 90):
        due_on = TODAY + timedelta(days=days)
        effect = effect_on_next_visit(level, TODAY, due_on)
        assert effect.bring_to is None or effect.bring_to < due_on
        assert (effect.bring_to is not None) == (level >= 3 and days > 14)


def test_the_same_form_twice_is_recorded_once(app: Flask, session: Session, county: County, patient: Patient) -> None:
    first = reassess(app, session, county, patient, 2)
    second = reassess(app, session, county, patient, 2)
    assert (first.is_new, second.is_new) == (True, False)
    assert session.scalar(select(func.count()).select_from(Reassessment)) == 1


def test_a_quarters_result_stands_once(app: Flask, session: Session, county: County, patient: Patient) -> None:
    reassess(app, session, county, patient, 2)
    with pytest.raises(Conflict):
        reassess(app, session, county, patient, 3, key="other" * 7)


@pytest.mark.parametrize("role", ["doctor", "village_doctor", "coordinator", "clerk"])
def test_only_the_lead_and_the_county_office_reassess(
    app: Flask, session: Session, county: County, patient: Patient, role: str
) -> None:
    with pytest.raises(Forbidden):
        reassess(app, session, county, patient, 2, role=role)


def test_nobody_reassesses_in_another_town(app: Flask, session: Session, county: County) -> None:
    foreign = add_patient(session, area_code=OTHER_VILLAGE)
    open_reassessments(session, OPERATOR, Q4, NOW)
    with pytest.raises(NotFound):
        reassess(app, session, county, foreign, 2)


@pytest.mark.parametrize(
    ("level", "on", "field"),
    [(6, TODAY, "level"), (1, TODAY + timedelta(days=1), "assessed_on"), (1, date(2026, 9, 30), "assessed_on")],
)
def test_an_impossible_result_is_refused_at_its_field(
    app: Flask, session: Session, county: County, patient: Patient, level: int, on: date, field: str
) -> None:
    lead = county.actor("health_lead")
    task = session.scalars(select(Task)).one()
    vault = Vault(session, app.extensions["anhu.keyring"])
    subject = get_subject(session, lead, task.public_id)
    with pytest.raises(Invalid) as refused:
        record_reassessment(session, vault, lead, subject, RecordReassessment(level, on, "k" * 36), TODAY, NOW)
    assert set(refused.value.errors) == {field}
