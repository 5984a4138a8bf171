"""Which places a table of a run lists: every place that stood when it was counted or has a row in it, and the remainder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import full_name, full_names, names_of
from app.areas.rules import AreaLevel, level_of, prefix_of, town_of
from app.core.actor import Actor
from app.core.i18n import N_, gettext_anywhere
from app.core.scope import within, within_prefix
from app.numbers.models import IndicatorRun, IndicatorValue
from app.numbers.queries.totals import Counts
from app.numbers.rules.places import BELOW, is_rest, remainder, rest_of, whole_of

REST = {AreaLevel.COUNTY: N_("未落实到乡镇"), AreaLevel.TOWN: N_("未落实到村（社区）")}
ABOLISHED = N_("%(place)s（已撤并至%(successor)s）")


@dataclass(frozen=True, slots=True)
class Line:
    """A place of a table. `code` is an address: of a remainder, `rest_of` the place."""

    code: str
    name: str
    counts: Counts

    @property
    def is_rest(self) -> bool:
        return is_rest(self.code)


def lines_of(session: Session, actor: Actor, run: IndicatorRun, place: str, counts: Counts) -> list[Line]:
    """The places right below a place that counts so many, in the order of their codes, and its remainder last: they add up to it."""
    level = BELOW.get(level_of(place))
    lines = _listed(session, actor, run, place, level) if level else []
    return [*lines, *_rest(place, counts, lines)] if lines else []


def lines_by_town(
    session: Session, actor: Actor, run: IndicatorRun, towns: Sequence[Line]
) -> list[tuple[Line, list[Line]]]:
    """Each town of a county with its villages and their remainder; a town that has no villages with none."""
    county = run.area_code
    villages: dict[str, list[Line]] = {}
    for one in _listed(session, actor, run, county, AreaLevel.VILLAGE):
        villages.setdefault(town_of(one.code), []).append(one)
    found = []
    for town in towns:
        own = villages.get(town.code, [])
        found.append((town, [*own, *_rest(town.code, town.counts, own)] if own else []))
    return found


def place_name(session: Session, place: str) -> str:
    """城关镇·东村; of a remainder 城关镇（未落实到村（社区））."""
    whole = whole_of(place)
    name = full_name(session, whole)
    return f"{name} · {rest_name(whole)}" if is_rest(place) else name


def rest_name(place: str) -> str:
    """What the remainder of a county or town, or of a place above them, is called in a table of it."""
    return gettext_anywhere(REST.get(level_of(place), REST[AreaLevel.COUNTY]))


def marked_names(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """code → name, of a place abolished since with where it went."""
    return _marked(
        session, session.execute(select(Area.code, Area.name, Area.replaced_by).where(Area.code.in_(codes))).all()
    )


def _listed(session: Session, actor: Actor, run: IndicatorRun, place: str, level: AreaLevel) -> list[Line]:
    rows = session.execute(
        select(Area.code, Area.name, Area.replaced_by, IndicatorValue.counts)
        .join(IndicatorValue, IndicatorValue.area_code == Area.code)
        .where(
            IndicatorValue.run_id == run.id,
            Area.level == level,
            within(Area.code, actor),
            within_prefix(Area.code, prefix_of(place)),
        )
        .order_by(Area.code)
    ).all()
    listed = [row for row in rows if row.replaced_by is None or any(row.counts.values())]
    names = _marked(session, listed)
    return [Line(row.code, names[row.code], row.counts) for row in listed]


def _marked(session: Session, rows: Sequence[Any]) -> dict[str, str]:
    successors = _successors(session, {row.code: row.replaced_by for row in rows if row.replaced_by is not None})
    return {row.code: _name(row.name, successors.get(row.code)) for row in rows}


def _successors(session: Session, replaced: dict[str, str]) -> dict[str, str]:
    """code → who took over: by name alone in one's own town."""
    short, full = names_of(session, replaced.values()), full_names(session, replaced.values())
    return {code: (short if town_of(code) == town_of(other) else full)[other] for code, other in replaced.items()}


def _name(name: str, successor: str | None) -> str:
    return name if successor is None else gettext_anywhere(ABOLISHED) % {"place": name, "successor": successor}


def _rest(place: str, counts: Counts, lines: Sequence[Line]) -> list[Line]:
    left = remainder(counts, [one.counts for one in lines])
    return [Line(rest_of(place), rest_name(place), left)] if left else []
