"""A form as a sheet of paper: title, head line, parts one below the other, cut into pages, with the foot of every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.forms.flow import Piece, Type, draw_line, set_lines
from reports.forms.grid import GridStyle, Group, Row, Table, lay
from reports.forms.paging import Block, SetProse, SetTogether, draw_blocks, pages_of
from reports.page import Align, Paper, mm, page_footer
from reports.wording import CONFIDENTIAL, SHANGHAI

FOR_THE_FAMILY = "本人资料 请妥善保管"

_FOOT = mm(10)
_FOOT_ROOM = mm(7)
_SMALLEST = 5.5


@dataclass(frozen=True, slots=True)
class Imprint:
    """Who prints a form and when; `printed_at` is an aware instant and also the creation date in the file.

    `table_number` is what the county calls the form (for example 表1-9): numbers differ between editions.
    """

    organisation: str
    printed_by: str
    printed_at: datetime
    table_number: str = ""
    mark: str = ""
    """Number and check code of this print (编号 … 校验码 …), where it is on record."""

    def line(self) -> str:
        moment = self.printed_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        source = f"{self.printed_by} 打印于 {moment}" if self.printed_by else f"打印于 {moment}"
        return " · ".join(part for part in (self.organisation, self.mark, source) if part)


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


def draw_sheet(paper: Paper, sheet: Sheet) -> int:
    """Draw `sheet` on as many pages of `paper` as it needs; answers how many. Pages are numbered within the sheet."""
    layout = _Layout(paper, sheet)
    blocks = layout.set_parts(sheet.parts)
    pages = pages_of(blocks, layout.first_top - layout.bottom, layout.next_top - layout.bottom)
    for number, page in enumerate(pages, start=1):
        if sheet.watermark:
            paper.watermark(sheet.watermark)
        top = layout.draw_first_head() if number == 1 else layout.draw_next_head()
        draw_blocks(paper, top, page)
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

    def set_parts(self, parts: Sequence[Part]) -> list[Block]:
        blocks: list[Block] = []
        for part in parts:
            if isinstance(part, Together):
                inner = self.set_parts(part.parts)
                blocks.append(SetTogether(tuple(block for block in inner if not isinstance(block, SetTogether))))
            elif isinstance(part, Prose):
                blocks.append(self._set_prose(part))
            elif isinstance(part, Gap):
                blocks.append(SetProse((), self.type, 0, 0, Align.LEFT, mm(part.height), False))
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
        width = paper.measure(sheet.reminder, 9)
        if width and room > mm(10):
            size = max(9 * min(1.0, room / width), _SMALLEST)
            paper.text(self.left + self.width, y, sheet.reminder, size, align=Align.RIGHT, fit=room)
        return self.next_top

    def _right_width(self) -> float:
        lines = set_lines(self._sheet.head_right, self.width, self._head_type)
        return max((line[-1].x + line[-1].width + mm(4) for line in lines), default=0.0)

    def _set_prose(self, prose: Prose) -> SetProse:
        kind = Type(prose.size or self._sheet.size, prose.leading, prose.bold)
        aside = prose.indent * kind.size
        lines = set_lines(prose.pieces, self.width - aside, kind)
        return SetProse(
            tuple(lines), kind, self.left + aside, self.width - aside, prose.align, mm(prose.after), prose.keep
        )
