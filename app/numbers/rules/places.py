"""Places of a table: those one level below, and the remainder, whoever is counted in a place but in none below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from app.areas.rules import AreaLevel, prefix_of
from app.numbers.rules.indicators import RESIDENTS

BELOW: Final = {AreaLevel.COUNTY: AreaLevel.TOWN, AreaLevel.TOWN: AreaLevel.VILLAGE}
_REST = "-rest"


def rest_of(place: str) -> str:
    """How the remainder of a place is addressed: `349921100000-rest`."""
    return place + _REST


def is_rest(place: str) -> bool:
    return place.endswith(_REST)


def whole_of(place: str) -> str:
    """The place itself, whose remainder may be addressed."""
    return place.removesuffix(_REST)


def reach_of(place: str) -> str:
    """The leading digits of all rows of a place; those of a remainder stand at the place's own code."""
    return whole_of(place) if is_rest(place) else prefix_of(place)


def remainder(whole: Mapping[str, int], parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """What the parts lack, figure by figure; nothing where they add up. Residents are nobody's remainder: they were typed in."""
    left = {name: count for name, count in whole.items() if name != RESIDENTS.name}
    for part in parts:
        for name in left:
            left[name] -= part.get(name, 0)
    return left if any(left.values()) else {}
