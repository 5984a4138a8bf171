"""Diagnosis and consent: dated papers that the states follow."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.reasons import reason
from app.patients.commands import ConsentDraft, DiagnosisDraft
from app.patients.models import Consent, Diagnosis, Patient
from app.patients.rules import ConsentKind, ManagementStatus
from app.patients.rules_watch import Watch
from app.patients.service.follow_ups import visits_follow
from app.patients.service.lifetime import refuse_outside_life
from app.patients.service.states import find_consent, set_management
from app.patients.service.watching import begin_watch, close_watch, watch_over
from app.tasks.rules import TaskKind

_NEXT_DAY = timedelta(days=1)


def set_diagnosis(
    session: Session, actor: Actor, patient: Patient, draft: DiagnosisDraft, from_on: date, now: datetime
) -> Diagnosis:
    """The diagnosis from a day on; the one before ends there. A day before it began replaces it as a correction."""
    refuse_outside_life(session, patient, {"diagnosed_on": draft.diagnosed_on, "from_on": from_on})
    present = session.scalars(
        select(Diagnosis).where(
            Diagnosis.patient_id == patient.id, Diagnosis.to_on.is_(None), Diagnosis.withdrawn_at.is_(None)
        )
    ).one_or_none()
    if present is not None and from_on > present.from_on:
        present.to_on = from_on
    elif present is not None:
        present.withdrawn_at, present.withdrawn_by = now, actor.user_id
    session.flush()
    diagnosis = Diagnosis(
        patient_id=patient.id,
        category=draft.category,
        icd10=draft.icd10.strip().upper(),
        hospital=draft.hospital.strip(),
        diagnosed_on=draft.diagnosed_on,
        psychiatrist=draft.psychiatrist.strip(),
        from_on=from_on,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(diagnosis)
    patient.diagnosis_category = draft.category
    session.flush()
    _note(session, actor, patient, "patients.diagnosis_set", now)
    return diagnosis


def set_consent(session: Session, actor: Actor, patient: Patient, draft: ConsentDraft, now: datetime) -> Consent:
    """A paper that was signed, or a refusal or withdrawal; it ends the one before.

    Consent to community management moves the state: agreed → managed from that day; refused → from that day while pending, from
    the next day for somebody who was managed (domain 3.6).
    """
    refuse_outside_life(session, patient, {"from_on": draft.from_on})
    present = find_consent(session, patient, draft.kind)
    if present is not None:
        if draft.from_on < present.from_on:
            raise Conflict(reason("patients.consent_before", on=present.from_on))
        present.to_on = draft.from_on
        session.flush()
    consent = Consent(
        patient_id=patient.id,
        kind=draft.kind,
        is_agreed=draft.is_agreed,
        signer=draft.signer,
        signer_person_id=draft.signer_person_id,
        from_on=draft.from_on,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(consent)
    session.flush()
    if draft.kind is ConsentKind.COMMUNITY_MANAGEMENT:
        signed = reason("patients.because.signed", on=draft.from_on)
        close_watch(session, actor, patient, TaskKind.CONTACT, signed, now)
        _manage_accordingly(session, actor, patient, draft, now)
    _note(session, actor, patient, "patients.consent_set", now)
    return consent


def withdraw_consent(
    session: Session,
    actor: Actor,
    patient: Patient,
    kind: ConsentKind,
    signer: str,
    on: date,
    now: datetime,
    signer_person_id: int | None = None,
) -> Consent:
    """From the next day nobody who withdrew is managed; what was lawfully collected stays. The row says what was taken back."""
    present = find_consent(session, patient, kind)
    if present is None or not present.is_agreed:
        raise Conflict(reason("patients.no_consent"))
    taken = set_consent(session, actor, patient, ConsentDraft(on, False, signer, kind, signer_person_id), now)
    taken.purpose_sealed, taken.receiver_sealed = present.purpose_sealed, present.receiver_sealed
    session.flush()
    return taken


def _manage_accordingly(session: Session, actor: Actor, patient: Patient, draft: ConsentDraft, now: datetime) -> None:
    present = patient.management_status
    if draft.is_agreed and present in (ManagementStatus.PENDING_CONSENT, ManagementStatus.REFUSED):
        value, from_on, code = ManagementStatus.MANAGED, draft.from_on, "patients.because.consented"
    elif not draft.is_agreed and present is ManagementStatus.PENDING_CONSENT:
        value, from_on, code = ManagementStatus.REFUSED, draft.from_on, "patients.because.refused"
    elif not draft.is_agreed and present is ManagementStatus.MANAGED:
        value, from_on, code = ManagementStatus.REFUSED, draft.from_on + _NEXT_DAY, "patients.because.withdrew"
    else:
        _go_on(session, patient, draft, now)
        return
    with visits_follow(session, actor, patient, from_on, now):
        set_management(session, actor, patient, value, from_on, now, reason(code, on=draft.from_on))
        session.flush()


def _go_on(session: Session, patient: Patient, draft: ConsentDraft, now: datetime) -> None:
    """A paper that moves no state: a second refusal is asked about again after its time."""
    watch = watch_over(patient)
    if watch is Watch.REFUSED:
        begin_watch(session, patient, watch, draft.from_on, now)


def _note(session: Session, actor: Actor, patient: Patient, action: str, now: datetime) -> None:
    note(session, actor, action, now=now, subject=("patient", patient.public_id), area_code=patient.area_code)
