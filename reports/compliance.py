"""严重精神障碍患者管理治疗工作报告: a place's figures of a period as an official paper. Figures only, nobody is named.

What a report consists of; `compliance_pdf` and `compliance_xlsx` draw it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.chart import Bar, Trend
from reports.wording import Provenance, chinese_date, chinese_period

TITLE = "严重精神障碍患者管理治疗工作报告"
NOTHING = "—"
MOST_PLACES = 12
"""Of an indicator's shortfalls."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A rate in one place with what it was made of; `rate` is None where nothing was to be counted."""

    numerator: int
    denominator: int | None
    """None where it is not known (residents)."""
    rate: str | None


@dataclass(frozen=True, slots=True)
class IndicatorColumn:
    name: str
    numerator: str
    denominator: str
    means: str
    unit: str
    """%, ‰ or 每万."""


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    place: str
    measures: tuple[Measure, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for, and by whom."""

    percent: Decimal
    is_most: bool = False
    """At most so much, not at least."""
    source: str = ""

    @property
    def sign(self) -> str:
        return "≤" if self.is_most else "≥"

    def words(self) -> str:
        return f"{self.sign} {self.percent:.2f}%"


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """What stands beside an indicator of the whole place in the first table."""

    target: Target | None = None
    change: Decimal | None = None
    """Against what the report compares with, in the unit of the rate."""
    is_reached: bool | None = None

    @property
    def verdict(self) -> str:
        return "" if self.is_reached is None else "达标" if self.is_reached else "未达标"

    def change_words(self) -> str:
        if self.change is None:
            return NOTHING
        return f"{self.change:+.2f}".replace("-", "−") if self.change else "0.00"


@dataclass(frozen=True, slots=True)
class TrendChart:
    title: str
    trend: Trend


@dataclass(frozen=True, slots=True)
class BarChart:
    """One indicator by place against its target."""

    title: str
    bars: tuple[Bar, ...]
    target: Decimal | None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What an indicator lacks in a place, why, and who answers for it."""

    indicator: str
    place: str
    rate: str
    """Per cent."""
    target: Target
    missing: int
    causes: str
    owners: str


@dataclass(frozen=True, slots=True)
class TableLine:
    cells: tuple[str | int, ...]
    """The place first; rates are written out."""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class CountTable:
    """A section's counts by place."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[TableLine, ...]
    note: str = ""
    chapter: bool = True
    """Begins a section of its own."""


@dataclass(frozen=True, slots=True)
class Residents:
    """How many live in a place, as it was typed in for a year."""

    place: str
    year: int
    count: int
    source: str


@dataclass(frozen=True, slots=True)
class ComplianceDocument:
    place: str
    organisation: str
    period_label: str
    """2026年第三季度."""
    first_on: date
    cut_off: date
    rule_set: str
    modes: tuple[str, ...]
    """How the county counts where the norm leaves a choice, a sentence each."""
    key_figures: tuple[KeyFigure, ...]
    """Of the last row, in the order of `indicators`."""
    indicators: tuple[IndicatorColumn, ...]
    rows: tuple[IndicatorRow, ...]
    """The places below, and the whole place last."""
    trends: tuple[TrendChart, ...]
    trend_table: CountTable
    bars: tuple[BarChart, ...]
    shortfalls: tuple[Shortfall, ...]
    tables: tuple[CountTable, ...]
    """Overdue, loops, reassessments, subsidy and insurance, incidents, data quality."""
    villages: CountTable
    provenance: Provenance
    below: str = ""
    """What the rows are: 乡镇, 村（社区）; nothing where there is nothing below."""
    status: str = "未上报"
    """Whether it is what was submitted."""
    prepared_by: str = ""
    compared_with: str = "上期"
    """Or 上年同期, where figures add up over the year."""
    counted_at: str = ""
    """When the figures were counted, in local time."""
    residents: tuple[Residents, ...] = ()
    """What the reported prevalence is divided by."""

    @property
    def title(self) -> str:
        return f"{self.place}{self.period_label}{TITLE}"

    @property
    def change_title(self) -> str:
        return "比上期" if self.compared_with == "上期" else "同比"

    @property
    def whole(self) -> tuple[Measure, ...]:
        return self.rows[-1].measures

    @property
    def facts(self) -> str:
        return (
            f"统计区间 {chinese_period(self.first_on, self.cut_off)} · 截止日 {chinese_date(self.cut_off)}"
            f" · 规则版本 {self.rule_set} · {self.status}"
        )

    @property
    def window(self) -> str:
        """What is counted and when it was, as a sentence."""
        return (
            f"统计区间为{chinese_period(self.first_on, self.cut_off)}，数据截止日为{chinese_date(self.cut_off)}，"
            f"规则版本为 {self.rule_set}。随访等按发生日期统计，"
            f"{self.counted_at}统计时已录入的均计入；其后录入、更正的不计入本报告。"
        )

    @property
    def residents_note(self) -> str:
        """What the reported prevalence is divided by."""
        if not self.residents:
            return "常住人口尚未录入，不计算报告患病率。"
        places: dict[tuple[int, str], list[str]] = {}
        for one in self.residents:
            places.setdefault((one.year, one.source), []).append(one.place)
        if len(places) == 1:
            return "".join(f"常住人口为{year}年数，来源：{source}。" for year, source in places)
        (most, _names), *others = sorted(places.items(), key=lambda one: -len(one[1]))
        said = (f"{'、'.join(names)}为{year}年数（{source}）" for (year, source), names in others)
        return f"常住人口来源：{'；'.join(said)}；其余为{most[0]}年数（{most[1]}）。"

    @property
    def targets_note(self) -> str:
        """Who asks for what."""
        said = [
            f"{head.name} {key.target.words()}（{key.target.source or '未注明来源'}）"
            for head, key in zip(self.indicators, self.key_figures, strict=True)
            if key.target is not None
        ]
        return f"目标依据：{'；'.join(said)}。" if said else "没有设目标。"


def counted(count: int | None) -> str:
    return NOTHING if count is None else str(count)
