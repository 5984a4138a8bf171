"""What a run's statements share on paper: heads, pages, the total in capital characters, who signs and seals."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reports.page import A4_LANDSCAPE, LABEL_GREY, Align, Paper, mm, page_footer
from reports.table import Grid, Row, RowStyle, draw_head, draw_rows, pages_of
from reports.wording import CONFIDENTIAL, Provenance, yuan

MARGIN = mm(12)
_FOOT = mm(9)
_FIRST_HEAD = mm(31)
_OTHER_HEAD = mm(20)
_CLOSING = mm(36)
_CARRIED = mm(4)

Signer = tuple[str, str]
"""A label and the name that stands behind it, or nothing where somebody signs by hand."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What stands above and below the rows, whatever they are."""

    title: str
    facts: str
    """One line below the title: document, stage, cut-off, rules, unit."""
    stage: str
    organisation: str
    """Who seals it."""
    total_fen: int
    total_capital: str
    provenance: Provenance
    signers: tuple[Signer, ...]
    remark: str = ""
    """A line below the total."""
    checked: str = ""
    """If given, a second line below the title: which lists of other offices it was checked against."""
    purpose: str = ""
    """If given, stands with user and time as a light watermark on every page."""
    carries: bool = False
    """Whether each page but the last ends with its own sum and the sum so far."""

    @property
    def closing(self) -> tuple[str, ...]:
        """The same ending as lines of a workbook."""
        signed = "　　　　".join(f"{label}{name}" for label, name in self.signers)
        return (
            f"合计人民币（大写）：{self.total_capital}　　￥{yuan(self.total_fen)}",
            *((self.remark,) if self.remark else ()),
            f"{signed}　　　　单位（盖章）：{self.organisation}　　　　　　年　　月　　日",
        )

    @property
    def footer(self) -> str:
        return f"{CONFIDENTIAL} · {self.provenance.short_fingerprint}"


def new_paper(statement: Statement) -> Paper:
    """An A4 sheet across, to lay the rows out on and to hand to `render_statement`."""
    return Paper(statement.title, statement.organisation, statement.provenance.printed_at, A4_LANDSCAPE)


def render_statement(
    paper: Paper,
    statement: Statement,
    grid: Grid,
    rows: Sequence[Row],
    progress: Callable[[int, int], None] | None = None,
) -> bytes:
    """The statement as PDF. `progress` hears (pages done, pages in all)."""
    room = paper.height - _FOOT - mm(7) - grid.head_height - (_CARRIED if statement.carries else 0)
    pages = pages_of(rows, room - _first_head(statement), room - _OTHER_HEAD, _CLOSING)
    with paper.background("first"):
        _draw_first_head(paper, grid, statement)
    with paper.background("others"):
        _draw_other_head(paper, grid, statement)
    carried = _carried(pages) if statement.carries else [""] * len(pages)
    for number, (page, sums) in enumerate(zip(pages, carried, strict=True), start=1):
        _draw_page(paper, grid, statement, page, number=number, count=len(pages), sums=sums)
        if progress is not None:
            progress(number, len(pages))
    return paper.finish()


def _carried(pages: Sequence[Sequence[Row]]) -> Iterator[str]:
    """What each page comes to and all up to it; the last page has the total instead."""
    count = fen = 0
    for page in pages[:-1]:
        lines, page_fen = sum(row.style is RowStyle.PLAIN for row in page), sum(row.adds_fen for row in page)
        count, fen = count + lines, fen + page_fen
        yield f"本页 {lines} 笔 {yuan(page_fen)}　　累计 {count} 笔 {yuan(fen)}"
    yield ""


def _draw_first_head(paper: Paper, grid: Grid, statement: Statement) -> None:
    _draw_watermark(paper, statement)
    title = paper.wrapped(statement.title, 19, grid.width, 1, bold=True)
    paper.lines(paper.width / 2, paper.down(18), title, 19, 24, bold=True, align=Align.CENTER)
    paper.text(
        paper.width / 2, paper.down(26.5), statement.facts, 10, align=Align.CENTER, grey=LABEL_GREY, fit=grid.width
    )
    if statement.checked:
        paper.text(
            paper.width / 2, paper.down(31), statement.checked, 9, align=Align.CENTER, grey=LABEL_GREY, fit=grid.width
        )
    draw_head(paper, grid, paper.height - _first_head(statement))


def _first_head(statement: Statement) -> float:
    return _FIRST_HEAD + (mm(4) if statement.checked else 0)


def _draw_other_head(paper: Paper, grid: Grid, statement: Statement) -> None:
    _draw_watermark(paper, statement)
    paper.text(MARGIN, paper.down(15.5), statement.title, 11, bold=True, fit=grid.width * 0.6)
    stage = f"{statement.stage} · 单位：元"
    paper.text(paper.width - MARGIN, paper.down(15.5), stage, 9.5, align=Align.RIGHT, grey=LABEL_GREY)
    draw_head(paper, grid, paper.height - _OTHER_HEAD)


def _draw_watermark(paper: Paper, statement: Statement) -> None:
    if statement.purpose:
        source = statement.provenance
        paper.watermark(f"{source.printed_by} {source.local_time} {source.short_fingerprint} {statement.purpose}")


def _draw_page(
    paper: Paper, grid: Grid, statement: Statement, rows: Sequence[Row], *, number: int, count: int, sums: str
) -> None:
    paper.lay("first" if number == 1 else "others")
    head = _first_head(statement) if number == 1 else _OTHER_HEAD
    bottom = draw_rows(paper, grid, paper.height - head - grid.head_height, rows)
    if number == count:
        _draw_closing(paper, grid, statement, bottom)
    if sums:
        paper.text(paper.width - MARGIN, bottom - mm(4.5), sums, 9, align=Align.RIGHT, grey=LABEL_GREY)
    footer = f"{CONFIDENTIAL} · {statement.provenance.line()}"
    page_footer(paper, footer, f"第 {number} 页 共 {count} 页", margin=MARGIN, y=_FOOT)
    paper.next_page()


def _draw_closing(paper: Paper, grid: Grid, statement: Statement, bottom: float) -> None:
    """The total in capital characters, and who signs and seals."""
    y = bottom - mm(8)
    paper.text(MARGIN, y, f"合计人民币（大写）：{statement.total_capital}", 12, bold=True, fit=grid.width * 0.7)
    paper.text(paper.width - MARGIN, y, f"￥{yuan(statement.total_fen)}", 12, bold=True, align=Align.RIGHT)
    if statement.remark:
        paper.text(MARGIN, y - mm(6), statement.remark, 9, grey=LABEL_GREY)
    y -= mm(19)
    for index, (label, name) in enumerate(statement.signers):
        x = MARGIN + index * mm(50)
        paper.signature(x, y, label, 10.5, mm(30))
        paper.text(x + mm(17), y, name, 10.5, fit=mm(28))
    paper.text(MARGIN + mm(154), y, f"单位（盖章）：{statement.organisation}", 10.5, fit=mm(80))
    paper.text(paper.width - MARGIN, y, "　　年　　月　　日", 10.5, align=Align.RIGHT)
