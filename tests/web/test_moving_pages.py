"""Pages of moving and putting right: what each says, who finds it, and that bad input costs nothing but a sentence."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.db import Database
from app.patients.models import Patient, RegisterRequest, Transfer
from app.patients.rules import RegistryStatus, RequestState, TransferState
from app.people.models import FormerIdNumber, Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from tests.rig.county import OTHER_DOCTOR, OTHER_VILLAGE, VILLAGE, County
from tests.rig.register import first_guardian, id_number, registered
from tests.services.test_putting_right import colleague

Client = Callable[[str], FlaskClient]


@pytest.fixture
def patient(database: Database, county: County) -> str:
    with database.transaction() as session:
        made = registered(session, county.actor("doctor"), address="3号")
        first_guardian(session, county.actor("doctor"), made)
        colleague(session, county)
        return made.public_id


def _key(page: str) -> str:
    found = re.search(r'name="key"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def _propose(client: FlaskClient, patient: str, **more: str) -> str:
    """Propose a move to the other town; the address of its page."""
    key = _key(client.get(f"/patients/{patient}/transfer").text)
    sent = {"key": key, "village": OTHER_VILLAGE, "reason": "moved_house", **more}
    answer = client.post(f"/patients/{patient}/transfer", data=sent)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def test_a_transfer_goes_from_one_town_to_the_other(client_as: Client, database: Database, patient: str) -> None:
    page = _propose(client_as("doctor"), patient)
    assert "单晓明" in client_as("doctor").get("/transfers/?tab=out").text
    assert client_as("doctor").get(f"{page}/paper").data.startswith(b"%PDF")
    receiver = client_as(OTHER_DOCTOR)
    assert "待我答复 1 人" in receiver.get("/").text
    watches = client_as("coordinator").get("/").text
    assert "等待答复 1 人" in watches and "待我答复" not in watches
    seen = receiver.get(page).text
    assert "单晓明" in seen and "精神分裂症" not in seen and id_number() not in seen
    assert receiver.get(f"{page}/paper").status_code == 404
    assert receiver.get(f"/patients/{patient}").status_code == 404
    answer = receiver.post(f"{page}/accept", data={"accept-moved_on": "2026-11-21", "accept-doctor": ""})
    assert answer.status_code == 302
    assert receiver.get(f"/patients/{patient}").status_code == 200
    assert client_as("doctor").get(f"/patients/{patient}").status_code == 404
    assert "已接收" in client_as("doctor").get(page).text


def test_of_answers_that_meet_one_holds_and_the_others_are_told(
    app: Flask, county: County, client_as: Client, patient: str
) -> None:
    page, together = _propose(client_as("doctor"), patient), Barrier(3)
    answers = (
        (OTHER_DOCTOR, "accept", {"accept-moved_on": "2026-11-21", "accept-doctor": ""}),
        (OTHER_DOCTOR, "refuse", {"refuse-why": "unknown_address"}),
        ("doctor", "withdraw", {"withdraw-why": "stays"}),
    )

    def send(answer: tuple[str, str, dict[str, str]]) -> int:
        role, which, sent = answer
        client = app.test_client()
        client.set_cookie("anhu_session", county.token_for(app, role))
        together.wait()
        return client.post(f"{page}/{which}", data=sent).status_code

    with ThreadPoolExecutor(3) as pool:
        told = sorted(pool.map(send, answers))
    assert told[0] == 302 and set(told[1:]) <= {409, 422}, told


def test_a_refusal_says_why_and_bad_answers_are_said_at_their_field(
    client_as: Client, database: Database, patient: str
) -> None:
    page = _propose(client_as("doctor"), patient)
    receiver = client_as(OTHER_DOCTOR)
    assert receiver.post(f"{page}/refuse", data={}).status_code == 422
    assert receiver.post(f"{page}/accept", data={"accept-moved_on": "2026-12-24"}).status_code == 422
    assert receiver.post(f"{page}/refuse", data={"refuse-why": "unknown_address"}).status_code == 302
    assert "地址不详" in client_as("doctor").get(page).text
    assert receiver.post(f"{page}/withdraw", data={"withdraw-why": "stays"}).status_code == 409
    with database.reading() as session:
        assert session.scalars(select(Transfer.state)).one() is TransferState.REFUSED


def test_a_move_to_another_county_prints_the_letter_with_its_receipt(client_as: Client, patient: str) -> None:
    outside = {"village": "", "place": "江苏省南京市玄武区梅园新村街道", "code": "320102001001"}
    page = _propose(client_as("doctor"), patient, **outside)
    assert client_as("doctor").get(f"{page}/paper").data.startswith(b"%PDF")
    assert "录入对方的接收回执" in client_as("county_office").get(page).text


@pytest.mark.parametrize(
    "wrong",
    [{}, {"village": OTHER_VILLAGE}, {"reason": "work"}, {"place": "南京", "code": "32", "reason": "work"}],
    ids=str,
)
def test_an_incomplete_proposal_is_said_at_its_fields(client_as: Client, patient: str, wrong: dict[str, str]) -> None:
    client = client_as("doctor")
    key = _key(client.get(f"/patients/{patient}/transfer").text)
    assert client.post(f"/patients/{patient}/transfer", data={"key": key, **wrong}).status_code == 422


def test_an_exclusion_is_asked_for_by_one_and_done_by_another(
    client_as: Client, database: Database, patient: str
) -> None:
    office, second = client_as("county_office"), client_as("office_two")
    page = office.get(f"/patients/{patient}/exclude").text
    sent = {
        "key": _key(page),
        "why": "desk.why.psychiatrist_review",
        "paper": "安精复〔2026〕7号",
        "from_on": "2026-11-20",
    }
    asked = office.post(f"/patients/{patient}/exclude", data=sent).location
    assert "1 项待复核" in second.get("/").text
    assert office.post(f"{asked}/approve").status_code == 403
    assert "由您提出" in office.get(asked).text and "复核通过" in second.get(asked).text
    assert second.post(f"{asked}/approve").status_code == 302
    assert "单晓明" in second.get("/requests/?tab=done").text
    with database.reading() as session:
        assert session.scalars(select(Patient.registry_status)).one() is RegistryStatus.EXCLUDED


def test_two_records_are_compared_merged_and_parted_again(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    with database.transaction() as session:
        twin = registered(session, county.actor("county_office"), "单晓明", 3, OTHER_VILLAGE, record_number="R-9")
        session.get_one(Person, twin.person_id).born_on = date(1980, 5, 1)
        other = twin.public_id
    office, second = client_as("county_office"), client_as("office_two")
    assert "姓名和出生日期相同" in office.get("/duplicates/").text
    assert "并排比较" in office.get(f"/patients/{patient}/merge").text
    page = office.get(f"/patients/{patient}/merge/{other}").text
    assert "证件号码" in page and id_number(sequence=3) not in page
    sent = {"key": _key(page), "why": "desk.why.same_papers", "paper": "户口簿", "side-record_number": "merged"}
    asked = office.post(f"/patients/{patient}/merge/{other}", data=sent).location
    assert "选用" in second.get(asked).text
    assert second.post(f"{asked}/approve").status_code == 302
    assert "R-9" in office.get(f"/patients/{other}").text, "the old address leads to the record that stays"
    assert second.post(f"{asked}/undo").status_code == 302
    with database.reading() as session:
        assert set(session.scalars(select(Patient.registry_status))) == {RegistryStatus.REGISTERED}
        assert session.scalars(select(RegisterRequest.state)).one() is RequestState.UNDONE


# -- doubles and numbers -----------------------------------------------------------------------------------------------


def test_likely_doubles_are_shown_while_typing(client_as: Client, patient: str) -> None:
    client = client_as("doctor")
    by_birth = client.post("/patients/lookalikes", data={"name": "单晓明", "born_on": "1980-05-01"}).text
    by_number = client.post("/patients/lookalikes", data={"id_number": id_number()}).text
    by_phone = client.post("/patients/lookalikes", data={"phone": "13800000502"}).text
    assert all("单晓明" in page for page in (by_birth, by_number, by_phone))
    assert "单晓明" not in client.post("/patients/lookalikes", data={"name": "单晓明", "born_on": "x"}).text


def test_a_double_in_another_town_is_not_named(client_as: Client, patient: str) -> None:
    page = client_as(OTHER_DOCTOR).post("/patients/lookalikes", data={"id_number": id_number()}).text
    assert "请联系县精防机构" in page and "单晓明" not in page


def test_edge_16_one_number_under_two_names_is_blocked_and_the_papers_are_compared(
    client_as: Client, database: Database, patient: str
) -> None:
    client = client_as("doctor")
    sent = {
        "key": "K" * 22,
        "name": "单小明",
        "id_kind": "01",
        "id_number": id_number(),
        "area_code": VILLAGE,
        "category": "schizophrenia",
        "registered_on": "2026-11-20",
        "consent": "later",
    }
    assert client.post("/patients/new", data=sent).status_code == 422
    with database.reading() as session:
        task = session.scalars(select(Task).where(Task.kind == TaskKind.COMPARE_PAPERS)).one()
        assert task.state is TaskState.OPEN
    lead = client_as("health_lead")
    assert "已核对，号码无误" in lead.get(f"/patients/{patient}/identity").text
    assert lead.post(f"/patients/{patient}/identity/compared").status_code == 302
    with database.reading() as session:
        assert session.scalars(select(Task.state).where(Task.kind == TaskKind.COMPARE_PAPERS)).one() is TaskState.DONE


def test_edge_18_a_corrected_number_leaves_the_old_one_findable(
    client_as: Client, database: Database, patient: str
) -> None:
    lead = client_as("health_lead")
    sent = {
        "why": "patients.correction.police",
        "id_kind": "01",
        "id_number": id_number(sequence=9),
        "sex": "1",
        "born_on": "1980-05-01",
    }
    answer = lead.post(f"/patients/{patient}/identity", data=sent)
    assert answer.status_code == 302, answer.text
    page = lead.get(f"/patients/{patient}/identity").text
    assert "公安机关更正证件号码" in page and id_number() not in page
    for sequence in (1, 9):
        assert "单晓明" in lead.get(f"/patients/?q={id_number(sequence=sequence)}").text
    with database.reading() as session:
        assert session.scalars(select(FormerIdNumber)).one().because is not None
    assert client_as("doctor").get(f"/patients/{patient}/identity").status_code == 403


def test_edge_40_the_public_number_of_a_record_never_changes(
    client_as: Client, database: Database, patient: str
) -> None:
    """The printed roster counts anew; what names a record stays through a move."""
    page = _propose(client_as("doctor"), patient)
    client_as(OTHER_DOCTOR).post(f"{page}/accept", data={"accept-moved_on": "2026-11-21", "accept-doctor": ""})
    with database.reading() as session:
        assert session.scalars(select(Patient.public_id)).all() == [patient]


# -- lost and dead -----------------------------------------------------------------------------------------------------


def test_edge_12_a_death_known_by_month_is_printed_with_who_told_and_what_proves_it(
    client_as: Client, database: Database, patient: str
) -> None:
    client = client_as("doctor")
    assert client.get(f"/patients/{patient}/lost-or-dead").status_code == 409
    sent = {
        "died_on": "2026-10-05",
        "precision": "month",
        "cause": "1",
        "physical_cause": "3",
        "news_from": "5",
        "evidence": "2",
        "evidence_number": "HZ-2026-118",
    }
    assert client.post(f"/patients/{patient}/states/death", data=sent).status_code == 302
    with database.reading() as session:
        stored = session.scalars(select(Person).where(Person.died_on.is_not(None))).one()
        assert (stored.died_on, stored.death_news_from, stored.death_evidence) == (date(2026, 10, 31), 5, 2)
        assert b"HZ-2026-118" not in (stored.death_evidence_number_sealed or b"")
    words = text_of(client.get(f"/patients/{patient}/lost-or-dead").data)
    assert "2026年10月" in words and "推定" in words and "HZ-2026-118" in words
    assert f"/patients/{patient}/lost-or-dead" in client.get(f"/patients/{patient}").text


def text_of(pdf: bytes) -> str:
    assert pdf.startswith(b"%PDF")
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
