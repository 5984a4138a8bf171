"""What the papers of one place are made of, read once from a run, the runs before it and the county's targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy.orm import Session

from app.areas.queries import agency_names, full_name, list_places, names_of
from app.areas.rules import AreaLevel, level_of, prefix_of, town_of
from app.core.actor import Actor
from app.numbers.models import IndicatorRun, IndicatorTarget
from app.numbers.paper_status import status_of
from app.numbers.queries.causes import count_alike
from app.numbers.queries.runs import find_run, values_of
from app.numbers.queries.settings import targets_of
from app.numbers.queries.totals import Counts
from app.numbers.rules.causes import Alike
from app.numbers.rules.indicators import Indicator, indicators
from app.numbers.rules.period import PeriodKind, ReportPeriod
from app.numbers.rules.settings import NumberSettings, PeriodMode

PERIODS = 8
NO_AGENCY = "未落实责任机构"
_BELOW = {AreaLevel.COUNTY: AreaLevel.TOWN, AreaLevel.TOWN: AreaLevel.VILLAGE}


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Everything that the papers of one place are made of, read once."""

    run: IndicatorRun
    place: str
    name: str
    period: ReportPeriod
    settings: NumberSettings
    # name and code of the places one level below, in the order of their codes
    below: tuple[tuple[str, str], ...]
    counts: Mapping[str, Counts]
    # the same kind of period, oldest first, this one last; None where it was never counted
    past: tuple[tuple[ReportPeriod, Counts | None], ...]
    targets: Mapping[str, IndicatorTarget]
    alike: Sequence[Alike]
    agencies: Mapping[int, str]
    villages: tuple[tuple[str, str, bool], ...] = field(default=())
    # what the figures are compared with; None where nothing was counted in the same way over a window as long
    before: Counts | None = None
    # which report the run is
    status: str = ""

    @property
    def own(self) -> Counts:
        return self.counts.get(self.place, {})

    @property
    def compared_with(self) -> str:
        return "上年同期" if self.settings.periods is PeriodMode.CUMULATIVE else "上期"

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        return indicators(self.settings)

    def target(self, indicator: Indicator) -> Decimal | None:
        """Per cent; only rates per hundred have targets."""
        found = self.targets.get(indicator.code)
        return Decimal(found.per_10000) / 100 if found is not None and indicator.per == 100 else None


def read_facts(session: Session, actor: Actor, run: IndicatorRun, place: str | None = None) -> ReportFacts:
    """Of the run's county or of a place in it, as far as the actor's area reaches."""
    place = place or run.area_code
    period, below = ReportPeriod.parse(run.period), _places_below(session, place)
    villages = _villages_of(session, place)
    counts = values_of(session, actor, run, [place, *(code for _name, code in below), *(one[1] for one in villages)])
    alike = count_alike(session, actor, run, place)
    return ReportFacts(
        run=run,
        place=place,
        name=full_name(session, place),
        period=period,
        settings=NumberSettings.from_json(run.settings),
        below=below,
        counts=counts,
        past=_past(session, actor, run, place, period),
        targets=targets_of(session, place, period.last_day.year),
        alike=alike,
        agencies=agency_names(session, {one.agency_id for one in alike if one.agency_id is not None}),
        villages=villages,
        before=_before(session, actor, run, place, period),
        status=status_of(session, actor, run),
    )


def _places_below(session: Session, place: str) -> tuple[tuple[str, str], ...]:
    level = _BELOW.get(level_of(place))
    if level is None:
        return ()
    return tuple(
        (one.name, one.code) for one in list_places(session, prefix_of(place), level) if one.replaced_by is None
    )


def _villages_of(session: Session, place: str) -> tuple[tuple[str, str, bool], ...]:
    """Of a county: each town's villages and the town behind them."""
    if level_of(place) is not AreaLevel.COUNTY:
        return ()
    found: list[tuple[str, str, bool]] = []
    villages = [one for one in list_places(session, prefix_of(place), AreaLevel.VILLAGE) if one.replaced_by is None]
    towns = names_of(session, {town_of(one.code) for one in villages})
    for town in sorted(towns):
        found += [(f"{towns[town]}·{one.name}", one.code, False) for one in villages if town_of(one.code) == town]
        found.append((f"{towns[town]} 合计", town, True))
    return tuple(found)


def _past(
    session: Session, actor: Actor, run: IndicatorRun, place: str, period: ReportPeriod
) -> tuple[tuple[ReportPeriod, Counts | None], ...]:
    found: list[tuple[ReportPeriod, Counts | None]] = [(period, values_of(session, actor, run, [place])[place])]
    if period.kind is not PeriodKind.DAY:
        while len(found) < PERIODS:
            period = period.previous()
            then = find_run(session, actor, run.area_code, period)
            found.append((period, values_of(session, actor, then, [place])[place] if then is not None else None))
    return tuple(reversed(found))


def _before(session: Session, actor: Actor, run: IndicatorRun, place: str, period: ReportPeriod) -> Counts | None:
    mode = NumberSettings.from_json(run.settings).periods
    earlier = period.compared_with(mode)
    if earlier is None or run.cut_off < period.last_day:
        return None
    then = find_run(session, actor, run.area_code, earlier)
    if then is None or then.cut_off < earlier.last_day or NumberSettings.from_json(then.settings).periods is not mode:
        return None
    return values_of(session, actor, then, [place])[place] or None


def reaches(one: Indicator, counts: Counts, target: Decimal) -> bool | None:
    """As the page judges it; None when nothing is counted."""
    return one.is_at(counts.get(one.numerator.name, 0), counts.get(one.denominator.name, 0), target)
