"""Lists and forms of the numbers: marks and money are values in the workbook and read as usual on paper; a sum stands out."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl

from reports.member_list import ListColumn, MemberListDocument, render_member_list_pdf, render_member_list_xlsx
from reports.table_xlsx import Kind
from reports.village_table import VillagePerson, VillageSheet, VillageTablesDocument, render_village_tables_pdf
from tests.reports.samples import SOURCE
from tests.reports.test_compliance import LONG
from tests.rig.papers import words_on

COLUMNS = (
    ListColumn("单位", 0.3),
    ListColumn("分母", 0.1, is_count=True),
    ListColumn("得分", 0.1, kind=Kind.RATE),
    ListColumn("金额（元）", 0.2, kind=Kind.FEN),
)
LIST = MemberListDocument(
    "考评得分表",
    "按上报数字",
    "安和县综治中心",
    COLUMNS,
    (("城关镇", 1214, 667, 7712043800), ("安平镇", 0, "—", ""), ("合计", 1214, 8250, 7712043800)),
    SOURCE,
)


def test_neither_a_long_place_nor_a_long_name_is_clipped() -> None:
    row = ("阿依古丽·买买提江·吐尔逊·阿卜杜热合曼", f"{LONG}·{LONG}", f"{LONG}中心卫生院")
    who = (
        ListColumn("姓名", 0.16),
        ListColumn("村（社区）", 0.24),
        ListColumn("责任机构", 0.26),
        ListColumn("办理结果", 0.4),
    )
    title = f"{LONG}·{LONG}2026年第三季度随访逾期名单"
    said = words_on(render_member_list_pdf(replace(LIST, title=title, columns=who, rows=((*row, ""),))))
    assert said.count(LONG) >= 5 and row[0] in said
    person = VillagePerson(
        "2026-000123456",
        row[0],
        f"{row[0]}（父亲）",
        f"{row[0]}（社区民警）",
        row[0],
        "ANHE-2606-4",
        "2026年6月14日至2027年12月5日",
    )
    sheet = VillageSheet(f"{LONG}{LONG}", (("乡镇卫生院", f"{LONG}卫生院"),), (person,))
    table = VillageTablesDocument(LONG, LONG[:20], date(2026, 11, 22), (sheet,), SOURCE)
    told = words_on(render_village_tables_pdf(table))
    assert told.count(row[0]) == 4 and f"{LONG}{LONG}基础信息一张表" in told


def test_hundredths_and_fen_are_values_and_are_printed_as_people_write_them() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_member_list_xlsx(LIST)))
    rows = [row for row in book["名单"].iter_rows() if isinstance(row[2].value, int)]
    assert [[cell.value for cell in row[2:]] for row in rows] == [
        [1214, 6.67, 77120438], [0, "—", None], [1214, 82.5, 77120438],
    ]  # fmt: skip
    assert [cell.number_format for cell in rows[0][2:]] == ["0", "0.00", "#,##0.00"]
    assert [row[1].font.bold for row in rows] == [False, False, True]
    said = words_on(render_member_list_pdf(LIST))
    assert "城关镇12146.6777,120,438.00" in said and "合计121482.577,120,438.00" in said and "安平镇0—" in said
