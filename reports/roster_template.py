"""The empty roster workbook: two header rows, text columns for numbers, drop-downs for codes, a sheet of notes."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter

Leaf = tuple[str, str, Sequence[str]]
"""Header, kind (text, choice, date, figure), choices."""

ROWS_PREPARED = 5_000
SHEET, NOTES_SHEET = "花名册", "填表说明"
_FIRST_ROW = 3  # below the title and two header rows


def render_roster_template(groups: Sequence[tuple[str, Sequence[Leaf]]], notes: Sequence[str]) -> bytes:
    """The workbook's bytes. Group heads are merged over their columns; the importer finds both header rows by itself."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        base = {"font_name": "等线", "font_size": 11, "valign": "vcenter"}
        head = book.add_format(
            {**base, "bold": True, "align": "center", "border": 1, "bg_color": "#EEF2F1", "text_wrap": True}
        )
        title = book.add_format({**base, "font_size": 16, "bold": True, "align": "center"})
        text = book.add_format({**base, "num_format": "@"})
        day = book.add_format({**base, "num_format": "yyyy-mm-dd"})
        figure = book.add_format({**base, "num_format": "0.00"})
        formats = {"text": text, "choice": text, "date": day, "figure": figure}
        sheet = book.add_worksheet(SHEET)
        width = sum(len(leaves) for _group, leaves in groups)
        sheet.merge_range(0, 0, 0, width - 1, "严重精神障碍患者及监护人花名册", title)
        column = 0
        for group, leaves in groups:
            last = column + len(leaves) - 1
            if last > column:
                sheet.merge_range(1, column, 1, last, group, head)
            else:
                sheet.write_string(1, column, group, head)
            for header, kind, choices in leaves:
                sheet.set_column(column, column, _width(header), formats[kind])
                sheet.write_string(2, column, header, head)
                if choices:
                    sheet.data_validation(
                        _FIRST_ROW,
                        column,
                        _FIRST_ROW + ROWS_PREPARED,
                        column,
                        {"validate": "list", "source": list(choices), "error_type": "warning"},
                    )
                column += 1
        sheet.set_row(0, 28)
        sheet.set_row(2, 32)
        sheet.freeze_panes(_FIRST_ROW, 1)
        sheet.set_landscape()
        sheet.repeat_rows(1, 2)
        explained = book.add_worksheet(NOTES_SHEET)
        explained.set_column(0, 0, 90)
        for place, line in enumerate(notes):
            explained.write_string(place, 0, line, book.add_format({**base, "text_wrap": True}))
    return buffer.getvalue()


def _width(header: str) -> float:
    if header in ("身份证号", "银行卡号"):
        return 23
    if "日期" in header or "电话" in header or "编号" in header or "医院" in header or "诊断" in header:
        return 16
    return max(9.0, 2.3 * len(header))
