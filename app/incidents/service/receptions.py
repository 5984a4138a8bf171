"""On the way to a hospital: asked, answered by day and night, arrived."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import Reason, reason
from app.incidents.commands.green import AnswerReception, AskHospital
from app.incidents.models import Emergency, EmergencyReception
from app.incidents.queries.receptions import list_hospitals
from app.incidents.rules.reception import ReceptionState
from app.incidents.service.stays import enter_arrival
from app.incidents.service.urgent import tell_hospital
from app.people.vault import Vault

ESCORTS = "emergency_receptions.escorts"
_MOVES = {
    ReceptionState.ASKED: frozenset(
        {ReceptionState.ACCEPTED, ReceptionState.REFUSED, ReceptionState.ARRIVED, ReceptionState.CALLED_OFF}
    ),
    ReceptionState.ACCEPTED: frozenset({ReceptionState.ARRIVED, ReceptionState.REFUSED, ReceptionState.CALLED_OFF}),
}


def ask_hospital(
    session: Session, vault: Vault, actor: Actor, emergency: Emergency, command: AskHospital, now: datetime
) -> EmergencyReception:
    """One hospital at a time: another is asked once the last has refused or was called off."""
    require(actor, Action.ASK_HOSPITALS)
    own = select(EmergencyReception).where(EmergencyReception.emergency_id == emergency.id)
    stored = session.scalar(own.where(EmergencyReception.submission_key == command.submission_key))
    if stored is not None:
        return stored
    waiting = own.where(EmergencyReception.state.in_((ReceptionState.ASKED, ReceptionState.ACCEPTED)))
    if session.scalar(waiting.limit(1)) is not None:
        raise Conflict(reason("incidents.reception.waiting"))
    hospitals = {one.public_id: one for one in list_hospitals(session, actor)}
    chosen = hospitals.get(command.hospital)
    if (command.hospital and chosen is None) or not (chosen or command.name):
        raise Invalid({"hospital": [reason("incidents.reception.which")]})
    reception = EmergencyReception(
        submission_key=command.submission_key,
        emergency_id=emergency.id,
        number=_next(session, emergency),
        hospital_id=chosen.id if chosen else None,
        hospital=chosen.name if chosen else command.name,
        transport=command.transport,
        escorts_sealed=vault.seal(emergency.person_id, ESCORTS, command.escorts),
        asked_at=now,
        asked_by=actor.user_id,
    )
    session.add(reception)
    session.flush()
    tell_hospital(session, emergency, reception, now)
    _note(session, actor, "incidents.hospital_asked", emergency, now)
    return reception


def answer_reception(
    session: Session, actor: Actor, reception: EmergencyReception, command: AnswerReception, now: datetime
) -> None:
    """The hospital's answer, by itself or as told on the telephone to whoever asked; the arrival; or that it was called off."""
    if actor.agency_id != reception.hospital_id or actor.agency_id is None:
        require(actor, Action.ASK_HOSPITALS)
    if command.to not in _MOVES.get(reception.state, ()):
        raise Conflict(reason("incidents.reception.no_move"))
    errors: dict[str, list[Reason]] = {}
    # forms know minutes: an answer within the minute of the question comes after it
    if not reception.asked_at.replace(second=0, microsecond=0) <= command.at <= now:
        errors["at"] = [reason("incidents.reception.when")]
    if command.to is ReceptionState.REFUSED and command.refusal is None:
        errors["refusal"] = [reason("incidents.decision.why_refused")]
    if errors:
        raise Invalid(errors)
    is_answer = command.to in (ReceptionState.ACCEPTED, ReceptionState.REFUSED)
    reception.state = command.to
    reception.refusal = command.refusal if command.to is ReceptionState.REFUSED else None
    if is_answer or reception.answered_at is None:
        reception.answered_at, reception.answered_by = max(command.at, reception.asked_at), actor.user_id
        reception.answered_name = command.name if is_answer else reception.answered_name
    if command.to is ReceptionState.ARRIVED:
        reception.arrived_at, reception.arrived_by, reception.received_name = command.at, actor.user_id, command.name
    session.flush()
    emergency = session.get_one(Emergency, reception.emergency_id)
    enter_arrival(session, actor, emergency, reception, now)
    _note(session, actor, "incidents.reception_answered", emergency, now)


def _next(session: Session, emergency: Emergency) -> int:
    last = select(func.max(EmergencyReception.number)).where(EmergencyReception.emergency_id == emergency.id)
    return (session.scalar(last) or 0) + 1


def _note(session: Session, actor: Actor, action: str, emergency: Emergency, now: datetime) -> None:
    subject = ("emergency", emergency.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=emergency.area_code)
