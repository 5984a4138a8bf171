"""Registers as the national system exports them and as offices hand them on: a row a patient, headings and days in every style."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openpyxl

# by plain words: what the system's own export calls its columns
HEADERS = {
    "no": "序号",
    "record": "编号",
    "name": "姓名",
    "sex": "性别",
    "id": "身份证号",
    "birth": "出生日期",
    "address": "现住址",
    "agency": "管理机构",
    "diagnosis": "诊断",
    "level": "危险性等级",
    "state": "状态",
    "registered": "登记日期",
    "died": "死亡日期",
    "visited": "末次随访日期",
    "guardian": "监护人姓名",
}
# what an office makes of them
ODD_HEADERS = HEADERS | {
    "record": "健康档案编号",
    "name": "患者 姓名",
    "id": "公民身份号码（18位）",
    "birth": "出生年月日",
    "address": "现居住地址",
    "agency": "基层医疗卫生机构",
    "diagnosis": "疾病名称",
    "level": "危险性评估（0-5级）",
    "state": "患者状态",
    "visited": "最近一次随访时间",
}

Shape = Callable[[Any], None]


def register_export(
    rows: Sequence[Mapping[str, Any]],
    headers: Mapping[str, str] = HEADERS,
    above: Sequence[Sequence[Any]] = (),
    sheets: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    shape: Shape | None = None,
) -> bytes:
    """The workbook's bytes. `above` stands before the header; `sheets` are further ones of the same shape."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "患者信息"
    for sheet, people in ((first, rows), *((book.create_sheet(name), some) for name, some in (sheets or {}).items())):
        for line in above:
            sheet.append(list(line))
        sheet.append(list(headers.values()))
        for number, row in enumerate(people, 1):
            sheet.append([row.get(name, number if name == "no" else None) for name in headers])
    if shape:
        shape(first)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
