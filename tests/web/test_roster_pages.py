"""Roster import by page: upload, look, confirm; the work is the scheduler's, done here by its own handler."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.areas.service import import_areas
from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.models import KeptFile, WorkItem
from app.patients.models import Patient
from app.roster.models import RosterImport
from scheduler.house import House
from scheduler.work import do_next
from tests.rig.county import County
from tests.rig.rosters import DATA, flat, people, person, workbook

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def office(client_as: SignIn) -> FlaskClient:
    return client_as("county_office")


@pytest.fixture
def work(app: Flask) -> Callable[[], None]:
    """Do what the scheduler process would do next."""
    house = House.of(app)

    def done() -> None:
        assert do_next(house)

    return done


def book(rows: list[dict[str, Any]]) -> bytes:
    return workbook({"花名册": flat(rows)})


def send(client: FlaskClient, content: bytes, name: str = "名单.xlsx") -> TestResponse:
    return client.post("/roster/", data={"file": (BytesIO(content), name)}, content_type="multipart/form-data")


def uploaded(client: FlaskClient, content: bytes) -> str:
    response = send(client, content)
    assert response.status_code == 302, response.get_data(as_text=True)
    return str(response.headers["Location"])


def count(database: Database, model: type[Any]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_good_file_is_looked_at_confirmed_and_stored(
    office: FlaskClient, database: Database, work: Callable[[], None]
) -> None:
    address = uploaded(office, book(people(3)))
    page = office.get(address).get_data(as_text=True)
    assert "导入全部 3 行" in page
    assert re.search(r"将新登记</span>\s*<b[^>]*>3</b>", page)
    assert count(database, Patient) == 0
    response = office.post(f"{address}/import", data={"mode": "all"})
    assert response.status_code == 302
    work()
    progress = office.get(response.headers["Location"]).get_data(as_text=True)
    assert count(database, Patient) == 3
    told = re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", progress)
    assert dict(told) == {
        "数据行": "3",
        "新登记": "3",
        "补充了空项": "0",
        "没有变化": "0",
        "退回": "0",
        "与登记不同": "0",
    }
    result = re.search(r"/roster/imports/[\w-]+", progress)
    assert result is not None
    assert "没有需要处理的行" in office.get(result[0]).get_data(as_text=True)


def test_errors_stand_by_row_and_column_and_good_rows_go_in_alone(
    office: FlaskClient, database: Database, work: Callable[[], None]
) -> None:
    address = uploaded(office, book([person(1), person(2, level="6级"), person(3)]))
    page = office.get(address).get_data(as_text=True)
    assert "第 3 行" in page
    assert "危险性等级“6级”不在 0 至 5 级之内" in page
    assert "导入没有错误的 2 行" in page
    response = office.post(f"{address}/import", data={"mode": "good_rows"})
    work()
    assert count(database, Patient) == 2
    rejects = office.get(response.headers["Location"] + "/file")
    assert openpyxl.load_workbook(BytesIO(rejects.data)).worksheets[0].max_row == 2


def test_all_or_nothing_is_refused_when_a_row_is_wrong(
    office: FlaskClient, database: Database, work: Callable[[], None]
) -> None:
    address = uploaded(office, book([person(1), person(2, level="6级")]))
    response = office.post(f"{address}/import", data={"mode": "all"})
    work()
    assert "没有导入" in office.get(response.headers["Location"]).get_data(as_text=True)
    assert (count(database, Patient), count(database, RosterImport)) == (0, 0)


def test_the_refused_rows_can_be_mended_and_sent_again(office: FlaskClient) -> None:
    address = uploaded(office, book([person(1), person(2, level="6级")]))
    rejects = office.get(f"{address}/rejects")
    sheet = openpyxl.load_workbook(BytesIO(rejects.data)).worksheets[0]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == "6级":
                cell.value = "2级"
    mended = BytesIO()
    sheet.parent.save(mended)
    page = office.get(uploaded(office, mended.getvalue())).get_data(as_text=True)
    assert "导入全部 1 行" in page


def test_a_column_nobody_understood_is_mapped_by_hand(office: FlaskClient) -> None:
    rows = flat(people(2))
    rows[0][rows[0].index("诊断")] = "甲栏"
    address = uploaded(office, workbook({"花名册": rows}))
    page = office.get(address).get_data(as_text=True)
    assert "缺少“疾病诊断”列" in page
    names = dict(re.findall(r'<select class="form-select" id="(c-0-\d+)" name="(c-0-\d+)">', page))
    data = {name: _selected(page, name) for name in names}
    data["c-0-6"] = "diagnosis"
    response = office.post(address, data=data)
    assert response.headers["Location"].endswith("?c-0-6=diagnosis")
    assert "导入全部 2 行" in office.get(response.headers["Location"]).get_data(as_text=True)


def _selected(page: str, name: str) -> str:
    select_box = page.split(f'name="{name}">')[1].split("</select>", maxsplit=1)[0]
    found = re.search(r'value="([^"]*)" selected', select_box)
    return found[1] if found else ""


def test_a_sheet_without_header_can_be_given_one(office: FlaskClient) -> None:
    rows = flat(people(1))
    rows[0] = [f"栏{at}" for at in range(len(rows[0]))]
    address = uploaded(office, workbook({"花名册": rows}))
    assert "没有找到表头" in office.get(address).get_data(as_text=True)
    page = office.get(office.post(address, data={"h-0": "1"}).headers["Location"]).get_data(as_text=True)
    assert "栏6" in page


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.xlsx"),
        (b"nonsense", "a.xlsx"),
        (b"PK\x03\x04rubbish", "a.xlsx"),
        (b"x", "a.exe"),
        (b"<html><table>", "a.xls"),
    ],
)
def test_what_is_no_workbook_is_refused_at_the_field(
    office: FlaskClient, database: Database, content: bytes, name: str
) -> None:
    response = send(office, content, name)
    assert response.status_code == 400
    assert 'class="error"' in response.get_data(as_text=True)
    assert count(database, KeptFile) == 0


def test_an_upload_without_a_file_says_so(office: FlaskClient) -> None:
    response = office.post("/roster/", data={}, content_type="multipart/form-data")
    assert response.status_code == 400
    assert "请选择花名册文件" in response.get_data(as_text=True)


def test_the_upload_is_sealed_and_only_its_senders(
    app: Flask, office: FlaskClient, database: Database, client_as: SignIn, county: County
) -> None:
    address = uploaded(office, book([person(1)]))
    with database.reading() as session:
        kept = session.scalars(select(KeptFile)).one()
        assert b"PK" not in kept.content[:40]
        assert kept.expires_at is not None
    assert client_as("doctor").get(address).status_code == 403
    assert office.get("/roster/files/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404
    assert office.get("/roster/imports/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404


def test_strange_mappings_in_the_address_are_left_aside(office: FlaskClient) -> None:
    address = uploaded(office, book([person(1)]))
    for query in (
        "c-0-999999=diagnosis",
        "c-99-0=patient_name",
        "c-0-0=nonsense",
        "h-0=0",
        "h-0=99",
        "c-0=x",
        "c--1-2=x",
        "c-0-6=" + "x" * 500,
    ):
        assert office.get(f"{address}?{query}").status_code == 200


def test_the_template_is_read_by_the_importer_itself(office: FlaskClient) -> None:
    template = office.get("/roster/template")
    book_of_template = openpyxl.load_workbook(BytesIO(template.data))
    sheet = book_of_template["花名册"]
    headers = [cell.value for cell in sheet[3]]
    values = {
        "姓名": ["王甲", "李甲", "赵甲"], "性别": ["男"], "身份证号": [person(1)["id"], person(1)["g1_id"]], "乡镇(街道)": ["城关镇"], "村(社区)": ["东村"],
        "疾病诊断": ["精神分裂症"], "危险性等级": ["2"], "是否在管": ["是"], "与患者关系": ["配偶"], "随访日期": ["2026-10-01"], "随访方式": ["门诊"],
        "随访分类": ["稳定"],
    }  # fmt: skip
    for at, header in enumerate(headers, 1):
        if values.get(header):
            sheet.cell(4, at, values[header].pop(0))
    filled = BytesIO()
    book_of_template.save(filled)
    page = office.get(uploaded(office, filled.getvalue())).get_data(as_text=True)
    assert "导入全部 1 行" in page


def test_the_messy_roster_shows_its_21_bad_rows(office: FlaskClient, database: Database, county: County) -> None:
    with database.transaction() as session:
        import_areas(session, (DATA / "areas_anhe.csv").read_bytes())
    page = office.get(uploaded(office, (DATA / "roster_anhe_2026.xlsx").read_bytes())).get_data(as_text=True)
    assert "导入没有错误的 399 行" in page
    assert "Excel 已把号码变成数字" in page


def test_pages_speak_english_too(office: FlaskClient) -> None:
    office.post("/language", data={"language": "en"})
    page = office.get(uploaded(office, book([person(1, level=9)]))).get_data(as_text=True)
    assert "Risk level “9” is not among 0 to 5" in page


def test_asking_twice_finds_the_same_work(office: FlaskClient, database: Database) -> None:
    address = uploaded(office, book(people(1)))
    first = office.post(f"{address}/import", data={"mode": "all"})
    second = office.post(f"{address}/import", data={"mode": "all"})
    assert first.headers["Location"] == second.headers["Location"]
    assert count(database, WorkItem) == 1


def test_refused_rows_taken_away_are_noted(office: FlaskClient, database: Database) -> None:
    address = uploaded(office, book([person(1, level="6级")]))
    office.get(f"{address}/rejects")
    with database.reading() as session:
        noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "roster.rejects_downloaded")).one()
    assert noted.count == 1


def test_an_import_without_refused_rows_has_no_workbook_of_them(
    office: FlaskClient, database: Database, work: Callable[[], None]
) -> None:
    office.post(f"{uploaded(office, book(people(1)))}/import", data={"mode": "all"})
    work()
    with database.reading() as session:
        done = session.scalars(select(RosterImport)).one()
    assert office.get(f"/roster/imports/{done.public_id}/rejects").status_code == 404
