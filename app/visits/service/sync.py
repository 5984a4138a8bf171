"""Forms from a phone's queue: each arrives once, is stored if nothing speaks against it, and waits for a person otherwise.

Nothing that arrives is thrown away: what cannot become a visit is kept as it was sent, sealed, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.db import canonical_json
from app.core.errors import AnhuError, Conflict, Invalid, NotFound
from app.core.reasons import Reason, reason, say
from app.core.scope import within
from app.patients.models import Patient
from app.people.vault import Vault
from app.visits.commands import RecordAttempt, RecordVisit
from app.visits.models.devices import Device, DeviceSubmission
from app.visits.queries import load_history
from app.visits.queries_devices import find_sent_form, find_visit_id, get_waiting, list_standing_visits
from app.visits.rules.states import SubmissionState, VisitChannel
from app.visits.rules.sync import (
    CONTENT_KEPT_FOR,
    SentKind,
    StandingVisit,
    clashing,
    is_clock_off,
)
from app.visits.service.lost import record_attempt
from app.visits.service.recording import Recorded, record_visit

PLACE = "device_submissions.content"

Sent = RecordVisit | RecordAttempt
# Makes the command out of what was typed; `Invalid` by field for what has not the shape of the form.
Read = Callable[[Patient], Sent]


@dataclass(frozen=True)
class Arrival:
    """One form of a batch. `patient`, `based_on`, `seen` are public ids; `said_at` is the phone's clock while it sent."""

    key: str
    kind: SentKind
    patient: str
    based_on: str
    seen: str
    # as it was filled in, to be kept
    content: Mapping[str, Any]
    claimed_at: datetime | None
    said_at: datetime | None


@dataclass(frozen=True)
class Received:
    """`is_new` is False when the form had arrived before; then nothing was done."""

    form: DeviceSubmission
    is_new: bool


def receive(
    session: Session,
    vault: Vault,
    actor: Actor,
    device: Device,
    arrival: Arrival,
    read: Read,
    today: date,
    now: datetime,
) -> Received:
    """One form of the actor's own phone, in a transaction of its own. Raises `NotFound` for a patient who never was."""
    require(actor, Action.WORK_OFFLINE)
    patient = _lock_anybody(session, arrival.patient)
    earlier = find_sent_form(session, arrival.key)
    if earlier is not None:
        return Received(earlier, False)
    form = _keep(session, vault, actor, device, patient, arrival, now)
    why_not = _distrust(session, actor, device, patient)
    if why_not is not None:
        _wait(form, SubmissionState.QUARANTINED, {"": [why_not]})
    elif clashes := _clashes(session, device, patient, arrival, read):
        _wait(form, SubmissionState.CONFLICT, {"": [reason("visit.sync.clash", on=one.visited_on) for one in clashes]})
    elif arrival.kind is SentKind.VISIT and is_clock_off(arrival.said_at, now):
        _wait(form, SubmissionState.REFUSED, {"visited_on": [reason("visit.sync.clock")]})
    else:
        _store(session, vault, actor, patient, form, read, today, now)
    _note(session, actor, form, "visits.sent", now)
    session.flush()
    return Received(form, True)


def settle_as_visit(
    session: Session,
    vault: Vault,
    actor: Actor,
    public_id: str,
    command: RecordVisit,
    today: date,
    now: datetime,
) -> Recorded:
    """A person has looked at a waiting form and stores it, as it came or changed. Raises what `record_visit` raises."""
    form = _lock_waiting(session, actor, public_id)
    command = _as_back_entry(session, form.patient_id, command)
    recorded = record_visit(session, vault, actor, command, today, now)
    recorded.visit.channel = VisitChannel.DEVICE
    form.visit_id = recorded.visit.id
    _settle(session, actor, form, SubmissionState.STORED, now)
    return recorded


def settle_as_attempt(
    session: Session,
    vault: Vault,
    actor: Actor,
    public_id: str,
    command: RecordAttempt,
    today: date,
    now: datetime,
) -> None:
    form = _lock_waiting(session, actor, public_id)
    form.attempt_id = record_attempt(session, vault, actor, command, today, now).attempt.id
    _settle(session, actor, form, SubmissionState.STORED, now)


def discard(session: Session, actor: Actor, public_id: str, why: Reason, now: datetime) -> DeviceSubmission:
    """A person decides against a waiting form; what was sent stays readable for the days that it is kept."""
    form = _lock_waiting(session, actor, public_id)
    form.because = {"": [why.to_json()]}
    _settle(session, actor, form, SubmissionState.DISCARDED, now)
    return form


def forget_contents(session: Session, now: datetime) -> int:
    """What was sent is not kept for ever: the content of forms settled days ago goes, their trace stays."""
    settled = update(DeviceSubmission).where(
        DeviceSubmission.settled_at < now - CONTENT_KEPT_FOR, DeviceSubmission.content_sealed.is_not(None)
    )
    return int(session.connection().execute(settled.values(content_sealed=None)).rowcount)


def _lock_anybody(session: Session, public_id: str) -> Patient:
    """Also one of another area: what came for a patient who has moved is kept, and kept apart."""
    patient = session.scalar(
        select(Patient)
        .where(Patient.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if patient is None:
        raise NotFound()
    return patient


def _keep(
    session: Session,
    vault: Vault,
    actor: Actor,
    device: Device,
    patient: Patient,
    arrival: Arrival,
    now: datetime,
) -> DeviceSubmission:
    form = DeviceSubmission(
        submission_key=arrival.key,
        device_id=device.id,
        user_id=actor.user_id,
        patient_id=patient.id,
        area_code=patient.area_code,
        kind=arrival.kind.value,
        content_sealed=vault.seal(patient.person_id, PLACE, canonical_json(arrival.content)),
        based_on_visit_id=find_visit_id(session, patient.id, arrival.based_on),
        claimed_at=arrival.claimed_at,
        received_at=now,
        state=SubmissionState.STORED,
    )
    session.add(form)
    session.flush()
    return form


def _distrust(session: Session, actor: Actor, device: Device, patient: Patient) -> Reason | None:
    if device.revoked_at is not None:
        return reason("visit.sync.revoked")
    own = session.scalar(select(Patient.id).where(Patient.id == patient.id, within(Patient.area_code, actor)))
    return None if own else reason("visit.sync.foreign")


def _clashes(session: Session, device: Device, patient: Patient, arrival: Arrival, read: Read) -> list[StandingVisit]:
    """Only visits clash; an attempt that came too late is refused with the day of the visit."""
    if arrival.kind is not SentKind.VISIT:
        return []
    try:
        command = read(patient)
    except Invalid:
        return []
    seen = find_visit_id(session, patient.id, arrival.seen) or 0
    visits = list_standing_visits(session, patient.id, device.id)
    return clashing(command.record.visited_on, seen, visits) if isinstance(command, RecordVisit) else []


def _store(
    session: Session,
    vault: Vault,
    actor: Actor,
    patient: Patient,
    form: DeviceSubmission,
    read: Read,
    today: date,
    now: datetime,
) -> None:
    """All of it or nothing: a refusal leaves the form as it came, waiting with the words at its fields."""
    try:
        with session.begin_nested():
            command = read(patient)
            if isinstance(command, RecordVisit):
                command = _as_back_entry(session, patient.id, command)
                visit = record_visit(session, vault, actor, command, today, now).visit
                visit.channel, form.visit_id = VisitChannel.DEVICE, visit.id
            else:
                form.attempt_id = record_attempt(session, vault, actor, command, today, now).attempt.id
            form.settled_at, form.settled_by = now, actor.user_id
            session.flush()
    except Invalid as refused:
        _wait(form, SubmissionState.REFUSED, refused.errors)
    except AnhuError as refused:
        _wait(form, SubmissionState.REFUSED, {"": [refused.reason]})


def _as_back_entry(session: Session, patient_id: int, command: RecordVisit) -> RecordVisit:
    """Where the same phone's later visit has arrived first: nobody needs to be asked why this one comes after it."""
    latest_on = load_history(session, patient_id).latest_on
    if latest_on is None or command.record.visited_on >= latest_on or command.back_entry_reason:
        return command
    return replace(command, back_entry_reason=say(Reason("visit.sync.back_entry")))


def _wait(form: DeviceSubmission, state: SubmissionState, errors: Mapping[str, Any]) -> None:
    form.state, form.visit_id, form.attempt_id, form.settled_at, form.settled_by = state, None, None, None, None
    form.because = {name: [why.to_json() for why in reasons] for name, reasons in errors.items()}


def _lock_waiting(session: Session, actor: Actor, public_id: str) -> DeviceSubmission:
    require(actor, Action.WORK_OFFLINE)
    waiting = get_waiting(session, actor, public_id)
    _lock_anybody(session, waiting.patient.public_id)
    session.refresh(waiting.submission)
    if waiting.submission.settled_at is not None:
        raise Conflict(reason("visit.sync.settled"))
    return waiting.submission


def _settle(session: Session, actor: Actor, form: DeviceSubmission, state: SubmissionState, now: datetime) -> None:
    form.state, form.settled_at, form.settled_by = state, now, actor.user_id
    _note(session, actor, form, "visits.sent_settled", now)
    session.flush()


def _note(session: Session, actor: Actor, form: DeviceSubmission, action: str, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("sent_form", form.public_id),
        area_code=form.area_code,
        detail={"state": form.state.value, "kind": form.kind},
    )
