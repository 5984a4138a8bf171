"""The columns that other offices are asked for before a run: who, and when; nothing that the money does not need."""

from __future__ import annotations

from app.subsidies.rules.checks import ListKind

_WHO = ("姓名", "身份证号", "出生日期")

LIST_TITLES: dict[ListKind, str] = {
    ListKind.DEREGISTERED: "户口注销人员名单",
    ListKind.FUNERAL: "殡葬火化人员名单",
    ListKind.IN_HOSPITAL: "医保住院结算人员名单",
    ListKind.IN_CUSTODY: "羁押服刑人员名单",
    ListKind.MOVED_OUT: "户口迁出人员名单",
}

LIST_TEMPLATES: dict[ListKind, tuple[str, ...]] = {
    ListKind.DEREGISTERED: (*_WHO, "死亡日期", "注销日期"),
    ListKind.FUNERAL: (*_WHO, "死亡日期", "火化日期"),
    ListKind.IN_HOSPITAL: (*_WHO, "入院日期", "出院日期"),
    ListKind.IN_CUSTODY: (*_WHO, "羁押起始日期", "羁押结束日期"),
    ListKind.MOVED_OUT: (*_WHO, "迁出日期"),
}

LIST_NOTES = (
    "1. 身份证号以文本格式填写；本表的这一列已设为文本。",
    "2. 日期写成 2026-01-31；仍在院、仍在押的，结束日期留空。",
    "3. 请不要填写诊断、死因、罪名、费用等其他内容。",
    "4. 载入时只与本县领取补贴的家庭核对，其余的人不保存。",
)
