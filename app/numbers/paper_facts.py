"""What the papers of one place are made of, read once from a run, the runs before it and the county's targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from app.areas.queries import agency_names, full_name
from app.areas.rules import AreaLevel, level_of
from app.core.actor import Actor
from app.numbers.models import IndicatorRun, IndicatorTarget
from app.numbers.paper_status import status_of
from app.numbers.queries.causes import count_alike
from app.numbers.queries.places import Line, lines_by_town, lines_of
from app.numbers.queries.recorded import recorded_only_from
from app.numbers.queries.residents import Origin, origins_of
from app.numbers.queries.runs import find_run, values_of
from app.numbers.queries.settings import targets_of
from app.numbers.queries.totals import Counts
from app.numbers.rules.briefing import unrecorded
from app.numbers.rules.causes import Alike
from app.numbers.rules.indicators import RESIDENTS, Indicator, indicators
from app.numbers.rules.period import TREND_PERIODS, PeriodKind, ReportPeriod
from app.numbers.rules.settings import NumberSettings, PeriodMode
from reports.compliance import Residents, Target

NO_AGENCY = "未落实责任机构"


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Everything that the papers of one place are made of, read once."""

    run: IndicatorRun
    place: str
    name: str
    period: ReportPeriod
    settings: NumberSettings
    # name and code of the places one level below, in the order of their codes, and of the remainder
    below: tuple[tuple[str, str], ...]
    counts: Mapping[str, Counts]
    # the same kind of period from the first that was counted, this one last; None between them where it was not
    past: tuple[tuple[ReportPeriod, Counts | None], ...]
    targets: Mapping[str, IndicatorTarget]
    alike: Sequence[Alike]
    agencies: Mapping[int, str]
    villages: tuple[tuple[str, str, bool], ...] = field(default=())
    # what the figures are compared with; None where nothing was counted in the same way over a window as long
    before: Counts | None = None
    # the day of the county's first visit, where the period ends before it
    recorded_from: date | None = None
    # which report the run is
    status: str = ""
    # of the place and those right below, where they were typed in
    residents: tuple[Residents, ...] = ()
    # what data quality finds in places right below (the place itself where it has none) at an instant
    findings: Mapping[str, Counter[str]] = field(default_factory=dict)
    found_at: datetime | None = None

    @property
    def own(self) -> Counts:
        return self.counts.get(self.place, {})

    @property
    def compared_with(self) -> str:
        return "上年同期" if self.settings.periods is PeriodMode.CUMULATIVE else "上期"

    @property
    def total_name(self) -> str:
        return f"{self.name} 合计" if self.below else self.name

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        return indicators(self.settings)

    def target(self, indicator: Indicator) -> Decimal | None:
        """Per cent; only rates per hundred have targets."""
        found = self.targets.get(indicator.code)
        return Decimal(found.per_10000) / 100 if found is not None and indicator.per == 100 else None

    def asked(self, indicator: Indicator) -> Target | None:
        """The same as the papers have it, with who asks."""
        percent = self.target(indicator)
        if percent is None:
            return None
        return Target(percent, is_most=indicator.is_good is False, source=self.targets[indicator.code].source)


def read_facts(session: Session, actor: Actor, run: IndicatorRun, place: str | None = None) -> ReportFacts:
    """Of the run's county or of a place in it, as far as the actor's area reaches."""
    place = place or run.area_code
    name, period, own = (
        full_name(session, place),
        ReportPeriod.parse(run.period),
        values_of(session, actor, run, [place])[place],
    )
    lines = lines_of(session, actor, run, place, own)
    towns = lines_by_town(session, actor, run, lines) if level_of(place) is AreaLevel.COUNTY else []
    alike = count_alike(session, actor, run, place)
    below = tuple((one.name, one.code) for one in lines)
    counts = {place: own} | {
        one.code: one.counts for one in [*lines, *(one for _, villages in towns for one in villages)]
    }
    recorded_from = recorded_only_from(session, actor, run, place)
    status = status_of(session, actor, run)
    return ReportFacts(
        run=run,
        place=place,
        name=name,
        period=period,
        settings=NumberSettings.from_json(run.settings),
        below=below,
        counts=counts,
        past=_past(session, actor, run, place, period),
        targets=targets_of(session, place, period.last_day.year),
        alike=alike,
        agencies=agency_names(session, {one.agency_id for one in alike if one.agency_id is not None}),
        villages=tuple(_under_towns(towns)),
        before=_before(session, actor, run, place, period),
        status=f"{status}。{unrecorded(recorded_from)}" if recorded_from else status,
        recorded_from=recorded_from,
        residents=tuple(_residents(session, run, [*below, (name, place)], counts)),
    )


def _residents(
    session: Session, run: IndicatorRun, places: Sequence[tuple[str, str]], counts: Mapping[str, Counts]
) -> Iterator[Residents]:
    known = {code: counts[code][RESIDENTS.name] for _name, code in places if RESIDENTS.name in counts[code]}
    origins = origins_of(session, run, known)
    for name, code in places:
        if code in origins:
            yield Residents(name, origins[code].year, known[code], _source(origins[code]))


def _source(origin: Origin) -> str:
    said = "、".join(origin.sources)
    return f"下属各处合计（{said}）" if origin.is_sum else said


def _under_towns(towns: Sequence[tuple[Line, Sequence[Line]]]) -> Iterator[tuple[str, str, bool]]:
    """Each town's villages with the town behind them as their sum; a town without villages stands for itself."""
    for town, villages in towns:
        for one in villages:
            yield f"{town.name}·{one.name}", one.code, False
        yield (f"{town.name} 合计", town.code, True) if villages else (town.name, town.code, False)


def _past(
    session: Session, actor: Actor, run: IndicatorRun, place: str, period: ReportPeriod
) -> tuple[tuple[ReportPeriod, Counts | None], ...]:
    found: list[tuple[ReportPeriod, Counts | None]] = [(period, values_of(session, actor, run, [place])[place])]
    if period.kind is not PeriodKind.DAY:
        while len(found) < TREND_PERIODS:
            period = period.previous()
            then = find_run(session, actor, run.area_code, period)
            found.append((period, values_of(session, actor, then, [place])[place] if then is not None else None))
    while found[-1][1] is None:  # nothing is told of the time before the first count
        found.pop()
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
