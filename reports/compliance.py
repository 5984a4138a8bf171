"""严重精神障碍患者管理治疗工作报告: a place's figures of a period as an official paper. Figures only, nobody is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from reports.chart import Bar, Trend, draw_bars, draw_trend
from reports.flow import Band, Flow
from reports.page import A4, LABEL_GREY, Align, Paper, mm
from reports.table import Column, Grid, Row, RowStyle
from reports.wording import CONFIDENTIAL, Provenance, chinese_date, chinese_period

TITLE = "严重精神障碍患者管理治疗工作报告"
NOTHING = "—"
MOST_PLACES = 12
"""Of an indicator's shortfalls."""
_ABREAST, _BARS_ABREAST = 4, 30
_PLACE_ROOM, _COUNT_ROOM, _RATE_ROOM = mm(26), mm(13.2), mm(13.6)
_ROW, _HEAD, _SMALL = mm(6.6), mm(7.5), 8.5
_AIR = 8.4
"""What a cell leaves beside its text, in points."""
_NUMERALS = (*"一二三四五六七八九十", "十一", "十二", "十三", "十四", "十五")


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
class KeyFigure:
    """A line of the first table: everything as it is printed."""

    name: str
    value: str
    counts: str
    target: str
    change: str
    verdict: str


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
    target: str
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
    indicators: tuple[IndicatorColumn, ...]
    rows: tuple[IndicatorRow, ...]
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

    @property
    def title(self) -> str:
        return f"{self.place}{self.period_label}{TITLE}"

    @property
    def change_title(self) -> str:
        return "比上期" if self.compared_with == "上期" else "同比"

    @property
    def facts(self) -> str:
        return (
            f"统计区间 {chinese_period(self.first_on, self.cut_off)} · 截止日 {chinese_date(self.cut_off)}"
            f" · 规则版本 {self.rule_set} · {self.status}"
        )


def counted(count: int | None) -> str:
    return NOTHING if count is None else str(count)


def render_compliance_pdf(
    documents: Sequence[ComplianceDocument], progress: Callable[[int, int], None] | None = None
) -> bytes:
    """The report as PDF, several ones bound into one file, each with its own pages. At least one document."""
    first = documents[0]
    paper = Paper(first.title, first.organisation, first.provenance.printed_at, A4)
    for number, document in enumerate(documents):
        if len(documents) > 1:
            paper.bookmark(document.place, f"report-{number}")
        _lay_out(paper, document).draw(partial(_draw_cover, paper, document))
        if progress is not None:
            progress(number + 1, len(documents))
    return paper.finish()


def _lay_out(paper: Paper, document: ComplianceDocument) -> Flow:
    flow = Flow(paper, document.title, f"{CONFIDENTIAL} · {document.provenance.line()}")
    numerals = iter(_NUMERALS)
    flow.turn()
    _key_figures(flow, document, next(numerals))
    _indicator_tables(flow, document, next(numerals))
    _trends(flow, document, next(numerals))
    _shortfalls(flow, document, next(numerals))
    for table in document.tables:
        if table.chapter:
            flow.section(f"{next(numerals)}、{table.title}")
        else:
            flow.heading(table.title)
        _count_table(flow, table)
    _definitions(flow, document, next(numerals))
    _signatures(flow, document, next(numerals))
    if document.villages.lines:
        flow.turn()
        flow.section(f"附表　{document.villages.title}")
        _count_table(flow, document.villages)
    return flow


def _draw_cover(paper: Paper, document: ComplianceDocument, contents: Sequence[tuple[str, int]]) -> None:
    middle, room = paper.width / 2, paper.width - mm(50)
    paper.text(paper.width - mm(20), paper.down(24), CONFIDENTIAL, 11, bold=True, align=Align.RIGHT)
    place = paper.wrapped(document.place, 24, room, 3, bold=True)
    y = paper.lines(middle, paper.down(66), place, 24, 34, bold=True, align=Align.CENTER)
    y = paper.lines(middle, y - 8, [document.period_label], 18, 30, align=Align.CENTER)
    paper.lines(middle, y - 6, [TITLE], 22, 30, bold=True, align=Align.CENTER)
    y = paper.down(132)
    for label, text in (
        ("统计区间", chinese_period(document.first_on, document.cut_off)),
        ("数据截止日", chinese_date(document.cut_off)),
        ("规则版本", document.rule_set),
        ("报告状态", document.status),
        ("编制单位", document.organisation),
        ("打印", f"{document.provenance.printed_by}　{document.provenance.local_time}"),
    ):
        paper.text(mm(52), y, label, 11, grey=LABEL_GREY)
        paper.text(mm(80), y, text, 11, fit=paper.width - mm(100))
        y -= mm(8)
    paper.text(mm(40), y - mm(8), "目　录", 13, bold=True)
    y -= mm(17)
    for title, page in contents:
        paper.text(mm(40), y, title, 10.5)
        end = mm(40) + paper.measure(title, 10.5) + 6
        paper.rules([(end, y + 2, paper.width - mm(48), y + 2)], 0.4, grey=0.7, dash="1 2.5")
        paper.text(paper.width - mm(40), y, str(page), 10.5, align=Align.RIGHT)
        y -= mm(5.9)


def _key_figures(flow: Flow, document: ComplianceDocument, numeral: str) -> None:
    flow.section(f"{numeral}、主要指标")
    flow.note(document.facts)
    columns = (
        Column("指标", mm(43), most_lines=2),
        Column("本期", mm(21), Align.RIGHT),
        Column("分子 ÷ 分母", mm(70), most_lines=2),
        Column("目标", mm(20), Align.RIGHT),
        Column(document.change_title, mm(17), Align.RIGHT),
        Column("结论", mm(15), Align.CENTER),
    )
    grid = Grid(flow.left, columns, 9, mm(7.0), mm(8))
    cells = [(one.name, one.value, one.counts, one.target, one.change, one.verdict) for one in document.key_figures]
    flow.table(grid, [grid.row(flow.paper, line) for line in cells])
    flow.note(
        f"“{document.change_title}”为与{document.compared_with}之差：百分率为百分点，其余单位同“本期”；"
        f"“—”表示分母为零、没有设目标、本期未满或{document.compared_with}没有统计。"
    )


def _indicator_tables(flow: Flow, document: ComplianceDocument, numeral: str) -> None:
    flow.section(f"{numeral}、分{document.below}指标表" if document.below else f"{numeral}、指标表")
    flow.note(document.facts)
    for start in range(0, len(document.indicators), _ABREAST):
        _indicator_table(flow, document, slice(start, start + _ABREAST))


def _indicator_table(flow: Flow, document: ComplianceDocument, part: slice) -> None:
    heads = document.indicators[part]
    columns = [Column("地区", _PLACE_ROOM, most_lines=4)]
    for head in heads:
        columns += [
            Column("分子", _COUNT_ROOM, Align.RIGHT),
            Column("分母", _COUNT_ROOM, Align.RIGHT),
            Column(head.unit, _RATE_ROOM, Align.RIGHT),
        ]
    lines = [(row, [row.place, *_measured(row.measures[part])]) for row in document.rows]
    size = _fitting(flow.paper, [cell for _row, cells in lines for cell in cells[1:]], _COUNT_ROOM)
    grid = Grid(flow.left, tuple(columns), size, _ROW, _HEAD)
    rows = [grid.row(flow.paper, cells, RowStyle.TOTAL if row.is_total else RowStyle.PLAIN) for row, cells in lines]
    flow.table(grid, rows, [Band("", 1), *(Band(head.name, 3) for head in heads)])
    flow.note("；".join(f"{head.name}＝{head.numerator} ÷ {head.denominator}" for head in heads) + "。")


def _measured(measures: Sequence[Measure]) -> list[str]:
    cells: list[str] = []
    for one in measures:
        cells += [str(one.numerator), counted(one.denominator), one.rate or NOTHING]
    return cells


def _fitting(paper: Paper, numbers: Sequence[str], room: float) -> float:
    """The size in which the longest number stands whole in its column: a figure is never cut."""
    longest = max((paper.measure(number, 1, bold=True) for number in numbers), default=1)
    return min(_SMALL, (room - _AIR) / longest)


def _trends(flow: Flow, document: ComplianceDocument, numeral: str) -> None:
    flow.section(f"{numeral}、变化趋势与各地对比")
    for chart in document.trends:
        flow.heading(chart.title)
        flow.block(mm(62), _trend_drawing(flow, chart.trend))
        flow.space(mm(3))
    if document.trend_table.lines:
        flow.heading(document.trend_table.title)
        _count_table(flow, document.trend_table)
    for compared in document.bars:
        for start in range(0, len(compared.bars), _BARS_ABREAST):
            bars = compared.bars[start : start + _BARS_ABREAST]
            height = mm(6) * len(bars) + mm(6)
            flow.heading(compared.title if start == 0 else f"{compared.title}（续）")
            flow.block(height, _bar_drawing(flow, bars, compared.target))
            flow.space(mm(2))


def _trend_drawing(flow: Flow, trend: Trend) -> Callable[[float], None]:
    return lambda top: draw_trend(flow.paper, flow.left, top, flow.width, mm(62), trend)


def _bar_drawing(flow: Flow, bars: Sequence[Bar], target: Decimal | None) -> Callable[[float], None]:
    return lambda top: draw_bars(flow.paper, flow.left, top - mm(4), flow.width, mm(6), bars, target)


def _shortfalls(flow: Flow, document: ComplianceDocument, numeral: str) -> None:
    flow.section(f"{numeral}、短板、原因与责任单位")
    if not document.shortfalls:
        flow.paragraph("设有目标的指标，各地均已达到目标。" if document.key_figures else NOTHING)
        return
    columns = (
        Column("指标", mm(28), most_lines=3),
        Column("地区", mm(25), most_lines=5),
        Column("本期", mm(16), Align.RIGHT),
        Column("目标", mm(20), Align.RIGHT),
        Column("缺口", mm(13), Align.RIGHT),
        Column("原因（人次）", mm(44), most_lines=8),
        Column("责任单位（人次）", mm(40), most_lines=8),
    )
    grid = Grid(flow.left, columns, _SMALL, _ROW, _HEAD)
    flow.table(
        grid,
        [
            grid.row(
                flow.paper,
                (one.indicator, one.place, one.rate, one.target, str(one.missing), one.causes, one.owners),
            )
            for one in document.shortfalls
        ],
    )
    flow.note(
        "缺口为分母中没有计入分子的数；同一人可能在几个指标中都有缺口。名单在系统内由数字点开，不随本报告印发。"
        f"每项指标列出缺口最大的 {MOST_PLACES} 处，各地数字见指标表。"
    )


def _count_table(flow: Flow, table: CountTable) -> None:
    if not table.lines:
        flow.paragraph("本期没有。")
        return
    first = mm(44) if len(table.columns) <= 9 else mm(30)
    others = (flow.width - first) / (len(table.columns) - 1)
    columns = (
        Column(table.columns[0], first, most_lines=3),
        *(Column(title, others, Align.RIGHT) for title in table.columns[1:]),
    )
    size = _fitting(flow.paper, [str(cell) for line in table.lines for cell in line.cells[1:]], others)
    grid = Grid(flow.left, columns, size, _ROW, mm(10))
    flow.table(grid, [_table_row(flow.paper, grid, line) for line in table.lines])
    if table.note:
        flow.note(table.note)


def _table_row(paper: Paper, grid: Grid, line: TableLine) -> Row:
    return grid.row(paper, [str(cell) for cell in line.cells], RowStyle.TOTAL if line.is_total else RowStyle.PLAIN)


def _definitions(flow: Flow, document: ComplianceDocument, numeral: str) -> None:
    flow.section(f"{numeral}、口径说明")
    flow.paragraph(
        f"统计区间为{chinese_period(document.first_on, document.cut_off)}，数据截止日为{chinese_date(document.cut_off)}，"
        f"规则版本为 {document.rule_set}。随访等按发生日期统计，"
        f"{document.counted_at}统计时已录入的均计入；其后录入、更正的不计入本报告。"
    )
    for sentence in document.modes:
        flow.paragraph(sentence)
    columns = (
        Column("指标", mm(42), most_lines=2),
        Column("计算", mm(62), most_lines=3),
        Column("含义", mm(82), most_lines=5),
    )
    grid = Grid(flow.left, columns, _SMALL, _ROW, _HEAD)
    flow.table(
        grid,
        [
            grid.row(flow.paper, (one.name, f"{one.numerator} ÷ {one.denominator}（{one.unit}）", one.means))
            for one in document.indicators
        ],
    )


def _signatures(flow: Flow, document: ComplianceDocument, numeral: str) -> None:
    paper = flow.paper
    flow.section(f"{numeral}、签章")
    flow.paragraph("本报告所列数字由系统按上述口径从业务记录计算，每个数字与其名单一致。经核对无误，现予报送。")

    def draw(top: float) -> None:
        for index, (label, name) in enumerate(
            (("编制人：", document.prepared_by), ("审核人：", ""), ("单位负责人：", ""))
        ):
            y = top - mm(14) - index * mm(13)
            paper.signature(flow.left + mm(8), y, label, 11, mm(48))
            paper.text(flow.left + mm(36), y, name, 11, fit=mm(44))
        right = flow.left + mm(104)
        paper.text(right, top - mm(14), "单位（盖章）：", 11)
        lines = paper.wrapped(document.organisation, 11, mm(78), 3)
        paper.lines(right, top - mm(21), lines, 11, mm(6))
        paper.text(right, top - mm(40), "　　　　年　　　月　　　日", 11)

    flow.block(mm(50), draw)
