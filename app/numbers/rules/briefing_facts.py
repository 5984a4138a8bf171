"""What a briefing is made of and of what it consists: a place's figures, and words with numbers that know the list behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Piece:
    """Words, or a number with the figure whose list it is the length of, and where (12 digits; the report's own place if empty)."""

    text: str
    figure: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    sentences: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Briefing:
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class PlaceShort:
    """A place below that misses the target: how many are missing there."""

    name: str
    code: str
    rate: str
    missing: int


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator as it stands. `missing` is whom its `-missing` list names; causes and owners are in words, most first."""

    code: str
    name: str
    numerator: str
    denominator: str
    rate: Decimal | None
    before: Decimal | None = None
    target: Decimal | None = None
    is_reached: bool | None = None
    lower_is_better: bool = False
    missing: int = 0
    # what those missing are: people, events or visits
    unit: str = "人"
    causes: tuple[tuple[str, int], ...] = ()
    owners: tuple[tuple[str, int], ...] = ()
    short: tuple[PlaceShort, ...] = ()

    @property
    def distance(self) -> Decimal:
        """From the target, in percentage points."""
        return abs((self.rate or Decimal(0)) - (self.target or Decimal(0)))

    @property
    def change(self) -> Decimal | None:
        return None if self.rate is None or self.before is None else self.rate - self.before

    @property
    def list_of_missing(self) -> str:
        return self.numerator if self.lower_is_better else f"{self.code}-missing"


@dataclass(frozen=True, slots=True)
class BriefingFacts:
    """A place in a period: `counts` by figure, `measures` by indicator."""

    place: str
    # 安和县
    whole: str
    period_label: str
    cut_off: date
    counts: Mapping[str, int]
    measures: Mapping[str, Measured]
    # places with overdue visits, most first: name, code, how many
    overdue: Sequence[tuple[str, str, int]] = field(default=())
    # a day by which what is short shall be made good; none of a period that is past, whose overdue are of its last day
    mend_by: date | None = None
    # what the measures' `before` is
    compared_with: str = "上期"
    # the day of the county's first visit, where the period ends before it
    recorded_from: date | None = None


def counted(facts: BriefingFacts, figure: str) -> Piece:
    return Piece(str(facts.counts.get(figure, 0)), figure)
