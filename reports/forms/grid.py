"""The ruled grid of a form: rows of cells, rows gathered under one label, and tables whose head comes again on every page.

A design is made of `Row`, `Group` and `Table` in millimetres; `lay` turns it into rows with known heights, which the sheet cuts
into pages. A row that is too tall for what is left of a page goes on at the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from reports.forms.flow import Boxes, Line, Piece, Type, draw_boxes, draw_line, set_lines, width_of_boxes
from reports.page import Align, Paper, mm

REST = 0.0
"""A cell of this width takes what the others leave."""

_SIDE = mm(1.6)
_ABOVE = mm(0.9)
_MIDDLE = 0.36
_WHOLE_LINES = 6
"""A row of so many lines or fewer is never parted."""

_FRAME = 0.9
_RULE = 0.5
_HEAD_SHADE = 0.94


@dataclass(frozen=True, slots=True)
class Cell:
    """`boxes` stand at the right end of the last line; `least` is a height to write in, in millimetres."""

    pieces: tuple[Piece, ...] = ()
    width: float = REST
    boxes: Boxes | None = None
    align: Align = Align.LEFT
    is_label: bool = False
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that share the label at their left."""

    label: Cell
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head that every page repeats; `widths` in millimetres, REST for what is left."""

    titles: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[Piece | tuple[Piece, ...], ...], ...]
    aligns: tuple[Align, ...] = ()
    least: float = 0.0


def label(text: str, width: float = REST) -> Cell:
    """A cell that names what stands beside it."""
    return Cell((text,), width, align=Align.CENTER, is_label=True)


def cell(*pieces: Piece, width: float = REST, boxes: Boxes | None = None, least: float = 0.0) -> Cell:
    return Cell(pieces, width, boxes, least=least)


@dataclass(frozen=True, slots=True)
class Columns:
    """The usual rows of a form: a label with its answer, or two of them side by side; widths in millimetres."""

    label: float
    half: float = 54.0
    """Of the first answer where two stand side by side."""

    def line(self, name: str, answer: Cell) -> Row:
        return Row((label(name, self.label), answer))

    def pair(self, first: str, value: Cell, second: str, answer: Cell) -> Row:
        return Row((label(first, self.label), replace(value, width=self.half), label(second, self.label), answer))


@dataclass(frozen=True, slots=True)
class GridStyle:
    """Where a grid stands and how it is set; lengths in points."""

    left: float
    width: float
    type: Type
    least: float


@dataclass(frozen=True, slots=True)
class _SetCell:
    x: float
    width: float
    lines: tuple[Line, ...]
    boxes: Boxes | None
    align: Align
    is_label: bool

    def tall(self, kind: Type) -> float:
        return len(self.lines) * kind.step + 2 * _ABOVE


@dataclass(frozen=True, slots=True)
class _Span:
    """A label beside several rows: one object shared by them all."""

    cell: _SetCell


@dataclass(frozen=True, slots=True)
class SetRow:
    """A row with known height. `head` is what every page repeats above it."""

    style: GridStyle
    cells: tuple[_SetCell, ...]
    height: float
    span: _Span | None = None
    head: "SetRow | None" = None
    is_shaded: bool = False

    def part(self, room: float) -> "tuple[SetRow, SetRow] | None":
        """This row cut at a line so that its beginning fits into `room`; None where it should stay whole."""
        kind = self.style.type
        most = max(len(cell.lines) for cell in self.cells)
        kept = int((room - 2 * _ABOVE) / kind.step)
        if most <= _WHOLE_LINES or kept < 2 or most - kept < 1:
            return None
        kept = min(kept, most - 2)
        first = tuple(_begin(cell, kept) for cell in self.cells)
        rest = tuple(_go_on(cell, kept) for cell in self.cells)
        height = max(cell.tall(kind) for cell in rest)
        return replace(self, cells=first, height=room), replace(self, cells=rest, height=max(height, self.style.least))


def lay(part: Row | Group | Table, style: GridStyle) -> list[SetRow]:
    """The rows of `part` with their heights."""
    if isinstance(part, Row):
        return [_set_row(part.cells, style, style.left)]
    if isinstance(part, Group):
        return _set_group(part, style)
    return _set_table(part, style)


def draw_rows(paper: Paper, top: float, rows: Sequence[SetRow]) -> float:
    """Draw rows that stand on one another, with their frame; answers the lower edge."""
    tops = [top]
    for row in rows:
        tops.append(tops[-1] - row.height)
    rules: list[tuple[float, float, float, float]] = []
    for row, above, below in zip(rows, tops, tops[1:], strict=False):
        if row.is_shaded:
            paper.shade(row.style.left, below, row.style.width, row.height, _HEAD_SHADE)
        for part in row.cells:
            _draw_cell(paper, part, above, row.height, row.style.type)
            if part.x > row.style.left:
                rules.append((part.x, above, part.x, below))
    rules += _rules_between(rows, tops)
    _draw_spans(paper, rows, tops)
    paper.rules(rules, _RULE)
    style = rows[0].style
    paper.box(style.left, tops[-1], style.width, top - tops[-1], _FRAME)
    return tops[-1]


def _rules_between(rows: Sequence[SetRow], tops: Sequence[float]) -> list[tuple[float, float, float, float]]:
    rules = []
    for above, below, y in zip(rows, rows[1:], tops[1:], strict=False):
        left = above.style.left
        if above.span is not None and above.span is below.span:
            left += above.span.cell.width
        rules.append((left, y, above.style.left + above.style.width, y))
    return rules


def _draw_spans(paper: Paper, rows: Sequence[SetRow], tops: Sequence[float]) -> None:
    index = 0
    for span, spanned in groupby(rows, key=lambda row: row.span):
        count = len(list(spanned))
        if span is not None:
            top, bottom = tops[index], tops[index + count]
            _draw_cell(paper, span.cell, top, top - bottom, rows[index].style.type)
        index += count


def _draw_cell(paper: Paper, part: _SetCell, top: float, height: float, kind: Type) -> None:
    y = top - height / 2 + (len(part.lines) - 1) * kind.step / 2 - _MIDDLE * kind.size
    room = part.width - 2 * _SIDE
    for line in part.lines:
        width = line[-1].x + line[-1].width if line else 0.0
        draw_line(paper, part.x + _SIDE + part.align.value * (room - width), y, line, kind)
        y -= kind.step
    if part.boxes is not None:
        right = part.x + part.width - _SIDE - width_of_boxes(part.boxes, kind.size)
        draw_boxes(paper, right, y + kind.step, part.boxes, kind.size)


def _set_group(group: Group, style: GridStyle) -> list[SetRow]:
    aside = _set_cell(group.label, style.left, mm(group.label.width), style.type)
    span = _Span(aside)
    rows = [_set_row(row.cells, style, style.left + aside.width) for row in group.rows]
    missing = max(0.0, aside.tall(style.type) - sum(row.height for row in rows)) / len(rows)
    return [replace(row, span=span, height=row.height + missing) for row in rows]


def _set_table(table: Table, style: GridStyle) -> list[SetRow]:
    aligns = table.aligns or (Align.LEFT,) * len(table.titles)
    titles = tuple(label(title, width) for title, width in zip(table.titles, table.widths, strict=True))
    head = replace(_set_row(titles, style, style.left), is_shaded=True)
    rows = []
    for values in table.rows:
        cells = tuple(
            Cell(value if isinstance(value, tuple) else (value,), width, align=align, least=table.least)
            for value, width, align in zip(values, table.widths, aligns, strict=True)
        )
        rows.append(replace(_set_row(cells, style, style.left), head=head))
    return rows


def _set_row(cells: tuple[Cell, ...], style: GridStyle, left: float) -> SetRow:
    room = style.left + style.width - left
    given = sum(mm(part.width) for part in cells)
    takers = sum(1 for part in cells if not part.width)
    share = (room - given) / takers if takers else 0.0
    placed = []
    x = left
    for index, part in enumerate(cells):
        # the last cell ends at the frame, whatever the sum of millimetres is
        width = style.left + style.width - x if index == len(cells) - 1 else mm(part.width) or share
        placed.append(_set_cell(part, x, width, style.type))
        x += width
    height = max(part.tall(style.type) for part in placed)
    least = max(mm(part.least) for part in cells)
    return SetRow(style, tuple(placed), max(height, least, style.least))


def _set_cell(part: Cell, x: float, width: float, kind: Type) -> _SetCell:
    room = width - 2 * _SIDE
    lines = set_lines(part.pieces, room, kind)
    if part.boxes is not None:
        last = lines[-1][-1] if lines and lines[-1] else None
        used = last.x + last.width + kind.size if last else 0.0
        if not lines or used + width_of_boxes(part.boxes, kind.size) > room:
            lines.append(())
    return _SetCell(x, width, tuple(lines), part.boxes, part.align, part.is_label)


def _begin(part: _SetCell, kept: int) -> _SetCell:
    if part.is_label:
        return part
    return replace(part, lines=part.lines[:kept], boxes=part.boxes if len(part.lines) <= kept else None)


def _go_on(part: _SetCell, kept: int) -> _SetCell:
    if part.is_label:
        return part
    return replace(part, lines=part.lines[kept:], boxes=part.boxes if len(part.lines) > kept else None)
