"""Pay files and the bank's answers, layout by layout: what is changed on the way is caught, or changes nothing."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import Database
from app.core.errors import Conflict, Invalid
from app.core.files import open_file
from app.core.models import KeptFile
from app.core.quarter import Quarter
from app.people.models import PayeeAccount, Person
from app.people.vault import Vault
from app.subsidies.models import PayFile, PayFileLine
from app.subsidies.queries.watch.flags import FlagFilter, all_flags
from app.subsidies.readers import read_returns, read_sent
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.grounds import AnswerGround, Grounds
from app.subsidies.rules.transitions import PaymentState, RunState
from app.subsidies.rules.watch import Pattern
from app.subsidies.service import export_run
from app.subsidies.service.answering import compare_with_sent, match
from tests.rig.bank import answer_to, name_of
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.kept import built_once
from tests.rig.papers import words_on
from tests.rig.quarter import NOW, House

RARE = "𠮷丽·买买提"  # beyond the basic plane: four bytes in GB18030
MUTATIONS = 300  # of a text file; a workbook is parsed in a process of its own, which takes its time
WORKBOOKS = 300 if os.environ.get("ANHU_SOAK") else 16
LAYOUTS = list(PayLayout)


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    """Six families; one payee has a name that old character sets do not know."""
    house = House(app, database, county)
    house.settle_in(families(6))
    with database.transaction() as session:
        payee = house.families[2].payee.id
        session.get_one(Person, payee).name = RARE
        session.scalars(select(PayeeAccount).where(PayeeAccount.person_id == payee)).one().holder_name = RARE
    house.prepare()
    house.submit()
    house.approve()
    return house


def _export(house: House, layout: PayLayout) -> bytes:
    with house.step() as (session, run):
        export_run(session, Vault(session, house.keyring), house.actor("finance"), run, NOW, layout)
    return house.pay_file_bytes()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_says_the_same_and_is_read_back(house: House, layout: PayLayout) -> None:
    content = _export(house, layout)
    sent = read_sent(content, name_of(layout))
    assert [line.amount.yuan for line in sent.values()] == ["750.00"] * 6
    assert RARE in {line.payee for line in sent.values()}
    assert all(len(line.account) == 19 and len(line.id_number) == 18 for line in sent.values())
    with house.database.reading() as session:
        file = session.scalars(select(PayFile)).one()
        assert file.layout is layout
        assert session.get_one(KeptFile, file.file_id).name.startswith("AH349921-2026Q3-R01.")
    assert house.problems() == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_answer_of_every_layout_settles_line_by_line(house: House, layout: PayLayout) -> None:
    content = _export(house, layout)
    answer = answer_to(content, layout, lambda number: ("失败", "户名不符") if number == 2 else ("成功", ""))
    settled = house.settle(read_returns(answer, name_of(layout)))
    assert (settled.paid_count, settled.returned_count) == (5, 1)
    with house.database.reading() as session:
        [back] = session.scalars(select(PayFileLine).where(PayFileLine.state == PaymentState.RETURNED))
        assert back.why is not None and back.why["args"]["why"] == "户名不符"
    assert house.problems() == []


def test_records_have_their_width_in_bytes_and_a_trailer_that_adds_up(house: House) -> None:
    records = _export(house, PayLayout.FIXED).split(b"\r\n")[:-1]
    assert {len(record) for record in records[1:-1]} == {368}
    assert records[0].startswith(b"HAH349921-2026Q3-R01 ")
    assert records[-1] == b"T" + b"00000006" + b"000000000450000"
    assert sum(RARE.encode("gb18030") in record for record in records) == 1
    assert "惠民补贴".encode("gb18030") in records[1]


def test_a_csv_keeps_long_numbers_as_text_and_ends_with_the_sums(house: House) -> None:
    content = _export(house, PayLayout.CSV)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert all(row[2].startswith("\t") and row[4].startswith("\t") for row in rows[1:-1])
    assert (rows[-1][0], rows[-1][1], rows[-1][5]) == ("合计", "6", "4500.00")
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_the_card_workbook_has_the_columns_of_the_unified_card(house: House) -> None:
    book = openpyxl.load_workbook(io.BytesIO(_export(house, PayLayout.CARD)))
    header, *rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    assert header == ["序号", "姓名", "身份证号", "社保卡号", "开户行", "项目", "标准", "金额", "文件编号"]
    assert {(row[5], row[6], row[7]) for row in rows} == {("惠民补贴", "3000.00元/年", 750)}
    assert book.sheetnames == ["发放明细", "封面"]


def test_the_policy_names_the_layout(app: Flask, database: Database, county: County) -> None:
    house = House(app, database, county)
    house.settle_in(families(2), pay_layout=PayLayout.FIXED, remark="耕地补贴")
    assert house.to_the_bank().layout is PayLayout.FIXED
    assert "耕地补贴".encode("gb18030") in house.pay_file_bytes()


# -- changed on the way ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_changed_pay_file_passes_for_ours(house: House, layout: PayLayout) -> None:
    content, rng = _export(house, layout), Random(f"pay file {layout}")
    with house.database.reading() as session:
        file = session.scalars(select(PayFile)).one()
        assert compare_with_sent(session, house.keyring, file, content, name_of(layout)) == []
        texts = layout in (PayLayout.FIXED, PayLayout.CSV)
        for _ in range(MUTATIONS if texts else WORKBOOKS // 2):
            changed = _mutated(content, rng, texts)
            if changed != content:
                assert compare_with_sent(session, house.keyring, file, changed, name_of(layout))


@pytest.mark.parametrize("layout", [PayLayout.FIXED, PayLayout.CSV])
def test_a_changed_answer_is_caught_or_changes_nothing(house: House, layout: PayLayout) -> None:
    """Bytes, amounts, order, count, encoding: whatever is let through settles exactly what the unchanged answer would."""
    answer = answer_to(_export(house, layout), layout, lambda number: ("失败", "销户") if number == 3 else ("成功", ""))
    rng = Random(f"answer {layout}")
    caught = sum(_is_caught(house, _mutated(answer, rng, True), name_of(layout)) for _ in range(MUTATIONS))
    assert caught > MUTATIONS // 3
    assert house.run().state is RunState.EXPORTED


@pytest.mark.parametrize("layout", [PayLayout.XLSX, PayLayout.CARD])
def test_a_changed_workbook_is_caught_or_changes_nothing(house: House, layout: PayLayout) -> None:
    answer, rng = answer_to(_export(house, layout), layout, _third_back), Random(f"workbook {layout}")
    caught = 0
    for _ in range(WORKBOOKS):
        changed = _cells_changed(answer, rng) if rng.random() < 0.8 else _mutated(answer, rng, False)
        caught += _is_caught(house, changed, name_of(layout))
    assert caught
    assert house.run().state is RunState.EXPORTED


def _third_back(number: int) -> tuple[str, str]:
    return ("失败", "销户") if number == 3 else ("成功", "")


def _is_caught(house: House, changed: bytes, name: str) -> bool:
    """Refused; else every line gets the result, whom and where it was sent as in the answer that was not changed."""
    with house.database.reading() as session:
        file = session.scalars(select(PayFile)).one()
        lines = session.scalars(select(PayFileLine).where(PayFileLine.pay_file_id == file.id)).all()
        try:
            answers = match(session, house.keyring, file, lines, read_returns(changed, name))
        except Invalid:
            return True
        assert {number: reply.is_paid for number, reply in answers.items()} == {n: n != 3 for n in range(1, 7)}
        assert {reply.amount.yuan for reply in answers.values()} == {"750.00"}
        return False


def _mutated(content: bytes, rng: Random, is_text: bool) -> bytes:
    """One byte turned, taken or put in; in text also two lines swapped, one lost or doubled, the end cut off, another encoding."""
    kinds: list[Callable[[bytes, Random], bytes]] = [_turned, _taken, _put_in, _cut]
    if is_text:
        kinds += [_swapped, _lost, _doubled, _another_amount, _re_encoded]
    return rng.choice(kinds)(content, rng)


def _turned(content: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :]


def _taken(content: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + content[at + 1 :]


def _put_in(content: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + bytes([rng.choice(b"0123456789 AX,\n")]) + content[at:]


def _cut(content: bytes, rng: Random) -> bytes:
    return content[: rng.randrange(len(content) // 2, len(content))]


def _lines(content: bytes) -> list[bytes]:
    return content.split(b"\r\n")


def _swapped(content: bytes, rng: Random) -> bytes:
    lines = _lines(content)
    one, other = rng.sample(range(1, 7), 2)
    lines[one], lines[other] = lines[other], lines[one]
    return b"\r\n".join(lines)


def _lost(content: bytes, rng: Random) -> bytes:
    lines = _lines(content)
    del lines[rng.randrange(1, 7)]
    return b"\r\n".join(lines)


def _doubled(content: bytes, rng: Random) -> bytes:
    lines = _lines(content)
    lines.insert(2, lines[rng.randrange(1, 7)])
    return b"\r\n".join(lines)


def _another_amount(content: bytes, rng: Random) -> bytes:
    return content.replace(b"75000", b"7500%d" % rng.randrange(1, 9), 1).replace(b"750.00", b"750.10", 1)


def _re_encoded(content: bytes, rng: Random) -> bytes:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).encode(rng.choice(("utf-8", "utf-16", "gb18030", "utf-8-sig")))
        except UnicodeDecodeError:
            continue
    return content


def _cells_changed(answer: bytes, rng: Random) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(answer))
    sheet = book.worksheets[0]
    row, column = rng.randrange(2, 8), rng.randrange(1, sheet.max_column + 1)
    kind = rng.random()
    if kind < 0.2:
        sheet.delete_rows(row)
    elif kind < 0.4:
        sheet.append([cell.value for cell in sheet[row]])
    else:
        cell = sheet.cell(row, column)
        text = str(cell.value or "")
        cell.value = float(cell.value) + 0.01 if isinstance(cell.value, float) else text[::-1] + "1"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# -- answers that come twice, in parts, late, or say otherwise ---------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_answer_that_comes_again_changes_nothing_and_one_that_says_otherwise_is_refused(
    house: House, layout: PayLayout
) -> None:
    content = _export(house, layout)
    answer = read_returns(answer_to(content, layout, _third_back), name_of(layout))
    first, before = house.settle(answer), _states(house)
    assert house.settle(answer) == first
    again = read_returns(
        answer_to(content, layout, _third_back) + (b"\r\n" if layout is PayLayout.CSV else b""), name_of(layout)
    )
    assert house.settle(again) == first
    otherwise = read_returns(answer_to(content, layout), name_of(layout))
    with pytest.raises(Conflict, match="contradicts"):
        house.settle(otherwise)
    assert _states(house) == before
    assert house.problems() == []


def test_half_an_answer_settles_nothing_and_says_how_many_are_missing(house: House) -> None:
    content = _export(house, PayLayout.CSV)
    half = b"\r\n".join(_lines(answer_to(content, "csv"))[:4])
    with pytest.raises(Invalid) as refused:
        house.settle(read_returns(half, "回盘.csv"))
    [why] = refused.value.errors["returns"]
    assert (why.code, why.args["said"], why.args["sent"], why.args["missing"]) == ("subsidies.returns.partial", 3, 6, 3)
    assert set(_states(house)) == {PaymentState.SENT}


def test_the_answer_to_another_file_is_not_taken(house: House) -> None:
    answer = answer_to(_export(house, PayLayout.FIXED), "fixed").replace(b"2026Q3-R01", b"2026Q2-R01")
    with pytest.raises(Invalid) as refused:
        house.settle(read_returns(answer, "回盘.txt"))
    assert [one.code for one in refused.value.errors["returns"]] == ["subsidies.returns.other_file"]


# -- another quarter's answer ------------------------------------------------------------------------------------------


def _next_quarter(house: House, layout: PayLayout) -> bytes:
    """The same six families are paid the same sums in the same order."""
    house.quarter = Quarter.parse("2026Q4")
    house.prepare(today=date(2027, 1, 5))
    house.submit()
    house.approve()
    return _export(house, layout)


def _columns_lost(answer: bytes) -> bytes:
    """A workbook in the bank's own columns, which name no file."""
    book = openpyxl.load_workbook(io.BytesIO(answer))
    sheet = book.worksheets[0]
    for column in range(sheet.max_column, 0, -1):
        if sheet.cell(1, column).value not in ("序号", "金额(元)", "结果"):
            sheet.delete_cols(column)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_answer_of_another_quarter_never_settles_this_one(house: House, layout: PayLayout) -> None:
    answer = read_returns(answer_to(_export(house, layout), layout), name_of(layout))
    assert answer.file_numbers == {"AH349921-2026Q3-R01"}
    house.settle(answer)
    own = answer_to(_next_quarter(house, layout), layout)
    with pytest.raises(Conflict) as refused:
        house.settle(answer)
    assert (refused.value.reason.code, refused.value.reason.args["other"]) == (
        "subsidies.returns.replayed",
        "AH349921-2026Q3-R01",
    )
    saved_again = replace(answer, sha256="f" * 64)
    with pytest.raises(Invalid) as other_file:
        house.settle(saved_again)
    assert [one.code for one in other_file.value.errors["returns"]] == ["subsidies.returns.other_file"]
    assert house.run().state is RunState.EXPORTED
    assert house.settle(read_returns(own, name_of(layout))).paid_count == 6
    assert house.problems() == []


def test_an_answer_without_a_file_number_is_one_persons_word_and_settles_one_quarter_only(house: House) -> None:
    answer = read_returns(_columns_lost(answer_to(_export(house, PayLayout.XLSX), "xlsx")), "回盘.xlsx")
    assert answer.file_numbers == frozenset()
    for word, field in (
        (None, "returns"),
        (Grounds(AnswerGround.STATEMENT), "answer_reference"),
        (Grounds(AnswerGround.STATEMENT, "6228480012345678901"), "answer_reference"),
    ):
        with pytest.raises(Invalid) as refused:
            house.settle(answer, word=word)
        assert list(refused.value.errors) == [field]
    assert house.run().state is RunState.EXPORTED
    word = Grounds(AnswerGround.STATEMENT, "LS-1")
    house.settle(answer, word=word)
    house.watch()
    with house.database.reading() as session:
        file = session.scalars(select(PayFile)).one()
        [flag] = all_flags(session, house.actor("auditor"), FlagFilter(pattern=Pattern.ONE_HAND, user="finance"))
    assert (file.returns_ground, file.returns_taken_by) == ("answer_statement LS-1", house.actor("finance").user_id)
    assert flag.because[0].code == "subsidies.watch.answer_taken"
    _next_quarter(house, PayLayout.XLSX)
    with pytest.raises(Conflict, match="replayed"):
        house.settle(answer, word=word)
    with pytest.raises(IntegrityError, match="guard_pay_files_answered_once"), house.database.transaction() as session:
        session.execute(update(PayFile).where(PayFile.returns_sha256.is_(None)).values(returns_sha256=answer.sha256))
    assert house.run().state is RunState.EXPORTED


@pytest.mark.parametrize("where", ["title", "foot", "full width"])
def test_a_file_number_is_read_wherever_the_bank_writes_it(house: House, where: str) -> None:
    rows = ["序号,金额,结果,失败原因", *(f"{number},750.00,成功,同 AH349921-2026Q1-R01" for number in range(1, 7))]
    said = "文件编号：AH349921-2026Q2-R01"
    rows.insert(
        len(rows) if where == "foot" else 0, said if where != "full width" else "ＡＨ３４９９２１－２０２６Ｑ２－Ｒ０１"
    )
    answer = read_returns("\n".join(rows).encode(), "回盘.csv")
    assert answer.file_numbers == {"AH349921-2026Q2-R01"}
    _export(house, PayLayout.CSV)
    with pytest.raises(Invalid) as refused:
        house.settle(answer)
    assert [one.code for one in refused.value.errors["returns"]] == ["subsidies.returns.other_file"]


def test_another_holder_is_a_difference_and_another_way_to_write_the_name_is_none(house: House) -> None:
    content = _export(house, PayLayout.CSV)
    answer = answer_to(content, "csv").decode("gb18030")
    spelled = answer.replace("𠮷丽·买买提", "𠮷 丽•买买提").encode("gb18030")
    other = answer.replace("𠮷丽·买买提", "吉丽·买买提").encode("gb18030")
    with pytest.raises(Invalid) as refused:
        house.settle(read_returns(other, "回盘.csv"))
    [why] = refused.value.errors["returns"]
    row = next(number for number, line in enumerate(answer.splitlines(), start=1) if RARE in line)
    assert (why.code, why.args["row"]) == ("subsidies.returns.differs", row)
    assert house.settle(read_returns(spelled, "回盘.csv")).paid_count == 6


def _states(house: House) -> list[PaymentState]:
    with house.database.reading() as session:
        return list(session.scalars(select(PayFileLine.state).order_by(PayFileLine.id)))


def test_what_goes_to_the_bank_tells_of_a_kept_back_line_neither_illness_nor_death_nor_guardianship(
    house: House,
) -> None:
    with house.database.transaction() as session:
        session.get_one(Person, house.families[0].payee.id).died_on = date(2026, 11, 1)
        session.get_one(Person, house.families[1].patient.person_id).died_on = date(2026, 8, 1)
        account = session.scalars(
            select(PayeeAccount).where(PayeeAccount.person_id == house.families[3].payee.id)
        ).one()
        account.to_on = date(2026, 11, 1)
    content = _export(house, PayLayout.XLSX)
    with house.database.reading() as session:
        kept = session.get_one(KeptFile, session.scalars(select(PayFile.cover_file_id)).one())
        cover = words_on(open_file(session, house.keyring, kept))
        why = session.scalars(select(PayFileLine.why).where(PayFileLine.state == PaymentState.WITHHELD)).all()
    # the house keeps the reasons
    assert {one["code"] for one in why if one} == {f"subsidies.withheld.{one}" for one in _KEPT_BACK}
    sheet = openpyxl.load_workbook(io.BytesIO(content))["封面"]
    second = "".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    for text in (cover, second):
        assert text.count("登记信息需要核对") == 3
        assert not [word for word in _TELLING if word in text]


_KEPT_BACK = ("payee_dead", "after_death", "account_closed")
_TELLING = ("监护", "被监护", "患", "病", "精神", "障碍", "去世", "死亡", "名单", "协议", "AHJH", "停用")


def test_the_kept_cover_is_a_voucher(house: House) -> None:
    _export(house, PayLayout.XLSX)
    with house.database.reading() as session:
        kept = session.get_one(KeptFile, session.scalars(select(PayFile.cover_file_id)).one())
        assert kept.expires_at is None
        assert open_file(session, house.keyring, kept).startswith(b"%PDF")
