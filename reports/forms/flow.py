"""What stands in a cell or paragraph of a form: words, blanks to write on and boxes for codes, set into lines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.line_breaking import may_part, words_of
from reports.page import Align, Paper, mm
from reports.plain_text import printable
from reports.typeface import typeface

BOX = 1.22
"""Side of a code's box, in em."""

_BOX_BELOW = 0.30
_LINE_BELOW = 0.26
_MIDDLE = 0.36
_ANY_CHARACTER = "一"
"""Stands for a blank or boxes where the rules of line ends ask for a character."""


@dataclass(frozen=True, slots=True)
class Whole:
    """Text that a line's end does not part, such as an option with its number; `is_glued` to what stands before."""

    text: str
    is_glued: bool = False


@dataclass(frozen=True, slots=True)
class Blank:
    """A value on an underline; without a value an empty line of `room` millimetres to write on."""

    value: str = ""
    room: float = 22.0
    is_glued: bool = False


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes with a code in each; an empty text leaves the box empty. Without a separator they touch."""

    codes: tuple[str, ...]
    separator: str = "/"


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick, with its label."""

    label: str
    is_ticked: bool = False


Piece = str | Whole | Blank | Boxes | Tick


@dataclass(frozen=True, slots=True)
class Ink:
    """A part of one line, `x` points from its beginning."""

    x: float
    width: float
    text: str = ""
    is_underlined: bool = False
    boxes: Boxes | None = None


Line = tuple[Ink, ...]


@dataclass(frozen=True, slots=True)
class Type:
    """How a flow is set: points, and how far lines stand apart, in em."""

    size: float
    leading: float = 1.5
    bold: bool = False

    @property
    def step(self) -> float:
        return self.size * self.leading


@dataclass(frozen=True, slots=True)
class _Atom:
    """The smallest thing that is set; `text` decides where lines may end."""

    width: float
    text: str = ""
    is_underlined: bool = False
    boxes: Boxes | None = None
    ends_line: bool = False
    is_glued: bool = False


def set_lines(pieces: Iterable[Piece], room: float, kind: Type) -> list[Line]:
    """Set `pieces` into lines of at most `room` points; nothing is cut, a line break in a text is kept."""
    lines: list[Line] = []
    line: list[_Atom] = []
    used = 0.0
    for atom in _atoms(pieces, room, kind):
        if atom.ends_line or (line and used + atom.width > room + 0.01):
            carried = [] if atom.ends_line else _carried(line, atom, room)
            lines.append(_inked(line))
            line, used = carried, sum(part.width for part in carried)
        if not atom.ends_line and (line or _may_begin(atom, is_first=not lines)):
            line.append(atom)
            used += atom.width
    lines.append(_inked(line))
    return lines if any(lines) else []


def width_of_boxes(boxes: Boxes, size: float) -> float:
    gap = _separator_width(boxes, size)
    return len(boxes.codes) * BOX * size + (len(boxes.codes) - 1) * gap


def draw_line(paper: Paper, x: float, y: float, line: Line, kind: Type) -> None:
    """Draw one set line from `x` with its baseline at `y`."""
    rules: list[tuple[float, float, float, float]] = []
    for ink in line:
        left = x + ink.x
        if ink.boxes is not None:
            draw_boxes(paper, left, y, ink.boxes, kind.size)
        elif ink.is_underlined:
            under = y - _LINE_BELOW * kind.size
            rules.append((left, under, left + ink.width, under))
            paper.text(left + ink.width / 2, y, ink.text, kind.size, bold=kind.bold, align=Align.CENTER)
        else:
            paper.text(left, y, ink.text, kind.size, bold=kind.bold)
    if rules:
        paper.rules(rules, 0.5)


def draw_boxes(paper: Paper, x: float, y: float, boxes: Boxes, size: float) -> None:
    """Boxes on the baseline `y`, each code in the middle of its box."""
    side, gap = BOX * size, _separator_width(boxes, size)
    bottom = y - _BOX_BELOW * size
    for index, code in enumerate(boxes.codes):
        if index and boxes.separator:
            paper.text(x - gap / 2, y, boxes.separator, size, align=Align.CENTER)
        paper.box(x, bottom, side, side, 0.6)
        inside = size * (0.95 if len(code) < 2 else 0.8)
        paper.text(x + side / 2, bottom + side / 2 - _MIDDLE * inside, code, inside, align=Align.CENTER)
        x += side + gap


def _separator_width(boxes: Boxes, size: float) -> float:
    return size * 0.5 if boxes.separator else 0.0


def _atoms(pieces: Iterable[Piece], room: float, kind: Type) -> Iterator[_Atom]:
    size = kind.size
    for piece in pieces:
        if isinstance(piece, Boxes):
            yield _Atom(width_of_boxes(piece, size), boxes=piece)
        elif isinstance(piece, Blank):
            yield from _blank_atoms(piece, room, kind)
        elif isinstance(piece, Tick):
            yield from _whole_atoms(Whole(f"{'☑' if piece.is_ticked else '☐'} {piece.label}"), room, kind)
        elif isinstance(piece, Whole):
            yield from _whole_atoms(piece, room, kind)
        else:
            for index, part in enumerate(piece.split("\n")):
                if index:
                    yield _Atom(0, ends_line=True)
                yield from _word_atoms(part, room, kind)


def _whole_atoms(whole: Whole, room: float, kind: Type) -> Iterator[_Atom]:
    text = printable(whole.text)
    width = typeface(kind.bold).width(text) * kind.size
    if width <= room:
        yield _Atom(width, text, is_glued=whole.is_glued)
    else:
        yield from _word_atoms(text, room, kind)


def _blank_atoms(blank: Blank, room: float, kind: Type) -> Iterator[_Atom]:
    """One atom with the value in its middle; a value that is longer than its line is set as running text."""
    text = printable(" ".join(blank.value.split("\n")))
    width = typeface(kind.bold).width(text) * kind.size
    least = min(mm(blank.room), room)
    if width <= least:
        yield _Atom(least, text, is_underlined=True, is_glued=blank.is_glued)
    else:
        yield from _word_atoms(text, room, kind, is_underlined=True)


def _word_atoms(text: str, room: float, kind: Type, *, is_underlined: bool = False) -> Iterator[_Atom]:
    face = typeface(kind.bold)
    for word in words_of(printable(text), room / kind.size, face):
        yield _Atom(face.width(word) * kind.size, word, is_underlined)


def _carried(line: list[_Atom], atom: _Atom, room: float) -> list[_Atom]:
    """Take from the end of `line` what must not be parted from `atom`, if both have room on the next line."""
    carried: list[_Atom] = []
    width = atom.width
    while len(line) > 1 and len(carried) < 3:
        after = carried[0] if carried else atom
        width += line[-1].width
        if width > room or _may_part(line[-1], after):
            break
        carried.insert(0, line.pop())
    return carried


def _may_part(before: _Atom, after: _Atom) -> bool:
    return not after.is_glued and may_part(before.text or _ANY_CHARACTER, after.text or _ANY_CHARACTER)


def _may_begin(atom: _Atom, *, is_first: bool) -> bool:
    """A line never begins with a space, but a paragraph may be indented."""
    return bool(atom.text.strip(" 　") or atom.boxes or atom.is_underlined or (is_first and "　" in atom.text))


def _inked(line: Sequence[_Atom]) -> Line:
    """Join what stands side by side in the same way, so that the page is drawn in few strokes."""
    end = len(line)
    while end and not line[end - 1].text.strip(" 　") and not line[end - 1].boxes and not line[end - 1].is_underlined:
        end -= 1
    inks: list[Ink] = []
    x = 0.0
    for (is_underlined, boxes), atoms in groupby(line[:end], key=lambda atom: (atom.is_underlined, atom.boxes)):
        for ink in _joined(list(atoms), is_underlined, boxes):
            inks.append(Ink(x, ink.width, ink.text, ink.is_underlined, ink.boxes))
            x += ink.width
    return tuple(inks)


def _joined(atoms: list[_Atom], is_underlined: bool, boxes: Boxes | None) -> Iterator[Ink]:
    if boxes is not None:
        yield from (Ink(0, atom.width, boxes=boxes) for atom in atoms)
    else:
        yield Ink(0, sum(atom.width for atom in atoms), "".join(atom.text for atom in atoms), is_underlined)
