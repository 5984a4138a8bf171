"""An empty list for another office: one header row, text for numbers, a sheet of notes."""

import io
from collections.abc import Sequence

import xlsxwriter

NOTES_SHEET = "填表说明"


def render_list_template(title: str, headers: Sequence[str], notes: Sequence[str]) -> bytes:
    """The workbook's bytes; the importer finds the header by itself."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        base = {"font_name": "等线", "font_size": 11, "valign": "vcenter"}
        head = book.add_format({**base, "bold": True, "align": "center", "border": 1, "bg_color": "#EEF2F1"})
        heading = book.add_format({**base, "font_size": 16, "bold": True, "align": "center"})
        text = book.add_format({**base, "num_format": "@"})
        day = book.add_format({**base, "num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("名单")
        sheet.merge_range(0, 0, 0, len(headers) - 1, title, heading)
        for column, header in enumerate(headers):
            sheet.set_column(column, column, 23 if "证号" in header else 16, day if "日期" in header else text)
            sheet.write_string(1, column, header, head)
        sheet.set_row(0, 28)
        sheet.freeze_panes(2, 1)
        explained = book.add_worksheet(NOTES_SHEET)
        explained.set_column(0, 0, 90)
        for place, line in enumerate(notes):
            explained.write_string(place, 0, line, book.add_format({**base, "text_wrap": True}))
    return buffer.getvalue()
