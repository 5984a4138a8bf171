"""入户核查表: the families that a public number drew from a run, to take along and to sign, as PDF and workbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reports.page import LABEL_GREY, Align, Paper, mm, page_footer
from reports.table import Column, Grid, Row, RowStyle, draw_head, draw_rows, pages_of
from reports.table_xlsx import Cell, Kind, Line, Sheet, render_workbook
from reports.table_xlsx import Column as SheetColumn
from reports.wording import CONFIDENTIAL, Provenance, chinese_date

_MARGIN = mm(12)
_HEAD, _FOOT, _CLOSING = mm(36), mm(12), mm(18)
_TO_TICK = "□ 见到　□ 没有"
REMARK = "入户只看是否见到被监护人本人和监护人；不记录其他情况。号码和名单相同，任何人重算都得到这些户。"


@dataclass(frozen=True, slots=True)
class HomeCheckLine:
    """One drawn family. `is_met` and `checked_on` are None until the town has reported; `is_earlier`: drawn before the list was changed."""

    place: str
    guardian: str
    agreement_number: str
    is_met: bool | None
    checked_on: date | None
    is_earlier: bool


@dataclass(frozen=True, slots=True)
class HomeChecksDocument:
    county: str
    organisation: str
    period_label: str
    number: str
    """The public number by which was drawn."""
    drawn_on: date
    drawn_by: str
    lines: tuple[HomeCheckLine, ...]
    """In the order of villages."""
    provenance: Provenance

    @property
    def title(self) -> str:
        return f"{self.county}{self.period_label}监护补贴入户核查表"

    @property
    def facts(self) -> str:
        return (
            f"公开号码 {self.number} · 抽取 {len(self.lines)} 户 · {chinese_date(self.drawn_on)}由{self.drawn_by}抽取"
        )


# title, width on paper in mm, width in the workbook in characters
_TITLES: tuple[tuple[str, float, float], ...] = (
    ("序号", 11, 7),
    ("乡镇、村（社区）", 37, 26),
    ("监护人", 22, 14),
    ("协议编号", 34, 20),
    ("是否见到本人", 32, 16),
    ("入户日期", 28, 16),
    ("核查人签字", 22, 16),
)


def render_home_checks_pdf(document: HomeChecksDocument) -> bytes:
    paper = Paper(document.title, document.organisation, document.provenance.printed_at)
    grid = _grid()
    cells = _rows(document, open_words=_TO_TICK)
    rows = [grid.row(paper, [str(cell) for cell in row], RowStyle.PLAIN) for row in cells]
    room = paper.height - _HEAD - _FOOT - mm(7) - grid.head_height
    pages = pages_of(rows, room, room, _CLOSING)
    for number, page in enumerate(pages, start=1):
        _draw_page(paper, grid, document, page, number=number, count=len(pages))
    return paper.finish()


def render_home_checks_xlsx(document: HomeChecksDocument) -> bytes:
    kinds = [Kind.COUNT, *[Kind.TEXT] * (len(_TITLES) - 1)]
    columns = [SheetColumn(title, width, kind) for (title, _, width), kind in zip(_TITLES, kinds, strict=True)]
    sheet = Sheet(
        "入户核查表",
        columns,
        [Line(cells) for cells in _rows(document, open_words="")],
        heading=document.title,
        notes=(document.facts, REMARK, document.provenance.line()),
        footer=f"{CONFIDENTIAL} · {document.provenance.short_fingerprint}",
        wrap=True,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _rows(document: HomeChecksDocument, *, open_words: str) -> Iterator[tuple[Cell, ...]]:
    """`open_words` stand where nobody has reported yet."""
    for number, line in enumerate(document.lines, start=1):
        met = open_words if line.is_met is None else "见到" if line.is_met else "没有见到"
        guardian = f"{line.guardian}（改动前抽取）" if line.is_earlier else line.guardian
        on = chinese_date(line.checked_on) if line.checked_on else ""
        yield number, line.place, guardian, line.agreement_number, met, on, ""


def _grid() -> Grid:
    columns = tuple(
        Column(title, mm(width), Align.CENTER if index in (0, 4) else Align.LEFT, 2)
        for index, (title, width, _) in enumerate(_TITLES)
    )
    return Grid(_MARGIN, columns, 9.5, mm(9.5), mm(8))


def _draw_page(
    paper: Paper, grid: Grid, document: HomeChecksDocument, rows: list[Row], *, number: int, count: int
) -> None:
    middle = paper.width / 2
    title = paper.wrapped(document.title, 17, grid.width, 1, bold=True)
    paper.lines(middle, paper.down(18), title, 17, 22, bold=True, align=Align.CENTER)
    paper.text(middle, paper.down(25), document.facts, 10, align=Align.CENTER, grey=LABEL_GREY, fit=grid.width)
    paper.text(middle, paper.down(31), REMARK, 9, align=Align.CENTER, grey=LABEL_GREY, fit=grid.width)
    draw_head(paper, grid, paper.height - _HEAD)
    bottom = draw_rows(paper, grid, paper.height - _HEAD - grid.head_height, rows)
    if number == count:
        paper.text(_MARGIN, bottom - mm(9), f"单位（盖章）：{document.organisation}", 10.5, fit=mm(90))
        paper.text(paper.width - _MARGIN, bottom - mm(9), "　　年　　月　　日", 10.5, align=Align.RIGHT)
    footer = f"{CONFIDENTIAL} · {document.provenance.line()}"
    page_footer(paper, footer, f"第 {number} 页 共 {count} 页", margin=_MARGIN, y=_FOOT)
    paper.next_page()
