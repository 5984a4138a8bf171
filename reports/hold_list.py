"""监护补贴暂缓与不发清单: every line that does not pay this time, by town, with its reasons in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from reports.errors import check_total
from reports.page import Align, Paper, mm
from reports.statement import MARGIN, Statement, new_paper, render_statement
from reports.table import Column, Grid, Row, RowStyle
from reports.table_xlsx import Cell, Kind, Line, Sheet, render_workbook
from reports.table_xlsx import Column as SheetColumn
from reports.wording import Provenance, chinese_date, yuan


@dataclass(frozen=True, slots=True)
class HoldRow:
    town: str
    village: str
    guardian: str
    agreement_number: str
    is_held: bool
    """Otherwise refused."""
    amount_fen: int
    """What would be paid if the line were released; zero for a refused one."""
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoldListDocument:
    county: str
    organisation: str
    period_label: str
    policy: str
    stage: str
    cut_off: date
    rows: tuple[HoldRow, ...]
    """By town and village."""
    total_fen: int
    total_capital: str
    provenance: Provenance
    prepared_by: str = ""

    @property
    def title(self) -> str:
        return f"{self.county}{self.period_label}监护补贴暂缓与不发清单"

    @property
    def facts(self) -> str:
        held = sum(row.is_held for row in self.rows)
        return (
            f"依据 {self.policy} · {self.stage} · 统计截止日 {chinese_date(self.cut_off)}"
            f" · 暂缓 {held} 笔 · 不发 {len(self.rows) - held} 笔 · 单位：元"
        )


# title, width on paper in mm, width in the workbook in characters
_TITLES: tuple[tuple[str, float, float], ...] = (
    ("序号", 12, 7),
    ("乡镇·村", 46, 26),
    ("监护人", 26, 14),
    ("协议", 38, 20),
    ("处理", 16, 9),
    ("暂缓金额（元）", 29, 16),
    ("原因", 106, 60),
)
_REMARK = "注：合计为暂缓的金额，未发放；不发的没有金额。暂缓的由人核定后，在本批或补发批次发放。"


def render_hold_list_pdf(document: HoldListDocument) -> bytes:
    """The list as PDF, A4 across. Raises TotalMismatchError."""
    _check(document)
    statement, grid = _statement(document), _grid()
    paper = new_paper(statement)
    return render_statement(paper, statement, grid, [_paper_row(paper, grid, cells) for cells in _rows(document)])


def render_hold_list_xlsx(document: HoldListDocument) -> bytes:
    """The same rows as a workbook. Raises TotalMismatchError."""
    _check(document)
    statement = _statement(document)
    kinds = [Kind.FEN if index == 5 else Kind.TEXT for index in range(len(_TITLES))]
    sheet = Sheet(
        "暂缓与不发清单",
        [SheetColumn(title, width, kind) for (title, _, width), kind in zip(_TITLES, kinds, strict=True)],
        [Line(cells, strong=cells[0] == "") for cells in _rows(document)],
        heading=document.title,
        notes=(document.facts, document.provenance.line()),
        closing=statement.closing,
        footer=statement.footer,
        landscape=True,
        wrap=True,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _check(document: HoldListDocument) -> None:
    check_total((row.amount_fen for row in document.rows), document.total_fen, "hold list")


def _rows(document: HoldListDocument) -> Iterator[tuple[Cell, ...]]:
    number = 0
    for town, of_town in groupby(document.rows, key=lambda row: row.town):
        rows = list(of_town)
        for row in rows:
            number += 1
            place = f"{row.town}·{row.village}" if row.village else row.town
            decision = "暂缓" if row.is_held else "不发"
            reasons = "；".join(row.reasons)
            yield str(number), place, row.guardian, row.agreement_number, decision, row.amount_fen, reasons
        held = sum(row.is_held for row in rows)
        words = f"暂缓 {held} 笔，不发 {len(rows) - held} 笔"
        yield "", f"{town} 合计", "", "", "", sum(row.amount_fen for row in rows), words


def _paper_row(paper: Paper, grid: Grid, cells: tuple[Cell, ...]) -> Row:
    words = [(yuan(int(cell or 0)) if cell else "—") if index == 5 else str(cell) for index, cell in enumerate(cells)]
    return grid.row(paper, words, RowStyle.PLAIN if cells[0] else RowStyle.SUBTOTAL)


def _grid() -> Grid:
    columns = tuple(
        Column(
            title,
            mm(width),
            Align.RIGHT if index == 5 else Align.CENTER if index in (0, 4) else Align.LEFT,
            6 if index == 6 else 2 if index == 1 else 1,
        )
        for index, (title, width, _) in enumerate(_TITLES)
    )
    return Grid(MARGIN, columns, 9.5, mm(7.6), mm(9))


def _statement(document: HoldListDocument) -> Statement:
    return Statement(
        title=document.title,
        facts=document.facts,
        stage=document.stage,
        organisation=document.organisation,
        total_fen=document.total_fen,
        total_capital=document.total_capital,
        provenance=document.provenance,
        signers=(("制表人：", document.prepared_by), ("审核人：", ""), ("负责人：", "")),
        remark=_REMARK,
        purpose="暂缓与不发核对",
    )
