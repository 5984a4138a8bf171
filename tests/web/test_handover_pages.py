"""A unit's form, a paper entered for it, a correction, the board: pages with what people do wrong on them."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.db import Database
from app.core.identity import IdKind
from app.discharges.models import HandoverEvent
from app.discharges.rules.states import EventKind
from app.documents.models import Document
from app.visits.forms.key import new_submission_key
from tests.rig.county import County
from tests.rig.discharges import forms, submitted
from tests.rig.paper_pictures import photo
from tests.rig.register import first_guardian, registered

ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def ids(app: Flask, database: Database, county: County) -> dict[str, str]:
    """A registered patient at level 3 who has gone to another county by the hospital's word; and one nobody knows, who lives here."""
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"))
        first_guardian(session, county.actor("doctor"), patient)
        far = submitted(session, county, risk_level=3, area_code="349999100200", place="示例省邻县柳河镇")
        near = submitted(
            session,
            county,
            hospital_number="N2",
            name="沈无名",
            id_kind=IdKind.NONE,
            id_number="",
            risk_level=3,
        )
        found = {kind.value: form.public_id for kind, form in forms(session, near).items()}
        return found | {"patient": patient.public_id, "far": far.public_id, "near": near.public_id}


def test_a_unit_s_paper_is_entered_photographed_and_put_right(
    app: Flask, database: Database, client_as: ClientAs, ids: dict[str, str]
) -> None:
    office, form = client_as("county_office"), f"/discharges/forms/{ids['town']}"
    page = office.get(f"{form}/behalf").text
    refused = office.post(
        f"{form}/behalf",
        data={
            "key": key_of(page),
            "what": "receive",
            "paper": "349921198005010012",
            "who": "老周",
            "at": "2026-11-21T10:00",
            "paper_on": "2026-11-21",
        },
    )
    assert refused.status_code == 422 and "请照单据填写编号" in refused.text and "老周" in refused.text
    said = {
        "key": key_of(page),
        "what": "receive",
        "paper": "〔2026〕第7号",
        "who": "老周",
        "at": "2026-11-21T10:00",
        "paper_on": "2026-11-21",
    }
    kept = office.post(f"{form}/behalf", data=said)
    assert kept.status_code == 302 and kept.location == f"/papers/handover_form/{ids['town']}", kept.text[-900:]
    papers = office.get(kept.location)
    assert papers.status_code == 200 and "已代录，请把盖章单据拍照留存" in papers.text
    again = office.post(f"{form}/behalf", data=said | {"key": "k" * 22})
    assert again.status_code == 422 and "已经登记接收" in again.text
    sent = office.post(f"{form}/behalf", data=said | {"key": "m" * 22, "what": "act", "text": "已开会"})
    assert sent.status_code == 302
    photographed = office.post(
        kept.location,
        data={"key": "p" * 22, "kind": "handover", "file": (BytesIO(photo()), "slip.jpg")},
        content_type="multipart/form-data",
    )
    assert photographed.status_code == 303, "also when the form has ended, and of somebody who is not registered"
    with database.reading() as session:
        assert session.scalars(select(Document.patient_id)).all() == [None]
    assert "盖章单据" in office.get(f"/discharges/loops/{ids['near']}").text


def test_a_unit_says_in_words_what_ends_its_form_and_corrects_what_was_none(
    database: Database, client_as: ClientAs, ids: dict[str, str]
) -> None:
    police, worker = client_as("police"), client_as("village_worker")
    where = f"/discharges/forms/{ids['police']}"
    assert police.post(f"{where}/receive", data={"key": "r" * 22}).status_code == 302
    slip = police.post(f"{where}/report", data={"key": "s" * 22, "is_act": "1", "text": ""})
    assert slip.status_code == 422 and "请写明何时、怎样联系或安排" in slip.text
    assert police.post(f"{where}/report", data={"key": "s" * 22, "is_act": "1", "text": "电话已通"}).status_code == 302
    closed = police.get(where).text
    assert "本单已办结" in closed and "沈无名" not in closed and "电话已通" not in closed
    slip = re.findall(rf'href="({where}/correct/[^"]+)"', closed)[-1]
    asked = police.get(slip).text
    assert "勾选后本单恢复办理" in asked and "电话已通" not in asked
    undone = police.post(slip, data={"key": "u" * 22, "text": "打给了另一户", "is_undone": "y"})
    assert undone.location == where and "登记已联系监护人" in police.get(where).text, "it is asked again"
    assert "勾选后" not in police.get(slip).text, "an act is taken back once"
    loop = f"/discharges/loops/{ids['near']}"
    page = client_as("county_office").get(loop).text
    assert "恢复办理" in page and "打给了另一户" not in page and slip in page
    assert "/correct/" not in client_as("coordinator").get(loop).text
    sent = police.post(f"{where}/report", data={"key": "t" * 22, "is_act": "1", "text": "这次对了"})
    last = re.findall(rf'href="({where}/correct/[^"]+)"', client_as("county_office").get(loop).text)[-1]
    assert sent.status_code == 302 and "勾选后本单恢复办理" in client_as("county_office").get(last).text
    assert client_as("county_office").post(last, data={"key": "x" * 22, "text": "日期写错"}).location == loop
    where = f"/discharges/forms/{ids['village']}"
    assert worker.post(f"{where}/report", data={"key": "v" * 22, "is_act": "1"}).status_code == 302
    with database.reading() as session:
        event = session.scalars(
            select(HandoverEvent)
            .where(HandoverEvent.kind == EventKind.CONTACT, HandoverEvent.is_on_behalf.is_(False))
            .order_by(HandoverEvent.id.desc())
        ).first()
        assert event is not None
        mine = f"{where}/correct/{event.public_id}"
    assert "这次不计入" in worker.get(mine).text
    assert worker.post(mine, data={"key": "w" * 22, "text": ""}).status_code == 422
    assert worker.post(mine, data={"key": "w" * 22, "text": "点错了", "is_undone": "y"}).status_code == 302
    page = worker.get(where).text
    assert "已看望 0 / 4 次" in page and "登记有误，不计入" in page
    assert worker.get(f"{where}/correct/{ids['police']}").status_code == 404
    inbox = worker.get("/discharges/inbox?done=1&after=nonsense")
    assert inbox.status_code == 200 and "近 30 天办结的" in inbox.text


def test_edge_36_a_move_that_an_address_asks_for_is_offered_filled_in_and_a_level_is_said_to_who_rates(
    client_as: ClientAs, ids: dict[str, str]
) -> None:
    doctor = client_as("doctor")
    for who, where in (("doctor", f"/patients/{ids['patient']}"), ("county_office", f"/discharges/loops/{ids['far']}")):
        assert (
            f"/patients/{ids['patient']}/transfer" in client_as(who).get(where).text
            and "示例省邻县柳河镇" in client_as(who).get(where).text
        )
    assert "/transfer" not in client_as("coordinator").get(f"/discharges/loops/{ids['far']}").text
    page = doctor.get(f"/patients/{ids['patient']}/transfer").text
    assert 'value="示例省邻县柳河镇"' in page and 'value="349999100200"' in page and "请核实" in page
    sent = {"key": key_of(page), "village": "", "place": "示例省邻县柳河镇", "code": "349999100200", "reason": "family"}
    assert doctor.post(f"/patients/{ids['patient']}/transfer", data=sent).status_code == 302
    assert "迁移已提出" in doctor.get(f"/patients/{ids['patient']}").text
    visit = doctor.get(f"/patients/{ids['patient']}/visits/new?key={new_submission_key()}").text
    assert "评定为 3 级，请按本次所见评定" in visit


def test_the_board_filters_closes_with_a_reason_and_keeps_the_county_s_grounds(
    app: Flask, database: Database, client_as: ClientAs, ids: dict[str, str]
) -> None:
    office, coordinator = client_as("county_office"), client_as("coordinator")
    assert office.post("/discharges/police-bases", data={}).status_code == 409, "no page has asked"
    assert office.post("/discharges/police-bases", data={"asked": "1"}).status_code == 302
    assert "沈无名" in coordinator.get("/discharges/board?which=nonsense&town=nowhere").text
    near = f"/discharges/loops/{ids['near']}"
    assert coordinator.post(f"{near}/close", data={"reason": "wrong_entry"}).status_code == 422, "not without a word"
    wrong = {"reason": "wrong_entry", "text": "住址写错"}
    assert coordinator.post(f"{near}/close", data=wrong).status_code == 302
    again = coordinator.post(f"{near}/close", data=wrong | {"text": "第二个窗口"})
    assert again.status_code == 422 and "这个对接闭环已经结束" in again.text and "第二个窗口" in again.text
    assert "报送有误" in coordinator.get("/discharges/board?which=closed").text
    assert "请核对后用同一编号重新报送" in client_as("hospital").get(f"/discharges/records/{ids['near']}").text
    stopped = client_as("town").get(f"/discharges/forms/{ids['town']}").text
    assert "本单已停止，不必再办理" in stopped and "报送有误" not in stopped


def key_of(page: str) -> str:
    found = re.search(r'name="key"[^>]*value="([^"]+)"', page)
    assert found, page[-900:]
    return found[1]


def test_the_health_centre_that_calls_the_family_finds_their_notice_beside_its_own_form(
    client_as: ClientAs, ids: dict[str, str]
) -> None:
    doctor, form = client_as("doctor"), f"/discharges/forms/{ids['health_centre']}"
    notice = f"/discharges/notices/{ids['guardian']}/confirm"
    assert notice in doctor.get(form).text and notice not in client_as("county_office").get(form).text
    signed = {"key": key_of(doctor.get(notice).text), "who": "赵桂兰", "relation": "配偶", "at": "2026-11-21T10:00"}
    assert doctor.post(notice, data=signed).status_code == 302
    assert notice not in doctor.get(form).text, "nothing is asked twice"
