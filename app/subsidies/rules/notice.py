"""What a public notice may say: counts and sums by town, and nothing from which a small town's families could be told
(reliability 2.6, 4.2: 1 to 4 hidden, with complementary hiding; towns, never villages).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_SHOWN = 5


@dataclass(frozen=True)
class TownCount:
    """Households and their sum in one town."""

    town: str
    households: int
    fen: int


@dataclass(frozen=True)
class PublicCounts:
    """Towns that stand for themselves, and those that are told together. `is_told` is False where even all together are too few."""

    shown: tuple[TownCount, ...]
    together: tuple[str, ...]
    together_households: int
    together_fen: int
    is_told: bool

    @property
    def households(self) -> int:
        return sum(one.households for one in self.shown) + self.together_households

    @property
    def fen(self) -> int:
        return sum(one.fen for one in self.shown) + self.together_fen


def public_counts(counts: Sequence[TownCount]) -> PublicCounts:
    """Towns with 1 to 4 are put together; where that alone would tell one of them, the next smallest goes with them."""
    towns = [one for one in counts if one.households]
    hidden = [one for one in towns if one.households < LEAST_SHOWN]
    rest = sorted((one for one in towns if one not in hidden), key=lambda one: one.households)
    while hidden and rest and (len(hidden) < 2 or _households(hidden) < LEAST_SHOWN):
        hidden.append(rest.pop(0))
    is_told = _households(towns) >= LEAST_SHOWN or not towns
    shown = tuple(one for one in towns if one not in hidden)
    together = tuple(one.town for one in towns if one in hidden)
    return PublicCounts(shown, together, _households(hidden), sum(one.fen for one in hidden), is_told)


def _households(towns: Sequence[TownCount]) -> int:
    return sum(one.households for one in towns)
