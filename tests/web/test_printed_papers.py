"""Official forms from the record: what stands on them, who may print them, that it is noted, and the blank ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.core.db import Database
from app.desk.blank_papers import BY_NAME
from app.patients.commands import DiagnosisDraft, Supplement
from app.patients.rules import DiagnosisCategory
from app.visits.commands import RecordVisit
from app.visits.models import FollowUpVisit
from app.visits.rules.form import Behaviour, Symptom
from app.visits.rules.record import Medicine, VisitRecord
from app.visits.service.recording import record_visit
from tests.rig.county import County
from tests.rig.papers import has_only_embedded_fonts, pages_of, words_on
from tests.rig.register import NOW, first_guardian, person, registered, vault
from tests.rig.visits import stable

Client = Callable[[str], FlaskClient]
RARE = "王𠮷祥"
FULL = stable(
    date(2026, 11, 20),
    risk_level=1,
    symptoms=int(Symptom.HALLUCINATION | Symptom.SUSPICION | Symptom.OTHER),
    symptoms_other="夜间反复检查门窗",
    insight=2,
    behaviours=int(Behaviour.MINOR_DISTURBANCE),
    minor_disturbances=2,
    lab_test=2,
    lab_text="血常规正常",
    adverse_reaction=2,
    adverse_severity=1,
    adverse_text="奥氮平：嗜睡",
    referral=2,
    referral_reason="调整药物",
    referral_org="安和县精神病医院",
    referral_dept="精神科",
    medicines=(
        Medicine("利培酮", morning_mg="1", night_mg="2.5"),
        Medicine("棕榈酸帕利哌酮注射液", every_weeks=4, long_acting_mg="100"),
    ),
)


@pytest.fixture
def patient(database: Database, county: County) -> str:
    with database.transaction() as session:
        doctor = county.actor("doctor")
        made = registered(
            session,
            doctor,
            person=person(RARE, 7),
            record_number="02100317",
            diagnosis=DiagnosisDraft(DiagnosisCategory.SCHIZOPHRENIA, "F20.0", "安和县精神病医院", "2012-04-09"),
            supplement=Supplement(
                household_type=2,
                employment=3,
                economic_status=1,
                committee_contact="李主任 0552-3012345",
                first_onset="2011-05",
                first_antipsychotic="2012",
                past_symptoms=0b101,
                past_behaviours={"1": 3, "5": 1},
                past_locked_up=1,
                outpatient_history=2,
                psychiatric_admissions=3,
                last_treatment_effect=2,
                specialist_advice="三个月后复查血常规。",
            ),
        )
        first_guardian(session, doctor, made, lives_together=True)
        return made.public_id


def visited(database: Database, county: County, patient: str, record: VisitRecord) -> str:
    with database.transaction() as session:
        sent = RecordVisit(patient=patient, submission_key=str(uuid4()), record=record)
        at = datetime.combine(record.visited_on, time(8), UTC)
        return record_visit(session, vault(session), county.actor("doctor"), sent, at.date(), at).visit.public_id


def noted(database: Database, action: str) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(AuditEvent.action == action)) or 0


def test_a_visit_is_printed_as_it_was_filled_in(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    visit = visited(database, county, patient, FULL)
    doctor = client_as("doctor")
    where = f"/patients/{patient}/visits/{visit}"
    assert f"{where}/paper" in doctor.get(where).text
    answer = doctor.get(f"{where}/paper")
    assert "follow-up-record.pdf" in answer.headers["Content-Disposition"]
    found = words_on(answer.data)
    for words in (
        "姓名：王𠮷祥编号021－00317",
        "随访日期2026年11月20日本次随访形式1门诊2家庭访视3电话2",
        "12其他夜间反复检查门窗1/3/12/",
        "1轻度滋事2次",
        "2有血常规正常2",
        "2有奥氮平：嗜睡",
        "转诊原因：调整药物转诊至机构及科室：安和县精神病医院精神科2",
        "药物1：利培酮早1mg中mg晚2.5mg",
        "药物2：棕榈酸帕利哌酮注射液早mg中mg晚mg每4周，每次100mg",
        "1不稳定2基本稳定3稳定2",
        "随访医生签名doctor",
    ):
        assert words in found, words
    assert has_only_embedded_fonts(answer.data)
    assert noted(database, "visits.printed") == 1


def test_no_symptom_is_printed_as_other_none(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    visit = visited(database, county, patient, stable(date(2026, 11, 20)))
    found = words_on(client_as("doctor").get(f"/patients/{patient}/visits/{visit}/paper").data)
    assert "12其他无12/" in found and "7无7/" in found


def test_a_year_of_visits_comes_in_one_print_in_their_order(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    for day in (date(2026, 5, 20), date(2026, 8, 20), date(2026, 11, 20)):
        visited(database, county, patient, stable(day))
    doctor = client_as("doctor")
    assert f"/patients/{patient}/visits/paper?year=2026" in doctor.get(f"/patients/{patient}?tab=visits").text
    assert f"/patients/{patient}/visits/paper?year=2026" in doctor.get(f"/patients/{patient}/visits").text
    paper = doctor.get(f"/patients/{patient}/visits/paper?year=2026").data
    assert pages_of(paper) == 3
    found = words_on(paper)
    assert found.index("2026年5月20日") < found.index("2026年8月20日") < found.index("2026年11月20日")
    assert doctor.get(f"/patients/{patient}/visits/paper?year=2025").status_code == 404
    assert doctor.get(f"/patients/{patient}/visits/paper?year=x").status_code == 200


def test_who_does_not_read_free_texts_prints_that_there_are_some(
    client_as: Client, database: Database, county: County, patient: str
) -> None:
    visit = visited(database, county, patient, FULL)
    found = words_on(client_as("county_office").get(f"/patients/{patient}/visits/{visit}/paper").data)
    assert "夜间反复检查门窗" not in found and "12其他（略）" in found and "血常规正常" not in found


def test_a_corrected_visit_is_printed_as_void(
    client_as: Client, database: Database, county: County, patient: str
) -> None:

    visit = visited(database, county, patient, FULL)
    with database.transaction() as session:
        stored = session.scalars(select(FollowUpVisit).where(FollowUpVisit.public_id == visit)).one()
        stored.withdrawn_at, stored.withdrawn_by = NOW, county.actor("doctor").user_id
    assert "已被更正" in words_on(client_as("doctor").get(f"/patients/{patient}/visits/{visit}/paper").data)


def test_the_supplement_is_filled_from_the_record(client_as: Client, database: Database, patient: str) -> None:
    doctor = client_as("doctor")
    where = f"/patients/{patient}/supplement/paper"
    assert where in doctor.get(f"/patients/{patient}?tab=record").text
    answer = doctor.get(where)
    assert "supplement.pdf" in answer.headers["Content-Disposition"]
    found = words_on(answer.data)
    for words in (
        "姓名：王𠮷祥编号021－00317",
        "监护人姓名赵桂兰与患者关系配偶",
        "李主任",
        "0552-3012345",
        "1城镇2农村2",
        "1同意参加管理0不同意参加管理",
        "初次发病时间2011年5月",
        "首次抗精神病药治疗时间2012年2",
        "曾住精神专科医院/综合医院精神专科3次",
        "诊断精神分裂症F20.0",
        "确诊日期2012年4月9日",
        "1轻度滋事3次",
        "三个月后复查血常规。",
    ):
        assert words in found, words
    assert has_only_embedded_fonts(answer.data)
    assert noted(database, "desk.supplement_printed") == 1


def test_a_masked_number_stays_masked_on_paper(client_as: Client, patient: str) -> None:
    guardian_number = "13800000502"
    assert guardian_number in words_on(client_as("doctor").get(f"/patients/{patient}/supplement/paper").data)
    assert guardian_number not in words_on(client_as("county_office").get(f"/patients/{patient}/supplement/paper").data)


@pytest.mark.parametrize("paper", ["supplement/paper", "visits/paper", "consents/other_purpose/prepare"])
def test_a_neighbour_prints_nothing(client_as: Client, patient: str, paper: str) -> None:
    assert client_as("other_doctor").get(f"/patients/{patient}/{paper}").status_code == 404


def test_a_paper_about_another_purpose_says_what_for_and_to_whom(
    client_as: Client, database: Database, patient: str
) -> None:
    doctor = client_as("doctor")
    where = f"/patients/{patient}/consents/other_purpose"
    assert f"{where}/prepare" in doctor.get(f"/patients/{patient}/consents").text
    assert doctor.post(f"{where}/prepare", data={"purpose": "申请居家康复"}).status_code == 422
    about: dict[str, Any] = {"purpose": "申请居家康复", "receiver": "县残联：姓名和住址"}
    printed = doctor.post(f"{where}/prepare", data=about)
    assert "attachment" in printed.headers["Content-Disposition"]
    assert "申请居家康复" in words_on(printed.data) and "县残联：姓名和住址" in words_on(printed.data)
    signed = {"answer": "agreed", "signer": "patient", "from_on": "2026-11-20"}
    refused = doctor.post(where, data=signed)
    assert refused.status_code == 422 and "请写明用于什么" in refused.text
    assert doctor.post(where, data=signed | about).status_code == 302
    assert "县残联：姓名和住址" in doctor.get(f"/patients/{patient}/consents").text
    found = words_on(doctor.get(f"{where}/paper").data)
    assert "申请居家康复" in found and "县残联：姓名和住址" in found
    assert doctor.get(f"/patients/{patient}/consents/emergency_treatment/prepare").status_code == 404
    assert noted(database, "desk.consent_printed") == 2


@pytest.mark.parametrize("name", BY_NAME)
def test_every_blank_form_names_the_office_and_nobody(client_as: Client, patient: str, name: str) -> None:
    doctor = client_as("doctor")
    assert f"/forms/{name}" in doctor.get("/forms/").text
    paper = doctor.get(f"/forms/{name}").data
    assert pages_of(paper) == BY_NAME[name].pages
    assert RARE not in words_on(paper) and has_only_embedded_fonts(paper)


def test_there_is_no_blank_form_of_another_name(client_as: Client) -> None:
    assert client_as("doctor").get("/forms/diary").status_code == 404
    assert client_as("clerk").get("/forms/").status_code == 403
