"""Reading what was computed: the newest run of a county and period, its figures by place, and the rows behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.areas.rules import PREFIX_LENGTHS, AreaLevel, code_of, county_of, prefix_of
from app.core.actor import Actor
from app.core.batches import slices
from app.core.errors import NotFound
from app.core.scope import within, within_prefix
from app.numbers.models import IndicatorMember, IndicatorRun, IndicatorValue
from app.numbers.queries.totals import Counts, matches
from app.numbers.rules.membership import ADDED_UP, Figure
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.places import reach_of


def find_run(session: Session, actor: Actor, county_code: str, period: ReportPeriod) -> IndicatorRun | None:
    """The newest computation of the period for a county that the actor's area lies in, or that lies in it."""
    if not touches(actor, county_code):
        raise NotFound()
    return session.scalar(
        select(IndicatorRun)
        .where(IndicatorRun.area_code == county_code, IndicatorRun.period == str(period))
        .order_by(IndicatorRun.id.desc())
        .limit(1)
    )


def get_run(session: Session, actor: Actor, public_id: str) -> IndicatorRun:
    run = session.scalar(select(IndicatorRun).where(IndicatorRun.public_id == public_id))
    if run is None or not touches(actor, run.area_code):
        raise NotFound()
    return run


def list_newest_runs(session: Session, actor: Actor, period: ReportPeriod) -> list[IndicatorRun]:
    """The newest run of each county in the actor's area, in the order of their codes."""
    newest = (
        select(func.max(IndicatorRun.id))
        .where(within(IndicatorRun.area_code, actor), IndicatorRun.period == str(period))
        .group_by(IndicatorRun.area_code)
    )
    found = select(IndicatorRun).where(IndicatorRun.id.in_(newest)).order_by(IndicatorRun.area_code)
    return list(session.scalars(found))


def values_of(session: Session, actor: Actor, run: IndicatorRun, places: Sequence[str]) -> dict[str, Counts]:
    """place → its figures, for places in the actor's area; a place that had nothing to count has no figures."""
    found: dict[str, Counts] = {place: {} for place in places if place.startswith(actor.area_prefix)}
    for part in slices(found):
        rows = select(IndicatorValue.area_code, IndicatorValue.counts).where(
            IndicatorValue.run_id == run.id, IndicatorValue.area_code.in_(part)
        )
        found.update(dict(session.execute(rows).all()))
    return found


def count_members(
    session: Session, actor: Actor, run: IndicatorRun, place: str, figure: Figure, agency_id: int | None = None
) -> int:
    """What the figure says of a place, or of an institution in it, counted anew over its rows."""
    return int(session.scalar(_behind(actor, run, place, figure, _weigh(figure), agency_id)) or 0)


def count_rows(
    session: Session, actor: Actor, run: IndicatorRun, place: str, figure: Figure, agency_id: int | None = None
) -> int:
    """How many rows stand behind a figure: of one that adds visits up, fewer than the figure."""
    return session.scalar(_behind(actor, run, place, figure, func.count(), agency_id)) or 0


def group_members(
    session: Session, actor: Actor, run: IndicatorRun, place: str, figure: Figure, agency_id: int | None = None
) -> list[tuple[str, int | None, int, int]]:
    """(village, responsible institution, what the figure says, how many rows) of the rows behind a figure, the most first."""
    count, whose = _weigh(figure), (IndicatorMember.area_code, IndicatorMember.agency_id)
    rows = _behind(actor, run, place, figure, [*whose, count, func.count()], agency_id).group_by(*whose)
    ordered = rows.order_by(count.desc(), *whose)
    return [(code, agency, int(n), people) for code, agency, n, people in session.execute(ordered)]


def list_members(
    session: Session,
    actor: Actor,
    run: IndicatorRun,
    place: str,
    figure: Figure,
    *,
    agency_id: int | None = None,
    after: int = 0,
    limit: int | None = 50,
) -> list[IndicatorMember]:
    """Rows behind a figure in the order of place and subject, `limit` of them from the `after`-th on; None: all."""
    rows = _behind(actor, run, place, figure, IndicatorMember, agency_id)
    ordered = rows.order_by(IndicatorMember.area_code, IndicatorMember.kind, IndicatorMember.subject_id)
    return list(session.scalars(ordered.offset(after).limit(limit) if limit is not None else ordered))


def touches(actor: Actor, place: str) -> bool:
    """The actor's area lies in the county of the place, or the place in the actor's area."""
    return place.startswith(actor.area_prefix) or actor.area_prefix.startswith(prefix_of(county_of(place)))


def in_reach(column: InstrumentedAttribute[str], actor: Actor) -> ColumnElement[bool]:
    """Counties in the actor's area, or the one that it lies in."""
    if len(actor.area_prefix) <= PREFIX_LENGTHS[AreaLevel.COUNTY]:
        return within(column, actor)
    return column == county_of(code_of(actor.area_prefix))


def _behind(
    actor: Actor, run: IndicatorRun, place: str, figure: Figure, what: Any, agency_id: int | None = None
) -> Select[Any]:
    """Of a figure that adds visits up, those who have any; of one institution's where one is named."""
    return select(*(what if isinstance(what, list) else [what])).where(
        IndicatorMember.run_id == run.id,
        within(IndicatorMember.area_code, actor),
        within_prefix(IndicatorMember.area_code, reach_of(place)),
        matches(figure, IndicatorMember.bits),
        _visits(figure) > 0 if figure.weight in ADDED_UP else true(),
        true() if agency_id is None else IndicatorMember.agency_id == agency_id,
    )


def _weigh(figure: Figure) -> ColumnElement[Any]:
    """How many rows there are, or what they add up to."""
    return func.coalesce(func.sum(_visits(figure)), 0) if figure.weight in ADDED_UP else func.count()


def _visits(figure: Figure) -> ColumnElement[int]:
    visits: ColumnElement[int] = ADDED_UP[figure.weight](IndicatorMember)
    return visits
