"""Places and agencies: names, children, who is responsible. Names are remembered for the session that asked."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind, Area, AreaSetting
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, code_of, county_of, level_of, town_of
from app.core.actor import Actor
from app.core.batches import slices
from app.core.i18n import N_, gettext_anywhere
from app.core.scope import within, within_prefix

BETWEEN = N_("%(town)s·%(village)s")


def list_places(session: Session, prefix: str, level: AreaLevel) -> list[Area]:
    """All places of one level below a prefix, in the order of their codes."""
    return list(
        session.scalars(select(Area).where(within_prefix(Area.code, prefix), Area.level == level).order_by(Area.code))
    )


def list_towns(session: Session, actor: Actor) -> list[Area]:
    """The towns that the actor's area touches: its own town for a village's user."""
    return list_places(session, actor.area_prefix[: PREFIX_LENGTHS[AreaLevel.TOWN]], AreaLevel.TOWN)


def list_villages(session: Session, actor: Actor) -> list[Area]:
    """The villages in the actor's area that stand; an abolished one is history."""
    return [one for one in list_places(session, actor.area_prefix, AreaLevel.VILLAGE) if one.replaced_by is None]


def village_choices(session: Session, actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """Villages of the actor's area grouped by town name, for a select: `{"城关镇": [("349921100200", "东村"), …]}`.

    A town without a village level offers itself.
    """
    towns = {town.code: town.name for town in list_towns(session, actor)}
    grouped: dict[str, list[tuple[str, str]]] = {name: [] for name in towns.values()}
    for village in list_villages(session, actor):
        name = towns.get(town_of(village.code))
        if name is not None:
            grouped[name].append((village.code, village.name))
    for code, name in towns.items():
        if not grouped[name] and code.startswith(actor.area_prefix):
            grouped[name].append((code, name))
    return {name: places for name, places in grouped.items() if places}


def names_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """code → name; one query for what this session has not asked before. An unknown code is named by itself."""
    known: dict[str, str] = session.info.setdefault("areas.names", {})
    wanted = set(codes)
    for part in slices(wanted - known.keys()):
        known.update(dict(session.execute(select(Area.code, Area.name).where(Area.code.in_(part))).all()))
    return {code: known.get(code, code) for code in wanted}


def full_names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """code → 城关镇·东村 (a town: 城关镇), with at most one query."""
    wanted = set(codes)
    names = names_of(session, wanted | {town_of(code) for code in wanted})
    return {code: _full(code, names) for code in wanted}


def full_name(session: Session, code: str) -> str:
    return full_names(session, [code])[code]


def written_name(session: Session, code: str) -> str:
    """城关镇东村, as papers write an address whatever language the page is in."""
    names = names_of(session, (code, town_of(code)))
    return names[code] if town_of(code) == code else names[town_of(code)] + names[code]


def find_agency(session: Session, kind: AgencyKind, area_code: str) -> Agency | None:
    found = select(Agency).where(Agency.kind == kind, Agency.area_code == area_code).order_by(Agency.id)
    return session.scalars(found.limit(1)).first()


def responsible_agency(session: Session, area_code: str) -> Agency | None:
    """The health centre of the town that a place lies in; None where none is entered."""
    return responsible_agencies(session, [area_code])[area_code]


def responsible_agencies(session: Session, codes: Iterable[str]) -> dict[str, Agency | None]:
    """place → its town's health centre; one query for towns that this session has not asked before."""
    known: dict[str, Agency] = session.info.setdefault("areas.health_centres", {})
    towns = {code: town_of(code) for code in codes}
    for part in slices(set(towns.values()) - known.keys()):
        rows = select(Agency).where(Agency.kind == AgencyKind.HEALTH_CENTRE, Agency.area_code.in_(part))
        for agency in session.scalars(rows.order_by(Agency.id.desc())):
            known[agency.area_code] = agency
    return {code: known.get(town) for code, town in towns.items()}


def find_civil_affairs(session: Session, area_code: str) -> Agency | None:
    """The county's civil affairs office, whom a paper names to call."""
    return find_agency(session, AgencyKind.CIVIL_AFFAIRS, county_of(area_code))


def list_agencies(session: Session, actor: Actor, kind: AgencyKind | None = None) -> list[Agency]:
    agencies = select(Agency).where(within(Agency.area_code, actor))
    if kind is not None:
        agencies = agencies.where(Agency.kind == kind)
    return list(session.scalars(agencies.order_by(Agency.area_code, Agency.kind, Agency.id)))


def agency_names(session: Session, agency_ids: Iterable[int]) -> dict[int, str]:
    """agency id → name, with one query a slice."""
    names: dict[int, str] = {}
    for part in slices(set(agency_ids)):
        names.update(dict(session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(part))).all()))
    return names


def office_of(session: Session, actor: Actor) -> str:
    """Whose paper it is: the actor's institution, or their place where there is none; empty for the operator."""
    if actor.agency_id is not None:
        return agency_names(session, [actor.agency_id])[actor.agency_id]
    return full_name(session, place_of(actor)) if actor.area_prefix else ""


def find_setting(session: Session, area_code: str, name: str) -> AreaSetting | None:
    """What the county of a place decided under this name; None while it decided nothing."""
    return session.get(AreaSetting, (county_of(area_code), name))


def place_of(actor: Actor) -> str:
    """The whole code of the actor's area; empty for the operator."""
    return code_of(actor.area_prefix) if actor.area_prefix else ""


def _full(code: str, names: dict[str, str]) -> str:
    if level_of(code) is not AreaLevel.VILLAGE:
        return names[code]
    return gettext_anywhere(BETWEEN) % {"town": names[town_of(code)], "village": names[code]}
