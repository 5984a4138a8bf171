"""追回台账 and 退回通知书: the same sums on paper and in the workbook, and a letter that a neighbour may find."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from reports.errors import TotalMismatchError
from reports.recoveries import (
    RecoveriesDocument,
    RecoveryLetter,
    RecoveryLine,
    render_recoveries_pdf,
    render_recoveries_xlsx,
    render_recovery_letter,
)
from tests.reports.conftest import ReadPdf
from tests.reports.samples import SOURCE

LETTER = RecoveryLetter(
    office="安和县民政局",
    phone="0731-5550123",
    guardian="王秀兰",
    place="城关镇 东村",
    agreement_number="AHJH-2026-0007",
    period="2026年第3季度",
    paid_fen=75000,
    left_fen=37903,
    left_capital="叁佰柒拾玖元零叁分",
    why="原按 92 天计发，应按 46 天计发：协议终止之后的日子不计发。",
    document_number="安民追〔2026〕1号",
    due_on=date(2026, 12, 22),
    appeal_until=date(2026, 12, 7),
    issued_on=date(2026, 11, 22),
    provenance=SOURCE,
)
LINE = RecoveryLine(
    "城关镇·东村", "王秀兰", "AHJH-2026-0007", "2026年第3季度", 37903, 10000, "部分退回", date(2026, 12, 22), "=1+1"
)
LIST = RecoveriesDocument(
    county="安和县",
    organisation="安和县民政局",
    as_of=date(2026, 11, 22),
    lines=(LINE, replace(LINE, state="免予退回")),
    left_fen=27903,
    left_capital="贰佰柒拾玖元零叁分",
    open_states=frozenset({"部分退回"}),
    provenance=SOURCE,
)


def test_the_letter_says_what_by_when_whom_to_call_and_how_to_object(text_of: ReadPdf) -> None:
    found = text_of(render_recovery_letter(LETTER))
    for part in (
        "退回通知书",
        "379.03元（叁佰柒拾玖元零叁分）",
        "请在2026年12月22日前",
        "电话0731-5550123",
        "请在2026年12月7日前",
        "不会自动扣款",
        "回执",
    ):
        assert part in found, part


def test_the_letter_names_no_illness_and_masks_long_numbers(text_of: ReadPdf) -> None:
    found = text_of(render_recovery_letter(replace(LETTER, guardian="王秀兰 110105194912310021")))
    assert not re.search("精神|障碍|患者|病|住院|去世|死亡|羁押", found)
    assert "110105194912310021" not in found


def test_paper_and_workbook_show_the_same_sums_and_no_formula(text_of: ReadPdf) -> None:
    assert "¥279.03" in text_of(render_recoveries_pdf(LIST)).replace("￥", "¥")
    sheet = openpyxl.load_workbook(io.BytesIO(render_recoveries_xlsx(LIST))).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert [cell.value for cell in cells].count(379.03) == 2


def test_a_total_that_does_not_come_out_is_not_printed() -> None:
    with pytest.raises(TotalMismatchError):
        render_recoveries_pdf(replace(LIST, left_fen=1))
