"""What a county decides about its numbers: how it counts, residents with their source, targets. Each counts from the next computation on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import find_setting, place_of
from app.areas.service import keep_setting
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import slices
from app.core.errors import Invalid, NotFound
from app.core.reasons import reason
from app.core.scope import within
from app.numbers.commands import RESIDENTS_OF, SetResidents
from app.numbers.models import AreaPopulation, IndicatorTarget
from app.numbers.queries.settings import PREFIX, read_settings
from app.numbers.service.turns import take_turn


def set_counting(session: Session, actor: Actor, said: Mapping[str, str], now: datetime) -> None:
    """From the options' names and values as `read_settings` takes them; only what changes is written."""
    require(actor, Action.SET_NUMBERS)
    read_settings(said)  # ValueError for what is no option
    place, changed = place_of(actor), {}
    take_turn(session, place)
    for name, value in said.items():
        standing = find_setting(session, place, PREFIX + name)
        if standing is None or standing.value != value:
            keep_setting(session, place, PREFIX + name, value, actor.user_id, now)
            changed[name] = value
    if changed:
        note(session, actor, "numbers.settings_set", now=now, area_code=place, detail=changed)


def set_residents(session: Session, actor: Actor, command: SetResidents, now: datetime) -> int:
    """Keep what is said of the year's places; None: not known any more. How many of them changed.

    Raises `Invalid` at the places of which somebody else has said something else since they were looked at.
    """
    require(actor, Action.SET_NUMBERS)
    _take_places(session, actor, command.said)
    found = select(AreaPopulation).where(within(AreaPopulation.area_code, actor), AreaPopulation.year == command.year)
    standing = {row.area_code: row for row in session.scalars(found)}
    _refuse_crossed(command, standing)
    changed = {
        place: residents
        for place, residents in command.said.items()
        if _keep_residents(session, actor, command, place, residents, standing.get(place), now)
    }
    if changed:
        detail = {"year": command.year, "source": command.source, "residents": changed}
        note(
            session,
            actor,
            "numbers.residents_set",
            now=now,
            area_code=place_of(actor),
            count=len(changed),
            detail=detail,
        )
    return len(changed)


def _refuse_crossed(command: SetResidents, standing: Mapping[str, AreaPopulation]) -> None:
    if command.seen is None:
        return
    crossed = {}
    for place, residents in command.said.items():
        known = standing[place].residents if place in standing else None
        if known not in (command.seen.get(place), residents):
            told = reason("numbers.residents_gone") if known is None else reason("numbers.residents_changed", n=known)
            crossed[RESIDENTS_OF + place] = [told]
    if crossed:
        raise Invalid(crossed)


def _keep_residents(
    session: Session,
    actor: Actor,
    command: SetResidents,
    place: str,
    residents: int | None,
    row: AreaPopulation | None,
    now: datetime,
) -> bool:
    """Whether anything changed."""
    if row is None and residents is not None:
        row = AreaPopulation(area_code=place, year=command.year)
        session.add(row)
    elif row is None or (row.residents, row.source) == (residents, command.source):
        return False
    elif residents is None:
        session.delete(row)
        return True
    row.residents, row.source, row.set_at, row.set_by = residents, command.source, now, actor.user_id
    return True


def set_target(
    session: Session, actor: Actor, place: str, indicator: str, year: int, per_10000: int | None, source: str, now: datetime
) -> None:  # fmt: skip
    """None: no target any more."""
    require(actor, Action.SET_NUMBERS)
    _take_place(session, actor, place)
    row = session.scalar(
        select(IndicatorTarget).where(
            IndicatorTarget.area_code == place, IndicatorTarget.indicator == indicator, IndicatorTarget.year == year
        )
    )
    if per_10000 is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(IndicatorTarget(
            area_code=place, indicator=indicator, year=year, per_10000=per_10000, source=source, set_at=now,
            set_by=actor.user_id,
        ))  # fmt: skip
    else:
        row.per_10000, row.source, row.set_at, row.set_by = per_10000, source, now, actor.user_id
    note(
        session, actor, "numbers.target_set", now=now, area_code=place,
        detail={"indicator": indicator, "year": year, "per_10000": per_10000, "source": source},
    )  # fmt: skip


def _take_places(session: Session, actor: Actor, places: Collection[str]) -> None:
    """Places of one's area, about which nobody else of the county decides until the end of the transaction."""
    stand = (select(Area.code).where(Area.code.in_(part), within(Area.code, actor)) for part in slices(places))
    if {code for part in stand for code in session.scalars(part)} != set(places):
        raise NotFound()
    take_turn(session, place_of(actor))


def _take_place(session: Session, actor: Actor, place: str) -> None:
    if session.scalar(select(Area.code).where(Area.code == place, within(Area.code, actor))) is None:
        raise NotFound()
    take_turn(session, place)
