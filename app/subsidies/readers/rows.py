"""A bank's file as rows of text by what each column holds, whether the columns were found by titles or by a declared layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

from app.core.errors import Invalid
from app.core.money import Money
from app.core.reasons import Reason, reason
from app.core.workbooks.sheet import Cell
from app.core.workbooks.workbook import MAX_BYTES, open_workbook, refusal, refused_because
from app.subsidies.rules.returns import (
    ACCOUNT_WORDS,
    AMOUNT_WORDS,
    ID_NUMBER_WORDS,
    PAYEE_WORDS,
    RESULT_WORDS,
    SEQUENCE_WORDS,
    WHY_WORDS,
)
from reports.pay_layouts import LAYOUTS, Layout, PayColumn, Source

HEADER_WITHIN = 20  # rows in which the titles must stand
MOST_LISTED = 20

_ASIDE = re.compile(r"\s|[（(].*?[)）]")
_NUMBER = re.compile(r"[0-9]{1,9}(\.0)?")
_FILE_NUMBER = re.compile(r"AH[0-9]{6}-[0-9]{4}[A-Z][0-9]-[A-Z][0-9]{2,}")
_FEN = re.compile(r"[0-9]{1,15}")
_TITLES = {
    Source.SEQUENCE: SEQUENCE_WORDS,
    Source.PAYEE: PAYEE_WORDS,
    Source.ACCOUNT: ACCOUNT_WORDS,
    Source.ID_NUMBER: ID_NUMBER_WORDS,
    Source.AMOUNT: AMOUNT_WORDS,
    Source.RESULT: RESULT_WORDS,
    Source.WHY: WHY_WORDS,
}


@dataclass(frozen=True)
class BankRow:
    """One line with the row that it stands in; a column that the file does not have is missing. Amounts are yuan."""

    row: int
    values: dict[Source, str]


@dataclass(frozen=True)
class BankRows:
    rows: tuple[BankRow, ...]
    # the pay files that it names: the one that it answers, where it says so
    file_numbers: frozenset[str] = frozenset()


def refused(*wrong: Reason) -> Invalid:
    """The refusal of the whole file, naming its first errors."""
    return Invalid({"returns": list(wrong[:MOST_LISTED])})


def read_rows(content: bytes, name: str, wanted: Sequence[Source]) -> BankRows:
    """The file's lines. Raises `Invalid` on `returns` when it has not the wanted columns, or does not add up in itself."""
    layout = LAYOUTS["fixed"]
    candidates = _candidates(content, layout)
    if candidates:
        return _read_fixed(candidates, layout, is_reply=Source.RESULT in wanted)
    try:
        # a text file with separators is read like any other, whatever it is called
        sheets = open_workbook(content, re.sub(r"\.(txt|dat)$", ".csv", name, flags=re.IGNORECASE))
    except Invalid as not_read:
        raise refused(_in_the_banks_words(refused_because(not_read))) from None
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:HEADER_WITHIN]):
            columns = _columns(row)
            if not sheet.hidden and columns.keys() >= set(wanted):
                lines = _lines(sheet.rows[number + 1 :], columns, number + 2)
                return BankRows(tuple(lines), _file_numbers(sheet.rows, columns.get(Source.WHY)))
    raise refused(reason("subsidies.returns.no_header"))


def _in_the_banks_words(why: Reason) -> Reason:
    """A bank's file may be text as well: somebody with the wrong file is not sent away to make a workbook of it."""
    return reason("subsidies.returns.ending", **why.args) if why.code == "core.file.unknown_extension" else why


def _columns(row: Sequence[Cell]) -> dict[Source, int]:
    titles = [_ASIDE.sub("", _text(row, index)) for index in range(len(row))]
    found: dict[Source, int] = {}
    for source, words in _TITLES.items():
        place = next((index for index, title in enumerate(titles) if title in words), None)
        if place is not None:
            found[source] = place
    return found


def _lines(rows: Sequence[Sequence[Cell]], columns: dict[Source, int], first: int) -> list[BankRow]:
    """Every row with a running number; titles, sums and signatures have none."""
    return [
        BankRow(number, {source: _text(row, place) for source, place in columns.items()})
        for number, row in enumerate(rows, start=first)
        if _NUMBER.fullmatch(_text(row, columns[Source.SEQUENCE]))
    ]


def _file_numbers(rows: Sequence[Sequence[Cell]], why: int | None) -> frozenset[str]:
    """Every pay file's number in the sheet, in a column of its own, in the title or under the lines; what a bank's reason names is no file."""
    texts = (cell for row in rows for at, cell in enumerate(row) if at != why and isinstance(cell, str))
    return frozenset(found for text in texts for found in _FILE_NUMBER.findall(normalize("NFKC", text).upper()))


def _text(row: Sequence[Cell], index: int) -> str:
    cell = row[index] if index < len(row) else None
    return "" if cell is None else str(cell).strip()


# -- records of fixed width --------------------------------------------------------------------------------------------


def _candidates(content: bytes, layout: Layout) -> list[list[bytes]]:
    """The file's records in the layout's own encoding, by each encoding that the bank may have sent; none where it is no such file."""
    if len(content) > MAX_BYTES:
        raise refused(refused_because(refusal("core.file.too_large", most=MAX_BYTES // 1024 // 1024)))
    begins = f"{layout.head[0].literal}AH".encode()
    if not content.removeprefix(b"\xef\xbb\xbf").startswith(begins):
        return []
    found: list[list[bytes]] = []
    for encoding in (layout.encoding, "utf-8-sig"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        lines = text.removesuffix("\n").replace("\r", "").split("\n")
        found.append([line.encode(layout.encoding) for line in lines])
    if not found:
        raise refused(reason("core.file.encoding"))
    return found


def _read_fixed(candidates: list[list[bytes]], layout: Layout, *, is_reply: bool) -> BankRows:
    """By the first encoding in which every record is whole: text of one, read as another, has other widths."""
    errors: list[Invalid] = []
    for records in candidates:
        try:
            return _fixed(records, layout, is_reply=is_reply)
        except Invalid as not_so:
            errors.append(not_so)
    raise errors[0]


def _fixed(records: list[bytes], layout: Layout, *, is_reply: bool) -> BankRows:
    """Head, lines and trailer, each whole; count and sum of head and trailer are those of the lines."""
    columns = (*layout.columns, *layout.reply) if is_reply else layout.columns
    head = _split(records[0], layout.head)
    trailer = _split(records[-1], layout.trailer) if len(records) > 1 else None
    if head is None or trailer is None:
        raise refused(reason("subsidies.returns.no_trailer"))
    rows: list[BankRow] = []
    wrong: list[Reason] = []
    for number, record in enumerate(records[1:-1], start=2):
        values = _split(record, columns)
        if values is None or not _FEN.fullmatch(values[Source.AMOUNT]) or not _FEN.fullmatch(values[Source.SEQUENCE]):
            wrong.append(reason("subsidies.returns.record", row=number))
        else:
            rows.append(BankRow(number, values))
    if wrong:
        raise refused(*wrong)
    sums = (str(len(rows)), str(sum(int(row.values[Source.AMOUNT]) for row in rows)))
    if any(_sums(said) != sums for said in (head, trailer)):
        raise refused(reason("subsidies.returns.totals"))
    for row in rows:
        row.values[Source.AMOUNT] = Money(int(row.values[Source.AMOUNT])).yuan
    return BankRows(tuple(rows), frozenset({head[Source.FILE_NUMBER]}))


def _sums(said: dict[Source, str]) -> tuple[str, str]:
    return said[Source.COUNT].lstrip("0"), said[Source.TOTAL].lstrip("0")


def _split(record: bytes, columns: tuple[PayColumn, ...]) -> dict[Source, str] | None:
    """The fields of one record, blanks at the end left off; None for another kind of record or another width."""
    width = sum(column.width for column in columns)
    if not record.startswith(columns[0].literal.encode()) or len(record.rstrip(b" ")) > width:
        return None
    padded, at = record.ljust(width), 0
    if len(padded) != width:
        return None
    values: dict[Source, str] = {}
    for column in columns:
        part, at = padded[at : at + column.width], at + column.width
        try:
            values[column.source] = part.decode("gb18030").rstrip(" ")
        except UnicodeDecodeError:
            return None
    return values
