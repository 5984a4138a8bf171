"""A list behind a figure for a meeting: who is counted, where and whose work it is, with room to write what was done."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reports.flow import MARGIN, Flow
from reports.page import A4_LANDSCAPE, Align, Paper, mm
from reports.table import Column, Grid, RowStyle
from reports.table_xlsx import Column as SheetColumn
from reports.table_xlsx import Kind, Line, Sheet, render_workbook
from reports.wording import CONFIDENTIAL, Provenance, yuan

_WIDTH = A4_LANDSCAPE[0] - 2 * MARGIN
_NUMBER = mm(14)
_TOTAL = "合计"
_LINES = 10  # a town and a village of sixty characters each


@dataclass(frozen=True, slots=True)
class ListColumn:
    title: str
    share: float
    """Of the room that the columns divide among them."""
    is_count: bool = False
    kind: Kind = Kind.TEXT
    """Hundredths (`RATE`, marks too) and fen are whole numbers in the rows."""

    @property
    def stored_as(self) -> Kind:
        return Kind.COUNT if self.is_count else self.kind

    def said(self, cell: str | int) -> str:
        """As it is printed."""
        if isinstance(cell, str) or self.stored_as in (Kind.TEXT, Kind.COUNT):
            return str(cell)
        return yuan(cell) if self.kind is Kind.FEN else f"{Decimal(cell) / 100}"


@dataclass(frozen=True, slots=True)
class MemberListDocument:
    title: str
    facts: str
    """Period, cut-off, rule set, how many."""
    organisation: str
    columns: tuple[ListColumn, ...]
    rows: tuple[tuple[str | int, ...], ...]
    provenance: Provenance
    note: str = ""
    prepared_by: str = ""


def render_member_list_pdf(document: MemberListDocument) -> bytes:
    """The list as PDF, A4 across."""
    paper = Paper(document.title, document.organisation, document.provenance.printed_at, A4_LANDSCAPE)
    flow = Flow(paper, document.title, f"{CONFIDENTIAL} · {document.provenance.line()}")
    title = paper.wrapped(document.title, 16, flow.width, 4, bold=True)
    flow.block(
        mm(9) * len(title),
        lambda top: _centred(paper, title, top),
    )
    flow.note(document.facts)
    grid = _grid(document)
    rows = [
        grid.row(
            paper,
            (
                "" if _is_total(row) else str(number),
                *(column.said(cell) for column, cell in zip(document.columns, row, strict=True)),
            ),
            RowStyle.TOTAL if _is_total(row) else RowStyle.PLAIN,
        )
        for number, row in enumerate(document.rows, start=1)
    ]
    if rows:
        flow.table(grid, rows)
    else:
        flow.paragraph("没有。")
    if document.note:
        flow.note(document.note)
    flow.block(mm(18), lambda top: _signers(paper, document, top))
    flow.draw()
    return paper.finish()


def render_member_list_xlsx(document: MemberListDocument) -> bytes:
    """The same rows as a workbook."""
    columns = [
        SheetColumn("序号", 7, Kind.COUNT),
        *(SheetColumn(one.title, 12 + 60 * one.share, one.stored_as) for one in document.columns),
    ]
    sheet = Sheet(
        "名单",
        columns,
        [
            Line((None if _is_total(row) else number, *row), strong=_is_total(row))
            for number, row in enumerate(document.rows, start=1)
        ],
        heading=document.title,
        notes=(document.facts, *filter(None, (document.note,)), document.provenance.line()),
        footer=f"{CONFIDENTIAL} · {document.provenance.short_fingerprint}",
        landscape=True,
        wrap=True,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _grid(document: MemberListDocument) -> Grid:
    whole, room = sum(one.share for one in document.columns), _WIDTH - _NUMBER
    columns = (
        Column("序号", _NUMBER, Align.CENTER),
        *(
            Column(
                one.title, room * one.share / whole, Align.LEFT if one.stored_as is Kind.TEXT else Align.RIGHT, _LINES
            )
            for one in document.columns
        ),
    )
    return Grid(MARGIN, columns, 9.5, mm(8), mm(9))


def _is_total(row: tuple[str | int, ...]) -> bool:
    return _TOTAL in row[:2]


def _centred(paper: Paper, lines: list[str], top: float) -> None:
    paper.lines(paper.width / 2, top - 16, lines, 16, mm(8), bold=True, align=Align.CENTER)


def _signers(paper: Paper, document: MemberListDocument, top: float) -> None:
    y = top - mm(11)
    for index, (label, name) in enumerate((("制表人：", document.prepared_by), ("审核人：", ""), ("负责人：", ""))):
        x = MARGIN + index * mm(52)
        paper.signature(x, y, label, 10.5, mm(30))
        paper.text(x + mm(17), y, name, 10.5, fit=mm(28))
    paper.text(MARGIN + mm(160), y, f"单位（盖章）：{document.organisation}", 10.5, fit=mm(78))
    paper.text(paper.width - MARGIN, y, "　　年　　月　　日", 10.5, align=Align.RIGHT)
