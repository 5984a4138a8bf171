"""Which sheets of a workbook hold such a list, and which are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.core.reasons import Reason, reason
from app.core.workbooks.sheet import Sheet
from app.roster.rules.book import Book
from app.roster.rules.header import Override, SheetMapping, find_mapping, missing_columns


def choose_sheets(
    sheets: Sequence[Sheet], this_year: int, overrides: Mapping[str, Override], book: Book
) -> tuple[list[tuple[Sheet, SheetMapping]], tuple[tuple[str, Reason], ...], tuple[Reason, ...]]:
    """Sheets with a whole header; where there is none, the one that comes nearest and what it lacks."""
    whole, partial, left_out = list[tuple[Sheet, SheetMapping]](), list[tuple[Sheet, SheetMapping]](), []
    for sheet in sheets:
        if sheet.hidden:
            left_out.append((sheet.name, reason("roster.sheet.hidden")))
            continue
        mapping = find_mapping(sheet, this_year, overrides.get(sheet.name), book)
        if mapping is None:
            left_out.append((sheet.name, reason("roster.sheet.no_header")))
        elif mapping.missing:
            partial.append((sheet, mapping))
        else:
            whole.append((sheet, mapping))
    if whole:
        left_out += [(sheet.name, reason("roster.sheet.incomplete")) for sheet, _mapping in partial]
        return whole, tuple(left_out), ()
    if partial:
        nearest = min(partial, key=lambda one: len(one[1].missing))
        return [nearest], tuple(left_out), tuple(missing_columns(nearest[1]))
    return [], tuple(left_out), (reason("roster.file.no_header"),)
