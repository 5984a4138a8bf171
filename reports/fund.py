"""资金池收支表: a year of the county's fund, movement by movement, with what was left after each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reports.errors import check_total
from reports.page import Align, Paper, mm
from reports.statement import MARGIN, Statement, new_paper, render_statement
from reports.table import Column, Grid, Row, RowStyle
from reports.table_xlsx import Cell, Kind, Line, Sheet, render_workbook
from reports.table_xlsx import Column as SheetColumn
from reports.wording import Provenance, chinese_date, yuan


@dataclass(frozen=True, slots=True)
class FundLine:
    """One movement; `pool_fen` is what it adds to the pool or takes from it, zero when it passes the pool by."""

    on_day: date
    item: str
    source: str
    target: str
    basis: str
    by: str
    amount_fen: int
    pool_fen: int


@dataclass(frozen=True, slots=True)
class FundDocument:
    county: str
    organisation: str
    year: int
    budget_fen: int
    committed_fen: int
    paid_fen: int
    pool_fen: int
    pool_capital: str
    """What is available, in capital characters."""
    lines: tuple[FundLine, ...]
    """In order of time."""
    provenance: Provenance
    prepared_by: str = ""

    @property
    def title(self) -> str:
        return f"{self.county}{self.year}年监护补贴资金池收支表"

    @property
    def facts(self) -> str:
        return (
            f"拨入 {yuan(self.budget_fen)} · 已审批未入账 {yuan(self.committed_fen)} · 已入账 {yuan(self.paid_fen)}"
            f" · 可用 {yuan(self.pool_fen)} · 单位：元"
        )


# title, width on paper in mm, width in the workbook in characters
_TITLES: tuple[tuple[str, float, float], ...] = (
    ("序号", 12, 7),
    ("日期", 30, 14),
    ("事项", 38, 20),
    ("从", 34, 18),
    ("到", 34, 18),
    ("依据、经手", 64, 28),
    ("金额（元）", 30, 16),
    ("可用余额（元）", 31, 16),
)
_MONEY = (6, 7)
_REMARK = "注：合计为可用余额。每笔收支一经入账不再修改，写错的以红字冲回另记。"


def render_fund_pdf(document: FundDocument) -> bytes:
    """The statement as PDF, A4 across. Raises TotalMismatchError when the movements do not come to the balance."""
    _check(document)
    statement, grid = _statement(document), _grid()
    paper = new_paper(statement)
    return render_statement(paper, statement, grid, [_paper_row(paper, grid, cells) for cells in _rows(document)])


def render_fund_xlsx(document: FundDocument) -> bytes:
    """The same rows as a workbook. Raises TotalMismatchError."""
    _check(document)
    statement = _statement(document)
    kinds = [Kind.FEN if index in _MONEY else Kind.TEXT for index in range(len(_TITLES))]
    columns = [SheetColumn(title, width, kind) for (title, _, width), kind in zip(_TITLES, kinds, strict=True)]
    sheet = Sheet(
        "资金池收支表",
        columns,
        [Line(cells) for cells in _rows(document)],
        heading=document.title,
        notes=(document.facts, document.provenance.line()),
        closing=statement.closing,
        footer=statement.footer,
        landscape=True,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _check(document: FundDocument) -> None:
    check_total((line.pool_fen for line in document.lines), document.pool_fen, "fund")


def _rows(document: FundDocument) -> Iterator[tuple[Cell, ...]]:
    left = 0
    for number, line in enumerate(document.lines, start=1):
        left += line.pool_fen
        basis = " · ".join(words for words in (line.basis, line.by) if words)
        yield (
            str(number),
            chinese_date(line.on_day),
            line.item,
            line.source,
            line.target,
            basis,
            line.amount_fen,
            left,
        )


def _paper_row(paper: Paper, grid: Grid, cells: tuple[Cell, ...]) -> Row:
    words = [yuan(int(cell or 0)) if index in _MONEY else str(cell) for index, cell in enumerate(cells)]
    return grid.row(paper, words, RowStyle.PLAIN)


def _grid() -> Grid:
    columns = tuple(
        Column(
            title,
            mm(width),
            Align.RIGHT if index in _MONEY else Align.CENTER if index == 0 else Align.LEFT,
            2 if index == 5 else 1,
        )
        for index, (title, width, _) in enumerate(_TITLES)
    )
    return Grid(MARGIN, columns, 9.5, mm(7.6), mm(9))


def _statement(document: FundDocument) -> Statement:
    return Statement(
        title=document.title,
        facts=document.facts,
        stage=f"{document.year}年",
        organisation=document.organisation,
        total_fen=document.pool_fen,
        total_capital=document.pool_capital,
        provenance=document.provenance,
        signers=(("制表人：", document.prepared_by), ("审核人：", ""), ("负责人：", "")),
        remark=_REMARK,
    )
