"""Pages of plans, referrals, dependants and joint groups: made, ticked, answered, printed, and each role its own fields."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date

import pypdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.db import Database, new_public_id
from app.patients.models import CarePlan, GroupMeeting, JointGroupMember
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from app.visits.service.recording import record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import VILLAGE, County
from tests.rig.register import registered, vault
from tests.rig.visits import command, unstable

Client = Callable[[str], FlaskClient]
PSYCHIATRIST = {"part": "psychiatrist", "name": "沈医师", "phone": "0559-7654321", "from_on": "2026-11-02"}
CLINICAL = re.compile("精神分裂|F20|不稳定|危险性|利培酮")


@pytest.fixture
def patient(database: Database, county: County) -> str:
    with database.transaction() as session:
        return registered(session, county.actor("doctor")).public_id


def words_on(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def plan_form(**changes: str) -> dict[str, str]:
    sent = {"key": new_public_id(), "made_on": "2026-11-21", "review_on": "2027-02-20", "wishes": "想回厂里上班"}
    sent |= {"aim_0": "company", "what_0": "每周一起去赶集", "part_0": "guardian", "by_on_0": "2026-12-05"}
    return sent | changes


def test_a_plan_is_made_ticked_and_printed_for_the_family(database: Database, patient: str, client_as: Client) -> None:
    doctor = client_as("doctor")
    page = doctor.get(f"/patients/{patient}/plan").text
    assert "还没有一人一策" in page and "没有第一监护人" in page, "what the record asks for, with its reason"
    assert "商量确定由谁负责照看" in doctor.get(f"/patients/{patient}/plan/new").text
    assert doctor.post(f"/patients/{patient}/plan/new", data=plan_form()).status_code == 302
    with database.reading() as session:
        plan = session.scalars(select(CarePlan.public_id)).one()
    ticked = doctor.post(f"/patients/{patient}/plan/tick", data={"plan": plan, "line": "1"})
    assert ticked.status_code == 303
    assert "1 / 1 步已做到" in doctor.get(f"/patients/{patient}/plan").text
    doctor.post(f"/patients/{patient}/plan/tick", data={"plan": plan, "line": "1", "undo": "1"})
    assert "0 / 1 步已做到" in doctor.get(f"/patients/{patient}").text
    doctor.post(f"/patients/{patient}/team", data=PSYCHIATRIST)
    paper = doctor.get(f"/patients/{patient}/plan/paper")
    printed = words_on(paper.data)
    for words in ("每周一起去赶集", "想回厂里上班", "有人陪伴、多和人来往", "家人", "12月5日前", "专科医生"):
        assert words in printed, words
    assert not re.search("精神|精防|患者|危险性|F20|分裂", printed)
    with database.reading() as session:
        assert "desk.plan_printed" in session.scalars(select(AuditEvent.action)).all()


def test_a_step_without_its_day_is_refused_at_the_field_and_keeps_what_was_typed(
    patient: str, client_as: Client
) -> None:
    refused = client_as("doctor").post(f"/patients/{patient}/plan/new", data=plan_form(by_on_0=""))
    assert refused.status_code == 422
    assert "请填写什么时候前做到" in refused.text and "每周一起去赶集" in refused.text


def test_an_earlier_version_stays_readable_without_its_buttons(
    database: Database, patient: str, client_as: Client
) -> None:
    doctor = client_as("doctor")
    doctor.post(f"/patients/{patient}/plan/new", data=plan_form())
    doctor.post(f"/patients/{patient}/plan/new", data=plan_form(what_0="每天散步"))
    with database.reading() as session:
        first = session.scalars(select(CarePlan.public_id).order_by(CarePlan.id)).first()
    old = doctor.get(f"/patients/{patient}/plan?version={first}").text
    assert "这是以前的计划" in old and "每周一起去赶集" in old and "做到了" not in old
    assert doctor.get(f"/patients/{patient}/plan?version={new_public_id()}").status_code == 404


def test_a_referral_is_printed_and_its_receipt_recorded(database: Database, county: County, client_as: Client) -> None:
    asked = {"referral": 2, "referral_reason": "病情波动", "referral_org": "市精神卫生中心", "referral_dept": "门诊"}
    with database.transaction() as session:
        known = registered(session, county.actor("doctor"))
        sent = command(known, unstable(date(2026, 11, 18), **asked))
        visit = record_visit(session, vault(session), county.actor("doctor"), sent, TODAY, NOW).visit.public_id
        patient = known.public_id
    doctor = client_as("doctor")
    assert "市精神卫生中心" in doctor.get(f"/patients/{patient}").text
    assert doctor.get(f"/patients/{patient}/visits/{visit}/referral-slip").data.startswith(b"%PDF")
    assert "登记回执" in doctor.get("/tasks/?kind=referral&tab=later").text
    where = f"/patients/{patient}/visits/{visit}/receipt"
    assert doctor.post(where, data={"outcome": "not_gone"}).status_code == 400
    assert doctor.post(where, data={"outcome": "not_gone", "why": "money"}).status_code == 303
    assert "没有去：费用困难" in doctor.get(f"/patients/{patient}/referrals").text
    assert doctor.post(where, data={"outcome": "not_gone", "why": "money"}).status_code == 409


def test_civil_affairs_read_the_need_and_no_clinical_word(database: Database, patient: str, client_as: Client) -> None:
    doctor, clerk, town = client_as("doctor"), client_as("clerk"), client_as("town")
    assert doctor.post(f"/patients/{patient}/dependants", data={}).status_code == 422
    assert doctor.post(f"/patients/{patient}/dependants", data={"who": "child"}).status_code == 303
    with database.reading() as session:
        word = session.scalars(select(Task.public_id).where(Task.kind == TaskKind.DEPENDANTS)).one()
    for reader in (clerk, town):
        for page in ("/", "/dependants/", f"/dependants/{word}"):
            assert not CLINICAL.search(reader.get(page).text), page
    assert "单*明" in clerk.get("/dependants/").text and "单晓明" in town.get("/dependants/").text
    assert town.post(f"/dependants/{word}/take-up").status_code == 303
    assert "已受理" in doctor.get(f"/patients/{patient}").text
    assert clerk.post(f"/dependants/{word}", data={}).status_code == 422
    assert clerk.post(f"/dependants/{word}", data={"outcome": "relief"}).status_code == 303
    assert "已纳入救助保障" in doctor.get(f"/patients/{patient}/dependants").text
    assert clerk.post(f"/dependants/{word}", data={"outcome": "relief"}).status_code == 409


def test_a_village_keeps_its_group_and_shows_a_number_only_when_asked(
    database: Database, county: County, client_as: Client
) -> None:
    worker = client_as("village_worker")
    made = worker.post("/groups/new", data={"area_code": VILLAGE, "founded_on": "2026-01-08"})
    assert made.status_code == 302
    group = made.headers["Location"]
    assert "还没有成员，先登记成员" in worker.get(f"{group}/meetings/new").text
    member = {"part": "police", "name": "严守正", "post": "派出所", "phone": "0559-2800001", "from_on": "2026-01-08"}
    assert worker.post(f"{group}/members", data=member | {"is_lead": "y"}).status_code == 302
    page = worker.get(group).text
    assert "严守正" in page and "2800001" not in page
    assert "本季度小组会议" in worker.get("/").text
    with database.reading() as session:
        member_id = str(session.scalars(select(JointGroupMember.id)).one())
    assert "0559-2800001" in worker.post(f"{group}/phone", data={"member": member_id}).text
    assert worker.post(f"{group}/phone", data={"member": ""}).status_code == 400
    held = {
        "held_on": "2026-11-05",
        "present": member_id,
        "topics": "situation",
        "what_0": "visit",
        "note_0": "节前走访",
    }
    assert worker.post(f"{group}/meetings/new", data=held | {"present": ""}).status_code == 422
    assert worker.post(f"{group}/meetings/new", data=held).status_code == 302
    assert "本季度小组会议" not in worker.get("/").text
    assert worker.get(f"{group}/meetings/2026-11-05/paper").data.startswith(b"%PDF")
    assert worker.get(f"{group}/meetings/2026-11-06/paper").status_code == 404
    wrong = f"{group}/meetings/2026-11-05/wrong"
    assert wrong in worker.get(group).text
    assert worker.post(wrong, data={}).status_code == 422
    assert worker.post(wrong, data={"mistake": "wrong_content"}).status_code == 303
    page = worker.get(group).text
    assert "议题或决定记错" in page and "节前走访" in page and "标记于" in page
    assert "本季度小组会议" in worker.get("/").text, "the quarter's meeting is owed again"
    assert worker.get(f"{group}/meetings/2026-11-05/paper").status_code == 404
    assert worker.post(f"{group}/meetings/new", data=held).status_code == 302
    ended = {"member": member_id, "on": "2026-11-20"}
    assert worker.post(f"{group}/members/end", data=ended).status_code == 302
    with database.reading() as session:
        assert session.scalars(select(GroupMeeting.quarter)).all() == ["2026Q4", "2026Q4"]


def test_the_coordinator_sees_where_groups_are_missing_and_takes_the_lists_along(client_as: Client) -> None:
    coordinator = client_as("coordinator")
    page = coordinator.get("/groups/").text
    assert "0 / 2" in page and "—" in page, "no group has met because there is none"
    assert "建立小组" not in page
    assert "城关镇·东村" in coordinator.get("/groups/missing").text
    for sheet in ("/groups/workbook", "/teams/workbook"):
        assert coordinator.get(sheet).data.startswith(b"PK")
