"""The quarter's papers are drawings of the same rows: one total everywhere, and no more than each role may know."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.money import Money
from app.patients.service import record_admission, record_death
from app.people.models import DatePrecision, Person
from app.people.vault import Vault
from app.subsidies.models import PayFile, SubsidyLine, SubsidyRun
from app.subsidies.queries.board import board_of
from app.subsidies.queries.letters import letters_by_area
from app.subsidies.readers import read_returns
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import AnswerGround, Grounds
from app.subsidies.service.printing import LEDGER_PDF, LEDGER_XLSX, NOTICES_PDF, Paper, note_print, start_print
from app.subsidies.texts import TEXTS
from tests.rig.county import County
from tests.rig.families import varied
from tests.rig.kept import built_once
from tests.rig.quarter import NOW, TODAY, House, read_answer, returned_by_bank

Rows = list[list[Any]]


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    """Thirty families; one patient was in hospital, one died."""
    house = House(app, database, county)
    house.settle_in(varied(30))
    office = county.actor("county_office")
    with database.transaction() as session:
        stay = (date(2026, 8, 2), date(2026, 9, 5))
        record_admission(session, office, session.merge(house.families[3].patient), "四院", *stay, NOW)
        dead = session.merge(house.families[4].patient)
        record_death(session, office, dead, date(2026, 8, 15), DatePrecision.DAY, 1, NOW)
    return house


def _draw(house: House, paper: Paper, who: str = "clerk", supplementary: bool = False) -> bytes:
    actor = house.actor(who)
    with house.database.transaction() as session:
        run = house.run(supplementary)
        draw = start_print(session, Vault(session, house.keyring), actor, run, paper, TODAY, NOW)
    content = draw(None)
    with house.database.transaction() as session:
        note_print(session, house.keyring, actor, run, paper, content, NOW)
    return content


def _text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def _sheet(content: bytes) -> Rows:
    return [list(row) for row in openpyxl.load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True)]


def _return_second(rows: Rows) -> None:
    rows[2][8:10] = ["退回", "户名不符"]


def test_one_total_stands_everywhere(house: House) -> None:
    """Pay file = lines to pay = ledger on screen, paper and in Excel = the sum in capitals; at the bank and after its reply."""
    house.to_the_bank()
    _die(house, 0)
    for step in ("sent", "settled"):
        if step == "settled":
            house.settle(read_answer(house.pay_file_bytes(), _return_second))
        run = house.run()
        total = Money(run.total_fen)
        with house.database.reading() as session:
            paid = session.scalar(
                select(func.sum(SubsidyLine.amount_fen)).where(
                    SubsidyLine.run_id == run.id, SubsidyLine.decision == LineState.PAY, SubsidyLine.is_live
                )
            )
            file = session.scalars(select(PayFile)).one()
        assert int(paid or 0) == total.fen
        text = _text(_draw(house, LEDGER_PDF))
        assert f"￥{total.grouped}" in text
        assert total.capital() in text
        rows = _sheet(_draw(house, LEDGER_XLSX))
        grand = next(row for row in rows if row[1] == "安和县 总计")
        assert round(grand[6] * 100) == total.fen
        assert any(total.capital() in str(row[0]) for row in rows)
        counted = [
            row[6] for row in rows if isinstance(row[0], str) and row[0].isdecimal() and isinstance(row[6], float | int)
        ]
        assert sum(round(yuan * 100) for yuan in counted) == total.fen
    sent = [round(row[5] * 100) for row in _sheet(house.pay_file_bytes())[1:]]
    assert sum(sent) == file.total_fen == total.fen + sent[1]  # what the bank returned is no longer part of the total
    assert len(sent) == file.count


def test_the_pay_file_holds_account_and_number_and_a_neutral_remark(house: House) -> None:
    house.to_the_bank()
    book = openpyxl.load_workbook(BytesIO(house.pay_file_bytes()))
    assert book.sheetnames == ["发放明细", "封面"]
    header, *rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    assert header == ["序号", "收款人姓名", "身份证号", "开户行", "账号", "金额(元)", "附言", "文件编号"]
    assert all(re.fullmatch(r"\d{17}[\dX]", row[2]) and re.fullmatch(r"\d{19}", row[4]) for row in rows)
    assert {row[6] for row in rows} == {"惠民补贴"}
    control = {row[0]: row[1] for row in book.worksheets[1].iter_rows(values_only=True)}
    run = house.run()
    assert control["造册数据指纹"] == run.digest
    assert control["金额合计（大写）"] == Money(run.total_fen).capital()
    assert control["笔数"] in (len(rows), str(len(rows)))


def test_the_pay_file_is_made_once_and_handed_out_the_same(house: House) -> None:
    house.to_the_bank()
    assert house.pay_file_bytes() == house.pay_file_bytes()
    with pytest.raises(Conflict, match="wrong_state"):
        house.export()


def test_the_notice_shows_the_sum_as_arithmetic(house: House) -> None:
    house.prepare()
    house.submit()
    house.approve()
    pages = [page.extract_text() for page in PdfReader(BytesIO(_draw(house, NOTICES_PDF))).pages]
    name = house.families[3].payee.name
    [page] = [page for page in pages if f"{name}：" in page]
    assert "482.80" in page
    assert "住院 33 天不计" in page
    assert "267.20" in page
    assert Money.from_yuan("482.80").capital() in page


def test_notices_name_no_patient_no_level_and_no_illness(house: House) -> None:
    house.prepare()
    house.submit()
    house.approve()
    text = _text(_draw(house, NOTICES_PDF))
    for kept in house.families.values():
        assert kept.person.name not in text or kept.person.name in {one.payee.name for one in house.families.values()}
    assert not re.search(r"危险性|肇事|肇祸|精神|患者|等级|诊断|\d{15,}", text)
    assert "本期不在本县规定的发放范围内" in text
    assert "没有登记领款账户" in text


def _pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def test_a_dead_guardians_notice_is_written_to_the_family(house: House) -> None:
    """Held before the approval, and learned after it: never an announcement of money, never *亲启* to the dead."""
    _die(house, 1, payee=True)
    house.prepare()
    house.submit()
    house.approve()
    _die(house, 2, payee=True)
    pages = _pages(_draw(house, NOTICES_PDF))
    for place in (1, 2):
        name = house.families[place].payee.name
        [page] = [page for page in pages if f"{name}家属：" in page]
        assert not [page for page in pages if f"{name}：" in page]
        assert "暂缓发放告知书" in page and "领款人需要重新确定" in page
        assert re.search("请家属在.*日前带身份证和关系证明", page) and "本人身份证" not in page


def test_nobody_writes_to_the_dead_about_money_that_they_received(house: House) -> None:
    house.to_the_bank()
    house.settle()
    before = len(_pages(_draw(house, NOTICES_PDF)))
    _die(house, 2, payee=True)
    assert len(_pages(_draw(house, NOTICES_PDF))) == before - 1
    with house.database.reading() as session:
        assert sum(letters_by_area(session, house.actor("clerk"), house.run()).values()) == 29


def test_a_supplements_notices_go_to_those_for_whom_something_changed(house: House) -> None:
    """Numbers of their own, no letter that says again what was said, one for each line that is new, returned or decided."""
    house.to_the_bank()
    house.settle(read_answer(house.pay_file_bytes(), _return_second))
    house.prepare(supplementary=True)
    house.decide(9, True, supplementary=True)
    house.submit(supplementary=True)
    house.approve(supplementary=True)
    supplement = house.run(supplementary=True)
    lines = supplement.pay_count + supplement.hold_count + supplement.refuse_count
    with house.database.reading() as session:
        letters = letters_by_area(session, house.actor("clerk"), supplement)
    assert sum(letters.values()) == 2 < lines
    pages = _pages(_draw(house, NOTICES_PDF, supplementary=True))
    serials = {number for page in pages for number in re.findall(r"2026-3-S01-\d{5}", page)}
    assert len(pages) == len(letters) + 2
    assert len(serials) == 2
    [paid] = [page for page in pages if "监护补贴发放告知书" in page and "回执联" in page]
    assert f"{house.families[9].payee.name}：" in paid
    assert "请您核对。" in paid
    assert "银行上次未能入账" in "".join(pages)


def test_screen_and_ledger_use_the_same_words_and_counts(house: House) -> None:
    house.prepare()
    house.submit()
    house.approve()
    _die(house, 0)
    house.export()
    house.settle(read_answer(house.pay_file_bytes(), _return_second))
    rows = _sheet(_draw(house, LEDGER_XLSX))
    foot = next(str(row[8]) for row in rows if row[1] == "安和县 总计")
    with house.database.reading() as session:
        counts = board_of(session, house.actor("clerk"), house.run()).counts
    assert counts["ended"] == 2
    assert foot == f"已发 {counts['pay']} · 暂缓 {counts['hold']} · 不发 {counts['refuse']} · 拦付 1 · 银行退回 1"


def test_the_papers_of_two_runs_of_a_quarter_have_two_names(house: House) -> None:
    house.to_the_bank()
    house.settle(read_answer(house.pay_file_bytes(), _return_second))
    house.prepare(supplementary=True)
    names = [LEDGER_PDF.file_name(house.run(is_second)) for is_second in (False, True)]
    assert names == ["发放台账2026Q3-R01.pdf", "发放台账2026Q3-S01.pdf"]


@pytest.mark.parametrize("paper", [LEDGER_PDF, LEDGER_XLSX, NOTICES_PDF])
def test_finance_prints_without_reasons_and_without_account_tails(house: House, paper: Paper) -> None:
    house.prepare()
    house.submit()
    house.approve()
    content = _draw(house, paper, "finance")
    text = _text(content) if content.startswith(b"%PDF") else str(_sheet(content))
    assert not re.search(r"住院|账户，请补录|等级|尾号 \d", text)
    with house.database.reading() as session:
        accounts = [line.account_id for line in session.scalars(select(SubsidyLine)) if line.account_id]
    assert len(accounts) > 20
    clerks = _draw(house, paper, "clerk")
    assert "住院" in (_text(clerks) if clerks.startswith(b"%PDF") else str(_sheet(clerks)))


def test_notices_wait_for_the_approval_and_ledgers_for_the_lines(house: House) -> None:
    house.prepare()
    assert _text(_draw(house, LEDGER_PDF)).count("草稿未锁定")
    for step in (house.submit, house.approve):
        with pytest.raises(Conflict, match="too_early"):
            _draw(house, NOTICES_PDF)
        step()
    assert _draw(house, NOTICES_PDF).startswith(b"%PDF")


def test_only_those_who_may_print_print(house: House) -> None:
    house.prepare()
    for role in ("doctor", "coordinator", "town", "police", "admin"):
        with pytest.raises(Forbidden):
            _draw(house, LEDGER_PDF, role)


def test_each_print_is_noted_with_the_hash_of_what_was_printed(house: House) -> None:
    house.prepare()
    _draw(house, LEDGER_PDF, "auditor")
    with house.database.reading() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "subsidies.ledger_printed")).one()
    assert len(event.detail["sha256"]) == 64
    assert event.actor_role == "auditor"


def test_every_act_of_the_room_has_words_for_the_audit(house: House) -> None:
    house.to_the_bank()
    house.settle(read_answer(house.pay_file_bytes(), _return_second))
    with house.database.reading() as session:
        actions = set(session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("subsidies."))))
    assert {"subsidies.run_prepared", "subsidies.run_exported", "subsidies.pay_file_fetched"} <= actions <= TEXTS.keys()


# -- the bank's file, as banks write it --------------------------------------------------------------------------------


def _as_csv(content: bytes, encoding: str) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(_sheet(content))
    return text.getvalue().encode(encoding)


def _turned(rows: Rows) -> Rows:
    """Other order of columns, a title above, a sum row below, other words."""
    index = [8, 4, 5, 0, 9]
    turned = [["处理状态", "账号", "交易金额", "流水号", "失败原因"]]
    turned += [
        [row[at] if at != 8 else ("交易成功" if row[8] == "成功" else "交易失败") for at in index] for row in rows[1:]
    ]
    return [["代发业务处理结果", None, None, None, None], *turned, ["合计", None, 123.45, None, None]]


@pytest.mark.parametrize("shape", ["xlsx", "utf-8-sig", "gb18030", "turned"])
def test_return_files_are_read_in_the_shapes_that_banks_send(house: House, shape: str) -> None:
    file = house.to_the_bank()
    answer = returned_by_bank(house.pay_file_bytes(), _return_second)
    name = "回盘.xlsx" if shape in ("xlsx", "turned") else "回盘.csv"
    if shape == "turned":
        book = openpyxl.Workbook()
        for row in _turned(_sheet(answer)):
            book.worksheets[0].append(row)
        buffer = BytesIO()
        book.save(buffer)
        answer = buffer.getvalue()
    elif shape != "xlsx":
        answer = _as_csv(answer, shape)
    read = read_returns(answer, name)
    assert len(read.replies) == file.count
    assert sum(reply.amount.fen for reply in read.replies) == file.total_fen
    assert [(one.sequence, one.why) for one in read.replies if not one.is_paid] == [(2, "户名不符")]
    # a bank's own columns name no file of ours: then finance answers for it, with the paper that it rests on
    word = Grounds(AnswerGround.STATEMENT, "〔2026〕31号") if shape == "turned" else None
    assert house.settle(read, word=word).returned_count == 1


def test_a_reason_behind_the_result_in_the_same_cell_is_read() -> None:
    read = read_returns("序号,金额,结果\n1,750.00,成功\n2,8.33,失败：户名不符\n".encode(), "回盘.csv")
    assert [(one.is_paid, one.why) for one in read.replies] == [(True, ""), (False, "户名不符")]


@pytest.mark.parametrize(
    "number", ["6217003210001234567", "6217 0032 1000 1234 567", "６２１７００３２１０００", "138-0731-6408"]
)
def test_a_number_that_the_bank_wrote_into_its_reason_is_not_kept(number: str) -> None:
    read = read_returns(f"序号,金额,结果,原因\n1,8.33,失败,账号{number}户名不符\n".encode(), "回盘.csv")
    assert read.replies[0].why == "账号…户名不符"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"\x00\x01", "序号,金额\n1,2\n".encode(), b"<html></html>"])
def test_what_is_no_return_file_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_returns(content, "回盘.csv")
    assert len(refused.value.errors["returns"]) == 1


Change = Callable[[Rows], None]


def _die(house: House, place: int, payee: bool = False) -> None:
    """A death that is learned after the export changes neither file nor total."""
    with house.database.transaction() as session:
        family = house.families[place]
        person = session.get_one(Person, (family.payee if payee else family.person).id)
        person.died_on = date(2026, 8, 1)


def test_a_run_without_lines_prints_a_ledger_of_zero(app: Flask, database: Database, county: County) -> None:
    house = House(app, database, county)
    house.settle_in([])
    run: SubsidyRun = house.prepare()
    assert (run.pay_count, run.total_fen) == (0, 0)
    assert "零元整" in _text(_draw(house, LEDGER_PDF))
