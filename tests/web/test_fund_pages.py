"""The fund's page: the clerk writes down, the reviewer confirms, everybody who sees the money sees what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.audit.models import AuditEvent
from app.core.actor import Actor
from app.core.db import Database, new_public_id
from app.core.money import Money
from app.subsidies.rules.floors import Floors
from app.subsidies.service.floors import set_floors
from tests.rig.county import County
from tests.rig.quarter import NOW

CITY = "349900000000"
Client = Callable[[str], FlaskClient]


def _grant(**changed: str) -> dict[str, str]:
    return {
        "key": new_public_id(),
        "year": "2026",
        "side": "county",
        "amount": "300000.00",
        "document_number": "安财社〔2026〕11号",
        "on_day": "2026-11-01",
    } | changed


def _act(page: str, what: str) -> str:
    found = re.search(rf'action="(/subsidies/fund/proposals/[^"]+/{what})"', page)
    assert found, what
    return found[1]


def _filled(client_as: Client, **changed: str) -> None:
    assert client_as("clerk").post("/subsidies/fund", data=_grant(**changed)).status_code == 302
    reviewer = client_as("reviewer")
    page = reviewer.get("/subsidies/fund").text
    assert reviewer.post(_act(page, "approve")).status_code == 302


def test_a_grant_is_written_down_confirmed_and_shown(county: County, client_as: Client) -> None:
    _filled(client_as)
    for role in ("clerk", "reviewer", "finance", "auditor"):
        page = client_as(role).get("/subsidies/fund").text
        assert "300,000.00" in page and "叁拾万元整" in page and "安财社〔2026〕11号" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "0"),
        ("amount", "三千"),
        ("document_number", ""),
        ("on_day", "2026-12-31"),
        ("side", "pool"),
        ("year", "1999"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_stays(
    county: County, client_as: Client, field: str, value: str
) -> None:
    answer = client_as("clerk").post("/subsidies/fund", data=_grant(**{field: value}))
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert field == "document_number" or "安财社〔2026〕11号" in answer.text


def test_a_pool_below_the_citys_floor_says_why_on_its_page(
    county: County, client_as: Client, database: Database
) -> None:
    with database.transaction() as session:
        if session.get(Area, CITY) is None:
            session.add(Area(code=CITY, name="安平市", level=AreaLevel.CITY))
            session.flush()
        set_floors(session, Actor.operator(), CITY, Floors(None, Money.from_yuan("400000")), NOW)
    _filled(client_as)
    clerk = client_as("clerk")
    assert "差 100,000.00 元" in clerk.get("/subsidies/fund").text
    assert "说明原因和文件号之前" in client_as("auditor").get("/subsidies/fund").text
    assert clerk.post("/subsidies/fund/below-floor", data={"floor_ground": "few_patients"}).status_code == 400
    stated = {"floor_ground": "few_patients", "floor_reference": "安民函〔2026〕3号"}
    assert clerk.post("/subsidies/fund/below-floor", data=stated).status_code == 302
    assert "安民函〔2026〕3号" in client_as("auditor").get("/subsidies/fund").text


def test_a_grant_sent_twice_waits_once(county: County, client_as: Client) -> None:
    clerk, form = client_as("clerk"), _grant()
    for _time in range(2):
        assert clerk.post("/subsidies/fund", data=form).status_code == 302
    assert clerk.get("/subsidies/fund").text.count("/withdraw") == 1


def test_a_confirmed_grant_is_not_confirmed_again(county: County, client_as: Client) -> None:
    client_as("clerk").post("/subsidies/fund", data=_grant())
    reviewer = client_as("reviewer")
    address = _act(reviewer.get("/subsidies/fund").text, "approve")
    assert reviewer.post(address).status_code == 302
    again = reviewer.post(address)
    assert again.status_code == 409 and "这一笔已经处理" in again.text
    assert "300,000.00" in again.text


def test_a_mistake_is_turned_back_by_two_people(county: County, client_as: Client) -> None:
    _filled(client_as)
    clerk, reviewer = client_as("clerk"), client_as("reviewer")
    found = re.search(r'href="(/subsidies/fund/entries/[^"]+/reverse)"', clerk.get("/subsidies/fund").text)
    assert found
    assert clerk.get(found[1]).status_code == 200
    assert clerk.post(found[1], data={"key": new_public_id(), "document_number": ""}).status_code == 400
    paper = {"key": new_public_id(), "document_number": "安财社〔2026〕12号"}
    assert clerk.post(found[1], data=paper).status_code == 302
    assert reviewer.post(_act(reviewer.get("/subsidies/fund").text, "approve")).status_code == 302
    page = clerk.get("/subsidies/fund").text
    assert "已冲回" in page and "/reverse" not in page


def test_the_years_end_has_a_rule(county: County, client_as: Client) -> None:
    clerk = client_as("clerk")
    assert clerk.post("/subsidies/fund/year-end", data={"rule": "lapse"}).status_code == 302
    page = clerk.get("/subsidies/fund").text
    assert re.search(r'value="lapse"[^>]*checked', page)
    assert clerk.post("/subsidies/fund/year-end", data={}).status_code == 400


def test_an_unknown_year_shows_this_one(county: County, client_as: Client) -> None:
    for year in ("1999", "x", "99999999999"):
        assert client_as("auditor").get(f"/subsidies/fund?year={year}").status_code == 200


def test_the_years_statement_is_printed_and_noted(county: County, client_as: Client, database: Database) -> None:
    _filled(client_as)
    _filled(client_as, amount="0.05", side="city", document_number="市财社〔2026〕27号")
    auditor = client_as("auditor")
    paper = PdfReader(BytesIO(auditor.get("/subsidies/fund/2026/statement.pdf").data)).pages[0].extract_text()
    for words in ("2026年监护补贴资金池收支表", "叁拾万元零伍分", "安财社〔2026〕11号", "市级补助", "300,000.05"):
        assert words in paper.replace(" ", "")
    book = openpyxl.load_workbook(BytesIO(auditor.get("/subsidies/fund/2026/statement.xlsx").data))
    sums = [cell.value for row in book.worksheets[0].iter_rows() for cell in row if isinstance(cell.value, float | int)]
    assert 300000.05 in sums
    assert auditor.get("/subsidies/fund/2025/statement.pdf").status_code == 404
    with database.reading() as session:
        noted = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "subsidies.fund_printed")
        assert session.scalar(noted) == 2
