"""The report as a workbook: the same figures as typed values, with the definitions on a sheet of their own."""

from __future__ import annotations

from decimal import Decimal

from reports.compliance import ComplianceDocument, CountTable, Measure, Target
from reports.table_xlsx import Cell, Column, Kind, Line, Sheet, render_workbook
from reports.wording import CONFIDENTIAL

_NO_PLACE_NAMES = str.maketrans("", "", "[]:*?/\\")
_LONGEST_NAME = 31


def render_compliance_xlsx(document: ComplianceDocument) -> bytes:
    """Key figures, indicators by place, trend, shortfalls, the sections' counts, villages, definitions, what was asked and typed in."""
    sheets = [
        _key_figures(document),
        _indicators(document),
        *([_counts(document, document.trend_table)] if document.trend_table.lines else []),
        _shortfalls(document),
        *(_counts(document, table) for table in document.tables),
        *([_counts(document, document.villages)] if document.villages.lines else []),
        _definitions(document),
        _sources(document),
    ]
    return render_workbook(
        sheets, title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def hundredths(value: str | Decimal | None) -> int | None:
    """`"86.40"` → 8640, as a typed cell keeps it."""
    return None if value is None else int(Decimal(value) * 100)


def _sheet(document: ComplianceDocument, name: str, columns: list[Column], lines: list[Line], *notes: str) -> Sheet:
    return Sheet(
        name.translate(_NO_PLACE_NAMES)[:_LONGEST_NAME],
        columns,
        lines,
        heading=f"{document.title}　{name}",
        notes=(document.facts, *filter(None, notes), document.provenance.line()),
        footer=f"{CONFIDENTIAL} · {document.provenance.short_fingerprint}",
        landscape=True,
        wrap=True,
    )


def _key_figures(document: ComplianceDocument) -> Sheet:
    columns = [
        Column("指标", 26),
        Column("分子", 11, Kind.COUNT),
        Column("分母", 11, Kind.COUNT),
        Column("率", 11, Kind.RATE),
        Column("单位", 8),
        Column("目标要求", 10),
        Column("目标（%）", 11, Kind.RATE),
        Column(document.change_title, 12, Kind.CHANGE),
        Column("结论", 10),
    ]
    of_place = zip(document.indicators, document.whole, document.key_figures, strict=True)
    lines = [
        Line((head.name, *_cells(one), head.unit, *_asked(key.target), hundredths(key.change), key.verdict))
        for head, one, key in of_place
    ]
    return _sheet(document, "主要指标", columns, lines, document.residents_note)


def _asked(target: Target | None) -> tuple[Cell, Cell]:
    return (None, None) if target is None else (target.sign, hundredths(target.percent))


def _indicators(document: ComplianceDocument) -> Sheet:
    """A line a place and indicator: to be filtered and turned as the reader wants."""
    columns = [
        Column("地区", 26),
        Column("指标", 26),
        Column("分子", 11, Kind.COUNT),
        Column("分母", 11, Kind.COUNT),
        Column("率", 11, Kind.RATE),
        Column("单位", 8),
    ]
    lines = [
        Line((row.place, head.name, *_cells(one), head.unit), strong=row.is_total)
        for row in document.rows
        for head, one in zip(document.indicators, row.measures, strict=True)
    ]
    return _sheet(document, "指标表", columns, lines)


def _cells(one: Measure) -> tuple[Cell, Cell, Cell]:
    return one.numerator, one.denominator, hundredths(one.rate)


def _shortfalls(document: ComplianceDocument) -> Sheet:
    columns = [
        Column("指标", 24),
        Column("地区", 24),
        Column("本期（%）", 11, Kind.RATE),
        Column("目标要求", 10),
        Column("目标（%）", 11, Kind.RATE),
        Column("缺口", 10, Kind.COUNT),
        Column("原因（人次）", 50),
        Column("责任单位（人次）", 50),
    ]
    lines = [
        Line((one.indicator, one.place, hundredths(one.rate), *_asked(one.target), one.missing, one.causes, one.owners))
        for one in document.shortfalls
    ]
    return _sheet(document, "短板", columns, lines)


def _counts(document: ComplianceDocument, table: CountTable) -> Sheet:
    """A written rate (`"3.90"`) becomes a value again; — stays a word."""
    rates = [at > 0 and any("." in str(line.cells[at]) for line in table.lines) for at in range(len(table.columns))]
    columns = [
        Column(title, 26 if at == 0 else 14, Kind.TEXT if at == 0 else Kind.RATE if rates[at] else Kind.COUNT)
        for at, title in enumerate(table.columns)
    ]
    lines = [
        Line([_typed(cell, is_rate) for cell, is_rate in zip(line.cells, rates, strict=True)], strong=line.is_total)
        for line in table.lines
    ]
    return _sheet(document, table.title, columns, lines, table.note)


def _typed(cell: str | int, is_rate: bool) -> Cell:
    if not is_rate:
        return cell
    return cell * 100 if isinstance(cell, int) else hundredths(cell) if "." in cell else cell


def _definitions(document: ComplianceDocument) -> Sheet:
    """Every indicator, and of the sections' counts what their notes say."""
    columns = [Column("指标", 26), Column("分子", 30), Column("分母", 30), Column("单位", 8), Column("含义", 80)]
    lines = [Line((one.name, one.numerator, one.denominator, one.unit, one.means)) for one in document.indicators]
    lines += [Line((one.title, None, None, None, one.note)) for one in document.tables if one.note]
    return _sheet(document, "口径说明", columns, lines, document.window, *document.modes)


def _sources(document: ComplianceDocument) -> Sheet:
    """Who asks for which target, and where the residents were taken from."""
    columns = [
        Column("类别", 12),
        Column("项目", 26),
        Column("目标要求", 10),
        Column("目标（%）", 11, Kind.RATE),
        Column("年度", 8, Kind.COUNT),
        Column("人口", 12, Kind.COUNT),
        Column("来源", 50),
    ]
    targets = [
        Line(("目标", head.name, *_asked(key.target), None, None, key.target.source))
        for head, key in zip(document.indicators, document.key_figures, strict=True)
        if key.target is not None
    ]
    residents = [
        Line(("常住人口", one.place, None, None, one.year, one.count, one.source)) for one in document.residents
    ]
    return _sheet(document, "目标与人口来源", columns, [*targets, *residents])
