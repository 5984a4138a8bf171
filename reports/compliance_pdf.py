"""The report as a PDF: cover with contents, chapters, signatures, villages; A4, legible in grey."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from reports.chart import Bar, Trend, draw_bars, draw_trend
from reports.compliance import (
    MOST_PLACES,
    NOTHING,
    ComplianceDocument,
    CountTable,
    IndicatorColumn,
    KeyFigure,
    Measure,
    TableLine,
    counted,
)
from reports.compliance_cover import draw_cover, sign
from reports.flow import Band, Flow
from reports.page import A4, Align, Paper, mm
from reports.table import Column, Grid, Row, RowStyle
from reports.wording import CONFIDENTIAL

_ABREAST, _BARS_ABREAST = 4, 30
_PLACE_ROOM, _COUNT_ROOM, _RATE_ROOM = mm(26), mm(13.2), mm(13.6)
_ROW, _HEAD, _SMALL = mm(6.6), mm(7.5), 8.5
_AIR = 8.4
"""What a cell leaves beside its text, in points."""
_OF_RESIDENTS = "‰"
_NAME_LINES = 10
"""Of a place: town and village have up to sixty characters each."""
_NUMERALS = (*"一二三四五六七八九十", "十一", "十二", "十三", "十四", "十五")


def render_compliance_pdf(
    documents: Sequence[ComplianceDocument], progress: Callable[[int, int], None] | None = None
) -> bytes:
    """The report as PDF, several ones bound into one file, each with its own pages. At least one document."""
    first = documents[0]
    paper = Paper(first.title, first.organisation, first.provenance.printed_at, A4)
    for number, document in enumerate(documents):
        if len(documents) > 1:
            paper.bookmark(document.place, f"report-{number}")
        _lay_out(paper, document).draw(partial(draw_cover, paper, document))
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
    sign(flow, document, next(numerals))
    if document.villages.lines:
        flow.turn()
        flow.section(f"附表　{document.villages.title}")
        _count_table(flow, document.villages)
    return flow


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
    of_place = zip(document.indicators, document.whole, document.key_figures, strict=True)
    flow.table(grid, [grid.row(flow.paper, _key_figure(*one)) for one in of_place])
    flow.note(
        f"“{document.change_title}”为与{document.compared_with}之差：百分率为百分点，其余单位同“本期”；"
        f"“—”表示分母为零、没有设目标、本期未满或{document.compared_with}没有统计。"
    )


def _key_figure(head: IndicatorColumn, one: Measure, key: KeyFigure) -> tuple[str, ...]:
    return (
        head.name,
        NOTHING if one.rate is None else f"{one.rate}{head.unit}",
        f"{head.numerator} {one.numerator} ÷ {head.denominator} {counted(one.denominator)}",
        NOTHING if key.target is None else key.target.words(),
        key.change_words(),
        key.verdict,
    )


def _indicator_tables(flow: Flow, document: ComplianceDocument, numeral: str) -> None:
    flow.section(f"{numeral}、分{document.below}指标表" if document.below else f"{numeral}、指标表")
    flow.note(document.facts)
    for start in range(0, len(document.indicators), _ABREAST):
        _indicator_table(flow, document, slice(start, start + _ABREAST))


def _indicator_table(flow: Flow, document: ComplianceDocument, part: slice) -> None:
    heads = document.indicators[part]
    columns = [Column("地区", _PLACE_ROOM, most_lines=_NAME_LINES)]
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
    bands = [Band("", 1), *(Band(head.name, 3) for head in heads)]
    said = "；".join(f"{head.name}＝{head.numerator} ÷ {head.denominator}" for head in heads) + "。"
    if any(head.unit == _OF_RESIDENTS for head in heads):
        said += document.residents_note
    flow.table(grid, rows, bands, said)


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
    else:
        flow.paragraph("本期以前没有统计过，暂无变化趋势。")
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
        flow.paragraph(_no_shortfall(document))
        return
    columns = (
        Column("指标", mm(28), most_lines=3),
        Column("地区", mm(25), most_lines=_NAME_LINES),
        Column("本期", mm(16), Align.RIGHT),
        Column("目标", mm(20), Align.RIGHT),
        Column("缺口", mm(13), Align.RIGHT),
        Column("原因（人次）", mm(44), most_lines=8),
        Column("责任单位（人次）", mm(40), most_lines=12),
    )
    grid = Grid(flow.left, columns, _SMALL, _ROW, _HEAD)
    flow.table(
        grid,
        [
            grid.row(
                flow.paper,
                (
                    one.indicator,
                    one.place,
                    f"{one.rate}%",
                    one.target.words(),
                    str(one.missing),
                    one.causes,
                    one.owners,
                ),
            )
            for one in document.shortfalls
        ],
    )
    flow.note(
        "缺口为分母中没有计入分子的数；同一人可能在几个指标中都有缺口。名单在系统内由数字点开，不随本报告印发。"
        f"每项指标列出缺口最大的 {MOST_PLACES} 处，各地数字见指标表。"
    )


def _no_shortfall(document: ComplianceDocument) -> str:
    asked = [one for one in document.key_figures if one.target is not None]
    if not asked:
        return "没有设目标，未作评判。"
    if all(one.is_reached is None for one in asked):
        return "设有目标的指标，本期没有应统计的对象，未作评判。"
    return "设有目标的指标，各地均已达到目标。"


def _count_table(flow: Flow, table: CountTable) -> None:
    if not table.lines:
        flow.paragraph("本期没有。")
        return
    first = mm(58) if len(table.columns) <= 8 else mm(44) if len(table.columns) == 9 else mm(30)
    others = (flow.width - first) / (len(table.columns) - 1)
    columns = (
        Column(table.columns[0], first, most_lines=_NAME_LINES),
        *(Column(title, others, Align.RIGHT) for title in table.columns[1:]),
    )
    size = _fitting(flow.paper, [str(cell) for line in table.lines for cell in line.cells[1:]], others)
    grid = Grid(flow.left, columns, size, _ROW, mm(10))
    flow.table(grid, [_table_row(flow.paper, grid, line) for line in table.lines], note=table.note)


def _table_row(paper: Paper, grid: Grid, line: TableLine) -> Row:
    return grid.row(paper, [str(cell) for cell in line.cells], RowStyle.TOTAL if line.is_total else RowStyle.PLAIN)


def _definitions(flow: Flow, document: ComplianceDocument, numeral: str) -> None:
    flow.section(f"{numeral}、口径说明")
    flow.paragraph(document.window)
    for sentence in (*document.modes, document.residents_note, document.targets_note):
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
