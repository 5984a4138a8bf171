"""入户核查表: to tick and to sign, the same rows on paper and in the workbook, no word of illness."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl

from reports.home_checks import (
    HomeCheckLine,
    HomeChecksDocument,
    render_home_checks_pdf,
    render_home_checks_xlsx,
)
from tests.reports.conftest import ReadPdf
from tests.reports.samples import SOURCE

OPEN = HomeCheckLine("城关镇 东村", "王秀兰", "AHJH-2026-0007", None, None, is_earlier=False)
MET = HomeCheckLine("安平镇 大王村", "陈志强", "AHJH-2026-0107", True, date(2026, 11, 20), is_earlier=True)
SHEET = HomeChecksDocument(
    county="安和县",
    organisation="安和县民政局",
    period_label="2026年第三季度",
    number="010203",
    drawn_on=date(2026, 11, 18),
    drawn_by="徐国栋",
    lines=(OPEN, MET, replace(OPEN, guardian="=1+1", is_met=False)),
    provenance=SOURCE,
)


def test_the_sheet_names_the_draw_and_leaves_room_to_tick_and_sign(text_of: ReadPdf) -> None:
    found = text_of(render_home_checks_pdf(SHEET))
    for part in (
        "监护补贴入户核查表", "公开号码010203", "抽取3户", "徐国栋", "王秀兰", "AHJH-2026-0107", "□见到", "核查人签字",
        "2026年11月20日", "改动前抽取", "指纹3f2a91bc77d0e145",
    ):  # fmt: skip
        assert part in found, part
    assert "精神" not in found and "患者" not in found


def test_the_workbook_has_the_same_rows_and_no_formula() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(render_home_checks_xlsx(SHEET))).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[2] for row in rows if row[0] == 3] == ["=1+1"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert [row[4] for row in rows if row[0] in (2, 3)] == ["见到", "没有见到"]
