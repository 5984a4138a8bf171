"""Beside the national system by page: the list, the page to copy from, the import."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.identity import IdKind, Sex
from app.patients.models import Patient
from app.people.commands import PersonDraft
from app.people.vault import Vault
from app.visits.commands import CorrectVisit
from app.visits.models import FollowUpVisit
from app.visits.rules.states import VisitChannel
from app.visits.service import correct_visit, record_visit
from scheduler.house import House
from scheduler.work import do_next
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.national import exported, visit
from tests.rig.queries import counted
from tests.rig.visits import command, register, stable

SignIn = Callable[[str], FlaskClient]
ON = date(2026, 11, 18)


@pytest.fixture
def patient(app: Flask, database: Database, county: County) -> str:
    """The patient of row 1 of the workbooks; the public id."""
    keyring: Keyring = app.extensions["anhu.keyring"]
    row = visit(1)
    person = PersonDraft(
        name=row["name"], sex=Sex.MALE, born_on=date(1970, 3, 1), id_kind=IdKind.RESIDENT_CARD, id_number=row["id"]
    )
    with database.transaction() as session:
        found = register(session, keyring, county.actor("doctor"), TODAY, NOW, person=person)
        return found.public_id


@pytest.fixture
def record(app: Flask, database: Database, county: County, patient: str) -> Callable[..., str]:
    """Store a visit of the patient; the public id."""
    keyring: Keyring = app.extensions["anhu.keyring"]

    def recorded(on: date = ON, **changes: object) -> str:
        with database.transaction() as session:
            of = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
            sent = command(
                of,
                stable(on, **changes),
                accepted=frozenset({"visit.late_entry", "visit.back_entry"}),
                back_entry_reason="补录",
            )
            return record_visit(
                session, Vault(session, keyring), county.actor("doctor"), sent, TODAY, NOW
            ).visit.public_id

    return recorded


@pytest.fixture
def work(app: Flask) -> Callable[[], None]:
    house = House.of(app)

    def done() -> None:
        assert do_next(house)

    return done


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.get_data(as_text=True)
    return unescape(response.get_data(as_text=True))


def copy_page(patient: str, visit_id: str) -> str:
    return f"/patients/{patient}/visits/{visit_id}/national"


def values(html: str) -> dict[str, str]:
    return dict(re.findall(r'class="copy-value fig" id="c-([\w]+)">([^<]*)<', html))


def test_the_page_gives_each_field_its_code_and_masks_the_number(
    client_as: SignIn, patient: str, record: Callable[..., str]
) -> None:
    html = page(client_as("doctor"), copy_page(patient, record()))
    found = values(html)
    assert (found["visited_on"], found["form"], found["objects"], found["visit_class"]) == (
        "2026-11-18",
        "2",
        "1,2",
        "3",
    )
    assert found["taken_1_name"] == "利培酮" and found["next_due_on"] == "2027-02-18"
    assert visit(1)["id"] not in html and "/reveal/patient_id_number" in html
    assert html.count("data-copy=") == len(found)
    assert '复制</span><span class="visually-hidden">：随访日期' in html


def test_a_tick_goes_on_to_the_next_and_says_so_once(
    client_as: SignIn, database: Database, patient: str, record: Callable[..., str]
) -> None:
    doctor = client_as("doctor")
    first, second = record(date(2026, 11, 16)), record(ON)
    assert "2 次随访待录入国家系统" in page(doctor, "/")
    answer = doctor.post(copy_page(patient, first))
    assert answer.status_code == 303 and answer.location.endswith(copy_page(patient, second))
    assert "已标记录入国家系统" in page(doctor, answer.location)
    assert "先前已标记" in page(doctor, doctor.post(copy_page(patient, first)).location)
    assert doctor.post(copy_page(patient, second)).location.endswith("/visits/national")
    assert "没有待录入的随访" in page(doctor, "/visits/national")
    with database.reading() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "visits.national_entered")).all()
    assert len(events) == 2


def test_a_tick_is_taken_back_on_its_page(client_as: SignIn, patient: str, record: Callable[..., str]) -> None:
    doctor, one = client_as("doctor"), record()
    doctor.post(copy_page(patient, one))
    html = page(doctor, copy_page(patient, one))
    assert "撤回标记" in html and "标记" in html
    answer = doctor.post(copy_page(patient, one) + "/take-back")
    assert answer.status_code == 303 and "重新列入待录入" in page(doctor, answer.location)
    assert "前录入" in page(doctor, copy_page(patient, one))


def test_several_are_ticked_on_the_list(client_as: SignIn, patient: str, record: Callable[..., str]) -> None:
    doctor = client_as("doctor")
    first, second = record(date(2026, 11, 16)), record(ON)
    html = page(doctor, "/visits/national")
    assert html.index(first) < html.index(second)
    answer = doctor.post("/visits/national", data={"visit": [first, second]})
    assert "已标记 2 次随访" in page(doctor, answer.location)
    assert doctor.post("/visits/national").status_code == 400


def test_the_county_looks_and_does_not_tick(client_as: SignIn, patient: str, record: Callable[..., str]) -> None:
    one, office = record(), client_as("county_office")
    html = page(office, "/visits/national")
    assert one in html and 'type="checkbox"' not in html
    assert "已录入国家系统，下一条" not in page(office, copy_page(patient, one))
    assert office.post(copy_page(patient, one)).status_code == 403
    assert client_as("village_doctor").get("/visits/national").status_code == 403


def test_whoever_is_late_stands_on_the_list_of_what_is_late(
    client_as: SignIn, patient: str, record: Callable[..., str]
) -> None:
    record(date(2026, 10, 12))
    html = page(client_as("coordinator"), "/late")
    assert "逾期未录入国家系统" in html and "没有责任医生" in html
    assert "逾期未录入国家系统" not in page(client_as("coordinator"), "/late?when=week")


def test_a_correction_of_what_stands_there_marks_what_changed(
    client_as: SignIn, app: Flask, database: Database, county: County, patient: str, record: Callable[..., str]
) -> None:

    keyring: Keyring = app.extensions["anhu.keyring"]
    doctor, old = client_as("doctor"), record()
    doctor.post(copy_page(patient, old))
    with database.transaction() as session:
        of = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        by = CorrectVisit(old, command(of, stable(ON, sleep=3)), "漏记")
        new = correct_visit(session, Vault(session, keyring), county.actor("doctor"), by, TODAY, NOW).visit.public_id
    html = page(doctor, copy_page(patient, new))
    assert "请只改下面标出的 1 处" in html and "国家系统里原为 1" in html
    assert "已被更正" in page(doctor, copy_page(patient, old))


def test_the_list_costs_the_same_however_long_it_is(
    client_as: SignIn, database: Database, patient: str, record: Callable[..., str]
) -> None:
    doctor = client_as("doctor")
    record(date(2026, 11, 16))
    page(doctor, "/visits/national")
    with counted(database) as short:
        page(doctor, "/visits/national")
    for day in (10, 11, 12, 13):
        record(date(2026, 11, day))
    with counted(database) as long:
        page(doctor, "/visits/national")
    assert len(short) == len(long) <= 12


# -- visits in from there ----------------------------------------------------------------------------------------------


def uploaded(client: FlaskClient, content: bytes, name: str = "随访导出.xlsx") -> str:
    sent = {"file": (BytesIO(content), name)}
    response = client.post("/roster/visits/", data=sent, content_type="multipart/form-data")
    assert response.status_code == 302, response.get_data(as_text=True)
    return str(response.headers["Location"])


def test_a_workbook_is_looked_at_confirmed_and_stored(
    client_as: SignIn, database: Database, patient: str, work: Callable[[], None]
) -> None:
    office = client_as("health_lead")
    address = uploaded(office, exported([visit(), visit(day="昨天")]))
    html = page(office, address)
    assert re.search(r"将新增随访</span>\s*<b[^>]*>1</b>", html) and "第 5 行" in html
    response = office.post(f"{address}/import", data={"mode": "good_rows"})
    work()
    progress = page(office, response.headers["Location"])
    told = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", progress))
    assert told == {"数据行": "2", "新增随访": "1", "勾选已录入": "0", "没有变化": "0", "退回": "1", "与这里不同": "0"}
    result = re.search(r"/roster/visits/imports/[\w-]+", progress)
    assert result is not None and "昨天" in page(office, result[0])
    rejects = office.get(result[0] + "/rejects")
    assert openpyxl.load_workbook(BytesIO(rejects.data)).worksheets[0].max_row == 2
    with database.reading() as session:
        assert session.scalars(select(FollowUpVisit)).one().channel is VisitChannel.NATIONAL


def test_namesakes_are_imported_when_they_are_ticked(
    client_as: SignIn, database: Database, patient: str, work: Callable[[], None]
) -> None:
    office = client_as("county_office")
    address = uploaded(office, exported([visit(id=None)]))
    html = page(office, address)
    mark = re.search(r'name="same" id="same-1" value="([^"]+)"', html)
    assert mark is not None and "请确认是否同一人" in html and f"/patients/{patient}" in html
    office.post(f"{address}/import", data={"mode": "good_rows", "same": mark[1]})
    work()
    with database.reading() as session:
        assert len(session.scalars(select(FollowUpVisit)).all()) == 1


def test_an_unknown_column_is_given_its_meaning_by_hand(client_as: SignIn, patient: str) -> None:
    office = client_as("county_office")
    content = exported(
        [visit()], {"name": "姓名", "id": "身份证号", "day": "随访日期", "level": "风险分", "form": "随访形式"}
    )
    address = uploaded(office, content)
    assert "危险性评估和随访分类都没有" in page(office, address)
    answer = office.post(address, data={"c-0-3": "risk_level"})
    assert answer.status_code == 302 and "c-0-3=risk_level" in answer.headers["Location"]
    assert re.search(r"将新增随访</span>\s*<b[^>]*>1</b>", page(office, answer.headers["Location"]))
    assert office.post(address, data={"c-0-3": "account"}).status_code == 400


def test_a_workbook_without_visits_says_what_it_lacks(client_as: SignIn) -> None:
    office = client_as("county_office")
    html = page(office, uploaded(office, exported([{"name": "王甲"}], {"name": "姓名"}, title=())))
    assert "表头中至少要有患者姓名和随访日期" in html


def test_what_stands_there_and_differs_is_said_on_the_visit(
    client_as: SignIn, patient: str, record: Callable[..., str], work: Callable[[], None]
) -> None:
    one, office = record(), client_as("county_office")
    address = uploaded(office, exported([visit(day=ON, insight=2, next=date(2027, 2, 18), rehab="1", medicines=None)]))
    assert "与这里的记录不同：自知力" in page(office, address)
    office.post(f"{address}/import", data={"mode": "all"})
    work()
    html = page(client_as("doctor"), f"/patients/{patient}/visits/{one}")
    assert "自知力：国家系统里为 2 自知力不全" in html and "标记已录入国家系统" in html


def test_the_pages_speak_english_too(client_as: SignIn, patient: str, record: Callable[..., str]) -> None:
    doctor, one = client_as("doctor"), record()
    doctor.post("/language", data={"language": "en", "next": "/"})
    assert "Copy</span>" in page(doctor, copy_page(patient, one))
    assert "To enter in the national system" in page(doctor, "/visits/national")
