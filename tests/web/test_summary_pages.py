"""From the coordinator's home the quarter's summary is one click away, and it says how far the notices are."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.db import Database
from app.people.vault import Vault
from app.subsidies.service.printing import NOTICES_PDF, note_print, start_print
from tests.rig.county import County
from tests.rig.families import varied
from tests.rig.quarter import NOW, TODAY, House

Client = Callable[[str], FlaskClient]


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(varied(12))
    return house


def _home(client: FlaskClient) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return unescape(answer.text)


def _make_notices(house: House) -> None:
    actor = house.actor("clerk")
    with house.database.reading() as session:
        draw = start_print(session, Vault(session, house.keyring), actor, house.run(), NOTICES_PDF, TODAY, NOW)
    with house.database.transaction() as session:
        note_print(session, house.keyring, actor, house.run(), NOTICES_PDF, draw(None), NOW)


def test_the_summary_is_one_click_from_the_coordinators_home(house: House, client_as: Client) -> None:
    house.prepare()
    client = client_as("coordinator")
    links = re.findall(r'href="(/subsidies/[^"]+/summary\.\w+)"', _home(client))
    assert [one.rsplit(".", 1)[1] for one in links] == ["xlsx", "pdf"]
    workbook, paper = (client.get(one) for one in links)
    assert "发放汇总表" in PdfReader(BytesIO(paper.data)).pages[0].extract_text()
    assert openpyxl.load_workbook(BytesIO(workbook.data)).worksheets[0].title == "发放汇总表"


def test_taking_the_summary_out_is_noted(house: House, client_as: Client, database: Database) -> None:
    run = house.prepare()
    client_as("coordinator").get(f"/subsidies/{run.public_id}/summary.pdf")
    with database.reading() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "subsidies.summary_printed")).one()
    assert (event.actor_role, event.subject_id) == ("coordinator", run.public_id)


def test_the_home_says_whether_the_notices_are_made_and_how_many_for_each_town(house: House, client_as: Client) -> None:
    client = client_as("coordinator")
    assert "监护人告知书" not in _home(client)
    house.prepare()
    assert "批次审批通过后，由民政经办" in _home(client)
    house.submit()
    house.approve()
    page = _home(client)
    assert "请民政经办在“打印”页生成" in page and "12 份，每份一页" in page
    _make_notices(house)
    page = _home(client)
    assert "请向民政经办领取" in page and "还没有生成" not in page


def test_notices_of_lines_that_changed_since_count_as_not_made(house: House, client_as: Client) -> None:
    house.prepare()
    house.submit()
    house.approve()
    _make_notices(house)
    held = next(place for place in house.families if house.line(place).decision == "hold")
    house.reopen()
    house.decide(held, is_paid=False)
    house.submit()
    house.approve()
    assert "还没有生成" in _home(client_as("coordinator"))


@pytest.mark.parametrize("who", ["town", "county_office", "doctor", "police", "city_viewer"])
def test_nobody_else_is_offered_or_given_it(house: House, client_as: Client, who: str) -> None:
    run = house.prepare()
    client = client_as(who)
    assert "summary.pdf" not in _home(client)
    assert client.get(f"/subsidies/{run.public_id}/summary.pdf").status_code == 403
