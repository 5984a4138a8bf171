"""The refused rows as they stood in the file, under headers that the importer reads again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.reasons import Reason
from app.core.workbooks.sheet import Cell, Sheet, with_merged_rows_filled
from app.roster.rules.cells import CellError, text
from app.roster.rules.columns import Field
from app.roster.rules.entry import Finding
from app.roster.rules.header import SheetMapping

TOWN = "乡镇"


@dataclass(frozen=True)
class Rejects:
    """`rows` in the order of `headers`; `why` has the reasons of each row."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    why: tuple[tuple[tuple[str, Reason], ...], ...]


def rejected_rows(sheets: Sequence[Sheet], mappings: Sequence[SheetMapping], errors: Sequence[Finding]) -> Rejects:
    """Rows with an error, each once. Sheets with other headers share the columns that are called the same."""
    by_name = {sheet.name: sheet for sheet in sheets}
    bad: dict[tuple[str, int], list[tuple[str, Reason]]] = {}
    for one in errors:
        bad.setdefault((one.sheet, one.row), []).append((one.column, one.why))
    used = [mapping for mapping in mappings if any(sheet == mapping.sheet for sheet, _row in bad)]
    headers = tuple(dict.fromkeys(header for mapping in used for header in _headers(mapping)))
    filled = {one.sheet: with_merged_rows_filled(by_name[one.sheet], one.header_row).rows for one in used}
    maps = {mapping.sheet: mapping for mapping in used}
    rows = []
    for sheet, row in bad:
        cells = _cells(maps[sheet], filled[sheet][row - 1])
        rows.append(tuple(cells.get(header, "") for header in headers))
    return Rejects(headers, tuple(rows), tuple(tuple(found) for found in bad.values()))


def _headers(mapping: SheetMapping) -> list[str]:
    own = [column.header for column in mapping.columns]
    return [*own, TOWN] if _lacks_town(mapping) and Field.AREA_CODE not in mapping.fields else own


def _lacks_town(mapping: SheetMapping) -> bool:
    return mapping.book.repeats_town and Field.TOWN not in mapping.fields


def _cells(mapping: SheetMapping, row: list[Cell]) -> dict[str, str]:
    found = {column.header: _shown(row, column.index) for column in mapping.columns}
    return {TOWN: mapping.sheet, **found} if _lacks_town(mapping) else found


def _shown(row: list[Cell], index: int) -> str:
    cell = row[index] if index < len(row) else None
    try:
        return text(cell)
    except CellError:
        return str(cell)
