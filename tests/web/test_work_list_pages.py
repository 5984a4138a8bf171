"""The work list: narrowed, kept as a view, on paper and in a workbook; and the list of visits to confirm."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import SavedView
from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.reasons import reason
from app.people.vault import Vault
from app.tasks.rules import TaskKind
from app.tasks.service import move_follow_up, open_follow_up, open_task
from app.visits.models import FollowUpVisit
from app.visits.service import record_visit
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patient
from tests.rig.county import SECOND_VILLAGE, VILLAGE, County
from tests.rig.queries import counted
from tests.rig.visits import command, register, stable

ClientAs = Callable[[str], FlaskClient]
DUE = reason("tasks.first_visit", on=TODAY)


def late(database: Database, name: str, days: int, area: str = VILLAGE, **values: object) -> str:
    with database.transaction() as session:
        patient = add_patient(session, name, area, **values)
        open_follow_up(session, patient, TODAY - timedelta(days=days), [DUE], f"visit:{patient.id}", NOW)
        return patient.public_id


@pytest.fixture
def people(database: Database, county: County) -> None:
    late(database, "甲一", 3, risk_level=4, doctor_id=county.users["doctor"])
    late(database, "乙二", 40, risk_level=0)
    late(database, "丙三", 12, SECOND_VILLAGE, risk_level=1)
    with database.transaction() as session:
        patient = add_patient(session, "丁四", risk_level=2)
        open_task(session, patient, TaskKind.UNLOCKING, "visit:1", TODAY - timedelta(days=1), [DUE], NOW)


def shown(client: FlaskClient, query: str) -> set[str]:
    page = client.get(f"/tasks/?{query}").text
    return {name for name in ("甲一", "乙二", "丙三", "丁四") if f">{name}<" in page}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tab=overdue", {"甲一", "乙二", "丙三", "丁四"}),
        (f"tab=overdue&place={SECOND_VILLAGE}", {"丙三"}),
        ("tab=overdue&level=high", {"甲一"}),
        ("tab=overdue&level=1", {"丙三"}),
        ("tab=overdue&kind=unlocking", {"丁四"}),
        ("tab=overdue&late=30", {"乙二"}),
        ("tab=overdue&whose=mine", {"甲一"}),
        ("tab=overdue&whose=stand_in", set()),
        ("tab=overdue&level=low&late=7", {"乙二", "丙三"}),
        ("tab=overdue&place=999&level=x&kind=nothing&late=5&whose=all", {"甲一", "乙二", "丙三", "丁四"}),
    ],
)
def test_the_list_is_narrowed_by_what_the_address_says(
    people: None, client_as: ClientAs, query: str, expected: set[str]
) -> None:
    assert shown(client_as("doctor"), query) == expected


def test_the_tabs_count_what_the_filters_leave(people: None, client_as: ClientAs) -> None:
    page = client_as("doctor").get("/tasks/?tab=overdue&level=low").text
    assert '<b class="text-late">3</b>' in page
    page = client_as("doctor").get("/tasks/?tab=overdue&whose=mine").text
    assert '<b class="text-late">1</b>' in page


def test_filters_are_kept_under_a_name_applied_and_forgotten(
    people: None, database: Database, county: County, client_as: ClientAs
) -> None:
    doctor = client_as("doctor")
    kept = doctor.post("/tasks/views?tab=overdue&late=30&q=甲一&name=甲一", data={"name": "拖得最久的"})
    assert kept.status_code == 303
    with database.reading() as session:
        view = session.scalars(select(SavedView)).one()
        assert (view.name, view.query) == ("拖得最久的", "tab=overdue&late=30")
    assert "拖得最久的" in doctor.get("/tasks/").text
    assert shown(doctor, view.query) == {"乙二"}
    doctor.post("/tasks/views?tab=overdue&level=high", data={"name": "拖得最久的"})
    with database.reading() as session:
        assert session.scalars(select(SavedView)).one().query == "tab=overdue&level=high"
    lead = client_as("health_lead")
    assert "拖得最久的" not in lead.get("/tasks/").text
    assert lead.post(f"/tasks/views/{view.public_id}/delete").status_code == 404
    assert doctor.post(f"/tasks/views/{view.public_id}/delete").status_code == 303
    assert "拖得最久的" not in doctor.get("/tasks/").text
    refused = doctor.post("/tasks/views?tab=overdue", data={"name": " "})
    assert refused.status_code == 400 and "起个名字" in refused.text


def test_one_person_has_one_card_with_every_duty_on_it(
    people: None, database: Database, county: County, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        both = add_patient(session, "戊五", risk_level=0)
        open_follow_up(session, both, TODAY - timedelta(days=9), [DUE], "visit:1", NOW)
        open_task(session, both, TaskKind.CONFIRM_LOST, "attempt:1", TODAY - timedelta(days=2), [DUE], NOW)
        path = f"/patients/{both.public_id}"
    for role, deed, other in (("doctor", "/visits/new", None), ("health_lead", "/visits/new", "/visits/lost")):
        for order in ("", "&by=village"):
            page = client_as(role).get(f"/tasks/?tab=overdue{order}").text
            assert page.count(">戊五<") == 1 and "另有 失访待确认" in page
            assert f'{path}{deed}"' in page and (other is None) == (f"{path}/visits/lost" not in page)
    assert "<small>4 人</small>" in page


def test_the_work_list_asks_the_same_number_of_questions_whatever_its_size(
    database: Database, county: County, client_as: ClientAs
) -> None:
    doctor, asked = client_as("doctor"), []
    doctor.get("/tasks/?tab=overdue")
    for count in (3, 60):
        for number in range(count):
            late(database, f"甲{number}", number + 10, risk_level=number % 6, doctor_id=county.users["doctor"])
        for query in ("tab=overdue", "tab=overdue&by=village", "tab=overdue&whose=mine&level=low&late=7"):
            with counted(database) as sent:
                doctor.get(f"/tasks/?{query}")
            asked.append((query, len(sent)))
    assert asked[:3] == asked[3:]
    assert max(count for _query, count in asked) <= 6


def test_paper_and_workbook_hold_the_rows_of_the_screen_and_are_noted(
    people: None, app: Flask, database: Database, county: County, client_as: ClientAs, tmp_path: Path
) -> None:
    late(database, "=1+1", 5, SECOND_VILLAGE, risk_level=0)
    with database.transaction() as session:
        keyring, doctor_of_town = app.extensions["anhu.keyring"], county.actor("doctor")
        patient = register(session, keyring, doctor_of_town, TODAY, NOW, "戊五", address="村东头第三家")
        patient.joint_visit_until = TODAY
        move_follow_up(session, patient, TODAY - timedelta(days=2), [DUE])
    doctor = client_as("doctor")
    workbook = doctor.get(f"/tasks/workbook?tab=overdue&place={SECOND_VILLAGE}")
    sheet = openpyxl.load_workbook(BytesIO(workbook.data)).active
    cells = {str(cell.value): cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert "丙三" in cells and "甲一" not in cells and cells["=1+1"] == "s" and cells["12"] == "n"

    paper = doctor.get("/tasks/day-sheet?tab=overdue")
    assert paper.mimetype == "application/pdf"
    if shutil.which("pdftotext"):
        (tmp_path / "day.pdf").write_bytes(paper.data)
        text = subprocess.run(
            ["pdftotext", "-layout", tmp_path / "day.pdf", "-"], check=True, capture_output=True, text=True
        ).stdout
        plain = text.replace(" ", "")
        assert all(
            name in plain
            for name in ("甲一", "乙二", "丙三", "丁四", "随访日程单", "逾期40天", "锁解锁", "村东头第三家", "联合随访")
        )
    with database.reading() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.action.like("tasks.list_%"))).all()
        found = {(event.action, event.count, event.detail["filters"].get("place")) for event in events}
    assert found == {("tasks.list_exported", 2, SECOND_VILLAGE), ("tasks.list_printed", 6, None)}


# -- the town's word ---------------------------------------------------------------------------------------------------


@pytest.fixture
def visits(app: Flask, database: Database, county: County) -> list[str]:
    """Two visits that the village doctor has entered: paths of their pages."""
    keyring, village = app.extensions["anhu.keyring"], county.actor("village_doctor")
    made = []
    with database.transaction() as session:
        for name in ("孙玉珍", "李秀兰"):
            patient = register(session, keyring, county.actor("doctor"), TODAY, NOW, name)
            sent = command(patient, stable(date(2026, 11, 20)))
            visit = record_visit(session, Vault(session, keyring), village, sent, TODAY, NOW).visit
            made.append(f"/patients/{patient.public_id}/visits/{visit.public_id}")
    return made


def test_one_tap_confirms_one_and_one_tap_all_that_are_shown(
    visits: list[str], database: Database, client_as: ClientAs
) -> None:
    doctor = client_as("doctor")
    assert "2 次村医随访待卫生院确认" in doctor.get("/").text
    assert "待卫生院确认" in client_as("village_doctor").get(visits[0]).text
    page = doctor.get("/visits/to-confirm").text
    assert "孙玉珍" in page and "确认本页全部 2 次" in page
    ids = [path.rsplit("/", 1)[1] for path in visits]
    assert doctor.post("/visits/to-confirm", data={"visit": ids[:1]}).status_code == 303
    assert "代表卫生院确认" in doctor.get(visits[0]).text
    assert doctor.post("/visits/to-confirm", data={"visit": ids}).status_code == 303
    assert doctor.post("/visits/to-confirm", data={"visit": ids}).status_code == 409
    with database.reading() as session:
        assert not session.scalars(select(FollowUpVisit).where(FollowUpVisit.confirmed_at.is_(None))).all()
    assert "没有等待确认的随访" in doctor.get("/visits/to-confirm").text


def test_a_visit_goes_back_with_its_reason_and_comes_up_on_the_villages_list(
    visits: list[str], client_as: ClientAs
) -> None:
    doctor, village = client_as("doctor"), client_as("village_doctor")
    assert doctor.post(f"{visits[0]}/return", data={}).status_code == 400
    assert doctor.post(f"{visits[0]}/return", data={"why": "medicine"}).status_code == 303
    assert doctor.post(f"{visits[0]}/return", data={"why": "medicine"}).status_code == 409
    page = village.get("/tasks/?tab=week").text
    assert "被卫生院退回：用药记录不符" in page and "查看并更正" in page
    assert "用药记录不符" in village.get(visits[0]).text
    assert "已退回，等村医更正" in doctor.get("/visits/to-confirm").text


def test_the_county_office_decides_whether_visits_are_confirmed(visits: list[str], client_as: ClientAs) -> None:
    office = client_as("county_office")
    assert "未作设置时的规定" in office.get("/visits/settings").text
    assert office.post("/visits/settings", data={}).status_code == 400
    answer = office.post("/visits/settings", data={"wanted": "not_required"}, follow_redirects=True)
    assert "2 次待确认的随访已办结" in answer.text and "county_office 于" in answer.text
    assert "待卫生院确认" not in client_as("doctor").get(visits[0]).text
