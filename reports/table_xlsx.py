"""A typed table as a workbook: text stays text, figures are values, nothing is ever a formula or a link."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import xlsxwriter

from reports.plain_text import cell_text

Cell = str | int | None


class Kind(Enum):
    TEXT = "text"
    """Names and identifiers: a text cell, so that no figure is lost."""
    COUNT = "count"
    """A whole number."""
    FEN = "fen"
    """Money in fen, stored as yuan with two decimals."""
    RATE = "rate"
    """Hundredths of a per cent, stored as per cent with two decimals."""
    CHANGE = "change"
    """The same with its sign."""


_HUNDREDTHS = frozenset({Kind.FEN, Kind.RATE, Kind.CHANGE})


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width: float
    """Characters."""
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Line:
    cells: Sequence[Cell]
    """A text in a number's column is stored as that text; None leaves the cell empty."""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    columns: Sequence[Column]
    lines: Iterable[Line]
    """Taken once, as they are written."""
    heading: str = ""
    notes: Sequence[str] = ()
    """Lines between the heading and the head row."""
    closing: Sequence[str] = ()
    """Lines below the table."""
    footer: str = ""
    landscape: bool = False
    wrap: bool = False
    """Whether long text is wrapped inside its cell."""


def render_workbook(sheets: Sequence[Sheet], *, title: str, author: str, created_at: datetime) -> bytes:
    """The workbook's bytes; `created_at` (aware) is its creation date, so equal input gives equal bytes."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties(
        {"title": cell_text(title, 200), "author": cell_text(author, 200), "created": _naive_utc(created_at)}
    )
    looks = _Looks(book)
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), sheet, looks)
    book.close()
    return buffer.getvalue()


class _Looks:
    """The few formats that all sheets share."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "等线", "font_size": 11, "valign": "vcenter"}
        boxed = {**base, "border": 1, "border_color": "#BFC5C3"}
        strong = {"bold": True, "bg_color": "#EEF2F1"}
        self.heading = book.add_format({**base, "font_size": 16, "bold": True, "num_format": "@"})
        self.note = book.add_format({**base, "font_color": "#5A6462", "num_format": "@"})
        self.head = book.add_format(
            {**boxed, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E3EAE8", "num_format": "@"}
        )
        kinds = {
            Kind.TEXT: {"num_format": "@"},
            Kind.COUNT: {"num_format": "0"},
            Kind.FEN: {"num_format": "#,##0.00"},
            Kind.RATE: {"num_format": "0.00"},
            Kind.CHANGE: {"num_format": "+0.00;-0.00;0.00"},
        }
        self.cells = {
            (kind, bold, wrap): book.add_format(
                {**boxed, **look, **(strong if bold else {}), **({"text_wrap": True} if wrap else {})}
            )
            for kind, look in kinds.items()
            for bold in (False, True)
            for wrap in (False, True)
        }


def _write_sheet(page: Any, sheet: Sheet, looks: _Looks) -> None:
    row = 0
    if sheet.heading:
        page.set_row(row, 30)
        page.write_string(row, 0, cell_text(sheet.heading), looks.heading)
        row += 1
    for note in sheet.notes:
        page.write_string(row, 0, cell_text(note), looks.note)
        row += 1
    head_row = row
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width)
        page.write_string(head_row, index, cell_text(column.title), looks.head)
    page.freeze_panes(head_row + 1, 0)
    page.repeat_rows(head_row)
    row = _write_lines(page, sheet, looks, head_row + 1)
    for text in sheet.closing:
        row += 1
        page.write_string(row, 0, cell_text(text), looks.note)
    _set_page(page, sheet)


def _write_lines(page: Any, sheet: Sheet, looks: _Looks, row: int) -> int:
    """Write the table's lines from `row`; answers the row after the last."""
    kinds = [column.kind for column in sheet.columns]
    plain = [looks.cells[kind, False, sheet.wrap] for kind in kinds]
    strong = [looks.cells[kind, True, sheet.wrap] for kind in kinds]
    text, number, blank = page.write_string, page.write_number, page.write_blank
    for line in sheet.lines:
        formats = strong if line.strong else plain
        for index, cell in enumerate(line.cells):
            if cell is None or cell == "":
                blank(row, index, None, formats[index])
            elif isinstance(cell, str):
                text(row, index, cell_text(cell), formats[index])
            else:
                number(row, index, cell / 100 if kinds[index] in _HUNDREDTHS else cell, formats[index])
        row += 1
    return row


def _set_page(page: Any, sheet: Sheet) -> None:
    page.set_paper(9)
    if sheet.landscape:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    # In a footer & starts a code; doubled it is a plain one. Excel takes at most 255 characters.
    left = cell_text(sheet.footer, 120).replace("&", "&&").replace("\n", " ")
    page.set_footer(f"&L&8{left}&R&8第 &P 页 共 &N 页")


def _naive_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
