"""Text files: comma, tab or semicolon, in UTF-8, UTF-16 with a mark, or GB18030 as Chinese Excel saves them."""

from __future__ import annotations

import csv
import io

from app.core.errors import Invalid
from app.core.reasons import reason
from app.core.workbooks.sheet import Cell, Sheet
from app.core.workbooks.worker import MAX_COLUMNS, MAX_ROWS

SHEET_NAME = "CSV"
_DELIMITERS = ",\t;"


def read_delimited(content: bytes, most_rows: int = MAX_ROWS) -> Sheet:
    """One sheet of text cells. `Invalid` on `file` when it is not text, or has too many rows."""
    text = _decoded(content)
    if "\0" in text:
        raise _refusal("core.file.not_workbook")
    start = text[:10_000]
    delimiter = max(_DELIMITERS, key=start.count)
    rows: list[list[Cell]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([cell if cell.strip() else None for cell in line[:MAX_COLUMNS]])
            if len(rows) > most_rows:
                raise _refusal("core.file.too_many_rows", sheet=SHEET_NAME, rows=len(rows), most=most_rows)
    except csv.Error:
        raise _refusal("core.file.damaged") from None
    return Sheet(SHEET_NAME, rows)


def _decoded(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ("utf-16",) if marked else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refusal("core.file.encoding")


def _refusal(code: str, **args: object) -> Invalid:
    return Invalid({"file": [reason(code, **args)]})
