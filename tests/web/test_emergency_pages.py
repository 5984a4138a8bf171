"""Pages of emergencies, treatment and alerts: what each shows, leads to and refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.core.clock import SHANGHAI
from app.core.db import Database
from app.desk.queries.alerts import alert_board
from app.patients.models import Injection, Patient
from tests.rig.county import County
from tests.rig.queries import counted
from tests.rig.register import NOW, TODAY, registered
from tests.rig.scene import Scene

ClientAs = Callable[[str], FlaskClient]


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found.group(1)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found.group(1)


def test_an_emergency_of_somebody_unknown_is_opened_filled_and_finished(
    scene: Scene, client_as: ClientAs, database: Database, county: County
) -> None:
    doctor = client_as("doctor")
    page = doctor.get("/incidents/new").text
    sent = {
        "csrf_token": token(page),
        "key": hidden(page, "key"),
        "reporter": "police",
        "reason": "danger",
        "category": "unknown",
        "area_code": county.actor("village_doctor").area_prefix.ljust(12, "0"),
        "started_at": hidden(page, "started_at"),
    }
    answer = doctor.post("/incidents/new", data=sent)
    assert answer.status_code == 302, answer.text
    where = answer.headers["Location"]
    page = doctor.get(where).text
    ended = datetime.now(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    record = {
        "csrf_token": token(page),
        "version": hidden(page, "version"),
        "reason": "danger",
        "risk_level": "3",
        "finish": "1",
        "scene": "在车站",
    }
    refused = doctor.post(where, data=record)
    assert refused.status_code == 422 and "须告知公安机关" in refused.text and "在车站" in refused.text
    assert "已经保存，还不能完成记录单" in refused.text and "还没有保存" not in refused.text
    record |= {
        "version": hidden(refused.text, "version"),
        "place": "车站",
        "measures": ["1", "3"],
        "effect": "controlled",
        "disposal": "on_the_spot",
        "consent_signer": "police_witness",
        "police_told_at": ended,
        "police_told": "on_scene",
        "team": "老田 派出所\n曹医生 卫生院",
        "ended_at": ended,
    }
    done = doctor.post(where, data=record)
    assert done.status_code == 302, re.findall(r'class="error".*?</div>', done.text, re.S)
    page = doctor.get(where).text
    assert "按时完成" in page and "现场临时处置、应急用药" in page and "第 1 次" in page
    assert doctor.get(f"{where}/paper").data.startswith(b"%PDF")
    check = doctor.get(f"{where}/checks").text
    assert doctor.post(f"{where}/checks", data={"csrf_token": token(check), "is_stable": "1"}).status_code == 302
    assert "第 2 次" in doctor.get(where).text


def test_a_visits_question_can_be_answered_with_no(scene: Scene, client_as: ClientAs) -> None:
    doctor = client_as("doctor")
    assert "慕容瑾瑜" in doctor.get("/incidents/").text
    where = f"/incidents/tasks/{scene.near.question}"
    page = doctor.get(where).text
    assert "危险" in page
    nothing = doctor.post(where, data={"csrf_token": token(page)})
    assert nothing.status_code == 422
    assert doctor.post(where, data={"csrf_token": token(page), "why": "handled"}).status_code == 302
    assert doctor.get(where).status_code == 404


def test_an_emergency_of_a_patient_leads_back_to_the_one_that_runs(scene: Scene, client_as: ClientAs) -> None:
    doctor = client_as("doctor")
    where = f"/incidents/patients/{scene.near.patient}/new"
    menu = doctor.get(f"/patients/{scene.near.patient}").text.split("menu-sheet")[1].split("</nav>")[0]
    assert where in menu, "in an emergency nobody scrolls past the history"
    page = doctor.get(where).text
    began = hidden(page, "started_at")
    sent = {"csrf_token": token(page), "key": hidden(page, "key"), "reporter": "family", "reason": "relapse"}
    opened = doctor.post(where, data=sent | {"started_at": began})
    assert opened.status_code == 302
    assert doctor.get(where).headers["Location"] == opened.headers["Location"]
    assert doctor.post(where, data=sent | {"started_at": "gestern"}).status_code == 422


def test_the_county_turns_the_checks_off_and_on(scene: Scene, client_as: ClientAs) -> None:
    office = client_as("county_office")
    page = office.get("/incidents/").text
    assert "已开启" in page
    office.post("/incidents/checks-setting", data={"csrf_token": token(page), "is_on": "0"})
    assert "已关闭" in office.get("/incidents/").text


def test_an_injection_is_recorded_from_the_patients_page_and_shown_beside_adherence(
    scene: Scene, client_as: ClientAs, database: Database
) -> None:
    doctor, patient = client_as("doctor"), scene.near.patient
    assert f"/patients/{patient}/treatment" in doctor.get(f"/patients/{patient}").text
    where = f"/patients/{patient}/treatment/injection"
    page = doctor.get(where).text
    sent = {"csrf_token": token(page), "key": hidden(page, "key"), "drug": "棕榈酸帕利哌酮", "given_on": "2026-10-20"}
    wrong = doctor.post(where, data=sent | {"dose_mg": "viel", "interval_weeks": "40"})
    assert wrong.status_code == 422
    assert doctor.post(where, data=sent | {"dose_mg": "100", "interval_weeks": "4"}).status_code == 302
    with database.reading() as session:
        assert session.query(Injection).count() == 1
    shown = doctor.get(f"/patients/{patient}/treatment").text
    assert "棕榈酸帕利哌酮" in shown
    assert "长效针剂" in doctor.get(f"/patients/{patient}/visits/new").text


def test_joint_visits_are_set_and_ended_on_the_patients_page(
    scene: Scene, client_as: ClientAs, database: Database
) -> None:
    doctor, patient = client_as("doctor"), scene.near.patient
    where = f"/patients/{patient}/joint-visits"
    page = doctor.get(where).text
    until = hidden(page, "until")
    sent = {"csrf_token": token(page), "until": until}
    assert doctor.post(where, data=sent).status_code == 422
    assert doctor.post(where, data=sent | {"triggers": ["violence", "threats"]}).status_code == 302
    assert "联合随访至" in doctor.get(f"/patients/{patient}").text
    assert doctor.post(where, data={"csrf_token": token(page), "end": "1"}).status_code == 302
    with database.reading() as session:
        assert session.query(Patient).filter_by(public_id=patient).one().joint_visit_until is None


@pytest.mark.parametrize("who", ["doctor", "health_lead", "county_office"])
def test_the_board_says_why_and_who_and_leads_to_the_deed(scene: Scene, client_as: ClientAs, who: str) -> None:
    page = client_as(who).get("/alerts").text
    assert "应急处置记录" in page and "责任医生" in page
    assert f"/incidents/tasks/{scene.near.question}" in page


def test_the_coordinators_board_holds_nothing_clinical(
    scene: Scene, client_as: ClientAs, county: County, database: Database
) -> None:
    page = client_as("coordinator").get("/alerts").text
    assert "应急处置记录" in page
    for colour in ("red", "orange", "yellow", "blue"):
        page = client_as("coordinator").get(f"/alerts?colour={colour}&after=x").text
        assert "不稳定" not in page and "针剂" not in page and "药品" not in page


@pytest.mark.usefixtures("app")
def test_the_board_asks_the_same_number_of_questions_however_many_patients(
    scene: Scene, database: Database, county: County
) -> None:
    def ask() -> int:
        with database.reading() as session, counted(database) as statements:
            alert_board(session, county.actor("county_office"), None, None, TODAY + timedelta(days=200), NOW)
        return len(statements)

    before = ask()
    with database.transaction() as session:
        for number in range(8):
            registered(session, county.actor("county_office"), f"郑{'一二三四五六七八'[number]}", number + 20)
    assert ask() == before
