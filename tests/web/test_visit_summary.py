"""Before a visit is saved its page says what is wrong, what has changed and what will follow: in the words of saving itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.core.db import Database
from app.core.reasons import Reason
from app.patients.models import Patient
from app.patients.queries import lock_patient
from app.patients.rules import CareSetting, ManagementStatus, SpanKind
from app.patients.service import change_state
from app.people.vault import Vault
from app.visits.queries import list_tasks_of_visit
from app.visits.reading import changes, in_short
from app.visits.rules.record import VisitRecord
from app.visits.service import outlook, preview_visit, record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.queries import counted
from tests.rig.visits import command, middling, register, stable, unstable
from tests.web.test_visit_pages import LAST, body, page, post

ClientAs = Callable[[str], FlaskClient]
ALL_DOUBTS = frozenset({"visit.self_harm_but_risk", "visit.harming_but_no_risk", "visit.incident_but_risk"})


@pytest.fixture
def patient(app: Flask, database: Database, county: County) -> Patient:
    """Seen on 10 November."""
    with database.transaction() as session:
        keyring, doctor = app.extensions["anhu.keyring"], county.actor("doctor")
        patient = register(session, keyring, doctor, TODAY, NOW)
        record_visit(session, Vault(session, keyring), doctor, command(patient, stable(LAST)), TODAY, NOW)
    return patient


def said_beforehand(html: str) -> set[str]:
    """Question and words of every flaw that the preview names."""
    return {unescape(words) for words in re.findall(r'data-words="([^"]*)"', html)}


def said_at_fields(html: str) -> set[str]:
    return set(re.findall(r'<div class="error" id="[^"]*"><p>(.*?)</p>', html))


@pytest.mark.parametrize(
    ("record", "changed"),
    [
        (stable(TODAY), {"insight": "", "diet": ""}),
        (stable(TODAY), {"adverse_reaction": "2", "lab_test": "2", "referral": "2"}),
        (stable(TODAY), {"behaviours": ["5"], "self_harms": "很多"}),
        (stable(TODAY), {"medicines_1_morning_mg": "半片"}),
        (stable(TODAY), {"medicines_2_name": "奥氮平"}),
        (stable(TODAY), {"medicines_2_name": "棕榈酸帕利哌酮", "medicines_2_every_weeks": "4"}),
        (stable(TODAY, risk_level=3), {"visit_class": "3"}),
        (stable(TODAY), {"next_due_on": "2027-05-01"}),
        (stable(TODAY + timedelta(days=1)), {}),
        (stable(LAST - timedelta(days=1)), {}),
        (stable(TODAY), {"visited_on": "2026-13-01"}),
        (stable(TODAY), {"meeting": "2"}),
        (stable(TODAY), {"meeting": "3", "died_on": "2026-11-01", "death_cause": "1"}),
    ],
)
def test_the_page_says_beforehand_what_saving_would_refuse(
    client_as: ClientAs, patient: Patient, record: VisitRecord, changed: dict[str, Any]
) -> None:
    client, sent = client_as("doctor"), body(record, **changed)
    beforehand = said_beforehand(post(client, patient, sent, "preview").get_data(as_text=True))
    refused = post(client, patient, sent)
    assert refused.status_code == 400
    assert beforehand and beforehand == said_at_fields(page(refused))


def test_a_sound_form_is_told_of_no_flaw_and_of_what_changed(client_as: ClientAs, patient: Patient) -> None:
    html = page(
        post(client_as("doctor"), patient, body(stable(TODAY, sleep=3, lab_test=2, lab_text="正常")), "preview")
    )
    assert not said_beforehand(html)
    assert "睡眠情况" in html and "良好" in html and "较差" in html
    assert "<b>正常</b>" in html


def test_a_dose_is_refused_at_its_own_box(client_as: ClientAs, patient: Patient) -> None:
    html = page(post(client_as("doctor"), patient, body(stable(TODAY), medicines_1_night_mg="半片")))
    assert 'id="medicines_1_night_mg-error"' in html and 'id="medicines_1_name-error"' not in html


@pytest.mark.parametrize(
    "record",
    [
        stable(TODAY),
        middling(TODAY),
        unstable(TODAY),
        unstable(TODAY, risk_level=4, behaviours=1 << 4, self_harms=1),
        stable(TODAY, locked_up=2),
        stable(TODAY, hospitalisation=1),
        stable(TODAY, referral=2, referral_reason="复诊", referral_org="县医院"),
        stable(LAST - timedelta(days=30)),
        VisitRecord(visited_on=TODAY, form=2, lost_reason=1),
    ],
)
def test_the_tasks_told_beforehand_are_those_that_saving_opens(
    app: Flask, database: Database, county: County, patient: Patient, record: VisitRecord
) -> None:
    doctor = county.actor("doctor")
    with database.transaction() as session:
        judged = preview_visit(session, doctor, patient, record, TODAY)
        told = outlook(session, patient, judged, TODAY, NOW)
        visit_tasks = _saved(session, app.extensions["anhu.keyring"], county, patient, record)
    assert sorted((one.kind, one.due_on) for one in told) == sorted(visit_tasks)


@pytest.mark.parametrize(
    ("what", "value"), [(SpanKind.CARE, CareSetting.CUSTODY), (SpanKind.MANAGEMENT, ManagementStatus.LOST)]
)
def test_the_tasks_told_beforehand_heed_where_the_patient_is(
    app: Flask, database: Database, county: County, patient: Patient, what: SpanKind, value: Any
) -> None:
    doctor, record = county.actor("doctor"), stable(TODAY - timedelta(days=3))
    with database.transaction() as session:
        held = lock_patient(session, doctor, patient.public_id)
        lead, since = county.actor("health_lead"), TODAY - timedelta(days=2)
        change_state(session, lead, held, what, value.value, since, Reason("visit.same_day"), NOW)
        session.flush()
        judged = preview_visit(session, doctor, held, record, TODAY)
        told = outlook(session, held, judged, TODAY, NOW)
        opened = _saved(session, app.extensions["anhu.keyring"], county, held, record)
    assert sorted((one.kind, one.due_on) for one in told) == sorted(opened)


def _saved(
    session: Session, keyring: Keyring, county: County, patient: Patient, record: VisitRecord
) -> list[tuple[Any, date]]:
    accepted = ALL_DOUBTS | {"visit.late_entry", "visit.back_entry"}
    sent = command(patient, record, accepted=accepted, back_entry_reason="纸质表")
    visit = record_visit(session, Vault(session, keyring), county.actor("doctor"), sent, TODAY, NOW).visit
    return [(task.kind, task.due_on) for task in list_tasks_of_visit(session, visit)]


def test_without_a_script_the_summary_is_a_button_and_stores_nothing(client_as: ClientAs, patient: Patient) -> None:
    client = client_as("doctor")
    answer = post(client, patient, body(stable(TODAY, sleep=3), look="1"))
    html = page(answer)
    assert answer.status_code == 200 and "looked-at" in html and "睡眠情况" in html
    refused = page(post(client, patient, body(stable(TODAY), insight="", look="1")))
    assert "looked-at" not in refused and "请填写“自知力”" in refused
    assert page(client.get(f"/patients/{patient.public_id}/visits")).count("timeline-item") == 1


def test_the_page_after_saving_says_what_changed(client_as: ClientAs, patient: Patient) -> None:
    client = client_as("doctor")
    html = page(client.get(post(client, patient, body(stable(TODAY, sleep=3))).location))
    assert "与上次（11月10日）相比" in html and "睡眠情况" in html
    second = body(stable(TODAY, sleep=3), accepted="visit.same_day")
    again = page(client.get(post(client, patient, second).location))
    assert "各项都没有变化" in again


def test_the_preview_asks_the_database_few_questions_and_each_once(client_as: ClientAs, patient: Patient) -> None:
    client, sent = client_as("doctor"), body(middling(TODAY))
    post(client, patient, sent, "preview")
    with counted(client.application.extensions["anhu.db"]) as statements:
        assert post(client, patient, sent, "preview").status_code == 200
    assert len(statements) <= 13, statements
    assert len(set(statements)) == len(statements)


def test_the_form_asks_the_database_each_question_once(client_as: ClientAs, patient: Patient) -> None:
    client, where = client_as("doctor"), f"/patients/{patient.public_id}/visits/new"
    client.get(where)
    with counted(client.application.extensions["anhu.db"]) as statements:
        assert client.get(where).status_code == 200
    assert len(statements) <= 13, statements
    assert len(set(statements)) == len(statements)


def test_the_page_after_saving_asks_no_more_questions_however_many_visits_there_were(
    client_as: ClientAs, patient: Patient
) -> None:
    client = client_as("doctor")
    counts = []
    for _round in range(3):
        sent = body(middling(TODAY, post_intervention_trend=1), accepted="visit.same_day")
        where = post(client, patient, sent).location
        client.get(where)
        with counted(client.application.extensions["anhu.db"]) as statements:
            assert client.get(where).status_code == 200
        counts.append(len(statements))
    assert max(counts) <= 13 and len(set(counts)) == 1


def test_a_folded_group_tells_what_happened_before_what_did_not() -> None:
    line = in_short(stable(TODAY, behaviours=1 << 1, public_order_incidents=2))["二、状态"]
    assert line.startswith("危险性 0 级 · 肇事 2 次 · ")
    assert "无关锁" in line and "没有住院" in line


def test_nothing_has_changed_between_two_visits_alike_but_for_their_day() -> None:
    assert changes(stable(LAST), stable(TODAY)) == []


def test_what_is_no_longer_asked_is_told_by_the_answer_above_it() -> None:
    found = changes(stable(LAST, lab_test=2, lab_text="正常"), stable(TODAY))
    assert [(one.label, one.before, one.now) for one in found] == [("实验室检查", "有", "无")]


def test_a_medicine_that_is_no_longer_taken_is_told() -> None:
    (found,) = changes(stable(LAST), stable(TODAY, medicines=()))
    assert found.label == "用药情况" and found.before.startswith("利培酮") and found.now == ""
