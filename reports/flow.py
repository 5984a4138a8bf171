"""A long document: headings, paragraphs, tables and charts one below the other, laid out before the first page is drawn,
so that every page knows how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.page import BLACK, HAIRLINE_GREY, LABEL_GREY, Align, Paper, mm, page_footer
from reports.table import Grid, Row, draw_head, draw_rows, pages_of

MARGIN = mm(12)
_TOP, _FOOT = mm(20), mm(9)
_BOTTOM = _FOOT + mm(7)
_BAND = mm(6.5)
_LEADING, _NOTE = 1.62, 8.5
# a table that takes less of a page is not parted
_KEPT_WHOLE = 0.55

Draw = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Band:
    """A title over several columns of a table's head; none over the columns that stand by themselves."""

    title: str
    columns: int


@dataclass(frozen=True, slots=True)
class _Words:
    """A line, or a gap where it has no text."""

    text: str
    size: float
    down: float
    bold: bool = False
    grey: float = BLACK
    is_section: bool = False
    is_body: bool = False


class Flow:
    """Lays out downwards and turns the page where there is no room; `draw` then draws all pages."""

    def __init__(self, paper: Paper, title: str, footer: str) -> None:
        self.paper = paper
        self.left, self.width = MARGIN, paper.width - 2 * MARGIN
        self._title, self._footer = title, footer
        self._pages: list[list[Draw]] = []
        self._titles: list[str] = []
        self._pending: list[_Words] = []
        self.contents: list[tuple[str, int]] = []
        self._y = 0.0

    # -- laying out -----------------------------------------------------------------------------------------------------

    def turn(self, title: str = "") -> None:
        """Begin a page; `title` stands at its head and at the heads of those that follow."""
        self._settle()
        self._title = title or self._title
        self._begin()

    def section(self, title: str) -> None:
        """A heading of the contents; a heading never stands at the foot of a page without what it is about."""
        self._settle_words()
        self._pending += [_Words("", 0, down=mm(5)), _Words(title, 15, bold=True, down=mm(9), is_section=True)]

    def heading(self, title: str) -> None:
        self._settle_words()
        self._pending += [_Words("", 0, down=mm(2)), _Words(title, 11.5, bold=True, down=mm(6.5))]

    def paragraph(self, text: str, size: float = 10.5, *, grey: float = BLACK, indent: bool = True) -> None:
        """Lines may part over two pages; right below a heading they stay with it and with what follows."""
        lines = self.paper.wrapped(("　　" if indent else "") + text, size, self.width, 60)
        words = [_Words(line, size, grey=grey, down=size * _LEADING, is_body=True) for line in lines]
        if self._pending:
            self._pending += words
            return
        for line in words:
            self._room_for(line.down)
            self._write(line)

    def note(self, text: str) -> None:
        self.paragraph(text, _NOTE, grey=LABEL_GREY, indent=False)
        self.space(mm(1.5))

    def space(self, height: float) -> None:
        if self._pending:
            self._pending.append(_Words("", 0, down=height))
        else:
            self._y -= height

    def block(self, height: float, draw: Callable[[float], None]) -> None:
        """Something that stays whole; `draw` hears its upper edge."""
        self._room_for(height)
        top = self._y
        self._add(lambda: draw(top))
        self._y -= height

    def table(self, grid: Grid, rows: Sequence[Row], bands: Sequence[Band] = (), note: str = "") -> None:
        """Rows under their head, which is repeated on every page; a short table's note stays with it."""
        head = grid.head_height + (_BAND if bands else 0)
        whole = self.paper.height - _TOP - _BOTTOM - head
        height = sum(row.height for row in rows)
        told = len(self.paper.wrapped(note, _NOTE, self.width, 60)) * _NOTE * _LEADING + mm(4.5) if note else 0
        self._room_for(head + (height + told if height < whole * _KEPT_WHOLE else sum(row.height for row in rows[:3])))
        for number, page in enumerate(pages_of(rows, self._y - _BOTTOM - head, whole, 0)):
            if number:
                self._begin()
            self._add(_table_drawing(self.paper, grid, bands, self._y, page))
            self._y -= head + sum(row.height for row in page)
        self._y -= mm(3)
        if note:
            self.note(note)

    def _room_for(self, height: float) -> None:
        """Turn the page unless there are `height` points for what comes, below the words that wait for it."""
        waiting = sum(words.down for words in self._pending)
        if not self._pages or self._y - waiting - height < _BOTTOM:
            self._begin()
        pending, self._pending = self._pending, []
        for words in pending:
            self._write(words)

    def _settle(self) -> None:
        if self._pending:
            self._room_for(0)

    def _settle_words(self) -> None:
        """A section that was words alone ends here."""
        if any(words.is_body for words in self._pending):
            self._settle()

    def _begin(self) -> None:
        self._pages.append([])
        self._titles.append(self._title)
        self._y = self.paper.height - _TOP

    def _write(self, words: _Words) -> None:
        if words.text:
            x, y, paper = self.left, self._y - words.size, self.paper
            self._add(lambda: paper.text(x, y, words.text, words.size, bold=words.bold, grey=words.grey))
            if words.is_section:
                self.contents.append((words.text, len(self._pages)))
        elif self._y == self.paper.height - _TOP:  # no gap at the head of a page
            return
        self._y -= words.down

    def _add(self, draw: Draw) -> None:
        self._pages[-1].append(draw)

    # -- drawing --------------------------------------------------------------------------------------------------------

    def draw(self, cover: Callable[[Sequence[tuple[str, int]]], None] | None = None) -> None:
        """A cover, if any, which hears the contents with their pages, and all pages behind it."""
        self._settle()
        before = 0 if cover is None else 1
        count = len(self._pages) + before
        if cover is not None:
            cover([(title, page + 1) for title, page in self.contents])
            self._end_page(1, count)
        for number, (title, page) in enumerate(zip(self._titles, self._pages, strict=True), start=1 + before):
            self.paper.fitted(self.left, self.paper.down(13), title, 9, self.width)
            edge = self.paper.down(15)
            self.paper.rules([(self.left, edge, self.left + self.width, edge)], 0.4, grey=HAIRLINE_GREY)
            for draw in page:
                draw()
            self._end_page(number, count)

    def _end_page(self, number: int, count: int) -> None:
        page_footer(self.paper, self._footer, f"第 {number} 页 共 {count} 页", margin=MARGIN, y=_FOOT)
        self.paper.next_page()


def _table_drawing(paper: Paper, grid: Grid, bands: Sequence[Band], top: float, rows: Sequence[Row]) -> Draw:
    def draw() -> None:
        y = top
        if bands:
            _draw_bands(paper, grid, bands, y)
            y -= _BAND
        draw_head(paper, grid, y)
        draw_rows(paper, grid, y - grid.head_height, rows)

    return draw


def _draw_bands(paper: Paper, grid: Grid, bands: Sequence[Band], top: float) -> None:
    paper.shade(grid.left, top - _BAND, grid.width, _BAND, 0.93)
    paper.rules([(grid.left, top, grid.left + grid.width, top)], 1.0)
    x, column = grid.left, 0
    for band in bands:
        width = sum(one.width for one in grid.columns[column : column + band.columns])
        size = min(grid.size, grid.size * (width - 4) / max(paper.measure(band.title, grid.size, bold=True), 1))
        paper.text(x + width / 2, top - _BAND / 2 - size * 0.36, band.title, size, bold=True, align=Align.CENTER)
        x, column = x + width, column + band.columns
        if column < len(grid.columns):
            paper.rules([(x, top, x, top - _BAND)], 0.4, grey=HAIRLINE_GREY)
