"""The area tree's import and the agencies in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area, AreaSetting
from app.areas.queries import find_setting
from app.areas.readers import AreaRow, RowError, read_areas
from app.areas.rules import AreaLevel, county_of, parent_of
from app.core.batches import slices
from app.core.errors import Invalid
from app.core.reasons import Reason, reason


@dataclass(frozen=True)
class AreaImport:
    """What an import did: `stored` new places, `changed` names, `unchanged` rows. With errors nothing was stored."""

    rows: int
    stored: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: tuple[RowError, ...] = ()


def import_areas(session: Session, content: bytes) -> AreaImport:
    """Store the places of a CSV file, parents first; all or nothing. Repeatable; never deletes.

    A county or city may stand without the places above it, which a later file can add; a town or village may not. Raises
    `Invalid` for a file that is no such table.
    """
    rows, errors, count = read_areas(content)
    standing = _standing(session, rows)
    codes = {row.code for row in rows} | standing.keys()
    errors += [error for row in rows if (error := _orphan(row, codes)) is not None]
    if errors:
        return AreaImport(count, errors=tuple(sorted(errors, key=lambda error: error.row)))
    new = [row for row in rows if row.code not in standing]
    # a parent's code is the child's with zeros, so it sorts first
    session.add_all(
        Area(code=row.code, name=row.name, level=row.level, parent_code=_parent_in(codes, row.code))
        for row in sorted(new, key=lambda row: row.code)
    )
    session.flush()
    changed = sum(_renew(standing[row.code], row.name, codes) for row in rows if row.code in standing)
    session.flush()
    session.info.pop("areas.names", None)
    return AreaImport(count, len(new), changed, len(rows) - len(new) - changed)


def abolish_village(session: Session, code: str, successor: str, last_day: date) -> Area:
    """The village ends with `last_day`, and another takes over (domain 9, case 37). Its code and name stay for what lies before.

    Raises `Invalid` by field for places that are no villages, do not stand, or are the same.
    """
    old, new = session.get(Area, code), session.get(Area, successor)
    problems: dict[str, list[Reason]] = {}
    if old is None or old.level is not AreaLevel.VILLAGE or old.replaced_by is not None:
        problems["code"] = [reason("areas.village.none")]
    if new is None or new.level is not AreaLevel.VILLAGE or new.replaced_by is not None or successor == code:
        problems["successor"] = [reason("areas.village.none")]
    if old is None or problems:
        raise Invalid(problems)
    old.valid_to, old.replaced_by = last_day, successor
    session.flush()
    return old


def _orphan(row: AreaRow, codes: set[str]) -> RowError | None:
    parent = parent_of(row.code)
    if parent is None or parent in codes or row.level not in (AreaLevel.TOWN, AreaLevel.VILLAGE):
        return None
    return RowError(row.number, "", reason("areas.code.parent", area=parent))


def _parent_in(codes: set[str], code: str) -> str | None:
    parent = parent_of(code)
    return parent if parent in codes else None


def _renew(area: Area, name: str, codes: set[str]) -> bool:
    """Take over a new name, and a parent that a later file brought. True if anything changed."""
    before = (area.name, area.parent_code)
    area.name, area.parent_code = name, _parent_in(codes, area.code) or area.parent_code
    return before != (area.name, area.parent_code)


def _standing(session: Session, rows: list[AreaRow]) -> dict[str, Area]:
    """Places of the file, and parents of them, that are stored already."""
    wanted = {row.code for row in rows} | {parent for row in rows if (parent := parent_of(row.code))}
    found: dict[str, Area] = {}
    for part in slices(wanted):
        found.update({area.code: area for area in session.scalars(select(Area).where(Area.code.in_(part)))})
    return found


def keep_setting(
    session: Session, area_code: str, name: str, value: str, set_by: int | None, now: datetime
) -> AreaSetting:
    """What the county of a place decides from now on; whoever asks for it notes it."""
    setting = find_setting(session, area_code, name)
    if setting is None:
        setting = AreaSetting(area_code=county_of(area_code), name=name, value=value, set_at=now, set_by=set_by)
        session.add(setting)
    setting.value, setting.set_at, setting.set_by = value, now, set_by
    session.flush()
    return setting
