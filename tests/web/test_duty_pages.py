"""The page that settles a duty of somebody who is not simply visited, and the pages that mark what was written down by mistake."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.db import Database
from app.patients.models import Consent, Patient
from app.patients.rules import CareSetting, ConsentKind, ManagementStatus, RegistryStatus, SpanKind
from app.patients.service import change_state, withdraw_consent
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.commands import RecordAttempt
from app.visits.models import VisitAttempt
from app.visits.rules.attempts import AttemptOutcome, AttemptWay
from app.visits.service import record_attempt
from tests.rig.county import OTHER_DOCTOR, County
from tests.rig.register import NOW, TODAY, registered, vault

Client = Callable[[str], FlaskClient]


@pytest.fixture
def patient(database: Database, county: County) -> str:
    with database.transaction() as session:
        return registered(session, county.actor("doctor")).public_id


def in_custody(database: Database, county: County) -> str:
    """The public id of the question that the state brings along."""
    with database.transaction() as session:
        held = session.scalars(select(Patient)).one()
        custody = CareSetting.CUSTODY.value
        change_state(session, county.actor("doctor"), held, SpanKind.CARE, custody, date(2026, 8, 31), None, NOW)
        return session.scalars(select(Task.public_id).where(Task.kind == TaskKind.CHECK_STATUS)).one()


def open_kinds(database: Database) -> list[TaskKind]:
    with database.reading() as session:
        return sorted(session.scalars(select(Task.kind).where(Task.state == TaskState.OPEN)))


def test_the_list_leads_to_the_page_and_the_page_settles_the_duty(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    task = in_custody(database, county)
    doctor = client_as("doctor")
    assert f"/patients/duties/{task}" in doctor.get("/tasks/?tab=later&kind=check_status").text or (
        f"/patients/duties/{task}" in doctor.get("/tasks/?tab=week&kind=check_status").text
    )
    assert f"/patients/duties/{task}" in doctor.get(f"/patients/{patient}").text
    page = doctor.get(f"/patients/duties/{task}").text
    assert "每季度核实" in page and "已释放或解除" in page
    answer = doctor.post(f"/patients/duties/{task}", data={"answer": "ended", "on": "2026-11-20"})
    assert answer.status_code == 303
    assert open_kinds(database) == [TaskKind.FOLLOW_UP]
    assert doctor.get(f"/patients/duties/{task}").status_code == 302  # settled: back to the patient


def test_an_answer_that_cannot_be_right_is_said_at_its_field(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    task = in_custody(database, county)
    doctor, where = client_as("doctor"), f"/patients/duties/{task}"
    for data, words in (
        ({"on": "2026-11-20"}, "请选择结果"),
        ({"answer": "still", "on": "2026-11-20"}, "请选择询问了谁"),
        ({"answer": "ended", "on": "2026-08-01"}, "日期不能更早"),
        ({"answer": "ended", "on": "2027-01-01"}, "今天"),
        ({"answer": "ended", "on": ""}, "请填写日期"),
    ):
        refused = doctor.post(where, data=data)
        assert refused.status_code == 422 and words in refused.text
    assert open_kinds(database) == [TaskKind.CHECK_STATUS]


def test_a_foreign_duty_and_none_are_not_found(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    task = in_custody(database, county)
    stranger = client_as(OTHER_DOCTOR)
    assert stranger.get(f"/patients/duties/{task}").status_code == 404
    assert stranger.get("/patients/duties/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404


def test_a_suspected_persons_duty_leads_to_the_psychiatrists_word(
    client_as: Client, database: Database, county: County
) -> None:
    with database.transaction() as session:
        suspected = registered(
            session, county.actor("doctor"), registry_status=RegistryStatus.SUSPECTED, consent=None, diagnosis=None
        ).public_id
    with database.reading() as session:
        task = session.scalars(select(Task.public_id).where(Task.kind == TaskKind.DIAGNOSIS_REVIEW)).one()
    answer = client_as("doctor").get(f"/patients/duties/{task}")
    assert answer.status_code == 302 and answer.location.endswith(f"/patients/{suspected}/states/review")


def test_an_attempt_is_marked_on_its_page_and_stays_in_the_history(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    with database.transaction() as session:
        sent = RecordAttempt(
            patient, "a" * 32, date(2026, 11, 18), AttemptWay.HOME, AttemptOutcome.NOT_REACHED, "邻居说外出"
        )
        attempt = record_attempt(session, vault(session), county.actor("doctor"), sent, TODAY, NOW).attempt.public_id
    doctor, where = client_as("doctor"), f"/patients/{patient}/visits/attempts/wrong"
    assert where in doctor.get(f"/patients/{patient}/visits").text
    refused = doctor.post(where, data={"attempt": attempt})
    assert refused.status_code == 400 and "请选择错在哪里" in refused.text
    assert doctor.post(where, data={"attempt": attempt, "mistake": "other_person"}).status_code == 303
    page = doctor.get(f"/patients/{patient}/visits").text
    assert "误登" in page and "记到了别人名下" in page and where not in page
    assert "误登" in doctor.get(f"/patients/{patient}").text
    with database.reading() as session:
        assert session.scalars(select(VisitAttempt.mistake)).all() == ["other_person"]


def test_a_consent_is_marked_on_its_page_and_stays_in_the_history(
    client_as: Client, database: Database, patient: str
) -> None:
    doctor, where = client_as("doctor"), f"/patients/{patient}/consents/community_management/wrong"
    assert where in doctor.get(f"/patients/{patient}/consents").text
    page = doctor.get(where).text
    number = re.search(r'name="paper"[^>]*value="(\d+)"', page)
    assert number
    answer = doctor.post(where, data={"paper": number[1], "mistake": "wrong_answer"})
    assert answer.status_code == 303
    page = doctor.get(f"/patients/{patient}/consents").text
    assert "误登" in page and "结果记错" in page and "标记于" in page
    assert doctor.get(f"/patients/{patient}/consents/somebodys/wrong").status_code == 404
    with database.reading() as session:
        assert session.scalars(select(Consent.mistake)).all() == ["wrong_answer"]
        assert session.scalars(select(Patient.management_status)).one() is ManagementStatus.MANAGED
    assert TaskKind.CONTACT in open_kinds(database)


def test_the_page_says_how_the_consent_stands_and_from_when_the_refusal_holds(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    doctor = client_as("doctor")
    assert "已签" in doctor.get(f"/patients/{patient}").text
    with database.transaction() as session:
        taken = session.scalars(select(Patient)).one()
        kind = ConsentKind.COMMUNITY_MANAGEMENT
        withdraw_consent(session, county.actor("doctor"), taken, kind, "patient", TODAY, NOW)
    page = doctor.get(f"/patients/{patient}").text
    assert "已撤回" in page and "11月22日起不同意管理" in page  # until tonight the patient is managed
    assert "已撤回" in doctor.get(f"/patients/{patient}/states").text
    assert "已撤回" not in client_as("coordinator").get(f"/patients/{patient}").text  # reads a yes or a no
