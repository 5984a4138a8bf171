"""A ruled table upright on A4 with text above it and signatures or a seal below: what is hung out, and what several offices seal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.page import LABEL_GREY, Paper, mm, page_footer
from reports.table import Grid, Row, draw_head, draw_rows, pages_of

MARGIN = mm(20)
WIDTH = mm(170)
_FOOT = mm(10)
_OTHER_HEAD = mm(24)


@dataclass(frozen=True, slots=True)
class Upright:
    """What stands around the rows. Heights are points."""

    title: str
    first_head: float
    closing: float
    draw_first: Callable[[], None]
    """Draws title and text above the table on the first page."""
    draw_closing: Callable[[float], None]
    """Draws what ends the paper, from the table's lower edge downwards."""
    footer: str


def render_upright(paper: Paper, sheet: Upright, grid: Grid, rows: Sequence[Row]) -> bytes:
    """The paper as PDF."""
    room = paper.height - _FOOT - mm(8) - grid.head_height
    pages = pages_of(rows, room - sheet.first_head, room - _OTHER_HEAD, sheet.closing)
    for number, page in enumerate(pages, start=1):
        top = paper.height - (sheet.first_head if number == 1 else _OTHER_HEAD)
        if number == 1:
            sheet.draw_first()
        else:
            paper.text(MARGIN, paper.down(18), sheet.title, 11, bold=True, grey=LABEL_GREY, fit=WIDTH)
        draw_head(paper, grid, top)
        bottom = draw_rows(paper, grid, top - grid.head_height, page)
        if number == len(pages):
            sheet.draw_closing(bottom)
        page_footer(paper, sheet.footer, f"第 {number} 页 共 {len(pages)} 页", margin=MARGIN, y=_FOOT)
        paper.next_page()
    return paper.finish()
