"""Open a workbook, hostile or not: `open_workbook(content, name)` gives plain sheets or refuses with a reason.

The parser runs in a process of its own with bounded memory, processor time and wall time, and no environment: whatever a file does
to it, this process only sees that it ended.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from app.core.errors import Invalid
from app.core.reasons import Reason, reason
from app.core.workbooks import worker
from app.core.workbooks.archive import check_archive, is_date1904
from app.core.workbooks.delimited import read_delimited
from app.core.workbooks.sheet import Cell, Merge, Sheet

MAX_BYTES = 20 * 1024 * 1024
WALL_SECONDS = 10
PARSER_FAILED = 1  # an exception nobody foresaw; signals and other ends are the limits' doing

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head", b"<body", b"<style")
_KINDS = {".xlsx": "xlsx", ".xls": "xls", ".csv": "csv"}
_WITH_MACROS = frozenset((".xlsm", ".xltm", ".xlam"))
_STREAMS_OF_OLE = {
    "EncryptedPackage": "core.file.encrypted",
    "_VBA_PROJECT": "core.file.macro",
    "WordDocument": "core.file.not_workbook",
}


def open_workbook(content: bytes, name: str, most_rows: int = worker.MAX_ROWS) -> list[Sheet]:
    """The sheets in their order, hidden ones marked. `Invalid` on `file` when it is not a workbook that can be read safely, or a sheet
    has more than `most_rows` rows."""
    if not content:
        raise refusal("core.file.empty")
    if len(content) > MAX_BYTES:
        raise refusal("core.file.too_large", most=MAX_BYTES // 1024 // 1024)
    kind = _kind(content, name)
    if kind == "csv":
        return [read_delimited(content, most_rows)]
    if kind == "xlsx":
        check_archive(content)
    else:
        _check_ole(content)
    return _parse(content, is_date1904(content) if kind == "xlsx" else False, most_rows)


def refusal(code: str, **args: Any) -> Invalid:
    """The refusal of the file as a whole."""
    return Invalid({"file": [reason(code, **args)]})


def refused_because(invalid: Invalid) -> Reason:
    """The reason inside a refusal of this module."""
    return invalid.errors["file"][0]


def _kind(content: bytes, name: str) -> str:
    """By name and by content, which have to agree."""
    extension = PurePosixPath(name.replace("\\", "/").lower()).suffix
    if extension in _WITH_MACROS:
        raise refusal("core.file.macro")
    if extension not in _KINDS:
        raise refusal("core.file.unknown_extension", extension=extension or "…")
    said, found = _KINDS[extension], _sniff(content)
    if found == "markup":
        raise refusal("core.file.web_page")
    if found == "xls" and said == "xlsx":
        _check_ole(content)
    if said != found:
        raise refusal("core.file.extension" if found != "csv" else "core.file.not_workbook", extension=extension)
    return said


def _sniff(content: bytes) -> str:
    if content.startswith(_ZIP):
        return "xlsx"
    if content.startswith(_OLE):
        return "xls"
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "markup" if start.startswith(_MARKUP) else "csv"


def _check_ole(content: bytes) -> None:
    """The old container's directory holds its stream names in UTF-16."""
    for stream, code in _STREAMS_OF_OLE.items():
        if stream.encode("utf-16-le") in content:
            raise refusal(code)


def _parse(content: bytes, date1904: bool, most_rows: int) -> list[Sheet]:
    try:
        done = subprocess.run(  # our own file under our own interpreter
            [sys.executable, "-I", str(Path(worker.__file__)), str(most_rows)],
            input=content,
            capture_output=True,
            timeout=WALL_SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refusal("core.file.too_heavy") from None
    if done.returncode == worker.REFUSED:
        raise _worker_refusal(json.loads(done.stdout))
    if done.returncode == PARSER_FAILED:
        raise refusal("core.file.damaged")
    if done.returncode != 0:
        raise refusal("core.file.too_heavy")
    return [_sheet(json.loads(line), date1904) for line in done.stdout.splitlines()]


def _worker_refusal(told: dict[str, Any]) -> Invalid:
    return refusal(f"core.file.{told.pop('refused')}", **told)


def _sheet(told: dict[str, Any], date1904: bool) -> Sheet:
    rows: list[list[Cell]] = [[_cell(cell) for cell in row] for row in told["rows"]]
    merges = tuple(Merge(*merge) for merge in told["merges"])
    return Sheet(told["name"], rows, merges, date1904, told["hidden"])


def _cell(told: Any) -> Cell:
    if isinstance(told, list):
        kind, value = told
        return date.fromisoformat(value) if kind == "d" else datetime.fromisoformat(value)
    plain: Cell = told
    return plain
