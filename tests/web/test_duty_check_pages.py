"""Pages of the duty check: one tap in the village, a whole sheet at once, the gap at the town; no word of illness."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import openpyxl
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import User
from app.core.actor import Actor
from app.core.db import Database, new_public_id
from app.core.reasons import reason
from app.guardians.commands import AddGuardian
from app.guardians.models import DutyCheck, DutySignature, GuardianContact, HelpVisit
from app.guardians.rules import Rank, Relation
from app.guardians.rules.duty import CheckWay, DutyMark, HelpNeeded
from app.guardians.service import add_guardian
from app.guardians.service.sweeping import open_duty_checks
from app.patients.models import Patient
from app.people.commands import PersonDraft
from app.people.vault import Vault
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_kind
from tests.rig.county import County
from tests.rig.families import Family
from tests.rig.kept import built_once
from tests.rig.papers import words_on
from tests.rig.quarter import NOW, TODAY, House

Client = Callable[[str], FlaskClient]
ILLNESS = re.compile("精神|患者|病|危险性|肇事")


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    """Three families of the village, whose checks of the ended quarter are due."""
    made = House(app, database, county)
    made.settle_in([Family(place) for place in range(3)])
    with database.transaction() as session:
        open_duty_checks(session, Actor.operator(), TODAY, NOW)
    return made


def _page(house: House, place: int = 0, quarter: str = "2026Q3") -> str:
    return f"/duty/agreements/{house.families[place].agreement.public_id}/{quarter}"


def _sent(**more: str) -> dict[str, str]:
    return {"key": new_public_id(), "way": "visit", "checked_on": "2026-11-20", "all": "1"} | more


def _guard(house: House, user: str, place: int = 0) -> None:
    with house.database.transaction() as session:
        link = add_guardian(
            session,
            Vault(session, house.keyring),
            house.actor("clerk"),
            session.get_one(Patient, house.families[place].patient.id),
            AddGuardian(
                Rank.SECOND,
                Relation.OFFICER,
                date(2026, 1, 1),
                PersonDraft("王跃进", phone="13900000001"),
                post="网格员",
            ),
            NOW,
        )
        session.scalars(select(User).where(User.name == user)).one().person_id = link.person_id


def _checks(house: House) -> list[DutyCheck]:
    with house.database.reading() as session:
        return list(session.scalars(select(DutyCheck).order_by(DutyCheck.id)))


def test_the_village_sees_its_families_and_no_word_of_illness(house: House, client_as: Client) -> None:
    client = client_as("village_worker")
    for path in ("/", "/duty/", _page(house), "/duty/sheet", "/duty/wards"):
        page = client.get(path).get_data(as_text=True)
        body = page.split("<main", 1)[1]
        assert not ILLNESS.search(body.replace("精防医生", "")), path
    assert "待核查 3 户" in client.get("/").get_data(as_text=True)
    listed = client.get("/duty/").get_data(as_text=True)
    assert all(house.families[place].payee.name in listed for place in range(3))


def test_one_tap_records_a_family_as_performing_and_the_name_goes_with_the_duty(
    house: House, client_as: Client
) -> None:
    client = client_as("village_worker")
    with (
        house.database.transaction() as session
    ):  # the running quarter's duty, which is not to be done yet, would show the name too
        patient = session.get_one(Patient, house.families[0].patient.id)
        running, why = f"2026Q4:{house.families[0].agreement.id}", reason("guardians.duty.withdrawn")
        cancel_kind(session, house.actor("clerk"), patient, TaskKind.DUTY_CHECK, why, NOW, periods=[running])
    answer = client.post(_page(house), data=_sent())
    assert (answer.status_code, answer.location) == (303, "/duty/?quarter=2026Q3")
    [check] = _checks(house)
    assert (check.result, check.way) == (DutyMark.PASSED, CheckWay.VISIT)
    page = client.get("/duty/?show=done&quarter=2026Q3").get_data(as_text=True)
    assert house.families[0].agreement.number in page
    assert house.families[0].payee.name not in page  # the role reads names on an open task only


def test_how_a_family_was_checked_is_said_and_never_assumed(house: House, client_as: Client) -> None:
    client = client_as("village_worker")
    asked = client.get(_page(house)).get_data(as_text=True)
    ways = re.findall(r'<input type="radio"[^>]*name="way"[^>]*>', asked)
    assert len(ways) == len(CheckWay)
    assert not any("checked" in way for way in ways)
    untouched = {name: value for name, value in _sent().items() if name != "way"}
    answer = client.post(_page(house), data=untouched)
    assert (answer.status_code, _checks(house)) == (422, [])
    assert "请选择核查方式" in answer.get_data(as_text=True)


def test_exceptions_and_the_one_tap_do_not_go_together(house: House, client_as: Client) -> None:
    client = client_as("village_worker")
    mixed = client.post(_page(house), data=_sent(failed="2"))
    assert (mixed.status_code, _checks(house)) == (422, [])
    assert "已勾选例外项" in mixed.get_data(as_text=True)
    empty = {name: value for name, value in _sent(exceptions="1").items() if name != "all"}
    assert client.post(_page(house), data=empty).status_code == 422
    assert client.post(_page(house), data=empty | {"failed": "2", "remarked": "8"}).status_code == 303
    assert [(one.failed_duties, one.remarked_duties) for one in _checks(house)] == [(2, 128)]


def test_a_guardian_finds_neither_button_nor_way_for_the_own_family(house: House, client_as: Client) -> None:
    _guard(house, "village_worker")
    client = client_as("village_worker")
    page = client.get(_page(house)).get_data(as_text=True)
    assert "由乡镇核查" in page
    assert "八项均已履行" not in page
    assert client.post(_page(house), data=_sent()).status_code == 403
    gaps = client_as("town").get("/duty/?show=gap&quarter=2026Q3").get_data(as_text=True)
    assert house.families[0].payee.name in gaps
    assert client_as("town").post(_page(house), data=_sent()).status_code == 303


def test_a_doctor_signs_and_does_not_check(house: House, client_as: Client) -> None:
    client_as("village_worker").post(_page(house), data=_sent())
    doctor, [check] = client_as("doctor"), _checks(house)
    page = doctor.get(_page(house)).get_data(as_text=True)
    assert "以精防医生身份签名" in page
    assert "八项均已履行" not in page
    assert doctor.post(_page(house), data=_sent()).status_code == 403
    path = f"/duty/checks/{check.public_id}/sign"
    assert doctor.post(path, data={"signer": ""}).status_code == 400
    assert doctor.post(path, data={"signer": "health"}).status_code == 303
    assert doctor.post(path, data={"signer": "health"}).status_code == 409


def test_a_sheet_for_the_village_is_one_page(house: House, client_as: Client) -> None:
    client = client_as("village_worker")
    assert "共 3 户" in client.get("/duty/sheet").get_data(as_text=True)
    sent = {
        "key": new_public_id(),
        "checked_on": "2026-11-20",
        "name_village": "赵德明",
        "name_police": "周所长",
        "failed_1": "8",
        "skip_2": "y",
    }
    assert client.post("/duty/sheet", data=sent).status_code == 303
    assert [one.result for one in _checks(house)] == [DutyMark.PASSED, DutyMark.FAILED]
    with house.database.reading() as session:
        signed = session.scalars(select(DutySignature)).all()
        assert {(one.name, one.is_own) for one in signed} == {("赵德明", False), ("周所长", False)}


def test_a_check_is_withdrawn_by_a_button(house: House, client_as: Client) -> None:
    client = client_as("town")
    client.post(_page(house), data=_sent())
    [check] = _checks(house)
    assert client.post(f"/duty/checks/{check.public_id}/withdraw").status_code == 303
    assert "已撤回" in client.get(_page(house)).get_data(as_text=True)
    assert client.post(f"/duty/checks/{check.public_id}/withdraw").status_code == 409


def test_the_sheet_is_printed_blank_or_filled_and_the_results_are_a_workbook(house: House, client_as: Client) -> None:
    client = client_as("village_worker")
    sent = {"key": new_public_id(), "checked_on": "2026-11-20", "name_village": "赵德明", "failed_1": "8"}
    client.post("/duty/sheet", data=sent)
    blank = words_on(client.get("/duty/sheet.pdf").data)
    assert "第一监护人履责核查表" in blank
    assert "×" not in blank.replace("打“×”", "").replace("有一项“×”", "")
    filled = words_on(client_as("town").get("/duty/sheet.pdf?filled=1").data)
    assert "赵德明" in filled
    assert "不合格" in filled
    book = openpyxl.load_workbook(BytesIO(client_as("town").get("/duty/results.xlsx?quarter=2026Q3").data))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert [row[3] for row in rows[-3:]] == ["合格", "不合格", "合格"]


def test_contacts_and_help_are_short_entries_and_needs_reach_the_town(house: House, client_as: Client) -> None:
    _guard(house, "village_worker")
    client, patient = client_as("village_worker"), house.families[0].patient.public_id
    key = new_public_id()
    sent = {"key": key, "contacted_on": "2026-11-20", "way": "phone", "found": "guardian", "is_log_seen": "y"}
    for _ in range(2):
        assert client.post(f"/patients/{patient}/contacts", data=sent).status_code == 303
    given = {
        "key": new_public_id(),
        "visited_on": "2026-11-20",
        "office": "village",
        "given": ["4"],
        "cash": "300",
        "needed": ["2", "4"],
    }
    assert client.post(f"/patients/{patient}/help", data=given).status_code == 303
    with house.database.reading() as session:
        assert len(session.scalars(select(GuardianContact)).all()) == 1
        help_ = session.scalars(select(HelpVisit)).one()
        assert (help_.cash_fen, help_.needed) == (30_000, int(HelpNeeded.LIVING | HelpNeeded.CARER))
    needs = client_as("town").get("/duty/needs").get_data(as_text=True)
    assert house.families[0].payee.name in needs
    assert "缺人照料" in needs
    assert house.families[0].payee.name not in client_as("town").get("/duty/needs?need=128").get_data(as_text=True)
    assert "本月已联系" in client.get("/duty/wards").get_data(as_text=True)


def test_the_town_confirms_a_guardians_year(house: House, client_as: Client) -> None:
    town = client_as("town")
    town.post(_page(house), data=_sent())
    page = town.get("/subsidies/assessments").get_data(as_text=True)
    [ticked] = re.findall(r'name="guardianship" value="([\w-]{22})"', page)
    assert town.post("/subsidies/assessments", data={}).status_code == 400
    assert town.post("/subsidies/assessments", data={"guardianship": ticked}).status_code == 303
    assert town.post("/subsidies/assessments", data={"guardianship": ticked}).status_code == 409
    assert "第一监护人年度考评表" in words_on(town.get("/subsidies/assessments.pdf").data)


def test_a_county_counts_villages_and_opens_their_families(house: House, client_as: Client) -> None:
    clerk = client_as("clerk")
    page = clerk.get("/duty/").get_data(as_text=True)
    [village] = re.findall(r'href="(/duty/\?quarter=2026Q3&amp;place=\d+)"', page)
    assert house.families[0].payee.name in clerk.get(village.replace("&amp;", "&")).get_data(as_text=True)
    assert "待核查 3 户" in clerk.get("/").get_data(as_text=True)
