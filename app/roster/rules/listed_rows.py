"""Another office's list to rows that can be compared, in one pass and without a database: `read_listed`.

What is read lives only as long as the comparison: nothing here is a finding that quotes a cell, and a row that cannot be read is known by
its number only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.core.reasons import Reason, reason
from app.core.workbooks.sheet import Cell, Sheet, with_merged_rows_filled
from app.roster.rules import cells, days
from app.roster.rules.columns import Field
from app.roster.rules.header import MappedColumn, Override, SheetMapping
from app.roster.rules.lines import Line, LineReader
from app.roster.rules.listed_columns import LISTED
from app.roster.rules.places import AreaIndex
from app.roster.rules.row_cells import RowCells, Setting
from app.roster.rules.sheets import choose_sheets

MOST_LISTED = 100_000
_MASK = "*"
TAIL = 4


@dataclass(frozen=True, slots=True)
class ListedRow:
    """Somebody on the list; what it does not say is empty. `to_on` is the last day of a stay."""

    sheet: str
    row: int
    name: str = ""
    number: str = ""
    tail: str = ""
    born_on: date | None = None
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True)
class Unread:
    """A row that cannot be compared: where it stands and what is wrong with it, never what it says."""

    sheet: str
    row: int
    why: Reason


@dataclass(frozen=True)
class ListedReading:
    """What a list says. `refused` stops it as a whole; else each data row is in `rows` or in `unread`."""

    mappings: tuple[SheetMapping, ...]
    rows: tuple[ListedRow, ...] = ()
    unread: tuple[Unread, ...] = ()
    refused: tuple[Reason, ...] = ()
    left_out: tuple[tuple[str, Reason], ...] = ()

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.unread)


@dataclass
class _Found:
    rows: list[ListedRow] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def read_listed(sheets: Sequence[Sheet], today: date, overrides: Mapping[str, Override] | None = None) -> ListedReading:
    """Find the header on every visible sheet and read every data row."""
    chosen, left_out, refused = choose_sheets(sheets, today.year, overrides or {}, LISTED)
    mappings = tuple(one for _sheet, one in chosen)
    if refused:
        return ListedReading(mappings, refused=_in_our_words(refused), left_out=left_out)
    found = _Found()
    for sheet, mapping in chosen:
        _read_sheet(sheet, mapping, today, found)
    count = len(found.rows) + len(found.unread)
    if count == 0:
        refused = (reason("roster.list.no_rows"),)
    elif count > MOST_LISTED:
        refused = (reason("roster.list.too_many", rows=count, most=MOST_LISTED),)
    return ListedReading(mappings, tuple(found.rows), tuple(found.unread), refused, left_out)


def _in_our_words(refused: tuple[Reason, ...]) -> tuple[Reason, ...]:
    ours = {"roster.file.no_header", "roster.column.missing"}
    return tuple(reason("roster.list.no_header") if why.code in ours else why for why in refused)


def _read_sheet(sheet: Sheet, mapping: SheetMapping, today: date, found: _Found) -> None:
    filled = with_merged_rows_filled(sheet, mapping.header_row)
    columns = {one.field: one for one in reversed(mapping.columns) if one.field}
    reader, setting = LineReader(mapping), Setting(mapping, AreaIndex(()), today, sheet.date1904, "")
    for number, values in enumerate(filled.rows[mapping.header_row :], mapping.header_row + 1):
        if reader.kind(values) is Line.PERSON:
            _read_row(setting, number, values, columns, found)


def _read_row(
    setting: Setting, number: int, values: list[Cell], columns: Mapping[Field, MappedColumn], found: _Found
) -> None:
    row = RowCells(setting, number, values, columns)
    said = _row(row)
    if isinstance(said, str):
        found.unread.append(Unread(setting.mapping.sheet, number, reason(f"roster.list.unread.{said}")))
    else:
        found.rows.append(said)


def _row(row: RowCells) -> ListedRow | str:
    """The row, or why it cannot be compared. A day that cannot be read leaves the person comparable."""
    name = row.read_softly(Field.PATIENT_NAME, cells.name)
    masked = _masked_tail(row)
    identity = None if masked else row.read(Field.PATIENT_ID, lambda cell: cells.id_number(cell, row.setting.today))
    if row.wrong(Field.PATIENT_ID):
        return "number"
    born_on = row.read_softly(Field.PATIENT_BIRTH, lambda cell: _past(row, cell))
    number = identity.number if identity else ""
    tail = number[-TAIL:] or masked or row.read_softly(Field.ID_TAIL, _tail) or ""
    born_on = born_on or (identity.checked.born_on if identity else None)
    if not number and not (name and (born_on or tail)):
        return "nobody"
    from_on = row.read_softly(Field.DIED_ON, lambda cell: _past(row, cell))
    from_on = from_on or row.read_softly(Field.LISTED_FROM, lambda cell: _past(row, cell))
    to_on = row.read_softly(Field.LISTED_TO, lambda cell: days.any_day(cell, row.setting.date1904))
    if from_on and to_on and to_on < from_on:
        return "days"
    sheet = row.setting.mapping.sheet
    return ListedRow(sheet, row.row, name.text if name else "", number, tail, born_on, from_on, to_on)


def _masked_tail(row: RowCells) -> str:
    """The end of a number of which the office shows only a part."""
    shown = str(row.cell(Field.PATIENT_ID) or "").strip().upper()
    return shown[-TAIL:] if _MASK in shown and is_tail(shown[-TAIL:]) else ""


def _tail(cell: Cell) -> str | None:
    shown = cells.text(cell).strip().upper().zfill(TAIL) if cell is not None else ""
    return shown if is_tail(shown) else None


def is_tail(text: str) -> bool:
    return len(text) == TAIL and text[:-1].isascii() and text[:-1].isdigit() and (text[-1].isdigit() or text[-1] == "X")


def _past(row: RowCells, cell: Cell) -> date | None:
    return days.past_day(cell, row.setting.today, row.setting.date1904)
