"""缺件清单: agreements that lack a paper, village by village, as PDF and workbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reports.page import LABEL_GREY, Align, Paper, mm, page_footer
from reports.table import Column, Grid, Row, RowStyle, draw_head, draw_rows, pages_of
from reports.table_xlsx import Cell, Kind, Line, Sheet, render_workbook
from reports.table_xlsx import Column as SheetColumn
from reports.wording import CONFIDENTIAL, Provenance, chinese_date

_MARGIN = mm(14)
_HEAD, _FOOT, _CLOSING = mm(28), mm(10), mm(16)


@dataclass(frozen=True, slots=True)
class LackingLine:
    village: str
    number: str
    guardian: str
    to_on: date
    missing: tuple[str, ...]
    """What is missing, in words."""


@dataclass(frozen=True, slots=True)
class MissingPapersDocument:
    place: str
    """Whose list it is: a village, a town or the county."""
    organisation: str
    as_of: date
    lines: tuple[LackingLine, ...]
    """In the order of villages."""
    provenance: Provenance

    @property
    def title(self) -> str:
        return f"{self.place}监护协议缺件清单"

    @property
    def facts(self) -> str:
        return f"截至{chinese_date(self.as_of)} · 缺件协议 {len(self.lines)} 份"


# title, width on paper in mm, width in the workbook in characters
_TITLES: tuple[tuple[str, float, float], ...] = (
    ("序号", 11, 7),
    ("村（社区）", 34, 24),
    ("协议编号", 33, 20),
    ("第一监护人", 22, 14),
    ("协议到期", 30, 16),
    ("缺什么", 52, 44),
)


def render_missing_pdf(document: MissingPapersDocument) -> bytes:
    paper = Paper(document.title, document.organisation, document.provenance.printed_at)
    grid = _grid()
    rows = [grid.row(paper, [str(cell) for cell in cells], RowStyle.PLAIN) for cells in _rows(document)]
    room = paper.height - _HEAD - _FOOT - mm(7) - grid.head_height
    pages = pages_of(rows, room, room, _CLOSING)
    for number, page in enumerate(pages, start=1):
        _draw_page(paper, grid, document, page, number=number, count=len(pages))
    return paper.finish()


def render_missing_xlsx(document: MissingPapersDocument) -> bytes:
    kinds = [Kind.COUNT if index == 0 else Kind.TEXT for index in range(len(_TITLES))]
    columns = [SheetColumn(title, width, kind) for (title, _, width), kind in zip(_TITLES, kinds, strict=True)]
    sheet = Sheet(
        "缺件清单",
        columns,
        [Line(cells) for cells in _rows(document)],
        heading=document.title,
        notes=(document.facts, document.provenance.line()),
        footer=f"{CONFIDENTIAL} · {document.provenance.short_fingerprint}",
        wrap=True,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _rows(document: MissingPapersDocument) -> Iterator[tuple[Cell, ...]]:
    for number, line in enumerate(document.lines, start=1):
        yield (
            number,
            line.village,
            line.number,
            line.guardian,
            chinese_date(line.to_on),
            "、".join(line.missing),
        )


def _grid() -> Grid:
    columns = tuple(
        Column(title, mm(width), Align.CENTER if index == 0 else Align.LEFT, 3 if index == 5 else 2)
        for index, (title, width, _) in enumerate(_TITLES)
    )
    return Grid(_MARGIN, columns, 9.5, mm(7.6), mm(8))


def _draw_page(
    paper: Paper, grid: Grid, document: MissingPapersDocument, rows: list[Row], *, number: int, count: int
) -> None:
    title = paper.wrapped(document.title, 17, grid.width, 1, bold=True)
    paper.lines(paper.width / 2, paper.down(17), title, 17, 22, bold=True, align=Align.CENTER)
    paper.text(paper.width / 2, paper.down(24), document.facts, 10, align=Align.CENTER, grey=LABEL_GREY, fit=grid.width)
    draw_head(paper, grid, paper.height - _HEAD)
    bottom = draw_rows(paper, grid, paper.height - _HEAD - grid.head_height, rows)
    if number == count:
        paper.text(_MARGIN, bottom - mm(9), f"单位（盖章）：{document.organisation}", 10.5, fit=mm(90))
        paper.text(paper.width - _MARGIN, bottom - mm(9), "　　年　　月　　日", 10.5, align=Align.RIGHT)
    footer = f"{CONFIDENTIAL} · {document.provenance.line()}"
    page_footer(paper, footer, f"第 {number} 页 共 {count} 页", margin=_MARGIN, y=_FOOT)
    paper.next_page()
