"""How a place's indicators went over the periods before, and how the places below it compare. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.numbers.paper_facts import ReportFacts, reaches
from app.numbers.paper_words import indicator_name, short_label
from app.numbers.rules.indicators import Indicator
from reports.chart import Bar, Series, Trend
from reports.compliance import NOTHING, BarChart, CountTable, TableLine, TrendChart

_NUMERALS = "零一两三四五六七八九"
_TRENDS: Final = (
    ("管理、服药与稳定", ("management", "standard", "regular_medication", "stability")),
    ("面访、体检与康复", ("face_to_face", "examination", "rehabilitation")),
    ("衔接、处置与录入的及时率", ("loop_in_time", "emergency_in_time", "entry_in_time")),
)
_COMPARED = ("standard", "regular_medication")


def trends(facts: ReportFacts) -> tuple[TrendChart, ...]:
    """Nothing where no period before was counted: one point is no line."""
    return tuple(_trend(facts, title, codes) for title, codes in _TRENDS) if len(facts.past) > 1 else ()


def bars(facts: ReportFacts) -> tuple[BarChart, ...]:
    """Nothing where nowhere is anybody to be counted."""
    drawn = (_bars(facts, one) for one in facts.indicators if one.code in _COMPARED and facts.below)
    return tuple(one for one in drawn if any(bar.value is not None for bar in one.bars))


def _trend(facts: ReportFacts, title: str, codes: Sequence[str]) -> TrendChart:
    shown = [one for one in facts.indicators if one.code in codes]
    series = tuple(
        Series(indicator_name(one), tuple(None if then is None else one.value(then) for _period, then in facts.past))
        for one in shown
    )
    targets = {facts.target(one) for one in shown}
    common = targets.pop() if len(targets) == 1 else None
    return TrendChart(title, Trend(tuple(short_label(period) for period, _then in facts.past), series, common))


def trend_table(facts: ReportFacts) -> CountTable:
    if len(facts.past) == 1:
        return CountTable("", ("",), ())
    codes = {code for _title, group in _TRENDS for code in group}
    lines = tuple(
        TableLine(
            (
                indicator_name(one),
                *(NOTHING if then is None else one.rate(then) or NOTHING for _period, then in facts.past),
            )
        )
        for one in facts.indicators
        if one.code in codes
    )
    labels = tuple(short_label(period) for period, _then in facts.past)
    note = "单位：%。“—”为没有统计或分母为零。各期按其统计时的口径计算。"
    return CountTable(f"近{_NUMERALS[len(facts.past)]}期数值", ("指标", *labels), lines, note)


def _bars(facts: ReportFacts, one: Indicator) -> BarChart:
    target = facts.target(one)
    bars = tuple(
        Bar(name, one.value(counts), target is not None and reaches(one, counts, target) is False)
        for name, counts in ((name, facts.counts.get(code, {})) for name, code in facts.below)
    )
    return BarChart(f"各地{indicator_name(one)}", bars, target)
