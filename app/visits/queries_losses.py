"""The last time that a patient was lost, and what was written down about it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.patients.models import Patient, PatientSpan
from app.patients.rules import ManagementStatus, SpanKind
from app.people.vault import Vault
from app.visits.models import Loss

PLACE, FOUND_HOW = "losses.place", "losses.found_how"


@dataclass(frozen=True, slots=True)
class LossSheet:
    """`span` is the state; `loss` None while nothing was written down. Texts for roles that read free text, else empty."""

    span: PatientSpan
    loss: Loss | None
    place: str
    found_how: str


def find_lost_span(session: Session, patient: Patient) -> PatientSpan | None:
    """The state of being lost that holds, or the last one that did."""
    return session.scalars(
        select(PatientSpan)
        .where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == SpanKind.MANAGEMENT,
            PatientSpan.value == ManagementStatus.LOST.value,
            PatientSpan.withdrawn_at.is_(None),
        )
        .order_by(PatientSpan.from_on.desc(), PatientSpan.id.desc())
        .limit(1)
    ).first()


def find_loss(session: Session, span: PatientSpan) -> Loss | None:
    return session.scalar(select(Loss).where(Loss.patient_id == span.patient_id, Loss.from_on == span.from_on))


def find_sheet(session: Session, vault: Vault, actor: Actor, patient: Patient) -> LossSheet | None:
    """None for somebody who was never lost."""
    span = find_lost_span(session, patient)
    if span is None:
        return None
    loss = find_loss(session, span)
    if loss is None or sees(actor, Field.FREE_TEXT) is not Grant.FULL:
        return LossSheet(span, loss, "", "")
    place = vault.open(patient.person_id, PLACE, loss.place_sealed) or ""
    return LossSheet(span, loss, place, vault.open(patient.person_id, FOUND_HOW, loss.found_how_sealed) or "")
