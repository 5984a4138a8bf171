"""Which lines below the header are people, and which are sums, signatures, notes, headings or nothing."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from app.core.workbooks.sheet import Cell, is_blank
from app.roster.rules.book import Book
from app.roster.rules.cells import CellError, says_nothing, text
from app.roster.rules.columns import Field
from app.roster.rules.header import MappedColumn, SheetMapping
from app.roster.rules.words import group_hint, known_words

_SUM = re.compile(
    r"[^\d:：]{0,10}(合计|小计|总计|共计|累计)(人数|数)?[:：]?(\d+人?)?$|总人数|人数合计|^共\d+人|total|sum$"
)
_NOTE = re.compile(
    r"(审核|审批|填表|制表|填报|复核|编制|经办|负责|联系|统计|主管|录入)(单位|部门|机构)?(人|员|日期|时间|单位|领导)?(签字|签名|盖章|电话)*[:：(]"
    r"|(分管|主要|主管)(领导|负责人)|单位(负责人|\(?盖章|公章)|\(?(盖章|公章|签章)\)?|(备注|注|说明|填表说明|填报说明)[:：\d一]"
    r"|第\d+页|共\d+页|以下(空白|无正文)|此表|本表|^[※*]+"
)
_EXAMPLE = re.compile(r"\(?(填写)?(示例|样例|范例|举例|例)\d?\)?[:：]?$|(例|如|例如|示例)[:：]")
_ID_LIKE = re.compile(r"\d{15}|\dE\+\d", re.IGNORECASE)
SAME_HEADERS = 3
NUMBERING = 4
LONGEST_HEAD = 12


class Line(StrEnum):
    PERSON = "person"
    BLANK = "blank"
    HEADER = "header"
    SUM = "sum"
    NOTE = "note"
    EXAMPLE = "example"


class LineReader:
    """Tells the lines of one sheet apart by its mapping."""

    def __init__(self, mapping: SheetMapping) -> None:
        self._headers = {column.index: _plain(column.header.rpartition("·")[2]) for column in mapping.columns}
        self._columns: dict[Field, MappedColumn] = {
            column.field: column for column in reversed(mapping.columns) if column.field and not column.quarter
        }
        self._book = mapping.book
        self._telling = [self._columns[field].index for field in self._book.telling if field in self._columns]

    def kind(self, row: list[Cell]) -> Line:
        filled = [(index, cell) for index, cell in enumerate(row) if not is_blank(cell)]
        if not filled:
            return Line.BLANK
        if _is_example(filled):
            return Line.EXAMPLE
        if self._has_id(row):
            return Line.PERSON
        return self._without_id(row, filled)

    def _without_id(self, row: list[Cell], filled: list[tuple[int, Cell]]) -> Line:
        words = [_plain(cell) for _index, cell in filled if isinstance(cell, str)]
        if any(_SUM.match(word) for word in words[:2]):
            return Line.SUM
        if self._repeats_header(filled) or _is_numbering(filled) or _are_heads(words, len(filled), self._book):
            return Line.HEADER
        if any(_NOTE.match(word) for word in words) or len(filled) == 1:
            return Line.NOTE
        return Line.PERSON if self._tells(row) else Line.BLANK

    def _has_id(self, row: list[Cell]) -> bool:
        column = self._columns.get(Field.PATIENT_ID)
        cell = row[column.index] if column and column.index < len(row) else None
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return abs(cell) >= 10**14
        return isinstance(cell, str) and _ID_LIKE.search(_plain(cell)) is not None

    def _tells(self, row: list[Cell]) -> bool:
        return any(index < len(row) and not says_nothing(row[index]) for index in self._telling)

    def _repeats_header(self, filled: list[tuple[int, Cell]]) -> bool:
        return sum(_plain(cell) == self._headers.get(index) for index, cell in filled) >= SAME_HEADERS


def _plain(cell: Cell) -> str:
    try:
        return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text(cell)))
    except CellError:
        return ""


def _is_numbering(filled: list[tuple[int, Cell]]) -> bool:
    """1, 2, 3, 4 … under the header: numbers of columns."""
    numbers = [_plain(cell).strip("()") for _index, cell in filled]
    return len(numbers) >= NUMBERING and numbers == [str(place) for place in range(1, len(numbers) + 1)]


def _are_heads(words: list[str], filled: int, book: Book) -> bool:
    """Group heads (患者基本信息, 第一监护人, …) that stand again above a repeated header."""
    heads = sum(
        len(word) <= LONGEST_HEAD and (group_hint(word, book) is not None or known_words([word], book) > 0)
        for word in words
    )
    return heads >= SAME_HEADERS and heads == filled


def _is_example(filled: list[tuple[int, Cell]]) -> bool:
    return any(_EXAMPLE.match(_plain(cell)) and len(_plain(cell)) <= 10 for _index, cell in filled[:2])
