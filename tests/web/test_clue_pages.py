"""The pages of clues, screening rounds and consents, as each side sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from app.audit.models import AuditEvent
from app.core.db import Database, new_public_id
from app.core.quarter import Quarter
from app.patients.models import Clue, Patient, ScreeningReturn
from app.patients.rules import ClueState, ManagementStatus, RegistryStatus
from app.patients.service import open_round
from reports.wording import chinese_date
from tests.rig.county import SECOND_VILLAGE, VILLAGE, County
from tests.rig.pages import forms_of
from tests.rig.register import NOW, SINCE, TODAY, first_guardian, registered

Client = Callable[[str], FlaskClient]
NO = {f"sign_{code}": "0" for code in range(1, 10)}
CLINICAL_WORDS = ("精神分裂", "诊断", "疑似", "危险性", "确诊")


def told(**more: str) -> MultiDict[str, str]:
    values = {"key": new_public_id(), "area_code": VILLAGE, "name": "常大勇", "place": "村口", "is_danger": "0", **more}
    return MultiDict([*values.items(), ("signs", "5"), ("signs", "8")])


def clue_of(database: Database) -> Clue:
    with database.reading() as session:
        found = session.scalars(select(Clue)).one()
        session.expunge(found)
        return found


@pytest.fixture
def clue(client_as: Client, database: Database) -> str:
    assert client_as("village_worker").post("/clues/new", data=told()).status_code == 302
    return clue_of(database).public_id


def test_a_report_is_stored_once_however_often_it_is_sent(client_as: Client, database: Database) -> None:
    worker, data = client_as("village_worker"), told()
    for _ in range(3):
        assert worker.post("/clues/new", data=data).headers["Location"] == "/clues/mine"
    assert clue_of(database).signs == (1 << 4) | (1 << 7)


def test_the_village_is_filled_in_where_there_is_only_one(client_as: Client) -> None:
    (form,) = (one for one in forms_of(client_as("village_worker").get("/clues/new").text) if "signs" in one.fields)
    assert (form.fields["area_code"], form.values["area_code"]) == ("hidden", [VILLAGE])
    (form,) = (one for one in forms_of(client_as("doctor").get("/clues/new").text) if "signs" in one.fields)
    assert (form.fields["area_code"], form.values["area_code"]) == ("select", [""])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": "常大勇9"}, "姓名"),
        ({"area_code": SECOND_VILLAGE}, "没有这个选项"),
        ({"is_danger": "7"}, "没有这个选项"),
        ({"key": "x"}, "页面已过期"),
        ({"place": "远" * 101}, "最多 100 个字"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_stored(
    client_as: Client, database: Database, more: dict[str, str], words: str
) -> None:
    answer = client_as("village_worker").post("/clues/new", data=told(**more))
    assert answer.status_code == 422 and words in answer.text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Clue)) == 0


def test_the_reporter_reads_a_state_and_never_an_outcome(client_as: Client, clue: str) -> None:
    worker, doctor = client_as("village_worker"), client_as("doctor")
    assert "已收到" in worker.get("/clues/mine").text
    doctor.post(f"/clues/{clue}/open")
    assert "处理中" in worker.get("/clues/mine").text
    doctor.post(f"/clues/{clue}/answer", data={**NO, "sign_5": "1", "name": "常大勇", "area_code": VILLAGE})
    page = worker.get("/clues/mine").text
    assert "已办结" in page and "常大勇" in page
    assert not any(word in page for word in CLINICAL_WORDS)
    assert worker.get(f"/clues/{clue}").status_code == 403


def test_nine_answers_make_a_suspected_registration_and_a_review_a_registered_one(
    client_as: Client, database: Database, clue: str
) -> None:
    doctor = client_as("doctor")
    missing = doctor.post(f"/clues/{clue}/answer", data={"name": "常大勇", "area_code": VILLAGE})
    assert missing.status_code == 422 and missing.text.count("请选择是或否") >= 9
    answer = {**NO, "sign_5": "1", "name": "常大勇", "sex": "1", "area_code": VILLAGE, "findings": "邻居证实"}
    where = doctor.post(f"/clues/{clue}/answer", data=answer).headers["Location"]
    assert "线索上报" in doctor.get(where).text
    assert "常大勇" in doctor.get("/clues/suspected").text
    assert doctor.get(f"/clues/{clue}/answer").status_code == 404
    half = doctor.post(f"{where}/states/review", data={"result": "confirmed", "from_on": TODAY.isoformat()})
    assert half.status_code == 422 and "请选择诊断" in half.text and "请填写精神科医师姓名" in half.text
    review = {
        "result": "confirmed",
        "from_on": TODAY.isoformat(),
        "hospital": "县精神卫生中心",
        "psychiatrist": "汪志远",
        "category": "schizophrenia",
        "consent": "agreed",
        "consent_signer": "patient",
    }
    assert doctor.post(f"{where}/states/review", data=review).status_code == 302
    with database.reading() as session:
        patient = session.scalars(select(Patient)).one()
        assert (patient.registry_status, patient.management_status) == (
            RegistryStatus.REGISTERED,
            ManagementStatus.MANAGED,
        )
    assert doctor.get(f"{where}/states/review").status_code == 404
    paper = PdfReader(BytesIO(doctor.get(f"/clues/{clue}/paper").data))
    words = "".join(page.extract_text() for page in paper.pages).replace(" ", "")
    for part in ("汪志远", "县精神卫生中心", "精神分裂症", chinese_date(TODAY)):
        assert part in words, "the psychiatrist's half is filled from the record"


def test_the_same_answer_twice_is_one_registration(client_as: Client, database: Database, clue: str) -> None:
    doctor, answer = client_as("doctor"), {**NO, "sign_1": "1", "name": "常大勇", "area_code": VILLAGE}
    assert doctor.post(f"/clues/{clue}/answer", data=answer).status_code == 302
    assert doctor.post(f"/clues/{clue}/answer", data=answer).status_code == 404
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Patient)) == 1


def test_the_police_see_danger_while_it_is_open_and_who_looked_is_noted(
    client_as: Client, database: Database, clue: str
) -> None:
    police = client_as("police")
    assert "常大勇" not in police.get("/clues/danger").text
    client_as("doctor").post("/clues/new", data=told(name="常大力", is_danger="1", notes="拿着菜刀"))
    page = police.get("/clues/danger").text
    assert "常大力" in page and "村口" in page and "菜刀" not in page and "自语" not in page
    assert "/clues/danger" in police.get("/").text
    with database.reading() as session:
        looked = select(func.count()).where(AuditEvent.subject_kind == "clue", AuditEvent.actor_role == "police")
        assert session.scalar(looked) == 1
        danger = session.scalars(select(Clue.public_id).where(Clue.is_danger)).one()
    client_as("doctor").post(f"/clues/{danger}/close", data={"outcome": "not_found"})
    assert "常大力" not in police.get("/clues/danger").text


def test_a_closed_clue_keeps_its_form_to_print(client_as: Client, clue: str) -> None:
    doctor = client_as("doctor")
    for _ in range(2):
        paper = doctor.get(f"/clues/{clue}/paper")
        assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF")
        doctor.post(f"/clues/{clue}/close", data={"outcome": "known", "findings": "去年已建档"})
    assert "已在登记中" in doctor.get(f"/clues/{clue}").text


def test_a_village_signs_a_zero_report_with_one_tap(client_as: Client, database: Database, county: County) -> None:
    with database.transaction() as session:
        asked = open_round(session, county.actor("county_office"), Quarter.of(TODAY), SINCE, TODAY, NOW)
        where = session.scalars(
            select(ScreeningReturn.public_id).where(
                ScreeningReturn.round_id == asked.id, ScreeningReturn.area_code == VILLAGE
            )
        ).one()
    worker = client_as("village_worker")
    assert f"/screening/returns/{where}" in worker.get("/").text
    assert "确认签字：零报告" in worker.get(f"/screening/returns/{where}").text
    for _ in range(2):
        assert worker.post(f"/screening/returns/{where}", data={"ways": "1"}).status_code == 302
    assert "已签字上报" in worker.get("/").text
    assert worker.get(f"/screening/returns/{where}/paper").data.startswith(b"%PDF")
    progress = client_as("county_office").get("/screening/").text
    assert re.search(r"1 / 3", progress) and "大王村" in progress
    behalf = client_as("town").get("/screening/").text
    assert "代录" in behalf and where not in behalf


def test_opening_a_round_is_the_county_offices(client_as: Client, database: Database) -> None:
    office = client_as("county_office")
    wrong = office.post("/screening/new", data={"from_on": "2026-11-20", "due_on": "2026-11-01"})
    assert wrong.status_code == 422 and "截止日期不能早于开始日期" in wrong.text
    data = {"from_on": "2026-11-20", "due_on": "2026-12-10"}
    first, second = (office.post("/screening/new", data=data).headers["Location"] for _ in range(2))
    assert first == second
    assert office.get(f"{first}/paper").data.startswith(b"%PDF")
    assert client_as("town").post("/screening/new", data=data).status_code == 403


def test_each_consent_is_signed_printed_and_taken_back_with_a_receipt(
    client_as: Client, database: Database, county: County
) -> None:
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"), consent=None)
        guardian = first_guardian(session, county.actor("doctor"), patient).public_id
        where = f"/patients/{patient.public_id}/consents"
    doctor = client_as("doctor")
    assert doctor.get(where).text.count("还没有征求") == 3
    assert doctor.get(f"{where}/community_management/receipt").status_code == 404
    signed = {"answer": "agreed", "signer": f"guardian:{guardian}", "from_on": "2026-11-20"}
    assert doctor.post(f"{where}/community_management", data=signed).status_code == 302
    assert "赵桂兰" in doctor.get(where).text
    for query in ("", "?blank=1"):
        assert doctor.get(f"{where}/community_management/paper{query}").data.startswith(b"%PDF")
    before_birth = {"answer": "withdrawn", "signer": "patient", "from_on": "1979-01-01"}
    assert doctor.post(f"{where}/community_management", data=before_birth).status_code == 422
    assert (
        doctor.post(f"{where}/community_management", data={**before_birth, "from_on": "2026-11-21"}).status_code == 302
    )
    assert "2026年11月22日起不再生效" in doctor.get(where).text
    assert doctor.get(f"{where}/community_management/receipt").data.startswith(b"%PDF")
    with database.reading() as session:
        stored = session.scalars(select(Patient)).one()
        assert stored.management_status is ManagementStatus.REFUSED


def test_states_are_the_health_centres_alone(client_as: Client, database: Database, clue: str) -> None:
    assert client_as("other_doctor").get(f"/clues/{clue}").status_code == 404
    assert client_as("other_doctor").post(f"/clues/{clue}/open").status_code == 404
    assert clue_of(database).state is ClueState.RECEIVED
