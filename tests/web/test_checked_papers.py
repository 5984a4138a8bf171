"""A paper leads back to its print: serial and check code are on it, fit only together, only within one's area, and say what has changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.audit.models import PrintedPaper
from app.audit.prints import Print, mark_of
from app.core.crypto import Keyring
from app.core.db import Database
from app.subsidies.queries.letters import letter_code
from config import Key
from tests.rig.clock import NOW
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.papers import words_on
from tests.rig.quarter import House

Client = Callable[[str], FlaskClient]
LINE = re.compile(r"编号 ?(\d{8}-\w{7}) ?校验码 ?(\w{8})")


@pytest.fixture
def submitted(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(4))
    house.prepare()
    house.submit()
    return house


def _summary(client: FlaskClient, house: House, ending: str) -> bytes:
    content: bytes = client.get(f"/subsidies/{house.run().public_id}/summary.{ending}").data
    return content


def _marks(content: bytes) -> tuple[str, str]:
    found = LINE.search(words_on(content))
    assert found
    return found[1], found[2]


def test_a_printed_paper_is_found_by_its_number_and_code_together(submitted: House, client_as: Client) -> None:
    clerk = client_as("clerk")
    serial, code = _marks(_summary(clerk, submitted, "pdf"))
    page = client_as("auditor").get("/reports/check", query_string={"serial": serial, "code": code.lower()}).text
    assert "是本系统的打印件" in page
    assert "与系统现在的批次一致" in page
    for wrong in ({"serial": serial, "code": "00000000"}, {"serial": serial[:-1], "code": code}):
        assert "查不到这份打印件" in client_as("auditor").get("/reports/check", query_string=wrong).text


def test_a_paper_of_a_run_that_changed_since_says_so(submitted: House, client_as: Client) -> None:
    serial, code = _marks(_summary(client_as("clerk"), submitted, "pdf"))
    with submitted.step() as (_session, run):
        run.digest = "0" * 64
    page = client_as("auditor").get("/reports/check", query_string={"serial": serial, "code": code}).text
    assert "打印之后批次内容有变动" in page


def test_the_workbook_bears_the_same_marks_as_the_paper(submitted: House, client_as: Client) -> None:
    content = _summary(client_as("clerk"), submitted, "xlsx")
    cells = [str(cell) for sheet in openpyxl.load_workbook(BytesIO(content)) for row in sheet.values for cell in row]
    assert any(LINE.search(cell) for cell in cells)


def test_a_print_is_on_record_once_however_often_it_is_noted(submitted: House, client_as: Client) -> None:
    clerk = client_as("clerk")
    _summary(clerk, submitted, "pdf")
    _summary(clerk, submitted, "pdf")
    with submitted.database.reading() as session:
        serials = session.scalars(select(PrintedPaper.serial)).all()
        assert len(serials) == len(set(serials)) == session.scalar(select(func.count(PrintedPaper.id)))


def test_a_guardians_letter_is_checked_by_what_stands_on_it(submitted: House, client_as: Client) -> None:
    code = letter_code(submitted.run(), submitted.line(0).public_id)
    page = client_as("clerk").get("/reports/check", query_string={"serial": "2026-3-00001", "code": code}).text
    assert "是本系统的打印件" in page
    assert "750.00" in page
    page = client_as("county_office").get("/reports/check", query_string={"serial": "2026-3-00001", "code": code}).text
    assert "是本系统的打印件" in page
    assert "750.00" not in page
    page = client_as("clerk").get("/reports/check", query_string={"serial": "2026-2-00001", "code": code}).text
    assert "查不到这份打印件" in page


def test_nobody_makes_up_a_mark_without_the_key() -> None:
    wanted = Print("subsidies.ledger_printed", ("subsidy_run", "x"), "340000000000", "a" * 64, 1, NOW)
    ours, theirs = (Keyring((Key("a", b"d" * 32),), (Key("i", secret * 32),)) for secret in (b"o", b"t"))
    assert mark_of(ours, wanted) == mark_of(ours, wanted)
    assert mark_of(ours, wanted).code != mark_of(theirs, wanted).code
