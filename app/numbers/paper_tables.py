"""Sections of the report that are counts by place: what is overdue, loops, reassessments, subsidy and insurance, incidents, data quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from app.core.rates import rate
from app.numbers.queries.totals import Counts
from app.numbers.rules import indicators as I  # noqa: N812  # the figures by name, as the tables list them
from app.numbers.rules.membership import Figure
from reports.compliance import NOTHING, CountTable, TableLine


class _Share(NamedTuple):
    numerator: Figure
    denominator: Figure


class _Section(NamedTuple):
    title: str
    columns: tuple[tuple[str, Figure | _Share], ...]
    note: str = ""
    chapter: bool = True


_SECTIONS: Final = (
    _Section(
        "逾期与失管",
        (
            ("在册", I.REGISTERED),
            ("随访逾期", I.OVERDUE),
            ("逾期占比（%）", _Share(I.OVERDUE, I.REGISTERED)),
            ("已随访待确认", I.OVERDUE_WAITING),
            ("失访", I.LOST),
            ("不同意管理", I.REFUSED),
            ("危险性 3 级及以上", I.HIGH_LEVEL),
        ),
        "随访逾期为截止日已过应随访日期仍未随访的在册患者，不同意管理、失访及截止日住院、羁押的不计；村医已随访、"
        "只等卫生院确认的另列，不计逾期。危险性按截止日前最近一次评估。",
    ),
    _Section(
        "出院衔接（一历五单）",
        (
            ("出院衔接", I.DISCHARGES),
            ("按时发单", I.FORMS_IN_TIME),
            ("按时签收", I.RECEIVED_IN_TIME),
            ("按时首访", I.VISITED_IN_TIME),
            ("应办结", I.LOOPS),
            ("按时办结", I.LOOPS_IN_TIME),
            ("及时率（%）", _Share(I.LOOPS_IN_TIME, I.LOOPS)),
        ),
        "应办结的，为截止日前已到办结期限的出院衔接。",
    ),
    _Section(
        "季度评估与新登记",
        (
            ("应做评估", I.REASSESSMENTS),
            ("已做评估", I.REASSESSED),
            ("完成率（%）", _Share(I.REASSESSED, I.REASSESSMENTS)),
            ("期内新登记", I.NEWLY_REGISTERED),
            ("期内死亡", I.DIED),
        ),
        "应做评估为统计区间内已到期的季度评估，以人计；本季度的评估到季末才到期，在此之前不计。期内新登记为区间内开始在册、截止日仍在册的；期内死亡按死亡日期计。",
    ),
    _Section(
        "监护补贴与保险覆盖",
        (
            ("符合条件", I.ELIGIBLE),
            ("已签协议", I.SIGNED),
            ("签订率（%）", _Share(I.SIGNED, I.ELIGIBLE)),
            ("已发放", I.PAID),
            ("发放率（%）", _Share(I.PAID, I.ELIGIBLE)),
            ("已参保", I.INSURED),
            ("参保率（%）", _Share(I.INSURED, I.ELIGIBLE)),
        ),
        "符合条件为截止日在管、按县补贴政策有过相应危险性等级（本季度内，政策规定的还有协议期内）或曾肇事肇祸的患者。发放指截止日前最近一个"
        "已结补贴期。本年各期发放惠及的人数见年度统计表，含后来死亡、迁出的。",
    ),
    _Section(
        "肇事肇祸与应急处置",
        (
            ("应急处置", I.EMERGENCIES),
            ("24 小时内完成", I.EMERGENCIES_IN_TIME),
            ("及时率（%）", _Share(I.EMERGENCIES_IN_TIME, I.EMERGENCIES)),
            ("有肇事肇祸（人）", I.OFFENDED),
            ("关锁", I.LOCKED_UP),
        ),
        "肇事肇祸按人计，同一人多次只计一人。应急处置计在发生地。",
    ),
    _Section(
        "数据质量",
        (
            ("完整随访次数", I.VISITS),
            ("按时录入", I.VISITS_IN_TIME),
            ("及时率（%）", _Share(I.VISITS_IN_TIME, I.VISITS)),
            ("在管", I.MANAGED),
            ("有分类随访", I.CLASSIFIED),
            ("常住人口", I.RESIDENTS),
        ),
        "在管与有分类随访之差，为随访记录没有分类的患者。常住人口为“—”的，尚未录入。",
    ),
)  # fmt: skip
_VILLAGES: Final = _Section(
    "分村（社区）主要数字",
    (
        ("在册", I.REGISTERED),
        ("在管", I.MANAGED),
        ("管理率（%）", _Share(I.MANAGED, I.REGISTERED)),
        ("规范管理", I.STANDARD),
        ("规范率（%）", _Share(I.STANDARD, I.REGISTERED)),
        ("逾期", I.OVERDUE),
        ("待确认", I.OVERDUE_WAITING),
        ("失访", I.LOST),
    ),
)

# name, code, and whether it is a sum of those above it
Places = Sequence[tuple[str, str, bool]]


def count_tables(places: Places, counts: Mapping[str, Counts]) -> tuple[CountTable, ...]:
    return tuple(_table(section, places, counts) for section in _SECTIONS)


def village_table(places: Places, counts: Mapping[str, Counts]) -> CountTable:
    """Villages under their towns, each town with its sum."""
    return _table(_VILLAGES, places, counts)


def _table(section: _Section, places: Places, counts: Mapping[str, Counts]) -> CountTable:
    return CountTable(
        section.title,
        ("地区", *(title for title, _what in section.columns)),
        tuple(
            TableLine((name, *(_cell(what, counts.get(code, {})) for _title, what in section.columns)), is_sum)
            for name, code, is_sum in places
        ),
        section.note,
        section.chapter,
    )


def _cell(what: Figure | _Share, counts: Counts) -> str | int:
    if isinstance(what, _Share):
        share = rate(counts.get(what.numerator.name, 0), counts.get(what.denominator.name, 0))
        return NOTHING if share is None else share
    if what is I.RESIDENTS:
        return counts.get(what.name, NOTHING)
    return counts.get(what.name, 0)
