"""From suspected to registered or excluded: a psychiatrist's word, by name, hospital and day (domain 1.2, 1.4)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.reasons import Reason, reason
from app.patients.commands import ReviewDiagnosis
from app.patients.models import Patient
from app.patients.rules import RegistryStatus, SpanKind
from app.patients.rules_watch import Watch
from app.patients.service.follow_ups import visits_follow
from app.patients.service.lifetime import refuse_signer
from app.patients.service.papers import set_consent, set_diagnosis
from app.patients.service.states import (
    IN_DOUBT,
    WAITS_FOR_DIAGNOSIS,
    refuse_before_present,
    refuse_illegal,
    set_registry,
    write_registry,
)
from app.patients.service.watching import begin_watch, close_watch
from app.tasks.rules import TaskKind


def start_review(session: Session, actor: Actor, patient: Patient, on: date, now: datetime) -> None:
    """The person is with the psychiatrist: suspected → under review."""
    require(actor, Action.REVIEW_SUSPECTED)
    because = reason("patients.because.in_review", on=on)
    _move(session, actor, patient, RegistryStatus.UNDER_REVIEW, on, because, now)
    _note(session, actor, patient, "patients.review_started", now)


def review_diagnosis(session: Session, actor: Actor, patient: Patient, command: ReviewDiagnosis, now: datetime) -> None:
    """Confirmed → registered with diagnosis and consent from that day; not confirmed → excluded, the record is kept; cannot be said
    yet → under review, with whose word that is. Whoever was excluded comes back by a new diagnosis only.

    Whoever agreed at once is managed and owes a first visit within 14 days; unasked is pending, refused is refused.
    """
    require(actor, Action.REVIEW_SUSPECTED)
    if patient.registry_status not in WAITS_FOR_DIAGNOSIS:
        raise Conflict(reason("patients.review.not_suspected"))
    on, said = command.reviewed_on, {"hospital": command.hospital, "psychiatrist": command.psychiatrist}
    if command.is_undecided:
        because = reason("patients.because.undecided", on=on, **said)
        _stay_in_doubt(session, actor, patient, on, because, now)
    elif command.diagnosis is None:
        because = reason("patients.because.not_confirmed", on=on, **said)
        _move(session, actor, patient, RegistryStatus.EXCLUDED, on, because, now)
    else:
        refuse_before_present(session, patient, SpanKind.REGISTRY, on)
        set_diagnosis(session, actor, patient, command.diagnosis, on, now)
        if command.consent is not None:
            refuse_signer(session, patient, command.consent)
            set_consent(session, actor, patient, command.consent, now)
        because = reason("patients.because.confirmed", on=on, **said)
        _move(session, actor, patient, RegistryStatus.REGISTERED, on, because, now)
        patient.registered_on = on
    session.flush()
    _note(session, actor, patient, "patients.diagnosis_reviewed", now)


def _stay_in_doubt(session: Session, actor: Actor, patient: Patient, on: date, because: Reason, now: datetime) -> None:
    """The review goes on; a second word of the kind only adds its day and name."""
    if patient.registry_status not in IN_DOUBT:
        raise Conflict(reason("patients.review.not_suspected"))
    refuse_before_present(session, patient, SpanKind.REGISTRY, on)
    write_registry(session, actor, patient, RegistryStatus.UNDER_REVIEW, on, now, because)
    close_watch(session, actor, patient, TaskKind.DIAGNOSIS_REVIEW, because, now)
    begin_watch(session, patient, Watch.REVIEW, on, now)


def _move(
    session: Session, actor: Actor, patient: Patient, status: RegistryStatus, on: date, because: Reason, now: datetime
) -> None:
    refuse_illegal(patient, status)
    refuse_before_present(session, patient, SpanKind.REGISTRY, on)
    with visits_follow(session, actor, patient, on, now):
        set_registry(session, actor, patient, status, on, now, because)
        session.flush()


def _note(session: Session, actor: Actor, patient: Patient, action: str, now: datetime) -> None:
    note(session, actor, action, now=now, subject=("patient", patient.public_id), area_code=patient.area_code)
