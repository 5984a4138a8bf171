"""Look at a workbook's zip directory before anything is unpacked: the directory already tells a bomb."""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO

from app.core.errors import Invalid
from app.core.reasons import reason

MAX_ENTRIES = 1_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 300
RATIO_FROM = 10 * 1024 * 1024
LOOKED_AT = 4096

_WORKBOOK = "xl/workbook.xml"
_DATE1904 = re.compile(rb"date1904\s*=\s*[\"'](1|true|on)[\"']")
_MACRO_PARTS = ("xl/vbaproject.bin", "xl/macrosheets/", "xl/vbadata.xml")


def check_archive(content: bytes) -> None:
    """`Invalid` on `file` for anything but a plain workbook of bearable size: no macros, no other files, no definitions of entities."""
    archive = _open(content)
    entries = archive.infolist()
    _check_sizes(entries, len(content))
    names = [entry.filename.lower() for entry in entries]
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise _refusal("encrypted")
    if _WORKBOOK not in names:
        raise _refusal("not_workbook")
    if len(set(names)) != len(names):
        raise _refusal("damaged")
    _check_parts(archive, entries, names)


def is_date1904(content: bytes) -> bool:
    """Whether the workbook counts days from 1904 (old Macintosh)."""
    archive = _open(content)
    found = next(entry for entry in archive.infolist() if entry.filename.lower() == _WORKBOOK)
    return _DATE1904.search(_start(archive, found, 16 * LOOKED_AT)) is not None


def _open(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _refusal("damaged") from None


def _check_sizes(entries: list[zipfile.ZipInfo], length: int) -> None:
    """Too many or too large entries, and entries that share their bytes (they add up to more than the file)."""
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _refusal("bomb")
    if sum(entry.compress_size for entry in entries) > length:
        raise _refusal("bomb")
    if any(entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * entry.compress_size for entry in entries):
        raise _refusal("bomb")


def _check_parts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], names: list[str]) -> None:
    if any(name.startswith(_MACRO_PARTS) for name in names):
        raise _refusal("macro")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise _refusal("external")
    for entry, name in zip(entries, names, strict=True):
        if not name.endswith((".xml", ".rels")):
            continue
        start = _start(archive, entry, LOOKED_AT).replace(b"\0", b"").lower()
        if b"<!doctype" in start or b"<!entity" in start:
            raise _refusal("definitions")
        if name == "[content_types].xml" and b"macroenabled" in start:
            raise _refusal("macro")


def _start(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, length: int) -> bytes:
    try:
        with archive.open(entry) as part:
            return part.read(length)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        raise _refusal("damaged") from None


def _refusal(code: str) -> Invalid:
    return Invalid({"file": [reason(f"core.file.{code}")]})
