"""Duties: opened once, closed once, moved along, and never doubled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.errors import Conflict
from app.core.reasons import reason
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import LegalBasis, Rank, Relation
from app.patients.models import Patient
from app.patients.rules import ManagementStatus, RegistryStatus
from app.people.models import Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import RENEWAL_DAYS_BEFORE_END, TaskKind, first_visit_due
from app.tasks.service import (
    cancel_all,
    close_follow_up,
    close_task,
    move_open_tasks,
    open_follow_up,
    open_renewals,
    open_task,
)
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patient, add_patients
from tests.rig.county import OTHER_VILLAGE, VILLAGE, County

DUE = reason("tasks.first_visit", on=TODAY)
DONE = reason("tasks.outcome.reassessed", level=1)


def count_tasks(session: Session, *which: object) -> int:
    return session.scalar(select(func.count()).select_from(Task).where(*which)) or 0  # type: ignore[arg-type]


def test_a_duty_of_a_period_is_opened_once(session: Session, county: County) -> None:
    patient = add_patient(session)
    first = open_task(session, patient, TaskKind.CHECK_STATUS, "2026-11", TODAY, [DUE], NOW)
    assert open_task(session, patient, TaskKind.CHECK_STATUS, "2026-11", TODAY, [DUE], NOW) is first
    assert count_tasks(session) == 1


def test_a_done_duty_is_found_and_not_opened_again(session: Session, county: County) -> None:
    patient = add_patient(session)
    task = open_task(session, patient, TaskKind.CHECK_STATUS, "2026-11", TODAY, [DUE], NOW)
    close_task(session, county.actor("doctor"), task, DONE, NOW)
    assert open_task(session, patient, TaskKind.CHECK_STATUS, "2026-11", TODAY, [DUE], NOW).id == task.id


def test_a_duty_is_closed_once(session: Session, county: County) -> None:
    task = open_task(session, add_patient(session), TaskKind.CHECK_STATUS, "2026-11", TODAY, [DUE], NOW)
    close_task(session, county.actor("doctor"), task, DONE, NOW)
    with pytest.raises(Conflict):
        close_task(session, county.actor("doctor"), task, DONE, NOW)


def test_the_database_refuses_a_second_open_follow_up(database: Database, county: County) -> None:
    with database.transaction() as session:
        patient = add_patient(session)
        open_follow_up(session, patient, TODAY, [DUE], "visit:1", NOW)
    with pytest.raises(IntegrityError), database.transaction() as session:
        open_follow_up(session, session.get_one(Patient, patient.id), TODAY, [DUE], "visit:2", NOW)


def test_a_visit_closes_what_was_due_and_the_next_follows(session: Session, county: County) -> None:
    patient = add_patient(session)
    task = open_follow_up(session, patient, TODAY, [DUE], "visit:1", NOW)
    assert close_follow_up(session, county.actor("doctor"), patient, DONE, NOW) == 1
    following = open_follow_up(session, patient, TODAY + timedelta(days=14), [DUE], "visit:2", NOW)
    session.refresh(task)
    assert (task.state, task.closed_by) == (TaskState.DONE, county.users["doctor"])
    assert (following.state, task.outcome) == (TaskState.OPEN, DONE.to_json())


def test_death_ends_every_open_duty_and_leaves_done_ones(session: Session, county: County) -> None:
    patient, other = add_patients(session, 2)
    done = open_task(session, patient, TaskKind.CHECK_STATUS, "2026-10", TODAY, [DUE], NOW)
    close_task(session, county.actor("doctor"), done, DONE, NOW)
    open_follow_up(session, patient, TODAY, [DUE], "visit:1", NOW)
    open_task(session, patient, TaskKind.REASSESSMENT, "2026Q4", TODAY, [DUE], NOW)
    open_follow_up(session, other, TODAY, [DUE], "visit:2", NOW)
    assert cancel_all(session, county.actor("doctor"), patient, DONE, NOW) == 2
    assert count_tasks(session, Task.patient_id == patient.id, Task.state == TaskState.DONE) == 1
    assert count_tasks(session, Task.patient_id == other.id, Task.state == TaskState.OPEN) == 1


def test_open_duties_follow_a_patient_who_moves(session: Session, county: County) -> None:
    patient = add_patient(session, area_code=VILLAGE)
    task = open_follow_up(session, patient, TODAY, [DUE], "visit:1", NOW)
    patient.area_code = OTHER_VILLAGE
    assert move_open_tasks(session, patient) == 1
    session.refresh(task)
    assert task.area_code == OTHER_VILLAGE


def test_first_visits_of_an_import_spread_evenly_over_fourteen_days() -> None:
    days = [first_visit_due(position, 30, TODAY) for position in range(30)]
    assert (min(days), max(days)) == (TODAY + timedelta(days=1), TODAY + timedelta(days=14))
    assert {days.count(day) for day in days} == {2, 3} and days == sorted(days)


# -- renewals ----------------------------------------------------------------------------------------------------------


def add_agreement(session: Session, patient: Patient, from_on: date, to_on: date, number: str) -> Agreement:
    guardianship = session.scalar(select(Guardianship).where(Guardianship.patient_id == patient.id))
    if guardianship is None:
        person = Person(name="王芳", name_sort="wangfang", created_at=NOW)
        session.add(person)
        session.flush()
        guardianship = Guardianship(
            patient_id=patient.id,
            person_id=person.id,
            rank=Rank.FIRST,
            relation=next(iter(Relation)),
            legal_basis=next(iter(LegalBasis)),
            from_on=from_on,
            recorded_at=NOW,
        )
        session.add(guardianship)
        session.flush()
    agreement = Agreement(
        number=number,
        patient_id=patient.id,
        guardianship_id=guardianship.id,
        from_on=from_on,
        to_on=to_on,
        recorded_at=NOW,
    )
    session.add(agreement)
    session.flush()
    return agreement


def test_an_agreement_is_up_for_renewal_thirty_days_before_its_end(session: Session, county: County) -> None:
    near, far = add_patients(session, 2)
    ends = TODAY + timedelta(days=RENEWAL_DAYS_BEFORE_END)
    agreement = add_agreement(session, near, date(2026, 1, 1), ends, "A“1”")
    add_agreement(session, far, date(2026, 1, 1), ends + timedelta(days=1), "A2")
    counts = open_renewals(session, TODAY, NOW)
    assert (counts.made, counts.already) == (1, 0)
    task = session.scalars(select(Task)).one()
    assert (task.patient_id, task.due_on, task.period) == (near.id, ends, f"agreement:{agreement.id}")
    assert task.because == [reason("tasks.renewal", number="A“1”", ends_on=ends).to_json()]


def test_a_second_look_at_renewals_makes_none(session: Session, county: County) -> None:
    add_agreement(session, add_patient(session), date(2026, 1, 1), TODAY, "A1")
    open_renewals(session, TODAY, NOW)
    counts = open_renewals(session, TODAY, NOW)
    assert (counts.made, counts.already) == (0, 1)
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 1


def test_a_renewed_agreement_asks_for_nothing(session: Session, county: County) -> None:
    patient = add_patient(session)
    add_agreement(session, patient, date(2026, 1, 1), TODAY, "A1")
    add_agreement(session, patient, TODAY + timedelta(days=1), date(2027, 11, 20), "A2")
    assert open_renewals(session, TODAY, NOW).made == 0


def test_nobody_renews_for_a_patient_who_is_no_longer_registered(session: Session, county: County) -> None:
    patient = add_patient(session, registry_status=RegistryStatus.DEAD, management_status=None, care_setting=None)
    add_agreement(session, patient, date(2026, 1, 1), TODAY, "A1")
    assert open_renewals(session, TODAY, NOW).made == 0


def test_an_agreement_that_ran_out_while_nothing_ran_is_still_noticed(session: Session, county: County) -> None:
    add_agreement(session, add_patient(session), date(2026, 1, 1), TODAY - timedelta(days=40), "A1")
    assert open_renewals(session, TODAY, NOW).made == 1


def test_a_patient_who_is_not_managed_may_still_have_an_agreement_to_renew(session: Session, county: County) -> None:
    patient = add_patient(session, management_status=ManagementStatus.REFUSED)
    add_agreement(session, patient, date(2026, 1, 1), TODAY, "A1")
    assert open_renewals(session, TODAY, NOW).made == 1
