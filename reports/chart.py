"""Charts on paper, drawn as lines and areas: told apart by marker, dash and words, so that they are read as well in black and white."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from reports.page import HAIRLINE_GREY, LABEL_GREY, Align, Paper, mm

_SIZE = 8.5
_AXIS_LEFT, _AXIS_BELOW, _ABOVE = mm(11), mm(7), mm(12)
_MARK = 2.6
_DASHES = ("", "5 2", "1.5 1.8", "7 2 1.5 2")
_BAR_GREY, _SHORT_GREY = 0.72, 0.35
# so large on so many lines
_NAME_SIZES = ((_SIZE, 1), (6.5, 2), (5.0, 3))
_NAME_ROOM, _VALUE_ROOM = mm(48), mm(18)


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a trend; None where the period was never counted."""

    name: str
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """Rates over periods, at most four lines, and the target that they are held to."""

    labels: tuple[str, ...]
    series: tuple[Series, ...]
    target: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    value: Decimal | None
    is_short: bool = False
    """Below the target: drawn dark."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values and periods lie on the paper."""

    left: float
    bottom: float
    width: float
    height: float
    lowest: int
    highest: int
    steps: int

    def x(self, index: int) -> float:
        return self.left + self.width * (index + 0.5) / self.steps

    def y(self, value: Decimal) -> float:
        return self.bottom + self.height * float((value - self.lowest) / (self.highest - self.lowest))


def draw_trend(paper: Paper, x: float, top: float, width: float, height: float, trend: Trend) -> None:
    """Lines over periods; the scale begins above zero where all rates are high, and its numbers say so."""
    frame = _frame(x, top, width, height, trend)
    _draw_scale(paper, frame, trend.labels)
    if trend.target is not None:
        y = frame.y(trend.target)
        paper.rules([(frame.left, y, frame.left + frame.width, y)], 0.9, grey=LABEL_GREY, dash="2 2")
        paper.text(frame.left + frame.width, y + 2.5, f"目标 {trend.target}%", 7.5, align=Align.RIGHT, grey=LABEL_GREY)
    legend = frame.left
    for place, series in enumerate(trend.series):
        _draw_series(paper, frame, series, place)
        y = top - mm(4)
        paper.rules([(legend, y + 3, legend + 22, y + 3)], 1.1, dash=_DASHES[place])
        _MARKERS[place](paper, legend + 11, y + 3)
        paper.text(legend + 26, y, series.name, _SIZE)
        legend += 26 + paper.measure(series.name, _SIZE) + 16


def draw_bars(
    paper: Paper, x: float, top: float, width: float, row: float, bars: Sequence[Bar], target: Decimal | None
) -> None:
    """A bar a place from 0 to 100, its value written at the edge; below the target it is dark."""
    left, full = x + _NAME_ROOM, width - _NAME_ROOM - _VALUE_ROOM
    bottom = top - row * len(bars)
    for index, bar in enumerate(bars):
        y = top - row * (index + 1)
        _draw_name(paper, left - 4, y + row / 2, bar.name)
        value = bar.value if bar.value is not None else Decimal(0)
        length = full * min(float(value), 100.0) / 100
        if length:
            paper.shade(left, y + row * 0.18, length, row * 0.64, _SHORT_GREY if bar.is_short else _BAR_GREY)
        paper.text(x + width, y + row * 0.3, "—" if bar.value is None else f"{value}%", _SIZE, align=Align.RIGHT)
    paper.rules([(left, top, left, bottom)], 0.7)
    if target is not None:
        edge = left + full * float(target) / 100
        paper.rules([(edge, top + 3, edge, bottom)], 0.9, dash="2 2")
        paper.text(edge, top + 5, f"目标 {target}%", 7.5, align=Align.CENTER, grey=LABEL_GREY)


def _draw_name(paper: Paper, right: float, middle: float, name: str) -> None:
    """On one line, or on smaller ones: a long name is not cut."""
    fitting = (one for one in _NAME_SIZES if len(paper.wrapped(name, one[0], _NAME_ROOM - 6, 9)) <= one[1])
    size, most = next(fitting, _NAME_SIZES[-1])
    lines = paper.wrapped(name, size, _NAME_ROOM - 6, most)
    baseline = middle - size * 0.36 + (len(lines) - 1) * size * 0.56
    paper.lines(right, baseline, lines, size, size * 1.12, align=Align.RIGHT)


def _frame(x: float, top: float, width: float, height: float, trend: Trend) -> _Frame:
    known = [value for series in trend.series for value in series.values if value is not None]
    known += [trend.target] if trend.target is not None else []
    least, most = min(known, default=Decimal(0)), max(known, default=Decimal(100))
    lowest = max(0, (int(least) - 5) // 20 * 20)
    highest = max(lowest + 20, 100 if most > 80 else (int(most) // 20 + 1) * 20)
    return _Frame(
        x + _AXIS_LEFT,
        top - height + _AXIS_BELOW,
        width - _AXIS_LEFT,
        height - _AXIS_BELOW - _ABOVE,
        lowest,
        highest,
        max(1, len(trend.labels)),
    )


def _draw_scale(paper: Paper, frame: _Frame, labels: Sequence[str]) -> None:
    step = 5 if frame.highest - frame.lowest <= 20 else 20
    right = frame.left + frame.width
    for value in range(frame.lowest, frame.highest + 1, step):
        y = frame.y(Decimal(value))
        paper.rules([(frame.left, y, right, y)], 0.3, grey=0.8)
        paper.text(frame.left - 4, y - 3, f"{value}%", 7.5, align=Align.RIGHT, grey=LABEL_GREY)
    paper.rules([(frame.left, frame.bottom, right, frame.bottom)], 0.7, grey=HAIRLINE_GREY)
    for index, label in enumerate(labels):
        paper.text(frame.x(index), frame.bottom - 11, label, 7.5, align=Align.CENTER, grey=LABEL_GREY)


def _draw_series(paper: Paper, frame: _Frame, series: Series, place: int) -> None:
    points = [None if value is None else (frame.x(at), frame.y(value)) for at, value in enumerate(series.values)]
    lines = [(*one, *other) for one, other in pairwise(points) if one is not None and other is not None]
    if lines:
        paper.rules(lines, 1.1, dash=_DASHES[place])
    for point in points:
        if point is not None:
            _MARKERS[place](paper, *point)


def _square(paper: Paper, x: float, y: float) -> None:
    paper.polygon([(x - _MARK, y - _MARK), (x + _MARK, y - _MARK), (x + _MARK, y + _MARK), (x - _MARK, y + _MARK)])


def _triangle(paper: Paper, x: float, y: float) -> None:
    paper.polygon([(x - 3.2, y - _MARK), (x + 3.2, y - _MARK), (x, y + 3.4)], filled=False)


def _cross(paper: Paper, x: float, y: float) -> None:
    paper.rules([(x - 3, y - 3, x + 3, y + 3), (x - 3, y + 3, x + 3, y - 3)], 1.2)


def _open_square(paper: Paper, x: float, y: float) -> None:
    corners = [(x - _MARK, y - _MARK), (x + _MARK, y - _MARK), (x + _MARK, y + _MARK), (x - _MARK, y + _MARK)]
    paper.polygon(corners, filled=False)


_MARKERS: tuple[Callable[[Paper, float, float], None], ...] = (_square, _triangle, _cross, _open_square)
