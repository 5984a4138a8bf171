"""Invented rosters: rows of good values, and workbooks of any shape made from them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl

from app.core.identity import check_digit
from app.roster.rules.places import AreaIndex, AreaNode

DATA = Path(__file__).resolve().parent.parent / "data"
TODAY = date(2026, 11, 21)


def areas() -> AreaIndex:
    """The invented county's tree."""
    with (DATA / "areas_anhe.csv").open(encoding="utf-8-sig", newline="") as file:
        return AreaIndex(AreaNode(line["区划代码"], line["名称"]) for line in csv.DictReader(file))


def id_number(born: str, sequence: int) -> str:
    """A valid number of the invented county; an odd sequence is a man's."""
    first_17 = f"349921{born}{sequence:03d}"
    return first_17 + check_digit(first_17)


def card_number(place: int) -> str:
    """A 19-digit card that passes Luhn."""
    body = f"621700{place:012d}"
    total = sum(
        (value := int(digit) * (2 if at % 2 == 0 else 1)) - (9 if value > 9 else 0)
        for at, digit in enumerate(reversed(body))
    )
    return f"{body}{-total % 10}"


def person(place: int, **changes: Any) -> dict[str, Any]:
    """One good row, keyed by plain words; each `place` is somebody else."""
    row = {
        "name": f"王{'甲乙丙丁戊己庚辛壬癸'[place % 10]}{'子丑寅卯辰巳午未申酉'[place // 10 % 10]}",
        "sex": "男",
        "id": id_number("19700301", 2 * (place % 400) + 1),
        "birth": date(1970, 3, 1),
        "ethnic": "汉族",
        "town": "城关镇",
        "village": "东村",
        "address": f"{place}号",
        "phone": f"138{place:08d}",
        "diagnosis": "精神分裂症",
        "icd": "F20.0",
        "onset": "1995年",
        "found": "1996-05-04",
        "hospital": "示例市第四人民医院",
        "level": 2,
        "managed": "是",
        "consent": "2020-01-02",
        "g1": f"李{'甲乙丙丁戊己庚辛壬癸'[place % 10]}",
        "relation": "配偶",
        "g1_id": id_number("19720512", 2 * (place % 400) + 2),
        "g1_phone": f"139{place:08d}",
        "bank": "农业银行",
        "account": card_number(place),
        "g2": f"赵{'甲乙丙丁戊己庚辛壬癸'[place % 10]}",
        "post": "村委会主任",
        "g2_phone": f"137{place:08d}",
        "number": f"AHJH-2026-{place:04d}",
        "from": date(2026, 1, 1),
        "to": date(2026, 12, 31),
    }
    return row | changes


def people(count: int = 3, **changes: Any) -> list[dict[str, Any]]:
    return [person(place, **changes) for place in range(1, count + 1)]


def table(
    headers: Sequence[Sequence[Any]], keys: Sequence[str | None], rows: Sequence[dict[str, Any]]
) -> list[list[Any]]:
    """Header rows, then the rows' values in the order of `keys` (None: an empty column)."""
    return [list(line) for line in headers] + [[row.get(key) if key else None for key in keys] for row in rows]


def workbook(sheets: dict[str, list[list[Any]]], shape: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """An .xlsx of these sheets; `shape` may merge, hide and format."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([as_datetime(cell) for cell in row])
    if shape:
        shape(book)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def as_datetime(cell: Any) -> Any:
    return datetime.combine(cell, time.min) if type(cell) is date else cell


FLAT_HEADERS = {
    "name": "患者姓名",
    "sex": "性别",
    "id": "身份证号",
    "birth": "出生日期",
    "town": "乡镇",
    "village": "村",
    "diagnosis": "诊断",
    "level": "危险等级",
    "managed": "是否在管",
    "consent": "知情同意日期",
    "g1": "监护人1姓名",
    "relation": "与患者关系",
    "g1_id": "监护人1身份证号",
    "g1_phone": "监护人1电话",
    "bank": "开户行",
    "account": "银行卡号",
    "g2": "监护人2姓名",
    "post": "监护人2单位职务",
    "g2_phone": "监护人2电话",
    "number": "协议编号",
    "from": "协议起始日期",
    "to": "协议终止日期",
}


def flat(rows: Sequence[dict[str, Any]], extra: dict[str, str] | None = None) -> list[list[Any]]:
    """One header row with whole names; `extra` adds columns."""
    headers = FLAT_HEADERS | (extra or {})
    return table([list(headers.values())], list(headers), rows)
