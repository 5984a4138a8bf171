"""A place's numbers as a page shows them: its own, those of the places below it, and how they went over eight quarters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import responsible_agencies
from app.areas.rules import AreaLevel, county_of
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.quarter import Quarter
from app.numbers.models import IndicatorRun, IndicatorTarget, IndicatorValue
from app.numbers.queries.places import Line, lines_of
from app.numbers.queries.residents import Origin, origins_of
from app.numbers.queries.runs import find_run, touches, values_of
from app.numbers.queries.settings import targets_by_place
from app.numbers.queries.totals import Counts
from app.numbers.rules.behind import missing_of
from app.numbers.rules.indicators import RESIDENTS, Indicator, indicators
from app.numbers.rules.membership import Weight
from app.numbers.rules.period import TREND_PERIODS, PeriodKind, ReportPeriod
from app.numbers.rules.places import BELOW, is_rest, whole_of
from app.numbers.rules.settings import NumberSettings

Targets = Mapping[str, IndicatorTarget]


@dataclass(frozen=True, slots=True)
class Cell:
    """An indicator of a place. `denominator` is None where residents are not known; `target` in hundredths of a per cent."""

    indicator: Indicator
    numerator: int
    denominator: int | None
    rate: str | None
    target: int | None

    @property
    def missing(self) -> int | None:
        """How many should be in it and are not; None where nobody is expected."""
        if self.denominator is None or missing_of(self.indicator) is None:
            return None
        return self.denominator - self.numerator

    @property
    def is_reached(self) -> bool | None:
        """Whether the target is reached; None without a target or a rate."""
        if self.target is None or self.denominator is None:
            return None
        return self.indicator.is_at(self.numerator, self.denominator, Decimal(self.target) / 100)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A town of a county, a village of a town, or the remainder of either, with whose work it is."""

    line: Line
    agency: str | None
    cells: Mapping[str, Cell]

    @property
    def code(self) -> str:
        return self.line.code

    @property
    def name(self) -> str:
        return self.line.name


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A quarter of the trend; None while nobody has counted it."""

    period: ReportPeriod
    cell: Cell | None


@dataclass(frozen=True, slots=True)
class Board:
    """What a page says of a place."""

    run: IndicatorRun
    settings: NumberSettings
    place: str
    counts: Counts
    cells: Mapping[str, Cell]
    rows: Sequence[PlaceRow]
    # of the residents, where they are known
    origin: Origin | None

    def worst_first(self, code: str) -> list[PlaceRow]:
        """What moves the figure most: the places with the most people missing from it."""
        return sorted(self.rows, key=lambda row: -(row.cells[code].missing or 0))


def board_of(session: Session, actor: Actor, place: str, period: ReportPeriod) -> Board | None:
    """The newest computation of a place in the actor's area; None before the first. `NotFound` for any other place."""
    area = get_place(session, actor, place)
    run = find_run(session, actor, county_of(place), period)
    if run is None:
        return None
    counts = values_of(session, actor, run, [place])[place]
    lines = lines_of(session, actor, run, area.code, counts)
    places = [place, *(whole_of(one.code) for one in lines)]
    targets = targets_by_place(session, places, run.cut_off.year)
    settings = NumberSettings.from_json(run.settings)
    whose = {one: agency.name for one, agency in responsible_agencies(session, places).items() if agency}
    rows = [
        PlaceRow(one, whose.get(whole_of(one.code)), _cells(settings, one.counts, {} if one.is_rest else targets[one.code]))
        for one in lines
    ]  # fmt: skip
    known = {place: counts[RESIDENTS.name]} if RESIDENTS.name in counts else {}
    origin = origins_of(session, run, known).get(place)
    return Board(run, settings, place, counts, _cells(settings, counts, targets[place]), rows, origin)


def cells_of(session: Session, actor: Actor, place: str, period: ReportPeriod) -> dict[str, Cell]:
    """The indicators of one place, without those below it; nothing before the first computation."""
    run = find_run(session, actor, county_of(place), period)
    if run is None:
        return {}
    targets = targets_by_place(session, [place], run.cut_off.year)[place]
    return _cells(NumberSettings.from_json(run.settings), values_of(session, actor, run, [place])[place], targets)


def get_place(session: Session, actor: Actor, place: str) -> Area:
    """A county, town or village in the actor's area."""
    area = session.get(Area, place) if place.startswith(actor.area_prefix) else None
    if area is None or area.level not in (AreaLevel.COUNTY, AreaLevel.TOWN, AreaLevel.VILLAGE):
        raise NotFound()
    return area


def get_counted(session: Session, actor: Actor, place: str) -> Area:
    """The place of a list: the same, or one whose remainder is addressed."""
    area = get_place(session, actor, whole_of(place))
    if is_rest(place) and area.level not in BELOW:
        raise NotFound()
    return area


def trend_of(session: Session, actor: Actor, place: str, code: str, until: Quarter) -> list[TrendPoint]:
    """An indicator of a place in the quarters up to one, each by the settings that it was computed with."""
    get_place(session, actor, place)
    periods = [ReportPeriod.quarter_of(until.shift(-back)) for back in reversed(range(TREND_PERIODS))]
    runs = _newest_runs(session, actor, county_of(place), periods)
    rows = select(IndicatorValue.run_id, IndicatorValue.counts).where(
        IndicatorValue.run_id.in_(run.id for run in runs.values()), IndicatorValue.area_code == place
    )
    counts: dict[int, Counts] = dict(session.execute(rows).all())
    targets = targets_by_place(session, [place], until.year)[place]
    found = []
    for period in periods:
        run = runs.get(str(period))
        cells = _cells(NumberSettings.from_json(run.settings), counts.get(run.id, {}), targets) if run else {}
        found.append(TrendPoint(period, cells.get(code)))
    return found


def periods_to_choose(
    session: Session, actor: Actor, county: str, running: Sequence[ReportPeriod]
) -> list[ReportPeriod]:
    """The running month, quarter and year, and every other whole period that was counted for the county, the newest first; a day is
    in the address of whoever asked for it."""
    if not touches(actor, county):
        raise NotFound()
    counted = session.scalars(select(IndicatorRun.period).where(IndicatorRun.area_code == county).distinct())
    known = {ReportPeriod.parse(text) for text in counted} - set(running)
    others = [one for one in known if one.kind is not PeriodKind.DAY]
    return [*running, *islice(sorted(others, key=lambda one: (one.last_day, one.first_day), reverse=True), 40)]


def cell_of(indicator: Indicator, counts: Counts, target: int | None = None) -> Cell:
    """An indicator of a place from the place's counts."""
    whole = indicator.denominator
    known = None if whole.weight is Weight.RESIDENTS and whole.name not in counts else counts.get(whole.name, 0)
    return Cell(indicator, counts.get(indicator.numerator.name, 0), known, indicator.rate(counts), target)


def _cells(settings: NumberSettings, counts: Counts, targets: Targets) -> dict[str, Cell]:
    def target(code: str) -> int | None:
        return targets[code].per_10000 if code in targets else None

    return {one.code: cell_of(one, counts, target(one.code)) for one in indicators(settings)}


def _newest_runs(
    session: Session, actor: Actor, county: str, periods: Sequence[ReportPeriod]
) -> dict[str, IndicatorRun]:
    if not touches(actor, county):
        raise NotFound()
    newest = (
        select(func.max(IndicatorRun.id))
        .where(IndicatorRun.area_code == county, IndicatorRun.period.in_(map(str, periods)))
        .group_by(IndicatorRun.period)
    )
    return {run.period: run for run in session.scalars(select(IndicatorRun).where(IndicatorRun.id.in_(newest)))}
