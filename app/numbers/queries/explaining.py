"""The visits and days of rest of a few patients as a run counted them, for `rules/standard.py` to explain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from app.core.reasons import Reason
from app.core.spans import Span, difference, intersection
from app.numbers.models import IndicatorRun
from app.numbers.queries.timeline import NOBODY_CAN_COME, is_span_of_days
from app.numbers.rules.settings import NumberSettings
from app.numbers.rules.standard import TOUCHED_DAYS, DatedVisit, Window, failing_gap, waits_for_confirmation
from app.patients.models import PatientSpan
from app.patients.rules import ManagementStatus, SpanKind
from app.visits.models import FollowUpVisit
from app.visits.queries_confirmation import is_unconfirmed


@dataclass(slots=True)
class VisitsOf:
    """Of one patient, up to the cut-off; of two visits on one day the last."""

    visits: dict[date, DatedVisit] = field(default_factory=dict)
    # in person
    seen_on: set[date] = field(default_factory=set)
    # by a village doctor, not counted until the town confirms; in person, those within the period
    waiting: dict[date, DatedVisit] = field(default_factory=dict)
    waiting_seen: set[date] = field(default_factory=set)
    rests: list[Span] = field(default_factory=list)
    managed_from: date | None = None

    def gap(self, run: IndicatorRun, settings: NumberSettings) -> Reason | None:
        """The first gap that keeps the visits from the standard; one that waiting visits close is told as that."""
        if self.managed_from is None:
            return None
        window = Window(run.first_on, self.managed_from, run.cut_off)
        gap = failing_gap(self.visits.values(), self.rests, window, settings.standard)
        inside = [on for on in self.waiting if on >= run.first_on]
        if not inside or (gap is None and any(on >= run.first_on for on in self.visits)):
            return gap
        left = failing_gap((self.visits | self.waiting).values(), self.rests, window, settings.standard)
        return left or waits_for_confirmation(inside)

    def halves(self, ended: Iterable[tuple[date, date]]) -> list[Span]:
        """Of the half-years that have ended, those in which management had time to see somebody."""
        managed = [] if self.managed_from is None else difference([Span(self.managed_from, date.max)], self.rests)
        halves = [Span(first, last) for first, last in ended]
        return [half for half in halves if sum(part.days for part in intersection([half], managed)) > TOUCHED_DAYS]


def visits_of(session: Session, run: IndicatorRun, patients: Sequence[int]) -> dict[int, VisitsOf]:
    """Four statements, however many patients."""
    found = {patient: VisitsOf() for patient in patients}
    for patient, on, due_on, is_face, waits in session.execute(_visits(run, patients)):
        one = found[patient]
        if due_on is not None:
            (one.waiting if waits else one.visits)[on] = DatedVisit(on, due_on)
        if is_face and not waits:
            one.seen_on.add(on)
        elif is_face and on >= run.first_on:
            one.waiting_seen.add(on)
    for what, values in NOBODY_CAN_COME.items():
        for patient, from_on, to_on in session.execute(_spans(run, patients, what, values)):
            days = Span.half_open(from_on, to_on)
            if days is not None:
                found[patient].rests.append(days)
    managed = _spans(run, patients, SpanKind.MANAGEMENT, (ManagementStatus.MANAGED.value,)).subquery()
    first = select(managed.c.patient_id, func.min(managed.c.from_on)).group_by(managed.c.patient_id)
    for patient, from_on in session.execute(first):
        found[patient].managed_from = from_on
    return found


def _visits(run: IndicatorRun, patients: Sequence[int]) -> Select[int, date, date | None, bool, bool]:
    """What `queries/pattern.py` counts, and what it will count once the town has confirmed it."""
    visit = FollowUpVisit
    is_face = and_(visit.form.in_((1, 2)), visit.objects.op("&")(1) != 0)
    return (
        select(visit.patient_id, visit.visited_on, visit.next_due_on, is_face, is_unconfirmed())
        .where(
            visit.patient_id.in_(patients),
            visit.is_complete,
            visit.withdrawn_at.is_(None),
            visit.visited_on <= run.cut_off,
        )
        .order_by(visit.visited_on, visit.id)
    )


def _spans(
    run: IndicatorRun, patients: Sequence[int], what: SpanKind, values: Sequence[str]
) -> Select[int, date, date | None]:
    span = PatientSpan
    return select(span.patient_id, span.from_on, span.to_on).where(
        span.patient_id.in_(patients),
        span.what == what,
        span.value.in_(values),
        span.withdrawn_at.is_(None),
        is_span_of_days(),
        span.from_on <= run.cut_off,
    )
