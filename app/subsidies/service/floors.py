"""A city sets floors; a county says why it stays below one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.models import Area, AreaSetting
from app.areas.rules import AreaLevel
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.money import Money
from app.core.reasons import reason
from app.subsidies.queries.floors import ANNUAL_FLOOR, POOL_FLOOR, POOL_REASON, floors_of, pool_below
from app.subsidies.rules.floors import FloorGround, Floors, Stated, check_stated


def set_floors(session: Session, actor: Actor, city_code: str, floors: Floors, now: datetime) -> Floors:
    """A city's floors from now on; None takes one away. Versions and years that stand are shown, not undone."""
    require(actor, Action.SET_FLOORS)
    city = session.get(Area, city_code)
    if city is None or city.level is not AreaLevel.CITY or not city_code.startswith(actor.area_prefix):
        raise NotFound()
    for name, amount in ((ANNUAL_FLOOR, floors.annual), (POOL_FLOOR, floors.pool)):
        _keep(session, actor, city_code, name, str(amount.fen if amount else 0), now)
    detail = {"annual_fen": _fen(floors.annual), "pool_fen": _fen(floors.pool)}
    note(
        session, actor, "subsidies.floors_set", now=now, subject=("area", city_code), area_code=city_code, detail=detail
    )
    return floors_of(session, city_code)


def state_pool_reason(
    session: Session, actor: Actor, county_code: str, year: int, ground: str, reference: str, now: datetime
) -> None:
    """Why the year's pool lies below the city's floor, and by which paper."""
    require(actor, Action.PROPOSE_FUND)
    if not county_code.startswith(actor.area_prefix) or session.get(Area, county_code) is None:
        raise NotFound()
    wrong = check_stated(ground, reference)
    if wrong:
        raise Invalid(wrong)
    stated = Stated(FloorGround(ground), reference.strip())
    _keep(session, actor, county_code, POOL_REASON.format(year=year), stated.stored(), now)
    detail = {"year": year, "ground": stated.ground.value, "document": stated.reference}
    subject = ("area", county_code)
    note(session, actor, "subsidies.floor_stated", now=now, subject=subject, area_code=county_code, detail=detail)


def refuse_unexplained_pool(session: Session, county_code: str, year: int) -> None:
    """Before a run takes from the year's pool: one below the city's floor needs its reason."""
    below = pool_below(session, county_code, year)
    if below is not None and below.stated is None:
        raise Conflict(reason("subsidies.floor.pool", year=year, gap=below.gap))


def _keep(session: Session, actor: Actor, area_code: str, name: str, value: str, now: datetime) -> None:
    setting = session.get(AreaSetting, (area_code, name))
    if setting is None:
        setting = AreaSetting(area_code=area_code, name=name)
        session.add(setting)
    setting.value, setting.set_at, setting.set_by = value, now, actor.user_id
    session.flush()


def _fen(amount: Money | None) -> int:
    return amount.fen if amount else 0
