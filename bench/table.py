"""One line a measurement: what it took, what its floor took, the ratio, and the goal."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """`ratio` is what the goal speaks of: ours ÷ floor for times ('<='), ours ÷ floor for rates ('>=')."""

    name: str
    ours: str
    floor: str
    ratio: float | None
    goal: str = ""
    met: bool | None = None


def timed(name: str, ours: float, floor: float, most: float, unit: str = "s") -> Line:
    """Times in seconds; the ratio may be at most `most`."""
    ratio = ours / floor
    scale, digits = (1000, 1) if unit == "ms" else (1, 3)
    return Line(
        name,
        f"{ours * scale:.{digits}f} {unit}",
        f"{floor * scale:.{digits}f} {unit}",
        ratio,
        f"<= {most:g}",
        ratio <= most,
    )


def rated(name: str, ours: float, floor: float, least: float, unit: str) -> Line:
    """Rates a second; the ratio is to be at least `least` (0: shown without a goal)."""
    ratio = ours / floor
    goal, met = (f">= {least:g}", ratio >= least) if least else ("", None)
    return Line(name, f"{ours:,.0f} {unit}/s", f"{floor:,.0f} {unit}/s", ratio, goal, met)


def show(lines: list[Line], notes: list[str]) -> None:
    """`notes` say under which conditions; they stand below the table."""
    width = max(len(line.name) for line in lines)
    sys.stdout.write(f"\n{'measurement':<{width}}  {'ours':>14}  {'floor':>14}  {'ratio':>6}  {'goal':>7}\n")
    for line in lines:
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
        verdict = "" if line.met is None else ("  met" if line.met else "  MISSED")
        sys.stdout.write(
            f"{line.name:<{width}}  {line.ours:>14}  {line.floor:>14}  {ratio:>6}  {line.goal:>7}{verdict}\n"
        )
    sys.stdout.writelines(f"\n{note}\n" for note in notes)
