"""Workbooks as the national system exports them and as offices hand them on: titles above, odd headings, days in every style."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import openpyxl

from tests.rig.rosters import id_number, workbook

# by plain words: what the system's own export calls its columns
HEADERS = {
    "no": "序号",
    "record": "编号",
    "name": "姓名",
    "id": "身份证号",
    "birth": "出生日期",
    "town": "管理机构",
    "day": "本次随访日期",
    "form": "本次随访形式",
    "objects": "本次随访对象",
    "level": "危险性评估(0-5级)",
    "symptoms": "目前症状",
    "insight": "自知力",
    "sleep": "睡眠情况",
    "diet": "饮食情况",
    "self_care": "个人生活料理",
    "housework": "家务劳动",
    "work": "生产劳动及工作",
    "learning": "学习能力",
    "social": "社会人际交往",
    "behaviours": "危险行为",
    "locked": "两次随访期间关锁情况",
    "hospital": "两次随访期间住院情况",
    "lab": "实验室检查",
    "adherence": "用药依从性",
    "adverse": "药物不良反应",
    "effect": "治疗效果",
    "referral": "是否转诊",
    "medicines": "用药情况",
    "rehab": "康复措施",
    "class": "本次随访分类",
    "next": "下次随访日期",
    "doctor": "随访医生签名",
}

# what an office makes of them
ODD_HEADERS = HEADERS | {
    "record": "健康档案编号",
    "name": "患者姓名",
    "id": "公民身份号码",
    "day": "随访时间",
    "form": "随访方式",
    "level": "危险性等级",
    "insight": "自 知 力",
    "adherence": "服药依从性",
    "class": "随访评价",
    "next": "下次随访时间",
    "doctor": "随访医师",
    "medicines": "药物名称及用法用量",
}


def visit(place: int = 1, day: Any = date(2026, 8, 3), **changes: Any) -> dict[str, Any]:
    """One good row about the patient `person(place)` of the rosters; a home visit at which all is well."""
    row = {
        "no": place,
        "record": None,
        "name": f"王{'甲乙丙丁戊己庚辛壬癸'[place % 10]}{'子丑寅卯辰巳午未申酉'[place // 10 % 10]}",
        "id": id_number("19700301", 2 * (place % 400) + 1),
        "birth": date(1970, 3, 1),
        "town": "城关镇卫生院",
        "day": day,
        "form": "2 家庭访视",
        "objects": "1,2",
        "level": "0级",
        "symptoms": "12 其他(无)",
        "insight": "1 自知力完全",
        "sleep": 1,
        "diet": "1",
        "self_care": 1,
        "housework": 1,
        "work": "9",
        "learning": 2,
        "social": "1.0",
        "behaviours": "7 无",
        "locked": "1 无关锁",
        "hospital": "0",
        "lab": "1 无",
        "adherence": "1 按医嘱规律用药",
        "adverse": "1 无",
        "effect": "2 好转",
        "referral": "1",
        "medicines": "利培酮片 早1mg 晚2.5mg",
        "rehab": "1 生活劳动能力；4 社会交往",
        "class": "3 稳定",
        "next": date(2026, 11, 3),
        "doctor": "周医生",
    }
    return row | changes


def exported(
    rows: Sequence[dict[str, Any]],
    headers: dict[str, str] | None = None,
    title: Sequence[Sequence[Any]] = (
        ("严重精神障碍患者随访服务记录",),
        ("导出时间：2026-11-20", None, "导出机构：安和县"),
    ),
    sheet: str = "随访记录",
    shape: Callable[[openpyxl.Workbook], None] | None = None,
) -> bytes:
    """An .xlsx with the title rows on top; columns without a value in any row are left out."""
    named = headers or HEADERS
    keys = [key for key in named if any(row.get(key) is not None for row in rows)]
    lines: list[list[Any]] = [list(line) for line in title]
    lines.append([named[key] for key in keys])
    lines += [[row.get(key) for key in keys] for row in rows]
    return workbook({sheet: lines}, shape or (_merge_title if title else None))


def _merge_title(book: openpyxl.Workbook) -> None:
    book.worksheets[0].merge_cells("A1:F1")
