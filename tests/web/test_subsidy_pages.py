"""The quarter by page: every step by its role, what was looked at is what is acted upon, refusals keep what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.core.db import Database
from app.core.models import KeptFile, WorkItem, WorkState
from app.core.money import Money
from app.core.quarter import Quarter
from app.patients.service import record_admission
from app.subsidies.models import PolicyProposal, SubsidyLine, SubsidyPolicy, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import RunState
from tests.conftest import TODAY
from tests.rig.county import County
from tests.rig.families import families, varied
from tests.rig.kept import built_once
from tests.rig.paper_pictures import photo
from tests.rig.quarter import NOW, House, read_answer, returned_by_bank

Sign = Callable[[str], FlaskClient]
ROLES_THAT_SEE = ("clerk", "reviewer", "finance", "auditor")


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    """Twelve families; one patient was in hospital."""
    house = House(app, database, county)
    house.settle_in(varied(12))
    with database.transaction() as session:
        patient = session.merge(house.families[3].patient)
        stay = (date(2026, 8, 2), date(2026, 9, 5))
        record_admission(session, county.actor("county_office"), patient, "示例市第四人民医院", *stay, NOW)
    return house


def _address(house: House, more: str = "") -> str:
    return f"/subsidies/{house.run().public_id}{more}"


def _version(house: House) -> dict[str, str]:
    return {"version": str(house.run().version)}


def _words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_the_whole_quarter_by_page(house: House, client_as: Sign) -> None:
    clerk, reviewer, finance = client_as("clerk"), client_as("reviewer"), client_as("finance")
    asked = clerk.post("/subsidies/prepare", data={"quarter": "2026Q3"})
    assert asked.status_code == 302
    assert "/work/" in asked.location
    house.work()
    run = house.run()
    assert run.state is RunState.DRAFT
    page = _words(clerk.get(_address(house)))
    assert "9 笔" in page
    assert Money(run.total_fen).grouped in page
    assert Money(run.total_fen).capital() in page
    assert "住院 33 天不计" in page
    assert clerk.post(_address(house, "/submit"), data=_version(house)).status_code == 302
    assert reviewer.post(_address(house, "/approve"), data=_version(house)).status_code == 302
    _export(house, finance, clerk)
    file = finance.get(_address(house, "/pay-file"))
    assert file.data == house.pay_file_bytes()
    assert "no-store" in file.headers["Cache-Control"]
    answer = returned_by_bank(file.data, lambda rows: rows[1].__setitem__(slice(8, 10), ["失败", "账户已销户"]))
    upload = {**_version(house), "returns": (BytesIO(answer), "回盘.xlsx")}
    assert finance.post(_address(house, "/settle"), data=upload).status_code == 302
    assert house.run().state is RunState.SETTLED
    page = _words(clerk.get(_address(house)))
    assert "银行退回：账户已销户" in page
    assert "已办结" in page
    assert house.problems() == []


def _export(house: House, finance: FlaskClient, clerk: FlaskClient) -> None:
    """Pressed twice it is one work; the board says that it is under way, its page what came of it."""
    asked = finance.post(_address(house, "/export"), data=_version(house))
    assert asked.status_code == 302
    assert finance.post(_address(house, "/export"), data=_version(house)).location == asked.location
    board = finance.get(_address(house)).get_data(as_text=True)
    assert "正在生成发放文件" in board and f'href="{asked.location}"' in board and "/export" not in board
    board = clerk.get(_address(house)).get_data(as_text=True)
    assert "正在生成发放文件" in board and asked.location not in board
    assert house.run().state is RunState.APPROVED
    house.work()
    assert "已完成 报送银行的笔数 9 拦付的笔数 0 查看" in _words(finance.get(asked.location))


def test_every_line_to_pay_says_why_and_how_its_amount_comes_about(house: House, client_as: Sign) -> None:
    house.prepare()
    page = _words(client_as("clerk").get(_address(house)))
    whole = "计发整季度 92 天：3,000.00 ÷ 4 = 750.00 元"
    with house.database.reading() as session:
        full = session.scalar(select(func.count()).where(SubsidyLine.decision == LineState.PAY, SubsidyLine.days == 92))
    assert page.count(whole) == full
    assert page.count("起达到 3 级及以上") == house.run().pay_count
    assert "协议 AHJH-2026-00000，2026年1月1日起" in page
    assert "750.00 元" not in _words(client_as("finance").get(_address(house)))


def test_what_went_wrong_at_the_bank_is_counted_without_promising_a_sum(house: House, client_as: Sign) -> None:
    house.prepare()
    house.submit()
    house.approve()
    with house.database.transaction() as session:
        session.merge(house.families[0].person).died_on = date(2026, 8, 15)
    house.export()
    assert "已报盘" in _words(client_as("clerk").get(_address(house)))
    house.settle(
        read_answer(house.pay_file_bytes(), lambda rows: rows[1].__setitem__(slice(8, 10), ["失败", "不存在"]))
    )
    page = _words(client_as("clerk").get(_address(house)))
    assert "拦付 1、银行退回 1，在补发批次重新核算" in page
    assert "可在补发批次再发" not in page
    assert "不发 1 笔" in page


def test_a_dead_payees_line_cannot_be_decided_to_be_paid(house: House, client_as: Sign) -> None:
    with house.database.transaction() as session:
        session.merge(house.families[2].payee).died_on = date(2026, 10, 30)
    house.prepare()
    line, clerk = house.line(2), client_as("clerk")
    decision = {**_version(house), "is_paid": "yes", "ground": "payee_settled", "reference": ""}
    answer = clerk.post(f"/subsidies/lines/{line.public_id}/decide", data=decision)
    assert answer.status_code == 409
    assert "领款人已去世，不能发放" in _words(answer)
    assert house.line(2).decision is LineState.HOLD


def test_the_policy_page_says_what_an_old_visit_does(house: House, client_as: Sign) -> None:
    clerk = client_as("clerk")
    page = _words(clerk.get("/subsidies/policy")) + _words(clerk.get("/subsidies/policy/new"))
    assert "6 个月内没有的暂缓，待核实" in page
    assert "只作提示" in page


def test_a_quarter_that_stands_is_shown_instead_of_prepared(house: House, client_as: Sign) -> None:
    house.prepare()
    asked = client_as("clerk").post("/subsidies/prepare", data={"quarter": "2026Q3"})
    assert asked.location == _address(house)
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(WorkItem)) == 0


def test_asking_twice_prepares_once(house: House, client_as: Sign) -> None:
    clerk = client_as("clerk")
    first = clerk.post("/subsidies/prepare", data={"quarter": "2026Q3"})
    assert clerk.post("/subsidies/prepare", data={"quarter": "2026Q3"}).location == first.location
    house.work()
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SubsidyRun)) == 1


def test_the_same_person_cannot_approve_by_page(house: House, client_as: Sign, database: Database) -> None:
    """The reviewer's account belongs to the person who prepared."""
    from app.accounts.models import User

    person = house.stranger()
    with database.transaction() as session:
        for user in session.scalars(select(User).where(User.name.in_(("clerk", "reviewer")))):
            user.person_id = person
    for name in ("clerk", "reviewer"):
        house.county.actors[name] = replace(house.actor(name), person_id=person)
    house.prepare()
    house.submit()
    answer = client_as("reviewer").post(_address(house, "/approve"), data=_version(house))
    assert answer.status_code == 409
    assert "三个不同的人" in _words(answer)
    assert house.run().state is RunState.SUBMITTED


@pytest.mark.parametrize(
    ("step", "allowed"),
    [
        ("/submit", {"clerk"}),
        ("/anew", {"clerk"}),
        ("/approve", {"reviewer"}),
        ("/return", {"reviewer"}),
        ("/export", {"finance"}),
        ("/settle", {"finance"}),
        ("/attest", {"finance"}),
    ],
)
def test_each_step_belongs_to_one_role(house: House, client_as: Sign, step: str, allowed: set[str]) -> None:
    house.prepare()
    for role in (*ROLES_THAT_SEE, "doctor", "coordinator", "county_office", "police", "admin"):
        answer = client_as(role).post(_address(house, step), data={"version": "999"})
        assert (answer.status_code == 403) is (role not in allowed), (role, answer.status_code)


def test_what_changed_meanwhile_is_not_acted_upon(house: House, client_as: Sign) -> None:
    house.prepare()
    seen = _version(house)
    house.decide(9, True)
    answer = client_as("clerk").post(_address(house, "/submit"), data=seen)
    assert answer.status_code == 409
    assert house.run().state is RunState.DRAFT


def test_what_cannot_be_exported_is_said_at_once_and_waits_for_no_work(house: House, client_as: Sign) -> None:
    house.prepare()
    house.submit()
    answer = client_as("finance").post(_address(house, "/export"), data=_version(house))
    assert answer.status_code == 409
    assert "当前状态不能办理此步骤" in _words(answer)
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(WorkItem)) == 0


def test_deciding_a_held_line_after_approval_asks_to_open_the_run_first(house: House, client_as: Sign) -> None:
    house.prepare()
    house.submit()
    house.approve()
    address = f"/subsidies/lines/{house.line(9).public_id}/decide"
    answer = client_as("clerk").post(address, data={**_version(house), "is_paid": "yes", "ground": "phoned"})
    assert answer.status_code == 409
    assert "先申请撤回审批" in _words(answer)
    assert house.run().state is RunState.APPROVED


def test_deciding_a_held_line_after_submission_says_what_it_does(house: House, client_as: Sign) -> None:
    house.prepare()
    house.submit()
    address = f"/subsidies/lines/{house.line(9).public_id}/decide"
    clerk = client_as("clerk")
    assert "签批作废" in _words(clerk.get(address))
    answer = clerk.post(address, data={**_version(house), "is_paid": "yes", "ground": "phoned"})
    assert answer.status_code == 302
    assert house.run().state is RunState.DRAFT
    assert house.line(9).decision is LineState.PAY


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"is_paid": "yes"},
        {"is_paid": "maybe", "ground": "phoned"},
        {"is_paid": "yes", "ground": "of my own"},
        {"is_paid": "yes", "ground": "return_days"},
        {"is_paid": "yes", "ground": "police_pending"},
        {"is_paid": "no", "ground": "account_corrected"},
        {"is_paid": "yes", "ground": "phoned", "reference": "张三说可以"},
        {"is_paid": "yes", "ground": "phoned", "reference": "A" * 41},
        {"is_paid": "yes", "ground": "phoned", "reference": "13907316408"},
        {"is_paid": "yes", "ground": "phoned", "reference": "6200000000000005"},
    ],
)
def test_a_decision_without_fitting_grounds_is_asked_again_and_nothing_lost(
    house: House, client_as: Sign, typed: dict[str, str]
) -> None:
    house.prepare()
    address = f"/subsidies/lines/{house.line(9).public_id}/decide"
    answer = client_as("clerk").post(address, data={**_version(house), **typed})
    assert answer.status_code == 400
    assert typed.get("reference", "") in answer.get_data(as_text=True)
    assert "_error" in answer.get_data(as_text=True) or "-error" in answer.get_data(as_text=True)
    assert house.line(9).decision is LineState.HOLD


def test_a_line_without_account_is_not_paid_by_decision(house: House, client_as: Sign) -> None:
    house.prepare()
    address = f"/subsidies/lines/{house.line(7).public_id}/decide"
    assert '/guardians"' in client_as("clerk").get(address).get_data(as_text=True)  # where the account is entered
    answer = client_as("clerk").post(address, data={**_version(house), "is_paid": "yes", "ground": "phoned"})
    assert answer.status_code == 409
    assert "没有领款账户" in _words(answer)


def test_the_reviewer_sends_back_and_says_why(house: House, client_as: Sign) -> None:
    house.prepare()
    house.submit()
    reviewer = client_as("reviewer")
    for typed in ({}, {"ground": "请核对"}, {"ground": "phoned"}, {"ground": "return_days", "reference": "第3户 张三"}):
        assert reviewer.post(_address(house, "/return"), data={**_version(house), **typed}).status_code == 400
    typed = {"ground": "return_days", "reference": "ahjh-2026-0031"}
    assert reviewer.post(_address(house, "/return"), data={**_version(house), **typed}).status_code == 302
    assert "计发天数请核对（ahjh-2026-0031）" in _words(client_as("clerk").get(_address(house)))


def test_finance_gives_its_word_and_a_later_file_wins(house: House, client_as: Sign) -> None:
    house.to_the_bank()
    finance = client_as("finance")
    assert finance.post(_address(house, "/attest"), data=_version(house)).status_code == 400
    assert finance.post(_address(house, "/attest"), data={**_version(house), "is_attested": "y"}).status_code == 302
    answer = returned_by_bank(house.pay_file_bytes(), lambda rows: rows[1].__setitem__(8, "失败"))
    upload = {**_version(house), "returns": (BytesIO(answer), "回盘.xlsx")}
    assert finance.post(_address(house, "/settle"), data=upload).status_code == 302
    assert house.run().pay_count == 8


@pytest.mark.parametrize(
    ("ending", "content", "words"),
    [
        ("csv", b"", "文件须重新选择"),
        ("csv", b"MZ\x90\x00", "文件须重新选择"),
        ("csv", "序号,金额,结果\n1,1.00,成功\n".encode(), "文件须重新选择"),
        ("csv", b"\xff" * 500, "文件须重新选择"),
        ("jpg", b"\xff" * 500, "不接受 .jpg 文件；请选择银行给的 .xlsx、.xls、.csv 或 .txt 文件"),
    ],
)
def test_a_wrong_return_file_settles_nothing_and_says_why(
    house: House, client_as: Sign, ending: str, content: bytes, words: str
) -> None:
    house.to_the_bank()
    upload = {**_version(house), "returns": (BytesIO(content), f"回盘.{ending}")}
    answer = client_as("finance").post(_address(house, "/settle"), data=upload)
    assert answer.status_code == 400
    assert "error-summary" in answer.get_data(as_text=True)
    assert words in _words(answer)
    assert house.run().state is RunState.EXPORTED


@pytest.mark.parametrize("role", ROLES_THAT_SEE)
def test_each_role_sees_of_a_line_what_the_table_grants(house: House, client_as: Sign, role: str) -> None:
    house.prepare()
    page = _words(client_as(role).get(_address(house)))
    assert house.families[0].payee.name in page
    assert ("住院 33 天不计" in page) is (role != "finance")
    assert ("等级待评估" in page) is (role != "finance")
    for kept in house.families.values():
        assert kept.patient.public_id not in page
    assert "四人民医院" not in page
    assert "2026-08-02" not in page


@pytest.mark.parametrize("role", ["doctor", "county_office", "coordinator", "town", "police", "admin", "city_viewer"])
def test_others_do_not_see_the_quarter(house: House, client_as: Sign, role: str) -> None:
    house.prepare()
    client = client_as(role)
    for address in ("/subsidies/", _address(house), "/subsidies/policy", _address(house, "/differences/new")):
        assert client.get(address).status_code == 403


def test_foreign_and_unknown_runs_answer_alike(house: House, client_as: Sign) -> None:
    house.prepare()
    clerk = client_as("clerk")
    for address in ("/subsidies/nothing", "/subsidies/nothing/differences/new", "/subsidies/lines/nothing/decide"):
        assert clerk.get(address).status_code == 404
    assert clerk.post("/subsidies/nothing/submit", data={"version": "1"}).status_code == 404


def test_lines_are_found_by_name_pinyin_initials_and_number(house: House, client_as: Sign) -> None:
    house.prepare()
    clerk = client_as("clerk")
    name = house.families[1].payee.name  # 李秀秀
    for typed in (name, name[:2], "lixiuxiu", "lxx", house.families[1].agreement.number.lower()):
        page = _words(clerk.get(_address(house), query_string={"q": typed}))
        assert name in page, typed
        assert house.families[2].payee.name not in page, typed
    assert "没有符合条件的行" in _words(clerk.get(_address(house), query_string={"q": "查无此人"}))
    assert "没有符合条件的行" in _words(clerk.get(_address(house), query_string={"q": "%_", "decision": "pay"}))
    for odd in ({"decision": "x"}, {"after": "x"}, {"after": "WyJhIiwgImIiXQ"}, {"q": "'" * 400}):
        assert clerk.get(_address(house), query_string=odd).status_code == 200


def test_pages_follow_each_other_by_key(app: Flask, database: Database, county: County, client_as: Sign) -> None:
    house = House(app, database, county)
    house.settle_in(families(60))
    house.prepare()
    clerk, address, seen = client_as("clerk"), _address(house), set()
    while address:
        page = clerk.get(address).get_data(as_text=True)
        seen |= set(re.findall(r"AHJH-2026-\d{5}", page))
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == 60


def test_the_board_lists_who_is_new_gone_or_changed(house: House, client_as: Sign) -> None:
    house.quarter = Quarter.parse("2026Q2")
    with house.database.transaction() as session:  # seen and rated before the second quarter ended, too
        from app.risk.models import RiskLevel
        from app.visits.models import FollowUpVisit

        session.query(RiskLevel).update({"assessed_on": date(2026, 5, 1)})
        session.query(FollowUpVisit).update({"visited_on": date(2026, 5, 1)})
    house.to_the_bank()
    house.settle()
    house.quarter = Quarter.parse("2026Q3")
    house.prepare()
    clerk = client_as("clerk")
    assert "列出差异" in _words(clerk.get(_address(house)))
    new, changed, gone = (
        _words(clerk.get(_address(house, f"/differences/{kind}"))) for kind in ("new", "changed", "gone")
    )
    assert house.families[8].payee.name in new  # the agreement began in August
    assert house.families[3].payee.name in changed  # in hospital
    assert "750.00 482.80" in changed
    assert "没有这样的差异" in gone
    assert clerk.get(_address(house, "/differences/odd")).status_code == 404


@pytest.mark.parametrize("role", ROLES_THAT_SEE)
def test_papers_are_drawn_in_the_background_and_offered(house: House, client_as: Sign, role: str) -> None:
    house.prepare()
    house.submit()
    house.approve()
    client = client_as(role)
    for paper in ("ledger-pdf", "ledger-xlsx", "notices"):
        assert client.post(_address(house, f"/print/{paper}")).status_code == 302
    house.work()
    with house.database.reading() as session:
        items = session.scalars(select(WorkItem)).all()
        assert {item.state for item in items} == {WorkState.DONE}
        names = set(session.scalars(select(KeptFile.name).where(KeptFile.expires_at.is_not(None))))
    assert names == {"发放台账2026Q3-R01.pdf", "发放台账2026Q3-R01.xlsx", "告知书2026Q3-R01.pdf"}
    assert client.post(_address(house, "/print/secrets")).status_code == 404


def test_notices_are_not_printed_before_two_people_signed(house: House, client_as: Sign) -> None:
    house.prepare()
    clerk = client_as("clerk")
    assert "print/notices" not in clerk.get(_address(house)).get_data(as_text=True)
    assert clerk.post(_address(house, "/print/notices")).status_code == 409


def _policy(**changes: Any) -> dict[str, Any]:
    form = {
        "key": "A" * 22,
        "valid_from": "2026-10-01",
        "annual": "2400",
        "level_4": "4800",
        "period": "quarter",
        "guardianship_year_start": "1",
        "eligible_rule": "managed",
        "level_counts": "quarter",
        "inpatient_days": "include",
        "care_facility_days": "exclude",
        "incident_effect": "stop_year",
        "first_share": "100",
        "duty_check": "off",
        "duty_within_days": "10",
        "visit_within_months": "0",
        "chain": "single",
        "notice_days": "0",
        "pay_within_days": "40",
        "early_cutoff": "",
        "account_hold_days": "30",
        "pay_layout": "xlsx",
        "remark": "惠民补贴",
        "document_number": "安民发〔2026〕9号",
        "office": "civil_affairs",
        "paying_office": "",
    }
    return form | changes


def test_the_clerk_proposes_the_next_version_and_the_reviewer_adopts_it(house: House, client_as: Sign) -> None:
    clerk, reviewer = client_as("clerk"), client_as("reviewer")
    page = clerk.get("/subsidies/policy/new").get_data(as_text=True)
    assert 'value="3000.00"' in page
    assert 'value="安民发〔2026〕3号"' not in page  # a new version rests on a paper of its own
    assert "现行政策依据 安民发〔2026〕3号" in page
    answer = clerk.post("/subsidies/policy", data=_policy())
    assert answer.status_code == 302
    draft = answer.headers["Location"]
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SubsidyPolicy)) == 1  # nothing counts yet
    words = _words(reviewer.get(draft))
    assert "2,400.00" in words and "4 级 4,800.00 元" in words and "与现行政策相比" in words
    assert "文件号与现行政策相同" not in words
    old_paper = _policy(key="B" * 22, document_number="安民发〔2026〕3号")
    again = clerk.post("/subsidies/policy", data=old_paper).location
    assert "文件号与现行政策相同" in _words(reviewer.get(again))
    assert clerk.post(f"{again}/withdraw").status_code == 302
    nameless = clerk.post("/subsidies/policy", data=_policy(key="C" * 22, document_number="")).location
    assert "没有填写文件号" in _words(reviewer.get(nameless))
    assert clerk.post(f"{nameless}/withdraw").status_code == 302
    assert clerk.post(draft + "/adopt").status_code == 403
    assert reviewer.post("/subsidies/policy", data=_policy()).status_code == 403
    assert reviewer.post(draft + "/adopt").status_code == 302
    assert reviewer.post(draft + "/adopt").status_code == 409
    with house.database.reading() as session:
        newest = session.scalars(select(SubsidyPolicy).order_by(SubsidyPolicy.version.desc())).first()
    assert newest is not None
    assert (newest.version, newest.terms["annual_fen"], newest.terms["eligible_rule"]) == (2, 240000, "managed")
    assert newest.terms["annual_by_level"] == [[4, 480000]]
    history = _words(clerk.get("/subsidies/policy"))
    assert "clerk 拟稿，reviewer 采纳" in history and "没有第二人采纳" in history  # the first one came by command
    assert "拟新的一版" not in _words(reviewer.get("/subsidies/policy"))


def test_a_draft_is_withdrawn_by_the_clerk_or_refused_by_the_reviewer(house: House, client_as: Sign) -> None:
    clerk = client_as("clerk")
    first = clerk.post("/subsidies/policy", data=_policy()).headers["Location"]
    assert clerk.post("/subsidies/policy", data=_policy()).headers["Location"] == first  # sent twice, one draft
    assert clerk.post(first + "/withdraw").status_code == 302
    assert "已撤回" in _words(clerk.get(first))
    second = clerk.post("/subsidies/policy", data=_policy(key="B" * 22)).headers["Location"]
    assert client_as("reviewer").post(second + "/refuse").status_code == 302
    assert "已退回" in _words(clerk.get(second))
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SubsidyPolicy)) == 1


def test_a_policy_is_tried_on_the_last_quarter_before_anything_is_stored(house: House, client_as: Sign) -> None:
    clerk = client_as("clerk")
    assert "测算上一期" not in _words(clerk.get("/subsidies/policy/new"))  # nothing was prepared yet
    house.prepare()
    run = house.run()
    answer = clerk.post("/subsidies/policy/preview", data=_policy(eligible_rule="risk3", level_4="", annual="6000"))
    assert answer.status_code == 200
    words = _words(answer)
    assert "只测算，不保存" in words and "金额增加" in words
    assert 'value="6000"' in answer.get_data(as_text=True)  # what was typed is still there
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PolicyProposal)) == 0
        assert house.run().version == run.version
    assert clerk.post("/subsidies/policy/preview", data=_policy(annual="")).status_code == 400


def test_a_draft_is_tried_in_the_background_where_there_are_many_lines(house: House, client_as: Sign) -> None:
    house.prepare()
    clerk, reviewer = client_as("clerk"), client_as("reviewer")
    draft = clerk.post("/subsidies/policy", data=_policy()).headers["Location"]
    asked = reviewer.post(draft + "/preview")
    assert asked.status_code == 302 and "/work/" in asked.headers["Location"]
    house.work()
    page = reviewer.get(asked.headers["Location"]).get_data(as_text=True)
    found = re.search(r'href="([^"]*proposals[^"]*work=[^"]*)"', page)
    assert found, page
    words = _words(reviewer.get(found[1]))
    assert "只测算，不保存" in words and "采纳" in words
    assert clerk.get(found[1]).status_code == 404  # a trial is its asker's


@pytest.mark.parametrize(
    "wrong",
    [
        {"annual": ""},
        {"annual": "0"},
        {"annual": "三千"},
        {"annual": "9999999"},
        {"annual": "1" * 5000},
        {"level_4": "0"},
        {"level_4": "x"},
        {"valid_from": "2026-13-01"},
        {"valid_from": ""},
        {"eligible_rule": "risk9"},
        {"period": "week"},
        {"period": "year", "guardianship_year_start": "5"},
        {"first_share": "101"},
        {"first_share": "x"},
        {"visit_within_months": "-1"},
        {"notice_days": "31"},
        {"early_cutoff": "13-40"},
        {"remark": ""},
        {"remark": "精神病人监护补贴"},
        {"document_number": "文" * 61},
        {"paying_office": "民\u200b政"},
        {"inpatient_days": ""},
        {"key": "x"},
    ],
)
def test_a_senseless_policy_is_refused_at_its_field(house: House, client_as: Sign, wrong: dict[str, str]) -> None:
    answer = client_as("clerk").post("/subsidies/policy", data=_policy(**wrong))
    assert answer.status_code == 400
    assert "error-summary" in answer.get_data(as_text=True)
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PolicyProposal)) == 0


def test_pages_speak_english_too(house: House, client_as: Sign, database: Database) -> None:
    from app.accounts.models import User

    with database.transaction() as session:
        session.query(User).update({"language": "en"})
    house.prepare()
    clerk = client_as("clerk")
    page = _words(clerk.get(_address(house)))
    assert "Guardian subsidy 2026 Q3" in page
    assert "33 days in hospital are not counted" in page
    policy = _words(clerk.get("/subsidies/policy"))
    assert "Risk level 3 or above, or a past incident" in policy


def test_a_run_left_by_a_dead_process_is_continued_from_its_page(house: House, client_as: Sign) -> None:
    from app.subsidies.commands import PrepareRun
    from app.subsidies.service import start_run
    from tests.rig.county import COUNTY

    with house.database.transaction() as session:
        start_run(session, house.actor("clerk"), PrepareRun(COUNTY, house.quarter), TODAY, NOW)
    clerk = client_as("clerk")
    assert "继续造册" in _words(clerk.get(_address(house)))
    assert clerk.post(_address(house, "/anew"), data=_version(house)).status_code == 302
    house.work()
    assert house.run().state is RunState.DRAFT
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SubsidyLine)) == 12


def test_a_draft_is_prepared_anew_from_its_page(house: House, client_as: Sign) -> None:
    house.prepare()
    house.decide(9, True)
    clerk = client_as("clerk")
    assert clerk.post(_address(house, "/anew"), data=_version(house)).status_code == 302
    house.work()
    assert house.run().state is RunState.DRAFT
    assert house.line(9).decision is LineState.HOLD
    house.submit()
    assert clerk.post(_address(house, "/anew"), data=_version(house)).status_code == 409


def test_the_signed_receipt_of_a_payment_is_kept_with_it_and_what_is_outstanding_is_listed(
    app: Flask, database: Database, county: County, client_as: Sign
) -> None:
    house = House(app, database, county)
    house.settle_in(families(3))
    house.prepare()
    clerk, line = client_as("clerk"), house.line(0)
    where = f"/papers/subsidy_line/{line.public_id}"
    sent = {"key": "r" * 22, "kind": "receipt", "file": (BytesIO(photo(300, 400)), "receipt.jpg")}
    assert clerk.post(where, data=dict(sent), content_type="multipart/form-data").status_code >= 400, (
        "nothing is paid yet"
    )
    house.submit()
    house.approve()
    house.export()
    house.settle()
    board = f"/subsidies/{house.run().public_id}"
    assert "领款回执已留存 0 / 3 份" in _words(clerk.get(board))
    sent["file"] = (BytesIO(photo(300, 400)), "receipt.jpg")
    assert clerk.post(where, data=sent, content_type="multipart/form-data").status_code == 303
    assert "领款回执已留存 1 / 3 份" in _words(clerk.get(board))
    left = clerk.get(board, query_string={"decision": "unreceipted"}).get_data(as_text=True)
    shown = [house.line(place).public_id in left for place in range(3)]
    assert shown == [False, True, True]
    assert client_as("village_worker").get(where).status_code == 404
