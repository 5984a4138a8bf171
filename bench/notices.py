"""A thousand guardians' notices in one file, beside the raw canvas drawing the same page a thousand times.

What stands on the page is recorded once from our own drawing, as finished strings at finished places. The floor then only draws: no
measuring, no wrapping, no cutting to fit, no fall-back fonts, no cover sheets, no checking of sums.
"""

from __future__ import annotations

import io
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Any, cast

from reportlab.pdfgen.canvas import Canvas

import reports.notice
from bench.table import Line, rated
from reports.notice import ArithmeticLine, GuardianNotice, NoticeBundle, NoticeKind, render_notices
from reports.page import BLACK, Align, Paper
from reports.typeface import typeface
from reports.wording import Provenance

NOTICES = 1_000
PER_VILLAGE = 50
ROUNDS = 5
SERIAL, GUARDIAN = "2026-3-00000", "陈志强"

Draw = Callable[[Any, str, str], None]


def measure() -> list[Line]:
    floor_page = _recorded()
    bundle = _bundle([_notice(number) for number in range(NOTICES)])
    ours, floor = [], []
    for _ in range(ROUNDS):
        floor.append(_rate(lambda: _floor(floor_page, bundle)))
        ours.append(_rate(lambda: render_notices(bundle)))
    return [rated(f"{NOTICES:,} notices", statistics.median(ours), statistics.median(floor), 0.7, "pages")]


def _rate(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return NOTICES / (perf_counter() - began)


def _notice(number: int) -> GuardianNotice:
    return GuardianNotice(
        kind=NoticeKind.PAY,
        serial=f"2026-3-{number:05}",
        check_code="AH-26Q3-7K3M-9QXD",
        town="安平镇",
        village=f"第{number // PER_VILLAGE}村",
        guardian=f"{'陈王李张刘'[number % 5]}{'志秀国玉建'[number // 5 % 5]}{'强兰华珍平'[number // 25 % 5]}",
        agreement_number=f"AHJH-2026-{number:04}",
        agreement_from=date(2026, 1, 1),
        agreement_to=date(2026, 12, 31),
        days=59,
        days_in_period=92,
        amount_fen=48280,
        amount_capital="肆佰捌拾贰元捌角整",
        arithmetic=(ArithmeticLine("全季标准", 75000), ArithmeticLine("住院 33 天不计", -26720)),
        account_tail="6217",
        expected_payment="2026年11月30日前",
    )


def _bundle(notices: Sequence[GuardianNotice]) -> NoticeBundle:
    return NoticeBundle(
        office="安和县民政局",
        period_label="2026年第三季度",
        period_from=date(2026, 7, 1),
        period_to=date(2026, 9, 30),
        issued_on=date(2026, 10, 20),
        contact_office="安和县民政局社会事务股",
        contact_phone="0552-3012345",
        notices=tuple(notices),
        provenance=Provenance("3f2a91bc77d0e145ffff", "陈晓燕", datetime(2026, 10, 20, 6, 30, tzinfo=UTC)),
    )


# -- the floor ---------------------------------------------------------------------------------------------------------


def _recorded() -> list[Draw]:
    """Every stroke and string of one notice, background included, as calls on a raw canvas."""
    recorders: list[_Recorder] = []

    def paper(*arguments: Any, **named: Any) -> _Recorder:
        recorders.append(_Recorder(*arguments, **named))
        return recorders[0]

    real = cast(Any, reports.notice).Paper
    cast(Any, reports.notice).Paper = paper
    try:
        render_notices(_bundle([replace(_notice(0), serial=SERIAL, guardian=GUARDIAN)]))
    finally:
        cast(Any, reports.notice).Paper = real
    return recorders[0].notice_page


def _floor(page: list[Draw], bundle: NoticeBundle) -> bytes:
    buffer = io.BytesIO()
    canvas: Any = cast(Any, Canvas)(buffer, pagesize=(595.276, 841.89), pageCompression=1, initialFontName="AnhuSans")
    for notice in bundle.notices:
        for draw in page:
            draw(canvas, notice.serial, notice.guardian)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


class _Recorder(Paper):
    """Draws as usual and notes what was drawn; a cover sheet's part of it is thrown away with its page."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._background: list[Draw] = []
        self._noted: list[Draw] = []
        self._pages: list[list[Draw]] = []

    @property
    def notice_page(self) -> list[Draw]:
        return self._background + self._pages[-1]

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
        super().text(x, y, text, size, bold=bold, align=align, grey=grey, spacing=spacing, fit=fit)
        face = typeface(bold)
        at = x - align.value * (face.width(text) * size + spacing * (len(text) - 1))
        font = face.primary.fontName
        varies = SERIAL in text or GUARDIAN in text

        def draw(canvas: Any, serial: str, guardian: str) -> None:
            canvas.setFont(font, size)
            canvas.setFillGray(grey)
            said = text.replace(SERIAL, serial).replace(GUARDIAN, guardian) if varies else text
            canvas.drawString(at, y, said, charSpace=spacing)

        self._noted.append(draw)

    def rules(
        self,
        segments: Sequence[tuple[float, float, float, float]],
        thickness: float = 0.5,
        *,
        grey: float = BLACK,
        dash: str = "",
    ) -> None:
        super().rules(segments, thickness, grey=grey, dash=dash)
        lengths = [float(part) for part in dash.split()]

        def draw(canvas: Any, _serial: str, _guardian: str) -> None:
            canvas.setLineWidth(thickness)
            canvas.setStrokeGray(grey)
            canvas.setDash(lengths)
            canvas.lines(segments)

        self._noted.append(draw)

    def box(
        self, x: float, y: float, width: float, height: float, thickness: float = 0.5, *, grey: float = BLACK
    ) -> None:
        super().box(x, y, width, height, thickness, grey=grey)

        def draw(canvas: Any, _serial: str, _guardian: str) -> None:
            canvas.setLineWidth(thickness)
            canvas.setStrokeGray(grey)
            canvas.setDash([])
            canvas.rect(x, y, width, height)

        self._noted.append(draw)

    def bits(self, x: float, y: float, side: float, rows: str, size: int) -> None:
        super().bits(x, y, side, rows, size)
        operators = self._operators[-1]
        self._noted.append(lambda canvas, _serial, _guardian: canvas._code.append(operators))

    def lay(self, name: str) -> None:
        super().lay(name)
        self._noted = []

    def background(self, name: str) -> Any:
        outer = super().background(name)
        self._noted = []
        return _Noting(self, outer)

    def next_page(self) -> None:
        super().next_page()
        self._pages.append(self._noted)
        self._noted = []


class _Noting:
    def __init__(self, recorder: _Recorder, outer: Any) -> None:
        self._recorder, self._outer = recorder, outer

    def __enter__(self) -> None:
        self._outer.__enter__()

    def __exit__(self, *why: Any) -> None:
        self._outer.__exit__(*why)
        self._recorder._background, self._recorder._noted = self._recorder._noted, []
