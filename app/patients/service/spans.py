"""Writing dated states: close what held, carve out what a correction replaces, and keep the copies on the patient."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.reasons import Reason
from app.patients.models import Patient, PatientSpan
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus, SpanKind


def write_span(
    session: Session,
    actor: Actor,
    patient: Patient,
    what: SpanKind,
    value: str,
    from_on: date,
    now: datetime,
    *,
    to_on: date | None = None,
    because: Reason | None = None,
) -> PatientSpan:
    """From `from_on` (up to before `to_on`) the answer is `value`.

    What was open simply ends there; recorded days that the new span covers are withdrawn and their remainders recorded anew, so
    that what was known when can still be answered. An open-ended span becomes the copy on the patient.
    """
    clear(session, actor, patient, what, from_on, now, to_on=to_on)
    span = span_of(actor, patient.id, what, value, from_on, now, to_on=to_on, because=because)
    session.add(span)
    session.flush()
    if to_on is None:
        keep(patient, what, value)
    return span


def clear(
    session: Session,
    actor: Actor,
    patient: Patient,
    what: SpanKind,
    from_on: date,
    now: datetime,
    *,
    to_on: date | None = None,
) -> None:
    """Nothing holds any more from `from_on` (up to before `to_on`)."""
    remainders: list[PatientSpan] = []
    for span in _overlapping(session, patient, what, from_on, to_on):
        if to_on is None and span.to_on is None and span.from_on <= from_on:
            span.to_on = from_on
            continue
        span.withdrawn_at, span.withdrawn_by = now, actor.user_id
        if span.from_on < from_on:
            remainders.append(_again(actor, span, span.from_on, from_on, now))
        if to_on is not None and (span.to_on is None or span.to_on > to_on):
            remainders.append(_again(actor, span, to_on, span.to_on, now))
    session.flush()
    session.add_all(remainders)
    session.flush()


def find_open(session: Session, patient: Patient, what: SpanKind) -> PatientSpan | None:
    return session.scalars(
        select(PatientSpan).where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == what,
            PatientSpan.to_on.is_(None),
            PatientSpan.withdrawn_at.is_(None),
        )
    ).one_or_none()


def span_of(
    actor: Actor,
    patient_id: int,
    what: SpanKind,
    value: str,
    from_on: date,
    now: datetime,
    *,
    to_on: date | None = None,
    because: Reason | None = None,
) -> PatientSpan:
    return PatientSpan(
        patient_id=patient_id,
        what=what,
        value=value,
        from_on=from_on,
        to_on=to_on,
        reason=because.to_json() if because else None,
        recorded_at=now,
        recorded_by=actor.user_id,
    )


def keep(patient: Patient, what: SpanKind, value: str | None) -> None:
    """The copy of an open span on the patient."""
    name, kind = KEPT[what]
    setattr(patient, name, None if value is None else kind(value))


KEPT: dict[SpanKind, tuple[str, Any]] = {
    SpanKind.REGISTRY: ("registry_status", RegistryStatus),
    SpanKind.MANAGEMENT: ("management_status", ManagementStatus),
    SpanKind.CARE: ("care_setting", CareSetting),
    SpanKind.AREA: ("area_code", str),
    SpanKind.AGENCY: ("agency_id", int),
    SpanKind.DOCTOR: ("doctor_id", int),
    SpanKind.STAND_IN: ("stand_in_id", int),
}


def _overlapping(
    session: Session, patient: Patient, what: SpanKind, from_on: date, to_on: date | None
) -> list[PatientSpan]:
    spans = select(PatientSpan).where(
        PatientSpan.patient_id == patient.id,
        PatientSpan.what == what,
        PatientSpan.withdrawn_at.is_(None),
        or_(PatientSpan.to_on.is_(None), PatientSpan.to_on > from_on),
    )
    if to_on is not None:
        spans = spans.where(PatientSpan.from_on < to_on)
    return list(session.scalars(spans.order_by(PatientSpan.from_on)))


def _again(actor: Actor, span: PatientSpan, from_on: date, to_on: date | None, now: datetime) -> PatientSpan:
    because = Reason.from_json(span.reason) if span.reason else None
    return span_of(actor, span.patient_id, span.what, span.value, from_on, now, to_on=to_on, because=because)
