"""The cover sheet of a village's notices: whom to hand them to and who handed them out.

It lists people without amounts or kinds of notice, and does not say what anybody's notice is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.page import LABEL_GREY, Align, Paper, mm, page_footer
from reports.table import Column, Grid, Row, draw_head, draw_rows, pages_of
from reports.wording import CONFIDENTIAL

_MARGIN = mm(20)
_FOOT = mm(11)
_FIRST_HEAD = mm(71)
_OTHER_HEAD = mm(30)
_CLOSING = mm(40)
_HANDLING = (
    "1. 沿上折线向后折、沿下折线向前折，地址面朝外，封口后当面交本人，不张贴、不代读给旁人。",
    "2. 本人阅读有困难的，当面宣读后在回执上勾选“已当面宣读”，请本人签名或按指印。",
    "3. 撕下的回执随本清单一并交回；未送达的写明原因，连同告知书退回。",
)


@dataclass(frozen=True, slots=True)
class CoverEntry:
    serial: str
    guardian: str


@dataclass(frozen=True, slots=True)
class VillageCover:
    office: str
    title: str
    place: str
    entries: tuple[CoverEntry, ...]
    issued_on: str
    source: str


def draw_cover(paper: Paper, cover: VillageCover, key: str) -> None:
    """Draw the village's cover, as many pages as its list needs; `key` names it in the reader's side list."""
    grid = _grid(paper)
    rows = [
        grid.row(paper, (str(number), entry.serial, entry.guardian, "□ 本人　□ 代收", "□", ""))
        for number, entry in enumerate(cover.entries, start=1)
    ]
    room = paper.height - _FOOT - mm(8) - grid.head_height
    pages = pages_of(rows, room - _FIRST_HEAD, room - _OTHER_HEAD, _CLOSING)
    for number, page in enumerate(pages, start=1):
        if number == 1:
            paper.bookmark(cover.place or cover.title, key)
        _draw_page(paper, grid, cover, page, number=number, count=len(pages))


def _grid(paper: Paper) -> Grid:
    columns = (
        Column("序号", mm(14), Align.CENTER),
        Column("告知书编号", mm(40), most_lines=2),
        Column("收件人", mm(44), most_lines=4),
        Column("送达方式", mm(36), Align.CENTER),
        Column("回执", mm(14), Align.CENTER),
        Column("备注", paper.width - 2 * _MARGIN - mm(148)),
    )
    return Grid(_MARGIN, columns, 11, mm(8.6), mm(9.5))


def _draw_page(paper: Paper, grid: Grid, cover: VillageCover, rows: Sequence[Row], *, number: int, count: int) -> None:
    if number == 1:
        _draw_first_head(paper, cover)
    else:
        paper.text(_MARGIN, paper.down(24), f"{cover.place}　{cover.title}", 11, bold=True, fit=grid.width)
    top = paper.height - (_FIRST_HEAD if number == 1 else _OTHER_HEAD)
    draw_head(paper, grid, top)
    bottom = draw_rows(paper, grid, top - grid.head_height, rows)
    if number == count:
        _draw_closing(paper, cover, bottom)
    page_footer(paper, f"{CONFIDENTIAL} · {cover.source}", f"第 {number} 页 共 {count} 页", margin=_MARGIN, y=_FOOT)
    paper.next_page()


def _draw_first_head(paper: Paper, cover: VillageCover) -> None:
    middle = paper.width / 2
    room = paper.width - 2 * _MARGIN
    paper.text(_MARGIN, paper.down(17), f"存根联 · {cover.office}", 10.5, grey=LABEL_GREY, fit=room * 0.6)
    paper.text(paper.width - _MARGIN, paper.down(17), cover.issued_on, 10.5, align=Align.RIGHT, grey=LABEL_GREY)
    title = paper.wrapped(cover.title, 19, room, 1, bold=True)
    paper.lines(middle, paper.down(29), title, 19, 24, bold=True, align=Align.CENTER)
    paper.text(_MARGIN, paper.down(41), cover.place, 15, bold=True, fit=room * 0.7)
    paper.text(paper.width - _MARGIN, paper.down(41), f"共 {len(cover.entries)} 份", 15, bold=True, align=Align.RIGHT)
    y = paper.down(49)
    for line in _HANDLING:
        paper.text(_MARGIN, y, line, 10.5, fit=room)
        y -= mm(6.2)


def _draw_closing(paper: Paper, cover: VillageCover, bottom: float) -> None:
    y = bottom - mm(10)
    paper.text(
        _MARGIN, y, f"应送达 {len(cover.entries)} 份　　实际送达 ____ 份　　退回 ____ 份　　交回回执 ____ 份", 11.5
    )
    y -= mm(14)
    paper.signature(_MARGIN, y, "送达人签名：", 11.5, mm(42))
    paper.signature(_MARGIN + mm(76), y, "接收人签名：", 11.5, mm(30))
    y -= mm(11)
    paper.text(_MARGIN, y, "送达日期：　　　　年　　月　　日", 11.5)
    paper.text(_MARGIN + mm(76), y, "交回日期：　　　　年　　月　　日", 11.5)
