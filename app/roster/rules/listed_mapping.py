"""How somebody mapped the columns of an office's list, found again when the next list comes under the same header.

A header is known by the hash of its words and columns by their letters, so that nothing that a list says is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from app.core.workbooks.sheet import Cell, Sheet
from app.roster.rules.book import Book
from app.roster.rules.columns import Field
from app.roster.rules.header import SEARCHED_ROWS, Override, SheetMapping
from app.roster.rules.listed_columns import LISTED
from app.roster.rules.words import header_text


def mapping_to_remember(
    sheets: Sequence[Sheet], mappings: Sequence[SheetMapping], overrides: Mapping[str, Override]
) -> dict[str, dict[str, str]]:
    """Hash of the header row → column letter → field (empty: not read), of the sheets that a person has mapped."""
    by_name = {sheet.name: sheet for sheet in sheets}
    return {
        _digest(by_name[one.sheet].rows[one.header_row - 1]): {
            letter: field.value if field else "" for letter, field in overrides[one.sheet].columns.items()
        }
        for one in mappings
        if one.sheet in overrides
    }


def remembered(sheets: Sequence[Sheet], stored: Mapping[str, Any], book: Book = LISTED) -> dict[str, Override]:
    """Sheet name → the mapping that a person chose for the same header before."""
    found = {}
    for sheet in sheets if stored else ():
        for number, row in enumerate(sheet.rows[:SEARCHED_ROWS], 1):
            if columns := stored.get(_digest(row)):
                known = {letter: name for letter, name in columns.items() if not name or name in book.fields}
                found[sheet.name] = Override({at: Field(name) if name else None for at, name in known.items()}, number)
                break
    return found


def _digest(row: Sequence[Cell]) -> str:
    return hashlib.sha256("\0".join(map(header_text, row)).encode()).hexdigest()[:32]
