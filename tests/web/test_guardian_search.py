"""Whoever keeps agreements finds a guardian from home: in the own area, with the patient as far as the role may read the name."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import Database
from app.core.reasons import reason
from app.guardians.commands import SignAgreement
from app.guardians.queries import search_guardians
from app.guardians.service import sign_agreement
from app.patients.models import Patient
from app.tasks.rules import TaskKind
from app.tasks.service import open_task
from tests.rig.county import OTHER_VILLAGE, County
from tests.rig.register import NOW, TODAY, first_guardian, registered

Client = Callable[[str], FlaskClient]
KEEPERS = ("clerk", "town", "village_worker")


@pytest.fixture
def patient(database: Database, county: County) -> str:
    """单晓明 in the village, guarded by 赵桂兰, with an agreement."""
    with database.transaction() as session:
        made = registered(session, county.actor("doctor"))
        first_guardian(session, county.actor("doctor"), made)
        return made.public_id


def _sign(database: Database, county: County, patient: str) -> str:
    with database.transaction() as session:
        found = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        until = TODAY.replace(year=TODAY.year + 1, month=6)
        return sign_agreement(session, county.actor("clerk"), found, SignAgreement(TODAY, until), NOW).number


def _open_renewal(database: Database, patient: str) -> None:
    with database.transaction() as session:
        found = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        because = [reason("tasks.renewal", number="X", ends_on=TODAY)]
        open_task(session, found, TaskKind.AGREEMENT_RENEWAL, "agreement:1", TODAY, because, NOW)


def _find(client: FlaskClient, text: str, after: str = "") -> str:
    answer = client.get("/guardians/", query_string={"q": text, "after": after})
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.mark.parametrize("name", KEEPERS)
def test_the_search_is_one_click_from_home(client_as: Client, name: str) -> None:
    assert 'href="/guardians/"' in client_as(name).get("/").text


@pytest.mark.parametrize("name", ["doctor", "coordinator", "county_office", "reviewer", "finance", "auditor", "police"])
def test_who_keeps_no_agreements_has_no_search(client_as: Client, name: str) -> None:
    client = client_as(name)
    assert client.get("/guardians/?q=赵").status_code == 403
    assert 'href="/guardians/"' not in client.get("/").text


@pytest.mark.parametrize("text", ["赵桂兰", "桂兰", "赵", "zhaoguilan", "zgl"])
def test_a_clerk_goes_from_a_new_patients_guardian_to_the_agreement(client_as: Client, patient: str, text: str) -> None:
    client = client_as("clerk")
    page = _find(client, text)
    assert f"/patients/{patient}/guardians" in page and "还没有协议" in page
    assert "单*明" in page and "单晓明" not in page
    assert f"/patients/{patient}/agreements/new" in client.get(f"/patients/{patient}/guardians").text


def test_an_agreement_is_found_by_its_number_or_a_part_of_it(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    number = _sign(database, county, patient)
    client = client_as("clerk")
    for text in (number, number.lower(), number[-4:]):
        page = _find(client, text)
        assert "赵桂兰" in page and number in page and "有效" in page
    assert "赵桂兰" not in _find(client, number[-2:])


def test_a_masked_name_is_matched_masked_so_that_asking_tells_nothing(client_as: Client, patient: str) -> None:
    client = client_as("clerk")
    for text in ("单晓明", "单某明"):
        page = _find(client, text).replace(f"“{text}”", "").replace(f'value="{text}"', "")
        assert "赵桂兰" in page and "单*明" in page and "单晓明" not in page
    for text in ("晓明", "单晓", "danxiaoming", "sxm", "单", "单%", "%%", "__", "单_明", "***"):
        assert "赵桂兰" not in _find(client, text), text


def test_a_town_reads_the_patients_name_only_while_a_task_is_open(
    client_as: Client, database: Database, patient: str
) -> None:
    client = client_as("town")
    assert "赵桂兰" in _find(client, "赵桂兰")
    assert "单晓明" not in _find(client, "赵桂兰")
    assert "赵桂兰" not in _find(client, "单晓明")
    assert "单晓明" not in client.get(f"/patients/{patient}/guardians").text
    assert client.get(f"/patients/{patient}/agreements/new").status_code == 200
    _open_renewal(database, patient)
    assert "单晓明" in _find(client, "赵桂兰")
    assert "赵桂兰" in _find(client, "单晓明")
    assert "单晓明" in client.get(f"/patients/{patient}/guardians").text


def test_a_village_worker_finds_guardians_only_on_open_tasks(
    client_as: Client, database: Database, patient: str
) -> None:
    client = client_as("village_worker")
    assert "没有找到" in _find(client, "赵桂兰") and "没有找到" in _find(client, "单晓明")
    _open_renewal(database, patient)
    for text in ("赵桂兰", "单晓明"):
        page = _find(client, text)
        assert f"/patients/{patient}/guardians" in page and "患者" not in page.split("<main", 1)[1]


@pytest.mark.parametrize("name", ["town", "village_worker"])
def test_a_stranger_and_nobody_are_found_alike(
    client_as: Client, database: Database, county: County, name: str
) -> None:
    with database.transaction() as session:
        stranger = registered(session, county.actor("other_doctor"), "王芳", 4, area_code=OTHER_VILLAGE)
        first_guardian(session, county.actor("other_doctor"), stranger)
    _open_renewal(database, stranger.public_id)
    client = client_as(name)
    found, none = (_find(client, text).split("<main", 1)[1].replace(text, "某") for text in ("赵桂兰", "钱不存"))
    assert found == none


def test_nothing_of_money_illness_or_numbers_stands_in_the_list(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    _sign(database, county, patient)
    page = _find(client_as("clerk"), "赵桂兰").split("<main", 1)[1]
    for word in ("元", "账", "尾号", "级", "电话", "随访", "13800000502"):
        assert word not in page, word


def test_an_empty_box_lists_nobody(client_as: Client, patient: str) -> None:
    assert "赵桂兰" not in _find(client_as("clerk"), "  ")


def test_many_hits_come_page_by_page_and_each_once(database: Database, county: County) -> None:
    clerk: Actor = county.actor("clerk")
    with database.transaction() as session:
        for number, name in enumerate("一二三四五六七"):
            made = registered(session, county.actor("doctor"), f"单{name}明", number + 30)
            first_guardian(session, county.actor("doctor"), made, sequence=number * 2 + 602)
    seen, cursor = [], None
    with database.reading() as session:
        while True:
            page = search_guardians(session, clerk, "赵桂兰", cursor, TODAY, size=3)
            seen += [row.id for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert len(seen) == len(set(seen)) == 7 and seen == sorted(seen)


@pytest.mark.parametrize("after", ["x", "W10", "WyJhIiwgImIiXQ", "_" * 200])
def test_an_odd_cursor_begins_at_the_beginning(client_as: Client, patient: str, after: str) -> None:
    assert "赵桂兰" in _find(client_as("clerk"), "赵桂兰", after)
