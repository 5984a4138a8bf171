"""Guardians' pages: clinicians keep guardians, village, town and civil affairs keep agreements, nobody reads an account back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.db import Database
from app.core.reasons import reason
from app.guardians.models import Agreement, Guardianship
from app.patients.models import Patient
from app.people.models import PayeeAccount
from app.tasks.rules import TaskKind
from app.tasks.service import open_task
from tests.rig.county import County
from tests.rig.register import NOW, TODAY, first_guardian, id_number, registered, vault

Client = Callable[[str], FlaskClient]
ACCOUNT = "6299990000000000004"


@pytest.fixture
def patient(database: Database, county: County) -> str:
    with database.transaction() as session:
        made = registered(session, county.actor("doctor"))
        first_guardian(session, county.actor("doctor"), made)
        return made.public_id


@pytest.fixture
def alone(database: Database, county: County) -> str:
    with database.transaction() as session:
        return registered(session, county.actor("doctor"), "王芳", 4).public_id


def _guardian(**more: str) -> dict[str, str]:
    plain = {
        "key": "G" * 22,
        "name": "李强",
        "id_kind": "01",
        "id_number": id_number(sequence=77),
        "phone": "13900000077",
        "relation": "spouse",
        "legal_basis": "statutory",
        "lives_together": "1",
        "from_on": "2026-11-01",
    }
    return plain | more


def _agreement(**more: str) -> dict[str, str]:
    plain = {
        "key": "A" * 22,
        "number": "AHJH-2026-0009",
        "from_on": "2026-11-01",
        "to_on": "2027-10-31",
        "signed_on": "2026-11-01",
    }
    return plain | more


def _count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _open_renewal(database: Database, patient: str) -> None:
    with database.transaction() as session:
        found = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        because = [reason("tasks.renewal", number="X", ends_on=TODAY)]
        open_task(session, found, TaskKind.AGREEMENT_RENEWAL, "agreement:1", TODAY, because, NOW)


# -- who sees what -----------------------------------------------------------------------------------------------------


def test_a_clerk_sees_a_masked_patient_and_the_accounts_last_four(client_as: Client, patient: str) -> None:
    page = client_as("clerk").get(f"/patients/{patient}/guardians").text
    assert "单*明" in page and "单晓明" not in page
    assert "赵桂兰" in page and "尾号 0005" in page and "138****0502" in page
    assert "6200000000000005" not in page and id_number(sequence=502) not in page


def test_a_doctor_sees_the_telephone_and_no_account(client_as: Client, patient: str) -> None:
    page = client_as("doctor").get(f"/patients/{patient}/guardians").text
    assert "单晓明" in page and "13800000502" in page
    assert "尾号" not in page and "领款账户" not in page and "签订协议" not in page


def test_a_village_worker_comes_only_with_an_open_task(client_as: Client, database: Database, patient: str) -> None:
    client = client_as("village_worker")
    assert client.get(f"/patients/{patient}/guardians").status_code == 404
    _open_renewal(database, patient)
    page = client.get(f"/patients/{patient}/guardians").text
    assert "单晓明" in page and "受理申请" in page and "领款账户" not in page


@pytest.mark.parametrize("name", ["coordinator", "police", "finance", "reviewer", "auditor", "admin", "hospital"])
def test_the_page_is_closed_to_who_keeps_neither(client_as: Client, patient: str, name: str) -> None:
    assert client_as(name).get(f"/patients/{patient}/guardians").status_code == 403


def test_foreign_and_non_existent_patients_answer_alike(client_as: Client, patient: str) -> None:
    client = client_as("other_doctor")
    for public_id in (patient, "x" * 22):
        for path in ("guardians", "guardians/new", "guardians/first/end"):
            assert client.get(f"/patients/{public_id}/{path}").status_code == 404


# -- guardians ---------------------------------------------------------------------------------------------------------


def test_a_guardian_is_stored_once_however_often_the_form_arrives(
    client_as: Client, database: Database, alone: str
) -> None:
    client = client_as("doctor")
    for _arrival in range(2):
        answer = client.post(f"/patients/{alone}/guardians/new?rank=first", data=_guardian())
        assert answer.status_code == 302
    assert _count(database, Guardianship) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"relation": ""}, "请选择与患者关系"),
        ({"relation": "friend"}, "没有这个选项"),
        ({"id_number": "", "id_kind": ""}, "请填写身份证号或出生日期"),
        ({"id_number": id_number(date(2012, 1, 1), 3)}, "年满 18 周岁"),
        ({"id_number": id_number(sequence=4), "name": "王芳"}, "患者不能做自己的监护人"),
        ({"id_number": id_number(sequence=1), "name": "单晓明"}, "不能担任第一监护人"),
        ({"id_number": id_number(sequence=1)}, "另一姓名"),
        ({"from_on": "2027-01-01"}, "日期在今天之后"),
        ({"phone": "abc"}, "电话号码应为"),
    ],
)
def test_an_unacceptable_guardian_is_answered_at_the_field(
    client_as: Client, database: Database, alone: str, patient: str, change: dict[str, str], words: str
) -> None:
    answer = client_as("doctor").post(f"/patients/{alone}/guardians/new", data=_guardian(**change))
    assert (answer.status_code == 422 and words in answer.text and "13900000077" in answer.text) or "phone" in change
    assert words in answer.text
    assert _count(database, Guardianship) == 1


def test_a_replacement_must_be_asked_for(client_as: Client, database: Database, patient: str) -> None:
    client = client_as("doctor")
    refused = client.post(f"/patients/{patient}/guardians/new?rank=first", data=_guardian())
    assert refused.status_code == 422 and "已有第一监护人" in refused.text
    data = _guardian(replaces="y")
    assert client.post(f"/patients/{patient}/guardians/new?rank=first", data=data).status_code == 302
    page = client.get(f"/patients/{patient}/guardians").text
    assert "李强" in page and "以前的监护人" in page


def test_a_second_guardian_has_a_post_and_a_telephone(client_as: Client, patient: str) -> None:
    client = client_as("doctor")
    data = {"key": "S" * 22, "name": "万丽", "relation": "officer", "from_on": "2026-11-01"}
    refused = client.post(f"/patients/{patient}/guardians/new?rank=second", data=data)
    assert refused.status_code == 422 and "请填写单位职务" in refused.text and "请填写联系电话" in refused.text
    data |= {"post": "东村网格员", "phone": "15597971147"}
    assert client.post(f"/patients/{patient}/guardians/new?rank=second", data=data).status_code == 302
    assert "东村网格员" in client.get(f"/patients/{patient}/guardians").text


def test_a_guardianship_ends_with_a_reason(client_as: Client, patient: str) -> None:
    client = client_as("doctor")
    url = f"/patients/{patient}/guardians/first/end"
    assert client.post(url, data={"to_on": "2026-11-01"}).status_code == 422
    data = {"to_on": "2026-11-01", "reason": "guardians.end.died"}
    assert client.post(url, data=data).status_code == 302
    assert "监护人去世" in client.get(f"/patients/{patient}/guardians").text
    assert client.get(url).status_code == 404
    assert client.get(f"/patients/{patient}/guardians/third/end").status_code == 404


# -- agreements and accounts -------------------------------------------------------------------------------------------


def test_an_agreement_is_prefilled_and_signed_once(client_as: Client, database: Database, patient: str) -> None:
    client = client_as("clerk")
    page = client.get(f"/patients/{patient}/agreements/new").text
    assert 'value="AHJH-2026-0001"' in page and 'value="2027-11-20"' in page
    for _arrival in range(2):
        assert client.post(f"/patients/{patient}/agreements/new", data=_agreement()).status_code == 302
    assert _count(database, Agreement) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to_on": "2027-11-02"}, "协议最长一年"),
        ({"to_on": "2026-10-01"}, "终止日期早于起始日期"),
        ({"from_on": "2025-01-01", "to_on": "2025-02-01"}, "没有第一监护人"),
        ({"number": ""}, "请填写协议编号"),
        ({"signed_on": "2026-12-01"}, "日期在今天之后"),
    ],
)
def test_an_unacceptable_agreement_is_answered_at_the_field(
    client_as: Client, database: Database, patient: str, change: dict[str, str], words: str
) -> None:
    answer = client_as("clerk").post(f"/patients/{patient}/agreements/new", data=_agreement(**change))
    assert answer.status_code == 422 and words in answer.text
    assert _count(database, Agreement) == 0


def test_overlapping_agreements_are_refused_with_the_other_ones_number(client_as: Client, patient: str) -> None:
    client = client_as("clerk")
    client.post(f"/patients/{patient}/agreements/new", data=_agreement())
    data = _agreement(key="B" * 22, number="AHJH-2026-0010")
    refused = client.post(f"/patients/{patient}/agreements/new", data=data)
    assert refused.status_code == 422 and "AHJH-2026-0009" in refused.text


def test_an_agreement_is_ended_early(client_as: Client, database: Database, patient: str) -> None:
    client = client_as("clerk")
    client.post(f"/patients/{patient}/agreements/new", data=_agreement())
    url = f"/patients/{patient}/agreements/{'A' * 22}/end"
    outside = client.post(url, data={"ended_on": "2026-10-01", "reason": "guardians.end.agreed"})
    assert outside.status_code == 422
    assert client.post(url, data={"ended_on": "2026-11-15", "reason": "guardians.end.agreed"}).status_code == 302
    with database.reading() as session:
        assert session.scalars(select(Agreement)).one().ended_on == date(2026, 11, 15)
    assert client.get(f"/patients/{patient}/agreements/{'Z' * 22}/end").status_code == 404


def test_a_village_worker_takes_the_application_and_signs_nothing_alone(
    client_as: Client, database: Database, patient: str
) -> None:
    _open_renewal(database, patient)
    client, form = client_as("village_worker"), f"/patients/{patient}/applications/new"
    page = client.get(f"/patients/{patient}/guardians").text
    assert form in page and f"/patients/{patient}/agreements/new" not in page
    led = client.get(f"/patients/{patient}/agreements/new")
    assert (led.status_code, led.location) == (302, form)
    assert f"/patients/{patient}/agreements/new" not in client.get(form).text
    refused = client.post(f"/patients/{patient}/agreements/new", data=_agreement())
    assert refused.status_code == 422 and "请先受理申请" in refused.text
    assert _count(database, Agreement) == 0


def test_a_town_signs_and_the_task_is_done(client_as: Client, database: Database, patient: str) -> None:
    _open_renewal(database, patient)
    assert client_as("town").post(f"/patients/{patient}/agreements/new", data=_agreement()).status_code == 302
    assert _count(database, Agreement) == 1


def test_doctors_sign_no_agreements_and_clerks_add_no_guardians(client_as: Client, patient: str) -> None:
    assert client_as("doctor").get(f"/patients/{patient}/agreements/new").status_code == 403
    assert client_as("clerk").get(f"/patients/{patient}/guardians/new").status_code == 403
    for name in ("doctor", "village_worker", "town", "reviewer", "finance"):
        assert client_as(name).get(f"/patients/{patient}/guardians/account").status_code == 403


def test_an_account_is_written_once_and_never_shown_again(client_as: Client, database: Database, patient: str) -> None:
    client = client_as("clerk")
    url = f"/patients/{patient}/guardians/account"
    data = {
        "kind": "card",
        "bank_name": "示例银行",
        "number": ACCOUNT,
        "holder_name": "赵桂兰",
        "from_on": "2026-11-10",
    }
    assert "6200000000000005" not in client.get(url).text
    wrong = client.post(url, data=data | {"number": "6200000000000006"})
    assert wrong.status_code == 422 and "银行卡号校验不符" in wrong.text
    other = client.post(url, data=data | {"holder_name": "别人"})
    assert other.status_code == 422 and "一致" in other.text
    assert client.post(url, data=data).status_code == 302
    page = client.get(f"/patients/{patient}/guardians").text
    assert "尾号 0004" in page and ACCOUNT not in page
    with database.reading() as session:
        rows = session.scalars(select(PayeeAccount).order_by(PayeeAccount.id)).all()
        assert [row.to_on for row in rows] == [date(2026, 11, 10), None]
        assert vault(session).open(rows[1].person_id, "payee_accounts.number", rows[1].number_sealed) == ACCOUNT
