"""Batches from phones' queues: opened, and taken in form by form."""

from __future__ import annotations

import json
from typing import Any

from flask import jsonify, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.crypto import KeyUnavailable
from app.core.db import transaction
from app.core.errors import Invalid, NotFound
from app.core.forms import refuse_untidy
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.sealed_box import open_box
from app.core.web import forget_reads, read_session
from app.patients.models import Patient
from app.people.vault import Vault
from app.visits import queries_devices
from app.visits.forms.offline import LONGEST_CONTENT, OfflineForm, is_key, read_attempt, read_visit, said_instant
from app.visits.models.devices import Device
from app.visits.queries_devices import get_own_device, list_forms
from app.visits.rules.record import VisitRecord
from app.visits.rules.sync import SentKind
from app.visits.service import sync as service
from app.visits.service.devices import opening_key
from app.visits.service.sync import Arrival, Received, Sent
from app.visits.views.blueprint import Page, visits
from app.visits.views.devices import device_asked

MOST_IN_A_BATCH = 50


@visits.route("/field/sync", methods=["POST"])
@permit(Action.WORK_OFFLINE)
def take_batch() -> Page:
    """Each form in a transaction of its own, in the order of the batch; each is answered by its key."""
    refuse_untidy()
    device = get_own_device(read_session(), current_actor(), device_asked())
    batch = _batch(request.form.get("batch", ""))
    forget_reads()
    return jsonify(answers=[_take(device, sent) for sent in batch])


def _batch(text: str) -> list[dict[str, Any]]:
    try:
        batch = json.loads(text)
    except ValueError:
        batch = None
    if not isinstance(batch, list) or len(batch) > MOST_IN_A_BATCH or not all(isinstance(one, dict) for one in batch):
        raise Invalid({"": [reason("visit.sync.batch", most=MOST_IN_A_BATCH)]})
    return batch


def _take(device: Device, sent: dict[str, Any]) -> dict[str, str]:
    """The answer to one form; one that does not open stays on the phone."""
    key = str(sent.get("key", ""))[:36]
    form = _opened(device, key, sent.get("box"))
    if form is None:
        return {"key": key, "answer": "unreadable"}
    try:
        received = _receive_once(device, key, form)
    except NotFound:
        return {"key": key, "answer": "unreadable"}
    state = received.form.state.value
    return {"key": key, "answer": state if received.is_new else "duplicate", "state": state}


def _opened(device: Device, key: str, box: Any) -> OfflineForm | None:
    if not is_key(key) or not isinstance(box, dict):
        return None
    try:
        content = open_box(opening_key(current_keyring(), device), box, f"{device.public_id}:{key}")
        return OfflineForm.from_json(json.loads(content)) if len(content) <= LONGEST_CONTENT else None
    except (KeyUnavailable, ValueError):
        return None


def _receive_once(device: Device, key: str, form: OfflineForm) -> Received:
    """The same form may arrive twice at the same moment: whoever comes second finds the first."""
    try:
        return _receive(device.public_id, key, form)
    except IntegrityError:
        return _receive(device.public_id, key, form)


def _receive(device_id: str, key: str, form: OfflineForm) -> Received:
    clock, actor = current_clock(), current_actor()
    arrival = Arrival(
        key=key,
        kind=form.kind,
        patient=form.patient,
        based_on=form.based_on,
        seen=form.seen,
        content=form.raw,
        claimed_at=form.claimed_at,
        said_at=said_instant(request.form.get("sent_at")),
    )
    with transaction() as session:
        vault = Vault(session, current_keyring())
        device = get_own_device(session, actor, device_id)
        return service.receive(
            session,
            vault,
            actor,
            device,
            arrival,
            lambda patient: command_of(session, vault, patient, key, form),
            clock.today(),
            clock.now(),
        )


def command_of(session: Session, vault: Vault, patient: Patient, key: str, form: OfflineForm) -> Sent:
    """What somebody wanted to store; raises `Invalid` by field."""
    if form.kind is SentKind.ATTEMPT:
        return read_attempt(form, key)
    return read_visit(form, key, base_of(session, vault, patient, form), current_clock().today())


def base_of(session: Session, vault: Vault, patient: Patient, form: OfflineForm) -> VisitRecord | None:
    """The visit that 与上次相同 means, as it was when the form was begun, also if it has been corrected since."""
    visit_id = queries_devices.find_visit_id(session, patient.id, form.based_on)
    found = list_forms(session, current_actor(), patient, [visit_id]) if visit_id else []
    return found[0].record(vault, patient.person_id) if found else None
