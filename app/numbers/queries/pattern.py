"""The visits of a county's patients up to a cut-off and the pattern they make: a row a patient (domain 4.1, 4.3), in one pass.

`rules/standard.py` says the same of one patient and explains it; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from app.core.quarter import Quarter
from app.core.sql_dates import DaysAfter, DaysBetween
from app.numbers.queries.timeline import BEGINS, ENDS, VISIT, Counted, paced_events
from app.numbers.rules.settings import FaceToFace, StandardMode
from app.numbers.rules.standard import FIRST_VISIT_DAYS, TOUCHED_DAYS, VISITS_A_YEAR


class Stretch(NamedTuple):
    """Days of the window of which each asks for a visit of its own."""

    name: str
    first: date
    last: date


def any_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where a row of the group fulfils it."""
    return func.coalesce(func.max(literal(1)).filter(condition), 0)


def how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def visit_pattern(base: FromClause, counted: Counted) -> CTE:
    """Facts of the visits and their pattern, for the patients of `base` (patient_id, begun_on, counted_from) of whom there are events.

    Columns: patient_id, visits, visits_in_time, and 0 or 1 for each of the facts of a patient in the window; first_known_on is None where
    nothing said when somebody should come.
    """
    calm, rested = paced_events(base, counted)
    return union_all(_facts(calm, counted), _facts(rested, counted)).cte("pattern")


def _facts(paced: Subquery, counted: Counted) -> Select[Any]:
    row = paced.c
    is_visit = row.rank == VISIT
    inside = and_(is_visit, row.happened_on >= counted.first_on)
    is_latest = and_(inside, row.next_visit_on.is_(None))
    answered = and_(inside, row.adherence.in_((1, 2, 3)))
    return select(
        row.patient_id,
        how_many(inside).label("visits"),
        how_many(and_(inside, row.is_in_time)).label("visits_in_time"),
        how_many(and_(is_visit, row.happened_on >= row.counted_from, _ends_its_day(row))).label("visit_days"),
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
        func.min(case((_is_known(row), row.happened_on))).label("first_known_on"),
        any_of(_is_late(row, counted)).label("is_late"),
        any_of(and_(row.next_on.is_(None), row.due_on < counted.cut_off)).label("is_overdue"),
        func.max(_came_by(row)).label("came_last_on"),
        any_of(and_(row.rank == BEGINS, row.until > row.counted_from)).label("was_suspended"),
        *_by_stretch(row, inside, counted),
    ).group_by(row.patient_id)


def keeps_the_standard(base: FromClause, pattern: CTE, counted: Counted) -> ColumnElement[bool]:
    """Whether the pattern is to the standard, in the mode of the county (4.3)."""
    if counted.settings.standard.mode is StandardMode.QUARTERLY:
        return and_(*(_is_kept(base, pattern, one, "visit") for one in _quarters(counted)))
    first_owed = DaysAfter(base.c.counted_from, literal(FIRST_VISIT_DAYS))
    first_came = func.coalesce(pattern.c.first_known_on, literal(counted.cut_off, Date))
    kept = and_(pattern.c.is_late == 0, or_(first_came <= base.c.counted_from, first_came <= first_owed))
    if (counted.cut_off.month, counted.cut_off.day) != (12, 31) or counted.first_on != date(counted.cut_off.year, 1, 1):
        return kept
    is_whole_year = and_(base.c.counted_from == counted.first_on, pattern.c.was_suspended == 0)
    return and_(kept, or_(~is_whole_year, pattern.c.visit_days >= VISITS_A_YEAR))


def is_seen_in_person(base: FromClause, pattern: CTE, counted: Counted) -> ColumnElement[bool]:
    """Once, or once in every half-year that has ended and that management touched for more than 45 days."""
    return and_(pattern.c.has_face == 1, *(_is_kept(base, pattern, one, "face") for one in _half_years(counted)))


def ended_half_years(counted: Counted) -> list[tuple[date, date]]:
    """First and last days; a window that begins in the middle of one counts it from there."""
    found = []
    for year in range(counted.first_on.year, counted.cut_off.year + 1):
        for first, last in ((date(year, 1, 1), date(year, 6, 30)), (date(year, 7, 1), date(year, 12, 31))):
            if counted.first_on <= last <= counted.cut_off:
                found.append((max(first, counted.first_on), last))
    return found


def _ends_its_day(row: Any) -> ColumnElement[bool]:
    """The last visit of its day: of two on one day the later counts."""
    return func.coalesce(row.next_visit_on != row.happened_on, literal(value=True))


def _is_known(row: Any) -> ColumnElement[bool]:
    """It says when to come, or that nobody can: of what was before the window the last, unless it had lapsed when management began."""
    speaks = and_(row.due_on.is_not(None), func.coalesce(row.next_on >= row.counted_from, literal(value=True)))
    return or_(row.happened_on >= row.counted_from, row.rank == BEGINS, speaks)


def _came_by(row: Any) -> ColumnElement[Any]:
    """The last day on which a visit would be before it: one on the day on which a suspension ended is after that."""
    return case((row.rank == ENDS, DaysAfter(row.happened_on, literal(-1))), else_=row.happened_on)


def _is_late(row: Any, counted: Counted) -> ColumnElement[bool]:
    """Later than the county's days of grace; whether a visit is overdue knows no grace."""
    came, grace = func.coalesce(row.next_on, counted.cut_off), counted.settings.standard.grace_days
    due_on = DaysAfter(row.due_on, literal(grace)) if grace else row.due_on
    return and_(due_on < came, came >= row.counted_from)


def _quarters(counted: Counted) -> Iterator[Stretch]:
    """What the mode of quarters asks of."""
    if counted.settings.standard.mode is StandardMode.QUARTERLY:
        quarter = Quarter.of(counted.first_on)
        while quarter.first_day <= counted.cut_off:
            yield Stretch(
                str(quarter), max(quarter.first_day, counted.first_on), min(quarter.last_day, counted.cut_off)
            )
            quarter = quarter.next()


def _half_years(counted: Counted) -> Iterator[Stretch]:
    """What seeing somebody in person by half-years asks of."""
    if counted.settings.face_to_face is FaceToFace.HALF_YEARLY:
        for number, (first, last) in enumerate(ended_half_years(counted)):
            yield Stretch(f"half_{number}", first, last)


def _by_stretch(row: Any, inside: ColumnElement[bool], counted: Counted) -> Iterator[ColumnElement[int]]:
    """Of each: whether it had a visit of the kind that is asked for, and on how many of its days nobody could come."""
    asked = [(one, "visit", inside) for one in _quarters(counted)]
    asked += [(one, "face", and_(inside, row.is_face)) for one in _half_years(counted)]
    for one, kind, counts in asked:
        yield any_of(and_(counts, row.happened_on.between(one.first, one.last))).label(f"{kind}_{one.name}")
        first, after = _later(row.counted_from, one.first), literal(one.last + timedelta(days=1), Date)
        begins = case((row.happened_on > first, row.happened_on), else_=first)
        ends = case((row.until < after, row.until), else_=after)
        rests = case((and_(row.rank == BEGINS, ends > begins), DaysBetween(begins, ends)), else_=0)
        yield func.sum(rests).label(f"rests_{one.name}")


def _is_kept(base: FromClause, pattern: CTE, one: Stretch, kind: str) -> ColumnElement[bool]:
    """A visit in it, or management touched it for no more than 45 days."""
    after = literal(one.last + timedelta(days=1), Date)
    touched = DaysBetween(_later(base.c.counted_from, one.first), after) - pattern.c[f"rests_{one.name}"]
    return or_(pattern.c[f"{kind}_{one.name}"] == 1, touched <= TOUCHED_DAYS)


def _later(day: ColumnElement[Any], first: date) -> ColumnElement[Any]:
    return case((day > first, day), else_=literal(first, Date))
