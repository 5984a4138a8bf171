"""Reading an area file: CSV in the encodings that offices save, its header found by words, every error by row and column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from app.areas.rules import AreaLevel, is_area_code, level_of
from app.core.errors import Invalid
from app.core.identity import FULL_WIDTH
from app.core.reasons import Reason, reason

ENCODINGS = ("utf-8-sig", "gb18030")
LONGEST_NAME = 60
HEADERS = {
    "code": ("区划代码", "统计用区划代码", "代码", "code"),
    "name": ("名称", "区划名称", "单位名称", "name"),
    "level": ("级别", "层级", "level"),
}
LEVEL_WORDS = {
    AreaLevel.PROVINCE: {"省", "省级", "自治区", "直辖市", "province"},
    AreaLevel.CITY: {"市", "市级", "地区", "州", "盟", "地级", "city"},
    AreaLevel.COUNTY: {"县", "县级", "区", "旗", "县级市", "区县", "county"},
    AreaLevel.TOWN: {"乡", "镇", "乡级", "乡镇", "街道", "town"},
    AreaLevel.VILLAGE: {"村", "村级", "社区", "居委会", "村委会", "village"},
}


@dataclass(frozen=True)
class AreaRow:
    """One place as the file has it; `number` counts the file's lines from 1."""

    number: int
    code: str
    name: str

    @property
    def level(self) -> AreaLevel:
        return level_of(self.code)


@dataclass(frozen=True)
class RowError:
    """What is wrong with one cell."""

    row: int
    column: str
    why: Reason


def read_areas(content: bytes) -> tuple[list[AreaRow], list[RowError], int]:
    """Good rows, errors, and how many rows there were. Raises `Invalid` for a file that is no such table."""
    lines = csv.reader(StringIO(_decoded(content)), delimiter=_delimiter(content))
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if any(cell.strip() for cell in line)]
    if not numbered:
        raise Invalid({"": [reason("areas.file.empty")]})
    header, *body = numbered
    columns = _columns(header[1])
    good: list[AreaRow] = []
    errors: list[RowError] = []
    seen: dict[str, int] = {}
    for number, line in body:
        row, found = _row(number, line, columns, header[1], seen)
        errors.extend(found)
        if not found:
            good.append(row)
    return good, errors, len(body)


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid({"": [reason("areas.file.encoding")]})


def _delimiter(content: bytes) -> str:
    first = content.split(b"\n", 1)[0]
    return max((",", "\t", ";"), key=lambda sign: first.count(sign.encode()))


def _columns(header: Sequence[str]) -> dict[str, int]:
    words = [cell.strip().lower() for cell in header]
    columns = {name: words.index(word) for name, known in HEADERS.items() for word in known if word in words}
    if not {"code", "name"} <= columns.keys():
        raise Invalid({"": [reason("areas.file.header")]})
    return columns


def _row(
    number: int, line: Sequence[str], columns: dict[str, int], header: Sequence[str], seen: dict[str, int]
) -> tuple[AreaRow, list[RowError]]:
    def cell(name: str) -> str:
        at = columns.get(name, len(line))
        return line[at].translate(FULL_WIDTH).strip() if at < len(line) else ""

    row = AreaRow(number, cell("code"), cell("name"))
    errors = [
        RowError(number, header[columns[column]].strip(), why) for column, why in _complaints(row, cell("level"), seen)
    ]
    seen.setdefault(row.code, number)
    return row, errors


def _complaints(row: AreaRow, level_word: str, seen: dict[str, int]) -> Iterator[tuple[str, Reason]]:
    if not is_area_code(row.code):
        yield "code", reason("areas.code.shape", area=row.code[:20])
        return
    if row.code in seen:
        yield "code", reason("areas.code.twice", row=seen[row.code])
    if not row.name:
        yield "name", reason("areas.name.empty")
    elif len(row.name) > LONGEST_NAME:
        yield "name", reason("areas.name.long", most=LONGEST_NAME)
    said = {level for level, words in LEVEL_WORDS.items() if level_word.lower() in words}
    if said and row.level not in said:
        yield "level", reason("areas.level.differs", level=level_word)
