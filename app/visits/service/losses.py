"""失访登记: where a lost patient was last, who was told and when, how they were found (domain 2.6, 3.5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, Invalid, StaleVersion
from app.core.reasons import Reason, reason
from app.patients.queries import lock_patient
from app.people.vault import Vault
from app.visits.commands import KeepLoss
from app.visits.models import Loss
from app.visits.queries_losses import FOUND_HOW, PLACE, find_loss, find_lost_span


def keep_loss(session: Session, vault: Vault, actor: Actor, command: KeepLoss, now: datetime) -> Loss:
    """Write down what is known so far; the same page again adds to it.

    Raises `NotFound`, `Conflict` for somebody who was never lost, `Invalid` by field, `StaleVersion`.
    """
    require(actor, Action.KEEP_REGISTER)
    if actor.user_id is None:
        raise Forbidden()
    patient = lock_patient(session, actor, command.patient)
    span = find_lost_span(session, patient)
    if span is None:
        raise Conflict(reason("visit.loss.not_lost"))
    _refuse(command, now)
    loss = find_loss(session, span)
    if command.version != (loss.version if loss else 0):
        raise StaleVersion()
    loss = loss or Loss(patient_id=patient.id, from_on=span.from_on)
    loss.reason = command.reason
    loss.told = [
        {"office": one.office.value, "person": one.person, "at": one.at.isoformat(), "way": one.way.value}
        for one in command.told
    ]
    reads_texts = sees(actor, Field.FREE_TEXT) is Grant.FULL
    for name, place, words in (("place", PLACE, command.place), ("found_how", FOUND_HOW, command.found_how)):
        if words or reads_texts:  # who was not shown a text and leaves it empty has not deleted it
            setattr(loss, f"{name}_sealed", vault.seal(patient.person_id, place, words))
    loss.recorded_at, loss.recorded_by = now, actor.user_id
    session.add(loss)
    session.flush()
    told = [one.office.value for one in command.told]
    subject = ("patient", patient.public_id)
    note(
        session, actor, "visits.loss_kept", now=now, subject=subject, area_code=patient.area_code, detail={"told": told}
    )
    return loss


def _refuse(command: KeepLoss, now: datetime) -> None:
    errors: dict[str, list[Reason]] = {}
    for one in command.told:
        if one.at > now:
            errors[f"{one.office}_at"] = [reason("visit.loss.in_future")]
    if errors:
        raise Invalid(errors)
