"""Joint approval, public notice, objections and reopening by page: each on the page of whose step it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.audit.models import AuditEvent
from app.core.db import Database
from app.subsidies.models import RunObjection
from app.subsidies.rules.grounds import Grounds, HoldGround
from app.subsidies.rules.policy import Chain
from app.subsidies.rules.transitions import RunState
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.kept import built_once
from tests.rig.offices import HEALTH, POLICE, TOWN, number_of, open_offices, sign_all
from tests.rig.quarter import House
from tests.rig.rosters import id_number

Sign = Callable[[str], FlaskClient]


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    """Twelve families under a joint chain with a day of notice, submitted."""
    house = open_offices(House(app, database, county))
    house.settle_in(families(12), chain=Chain.JOINT, notice_days=1)
    house.prepare()
    house.submit()
    return house


def test_three_offices_sign_on_their_own_pages(house: House, client_as: Sign) -> None:
    run = house.run().public_id
    for who in (HEALTH, POLICE, TOWN):
        office = client_as(who)
        assert "待本部门签署" in _words(office.get("/"))
        assert "核查并签署" in _words(office.get("/subsidies/signing"))
        if who == POLICE:
            answer = office.post(f"/subsidies/{run}/answer", data={**_version(house), "has_any": "no"})
        else:
            answer = office.post(f"/subsidies/{run}/sign", data=_version(house))
        assert answer.status_code == 302
        assert "核查并签署" not in _words(office.get("/")) + _words(office.get("/subsidies/signing"))
    assert client_as("reviewer").post(f"/subsidies/{run}/approve", data=_version(house)).status_code == 302
    assert house.run().state is RunState.APPROVED


def test_the_police_see_how_many_and_nobody(house: House, client_as: Sign) -> None:
    police, run = client_as(POLICE), house.run().public_id
    page = police.get(f"/subsidies/{run}/answer").text
    assert "12 笔" in page and "2026年7月1日" in page
    for family in house.families.values():
        for told in (family.person.name, family.payee.name, family.agreement.number):
            assert told not in page
    for word in ("东村", "账户", "9,000", "等级", "诊断", "监护人"):
        assert word not in page.split("<main", 1)[1], word
    line = house.line(3).public_id
    assert police.get(f"/subsidies/{run}/sign").status_code == 403
    assert police.post(f"/subsidies/{run}/sign/{line}/mark", data=_version(house)).status_code == 403


def test_the_police_read_the_same_whether_or_not_somebody_is_paid_for(house: House, client_as: Sign) -> None:
    police, run = client_as(POLICE), house.run().public_id
    wrong: tuple[tuple[dict[str, str], str], ...] = (
        ({"has_any": "no", "numbers": "340103198808081234"}, "请清空证件号码"),
        ({"has_any": "yes"}, "没有的请选"),
        ({"has_any": "yes", "numbers": "张三"}, "是第 1 个"),
        ({}, "请选择有或没有"),
    )
    for sent, said in wrong:
        refused = police.post(f"/subsidies/{run}/answer", data={**_version(house), **sent})
        assert refused.status_code == 400 and said in refused.text, sent
    seen = []
    for numbers in (number_of(house, 3), id_number("19880808", 7)):
        sent = {**_version(house), "has_any": "yes", "numbers": f"{numbers}\n"}
        answered = police.post(f"/subsidies/{run}/answer", data=sent, follow_redirects=True)
        assert answered.status_code == 200
        after = police.get(f"/subsidies/{run}/answer")
        seen.append((_words(answered), after.status_code, _words(after), _words(police.get("/"))))
        if house.run().state is RunState.DRAFT:
            board = _words(client_as("clerk").get(f"/subsidies/{run}"))
            assert "本批退回过：公安机关核查有反映，退回核定" in board and "公安机关有反映" in board
            house.decide(3, True, grounds=Grounds(HoldGround.DUTY_PERFORMED))
            house.submit()
    assert seen[0] == seen[1]


def test_names_are_noted_and_gone_once_signed(house: House, client_as: Sign, database: Database) -> None:
    health, run = client_as(HEALTH), house.run().public_id
    health.get(f"/subsidies/{run}/sign")
    with database.reading() as session:
        seen = session.scalars(select(AuditEvent).where(AuditEvent.action == "subsidies.form_seen")).one()
    assert seen.count == 12
    health.post(f"/subsidies/{run}/sign", data=_version(house))
    page = _words(health.get(f"/subsidies/{run}/sign"))
    assert "这一份名单已经收回" in page and house.families[0].person.name not in page


def test_a_mark_sends_the_line_back_to_the_clerk(house: House, client_as: Sign) -> None:
    health, run, line = client_as(HEALTH), house.run().public_id, house.line(3).public_id
    assert health.post(f"/subsidies/{run}/sign/{line}/mark", data=_version(house)).status_code == 302
    assert "已标记 1 人" in _words(health.get(f"/subsidies/{run}/sign"))
    refused = health.post(f"/subsidies/{run}/sign", data=_version(house))
    assert refused.status_code == 409 and "退回民政核定" in _words(refused)
    assert health.post(f"/subsidies/{run}/sign/{line}/unmark", data=_version(house)).status_code == 302
    health.post(f"/subsidies/{run}/sign/{line}/mark", data=_version(house))
    assert health.post(f"/subsidies/{run}/sign/send", data=_version(house)).status_code == 302
    board = _words(client_as("clerk").get(f"/subsidies/{run}"))
    assert "本批退回过：卫生健康部门核查有反映，退回核定。有反映的各笔已暂缓" in board


def test_what_was_looked_at_is_what_is_signed(house: House, client_as: Sign) -> None:
    stale = {"version": str(house.run().version - 1)}
    run = house.run().public_id
    assert client_as(TOWN).post(f"/subsidies/{run}/sign", data=stale).status_code == 409
    assert client_as(POLICE).post(f"/subsidies/{run}/answer", data={**stale, "has_any": "no"}).status_code == 409


def test_the_notice_hangs_and_an_objection_is_heard(house: House, client_as: Sign, database: Database) -> None:
    sign_all(house)
    house.approve()
    clerk, reviewer, run = client_as("clerk"), client_as("reviewer"), house.run().public_id
    assert clerk.get(f"/subsidies/{run}/notice.pdf").status_code == 409
    assert "等待民政经办张贴公示" in _words(client_as("finance").get(f"/subsidies/{run}"))
    assert clerk.post(f"/subsidies/{run}/notice", data=_version(house)).status_code == 302
    page = clerk.get(f"/subsidies/{run}/notice")
    assert "公示中" in _words(page)
    assert re.search(r"clerk 于 .+ 张贴", _words(page)), "who posted it, and when"
    sent = {
        **_hidden(page),
        "source": "person",
        "ground": "amount",
        "agreement_number": "ahjh-2026-00003",
        "received_on": _shown_day(page),
    }
    assert clerk.post(f"/subsidies/{run}/objections", data=sent).status_code == 302
    assert "1 件异议待处理" in _words(client_as("finance").get(f"/subsidies/{run}"))
    with database.reading() as session:
        objection = session.scalars(select(RunObjection)).one().public_id
    assert clerk.get(f"/subsidies/objections/{objection}/reply.pdf").status_code == 404
    decided = reviewer.post(f"/subsidies/objections/{objection}", data={"is_upheld": "yes", "reference": "〔2026〕7号"})
    assert decided.status_code == 302
    assert house.run().state is RunState.DRAFT
    assert "第 1 次审批的台账" in _words(clerk.get(f"/subsidies/{run}"))
    kept = [clerk.get(f"/subsidies/{run}/editions/1.pdf").data for _ in range(2)]
    assert kept[0] == kept[1] and kept[0].startswith(b"%PDF")
    assert client_as("finance").get(f"/subsidies/{run}/editions/1.pdf").status_code == 403
    letter = _pdf(clerk.get(f"/subsidies/objections/{objection}/reply.pdf"))
    assert "情况成立" in letter and house.families[3].payee.name not in letter


def test_the_public_notice_names_nobody(house: House, client_as: Sign) -> None:
    sign_all(house)
    house.approve()
    run = house.run().public_id
    client_as("clerk").post(f"/subsidies/{run}/notice", data=_version(house))
    for who in ("clerk", "coordinator"):
        text = _pdf(client_as(who).get(f"/subsidies/{run}/notice.pdf"))
        assert "城关镇、安平镇（合并公布）" in text and "9,000.00" in text
        for family in house.families.values():
            assert family.payee.name not in text and family.person.name not in text


def test_an_approved_run_is_opened_again_by_page(house: House, client_as: Sign) -> None:
    sign_all(house)
    house.approve()
    clerk, reviewer, run = client_as("clerk"), client_as("reviewer"), house.run().public_id
    asked = clerk.post(
        f"/subsidies/{run}/reopening", data={**_version(house), "ground": "return_days", "reference": ""}
    )
    assert asked.status_code == 302
    assert "同意撤回" in _words(reviewer.get(f"/subsidies/{run}"))
    assert reviewer.post(f"/subsidies/{run}/reopening/refuse", data=_version(house)).status_code == 302
    clerk.post(f"/subsidies/{run}/reopening", data={**_version(house), "ground": "return_days", "reference": ""})
    assert clerk.post(f"/subsidies/{run}/reopening/withdraw", data=_version(house)).status_code == 302
    clerk.post(f"/subsidies/{run}/reopening", data={**_version(house), "ground": "return_days", "reference": ""})
    assert reviewer.post(f"/subsidies/{run}/reopening/allow", data=_version(house)).status_code == 302
    assert house.run().state is RunState.DRAFT
    assert "请核对后重新提交" in _words(clerk.get(f"/subsidies/{run}"))  # nobody put a line on hold


def test_the_papers_of_the_chain_are_handed_out(house: House, client_as: Sign) -> None:
    sign_all(house)
    house.approve()
    clerk, run = client_as("clerk"), house.run().public_id
    sheet = _pdf(clerk.get(f"/subsidies/{run}/approval.pdf"))
    for word in (
        "部门联审表",
        "公安机关",
        "政法委（综治中心）",
        "卫生健康部门",
        POLICE,
        TOWN,
        house.run().digest or "",
    ):
        assert word in sheet, word
    assert clerk.get(f"/subsidies/{run}/approval.xlsx").data.startswith(b"PK")
    assert client_as("finance").post(f"/subsidies/{run}/print/holds-pdf").status_code == 403
    assert clerk.post(f"/subsidies/{run}/print/holds-xlsx").status_code == 302


def _version(house: House) -> dict[str, str]:
    return {"version": str(house.run().version)}


def _words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def _hidden(answer: TestResponse) -> dict[str, str]:
    page = answer.get_data(as_text=True)
    return {"key": re.findall(r'name="key"[^>]*value="([^"]+)"', page)[0]}


def _shown_day(answer: TestResponse) -> str:
    page = answer.get_data(as_text=True)
    return str(re.findall(r'name="received_on"[^>]*value="([^"]+)"', page)[0])


def _pdf(answer: TestResponse) -> str:
    assert answer.status_code == 200
    return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
