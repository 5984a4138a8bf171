"""The visits of a county's patients up to a cut-off and the pattern they make: a row a patient (domain 4.1, 4.3), in one pass.

`rules/standard.py` says the same of one patient and explains it; a property test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from app.core.quarter import Quarter
from app.core.sql_dates import DaysAfter, DaysBetween
from app.numbers.rules.settings import NumberSettings, StandardMode
from app.numbers.rules.standard import AFTER_SUSPENSION_DAYS, FIRST_VISIT_DAYS, TOUCHED_DAYS, VISITS_A_YEAR
from app.patients.models import PatientSpan
from app.patients.rules import CareSetting, RegistryStatus, SpanKind
from app.visits.models import FollowUpVisit

# in order on one day: a suspension ends, a visit is made, a suspension begins
_ENDS, _VISIT, _BEGINS = 0, 1, 2
# days on which nobody of the community can come: treated elsewhere, or not on the register between two registrations
NOBODY_CAN_COME = {
    SpanKind.CARE: (CareSetting.INPATIENT, CareSetting.CUSTODY),
    SpanKind.REGISTRY: (RegistryStatus.EXCLUDED, RegistryStatus.TRANSFERRED_OUT),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A county (prefix of its area codes), S, T, and what the county has decided."""

    prefix: str
    first_on: date
    cut_off: date
    settings: NumberSettings


def any_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where a row of the group fulfils it."""
    return func.coalesce(func.max(case((condition, 1), else_=0)), 0)


def how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def visit_pattern(base: CTE, counted: Counted) -> CTE:
    """Facts of the visits and their pattern, for the patients of `base` (patient_id, managed_on) who have had a visit.

    Columns: patient_id, visits, visits_in_time, and 0 or 1 for each of the facts of a patient in the window.
    """
    paced = _paced(base, counted).cte("paced")
    row = paced.c
    is_visit = row.rank == _VISIT
    inside = and_(is_visit, row.happened_on >= counted.first_on)
    is_latest = and_(inside, row.happened_on == row.latest_on, _ends_its_day(paced))
    answered = and_(inside, row.adherence.in_((1, 2, 3)))
    facts = select(
        row.patient_id,
        how_many(inside).label("visits"),
        how_many(and_(inside, row.is_in_time)).label("visits_in_time"),
        how_many(and_(is_visit, row.happened_on >= row.first_on, _ends_its_day(paced))).label("visit_days"),
        any_of(and_(inside, row.adherence.in_((1, 2)))).label("is_medicated"),
        any_of(answered).label("has_answer"),
        any_of(and_(answered, row.adherence != 1)).label("has_irregular"),
        any_of(and_(is_latest, row.adherence == 1)).label("latest_is_regular"),
        any_of(and_(inside, row.adherence == 4)).label("has_no_drug"),
        any_of(and_(inside, row.visit_class == 1)).label("has_unstable"),
        any_of(and_(is_latest, row.visit_class == 3)).label("latest_is_stable"),
        any_of(and_(is_latest, row.locked_up == 2)).label("latest_is_locked"),
        any_of(and_(inside, row.has_offence)).label("has_offence"),
        any_of(row.has_offence).label("has_ever_offended"),
        any_of(and_(inside, row.is_face)).label("has_face"),
        *_half_years(row, inside, counted),
        func.min(row.happened_on).label("first_known_on"),
        any_of(_is_late(row, counted)).label("is_late"),
        any_of(and_(row.next_on.is_(None), row.due_on < counted.cut_off)).label("is_overdue"),
        any_of(and_(row.rank != _VISIT, row.happened_on <= counted.cut_off, row.reaches_in)).label("was_suspended"),
        *_quarters(row, is_visit, counted),
    ).group_by(row.patient_id)
    return facts.cte("pattern")


def keeps_the_standard(base: CTE, pattern: CTE, counted: Counted) -> ColumnElement[bool]:
    """Whether the pattern is to the standard, in the mode of the county (4.3)."""
    if counted.settings.standard.mode is StandardMode.QUARTERLY:
        quarters = _touched_quarters(counted)
        return and_(*(_quarter_is_kept(base, pattern, quarter, counted) for quarter in quarters))
    first_owed = DaysAfter(base.c.counted_from, literal(FIRST_VISIT_DAYS))
    kept = and_(
        pattern.c.is_late == 0,
        or_(pattern.c.first_known_on <= base.c.counted_from, pattern.c.first_known_on <= first_owed),
    )
    if (counted.cut_off.month, counted.cut_off.day) != (12, 31) or counted.first_on != date(counted.cut_off.year, 1, 1):
        return kept
    is_whole_year = and_(base.c.counted_from == counted.first_on, pattern.c.was_suspended == 0)
    return and_(kept, or_(~is_whole_year, pattern.c.visit_days >= VISITS_A_YEAR))


def nobody_can_come() -> ColumnElement[bool]:
    """A dated state in which the clock of visits stands still."""
    span = PatientSpan
    return or_(*(and_(span.what == what, span.value.in_(values)) for what, values in NOBODY_CAN_COME.items()))


def rests_of(base: CTE, counted: Counted) -> CTE:
    """Days [from_on, to_on) that began by the cut-off and on which nobody could come."""
    span = PatientSpan
    return (
        select(base.c.patient_id, base.c.counted_from, span.from_on, span.to_on)
        .join(span, span.patient_id == base.c.patient_id)
        .where(
            nobody_can_come(),
            span.withdrawn_at.is_(None),
            span.from_on <= counted.cut_off,
            or_(span.to_on.is_(None), span.to_on > span.from_on),
        )
        .cte("rests")
    )


def _paced(base: CTE, counted: Counted) -> Select[Any]:
    """Each event with the day of the next one and of the patient's latest visit; one sort serves all of them."""
    events = _events(base, counted)
    row = events.c
    is_visit = row.rank == _VISIT

    def following(column: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.lead(column).over(partition_by=row.patient_id, order_by=(row.happened_on, row.rank, row.visit_id))

    return select(
        *row,
        following(row.happened_on).label("next_on"),
        following(row.rank).label("next_rank"),
        func.max(case((is_visit, row.happened_on))).over(partition_by=row.patient_id).label("latest_on"),
    )


def _events(base: CTE, counted: Counted) -> Subquery:
    rests = rests_of(base, counted)
    return union_all(_visits(base, rests, counted), _begun(rests), _ended(rests, counted)).subquery("events")


def _visits(base: CTE, rests: CTE, counted: Counted) -> Select[Any]:
    visit = FollowUpVisit
    during = and_(
        rests.c.patient_id == visit.patient_id,
        rests.c.from_on <= visit.visited_on,
        or_(rests.c.to_on.is_(None), rests.c.to_on > visit.visited_on),
    )
    return (
        select(
            visit.patient_id,
            base.c.counted_from.label("first_on"),
            visit.visited_on.label("happened_on"),
            literal(_VISIT).label("rank"),
            visit.id.label("visit_id"),
            case((rests.c.patient_id.is_(None), visit.next_due_on)).label("due_on"),
            literal(value=False).label("reaches_in"),
            visit.is_late_entry.is_(False).label("is_in_time"),
            visit.adherence,
            visit.visit_class,
            visit.locked_up,
            (visit.public_order_incidents + visit.criminal_incidents > 0).label("has_offence"),
            and_(visit.form.in_((1, 2)), visit.objects.op("&")(1) != 0).label("is_face"),
        )
        .join(base, base.c.patient_id == visit.patient_id)
        .outerjoin(rests, during)
        .where(
            visit.is_complete,
            visit.withdrawn_at.is_(None),
            or_(visit.needs_confirmation.is_(False), visit.confirmed_at.is_not(None)),
            visit.visited_on <= counted.cut_off,
        )
    )


def _begun(rests: CTE) -> Select[Any]:
    return _suspension(rests, rests.c.from_on, _BEGINS, cast(null(), Date))


def _ended(rests: CTE, counted: Counted) -> Select[Any]:
    """Where it ends and no other one goes on, the clock starts anew."""
    other = aliased(rests, name="other_rests")
    goes_on = and_(
        other.c.patient_id == rests.c.patient_id,
        other.c.from_on <= rests.c.to_on,
        or_(other.c.to_on.is_(None), other.c.to_on > rests.c.to_on),
    )
    return (
        _suspension(rests, rests.c.to_on, _ENDS, DaysAfter(rests.c.to_on, literal(AFTER_SUSPENSION_DAYS)))
        .outerjoin(other, goes_on)
        .where(rests.c.to_on <= counted.cut_off, other.c.patient_id.is_(None))
    )


def _suspension(rests: CTE, on: ColumnElement[Any], rank: int, due_on: ColumnElement[Any]) -> Select[Any]:
    none = cast(null(), Integer)
    never = literal(value=False)
    reaches_in = or_(rests.c.to_on.is_(None), rests.c.to_on > rests.c.counted_from)
    return select(
        rests.c.patient_id, rests.c.counted_from, on, literal(rank), literal(0), due_on, reaches_in, never, none, none,
        none, never, never,
    ).select_from(rests)  # fmt: skip


def _ends_its_day(paced: CTE) -> ColumnElement[bool]:
    """The last visit of its day: of two on one day the later counts."""
    same_day = and_(paced.c.next_on == paced.c.happened_on, paced.c.next_rank == _VISIT)
    return func.coalesce(~same_day, literal(value=True))


def _is_late(row: Any, counted: Counted) -> ColumnElement[bool]:
    """Later than the county's days of grace; whether a visit is overdue knows no grace."""
    came, grace = func.coalesce(row.next_on, counted.cut_off), counted.settings.standard.grace_days
    due_on = DaysAfter(row.due_on, literal(grace)) if grace else row.due_on
    return and_(due_on < came, came >= row.first_on)


def _half_years(row: Any, inside: ColumnElement[bool], counted: Counted) -> list[ColumnElement[int]]:
    """For each half-year that has ended in the window, whether the patient was seen in person in it."""
    return [
        any_of(and_(inside, row.is_face, row.happened_on >= first, row.happened_on <= last)).label(f"has_face_{number}")
        for number, (first, last) in enumerate(ended_half_years(counted))
    ]


def ended_half_years(counted: Counted) -> list[tuple[date, date]]:
    """First and last days; a window that begins in the middle of one counts it from there."""
    found = []
    for year in range(counted.first_on.year, counted.cut_off.year + 1):
        for first, last in ((date(year, 1, 1), date(year, 6, 30)), (date(year, 7, 1), date(year, 12, 31))):
            if counted.first_on <= last <= counted.cut_off:
                found.append((max(first, counted.first_on), last))
    return found


def _touched_quarters(counted: Counted) -> list[Quarter]:
    found, quarter = [], Quarter.of(counted.first_on)
    while quarter.first_day <= counted.cut_off:
        found.append(quarter)
        quarter = quarter.next()
    return found


def _quarters(row: Any, is_visit: ColumnElement[bool], counted: Counted) -> list[ColumnElement[int]]:
    """Of each quarter (mode `quarterly` alone): whether it had a visit, and how many of its days were suspended."""
    if counted.settings.standard.mode is not StandardMode.QUARTERLY:
        return []
    return [
        any_of(
            and_(
                is_visit,
                row.happened_on >= row.first_on,
                row.happened_on >= max(quarter.first_day, counted.first_on),
                row.happened_on <= min(quarter.last_day, counted.cut_off),
            )
        ).label(f"visit_{quarter}")
        for quarter in _touched_quarters(counted)
    ]


def _quarter_is_kept(base: CTE, pattern: CTE, quarter: Quarter, counted: Counted) -> ColumnElement[bool]:
    """A visit in it, or management touched it for no more than 45 days."""
    last = min(quarter.last_day, counted.cut_off)
    first = case((base.c.counted_from > quarter.first_day, base.c.counted_from), else_=literal(quarter.first_day, Date))
    touched = DaysBetween(first, literal(last + timedelta(days=1), Date)) - suspended_days(base, first, last)
    return or_(pattern.c[f"visit_{quarter}"] == 1, touched <= TOUCHED_DAYS)


def suspended_days(base: CTE, first: ColumnElement[Any], last: date) -> ColumnElement[int]:
    """How many of the days from `first` to `last` the patient of a row of `base` could not be visited."""
    span = PatientSpan
    after = last + timedelta(days=1)
    ends = case((or_(span.to_on.is_(None), span.to_on > after), literal(after, Date)), else_=span.to_on)
    begins = case((span.from_on < first, first), else_=span.from_on)
    return func.coalesce(
        select(func.sum(DaysBetween(begins, ends)))
        .where(
            span.patient_id == base.c.patient_id,
            nobody_can_come(),
            span.withdrawn_at.is_(None),
            span.from_on <= last,
            ends > begins,
        )
        .correlate(base)
        .scalar_subquery(),
        0,
    )
