"""Where the residents that a run counts by were taken from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import prefix_of
from app.core.scope import within_prefix
from app.numbers.models import AreaPopulation, IndicatorRun
from app.numbers.rules.residents import complete


@dataclass(frozen=True, slots=True)
class Origin:
    """The year of a number of residents and its sources; or of those below that it is the sum of."""

    year: int
    sources: tuple[str, ...]
    is_sum: bool


def origins_of(session: Session, run: IndicatorRun, residents: Mapping[str, int]) -> dict[str, Origin]:
    """place → where so many come from; of what was typed in otherwise since the run, nothing is told."""
    found: dict[str, Origin] = {}
    if not residents:
        return found
    county, year = prefix_of(run.area_code), run.cut_off.year
    rows = session.scalars(
        select(AreaPopulation)
        .where(within_prefix(AreaPopulation.area_code, county), AreaPopulation.year.in_((year - 1, year)))
        .order_by(AreaPopulation.area_code)
    ).all()
    stands = select(Area.code).where(within_prefix(Area.code, county), Area.replaced_by.is_(None))
    standing = session.scalars(stands).all()
    for of in (year - 1, year):
        typed = {row.area_code: row for row in rows if row.year == of}
        numbers = complete({code: row.residents for code, row in typed.items()}, standing)
        found |= {place: _origin(of, place, typed) for place, count in residents.items() if numbers.get(place) == count}
    return found


def _origin(year: int, place: str, typed: Mapping[str, AreaPopulation]) -> Origin:
    if place in typed:
        return Origin(year, (typed[place].source,), is_sum=False)
    below = (row.source for code, row in typed.items() if code.startswith(prefix_of(place)))
    return Origin(year, tuple(dict.fromkeys(below)), is_sum=True)
