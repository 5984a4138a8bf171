"""What homes say of the numbers: how the place stands this quarter, as it was counted last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.areas.queries import place_of
from app.areas.rules import county_of
from app.core.access import Action, current_actor, may
from app.core.clock import current_clock
from app.core.quarter import Quarter
from app.core.web import read_session
from app.numbers.queries.board import Cell, cells_of
from app.numbers.rules.period import ReportPeriod
from app.numbers.views.blueprint import numbers


@dataclass(frozen=True, slots=True)
class NumbersHome:
    """The main indicators of the reader's own place."""

    place: str
    period: ReportPeriod
    cells: Mapping[str, Cell]
    main: Sequence[str] = ("standard", "face_to_face", "examination")


@numbers.app_context_processor
def _tiles() -> dict[str, Callable[[], NumbersHome | None]]:
    """For homes: asked only where a page shows it."""
    return {"numbers_tile": find_tile}


def find_tile() -> NumbersHome | None:
    """None for roles without numbers of a place of their own, and before the first count."""
    actor = current_actor()
    if not may(actor, Action.SEE_PLACE_NUMBERS) or county_of(place_of(actor)) > place_of(actor):
        return None
    period = ReportPeriod.quarter_of(Quarter.of(current_clock().today()))
    cells = cells_of(read_session(), actor, place_of(actor), period)
    return NumbersHome(place_of(actor), period, cells) if cells else None
