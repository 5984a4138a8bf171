"""How the set parts of a form are cut into pages: headings stay with what follows, a block to sign stays whole."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from reports.forms.flow import Line, Type, draw_line
from reports.forms.grid import SetRow, draw_rows
from reports.page import Align, Paper

_ORPHAN = 2
"""So many lines of a paragraph stay together at a page's end and beginning."""


@dataclass(frozen=True, slots=True)
class SetProse:
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

    def part(self, room: float) -> "tuple[SetProse, SetProse] | None":
        kept = min(int(room / self.kind.step), len(self.lines) - _ORPHAN)
        if kept < _ORPHAN:
            return None
        return self._of(self.lines[:kept]), self._of(self.lines[kept:])

    def _of(self, lines: tuple[Line, ...]) -> "SetProse":
        return SetProse(lines, self.kind, self.left, self.room, self.align, self.after, self.keep)

    def draw(self, paper: Paper, top: float) -> None:
        y = top - self.kind.step * 0.5 - self.kind.size * 0.36
        for line in self.lines:
            width = line[-1].x + line[-1].width if line else 0.0
            draw_line(paper, self.left + self.align.value * (self.room - width), y, line, self.kind)
            y -= self.kind.step


@dataclass(frozen=True, slots=True)
class SetTogether:
    blocks: tuple["SetRow | SetProse", ...]

    @property
    def height(self) -> float:
        heads = {id(block.head): block.head.height for block in self.blocks if block.head is not None}
        return sum(block.height for block in self.blocks) + sum(heads.values())


Block = SetRow | SetProse | SetTogether
Page = list[SetRow | SetProse]


def pages_of(blocks: Sequence[Block], first: float, others: float) -> list[Page]:
    """Cut blocks into pages of `first` and `others` points."""
    pages: list[Page] = [[]]
    waiting = deque(blocks)
    room = first
    while waiting:
        block = waiting.popleft()
        page = pages[-1]
        if isinstance(block, SetTogether):
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


def _turn(pages: list[Page], waiting: deque[Block], others: float) -> float:
    """Begin a new page; what must stay with the next block goes along."""
    page = pages[-1]
    while len(page) > 1 and isinstance(page[-1], SetProse) and page[-1].keep:
        waiting.appendleft(page.pop())
    pages.append([])
    return others


def _head_needed(page: Page, block: SetRow | SetProse) -> SetRow | None:
    """The head of the block's table, unless it stands on this page already."""
    if block.head is None:
        return None
    above = page[-1] if page else None
    return None if isinstance(above, SetRow) and above.head is block.head else block.head


def draw_blocks(paper: Paper, top: float, blocks: Page) -> None:
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
