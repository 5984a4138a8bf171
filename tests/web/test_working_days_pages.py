"""The list of holidays by page: looked at before it is kept; what waits for it says so wherever its day is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from app.core import calendar as stored
from app.core.clock import Clock
from app.core.db import Database
from app.desk.commands import ProposeTransfer
from app.desk.service.transfers import propose_transfer
from app.patients.queries import get_patient
from app.patients.rules import TransferReason
from app.patients.service.comparing import ask_to_compare
from app.visits.service.recording import record_visit
from tests.rig.county import OTHER_VILLAGE, County
from tests.rig.holidays import NOTICE_2027
from tests.rig.register import id_number, keyring, registered, vault
from tests.rig.visits import command as visit_command
from tests.rig.visits import stable

Client = Callable[[str], FlaskClient]
DAY = date(2026, 12, 28)
NOW = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
ANSWERS = {"year": "2027", "document": "国办发明电〔2026〕9号", "lines": NOTICE_2027}


@pytest.fixture
def year_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A day from which terms run into a year that is not known yet."""
    monkeypatch.setitem(app.extensions, "anhu.clock", Clock(fixed_today=DAY))
    return app


@pytest.fixture
def owed(year_end: Flask, database: Database, county: County) -> str:
    """Somebody with papers to compare and a transfer to answer by 4 January; the patient's public id."""
    with database.transaction() as session:
        patient = registered(session, county.actor("county_office"))
        assert ask_to_compare(session, keyring(), county.actor("county_office"), id_number(), DAY, NOW)
        wanted = ProposeTransfer(patient.public_id, "move-1", OTHER_VILLAGE, TransferReason.MOVED_HOUSE)
        propose_transfer(session, county.actor("doctor"), wanted, DAY, NOW)
        return patient.public_id


def _page(client: FlaskClient, address: str) -> str:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def test_a_list_is_looked_at_and_then_kept(year_end: Flask, client_as: Client, database: Database) -> None:
    client = client_as("coordinator")
    page = _page(client, "/workdays/")
    assert 'value="2027"' in page and "2026 年" in page
    looked = client.post("/workdays/", data=ANSWERS)
    assert looked.status_code == 200
    text = unescape(looked.text)
    assert "2027年2月5日" in text and "调休上班" in text and "启用 2027 年名单" in text
    with database.reading() as session:
        assert 2027 not in stored.load_all_workdays(session).years
    kept = client.post("/workdays/keep", data=ANSWERS, follow_redirects=True)
    text = unescape(kept.text)
    assert kept.status_code == 200
    assert "2027 年的放假安排已启用" in text and "国办发明电〔2026〕9号" in text
    again = unescape(client.post("/workdays/", data=ANSWERS).text)
    assert "新增 0 天，去掉 0 天，改动 0 天" in again


def test_a_workbook_brings_the_same_list(year_end: Flask, client_as: Client) -> None:
    book = openpyxl.Workbook()
    book.active.append(["日期", "安排", "节日"])
    book.active.append([datetime(2027, 1, 1, tzinfo=UTC).replace(tzinfo=None), "放假", "元旦"])
    book.active.append(["2027-10-01至2027-10-07", "休假日", "国庆节"])
    content = BytesIO()
    book.save(content)
    content.seek(0)
    sent = {"year": "2027", "document": "通知", "lines": "", "file": (content, "2027.xlsx")}
    looked = client_as("admin").post("/workdays/", data=sent)
    text = unescape(looked.text)
    assert looked.status_code == 400
    assert "第 3 行：请写明“放假”或“上班”，现为“休假日”" in text
    assert "2027-01-01,放假,元旦" in text, "the file's lines can be mended in the form"


def test_a_wrong_list_is_not_kept_by_the_other_button(year_end: Flask, client_as: Client, database: Database) -> None:
    wrong = ANSWERS | {"lines": NOTICE_2027.replace("2027-10-01", "2027-10-32")}
    kept = client_as("coordinator").post("/workdays/keep", data=wrong)
    assert kept.status_code == 400 and "2027-10-32" in kept.text
    with database.reading() as session:
        assert stored.list_year(session, 2027) == []


@pytest.mark.parametrize(("name", "value"), [("year", "二〇二七"), ("year", "1999"), ("document", ""), ("lines", "")])
def test_what_is_missing_is_said(year_end: Flask, client_as: Client, name: str, value: str) -> None:
    answer = client_as("coordinator").post("/workdays/", data=ANSWERS | {name: value})
    assert answer.status_code == 400


def test_a_year_that_is_not_known_is_not_found(year_end: Flask, client_as: Client) -> None:
    assert client_as("admin").get("/workdays/2099").status_code == 404
    assert "国庆节、中秋节" in _page(client_as("admin"), "/workdays/2025")


def test_the_list_of_holidays_is_one_click_from_the_homes_that_keep_it(year_end: Flask, client_as: Client) -> None:
    for role in ("coordinator", "admin"):
        assert 'href="/workdays/"' in _page(client_as(role), "/")


def test_a_provisional_deadline_is_marked_wherever_it_is_shown(owed: str, client_as: Client) -> None:
    office = client_as("county_office")
    for address in ("/tasks/?tab=week", "/tasks/?tab=week&by=village", "/transfers/"):
        assert "暂定" in _page(office, address), address
    book = openpyxl.load_workbook(BytesIO(office.get("/tasks/workbook?tab=week").data))
    assert "2027-01-04（暂定）" in [cell.value for row in book.active.iter_rows() for cell in row]
    sheet = PdfReader(BytesIO(office.get("/tasks/day-sheet?tab=week").data)).pages[0].extract_text()
    assert "暂定" in sheet
    page = _page(office, f"/patients/{owed}")
    assert "（暂定）" in page and "2027 年的放假安排尚未载入，暂按周一至周五计算" in page
    assert "暂定" in _page(client_as("doctor"), "/transfers/?tab=sent")


def test_what_is_owed_to_the_national_system_by_a_day_of_an_unknown_year_says_so(
    owed: str, database: Database, county: County, client_as: Client
) -> None:
    doctor = county.actor("doctor")
    with database.transaction() as session:
        patient = get_patient(session, doctor, owed)
        record_visit(session, vault(session), doctor, visit_command(patient, stable(DAY)), DAY, NOW)
    assert "期限为暂定" in _page(client_as("doctor"), "/visits/national")
    client_as("coordinator").post("/workdays/keep", data=ANSWERS)
    page = _page(client_as("doctor"), "/visits/national")
    assert "期限为暂定" not in page and "1月12日前录入" in page


def test_marks_vanish_with_the_list(owed: str, client_as: Client) -> None:
    kept = client_as("coordinator").post("/workdays/keep", data=ANSWERS, follow_redirects=True)
    assert "2 项改了日期" in unescape(kept.text)
    page = _page(client_as("county_office"), f"/patients/{owed}")
    assert "暂定" not in page
    assert "重排，原为 2027年1月4日" in page


def test_the_paper_of_a_transfer_says_that_its_day_is_provisional(owed: str, client_as: Client) -> None:
    office = client_as("county_office")
    address = re.findall(r'href="/transfers/([A-Za-z0-9_-]{22})"', _page(office, "/transfers/"))[0]
    paper = office.get(f"/transfers/{address}/paper")
    assert "暂定" in PdfReader(BytesIO(paper.data)).pages[0].extract_text()
