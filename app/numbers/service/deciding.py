"""What a county decides about its numbers: how it counts, residents with their source, targets. Each counts from the next computation on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import find_setting, place_of
from app.areas.service import keep_setting
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.scope import within
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


def set_residents(
    session: Session, actor: Actor, place: str, year: int, residents: int | None, source: str, now: datetime
) -> None:
    """None: not known any more."""
    require(actor, Action.SET_NUMBERS)
    _take_place(session, actor, place)
    row = session.get(AreaPopulation, (place, year))
    if residents is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(AreaPopulation(
            area_code=place, year=year, residents=residents, source=source, set_at=now, set_by=actor.user_id
        ))  # fmt: skip
    else:
        row.residents, row.source, row.set_at, row.set_by = residents, source, now, actor.user_id
    note(
        session, actor, "numbers.residents_set", now=now, area_code=place,
        detail={"year": year, "residents": residents, "source": source},
    )  # fmt: skip


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


def _take_place(session: Session, actor: Actor, place: str) -> None:
    if session.scalar(select(Area.code).where(Area.code == place, within(Area.code, actor))) is None:
        raise NotFound()
    take_turn(session, place)
