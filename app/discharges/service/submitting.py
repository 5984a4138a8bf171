"""The hospital sends the discharge record: the stay ends, the loop opens, everybody is told at once (domain 6).

The answer is the same whether or not the person was registered: what the register says decides who is told and stays in the house.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.areas.queries import place_of
from app.areas.rules import AreaLevel, county_of, is_area_code, level_of
from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.clock import business_day
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from app.core.names import normalise_name
from app.core.reasons import reason
from app.discharges.commands import SubmitDischarge
from app.discharges.models import Discharge
from app.discharges.rules.checks import Errors, check_medicines, check_record
from app.discharges.rules.clocks import late_by
from app.discharges.rules.states import NO_LOOP, CloseReason, DischargeState, EventKind, Source
from app.discharges.sealing import seal_record
from app.discharges.service.addressing import has_office, is_known_place
from app.discharges.service.dispatching import dispatch
from app.discharges.service.noting import note_discharge, write_event
from app.discharges.service.registering import find_registration, register_stranger, settle_person
from app.discharges.service.staying import ask_to_verify, end_stay
from app.patients.models import Patient
from app.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Submitted:
    """The record that stands. `is_new` False: it was here already, by key or by the hospital's number."""

    discharge: Discharge
    is_new: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose numbers count: `key` is unique per hospital."""

    hospital_id: int | None
    name: str
    key: str
    county_code: str
    is_on_behalf: bool


def submit_discharge(session: Session, vault: Vault, actor: Actor, said: SubmitDischarge, now: datetime) -> Submitted:
    """Store the record and open its loop; one that arrives again, or twice at once, is the one that stands.

    Raises `Invalid` by the command's field names, `NotFound` for a plan that is not this hospital's, `StaleVersion` when the plan was
    changed meanwhile, `Conflict` when it was withdrawn.
    """
    require(actor, Action.SUBMIT_DISCHARGE)
    sender = sender_of(session, actor, said.hospital_name)
    standing = _find_sent(session, sender, said)
    if standing is not None:
        return Submitted(standing, is_new=False)
    plan = lock_plan(session, actor, said.planned) if said.planned else None
    if plan is not None and plan.submitted_at is not None:
        return Submitted(plan, is_new=False)
    said = replace(said, name=normalise_name(said.name), id_number=said.id_number.strip().upper())
    _refuse(session, said, sender, plan, now)
    try:
        with session.begin_nested():
            return Submitted(_store(session, vault, actor, sender, said, plan, now), is_new=True)
    except IntegrityError:
        standing = _find_sent(session, sender, said)
        if standing is None:
            raise
        return Submitted(standing, is_new=False)


def sender_of(session: Session, actor: Actor, hospital_name: str) -> Sender:
    """The actor's own hospital; for an office, the hospital that it names, by its account or by its name."""
    if actor.role is Role.HOSPITAL:
        own = session.get(Agency, actor.agency_id) if actor.agency_id else None
        if own is None or own.kind is not AgencyKind.HOSPITAL:
            raise Forbidden(reason("discharges.no_hospital"))
        return Sender(own.id, own.name, f"agency:{own.id}", county_of(own.area_code), is_on_behalf=False)
    name, county = hospital_name.strip(), county_of(place_of(actor))
    if not name:
        raise Invalid({"hospital_name": [reason("discharges.needed")]})
    known = session.scalars(
        select(Agency).where(Agency.kind == AgencyKind.HOSPITAL, Agency.name == name).order_by(Agency.id).limit(1)
    ).first()
    if known is not None:
        return Sender(known.id, known.name, f"agency:{known.id}", county, is_on_behalf=True)
    return Sender(None, name, f"name:{county}:{name}"[:130], county, is_on_behalf=True)


def lock_plan(session: Session, actor: Actor, public_id: str) -> Discharge:
    """A plan, or what became of it, of the actor's own hospital or office; raises `NotFound`."""
    query = select(Discharge).where(Discharge.public_id == public_id)
    if actor.role is Role.HOSPITAL:
        query = query.where(Discharge.hospital_id == actor.agency_id)
    else:
        query = query.where(Discharge.is_on_behalf, Discharge.county_code == county_of(place_of(actor)))
    plan = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if plan is None:
        raise NotFound()
    return plan


# -- what is refused ---------------------------------------------------------------------------------------------------


def _find_sent(session: Session, sender: Sender, said: SubmitDischarge) -> Discharge | None:
    """By the hospital's number, or by the form's own key."""
    own = select(Discharge).where(Discharge.hospital_key == sender.key, Discharge.submitted_at.is_not(None))
    by_number = session.scalars(own.where(Discharge.hospital_number == said.hospital_number)).one_or_none()
    if by_number is not None:
        return by_number
    return session.scalars(own.where(Discharge.submission_key == said.submission_key)).one_or_none()


def _refuse(session: Session, said: SubmitDischarge, sender: Sender, plan: Discharge | None, now: datetime) -> None:
    if plan is not None and plan.state is not DischargeState.PLANNED:
        raise Conflict(reason("discharges.plan_withdrawn"))
    if plan is not None and said.version is not None and said.version != plan.version:
        raise StaleVersion()
    errors = check_record(said, now)
    errors |= check_medicines("medicines", said.medicines)
    errors |= check_medicines("medicines_in_hospital", said.medicines_in_hospital)
    errors |= _identity_errors(said, now)
    errors |= _place_errors(session, said)
    if sender.is_on_behalf:
        errors |= _paper_errors(said, now)
    elif said.received_at is not None or said.source is Source.PAPER:
        errors["received_at"] = [reason("discharges.own_record")]
    if errors:
        raise Invalid(errors)


def _identity_errors(said: SubmitDischarge, now: datetime) -> Errors:
    try:
        said.person.checked(business_day(now))
    except Invalid as wrong:
        return {name: list(reasons) for name, reasons in wrong.errors.items()}
    return {} if said.born_on or said.id_number else {"born_on": [reason("discharges.needed")]}


def _place_errors(session: Session, said: SubmitDischarge) -> Errors:
    """A village where the tree has it; else any place whose county is not in the tree, in words."""
    if not is_area_code(said.area_code):
        return {"area_code": [reason("discharges.area_code")]}
    if is_known_place(session, said.area_code):
        is_fine = level_of(said.area_code) in (AreaLevel.TOWN, AreaLevel.VILLAGE) or not has_office(
            session, said.area_code
        )
        return {} if is_fine else {"area_code": [reason("discharges.to_the_village")]}
    if is_known_place(session, county_of(said.area_code)):
        return {"area_code": [reason("discharges.area_code")]}
    return {} if said.place else {"place": [reason("discharges.place_in_words")]}


def _paper_errors(said: SubmitDischarge, now: datetime) -> Errors:
    if said.received_at is None:
        return {"received_at": [reason("discharges.needed")]}
    if said.received_at > now:
        return {"received_at": [reason("discharges.in_future")]}
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
