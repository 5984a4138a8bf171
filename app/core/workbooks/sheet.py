"""A worksheet as plain values: what the readers return and every rule of this room reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

Cell: TypeAlias = str | int | float | bool | date | datetime | None

LETTERS = 26


@dataclass(frozen=True)
class Merge:
    """Merged cells, 0-based and inclusive; their value stands in the upper left cell only."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """`rows[0]` is Excel's row 1. `date1904` tells how serial numbers count (old Macintosh workbooks)."""

    name: str
    rows: list[list[Cell]]
    merges: tuple[Merge, ...] = ()
    date1904: bool = False
    hidden: bool = False


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def with_merged_rows_filled(sheet: Sheet, first_row: int) -> Sheet:
    """Below `first_row` (0-based), a value merged down one column belongs to each row that it spans (a town over its villages)."""
    spans = [m for m in sheet.merges if m.top >= first_row and m.left == m.right and m.bottom > m.top]
    if not spans:
        return sheet
    rows = [list(row) for row in sheet.rows]
    for span in spans:
        value = _at(rows, span.top, span.left)
        for index in range(span.top + 1, min(span.bottom + 1, len(rows))):
            if not is_blank(value) and span.left < len(rows[index]) and is_blank(rows[index][span.left]):
                rows[index][span.left] = value
    return Sheet(sheet.name, rows, sheet.merges, sheet.date1904, sheet.hidden)


def _at(rows: list[list[Cell]], row: int, column: int) -> Cell:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else None
