"""Counties beside each other for whoever is told counts only: 1–4 hidden, and whatever would give them away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.queries import names_of
from app.core.actor import Actor
from app.core.rates import rate
from app.numbers.queries.runs import list_newest_runs, values_of
from app.numbers.queries.totals import Counts
from app.numbers.rules.hiding import Share, hide_rows, hide_shares
from app.numbers.rules.indicators import REGISTERED, Indicator, indicators
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings

# over the registered or those seen, whatever a county has decided: only like is put beside like
# of the same people, so that one gives another away: hidden together
_OF_REGISTERED = ("management", "standard", "face_to_face", "stability")
_APART = ("loop_in_time", "emergency_in_time")


@dataclass(frozen=True, slots=True)
class ShareColumn:
    """An indicator of every county (by code) and of all of them."""

    indicator: Indicator
    counties: Mapping[str, Share]
    total: Share

    def rate(self, share: Share) -> str | None:
        """None where a part of it is hidden or nothing is counted."""
        return None if share.part is None or share.whole is None else rate(share.part, share.whole)


@dataclass(frozen=True, slots=True)
class City:
    """The counties that were counted for the period, and since when the oldest of the counts stands."""

    names: Mapping[str, str]
    columns: Sequence[ShareColumn]
    counted_at: datetime | None


def city_of(session: Session, actor: Actor, period: ReportPeriod) -> City:
    """The newest computation of every county in the actor's area."""
    runs = list_newest_runs(session, actor, period)
    counts = {run.area_code: values_of(session, actor, run, [run.area_code])[run.area_code] for run in runs}
    known = {one.code: one for one in indicators(NumberSettings())}
    columns = [*_columns_of_registered([known[code] for code in _OF_REGISTERED], counts)]
    columns += [_column_apart(known[code], counts) for code in _APART]
    return City(names_of(session, counts), columns, min((run.computed_at for run in runs), default=None))


def _columns_of_registered(shown: Sequence[Indicator], counts: Mapping[str, Counts]) -> Iterator[ShareColumn]:
    figures = list(
        dict.fromkeys([REGISTERED.name, *(one.name for pair in shown for one in (pair.numerator, pair.denominator))])
    )
    rows, totals = hide_rows({code: [own.get(name, 0) for name in figures] for code, own in counts.items()})
    for one in shown:
        part, whole = figures.index(one.numerator.name), figures.index(one.denominator.name)
        told = {code: Share(row[part], row[whole]) for code, row in rows.items()}
        yield ShareColumn(one, told, Share(totals[part], totals[whole]) if rows else Share(None, None))


def _column_apart(one: Indicator, counts: Mapping[str, Counts]) -> ShareColumn:
    part, whole = one.numerator.name, one.denominator.name
    return ShareColumn(one, *hide_shares({code: (own.get(part, 0), own.get(whole, 0)) for code, own in counts.items()}))
