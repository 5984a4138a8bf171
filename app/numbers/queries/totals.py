"""How many there are: one grouped pass over a run's rows by village; towns and the county are sums of their villages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.areas.rules import county_of, town_of
from app.core.scope import within_prefix
from app.numbers.models import AreaPopulation, IndicatorMember
from app.numbers.rules.indicators import RESIDENTS
from app.numbers.rules.membership import ADDED_UP, Figure, MemberKind, Weight
from app.numbers.rules.residents import complete

Counts = dict[str, int]


def count_villages(session: Session, run_id: int, figures: Sequence[Figure]) -> dict[str, Counts]:
    """village → name of the figure → how many."""
    return _count_by(session, run_id, figures, IndicatorMember.area_code)


def count_agencies(session: Session, run_id: int, figures: Sequence[Figure]) -> dict[int, Counts]:
    """responsible institution → name of the figure → how many of its patients; whoever belongs to none is left out, and so are events,
    which happen where somebody is and are nobody's marks."""
    found = _count_by(session, run_id, figures, IndicatorMember.agency_id, IndicatorMember.kind == MemberKind.PATIENT)
    return {agency: counts for agency, counts in found.items() if agency is not None}


def _count_by(
    session: Session,
    run_id: int,
    figures: Sequence[Figure],
    key: InstrumentedAttribute[Any],
    *of: ColumnElement[bool],
) -> dict[Any, Counts]:
    member = IndicatorMember
    alike = (
        select(
            key.label("whose"),
            member.bits,
            func.count().label(Weight.ROWS.value),
            *(func.sum(adds(member)).label(weight.value) for weight, adds in ADDED_UP.items()),
        )
        .where(member.run_id == run_id, *of)
        .group_by(key, member.bits)
        .subquery()
    )

    def total(figure: Figure) -> ColumnElement[int]:
        return func.sum(case((matches(figure, alike.c.bits), alike.c[figure.weight.value]), else_=0))

    rows = session.execute(select(alike.c.whose, *map(total, figures)).group_by(alike.c.whose))
    return {row[0]: {one.name: int(n) for one, n in zip(figures, row[1:], strict=True)} for row in rows}


def matches(figure: Figure, bits: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The rows of a figure: all of its flags, none of the others."""
    return bits.op("&")(int(figure.flags | figure.without)) == int(figure.flags)


def add_up(villages: Mapping[str, Counts]) -> dict[str, Counts]:
    """Places of every level of a county: each village, its town, and the county."""
    places: dict[str, Counter[str]] = {}
    for village, counts in villages.items():
        for place in {village, town_of(village), county_of(village)}:
            places.setdefault(place, Counter()).update(counts)
    return {place: dict(counts) for place, counts in places.items()}


def residents_of(session: Session, prefix: str, year: int, standing: Iterable[str]) -> Counts:
    """place → residents of the year as they were typed in or add up, failing that of the year before."""
    rows = session.execute(
        select(AreaPopulation.year, AreaPopulation.area_code, AreaPopulation.residents).where(
            within_prefix(AreaPopulation.area_code, prefix), AreaPopulation.year.in_((year - 1, year))
        )
    )
    typed: dict[int, Counts] = {year - 1: {}, year: {}}
    for of, code, residents in rows:
        typed[of][code] = residents
    places = list(standing)
    return complete(typed[year - 1], places) | complete(typed[year], places)


def with_residents(
    places: dict[str, Counts], residents: Mapping[str, int], all_places: Iterable[str]
) -> dict[str, Counts]:
    """The same for every place that stands, empty ones too, with its residents where they are known."""
    return {
        place: places.get(place, {}) | ({RESIDENTS.name: residents[place]} if place in residents else {})
        for place in {*all_places, *places}
    }
