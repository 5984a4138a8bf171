"""A form as a sheet of paper: title, head line, parts one below the other, cut into pages, with the foot of every page."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.forms.flow import Line, Piece, Type, draw_line, set_lines
from reports.forms.grid import GridStyle, Group, Row, SetRow, Table, draw_rows, lay
from reports.page import Align, Paper, mm, page_footer
from reports.wording import CONFIDENTIAL, SHANGHAI

FOR_THE_FAMILY = "本人资料 请妥善保管"

_FOOT = mm(10)
_FOOT_ROOM = mm(7)
_ORPHAN = 2
"""So many lines of a paragraph stay together at a page's end and beginning."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """Who prints a form and when; `printed_at` is an aware instant and also the creation date in the file.

    `table_number` is what the county calls the form (for example 表1-9): numbers differ between editions.
    """

    organisation: str
    printed_by: str
    printed_at: datetime
    table_number: str = ""

    def line(self) -> str:
        moment = self.printed_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        source = f"{self.printed_by} 打印于 {moment}" if self.printed_by else f"打印于 {moment}"
        return f"{self.organisation} · {source}" if self.organisation else source


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph outside the grid. `keep` holds it with what comes after it; `after` in millimetres."""

    pieces: tuple[Piece, ...]
    size: float = 0.0
    bold: bool = False
    align: Align = Align.LEFT
    leading: float = 1.6
    indent: float = 0.0
    """Of every line, in em."""
    after: float = 1.5
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    height: float
    """Millimetres."""


@dataclass(frozen=True, slots=True)
class Together:
    """Parts that stand on one page, such as the lines to sign."""

    parts: tuple["Row | Group | Table | Prose | Gap", ...]


Part = Row | Group | Table | Prose | Gap | Together


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form. `size` is its type in points, `least` the height of its lowest row in millimetres."""

    title: str
    imprint: Imprint
    parts: tuple[Part, ...]
    head: tuple[Piece, ...] = ()
    head_right: tuple[Piece, ...] = ()
    corner: str = ""
    """At the right end above the title, such as which copy this is."""
    reminder: str = ""
    """Stands beside the title of the pages that follow, so that a loose page finds its form; usually the name."""
    notice: str = CONFIDENTIAL
    watermark: str = ""
    size: float = 10.0
    leading: float = 1.5
    least: float = 7.4
    margin: float = 18.0
    top: float = 14.0
    title_size: float = 17.0


@dataclass(frozen=True, slots=True)
class _SetProse:
    lines: tuple[Line, ...]
    kind: Type
    left: float
    room: float
    align: Align
    after: float
    keep: bool

    @property
    def height(self) -> float:
        return len(self.lines) * self.kind.step + self.after

    @property
    def head(self) -> None:
        return None

    def part(self, room: float) -> "tuple[_SetProse, _SetProse] | None":
        kept = min(int(room / self.kind.step), len(self.lines) - _ORPHAN)
        if kept < _ORPHAN:
            return None
        return self._of(self.lines[:kept]), self._of(self.lines[kept:])

    def _of(self, lines: tuple[Line, ...]) -> "_SetProse":
        return _SetProse(lines, self.kind, self.left, self.room, self.align, self.after, self.keep)

    def draw(self, paper: Paper, top: float) -> None:
        y = top - self.kind.step * 0.5 - self.kind.size * 0.36
        for line in self.lines:
            width = line[-1].x + line[-1].width if line else 0.0
            draw_line(paper, self.left + self.align.value * (self.room - width), y, line, self.kind)
            y -= self.kind.step


@dataclass(frozen=True, slots=True)
class _SetTogether:
    blocks: tuple["SetRow | _SetProse", ...]

    @property
    def height(self) -> float:
        heads = {id(block.head): block.head.height for block in self.blocks if block.head is not None}
        return sum(block.height for block in self.blocks) + sum(heads.values())


_Block = SetRow | _SetProse | _SetTogether
_Page = list[SetRow | _SetProse]


def draw_sheet(paper: Paper, sheet: Sheet) -> int:
    """Draw `sheet` on as many pages of `paper` as it needs; answers how many. Pages are numbered within the sheet."""
    layout = _Layout(paper, sheet)
    blocks = layout.set_parts(sheet.parts)
    pages = _pages_of(blocks, layout.first_top - layout.bottom, layout.next_top - layout.bottom)
    for number, page in enumerate(pages, start=1):
        if sheet.watermark:
            paper.watermark(sheet.watermark)
        top = layout.draw_first_head() if number == 1 else layout.draw_next_head()
        _draw_blocks(paper, top, page)
        footer = f"{sheet.notice} · {sheet.imprint.line()}"
        page_footer(paper, footer, f"第 {number} 页 共 {len(pages)} 页", margin=mm(sheet.margin), y=_FOOT)
        paper.next_page()
    return len(pages)


def render_sheets(sheets: Sequence[Sheet], title: str, size: tuple[float, float]) -> bytes:
    """One file with these sheets one after the other."""
    imprint = sheets[0].imprint
    paper = Paper(title, imprint.organisation, imprint.printed_at, size)
    for sheet in sheets:
        draw_sheet(paper, sheet)
    return paper.finish()


class _Layout:
    """Where things stand on the pages of one sheet; lengths in points."""

    def __init__(self, paper: Paper, sheet: Sheet) -> None:
        self._paper = paper
        self._sheet = sheet
        self.left = mm(sheet.margin)
        self.width = paper.width - 2 * self.left
        self.type = Type(sheet.size, sheet.leading)
        self._head_type = Type(sheet.size, 1.7)
        self._title = paper.wrapped(sheet.title, sheet.title_size, self.width * 0.8, 3, bold=True)
        self._head = set_lines(sheet.head, self.width - self._right_width(), self._head_type)
        self.bottom = _FOOT + _FOOT_ROOM
        above = mm(sheet.top) + len(self._title) * sheet.title_size * 1.4 + mm(2.2)
        head_lines = max(len(self._head), 1 if sheet.head_right else 0)
        self.first_top = paper.height - above - head_lines * self._head_type.step - mm(1)
        self.next_top = paper.height - mm(sheet.top) - mm(6.5)

    def set_parts(self, parts: Sequence[Part]) -> list[_Block]:
        blocks: list[_Block] = []
        for part in parts:
            if isinstance(part, Together):
                inner = self.set_parts(part.parts)
                blocks.append(_SetTogether(tuple(block for block in inner if not isinstance(block, _SetTogether))))
            elif isinstance(part, Prose):
                blocks.append(self._set_prose(part))
            elif isinstance(part, Gap):
                blocks.append(_SetProse((), self.type, 0, 0, Align.LEFT, mm(part.height), False))
            else:
                style = GridStyle(self.left, self.width, self.type, mm(self._sheet.least))
                blocks.extend(lay(part, style))
        return blocks

    def draw_first_head(self) -> float:
        paper, sheet = self._paper, self._sheet
        y = paper.down(sheet.top) - sheet.title_size * 0.9
        self._draw_corner(self.left, y, sheet.imprint.table_number, Align.LEFT)
        self._draw_corner(self.left + self.width, y, sheet.corner, Align.RIGHT)
        paper.lines(
            paper.width / 2, y, self._title, sheet.title_size, sheet.title_size * 1.4, bold=True, align=Align.CENTER
        )
        y = self.first_top + mm(1) + max(len(self._head), 1) * self._head_type.step - self._head_type.step * 0.66
        first = y
        for line in self._head:
            draw_line(paper, self.left, y, line, self._head_type)
            y -= self._head_type.step
        for line in set_lines(sheet.head_right, self.width, self._head_type):
            end = line[-1].x + line[-1].width
            draw_line(paper, self.left + self.width - end, first, line, self._head_type)
        return self.first_top

    def _draw_corner(self, x: float, y: float, text: str, align: Align) -> None:
        """Beside the title; what is long is set smaller."""
        paper, sheet = self._paper, self._sheet
        title = max((paper.measure(line, sheet.title_size, bold=True) for line in self._title), default=0.0)
        size = min(sheet.size, 10.0)
        width = paper.measure(text, size)
        room = (self.width - title) / 2 - mm(2)
        if width:
            paper.text(x, y, text, size * min(1.0, room / width), align=align)

    def draw_next_head(self) -> float:
        paper, sheet = self._paper, self._sheet
        y = paper.down(sheet.top + 3)
        title = f"{sheet.title}（续）"
        paper.text(self.left, y, title, 10.5, bold=True, fit=self.width)
        room = self.width - paper.measure(title, 10.5, bold=True) - mm(4)
        if room > mm(10):
            paper.text(self.left + self.width, y, sheet.reminder, 9, align=Align.RIGHT, fit=room)
        return self.next_top

    def _right_width(self) -> float:
        lines = set_lines(self._sheet.head_right, self.width, self._head_type)
        return max((line[-1].x + line[-1].width + mm(4) for line in lines), default=0.0)

    def _set_prose(self, prose: Prose) -> _SetProse:
        kind = Type(prose.size or self._sheet.size, prose.leading, prose.bold)
        aside = prose.indent * kind.size
        lines = set_lines(prose.pieces, self.width - aside, kind)
        return _SetProse(
            tuple(lines), kind, self.left + aside, self.width - aside, prose.align, mm(prose.after), prose.keep
        )


def _pages_of(blocks: Sequence[_Block], first: float, others: float) -> list[_Page]:
    """Cut blocks into pages of `first` and `others` points."""
    pages: list[_Page] = [[]]
    waiting = deque(blocks)
    room = first
    while waiting:
        block = waiting.popleft()
        page = pages[-1]
        if isinstance(block, _SetTogether):
            if block.height > room and page and block.height <= others:
                waiting.appendleft(block)
                room = _turn(pages, waiting, others)
            else:
                waiting.extendleft(reversed(block.blocks))
            continue
        head = _head_needed(page, block)
        above = head.height if head else 0.0
        if block.height + above > room + 0.01:
            parted = block.part(room - above)
            if parted is None and page:
                waiting.appendleft(block)
                room = _turn(pages, waiting, others)
                continue
            if parted is not None:
                block, rest = parted
                waiting.appendleft(rest)
        if head is not None:
            page.append(head)
        page.append(block)
        room -= block.height + above
    return pages


def _turn(pages: list[_Page], waiting: deque[_Block], others: float) -> float:
    """Begin a new page; what must stay with the next block goes along."""
    page = pages[-1]
    while len(page) > 1 and isinstance(page[-1], _SetProse) and page[-1].keep:
        waiting.appendleft(page.pop())
    pages.append([])
    return others


def _head_needed(page: _Page, block: SetRow | _SetProse) -> SetRow | None:
    """The head of the block's table, unless it stands on this page already."""
    if block.head is None:
        return None
    above = page[-1] if page else None
    return None if isinstance(above, SetRow) and above.head is block.head else block.head


def _draw_blocks(paper: Paper, top: float, blocks: _Page) -> None:
    rows: list[SetRow] = []
    for block in blocks:
        if isinstance(block, SetRow):
            rows.append(block)
            continue
        if rows:
            top, rows = draw_rows(paper, top, rows), []
        block.draw(paper, top)
        top -= block.height
    if rows:
        draw_rows(paper, top, rows)
