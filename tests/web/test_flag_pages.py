"""The pages that watch over the money: flags for reviewer and auditor, any line with everything behind it, what was tried and stopped."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.accounts.models import User
from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.identity import mask_name
from app.people.models import Person
from app.subsidies.models import ReviewFlag
from app.subsidies.rules.watch import FlagState
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.quarter import NOW, House
from tests.rig.queries import counted
from tests.rig.scene import NEAR, Scene

Client = Callable[[str], FlaskClient]


def text_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def test_the_auditor_reads_pattern_because_and_whose_work(client_as: Client, scene: Scene) -> None:
    page = text_of(client_as("auditor").get("/subsidies/flags"))
    assert "未见面而发放" in page
    assert "超过 6 个月没有医生当面随访" in page
    assert "doctor" in page
    assert NEAR.guardian_name in page
    assert NEAR.patient_name not in page
    assert scene.near.flag not in page, "the auditor reads and never writes"


@pytest.mark.parametrize("asked", ["pattern=late_swap", "state=explained", "user=clerk", "period=2025Q1"])
def test_filters_leave_what_was_asked_for(client_as: Client, scene: Scene, asked: str) -> None:
    assert "没有符合条件的疑点" in text_of(client_as("auditor").get(f"/subsidies/flags?{asked}"))


def test_flags_leave_as_a_typed_workbook_and_that_is_noted(client_as: Client, scene: Scene, database: Database) -> None:
    answer = client_as("auditor").get("/subsidies/flags.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    [row] = [one for one in rows if one[2] == "未见面而发放"]
    assert isinstance(row[9], int | float)
    with database.reading() as session:
        assert session.scalars(select(AuditEvent).where(AuditEvent.action == "subsidies.flags_printed")).one()


def test_a_reviewer_explains_a_flag_with_its_ground(client_as: Client, scene: Scene, database: Database) -> None:
    address = f"/subsidies/flags/{scene.near.flag}/decide"
    client = client_as("reviewer")
    refused = client.post(address, data={"state": "explained", "ground": "papers_seen"})
    assert refused.status_code == 400
    assert "请填写所依据文件的编号" in text_of(refused)
    done = client.post(address, data={"state": "explained", "ground": "family_seen"})
    assert done.status_code == 302
    with database.reading() as session:
        flag = session.scalars(select(ReviewFlag).where(ReviewFlag.public_id == scene.near.flag)).one()
        assert (flag.state, flag.ground) == (FlagState.EXPLAINED, "family_seen")
    assert client.post(address, data={"state": "explained", "ground": "phoned"}).status_code == 409


def test_nobody_explains_what_is_said_of_their_own_work(client_as: Client, scene: Scene, database: Database) -> None:
    with database.transaction() as session:
        reviewer = session.scalars(select(User.id).where(User.name == "reviewer")).one()
        session.execute(update(ReviewFlag).values(user_id=reviewer))
    address = f"/subsidies/flags/{scene.near.flag}/decide"
    client = client_as("reviewer")
    refused = client.post(address, data={"state": "explained", "ground": "phoned"})
    assert refused.status_code == 409
    assert "由其他复核人说明" in text_of(refused)
    handed = {"state": "handed_on", "ground": "to_discipline", "reference": "〔2026〕9号"}
    assert client.post(address, data=handed).status_code == 302


def test_any_line_shows_everything_behind_it(client_as: Client, scene: Scene) -> None:
    page = text_of(client_as("auditor").get(f"/subsidies/lines/{scene.near.line}"))
    for words in (
        NEAR.guardian_name, "按月计算", "协议与监护", "领款账户", f"尾号 {NEAR.account[-4:]}", "安民发〔2026〕3号",
        "签批", "政策与名单", "未见面而发放", mask_name(NEAR.patient_name),
        "姓名相近，请看是否同一人", "入户核查 ", "公示异议 · 金额或天数有误 · 群众实名",
    ):  # fmt: skip
        assert words in page, words
    for value in (NEAR.patient_name, NEAR.patient_id, NEAR.account, NEAR.guardian_id, NEAR.ward, NEAR.medicine):
        assert value not in page


def test_finance_sees_no_reasons_no_patient_and_no_account(client_as: Client, scene: Scene) -> None:
    page = text_of(client_as("finance").get(f"/subsidies/lines/{scene.near.line}"))
    assert NEAR.guardian_name in page
    assert "按月计算" not in page
    assert "尾号" not in page
    assert "被监护人" not in page


def test_a_look_at_a_line_is_noted_once(client_as: Client, scene: Scene, database: Database) -> None:
    client = client_as("auditor")
    for _again in range(3):
        client.get(f"/subsidies/lines/{scene.near.line}")
    with database.reading() as session:
        looks = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "audit.looked", AuditEvent.subject_id == scene.near.line)
        ).all()
    assert len(looks) == 1


def test_a_line_is_found_by_payee_and_by_agreement_within_the_area(client_as: Client, scene: Scene) -> None:
    client = client_as("auditor")
    assert scene.near.line in client.get("/subsidies/lines?q=诸葛").get_data(as_text=True)
    assert scene.near.line in client.get("/subsidies/lines?period=2026Q3").get_data(as_text=True)
    assert "没有找到" in text_of(client.get("/subsidies/lines?q=欧阳"))


def test_a_page_of_a_line_asks_as_often_whatever_stands_behind_it(
    app: Flask, database: Database, county: County, client_as: Client
) -> None:
    house = House(app, database, county)
    house.settle_in(families(4))
    house.prepare()
    client, address = client_as("auditor"), f"/subsidies/lines/{house.line(0).public_id}"
    client.get(address)
    with counted(database) as few:
        client.get(address)
    house.submit()
    house.approve()
    house.export()
    house.settle()
    with counted(database) as many:
        assert client.get(address).status_code == 200
    assert len(few) == len(many)


def test_what_was_tried_and_stopped_is_named_on_the_auditors_page(
    app: Flask, database: Database, county: County, client_as: Client
) -> None:
    house = House(app, database, county)
    house.settle_in(families(2))
    run = house.prepare()
    with database.transaction() as session:
        person = Person(name="一人两号", name_sort="yi", created_at=NOW)
        session.add(person)
        session.flush()
        session.execute(update(User).where(User.name.in_(("clerk", "reviewer"))).values(person_id=person.id))
    house.submit()
    page = client_as("reviewer").get(f"/subsidies/{run.public_id}").get_data(as_text=True)
    version = page.split('name="version"')[1].split('value="')[1].split('"')[0]
    assert (
        client_as("reviewer").post(f"/subsidies/{run.public_id}/approve", data={"version": version}).status_code == 409
    )
    said = text_of(client_as("auditor").get("/subsidies/flags"))
    assert "造册、复核、拨付须由三个不同的人办理" in said
    assert "reviewer" in said
