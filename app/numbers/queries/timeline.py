"""What happened to a county's patients up to a cut-off, a row an event: visits, and the days from and to which nobody could come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    FromClause,
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

from app.core.sql_dates import DaysAfter
from app.numbers.rules.settings import NumberSettings
from app.numbers.rules.standard import AFTER_SUSPENSION_DAYS
from app.patients.models import PatientSpan
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus, SpanKind
from app.visits.models import FollowUpVisit

# in order on one day: a suspension ends, a visit is made, a suspension begins
ENDS, VISIT, BEGINS = 0, 1, 2
# days on which nobody of the community can come: treated elsewhere, not agreed, or not on the register between two registrations
NOBODY_CAN_COME = {
    SpanKind.CARE: (CareSetting.INPATIENT, CareSetting.CUSTODY),
    SpanKind.MANAGEMENT: (ManagementStatus.REFUSED, ManagementStatus.PENDING_CONSENT),
    SpanKind.REGISTRY: (
        RegistryStatus.SUSPECTED,
        RegistryStatus.UNDER_REVIEW,
        RegistryStatus.EXCLUDED,
        RegistryStatus.TRANSFERRED_OUT,
        RegistryStatus.MERGED,
    ),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A county (prefix of its area codes), S, T, and what the county has decided."""

    prefix: str
    first_on: date
    cut_off: date
    settings: NumberSettings

    @property
    def after(self) -> date:
        return self.cut_off + timedelta(days=1)


def is_span_of_days() -> ColumnElement[bool]:
    """A state that was corrected on the day on which it began held on no day."""
    return or_(PatientSpan.to_on.is_(None), PatientSpan.to_on > PatientSpan.from_on)


def paced_events(base: FromClause, counted: Counted) -> tuple[Subquery, Subquery]:
    """Each event of the patients of `base` (patient_id, begun_on, counted_from) with the day of the one after it: first of those whom
    somebody could visit all the time, so that an index has their events in order and nothing is sorted, then of the few others.

    `rank` says what it is; `due_on` until when the next visit is owed from then on, None while nobody can come or where it had lapsed when
    management began; `until` on which day nobody could come any more, of a suspension's beginning.
    """
    rests = _rests(base, counted)
    is_rested = base.c.patient_id.in_(select(rests.c.patient_id))
    calm = _visits(base, counted, _owed_until(base)).where(~is_rested).subquery("calm")
    events = _events(base, rests, is_rested, counted)
    following = func.lead(events.c.happened_on).over(
        partition_by=events.c.patient_id, order_by=(events.c.happened_on, events.c.rank, events.c.visit_id)
    )
    return (
        select(*calm.c, calm.c.next_visit_on.label("next_on")).subquery("calm_events"),
        select(*events.c, following.label("next_on")).subquery("rested_events"),
    )


def _events(base: FromClause, rests: CTE, is_rested: ColumnElement[bool], counted: Counted) -> Subquery:
    visit = FollowUpVisit
    during = and_(
        rests.c.patient_id == visit.patient_id, rests.c.from_on <= visit.visited_on, rests.c.until > visit.visited_on
    )
    due_on = case((rests.c.patient_id.is_(None), _owed_until(base)))
    ended = _suspension(rests, rests.c.until, ENDS, DaysAfter(rests.c.until, literal(AFTER_SUSPENSION_DAYS)))
    return union_all(
        _visits(base, counted, due_on).outerjoin(rests, during).where(is_rested),
        _suspension(rests, rests.c.from_on, BEGINS, cast(null(), Date)),
        ended.where(rests.c.until <= counted.cut_off),
    ).subquery("events")


def _owed_until(base: FromClause) -> ColumnElement[Any]:
    visit = FollowUpVisit
    is_owing = or_(visit.visited_on >= base.c.begun_on, visit.next_due_on >= base.c.begun_on)
    return case((is_owing, visit.next_due_on))


def _visits(base: FromClause, counted: Counted, due_on: ColumnElement[Any]) -> Select[Any]:
    visit = FollowUpVisit
    following = func.lead(visit.visited_on).over(partition_by=visit.patient_id, order_by=(visit.visited_on, visit.id))
    return (
        select(
            visit.patient_id,
            base.c.counted_from,
            visit.visited_on.label("happened_on"),
            literal(VISIT).label("rank"),
            visit.id.label("visit_id"),
            due_on.label("due_on"),
            cast(null(), Date).label("until"),
            visit.is_late_entry.is_(False).label("is_in_time"),
            visit.adherence,
            visit.visit_class,
            visit.locked_up,
            (visit.public_order_incidents + visit.criminal_incidents > 0).label("has_offence"),
            and_(visit.form.in_((1, 2)), visit.objects.op("&")(1) != 0).label("is_face"),
            following.label("next_visit_on"),
        )
        .join(base, base.c.patient_id == visit.patient_id)
        .where(
            visit.is_complete,
            visit.withdrawn_at.is_(None),
            or_(visit.needs_confirmation.is_(False), visit.confirmed_at.is_not(None)),
            visit.visited_on <= counted.cut_off,
        )
    )


def _suspension(rests: CTE, on: ColumnElement[Any], rank: int, due_on: ColumnElement[Any]) -> Select[Any]:
    none, never = cast(null(), Integer), literal(value=False)
    return select(
        rests.c.patient_id, rests.c.counted_from, on, literal(rank), literal(0), due_on, rests.c.until, never, none, none,
        none, never, never, cast(null(), Date),
    ).select_from(rests)  # fmt: skip


def _rests(base: FromClause, counted: Counted) -> CTE:
    """Days [from_on, until) on which nobody could come, of the time since management began: what overlaps or touches is one row. One that
    goes on ends for this count on the day after the cut-off."""
    away = _days_away(base, counted)
    before = func.max(away.c.until).over(
        partition_by=away.c.patient_id, order_by=(away.c.from_on, away.c.until), rows=(None, -1)
    )
    joined = select(*away.c, case((away.c.from_on <= before, 0), else_=1).label("is_apart")).subquery("joined_days")
    nth = func.sum(joined.c.is_apart).over(
        partition_by=joined.c.patient_id, order_by=(joined.c.from_on, joined.c.until), rows=(None, 0)
    )
    numbered = select(*joined.c, nth.label("nth")).subquery("numbered_days")
    row = numbered.c
    return (
        select(
            row.patient_id, row.counted_from, func.min(row.from_on).label("from_on"), func.max(row.until).label("until")
        )
        .group_by(row.patient_id, row.counted_from, row.nth)
        .cte("rests")
    )


def _days_away(base: FromClause, counted: Counted) -> Subquery:
    span = PatientSpan
    goes_on = or_(span.to_on.is_(None), span.to_on > counted.after)
    until = case((goes_on, literal(counted.after, Date)), else_=span.to_on)
    nobody_can_come = or_(
        *(and_(span.what == what, span.value.in_(values)) for what, values in NOBODY_CAN_COME.items())
    )
    return (
        select(base.c.patient_id, base.c.counted_from, span.from_on, until.label("until"))
        .join(span, span.patient_id == base.c.patient_id)
        .where(
            nobody_can_come,
            span.withdrawn_at.is_(None),
            is_span_of_days(),
            span.from_on <= counted.cut_off,
            or_(span.to_on.is_(None), span.to_on > base.c.begun_on),
        )
        .subquery("days_away")
    )
