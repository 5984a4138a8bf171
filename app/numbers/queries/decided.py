"""What a county has decided about a year: residents and targets of its places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import list_towns, names_of, place_of
from app.areas.rules import AreaLevel
from app.core.actor import Actor
from app.core.scope import within
from app.numbers.models import AreaPopulation, IndicatorTarget
from app.numbers.queries.places import marked_names
from app.numbers.queries.settings import settings_of
from app.numbers.rules.indicators import indicators
from app.numbers.rules.places import BELOW
from app.numbers.rules.residents import complete


@dataclass(frozen=True, slots=True)
class ResidentsRow:
    """A place of the table: what was typed in for the year and for the one before, and what its parts add up to."""

    code: str
    name: str
    level: AreaLevel
    typed: AreaPopulation | None
    before: AreaPopulation | None
    adds_up_to: int | None


def residents_table(session: Session, actor: Actor, year: int) -> list[ResidentsRow]:
    """The county, then each town before its villages: every place that stands, and those abolished of which something was typed in."""
    one = AreaPopulation
    rows = session.scalars(select(one).where(within(one.area_code, actor), one.year.in_((year - 1, year)))).all()
    typed, before = ({row.area_code: row for row in rows if row.year == of} for of in (year, year - 1))
    places = session.execute(
        select(Area.code, Area.level, Area.replaced_by)
        .where(within(Area.code, actor), Area.level.in_((AreaLevel.COUNTY, *BELOW.values())))
        .order_by(Area.code)
    ).all()
    shown = {row.code: row.level for row in places if row.replaced_by is None or row.code in typed}
    names = marked_names(session, list(shown))
    standing = [row.code for row in places if row.replaced_by is None]
    numbers = {code: row.residents for code, row in typed.items()}
    return [
        ResidentsRow(
            code, names[code], level, typed.get(code), before.get(code), _sum_of(code, level, numbers, standing)
        )
        for code, level in shown.items()
    ]


def _sum_of(code: str, level: AreaLevel, typed: Mapping[str, int], standing: Sequence[str]) -> int | None:
    """Of the places below, whatever was typed in for the place itself."""
    if level not in BELOW:
        return None
    return complete({place: n for place, n in typed.items() if place != code}, standing).get(code)


def list_targets(session: Session, actor: Actor, year: int) -> Sequence[IndicatorTarget]:
    one = IndicatorTarget
    found = select(one).where(within(one.area_code, actor), one.year == year)
    return session.scalars(found.order_by(one.area_code, one.indicator)).all()


def county_and_towns(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(code, name), the county first."""
    own = place_of(actor)
    towns = [(one.code, one.name) for one in list_towns(session, actor) if one.code != own]
    return [(own, names_of(session, [own])[own]), *towns]


def targeted_codes(session: Session, actor: Actor) -> list[str]:
    """Indicators whose rate is better or worse."""
    return [one.code for one in indicators(settings_of(session, place_of(actor))) if one.is_good is not None]
