"""A ruled table on paper: rows laid out once, cut into pages, drawn with the head repeated."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from reports.page import HAIRLINE_GREY, Align, Paper

LEADING = 1.28
_PADDING = 4.0
_OPTICAL_MIDDLE = 0.36
"""How far below its optical middle the baseline of a line of Chinese lies, in em."""


class RowStyle(Enum):
    """How a row is set: its weight and the shade behind it."""

    PLAIN = (False, 1.0)
    SUBTOTAL = (False, 0.955)
    TOTAL = (True, 0.90)

    @property
    def bold(self) -> bool:
        return self.value[0]

    @property
    def shade(self) -> float:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width: float
    """Points."""
    align: Align = Align.LEFT
    most_lines: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[list[str], ...]
    """The lines of each cell, wrapped to its column."""
    height: float
    style: RowStyle
    adds_fen: int = 0
    """What it adds to the sum that is carried from page to page; a plain row also adds one to the count."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's design: where it stands, its columns, its type size and the height of its head and least row."""

    left: float
    columns: tuple[Column, ...]
    size: float
    row_height: float
    head_height: float

    @property
    def width(self) -> float:
        return sum(column.width for column in self.columns)

    def row(self, paper: Paper, cells: Sequence[str], style: RowStyle = RowStyle.PLAIN, adds_fen: int = 0) -> Row:
        """Wrap the cells; the row grows with its tallest cell."""
        wrapped = tuple(
            [
                paper.wrapped(cell, self.size, column.width - 2 * _PADDING, column.most_lines, bold=style.bold)
                for cell, column in zip(cells, self.columns, strict=True)
            ]
        )
        most = max(map(len, wrapped))
        return Row(wrapped, max(self.row_height, (most + 0.6) * self.size * LEADING), style, adds_fen)


def pages_of(rows: Sequence[Row], first: float, others: float, closing: float, keep: int = 3) -> list[list[Row]]:
    """Cut rows into pages of `first` and `others` points; the last page leaves `closing` points for what ends the table.

    Where that does not fit, the last `keep` rows go with it: signatures never stand on a page without figures. A subtotal never begins a
    page: the row above goes along.
    """
    pages: list[list[Row]] = [[]]
    room = first
    for row in rows:
        if row.height > room and pages[-1]:
            moved = _taken_along(pages[-1], row)
            pages.append(moved)
            room = others - sum(one.height for one in moved)
        pages[-1].append(row)
        room -= row.height
    if room < closing and pages[-1]:
        while keep < len(pages[-1]) and pages[-1][-keep].style is not RowStyle.PLAIN:
            keep += 1
        moved = pages[-1][-keep:] if len(pages[-1]) > keep else pages[-1][1:]
        if moved:
            del pages[-1][-len(moved) :]
        pages.append(moved)
    return pages


def _taken_along(page: list[Row], row: Row) -> list[Row]:
    """Cut off the end of a page what must stand above `row` on the next: for a sum its last plain row, with the sums between."""
    if row.style is RowStyle.PLAIN:
        return []
    count = next((back for back, one in enumerate(reversed(page), start=1) if one.style is RowStyle.PLAIN), 0)
    moved = page[len(page) - count :] if count < len(page) else []
    del page[len(page) - len(moved) :]
    return moved


def draw_head(paper: Paper, grid: Grid, top: float) -> None:
    """The head row, centred and bold; meant for a background, since every page repeats it."""
    bottom = top - grid.head_height
    paper.shade(grid.left, bottom, grid.width, grid.head_height, 0.93)
    x = grid.left
    for column in grid.columns:
        lines = paper.wrapped(column.title, grid.size, column.width - _PADDING, 2, bold=True)
        area = (x, top, column.width, grid.head_height)
        _cell(paper, area, lines, grid.size, align=Align.CENTER, bold=True)
        x += column.width
    verticals = [(edge, top, edge, bottom) for edge in _edges(grid)[1:-1]]
    paper.rules(verticals, 0.4, grey=HAIRLINE_GREY)
    right = grid.left + grid.width
    paper.rules([(grid.left, top, right, top)], 1.0)
    paper.rules([(grid.left, bottom, right, bottom)], 0.6)


def draw_rows(paper: Paper, grid: Grid, top: float, rows: Sequence[Row]) -> float:
    """Draw `rows` downwards from `top`; answers the lower edge."""
    right = grid.left + grid.width
    horizontals: list[tuple[float, float, float, float]] = []
    y = top
    for row in rows:
        if row.style is not RowStyle.PLAIN:
            paper.shade(grid.left, y - row.height, grid.width, row.height, row.style.shade)
        x = grid.left
        for column, lines in zip(grid.columns, row.cells, strict=True):
            if lines:
                area = (x, y, column.width, row.height)
                _cell(paper, area, lines, grid.size, align=column.align, bold=row.style.bold)
            x += column.width
        y -= row.height
        horizontals.append((grid.left, y, right, y))
    if rows:
        verticals = [(edge, top, edge, y) for edge in _edges(grid)[1:-1]]
        paper.rules(horizontals[:-1] + verticals, 0.4, grey=HAIRLINE_GREY)
        paper.rules([horizontals[-1]], 1.0)
    return y


def _cell(
    paper: Paper,
    area: tuple[float, float, float, float],
    lines: Sequence[str],
    size: float,
    *,
    align: Align,
    bold: bool,
) -> None:
    """Draw lines in the optical middle of an area (left, top, width, height)."""
    x, top, width, height = area
    leading = size * LEADING
    y = top - height / 2 + (len(lines) - 1) * leading / 2 - _OPTICAL_MIDDLE * size
    if align is Align.LEFT:
        x += _PADDING
    elif align is Align.RIGHT:
        x += width - _PADDING
    else:
        x += width / 2
    for line in lines:
        paper.text(x, y, line, size, bold=bold, align=align)
        y -= leading


def _edges(grid: Grid) -> list[float]:
    edges = [grid.left]
    for column in grid.columns:
        edges.append(edges[-1] + column.width)
    return edges
