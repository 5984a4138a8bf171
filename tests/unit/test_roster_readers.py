"""Files that are no rosters, or that mean harm, are refused cheaply and in words."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from app.core import texts  # noqa: F401  # registers the sentences
from app.core.errors import Invalid
from app.core.reasons import say
from app.core.workbooks import worker
from app.core.workbooks.archive import MAX_ENTRIES
from app.core.workbooks.workbook import MAX_BYTES, open_workbook, refused_because
from tests.rig.rosters import flat, people, workbook

MIDNIGHT = datetime.combine(date(2020, 1, 2), time.min)
MORNING = datetime.combine(date(2020, 1, 2), time(10, 30))
GOOD = workbook({"a": flat(people(2))})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)


def refusal(content: bytes, name: str = "roster.xlsx") -> str:
    with pytest.raises(Invalid) as refused:
        open_workbook(content, name)
    why = refused_because(refused.value)
    assert why.code not in say(why)
    return why.code.removeprefix("core.file.")


def repacked(change: Callable[[dict[str, bytes]], None], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The good workbook with its parts changed."""
    with zipfile.ZipFile(BytesIO(GOOD)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    file = BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_a_plain_workbook_opens() -> None:
    sheets = open_workbook(GOOD, "名单.XLSX")
    assert [(sheet.name, len(sheet.rows), sheet.hidden) for sheet in sheets] == [("a", 3, False)]


def test_values_keep_their_kinds() -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"date_1904": True}) as book:
        sheet = book.add_worksheet("kinds")
        sheet.write_datetime(1, 1, MIDNIGHT, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_datetime(1, 2, MORNING, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
        sheet.write_boolean(1, 3, True)
        sheet.write_number(1, 4, 12.5)
        sheet.write_string(1, 5, "文本")
        sheet.merge_range(2, 1, 2, 3, "合并")
        book.add_worksheet("hidden").hide()
    first, second = open_workbook(file.getvalue(), "a.xlsx")
    assert first.rows[0] == [None] * 6
    assert first.rows[1] == [None, date(2020, 1, 2), MORNING, True, 12.5, "文本"]
    assert first.date1904
    assert [(m.top, m.left, m.bottom, m.right) for m in first.merges] == [(2, 1, 2, 3)]
    assert second.hidden


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "empty"),
        (b"x" * (MAX_BYTES + 1), "a.xlsx", "too_large"),
        (b"hello, world", "a.xlsx", "not_workbook"),
        (GOOD, "a.xls", "extension"),
        (GOOD, "a.csv", "extension"),
        (GOOD, "a.pdf", "unknown_extension"),
        (GOOD, "a", "unknown_extension"),
        (GOOD, "a.xlsm", "macro"),
        (GOOD[: len(GOOD) // 2], "a.xlsx", "damaged"),
        (b"PK\x03\x04" + bytes(100), "a.xlsx", "damaged"),
        (b"<html><table><tr><td>1</td></tr></table>", "a.xls", "web_page"),
        (b'<?xml version="1.0"?><Workbook/>', "a.xls", "web_page"),
        (OLE, "a.xls", "damaged"),
        (OLE, "a.xlsx", "extension"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "encrypted"),
        (OLE + "_VBA_PROJECT".encode("utf-16-le"), "a.xls", "macro"),
        (OLE + "WordDocument".encode("utf-16-le"), "a.xls", "not_workbook"),
        (b"\x81\x00\xff\xfe" * 50, "a.csv", "encoding"),
        (b"a,b\0,c", "a.csv", "not_workbook"),
        (b'"' + b"a" * 200_000, "a.csv", "damaged"),
        ("\n".join(["a,b"] * (worker.MAX_ROWS + 1)).encode(), "a.csv", "too_many_rows"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)  # fmt: skip
def test_what_is_not_a_workbook_is_refused_in_words(content: bytes, name: str, code: str) -> None:
    assert refusal(content, name) == code


def test_a_bomb_is_refused_by_its_directory_alone() -> None:
    assert refusal(repacked(lambda parts: parts.update({"xl/media/x.bin": bytes(201 * 1024 * 1024)}))) == "bomb"
    assert refusal(repacked(lambda parts: parts.update({"xl/media/x.bin": bytes(30 * 1024 * 1024)}))) == "bomb"
    many = {f"xl/media/{at}.bin": b"" for at in range(MAX_ENTRIES)}
    assert refusal(repacked(lambda parts: parts.update(many))) == "bomb"


def test_entries_that_share_their_bytes_are_a_bomb() -> None:
    """A directory that points at one entry many times says more compressed bytes than the file has."""
    content = repacked(lambda parts: parts.update({"xl/media/x.bin": os.urandom(20_000)}), zipfile.ZIP_STORED)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        start = archive.start_dir
    directory = content[start:]
    entries = directory[: directory.rindex(b"PK\x05\x06")]
    end = bytearray(directory[len(entries) :])
    count = int.from_bytes(end[8:10], "little")
    end[8:10] = end[10:12] = (count * 3).to_bytes(2, "little")
    end[12:16] = (len(entries) * 3).to_bytes(4, "little")
    assert refusal(content[:start] + entries * 3 + bytes(end)) == "bomb"


@pytest.mark.parametrize(
    ("part", "content", "code"),
    [
        ("xl/vbaProject.bin", b"x", "macro"),
        ("xl/macrosheets/sheet1.xml", b"<x/>", "macro"),
        ("xl/externalLinks/externalLink1.xml", b"<x/>", "external"),
        (
            "xl/worksheets/sheet1.xml",
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
            "definitions",
        ),
        (
            "xl/sharedStrings.xml",
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>'.encode("utf-16"),
            "definitions",
        ),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c", "damaged"),
    ],
)
def test_parts_that_have_no_business_in_a_roster_are_refused(part: str, content: bytes, code: str) -> None:
    assert refusal(repacked(lambda parts: parts.update({part: content}))) == code


def test_a_workbook_that_says_macros_in_its_types_is_refused() -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
            b"openxmlformats-officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
        )

    assert refusal(repacked(change)) == "macro"


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    assert refusal(file.getvalue()) == "not_workbook"


def test_a_stray_cell_in_the_last_row_is_refused_not_swallowed() -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 40, "x")
    assert refusal(file.getvalue()) == "too_heavy"


def test_more_rows_than_a_roster_has_are_refused_with_their_number() -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("多")
    for _row in range(worker.MAX_ROWS + 1):
        sheet.append(["x"])
    file = BytesIO()
    book.save(file)
    assert refusal(file.getvalue()) == "too_many_rows"


def test_formulas_count_as_their_stored_values_and_are_never_run() -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_formula(0, 0, "=1+1", None, 2)
        sheet.write_formula(0, 1, '=WEBSERVICE("http://127.0.0.1/")', None, "")
        sheet.write_string(0, 2, "=cmd|' /C calc'!A1")
    assert open_workbook(file.getvalue(), "a.xlsx")[0].rows == [[2.0, None, "=cmd|' /C calc'!A1"]]


def test_the_parser_is_bounded_before_it_reads_a_byte() -> None:
    code = (
        "import resource, runpy, sys, io\n"
        "sys.stdin = io.TextIOWrapper(io.BytesIO(b''))\n"
        "try: runpy.run_path(sys.argv[1], run_name='__main__')\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(repr((resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0])))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(worker.__file__))], capture_output=True, text=True, check=True
    )
    assert done.stderr == repr((worker.MAX_MEMORY, worker.MAX_CPU_SECONDS))
    assert worker.MAX_MEMORY <= 300 * 1024 * 1024
