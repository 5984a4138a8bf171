"""A nurse's way by page: whom the ward has, the plan and its notice, the door, and a record that has to be put right."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import SHANGHAI
from app.core.db import Database, new_public_id
from app.discharges.commands import CloseLoop
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.states import CloseReason, DischargeTo, DischargeType, FormKind, Source
from app.discharges.service import close_loop
from app.patients.models import Clue, Patient
from app.patients.service import record_admission
from tests.rig.county import OTHER_VILLAGE, VILLAGE, County
from tests.rig.discharges import ADMITTED_ON, LEFT_AT, forms, submitted
from tests.rig.papers import words_on
from tests.rig.register import NOW, TODAY, id_number, registered, vault

OWN = "安和县hospital"
PDF = "application/pdf"


def typed(**changes: Any) -> dict[str, Any]:
    """The form as a nurse fills it in."""
    return {
        "key": new_public_id(), "name": "单晓明", "sex": "1", "born_on": "1980-05-01", "id_kind": "01", "id_number": id_number(),
        "area_code": VILLAGE, "address": "东村 12 组 3 号", "contact_name": "赵桂兰", "contact_relation": "配偶",
        "contact_phone": "13900001111", "is_guardian_present": "y", "hospital_number": "CY-010", "admitted_on": ADMITTED_ON.isoformat(),
        "planned_on": TODAY.isoformat(), "discharged_at": f"{LEFT_AT.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}", "discharge_type": "ordered",
        "discharge_to": "home", "admission_count": "3", "diagnosis": "偏执型标记", "diagnosis_code": "F20.0", "first_diagnosed": "2011-06",
        "risk_level": "1", "behaviours": "7", "effect": "2", "medicines": "利培酮片，2mg，早晚各一片", "rehabilitation": "1",
        "doctor_name": "汪志远", "doctor_phone": "0559-2345678", "form_on": TODAY.isoformat(), **changes,
    }  # fmt: skip


def lie_in(session: Session, county: County, patient: Patient, hospital: str) -> None:
    record_admission(session, county.actor("doctor"), patient, hospital, ADMITTED_ON, None, NOW)


def value(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    said = re.search(r'value="([^"]*)"', found[0]) if found else None
    return said[1] if said else ""


def test_a_record_begins_with_whom_the_ward_has_and_who_was_reported_as_gone_leaves_the_list(
    database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    with database.transaction() as session:
        here, there = (
            registered(session, county.actor("doctor"), name, number) for number, name in ((1, "单晓明"), (2, "沈别院"))
        )
        lie_in(session, county, here, OWN)
        lie_in(session, county, there, "别的医院")
        ours, theirs = here.public_id, there.public_id
    hospital = client_as("hospital")
    ward = hospital.get("/").text
    assert f"/discharges/records/new?patient={ours}" in ward and theirs not in ward
    page = hospital.get(f"/discharges/records/new?patient={ours}").text
    assert [value(page, name) for name in ("name", "id_number", "born_on", "admitted_on")] == [
        "单晓明", id_number(), "1980-05-01", ADMITTED_ON.isoformat(),
    ]  # fmt: skip
    assert hospital.get(f"/discharges/records/new?patient={theirs}").status_code == 404
    assert client_as("county_office").get(f"/discharges/records/new?patient={ours}").status_code == 404
    with database.transaction() as session:
        paper: dict[str, Any] = {
            "received_at": LEFT_AT,
            "source": Source.PAPER,
            "admitted_on": ADMITTED_ON - timedelta(days=11),
        }
        other = submitted(session, county, "county_office", hospital_name="省立精神病院", **paper).public_id
    assert ours in hospital.get("/").text, "another hospital's paper ends no stay here"
    assert "与在册的住院登记不一致" in client_as("county_office").get(f"/discharges/records/{other}").text
    with database.transaction() as session:
        submitted(session, county, discharge_type=DischargeType.DEATH, discharge_to=DischargeTo.UNKNOWN)
    assert ours not in hospital.get("/").text, (
        "the ward has said so itself; the register follows when people have looked"
    )


def test_the_hospital_reads_what_its_record_still_lacks_and_the_health_centre_that_it_is_not_complete(
    database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    whole: dict[str, Any] = {"recheck_on": TODAY, "hospital_number": "CY-1", "id_number": id_number(sequence=3)}
    with database.transaction() as session:
        open_one = submitted(session, county, source=Source.API, is_complete=False, medicines=(), address="")
        whole_one = submitted(session, county, name="沈齐全", **whole)
        pages = [f"/discharges/records/{one.public_id}" for one in (open_one, whole_one)]
        docking = [forms(session, one)[FormKind.HEALTH_CENTRE].public_id for one in (open_one, whole_one)]
    said, complete = (client_as("hospital").get(where).text for where in pages)
    assert "报送时标明信息还没有填全" in said and "还缺：村以下住址、出院带药和用法、复诊日期。" in said
    assert "还缺" not in complete and "填全" not in complete
    read, unread = (client_as("doctor").get(f"/discharges/forms/{one}").text for one in docking)
    assert "医院标明信息还没有填全" in read and "填全" not in unread
    paper = words_on(client_as("doctor").get(f"/discharges/forms/{docking[0]}/paper").data)
    assert "医院标明信息还没有填全" in paper and "第1页共1页" in paper.replace(" ", "")


def test_the_notice_is_signed_before_they_leave_and_a_wrong_record_is_sent_again_under_its_number(
    database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    hospital = client_as("hospital")
    kept = hospital.post("/discharges/records/new", data=typed(keep="1", discharged_at="")).location
    notice = f"{kept}/notice"
    assert notice in hospital.get(kept).text
    printed = hospital.get(notice)
    words = words_on(printed.data)
    assert printed.mimetype == PDF and all(
        one in words for one in ("单晓明", "赵桂兰", "利培酮片", "2026年11月21日", "签收人")
    )
    assert "偏执型标记" not in words and "F20.0" not in words
    bare = hospital.post("/discharges/records/new", data=typed(keep="1", contact_name="")).location
    assert f"{bare}/notice" not in hospital.get(bare).text and hospital.get(f"{bare}/notice").status_code == 404
    twice = hospital.post("/discharges/records/new", data=typed(send="1", other_code="110101001001", place="北京"))
    assert twice.status_code == 422 and twice.text.count("已选本县村（社区），外地地址请留空") == 2 * 2, (
        "at both, and above"
    )
    version = value(hospital.get(kept).text, "version")
    sent = hospital.post(kept, data=typed(send="1", version=version))
    assert sent.status_code == 302 and hospital.get(notice).status_code == 404
    with database.transaction() as session:
        loop = session.scalars(select(Discharge).where(Discharge.hospital_number == "CY-010")).one()
        form = session.scalars(
            select(HandoverForm).where(HandoverForm.discharge_id == loop.id, HandoverForm.kind == FormKind.GUARDIAN)
        ).one()
        wrong = loop.public_id
        signed = f"/discharges/notices/{form.public_id}/confirm"
    at = f"{(NOW - timedelta(hours=2)).astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
    said = {"key": new_public_id(), "who": "赵桂兰", "relation": "配偶", "at": at}
    assert hospital.post(signed, data=said).status_code == 302, "signed at the door, before the record was sent"
    with database.transaction() as session:
        why = CloseLoop(CloseReason.WRONG_ENTRY, "住址写成了东村")
        close_loop(session, vault(session), county.actor("coordinator"), wrong, why, NOW)
    page = hospital.get(f"/discharges/records/{wrong}").text
    assert "住址写成了东村" in page and "coordinator" in page and f"new?again={wrong}" in page, "why, and by whom"
    again = hospital.get(f"/discharges/records/new?again={wrong}").text
    assert [value(again, name) for name in ("name", "hospital_number", "diagnosis", "doctor_name", "admission_count")] == [
        "单晓明", "CY-010", "偏执型标记", "汪志远", "3",
    ]  # fmt: skip
    assert "利培酮片，2mg，早晚各一片" in again
    right = hospital.post("/discharges/records/new", data=typed(send="1", area_code=OTHER_VILLAGE)).location
    assert right and wrong not in right
    with database.reading() as session:
        loops = session.scalars(
            select(Discharge).where(Discharge.submitted_at.is_not(None)).order_by(Discharge.id)
        ).all()
        assert [one.area_code for one in loops] == [VILLAGE, OTHER_VILLAGE]
    assert f"new?again={wrong}" not in hospital.get(f"/discharges/records/{wrong}").text, "it has been put right"
    assert hospital.get(f"/discharges/records/new?again={loops[1].public_id}").status_code == 404
    assert_the_clue_leads_back(database, client_as("other_doctor"), loops[1].public_id)


def assert_the_clue_leads_back(database: Database, doctor: FlaskClient, loop: str) -> None:
    """Nobody of the register: what came with the record is looked into with the record beside it, and ends in words."""
    with database.reading() as session:
        clue, form = session.execute(
            select(Clue.public_id, HandoverForm.public_id)
            .join(Discharge, Discharge.clue_id == Clue.id)
            .join(HandoverForm, HandoverForm.discharge_id == Discharge.id)
            .where(Discharge.public_id == loop, HandoverForm.kind == FormKind.HEALTH_CENTRE)
        ).one()
    page = doctor.get(f"/clues/{clue}").text
    assert f"/discharges/forms/{form}" in page and "没有说明" in page, "nobody was asked whether there is danger"
    assert "0 项表现" not in doctor.get("/clues/").text
    silent = doctor.post(f"/clues/{clue}/close", data={"outcome": "not_found", "findings": ""})
    assert "请写明为什么不需调查登记" in silent.text
    said = {"outcome": "not_found", "findings": "已迁往外县，当地接续"}
    assert doctor.post(f"/clues/{clue}/close", data=said).status_code == 302


def test_all_that_is_wrong_is_said_in_one_round_where_it_was_typed(client_as: Callable[[str], FlaskClient]) -> None:
    hospital, where = client_as("hospital"), "/discharges/records/new"
    page = hospital.get(where).text
    for name in ("behaviours", "rehabilitation"):
        assert re.search(rf'data-question="{name}".{{0,200}}class="req"', page, re.S), f"{name} is marked as needed"
    gone = {"name", "discharge_type", "behaviours", "rehabilitation", "discharged_at"}
    wrong = {"contact_phone": "12", "diagnosis_code": "X", "area_code": "", "other_code": "3401", "id_number": "34"}
    sent = {name: one for name, one in typed(send="1", **wrong).items() if name not in gone}
    refused = hospital.post(where, data=sent)
    assert refused.status_code == 422
    assert set(re.findall(r'class="error" id="(\w+)-error"', refused.text)) == {*gone, *wrong} - {"area_code"}
    assert "请至少选择一项，没有的选择“无”" in refused.text and "没有选择任何一项" not in refused.text
    nowhere = hospital.post(where, data=typed(send="1", area_code="")).text
    assert "请选择村（社区）；去外地的" in nowhere
    assert hospital.post(where, data=typed(send="1")).status_code == 302
