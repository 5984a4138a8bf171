"""What a county has decided about a year: residents and targets of its places."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.queries import list_places, list_towns, names_of, place_of, village_choices
from app.areas.rules import AreaLevel
from app.core.actor import Actor
from app.core.scope import within
from app.numbers.models import AreaPopulation, IndicatorTarget
from app.numbers.queries.settings import settings_of
from app.numbers.rules.indicators import indicators


def list_residents(session: Session, actor: Actor, year: int) -> Sequence[AreaPopulation]:
    one = AreaPopulation
    found = select(one).where(within(one.area_code, actor), one.year == year).order_by(one.area_code)
    return session.scalars(found).all()


def list_targets(session: Session, actor: Actor, year: int) -> Sequence[IndicatorTarget]:
    one = IndicatorTarget
    found = select(one).where(within(one.area_code, actor), one.year == year)
    return session.scalars(found.order_by(one.area_code, one.indicator)).all()


def county_and_towns(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(code, name), the county first."""
    own = place_of(actor)
    towns = [(one.code, one.name) for one in list_towns(session, actor) if one.code != own]
    return [(own, names_of(session, [own])[own]), *towns]


def every_place(session: Session, actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """The county with its towns, then each town's villages, for a select."""
    above = county_and_towns(session, actor)
    if not list_places(session, actor.area_prefix, AreaLevel.VILLAGE):
        return {above[0][1]: above}
    # a closed select shows no group, and every town has its 东村
    told = {
        town: [(code, name if name == town else f"{town}·{name}") for code, name in villages]
        for town, villages in village_choices(session, actor).items()
    }
    return {above[0][1]: above} | told


def targeted_codes(session: Session, actor: Actor) -> list[str]:
    """Indicators whose rate is better or worse."""
    return [one.code for one in indicators(settings_of(session, place_of(actor))) if one.is_good is not None]
