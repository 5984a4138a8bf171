"""The register's pages: what a role finds there, and that bad input costs nothing but a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.accounts.models import User
from app.core.db import Database
from app.patients.models import Consent, Patient
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus
from app.people.models import Person
from tests.rig.county import OTHER_VILLAGE, VILLAGE, County
from tests.rig.register import first_guardian, id_number, registered, vault

Client = Callable[[str], FlaskClient]


@pytest.fixture
def patient(database: Database, county: County) -> str:
    with database.transaction() as session:
        made = registered(session, county.actor("doctor"), address="3号")
        made.risk_level, made.visit_class, made.next_due_on = 4, 1, date(2026, 11, 1)
        first_guardian(session, county.actor("doctor"), made)
        registered(session, county.actor("county_office"), "外乡人", 3, OTHER_VILLAGE)
        return made.public_id


def _form(**more: str) -> dict[str, str]:
    plain = {
        "key": "K" * 22,
        "name": "王小明",
        "id_kind": "01",
        "id_number": id_number(sequence=21),
        "area_code": VILLAGE,
        "category": "schizophrenia",
        "registered_on": "2026-11-20",
        "consent": "agreed",
        "consent_signer": "guardian",
        "consent_on": "2026-11-20",
    }
    return plain | more


def _count(database: Database, table: type = Patient) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


# -- the list ----------------------------------------------------------------------------------------------------------


def test_a_doctor_reads_the_list_with_lateness(client_as: Client, patient: str) -> None:
    page = client_as("doctor").get("/patients/").text
    assert "单晓明" in page and "逾期 20 天" in page and "外乡人" not in page
    assert id_number() not in page


def test_a_coordinators_list_has_no_clinical_column(client_as: Client, patient: str) -> None:
    page = client_as("coordinator").get("/patients/").text
    assert "单晓明" in page and "4 级" in page
    for word in ("不稳定", "下次随访", "1980", "身份证尾号"):
        assert word not in page


@pytest.mark.parametrize(
    "query",
    [
        "q=sxm",
        "q=晓明",
        "q=赵桂兰",
        f"q={id_number()[-4:]}",
        "level=4",
        "class=1",
        "overdue=1",
        "state=managed",
        f"place={VILLAGE}",
    ],
)
def test_searches_and_filters_lead_to_the_patient(client_as: Client, patient: str, query: str) -> None:
    assert f"/patients/{patient}" in client_as("doctor").get(f"/patients/?{query}").text


@pytest.mark.parametrize(
    "query", ["level=9", "level=x", "class=", "state=nonsense", "place=1", "after=%%%", "after=W10", "q=" + "x" * 5000]
)
def test_addresses_that_make_no_sense_are_answered_calmly(client_as: Client, patient: str, query: str) -> None:
    assert client_as("doctor").get(f"/patients/?{query}").status_code == 200


@pytest.mark.parametrize("name", ["clerk", "police", "village_worker", "finance", "admin", "city_viewer", "auditor"])
def test_the_register_is_closed_to_roles_that_work_from_tasks(client_as: Client, patient: str, name: str) -> None:
    client = client_as(name)
    assert client.get("/patients/").status_code == 403
    assert client.get(f"/patients/{patient}/edit").status_code == 403
    assert client.get(f"/patients/{patient}/states").status_code == 403


# -- registering -------------------------------------------------------------------------------------------------------


def test_a_new_patient_is_registered_once_however_often_the_form_arrives(
    client_as: Client, database: Database, county: County
) -> None:
    client = client_as("doctor")
    for _arrival in range(2):
        answer = client.post("/patients/new", data=_form())
        assert answer.status_code == 302 and answer.location == f"/patients/{'K' * 22}"
    with database.reading() as session:
        stored = session.scalars(select(Patient)).one()
        assert stored.management_status is ManagementStatus.MANAGED
        assert session.get_one(Person, stored.person_id).born_on == date(1980, 5, 1)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "请填写姓名"),
        ("name", "王" * 51, "最多 50 个字"),
        ("id_number", "110105194912310021", "校验码不符"),
        ("area_code", "", "请选择村（社区）"),
        ("area_code", OTHER_VILLAGE, "没有这个选项"),
        ("category", "influenza", "没有这个选项"),
        ("registered_on", "2026-13-40", "请填写日期"),
        ("registered_on", "2027-01-01", "日期在今天之后"),
        ("consent", "", "请选择知情同意情况"),
        ("consent_signer", "", "请选择由谁签字"),
        ("consent_on", "", "请填写签字日期"),
        ("born_on", "1990-01-01", "出生日期与身份号码"),
        ("phone", "12", "电话号码应为"),
        ("first_onset", "去年", "请填年、年-月或年-月-日"),
        ("psychiatric_admissions", "-1", "请填写次数"),
        ("key", "", "页面已过期"),
    ],
)
def test_bad_input_is_answered_at_the_field_and_keeps_what_was_typed(
    client_as: Client, database: Database, county: County, field: str, value: str, words: str
) -> None:
    answer = client_as("doctor").post("/patients/new", data=_form(address="村东头第二家", **{field: value}))
    assert answer.status_code == 422
    assert words in answer.text and "村东头第二家" in answer.text
    assert _count(database) == 0


def test_control_characters_are_refused_at_the_door(client_as: Client, database: Database, county: County) -> None:
    answer = client_as("doctor").post("/patients/new", data=_form(notes="a\x00b"))
    assert 400 <= answer.status_code < 500 and _count(database) == 0


def test_a_village_doctor_registers_in_the_own_village(client_as: Client, county: County) -> None:
    page = client_as("village_doctor").get("/patients/new").text
    assert re.search(rf'<option selected value="{VILLAGE}"', page) or f'value="{VILLAGE}" selected' in page


# -- editing -----------------------------------------------------------------------------------------------------------


def _edit_data(page: str) -> Iterator[tuple[str, str]]:
    for name in ("version", "name", "born_on", "record_number", "address", "first_onset"):
        found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
        yield name, found[1] if found else ""
    yield "area_code", VILLAGE
    yield "id_kind", "01"


def test_the_form_is_prefilled_and_shows_numbers_masked(client_as: Client, patient: str) -> None:
    page = client_as("doctor").get(f"/patients/{patient}/edit").text
    assert 'value="单晓明"' in page and 'value="3号"' in page and "3499" in page
    assert id_number() not in page


def test_an_edit_is_saved(client_as: Client, database: Database, patient: str) -> None:
    client = client_as("doctor")
    data = dict(_edit_data(client.get(f"/patients/{patient}/edit").text)) | {"first_onset": "1991", "notes": "怕生"}
    answer = client.post(f"/patients/{patient}/edit", data=data)
    assert answer.status_code == 302
    with database.reading() as session:
        stored = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        assert stored.first_onset == "1991"
        assert vault(session).open(stored.person_id, "patients.notes", stored.notes_sealed) == "怕生"


def test_a_stale_edit_keeps_what_was_typed_and_shows_both(client_as: Client, patient: str) -> None:
    mine, theirs = client_as("doctor"), client_as("health_lead")
    data = dict(_edit_data(mine.get(f"/patients/{patient}/edit").text))
    assert theirs.post(f"/patients/{patient}/edit", data=data | {"address": "乙的写法"}).status_code == 302
    answer = mine.post(f"/patients/{patient}/edit", data=data | {"address": "甲的写法"})
    assert answer.status_code == 422
    assert "甲的写法" in answer.text and "乙的写法" in answer.text and "有人保存了新的内容" in answer.text
    again = dict(_edit_data(answer.text)) | {"address": "甲的写法"}
    assert mine.post(f"/patients/{patient}/edit", data=again).status_code == 302


def test_the_county_office_keeps_notes_that_it_does_not_read(
    client_as: Client, database: Database, patient: str
) -> None:
    doctor, office = client_as("doctor"), client_as("county_office")
    data = dict(_edit_data(doctor.get(f"/patients/{patient}/edit").text)) | {"notes": "只给医生看的话"}
    doctor.post(f"/patients/{patient}/edit", data=data)
    page = office.get(f"/patients/{patient}/edit").text
    assert "只给医生看的话" not in page and "13800000001" not in page
    assert office.post(f"/patients/{patient}/edit", data=dict(_edit_data(page))).status_code == 302
    with database.reading() as session:
        stored = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        assert vault(session).open(stored.person_id, "patients.notes", stored.notes_sealed) == "只给医生看的话"


# -- states ------------------------------------------------------------------------------------------------------------


def test_the_states_page_tells_how_it_stands_and_what_can_be_done(client_as: Client, patient: str) -> None:
    page = client_as("doctor").get(f"/patients/{patient}/states").text
    for words in ("在册", "在管", "居家", "登记入院", "登记死亡", "2026年1月5日"):
        assert words in page
    assert "登记出院" not in page


def test_a_stay_is_recorded_and_ended(client_as: Client, database: Database, patient: str) -> None:
    client = client_as("doctor")
    sent = client.post(f"/patients/{patient}/states/admission", data={"hospital": "县医院", "from_on": "2026-11-01"})
    assert sent.status_code == 302
    assert client.get(f"/patients/{patient}/states/admission").status_code == 404
    early = client.post(f"/patients/{patient}/states/discharge", data={"on": "2026-10-01"})
    assert early.status_code == 422 and "出院日期早于入院日期" in early.text
    assert client.post(f"/patients/{patient}/states/discharge", data={"on": "2026-11-20"}).status_code == 302
    with database.reading() as session:
        stored = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        assert (stored.care_setting, stored.next_due_on) == (CareSetting.HOME, date(2026, 12, 4))


def test_a_withdrawn_consent_is_a_paper_with_a_consequence(client_as: Client, database: Database, patient: str) -> None:
    data = {"answer": "withdrawn", "signer": "patient", "from_on": "2026-11-20"}
    assert client_as("doctor").post(f"/patients/{patient}/consents/community_management", data=data).status_code == 302
    with database.reading() as session:
        stored = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        assert stored.management_status is ManagementStatus.REFUSED
        assert session.scalar(select(func.count()).select_from(Consent)) == 3


@pytest.mark.parametrize(
    ("act", "data", "words"),
    [
        ("death", {"died_on": "2026-12-01", "precision": "day", "cause": "2"}, "日期在今天之后"),
        ("death", {"died_on": "2026-11-01", "precision": "day", "cause": "1"}, "请选择是哪一类躯体疾病"),
        ("care", {"value": "inpatient", "from_on": "2026-11-01", "reason": "x"}, "没有这个选项"),
        ("care", {"value": "custody", "from_on": "2025-11-01", "reason": "x"}, "新状态不能更早"),
        ("diagnosis", {"category": "bipolar", "from_on": "", "icd10": "F31"}, "请填写日期"),
    ],
)
def test_an_unacceptable_change_is_said_in_words(
    client_as: Client, patient: str, act: str, data: dict[str, str], words: str
) -> None:
    answer = client_as("doctor").post(f"/patients/{patient}/states/{act}", data=data)
    assert answer.status_code == 422 and words in answer.text


@pytest.mark.parametrize(
    ("act", "data", "words"),
    [
        ("diagnosis", {"category": "bipolar", "from_on": "2026-11-01", "diagnosed_on": "1979"}, "早于出生日期（1980年5月1日）"),
        ("diagnosis", {"category": "bipolar", "from_on": "2026-11-01", "diagnosed_on": "2026-12"}, "日期在今天之后"),
        ("admission", {"hospital": "县医院", "from_on": "1979-01-01"}, "早于出生日期（1980年5月1日）"),
    ],
)  # fmt: skip
def test_nothing_that_happens_to_somebody_lies_before_their_birth_or_after_today(
    client_as: Client, patient: str, act: str, data: dict[str, str], words: str
) -> None:
    answer = client_as("doctor").post(f"/patients/{patient}/states/{act}", data=data)
    assert answer.status_code == 422 and words in answer.text


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({"consent_on": "2026-11-22"}, "日期在今天之后"),
        ({"consent_on": "1980-04-30"}, "早于出生日期（1980年5月1日）"),
        ({"registered_on": "2026-11-22"}, "日期在今天之后"),
        ({"diagnosed_on": "2027"}, "日期在今天之后"),
        ({"diagnosed_on": "1980-04"}, "早于出生日期（1980年5月1日）"),
        ({"first_onset": "1979"}, "早于出生日期（1980年5月1日）"),
    ],
)
def test_a_registration_that_contradicts_birth_or_today_is_refused_and_nothing_is_stored(
    client_as: Client, database: Database, patient: str, days: dict[str, str], words: str
) -> None:
    before = _count(database)
    answer = client_as("doctor").post("/patients/new", data=_form(**days))
    assert answer.status_code == 422 and words in answer.text and _count(database) == before


def test_a_diagnosis_of_the_year_of_birth_or_of_this_year_is_possible(
    client_as: Client, database: Database, patient: str
) -> None:
    before = _count(database)
    for number, year in ((21, "1980"), (23, "2026")):
        data = _form(key=f"{number}" * 11, id_number=id_number(sequence=number), diagnosed_on=year)
        assert client_as("doctor").post("/patients/new", data=data).status_code == 302
    assert _count(database) == before + 2


def test_a_death_closes_the_registration(client_as: Client, database: Database, patient: str) -> None:
    client = client_as("doctor")
    data = {"died_on": "2026-11-10", "precision": "day", "cause": "1", "physical_cause": "3"}
    assert client.post(f"/patients/{patient}/states/death", data=data).status_code == 302
    with database.reading() as session:
        stored = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        assert stored.registry_status is RegistryStatus.DEAD
    assert client.get(f"/patients/{patient}/states/death").status_code == 404
    assert f"/patients/{patient}/visits/new" not in client.get(f"/patients/{patient}/visits").text
    assert "单晓明" not in client.get("/patients/").text
    assert "单晓明" in client.get("/patients/?state=dead").text


def test_only_a_lead_is_offered_loss_of_contact(client_as: Client, patient: str) -> None:
    assert client_as("doctor").get(f"/patients/{patient}/states/management").status_code == 404
    assert "失访" in client_as("health_lead").get(f"/patients/{patient}/states/management").text


@pytest.mark.parametrize(
    "path", ["edit", "states", "states/diagnosis", "states/nonsense", "consents", "consents/nonsense"]
)
def test_foreign_and_non_existent_patients_answer_alike(client_as: Client, patient: str, path: str) -> None:
    client = client_as("other_doctor")
    answers = [client.get(f"/patients/{public_id}/{path}") for public_id in (patient, "x" * 22)]
    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize(
    "path",
    ["", "?q=zzz", "?level=5", "new", "{id}/edit", "{id}/states", "{id}/states/diagnosis", "{id}/consents", "{id}/consents/emergency_treatment", "{id}/states/death", "{id}/guardians",
     "{id}/guardians/new?rank=first", "{id}/guardians/new?rank=second", "{id}/guardians/first/end"],
)  # fmt: skip
def test_an_english_page_holds_no_chinese_but_names(
    client_as: Client, database: Database, patient: str, path: str
) -> None:
    with database.transaction() as session:
        session.execute(update(User).where(User.name == "doctor").values(language="en"))
    page = client_as("doctor").get("/patients/" + path.format(id=patient)).text
    page = re.sub(r"<(optgroup|option|a)[^>]*>[^<]*(东村|大王村|城关镇|中文|全部)[^<]*", "", page)
    for data in ("单晓明", "赵桂兰", "城关镇", "东村", "大王村", "示例", "中文", "农业银行", "3号"):
        page = page.replace(data, "")
    assert re.findall(r"[^\n<>]*[\u3400-\u9fff][^\n<>]*", page) == []
