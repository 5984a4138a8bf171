"""The list of what the national system is to correct, as a workbook for whoever enters it there. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.clock import business_day
from app.roster.models import NationalComparison
from reports.table_xlsx import Column, Kind, Line, Sheet, render_workbook
from reports.wording import chinese_date

CORRECTIONS_NAME = "需在国家系统更正的名单.xlsx"
_TITLE = "需在国家系统更正的名单"
_COLUMNS = (
    Column("序号", 6, Kind.COUNT), Column("姓名", 12), Column("编号", 20), Column("居住地", 24), Column("导出表行号", 12, Kind.COUNT),
    Column("问题", 24), Column("项目", 14), Column("国家系统", 28), Column("应为", 28), Column("更正结果", 16),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Correction:
    """One item of one finding; a finding of several items has several."""

    name: str
    record_number: str
    place: str
    row: int | None
    problem: str
    item: str
    theirs: str
    ours: str


def corrections_workbook(
    county: str, comparison: NationalComparison, lines: Sequence[Correction], by: str, now: datetime
) -> bytes:
    """A row an item, so that each can be ticked off; days and numbers as they stand on the page."""
    sheet = Sheet(
        "需更正",
        _COLUMNS,
        [
            Line(
                (at, one.name, one.record_number, one.place, one.row, one.problem, one.item, one.theirs, one.ours, None)
            )
            for at, one in enumerate(lines, 1)
        ],
        heading=f"{county}{_TITLE}",
        notes=(
            f"导出日期 {chinese_date(comparison.as_of)} · 比对日期 {chinese_date(business_day(comparison.compared_at))} · 共 {len(lines)} 项",
            "“应为”是本系统现在的登记；证件号码只显示首尾，请以证件为准。",
        ),
        closing=(f"制表人：{by}　　制表日期：{chinese_date(business_day(now))}",),
        footer="内部资料 注意保密",
        landscape=True,
        wrap=True,
    )
    return render_workbook([sheet], title=_TITLE, author="", created_at=now)


def one_side(*, has_theirs: bool, has_ours: bool) -> tuple[str, str, str]:
    """The item and both sides of somebody whom only one of the two has."""
    return "是否登记", _has(has_theirs), _has(has_ours)


def _has(is_there: bool) -> str:
    return "有" if is_there else "没有"
