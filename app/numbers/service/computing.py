"""Computing a county's numbers: who is in which set is stored, and how many that makes in every place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, insert, literal, select, text
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel, prefix_of
from app.core.actor import Actor
from app.core.batches import slices, table_of
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
from app.numbers.rules.indicators import figures
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import RULE_SET, NumberSettings

# so long a page, a list or a report that began with a count may go on reading it after a newer one stands
READ_FOR = timedelta(days=1)
_PLAN = {"enable_nestloop": "off", "work_mem": "128MB"}
_COLUMNS = ("run_id", "kind", "subject_id", "patient_id", "area_code", "agency_id", "bits", "visits", "visits_in_time")


def compute_county(
    session: Session, actor: Actor, county_code: str, period: ReportPeriod, today: date, now: datetime
) -> IndicatorRun:
    """`compute` by what the county has decided. `NotFound` for what is no county, `Invalid` for a period that has not begun."""
    area = session.get(Area, county_code)
    if area is None or area.level is not AreaLevel.COUNTY:
        raise NotFound()
    if period.opens_on > today:
        raise Invalid({"period": [reason("numbers.period_not_begun")]})
    return compute(session, actor, county_code, period, settings_of(session, county_code), today, now)


def compute(
    session: Session,
    actor: Actor,
    county_code: str,
    period: ReportPeriod,
    settings: NumberSettings,
    today: date,
    now: datetime,
) -> IndicatorRun:
    """Count the county for the period as of today's facts, and forget the county's older computations of it that nobody submitted.

    `county_code`: 12 digits. The cut-off is the earlier of the period's last day and today.
    """
    run = IndicatorRun(
        area_code=county_code,
        period=str(period),
        first_on=period.counted_from(settings.periods),
        cut_off=period.cut_off(today),
        settings=settings.to_json(),
        rule_set=RULE_SET,
        computed_at=now,
        computed_by=actor.user_id,
    )
    session.add(run)
    session.flush()
    marks = marks_of(session, county_code, run.first_on, run.cut_off)
    counted = Counted(prefix_of(county_code), run.first_on, run.cut_off, settings)
    _store_members(session, run, counted_patients(counted, marks), counted_events(session, counted, now))
    _store_values(session, run, counted)
    _forget_older(session, run)
    return run


def _store_members(
    session: Session, run: IndicatorRun, patients: Select[Any], events: Iterable[dict[str, Any]]
) -> None:
    rows = patients.subquery("counted")
    columns = [literal(run.id), *(rows.c[name] for name in _COLUMNS[1:])]
    with _planned_for_everybody(session):
        session.execute(insert(table_of(IndicatorMember)).from_select(_COLUMNS, select(*columns)))
    for part in slices([{"run_id": run.id} | one for one in events]):
        session.execute(insert(table_of(IndicatorMember)), part)


@contextmanager
def _planned_for_everybody(session: Session) -> Iterator[None]:
    """PostgreSQL knows nothing of how many rows a part of this statement has, and takes a county for one patient: once in a while it
    would look through all visits for each of them. Joining everybody to everything is right here, in more memory than a page gets."""
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    for name, value in _PLAN.items():
        session.execute(text(f"SET LOCAL {name} = '{value}'"))
    yield
    for name in _PLAN:
        session.execute(text(f"SET LOCAL {name} TO DEFAULT"))


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


def _forget_older(session: Session, run: IndicatorRun) -> None:
    older = list(
        session.scalars(
            select(IndicatorRun.id)
            .where(
                IndicatorRun.area_code == run.area_code,
                IndicatorRun.period == run.period,
                IndicatorRun.id < run.id,
                IndicatorRun.is_frozen.is_(False),
                IndicatorRun.computed_at <= run.computed_at - READ_FOR,
            )
            .with_for_update()  # somebody may be submitting one at this moment
        )
    )
    _forget(session, older)


def _forget(session: Session, run_ids: Sequence[int]) -> None:
    for model in (IndicatorMember, IndicatorValue):
        session.execute(delete(model).where(model.run_id.in_(run_ids)))
    session.execute(delete(IndicatorRun).where(IndicatorRun.id.in_(run_ids)))
