"""Emergencies and discharges of a period, each with how it went: few rows, judged one by one by the clocks of their own rooms.

What is not owed yet is in no denominator. Somebody who is not registered is counted where it happened, without a patient.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.areas.queries import responsible_agencies
from app.areas.rules import code_of
from app.core.batches import slices
from app.core.clock import business_day, end_of
from app.core.scope import within_prefix
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.clocks import CLOSE_WITHIN_DAYS, FIRST_VISIT_DAYS
from app.discharges.rules.states import CloseReason, DischargeState, FormKind, FormState
from app.incidents.models import Emergency
from app.numbers.queries.timeline import Counted
from app.numbers.rules.membership import NOTHING, InSet, MemberKind
from app.patients.models import PatientSpan
from app.patients.queries.merges import Merges, merges
from app.patients.rules import SpanKind

_NO_LOOP = (CloseReason.NO_LOOP, CloseReason.DOUBLE, CloseReason.WRONG_ENTRY)


def counted_events(session: Session, counted: Counted, now: datetime) -> Iterator[dict[str, Any]]:
    """Rows of `IndicatorMember` but their run. Each is the work of the institution that the patient belonged to at the cut-off; of
    somebody whom none was responsible for, of the health centre of the place."""
    known = merges(session)
    rows = [*_emergencies(session, counted, known, now), *_discharges(session, counted, known, now)]
    whose = _agencies(session, counted, {row["patient_id"] for row in rows if row["patient_id"] is not None})
    centres = responsible_agencies(session, {row["area_code"] for row in rows})
    for row in rows:
        centre = centres[row["area_code"]]
        yield row | {"agency_id": whose.get(row["patient_id"], centre.id if centre else None)}


def _agencies(session: Session, counted: Counted, patients: set[int]) -> dict[int, int]:
    """patient → the institution that was responsible at the cut-off."""
    span, found = PatientSpan, dict[int, int]()
    held = select(span.patient_id, span.value).where(
        span.what == SpanKind.AGENCY,
        span.withdrawn_at.is_(None),
        span.from_on <= counted.cut_off,
        or_(span.to_on.is_(None), span.to_on > counted.cut_off),
    )
    for part in slices(patients):
        rows = session.execute(held.where(span.patient_id.in_(part)))
        found.update((patient, int(agency)) for patient, agency in rows if agency)
    return found


def _emergencies(session: Session, counted: Counted, known: Merges, now: datetime) -> Iterator[dict[str, Any]]:
    """Of their beginning's day; the record is owed 24 hours after the end."""
    one = Emergency
    rows = session.execute(
        select(one.id, one.patient_id, one.area_code, one.finished_at, one.record_due_at).where(
            within_prefix(one.area_code, counted.prefix), _in_window(one.started_at, counted)
        )
    )
    for number, patient, area_code, finished_at, due_at in rows:
        if finished_at is None and due_at >= now:
            continue
        is_in_time = finished_at is not None and finished_at <= due_at
        bits = InSet.EMERGENCY | (InSet.EMERGENCY_IN_TIME if is_in_time else NOTHING)
        yield _row(MemberKind.EMERGENCY, number, patient, area_code, bits, known)


def _discharges(session: Session, counted: Counted, known: Merges, now: datetime) -> Iterator[dict[str, Any]]:
    """Loops that were opened, of the discharge's day, in the county that answers for them; a death or another hospital opened none."""
    one, county = Discharge, code_of(counted.prefix)
    found = session.execute(
        select(
            one.id, one.patient_id, one.area_code, one.discharged_at, one.late_by, one.closed_at, one.close_reason
        ).where(
            one.county_code == county,
            _in_window(one.discharged_at, counted),
            one.state.not_in((DischargeState.PLANNED, DischargeState.WITHDRAWN)),
            or_(one.close_reason.is_(None), one.close_reason.not_in(_NO_LOOP)),
        )
    ).all()
    forms = _forms(session, counted, county)
    for row in found:
        bits = InSet.DISCHARGE | (InSet.FORMS_IN_TIME if row.late_by is None else NOTHING)
        bits |= _closed(row.discharged_at, row.closed_at, row.close_reason, now)
        bits |= _received(forms[row.id], row.closed_at, now)
        bits |= _visited(row.discharged_at, forms[row.id], row.closed_at, now)
        place = row.area_code if row.area_code.startswith(counted.prefix) else county
        yield _row(MemberKind.DISCHARGE, row.id, row.patient_id, place, bits, known)


def _forms(session: Session, counted: Counted, county: str) -> defaultdict[int, list[HandoverForm]]:
    rows = session.scalars(
        select(HandoverForm)
        .join(Discharge, Discharge.id == HandoverForm.discharge_id)
        .where(Discharge.county_code == county, _in_window(Discharge.discharged_at, counted))
    )
    found: defaultdict[int, list[HandoverForm]] = defaultdict(list)
    for form in rows:
        found[form.discharge_id].append(form)
    return found


def _closed(left_at: datetime, closed_at: datetime | None, why: CloseReason | None, now: datetime) -> InSet:
    """Whether all that was asked for ended in thirty days; what a fact or the coordinator's word ended by then was not asked for, and
    what they ended later was late already."""
    is_in_time = _within(left_at, closed_at or now, CLOSE_WITHIN_DAYS)
    if is_in_time and why is not CloseReason.DONE:
        return NOTHING
    return InSet.LOOP_OWED | (InSet.LOOP_IN_TIME if is_in_time else NOTHING)


def _received(forms: list[HandoverForm], closed_at: datetime | None, now: datetime) -> InSet:
    """Every unit in its time; a form that was stopped before its day came was not owed."""
    answered = [one for one in forms if one.received_at is not None]
    waiting = [one for one in forms if one.received_at is None and one.state is not FormState.STOPPED]
    stopped = [one for one in forms if one.received_at is None and one.state is FormState.STOPPED]
    is_late = any(one.received_at > one.receive_due_at for one in answered if one.received_at is not None)
    is_late |= any(one.receive_due_at < now for one in waiting)
    is_late |= closed_at is not None and any(one.receive_due_at < closed_at for one in stopped)
    if is_late:
        return InSet.RECEIPT_OWED
    if not answered or waiting:
        return NOTHING
    return InSet.RECEIPT_OWED | InSet.RECEIVED_IN_TIME


def _visited(left_at: datetime, forms: list[HandoverForm], closed_at: datetime | None, now: datetime) -> InSet:
    """The health centre's first form; where it only offers consent no visit is asked for."""
    asked = [one for one in forms if one.kind is FormKind.HEALTH_CENTRE and one.round == 1 and not one.is_information]
    if not asked:
        return NOTHING
    acted_at, is_stopped = asked[0].acted_at, asked[0].state is FormState.STOPPED
    # stopped by itself while the loop goes on: somebody else was asked instead
    asked_until = (closed_at or left_at) if is_stopped else now
    if acted_at is None and _within(left_at, asked_until, FIRST_VISIT_DAYS):
        return NOTHING
    return InSet.VISIT_OWED | (InSet.VISITED_IN_TIME if _within(left_at, acted_at, FIRST_VISIT_DAYS) else NOTHING)


def _within(left_at: datetime, at: datetime | None, days: int) -> bool:
    """By days in Shanghai, as the forms' own deadlines."""
    return at is not None and business_day(at) <= business_day(left_at) + timedelta(days=days)


def _in_window(column: InstrumentedAttribute[Any], counted: Counted) -> ColumnElement[bool]:
    return and_(column >= end_of(counted.first_on - timedelta(days=1)), column < end_of(counted.cut_off))


def _row(kind: MemberKind, subject: int, patient: int | None, area: str, bits: InSet, known: Merges) -> dict[str, Any]:
    return {
        "kind": kind,
        "subject_id": subject,
        "patient_id": None if patient is None else known.end_of(patient),
        "area_code": area,
        "bits": int(bits),
        "visits": 0,
        "visits_in_time": 0,
    }
