"""Computing a county's numbers: who is in which set is stored, and how many that makes in every place.

First everything is read, which keeps nobody waiting however long it takes; then it is stored, which is short.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel, prefix_of
from app.core.actor import Actor
from app.core.batches import pour_rows, slices
from app.core.db import Canonical
from app.core.errors import Invalid, NotFound
from app.core.reasons import reason
from app.core.scope import within_prefix
from app.numbers.models import IndicatorMember, IndicatorRun, IndicatorValue
from app.numbers.queries.events import counted_events
from app.numbers.queries.marks import marks_of
from app.numbers.queries.members import counted_patients
from app.numbers.queries.settings import settings_of
from app.numbers.queries.timeline import Counted
from app.numbers.queries.totals import add_up, count_villages, residents_of, with_residents
from app.numbers.queries.universe import gather, in_much_memory
from app.numbers.rules.indicators import figures
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import RULE_SET, NumberSettings

_COLUMNS = ("kind", "subject_id", "patient_id", "area_code", "agency_id", "bits", "visits", "visits_in_time")

_STORE_LOCK = 7_230_133  # advisory lock, with a county's six digits: one count stored at a time

Sessions = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int], None]
# what `progress` is told: who is counted, their sets, what happened, what is stored
_STEPS = 4


def _nobody(_done: int, _total: int) -> None:
    """For a count that nobody watches."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a county's facts say of a period at an instant, before anything of it is stored."""

    county_code: str
    period: ReportPeriod
    counted: Counted
    at: datetime
    # rows of `IndicatorMember` but their run, in the order of `_COLUMNS`
    members: Sequence[Sequence[Any]]


def count_apart(
    reading: Sessions,
    transaction: Sessions,
    actor: Actor,
    county_code: str,
    period: ReportPeriod,
    today: date,
    now: datetime,
    progress: Progress = _nobody,
) -> IndicatorRun:
    """`compute_county` for whoever works in the background: nobody's visit waits to be stored while a county is read.

    Where somebody who began later has ended earlier, theirs stands and is handed back. `now`: read off the clock for this count.
    """
    progress(0, _STEPS)
    with reading() as session:
        _read_one_moment(session)
        found = find_county(session, county_code, period, today, now, progress)
    with transaction() as session:
        _store_alone(session, county_code)
        run = _find_later(session, found) or store(session, actor, found)
    progress(_STEPS, _STEPS)
    return run


def compute_county(
    session: Session, actor: Actor, county_code: str, period: ReportPeriod, today: date, now: datetime
) -> IndicatorRun:
    """`compute` by what the county has decided. `NotFound` for what is no county, `Invalid` for a period that has not begun."""
    return store(session, actor, find_county(session, county_code, period, today, now))


def compute(
    session: Session,
    actor: Actor,
    county_code: str,
    period: ReportPeriod,
    settings: NumberSettings,
    today: date,
    now: datetime,
) -> IndicatorRun:
    """Count the county for the period as of today's facts.

    `county_code`: 12 digits. The cut-off is the earlier of the period's last day and today.
    """
    return store(session, actor, find(session, county_code, period, settings, today, now))


def find_county(
    session: Session,
    county_code: str,
    period: ReportPeriod,
    today: date,
    now: datetime,
    progress: Progress = _nobody,
) -> Found:
    """`find` by what the county has decided, with the errors of `compute_county`."""
    area = session.get(Area, county_code)
    if area is None or area.level is not AreaLevel.COUNTY:
        raise NotFound()
    if period.opens_on > today:
        raise Invalid({"period": [reason("numbers.period_not_begun")]})
    return find(session, county_code, period, settings_of(session, county_code), today, now, progress)


def find(
    session: Session,
    county_code: str,
    period: ReportPeriod,
    settings: NumberSettings,
    today: date,
    now: datetime,
    progress: Progress = _nobody,
) -> Found:
    counted = Counted(prefix_of(county_code), period.counted_from(settings.periods), period.cut_off(today), settings)
    with in_much_memory(session), gather(session, counted) as universe:
        progress(1, _STEPS)
        marks = marks_of(session, county_code, counted.first_on, counted.cut_off)
        members: list[Sequence[Any]] = list(session.execute(counted_patients(universe, counted, marks)))
    progress(2, _STEPS)
    members += [[one[name] for name in _COLUMNS] for one in counted_events(session, counted, now)]
    progress(3, _STEPS)
    return Found(county_code, period, counted, now, members)


def store(session: Session, actor: Actor, found: Found) -> IndicatorRun:
    run = IndicatorRun(
        area_code=found.county_code,
        period=str(found.period),
        first_on=found.counted.first_on,
        cut_off=found.counted.cut_off,
        settings=found.counted.settings.to_json(),
        rule_set=RULE_SET,
        computed_at=found.at,
        computed_by=actor.user_id,
    )
    session.add(run)
    session.flush()
    pour_rows(session, IndicatorMember, ("run_id", *_COLUMNS), ((run.id, *row) for row in found.members))
    _store_values(session, run, found.counted)
    return run


def _store_values(session: Session, run: IndicatorRun, counted: Counted) -> None:
    places = add_up(count_villages(session, run.id, figures(counted.settings)))
    stands = select(Area.code).where(within_prefix(Area.code, counted.prefix), Area.replaced_by.is_(None))
    standing = session.scalars(stands).all()
    residents = residents_of(session, counted.prefix, counted.cut_off.year, standing)
    complete = with_residents(places, residents, standing)
    rows = [
        {"run_id": run.id, "area_code": place, "counts": Canonical.of(counts)}
        for place, counts in sorted(complete.items())
    ]
    for part in slices(rows):
        session.execute(insert(IndicatorValue), part)


def _read_one_moment(session: Session) -> None:
    """What is written between two statements is in none of a count's sets, as SQLite has it anyway; to be asked first of a session."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _store_alone(session: Session, county_code: str) -> None:
    """A county's counts are stored one after the other, or two of them would not find each other. Whoever decides about the county
    takes another turn and does not wait; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_STORE_LOCK, int(prefix_of(county_code)))))


def _find_later(session: Session, found: Found) -> IndicatorRun | None:
    return session.scalar(
        select(IndicatorRun)
        .where(
            IndicatorRun.area_code == found.county_code,
            IndicatorRun.period == str(found.period),
            IndicatorRun.computed_at > found.at,
        )
        .order_by(IndicatorRun.id.desc())
        .limit(1)
    )
