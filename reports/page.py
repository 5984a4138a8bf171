"""The shared drawing vocabulary: a sheet of paper with Chinese text, rules and reusable backgrounds.

It writes PDF operators straight into ReportLab's canvas, because a quarter's papers are many thousand pages. Lengths are
points, the origin is the lower left corner; `mm` and `Paper.down` turn a design drawn in millimetres from the top into that.
"""

import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from typing import Any, cast

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from reports.line_breaking import clip, wrap
from reports.plain_text import printable
from reports.typeface import typeface
from reports.wording import SHANGHAI

log = logging.getLogger(__name__)

A4 = (595.276, 841.89)
A4_LANDSCAPE = (841.89, 595.276)
BLACK = 0.0
LABEL_GREY = 0.38
HAIRLINE_GREY = 0.62
CREATOR = "Anhu 安护"

_REMEMBERED_TEXTS = 4_096
_OUTLINE = 0.03
_SMALLEST = 5.5


def mm(length: float) -> float:
    return length * 72 / 25.4


class Align(Enum):
    LEFT = 0.0
    CENTER = 0.5
    RIGHT = 1.0


class Paper:
    """A document being drawn, page after page.

    `printed_at` is an aware instant and becomes the creation date in the file: equal input gives equal bytes.
    """

    def __init__(self, title: str, author: str, printed_at: datetime, size: tuple[float, float] = A4) -> None:
        # Base 85 makes files a quarter larger and is slow in pure Python; every reader takes binary streams.
        cast(Any, rl_config).useA85 = 0
        typeface()
        self._buffer = io.BytesIO()
        # The stubs know neither the type of initialFontName nor the inner side that we write to.
        canvas: Any = cast(Any, Canvas)(
            self._buffer,
            pagesize=size,
            pageCompression=1,
            invariant=1,
            pdfVersion=(1, 5),
            initialFontName="AnhuSans",
            lang="zh-CN",
        )
        canvas.setTitle(printable(title, 200))
        canvas.setAuthor(printable(author, 200))
        canvas.setCreator(CREATOR)
        self._canvas = canvas
        self._document = canvas._doc
        self._document._timeStamp = _Stamp(printed_at)
        self._operators: list[str] = []
        self._encoded: dict[tuple[str, bool], list[tuple[str, str, float]]] = {}
        self._missing: set[str] = set()
        self._title = title
        self.width, self.height = size
        self.pages = 0

    def down(self, millimetres: float) -> float:
        """The height of a line that is `millimetres` below the upper edge."""
        return self.height - mm(millimetres)

    # -- text ---------------------------------------------------------------------------------------------------

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        align: Align = Align.LEFT,
        grey: float = BLACK,
        spacing: float = 0.0,
        fit: float = 0.0,
    ) -> None:
        """Draw one line with its baseline at `y`; `fit` is the width in points at which it is cut with …"""
        text = printable(text)
        if fit:
            text = clip(text, fit / size, typeface(bold))
        if not text:
            return
        if align is not Align.LEFT:
            x -= align.value * (typeface(bold).width(text) * size + spacing * (len(text) - 1))
        runs = "".join(
            [
                f"{font} {size:g} Tf {size * weight:.2f} w 2 Tr {codes} Tj 0 Tr "
                if weight
                else f"{font} {size:g} Tf {codes} Tj "
                for font, codes, weight in self._runs(text, bold)
            ]
        )
        if spacing:
            runs = f"{spacing:g} Tc {runs}0 Tc "
        if grey:
            runs = f"{grey:g} g {runs}0 g "
        self._operators.append(f"BT {x:.2f} {y:.2f} Td {runs}ET")

    def fitted(self, x: float, y: float, text: str, size: float, room: float) -> None:
        """A grey line in smaller type where it is too long for its room: who printed what when is never cut off."""
        wanted = self.measure(text, size)
        fitting = max(_SMALLEST, min(size, size * room / wanted)) if wanted else size
        self.text(x, y, text, round(fitting - 0.05, 1), grey=LABEL_GREY, fit=room)

    def lines(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        size: float,
        leading: float,
        *,
        bold: bool = False,
        align: Align = Align.LEFT,
    ) -> float:
        """Draw wrapped lines downwards from baseline `y`; answers the baseline after the last."""
        for line in lines:
            self.text(x, y, line, size, bold=bold, align=align)
            y -= leading
        return y

    def wrapped(self, text: str, size: float, width: float, most: int, *, bold: bool = False) -> list[str]:
        """`text` in lines of at most `width` points; what does not fit into `most` lines ends with …"""
        return wrap(printable(text), width / size, most, typeface(bold))

    def measure(self, text: str, size: float, *, bold: bool = False) -> float:
        return typeface(bold).width(printable(text)) * size

    def _runs(self, text: str, bold: bool) -> list[tuple[str, str, float]]:
        """Font, codes and outline of each run; a fallback font has no bold, an outline (in em) makes up for it."""
        try:
            return self._encoded[text, bold]
        except KeyError:
            pass
        runs: list[tuple[str, str, float]] = []
        face = typeface(bold)
        for font, part in face.runs(text, self._missing):
            weight = _OUTLINE if bold and font is not face.primary else 0.0
            for subset, codes in font.splitString(part, self._document):
                runs.append((font.getSubsetInternalName(subset, self._document), f"<{codes.hex()}>", weight))
        if len(self._encoded) >= _REMEMBERED_TEXTS:
            self._encoded.clear()
        self._encoded[text, bold] = runs
        return runs

    # -- lines and areas ----------------------------------------------------------------------------------------

    def rules(
        self,
        segments: Sequence[tuple[float, float, float, float]],
        thickness: float = 0.5,
        *,
        grey: float = BLACK,
        dash: str = "",
    ) -> None:
        """Draw straight lines (x1, y1, x2, y2) in one stroke; `dash` is a PDF dash array such as "3 2"."""
        path = " ".join([f"{x1:.2f} {y1:.2f} m {x2:.2f} {y2:.2f} l" for x1, y1, x2, y2 in segments])
        dashes = f"[{dash}] 0 d " if dash else ""
        self._operators.append(f"q {thickness:g} w {grey:g} G {dashes}{path} S Q")

    def box(
        self, x: float, y: float, width: float, height: float, thickness: float = 0.5, *, grey: float = BLACK
    ) -> None:
        self._operators.append(f"q {thickness:g} w {grey:g} G {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S Q")

    def shade(self, x: float, y: float, width: float, height: float, grey: float) -> None:
        self._operators.append(f"q {grey:g} g {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f Q")

    def polygon(self, points: Sequence[tuple[float, float]], *, grey: float = BLACK, filled: bool = True) -> None:
        """A closed shape, filled, or clear with an outline."""
        path = " ".join(f"{x:.2f} {y:.2f} {'l' if index else 'm'}" for index, (x, y) in enumerate(points))
        self._operators.append(f"q {grey:g} {'g' if filled else 'G 1 g 0.9 w'} {path} {'f' if filled else 'b'} Q")

    def bits(self, x: float, y: float, side: float, rows: str, size: int) -> None:
        """Draw a square of `size` × `size` dark or clear modules; `rows` are 8 hexadecimal digits each."""
        self._operators.append(
            f"q {side:.2f} 0 0 {side:.2f} {x:.2f} {y:.2f} cm "
            f"BI /W {size} /H {size} /BPC 1 /IM true /D [1 0] /F /AHx ID {rows}> EI Q"
        )

    def signature(self, x: float, y: float, label: str, size: float, line: float) -> None:
        """A label and the line to sign on, `line` points long."""
        self.text(x, y, label, size)
        start = x + self.measure(label, size) + 3
        self.rules([(start, y - 2.5, start + line, y - 2.5)], 0.6)

    def watermark(self, text: str) -> None:
        """Very light diagonal text under everything else, to trace a copy; searching and copying pass it by."""
        text = printable(text, 120)
        runs = "".join([f"{font} 11 Tf {codes} Tj " for font, codes, _ in self._runs(text, False)])
        step = max(typeface().width(text) * 11 + 60, 220)
        marks: list[str] = []
        for row, y in enumerate(range(40, int(self.height), 150)):
            x = -step * (0.5 if row % 2 else 0.25)
            while x < self.width:
                marks.append(f"0.906 0.423 -0.423 0.906 {x:.2f} {y:.2f} Tm {runs}")
                x += step
        self._operators.append(f"/Span <</ActualText ()>> BDC BT 0.93 g {''.join(marks)}0 g ET EMC")

    # -- pages --------------------------------------------------------------------------------------------------

    @contextmanager
    def background(self, name: str) -> Iterator[None]:
        """Everything drawn inside is kept once in the file, to be laid under pages by `lay`. Use between pages."""
        self._flush()
        self._canvas.beginForm(name)
        yield
        self._flush()
        self._canvas.endForm()

    def lay(self, name: str) -> None:
        self._flush()
        self._canvas.doForm(name)

    def bookmark(self, label: str, key: str) -> None:
        """An entry in the reader's side list that leads to this page."""
        self._canvas.bookmarkPage(key)
        self._canvas.addOutlineEntry(printable(label, 100), key, 0, True)

    def next_page(self) -> None:
        self._flush()
        self._canvas.showPage()
        self.pages += 1

    def finish(self) -> bytes:
        """The file. What no font could draw is logged by code point, without the text around it."""
        self._canvas.save()
        if self._missing:
            points = [f"U+{ord(char):04X}" for char in sorted(self._missing)]
            log.warning("print_missing_characters", extra={"count": len(points), "code_points": " ".join(points[:50])})
        return self._buffer.getvalue()

    def _flush(self) -> None:
        if self._operators:
            self._canvas._code.append("\n".join(self._operators))
            self._operators = []


def page_footer(paper: Paper, left: str, right: str, *, margin: float, y: float) -> None:
    """The line at the foot of every internal page: what it is and where it comes from, and which page it is."""
    paper.rules([(margin, y + 10, paper.width - margin, y + 10)], 0.4, grey=HAIRLINE_GREY)
    room = paper.width - 2 * margin - paper.measure(right, 8.5) - 20
    paper.fitted(margin, y, left, 8.5, room)
    paper.text(paper.width - margin, y, right, 8.5, grey=LABEL_GREY, align=Align.RIGHT)


class _Stamp:
    """What ReportLab wants to know of the moment of creation."""

    def __init__(self, moment: datetime) -> None:
        local = moment.astimezone(SHANGHAI)
        self.t = local.timestamp()
        self.YMDhms = local.timetuple()[:6]
        self.dhh, self.dmm = 8, 0
