"""The hospital sends the discharge record: the stay ends, the loop opens, everybody is told at once (domain 6).

The answer is the same whether or not the person was registered: what the register says decides who is told and stays in the house.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.rules import county_of, is_area_code
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Conflict, Invalid, StaleVersion
from app.core.names import normalise_name
from app.core.reasons import reason
from app.discharges.commands import SubmitDischarge
from app.discharges.models import Discharge
from app.discharges.rules.checks import Errors, check_medicines, check_record
from app.discharges.rules.clocks import late_by
from app.discharges.rules.states import NO_LOOP, CloseReason, DischargeState, EventKind, Source
from app.discharges.sealing import seal_record
from app.discharges.service.addressing import has_office, is_known_place, is_smallest_place
from app.discharges.service.dispatching import dispatch
from app.discharges.service.noting import note_discharge, write_event
from app.discharges.service.registering import find_registration, register_stranger, settle_person
from app.discharges.service.senders import (
    Sender,
    find_sent,
    lock_plan,
    numbered_anew,
    refuse_otherwise,
    refuse_second_number,
    sender_of,
    stay_index,
)
from app.discharges.service.staying import ask_to_verify, end_stay
from app.patients.models import Patient
from app.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Submitted:
    """The record that stands. `is_new` False: it was here already, by key or by the hospital's number."""

    discharge: Discharge
    is_new: bool


def submit_discharge(session: Session, vault: Vault, actor: Actor, said: SubmitDischarge, now: datetime) -> Submitted:
    """Store the record and open its loop; one that arrives again, or twice at once, is the one that stands.

    Raises `Invalid` by the command's field names (at the number where it is another discharge's, where this discharge was sent under
    another one, or where the record that stands says something else), `NotFound` for a plan that is not this hospital's, `StaleVersion` when the plan was
    changed meanwhile, `Conflict` when it was withdrawn.
    """
    require(actor, Action.SUBMIT_DISCHARGE)
    sender = sender_of(session, actor, said.hospital_name)
    said = replace(said, name=normalise_name(said.name), id_number=said.id_number.strip().upper())
    said = numbered_anew(session, vault, sender, said)
    standing = find_sent(session, vault, sender, said)
    if standing is not None:
        return Submitted(standing, is_new=False)
    plan = lock_plan(session, actor, said.planned) if said.planned else None
    if plan is not None and plan.submitted_at is not None:
        refuse_otherwise(session, vault, plan, said)
        return Submitted(plan, is_new=False)
    _refuse(session, said, sender, plan, now)
    refuse_second_number(session, vault, sender, said)
    try:
        with session.begin_nested():
            return Submitted(_store(session, vault, actor, sender, said, plan, now), is_new=True)
    except IntegrityError:
        standing = find_sent(session, vault, sender, said)
        if standing is None:  # not this number: then this discharge, at the same moment under another one
            refuse_second_number(session, vault, sender, said)
    if standing is not None:
        return Submitted(standing, is_new=False)
    # neither: another hospital wrote of this unknown person at that moment, and they are known now
    return Submitted(_store(session, vault, actor, sender, said, plan, now), is_new=True)


# -- what is refused ---------------------------------------------------------------------------------------------------


def _refuse(session: Session, said: SubmitDischarge, sender: Sender, plan: Discharge | None, now: datetime) -> None:
    if plan is not None and plan.state is not DischargeState.PLANNED:
        raise Conflict(reason("discharges.plan_withdrawn"))
    if plan is not None and said.version is not None and said.version != plan.version:
        raise StaleVersion()
    if errors := find_faults(session, said, now, is_on_behalf=sender.is_on_behalf):
        raise Invalid(errors)


def find_faults(session: Session, said: SubmitDischarge, now: datetime, *, is_on_behalf: bool) -> Errors:
    """Everything that stands against a record, at each field."""
    errors = check_record(said, now)
    errors |= check_medicines("medicines", said.medicines)
    errors |= check_medicines("medicines_in_hospital", said.medicines_in_hospital)
    errors |= _identity_errors(said, now)
    errors |= _place_errors(session, said)
    if is_on_behalf:
        errors |= _paper_errors(said, now)
    elif said.received_at is not None or said.source is Source.PAPER:
        errors["received_at"] = [reason("discharges.own_record")]
    return errors


def _identity_errors(said: SubmitDischarge, now: datetime) -> Errors:
    try:
        said.person.checked(business_day(now))
    except Invalid as wrong:
        return {name: list(reasons) for name, reasons in wrong.errors.items()}
    return {} if said.born_on or said.id_number else {"born_on": [reason("discharges.needed")]}


def _place_errors(session: Session, said: SubmitDischarge) -> Errors:
    """A village where the tree has it; else any place whose county is not in the tree, in words."""
    if not said.area_code:
        return {"area_code": [reason("discharges.place_needed")]}
    if not is_area_code(said.area_code):
        return {"area_code": [reason("discharges.area_code")]}
    if is_known_place(session, said.area_code):
        is_online = has_office(session, said.area_code)
        if is_online and not is_smallest_place(session, said.area_code):
            return {"area_code": [reason("discharges.to_the_village")]}
        return {"place": [reason("discharges.place_twice")]} if is_online and said.place else {}
    if is_known_place(session, county_of(said.area_code)):
        return {"area_code": [reason("discharges.area_code")]}
    return {} if said.place else {"place": [reason("discharges.place_in_words")]}


def _paper_errors(said: SubmitDischarge, now: datetime) -> Errors:
    if said.received_at is None:
        return {"received_at": [reason("discharges.needed")]}
    if said.received_at > now:
        return {"received_at": [reason("discharges.in_future")]}
    if said.received_at < said.discharged_at:
        return {"received_at": [reason("discharges.before_discharge")]}
    return {}


# -- storing -----------------------------------------------------------------------------------------------------------


def _store(
    session: Session,
    vault: Vault,
    actor: Actor,
    sender: Sender,
    said: SubmitDischarge,
    plan: Discharge | None,
    now: datetime,
) -> Discharge:
    person = settle_person(session, vault, actor, said, plan, now)
    patient = find_registration(session, person)
    discharge = plan or Discharge(submission_key=said.submission_key, created_at=now, created_by=actor.user_id)
    _write(discharge, sender, said, person.id, now)
    discharge.stay_index = stay_index(vault, sender, said)
    discharge.county_code = _answering_county(session, patient, said.area_code, sender)
    discharge.patient_id = patient.id if patient else None
    discharge.registered_code = patient.area_code if patient else None
    discharge.submitted_by = actor.user_id
    seal_record(vault, discharge, said)
    is_loop = said.discharge_type not in NO_LOOP
    if is_loop:
        discharge.state = DischargeState.OPENED
    else:
        discharge.state, discharge.close_reason = DischargeState.CLOSED, CloseReason.NO_LOOP
        discharge.closed_at = now
    session.add(discharge)
    session.flush()
    write_event(session, discharge, None, EventKind.OPENED, now, now, actor=actor, unit=sender.name)
    late = discharge.late_by.value if discharge.late_by else None
    note_discharge(session, actor, "discharges.submitted", discharge, now, source=said.source.value, late_by=late)
    _follow(session, vault, actor, discharge, patient, said, now, is_loop=is_loop)
    return discharge


def _write(discharge: Discharge, sender: Sender, said: SubmitDischarge, person_id: int, now: datetime) -> None:
    discharge.hospital_id, discharge.hospital_name = sender.hospital_id, sender.name
    discharge.hospital_key, discharge.hospital_number = sender.key, said.hospital_number
    discharge.is_on_behalf, discharge.received_at = sender.is_on_behalf, said.received_at
    discharge.source, discharge.person_id = said.source, person_id
    discharge.area_code, discharge.place = said.area_code, said.place
    discharge.admitted_on, discharge.discharged_at, discharge.submitted_at = said.admitted_on, said.discharged_at, now
    discharge.late_by = late_by(said.discharged_at, now, said.received_at)
    discharge.has_guardian = bool(said.contact_name)
    for name in (
        "discharge_type", "discharge_to", "risk_level", "behaviours", "is_law_30", "is_guardian_present",
        "is_guardian_phone_checked", "is_refused", "help_needed",
    ):  # fmt: skip
        setattr(discharge, name, getattr(said, name))


def _answering_county(session: Session, patient: Patient | None, area_code: str, sender: Sender) -> str:
    """Where the person is registered; else where they go to live, if that county is on line; else the hospital's."""
    if patient is not None:
        return county_of(patient.area_code)
    return county_of(area_code) if has_office(session, area_code) else sender.county_code


def _follow(
    session: Session,
    vault: Vault,
    actor: Actor,
    discharge: Discharge,
    patient: Patient | None,
    said: SubmitDischarge,
    now: datetime,
    *,
    is_loop: bool,
) -> None:
    if not is_loop:
        if patient is not None:
            ask_to_verify(session, discharge, patient, now)
        return
    was_lost = patient is not None and end_stay(session, actor, discharge, patient, now)
    if patient is None:
        register_stranger(session, vault, discharge, said, now)
    dispatch(session, actor, discharge, patient, now, was_lost=was_lost)
