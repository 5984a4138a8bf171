"""The green channel: medicine brought home and admission with company; and the rounds that bring medicine to a town."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel, is_within, prefix_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.db import new_public_id
from app.core.errors import Conflict, Invalid, StaleVersion
from app.core.reasons import Reason, reason
from app.incidents.commands.green import AnswerLine, AskGreen, MoveGreen, PlanRound
from app.incidents.models import DeliveryLine, DeliveryRound, GreenEvent, GreenRequest
from app.incidents.queries.green import get_line, running_out
from app.incidents.rules.green import GreenKind, GreenState, LineState, RoundState, refuse_move
from app.patients.commands_treatment import RecordSupply
from app.patients.models import Patient
from app.patients.service import record_admission
from app.patients.service.treatment import record_supply
from app.people.vault import Vault

NOTE = "green_requests.note"


def ask_green(
    session: Session, vault: Vault, actor: Actor, patient: Patient, command: AskGreen, today: date, now: datetime
) -> GreenRequest:
    """A request; one that arrives twice is the one that stands. Raises `Invalid` by field."""
    require(actor, Action.KEEP_GREEN)
    stored = session.scalar(
        select(GreenRequest).where(
            GreenRequest.submission_key == command.submission_key, GreenRequest.patient_id == patient.id
        )
    )
    if stored is not None:
        return stored
    _refuse_asking(command, today)
    request = GreenRequest(
        submission_key=command.submission_key,
        kind=command.kind,
        patient_id=patient.id,
        area_code=patient.area_code,
        agency_id=patient.agency_id,
        hospital=command.hospital,
        drug=command.drug,
        days=command.days,
        wanted_on=command.wanted_on,
        note_sealed=vault.seal(patient.person_id, NOTE, command.note),
        asked_at=now,
        asked_by=actor.user_id,
    )
    session.add(request)
    session.flush()
    _step(session, actor, request, (), now)
    _note(session, actor, "incidents.green_asked", request, now)
    return request


def move_green(
    session: Session, actor: Actor, request: GreenRequest, command: MoveGreen, today: date, now: datetime
) -> None:
    """Accepted, under way, done, refused with a reason, called off. Done is also a supply, or a stay that begins."""
    require(actor, Action.KEEP_GREEN)
    if command.version != request.version:
        raise StaleVersion()
    if refused := refuse_move(request.state, command.to):
        raise Conflict(refused)
    if command.to is GreenState.REFUSED and command.refusal is None:
        raise Invalid({"refusal": [reason("incidents.decision.why_refused")]})
    because: tuple[Reason, ...] = ()
    if command.to is GreenState.DONE:
        because = (_finish(session, actor, request, command.on or today, now),)
    request.state = command.to
    request.refusal = command.refusal if command.to is GreenState.REFUSED else None
    session.flush()
    _step(session, actor, request, because, now)
    _note(session, actor, "incidents.green_moved", request, now, {"state": command.to.value})


def plan_round(
    session: Session, actor: Actor, command: PlanRound, until: date, today: date, now: datetime
) -> DeliveryRound:
    """A tour of one town with the chosen drugs that run out by `until`; one that arrives twice is the one that stands.

    Raises `Invalid` by field, also for a drug that another round under way is to bring to the same person.
    """
    require(actor, Action.KEEP_ROUNDS)
    stored = session.scalar(select(DeliveryRound).where(DeliveryRound.submission_key == command.submission_key))
    if stored is not None and stored.made_by == actor.user_id:
        return stored
    # two who plan at once for one town: the second sees what the first has planned
    town = session.get(Area, command.area_code, with_for_update={"key_share": True})
    if town is None or town.level is not AreaLevel.TOWN or not is_within(command.area_code, actor.area_prefix[:9]):
        raise Invalid({"area_code": [reason("patients.area_outside")]})
    if command.planned_on < today:
        raise Invalid({"planned_on": [reason("incidents.green.in_past")]})
    chosen = set(command.supplies)
    found = [one for one in running_out(session, actor, until, prefix_of(command.area_code)) if one.supply in chosen]
    if not found:
        raise Invalid({"chosen": [reason("core.nothing_chosen")]})
    if any(one.round_on for one in found):
        raise Invalid({"chosen": [reason("incidents.green.on_a_round")]})
    tour = DeliveryRound(
        submission_key=command.submission_key,
        area_code=command.area_code,
        source=command.source,
        planned_on=command.planned_on,
        made_at=now,
        made_by=actor.user_id,
    )
    session.add(tour)
    session.flush()
    session.add_all(
        DeliveryLine(round_id=tour.id, number=number, patient_id=one.patient_id, drug=one.drug, days=one.days)
        for number, one in enumerate(found, start=1)
    )
    session.flush()
    _note_round(session, actor, "incidents.round_planned", tour, now, {"lines": len(found)})
    return tour


def start_round(session: Session, actor: Actor, tour: DeliveryRound, now: datetime) -> None:
    require(actor, Action.KEEP_ROUNDS)
    if tour.state is not RoundState.PLANNED:
        raise Conflict(reason("incidents.green.no_move"))
    tour.state, tour.started_at = RoundState.UNDER_WAY, now
    session.flush()
    _note_round(session, actor, "incidents.round_started", tour, now)


def answer_line(
    session: Session, actor: Actor, tour: DeliveryRound, line_id: str, command: AnswerLine, today: date, now: datetime
) -> None:
    """What happened at one door; what was received is a supply of the register from that day on."""
    require(actor, Action.KEEP_ROUNDS)
    if tour.state is not RoundState.UNDER_WAY:
        raise Conflict(reason("incidents.green.start_first"))
    line = get_line(session, actor, tour, line_id)
    if line.state is LineState.RECEIVED or line.state is LineState.RETURNED or command.to is LineState.PLANNED:
        raise Conflict(reason("incidents.green.no_move"))
    if command.to is LineState.RECEIVED:
        _receive(session, actor, tour, line, command, today, now)
    line.state, line.recorded_at, line.recorded_by = command.to, now, actor.user_id
    session.flush()
    _note_round(session, actor, "incidents.line_answered", tour, now, {"state": command.to.value})


def close_round(session: Session, actor: Actor, tour: DeliveryRound, now: datetime) -> None:
    """Every door was tried. Raises `Conflict` while a line has no answer."""
    require(actor, Action.KEEP_ROUNDS)
    open_line = select(DeliveryLine.id).where(DeliveryLine.round_id == tour.id, DeliveryLine.state == LineState.PLANNED)
    if tour.state is not RoundState.UNDER_WAY or session.scalar(open_line.limit(1)) is not None:
        raise Conflict(reason("incidents.green.lines_open"))
    tour.state, tour.closed_at, tour.closed_by = RoundState.CLOSED, now, actor.user_id
    session.flush()
    _note_round(session, actor, "incidents.round_closed", tour, now)


def _refuse_asking(command: AskGreen, today: date) -> None:
    errors: dict[str, list[Reason]] = {}
    if command.wanted_on < today:
        errors["wanted_on"] = [reason("incidents.green.in_past")]
    if command.kind is GreenKind.DELIVERY and not command.drug:
        errors["drug"] = [reason("incidents.green.which_drug")]
    if command.kind is GreenKind.DELIVERY and command.days is None:
        errors["days"] = [reason("incidents.green.how_long")]
    if command.kind is GreenKind.ADMISSION and not command.hospital:
        errors["hospital"] = [reason("incidents.green.which_hospital")]
    if errors:
        raise Invalid(errors)


def _finish(session: Session, actor: Actor, request: GreenRequest, on: date, now: datetime) -> Reason:
    patient = session.get_one(Patient, request.patient_id)
    if request.kind is GreenKind.DELIVERY:
        command = RecordSupply(new_public_id(), request.drug, on, request.days or 1, request.hospital)
        request.supply_id = record_supply(session, actor, patient, command, now).id
        return reason("incidents.green.supplied", on=on)
    request.admission_id = record_admission(session, actor, patient, request.hospital, on, None, now).id
    return reason("incidents.green.admitted", on=on)


def _receive(
    session: Session, actor: Actor, tour: DeliveryRound, line: DeliveryLine, command: AnswerLine, today: date, now: datetime
) -> None:  # fmt: skip
    if command.receiver is None:
        raise Invalid({"receiver": [reason("incidents.green.who_received")]})
    if command.on > today:
        raise Invalid({"on": [reason("incidents.in_future")]})
    patient = session.get_one(Patient, line.patient_id)
    supply = record_supply(
        session, actor, patient, RecordSupply(new_public_id(), line.drug, command.on, line.days, tour.source), now
    )
    line.receiver, line.received_on, line.supply_id = command.receiver, command.on, supply.id


def _step(session: Session, actor: Actor, request: GreenRequest, because: tuple[Reason, ...], now: datetime) -> None:
    said = [why.to_json() for why in because]
    session.add(GreenEvent(request_id=request.id, state=request.state, because=said, at=now, by=actor.user_id))
    session.flush()


def _note(
    session: Session, actor: Actor, action: str, request: GreenRequest, now: datetime, detail: dict[str, Any] | None = None
) -> None:  # fmt: skip
    subject = ("green_request", request.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=request.area_code, detail=detail)


def _note_round(
    session: Session, actor: Actor, action: str, tour: DeliveryRound, now: datetime, detail: dict[str, Any] | None = None
) -> None:  # fmt: skip
    subject = ("delivery_round", tour.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=tour.area_code, detail=detail)
