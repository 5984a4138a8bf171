"""Crisis calls: begun with one tap, written while the caller speaks, handed over, closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import place_of, responsible_agency
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, is_within
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.db import new_public_id
from app.core.errors import Conflict, Invalid, StaleVersion
from app.core.identity import Sex
from app.core.names import check_name
from app.core.reasons import Reason, reason
from app.incidents.commands.crisis import TakeCall, WriteCall
from app.incidents.commands.emergencies import OpenEmergency
from app.incidents.commands.incidents import ReportIncident
from app.incidents.models import CrisisCall
from app.incidents.rules.crisis import (
    CallState,
    Danger,
    DangerNow,
    Handover,
    missing_for_closing,
    reason_of,
    reporter_of,
)
from app.incidents.rules.emergencies import PersonCategory
from app.incidents.rules.incidents import IncidentKind, Reporter
from app.incidents.service.emergencies import open_emergency
from app.incidents.service.incidents import store_incident
from app.incidents.service.urgent import tell_danger
from app.patients.models import Clue
from app.patients.rules import UNKNOWN_NAME, ClueSource
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.service import create_person
from app.people.vault import Vault

TEXTS = ("place", "told", "caller_phone", "family_told")


def take_call(session: Session, vault: Vault, actor: Actor, command: TakeCall, now: datetime) -> CrisisCall:
    """A call begins; one that arrives twice is the one that stands."""
    require(actor, Action.TAKE_CALLS)
    stored = session.scalar(
        select(CrisisCall).where(
            CrisisCall.submission_key == command.submission_key, CrisisCall.taken_by == actor.user_id
        )
    )
    if stored is not None:
        return stored
    person = create_person(session, vault, PersonDraft(UNKNOWN_NAME), now)
    call = CrisisCall(
        submission_key=command.submission_key,
        person_id=person.id,
        area_code=place_of(actor),
        channel=command.channel,
        called_at=now,
        taken_by=actor.user_id,
    )
    session.add(call)
    session.flush()
    _note(session, actor, "incidents.call_taken", call, now)
    return call


def write_call(
    session: Session, vault: Vault, actor: Actor, call: CrisisCall, command: WriteCall, now: datetime
) -> None:
    """Store what is known so far. Raises `Conflict` for a closed call, `StaleVersion`, `Invalid` by field."""
    require(actor, Action.TAKE_CALLS)
    _refuse_closed(call)
    if command.version != call.version:
        raise StaleVersion()
    _refuse_writing(session, actor, call, command, now)
    for name in ("danger", "age", "caller", "police_told_at", "police_told", "ambulance_told_at", "family_told_at", "outcome"):  # fmt: skip
        setattr(call, name, getattr(command, name))
    call.dangers, call.no_police = command.dangers, command.no_police
    for told in ("police", "ambulance", "family"):
        is_told = getattr(command, f"{told}_told_at") is not None
        setattr(call, f"{told}_told_by", (getattr(call, f"{told}_told_by") or actor.user_id) if is_told else None)
    for name in TEXTS:
        setattr(call, f"{name}_sealed", vault.seal(call.person_id, f"crisis_calls.{name}", getattr(command, name)))
    if command.area_code:
        call.area_code = command.area_code
    person = session.get_one(Person, call.person_id)
    person.name, person.sex = command.name or UNKNOWN_NAME, command.sex
    session.flush()
    if call.danger is DangerNow.YES:
        tell_danger(session, call, now)
    _note(session, actor, "incidents.call_written", call, now)


def close_call(session: Session, actor: Actor, call: CrisisCall, now: datetime) -> None:
    """With danger now, the police were told or it is said why not. Raises `Invalid` naming what is missing."""
    require(actor, Action.TAKE_CALLS)
    _refuse_closed(call)
    has_place = call.place_sealed is not None or not call.area_code.endswith("000")
    missing = missing_for_closing(call.danger, call.police_told_at is not None, call.outcome, call.no_police, has_place)
    if missing:
        raise Invalid({name: [why] for name, why in missing.items()})
    call.state, call.closed_at, call.closed_by = CallState.CLOSED, now, actor.user_id
    session.flush()
    _note(session, actor, "incidents.call_closed", call, now)


def in_county(actor: Actor) -> Actor:
    """Whoever answers the telephone hears from the whole county, and hands over to the people of the place."""
    return replace(actor, area_prefix=actor.area_prefix[: PREFIX_LENGTHS[AreaLevel.COUNTY]])


def hand_over(
    session: Session,
    vault: Vault,
    actor: Actor,
    call: CrisisCall,
    to: Handover,
    kind: IncidentKind | None,
    now: datetime,
) -> None:
    """To an incident of the kind that was chosen, an emergency record or a clue, each once, with what was told.

    The place must be known to the village.
    """
    require(actor, Action.TAKE_CALLS)
    if _is_handed(call, to):
        return
    _refuse_without_village(call)
    told = vault.open(call.person_id, "crisis_calls.told", call.told_sealed) or ""
    place = vault.open(call.person_id, "crisis_calls.place", call.place_sealed) or ""
    if to is Handover.INCIDENT:
        if kind is None:
            raise Invalid({"kind": [reason("core.nothing_chosen")]})
        call.incident_id = _incident(session, vault, actor, call, kind, told, place, now)
    elif to is Handover.EMERGENCY:
        call.emergency_id = _emergency(session, vault, actor, call, told, place, now)
    else:
        call.clue_id = _clue(session, vault, actor, call, told, place, now)
    session.flush()
    _note(session, actor, "incidents.call_handed_over", call, now, {"to": to.value})


def _is_handed(call: CrisisCall, to: Handover) -> bool:
    return {
        Handover.INCIDENT: call.incident_id,
        Handover.EMERGENCY: call.emergency_id,
        Handover.CLUE: call.clue_id,
    }[to] is not None


def _incident(
    session: Session, vault: Vault, actor: Actor, call: CrisisCall, kind: IncidentKind, told: str, place: str, now: datetime
) -> int:  # fmt: skip
    person = session.get_one(Person, call.person_id)
    name = "" if person.name == UNKNOWN_NAME else person.name
    command = ReportIncident(
        new_public_id(), kind, call.called_at, name=name, area_code=call.area_code, place=place,
        what=told or place or "—",
    )  # fmt: skip
    return store_incident(session, vault, in_county(actor), command, Reporter.CALL, now).id


def _emergency(
    session: Session, vault: Vault, actor: Actor, call: CrisisCall, told: str, place: str, now: datetime
) -> int:
    """A record that knows what the call knew: why, what was told, and that the police were."""
    require(actor, Action.KEEP_EMERGENCIES)
    person = session.get_one(Person, call.person_id)
    command = OpenEmergency(
        new_public_id(), reporter_of(call.caller), reason_of(Danger(call.dangers)), call.called_at, place=place,
        category=PersonCategory.UNKNOWN, name="" if person.name == UNKNOWN_NAME else person.name, sex=Sex(person.sex),
        area_code=call.area_code,
    )  # fmt: skip
    emergency = open_emergency(session, vault, actor, command, now)
    emergency.scene_sealed = vault.seal(emergency.person_id, "emergencies.scene", told)
    emergency.reported_at = call.called_at
    emergency.police_told_at, emergency.police_told = call.police_told_at, call.police_told
    session.flush()
    return emergency.id


def _clue(session: Session, vault: Vault, actor: Actor, call: CrisisCall, told: str, place: str, now: datetime) -> int:
    """For the health centre of the place to look at; the person is whom the call was about."""
    agency = responsible_agency(session, call.area_code)
    clue = Clue(
        submission_key=new_public_id(),
        person_id=call.person_id,
        area_code=call.area_code,
        agency_id=agency.id if agency else None,
        place_sealed=vault.seal(call.person_id, "clues.place", place),
        signs=0,
        notes_sealed=vault.seal(call.person_id, "clues.notes", told),
        is_danger=call.danger is DangerNow.YES,
        source=ClueSource.OTHER,
        reported_on=business_day(now),
        reported_at=now,
        reported_by=actor.user_id,
    )
    session.add(clue)
    session.flush()
    return clue.id


def _refuse_closed(call: CrisisCall) -> None:
    if call.state is CallState.CLOSED:
        raise Conflict(reason("incidents.crisis.closed"))


def _refuse_without_village(call: CrisisCall) -> None:
    if call.area_code.endswith("000"):
        raise Conflict(reason("incidents.crisis.no_village"))


def _refuse_writing(session: Session, actor: Actor, call: CrisisCall, command: WriteCall, now: datetime) -> None:
    errors: dict[str, list[Reason]] = {}
    began = call.called_at.replace(second=0, microsecond=0)  # forms know minutes
    for name in ("police_told_at", "ambulance_told_at", "family_told_at"):
        instant = getattr(command, name)
        if instant is not None and instant > now:
            errors[name] = [reason("incidents.in_future")]
        elif instant is not None and instant < began:
            errors[name] = [reason("incidents.crisis.before_call")]
    if (command.police_told_at is None) != (command.police_told is None):
        errors["police_told_at"] = [reason("incidents.police_both")]
    if command.name and (wrong := check_name(command.name).errors):
        errors["name"] = list(wrong)
    if command.area_code and (
        session.get(Area, command.area_code) is None or not is_within(command.area_code, in_county(actor).area_prefix)
    ):
        errors["area_code"] = [reason("patients.area_outside")]
    if errors:
        raise Invalid(errors)


def _note(
    session: Session, actor: Actor, action: str, call: CrisisCall, now: datetime, detail: dict[str, Any] | None = None
) -> None:
    subject = ("crisis_call", call.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=call.area_code, detail=detail)
