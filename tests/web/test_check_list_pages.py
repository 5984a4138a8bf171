"""Other offices' lists by page and by command: sent, looked at, compared, decided; whoever is a stranger leaves no trace."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.core.db import Base, Database
from app.core.models import KeptFile
from app.people.models import Person
from app.people.vault import Vault
from app.roster.papers import list_template_workbook
from app.roster.rules.list_template import LIST_TEMPLATES
from app.subsidies.models import CheckHit, CheckList
from app.subsidies.rules.checks import ListKind
from app.subsidies.rules.decision import LineState
from scheduler.house import House as Scheduler
from scheduler.work import do_next
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.quarter import House
from tests.rig.rosters import id_number, workbook

SignIn = Callable[[str], FlaskClient]
HEADER = ["姓名", "身份证号", "死亡日期", "家属姓名"]
STRANGER = id_number("19450817", 777)
STRANGERS_NAME = "查无此人"


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    made = House(app, database, county)
    made.settle_in(families(3))
    return made


@pytest.fixture
def clerk(client_as: SignIn) -> FlaskClient:
    return client_as("clerk")


@pytest.fixture
def work(app: Flask) -> Callable[[], None]:
    scheduler = Scheduler.of(app)

    def done() -> None:
        assert do_next(scheduler)

    return done


def number_of(house: House, person: Person) -> str:
    with house.database.reading() as session:
        kept = session.get_one(Person, person.id)
        return Vault(session, house.keyring).open(kept.id, "people.id_number", kept.id_number_sealed) or ""


def funeral(house: House, *more: list[object]) -> bytes:
    dead = house.families[0].person
    rows = [[dead.name, number_of(house, dead), "2026-08-15", "某某"], [STRANGERS_NAME, STRANGER, "2026-08-02", "某某"]]
    return workbook({"名单": [HEADER, *rows, *more]})


def send(client: FlaskClient, content: bytes, kind: str = "funeral", as_of: str = "2026-09-30") -> TestResponse:
    data = {"kind": kind, "as_of": as_of, "file": (BytesIO(content), "名单.xlsx")}
    return client.post("/roster/lists/", data=data, content_type="multipart/form-data")


def sent(client: FlaskClient, content: bytes, kind: str = "funeral") -> str:
    response = send(client, content, kind)
    assert response.status_code == 302, response.get_data(as_text=True)
    return str(response.headers["Location"])


def test_a_list_is_looked_at_compared_and_its_file_taken_away(
    clerk: FlaskClient, house: House, work: Callable[[], None], tmp_path: Path
) -> None:
    address = sent(clerk, funeral(house, ["坏号码", 3.4e17, "2026-08-02", ""]))
    page = clerk.get(address).get_data(as_text=True)
    assert "民政殡葬名单" in page
    assert "身份证号读不出：第 4 行" in page
    for secret in (STRANGER, STRANGERS_NAME, "坏号码", house.families[0].person.name):
        assert secret not in page
    done = clerk.post(f"{address}/load")
    work()
    progress = clerk.get(done.headers["Location"]).get_data(as_text=True)
    assert dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", progress)) == {
        "数据行": "3", "证件号码相同": "1", "姓名相近": "0", "不涉及本县发放": "1", "读不出": "1",
    }  # fmt: skip
    result = re.search(r"/subsidies/checks/[\w-]+", progress)
    assert result is not None
    shown = clerk.get(result[0]).get_data(as_text=True)
    assert "证件号码相同，请核实" in shown
    assert re.search(r"clerk 于 .+ 载入", shown), "who loaded it, and when"
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(KeptFile)) == 0
        stored = "".join(repr(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table)))
    assert STRANGER not in stored
    assert STRANGERS_NAME not in stored
    content = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert STRANGER.encode() not in content


def test_columns_that_nobody_understood_are_mapped_by_hand_and_known_the_next_time(
    clerk: FlaskClient, house: House, work: Callable[[], None]
) -> None:
    dead = house.families[0].person
    rows = [["甲", "乙", "丙"], [dead.name, number_of(house, dead), "2026-08-15"]]
    address = sent(clerk, workbook({"名单": rows}))
    assert "没有找到表头" in clerk.get(address).get_data(as_text=True)
    chosen = {"h-0": "1", "c-0-0": "patient_name", "c-0-1": "patient_id_number", "c-0-2": "died_on"}
    mapped = clerk.post(address, data=chosen).headers["Location"]
    page = clerk.get(mapped).get_data(as_text=True)
    assert "开始核对" in page
    hidden = dict(re.findall(r'<input type="hidden" name="([ch]-[\d-]+)" value="([^"]*)"', page))
    clerk.post(f"{address}/load", data=hidden)
    work()
    again = sent(clerk, workbook({"名单": [*rows, ["某人", STRANGER, "2026-08-02"]]}))
    assert "开始核对" in clerk.get(again).get_data(as_text=True)
    clerk.post(f"{again}/load")
    work()
    with house.database.reading() as session:
        assert [one.hit_count for one in session.scalars(select(CheckList).order_by(CheckList.id))] == [1, 1]


def test_the_clerk_is_not_offered_lists_with_days_of_care(clerk: FlaskClient, house: House, client_as: SignIn) -> None:
    page = clerk.get("/roster/lists/").get_data(as_text=True)
    assert 'value="in_hospital"' not in page
    assert send(clerk, funeral(house), "in_hospital").status_code == 400
    assert 'value="in_hospital"' in client_as("county_office").get("/roster/lists/").get_data(as_text=True)
    address = sent(clerk, funeral(house)).replace("/funeral/", "/in_custody/")
    assert clerk.get(address).status_code == 403


def test_a_day_that_has_not_come_and_a_hostile_file_are_refused_in_words(clerk: FlaskClient, house: House) -> None:
    late = send(clerk, funeral(house), as_of="2027-01-01")
    assert (late.status_code, "截至日期不能晚于今天" in late.get_data(as_text=True)) == (400, True)
    assert send(clerk, b"PK\x03\x04 no workbook").status_code == 400


def test_the_clerk_confirms_and_the_county_office_is_told(
    clerk: FlaskClient, house: House, work: Callable[[], None], client_as: SignIn
) -> None:
    clerk.post(f"{sent(clerk, funeral(house))}/load")
    work()
    with house.database.reading() as session:
        hit = session.scalars(select(CheckHit)).one().public_id
    address = f"/subsidies/checks/hits/{hit}"
    assert 'value="no"' not in clerk.get(address).get_data(as_text=True)
    assert clerk.post(address, data={"is_same": "no", "ground": "other_person"}).status_code == 400
    assert clerk.post(address, data={"is_same": "yes", "ground": "same_person"}).status_code == 302
    office = client_as("county_office")
    assert "名单核对：1 人待处理" in office.get("/").get_data(as_text=True)
    page = office.get("/subsidies/checks/").get_data(as_text=True)
    assert house.families[0].person.name in page
    assert "由卫健按规定登记" in page
    assert house.families[0].person.name not in clerk.get("/subsidies/checks/").get_data(as_text=True)


def test_the_board_tells_of_a_late_list_and_holds_its_lines_by_one_button(
    clerk: FlaskClient, house: House, work: Callable[[], None], client_as: SignIn
) -> None:
    house.prepare()
    house.submit()
    run = f"/subsidies/{house.run().public_id}"
    assert "民政殡葬" in clerk.get(run).get_data(as_text=True)
    clerk.post(f"{sent(clerk, funeral(house))}/load")
    work()
    page = clerk.get(run).get_data(as_text=True)
    assert "造册之后收到的名单命中 1 笔" in page
    assert "/hold-listed" not in client_as("reviewer").get(run).get_data(as_text=True)
    done = clerk.post(f"{run}/hold-listed", data={"version": str(house.run().version)})
    assert done.status_code == 302
    assert house.line(0).decision is LineState.HOLD
    assert "造册之后收到的名单命中" not in clerk.get(run).get_data(as_text=True)


def test_before_preparing_the_homes_say_which_lists_are_to_come(
    clerk: FlaskClient, house: House, client_as: SignIn
) -> None:
    assert "名单待收 3 份" in clerk.get("/").get_data(as_text=True)
    assert "名单待收 2 份" in client_as("county_office").get("/").get_data(as_text=True)
    assert "户口迁出" in clerk.get("/subsidies/").get_data(as_text=True)


@pytest.mark.parametrize("kind", list(ListKind))
def test_the_empty_workbook_has_the_columns_that_are_compared(clerk: FlaskClient, house: House, kind: ListKind) -> None:
    answer = clerk.get(f"/roster/lists/template/{kind}")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).worksheets[0]
    assert tuple(cell.value for cell in sheet[2]) == LIST_TEMPLATES[kind]


def test_a_filled_in_template_is_read_without_a_word(
    clerk: FlaskClient, house: House, work: Callable[[], None]
) -> None:
    book = openpyxl.load_workbook(BytesIO(list_template_workbook(ListKind.MOVED_OUT)))
    guardian = house.families[1].payee
    book.worksheets[0].append([guardian.name, number_of(house, guardian), None, "2026-08-01"])
    content = BytesIO()
    book.save(content)
    clerk.post(f"{sent(clerk, content.getvalue(), 'moved_out')}/load")
    work()
    with house.database.reading() as session:
        assert session.scalars(select(CheckHit.person_id)).all() == [guardian.id]


def test_the_command_loads_a_gbk_file_once_and_says_which_rows_it_could_not_read(
    app: Flask, house: House, tmp_path: Path
) -> None:
    dead = house.families[0].person
    file = tmp_path / "list.csv"
    lines = ["姓名,身份证号,火化日期", f"{dead.name},{number_of(house, dead)},2026/8/15", "坏号码,3.4E+17,2026/8/2"]
    file.write_bytes("\n".join(lines).encode("gbk"))
    runner = app.test_cli_runner()
    args = ["subsidy", "checklist", "load", str(file), "--kind", "funeral", "--as-of", "2026-09-30", "--json"]
    done = runner.invoke(args=[*args, "--as", "clerk"])
    told = json.loads(done.stdout)
    assert (told["rows"], told["hits"], told["unread"], told["is_new"]) == (2, 1, 1, True)
    assert [(one["row"], one["why"]) for one in told["unread_rows"]] == [(3, "身份证号读不出")]
    assert json.loads(runner.invoke(args=[*args, "--as", "clerk"]).stdout)["is_new"] is False
    assert runner.invoke(args=[*args, "--as", "reviewer"]).exit_code == 1
    assert runner.invoke(args=args).exit_code == 1
