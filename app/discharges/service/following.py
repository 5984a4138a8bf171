"""The register's facts move the loops: a first visit closes its form, a death or a new stay ends the loop, a move hands it on."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import SHANGHAI, business_day
from app.discharges.models import Discharge, HandoverForm
from app.discharges.queries.facts import Facts, facts_of, find_registrations, live_loops
from app.discharges.rules.states import LIVE, OPEN_FORMS, CloseReason, EventKind, FormKind
from app.discharges.service.moving import close_form, end_loop, forms_of, hand_on, settle_loop
from app.discharges.service.noting import note_discharge, write_event
from app.discharges.service.staying import end_stay
from app.documents.models import Document
from app.documents.rules import DocumentSubject
from app.patients.models import Patient

BATCH = 200


def follow_loops(session: Session, now: datetime) -> int:
    """Look at every loop that runs and move those for which something has happened; how many were moved. Safe to repeat."""
    moved, after = 0, 0
    while loops := live_loops(session, after, BATCH):
        after = loops[-1].id
        moved += _link(session, [one for one in loops if one.patient_id is None], now)
        facts = facts_of(session, loops)
        moved += sum(_follow(session, one, facts[one.id], now) for one in loops)
    return moved


def _link(session: Session, loops: list[Discharge], now: datetime) -> int:
    """Strangers who have come into the register meanwhile, by person or by the clue that was opened for them."""
    found = find_registrations(session, loops) if loops else {}
    linked = 0
    for one in loops:
        patient = session.get(Patient, found[one.id]) if one.id in found else None
        if patient is None or patient.care_setting is None:
            continue  # still in doubt: nothing is owed before the psychiatrist's word
        loop = _lock(session, one)
        if loop is None or loop.patient_id is not None:
            continue
        loop.patient_id, loop.registered_code = patient.id, patient.area_code
        session.flush()
        _file_slips(session, loop, patient)
        write_event(session, loop, None, EventKind.REGISTERED, now, now)
        note_discharge(session, None, "discharges.linked", loop, now)
        end_stay(session, Actor.operator(), loop, patient, now)
        linked += 1
    return linked


def _file_slips(session: Session, loop: Discharge, patient: Patient) -> None:
    """Stamped papers that were kept with the forms before the registration stand under it from now on."""
    forms = select(HandoverForm.public_id).where(HandoverForm.discharge_id == loop.id)
    kept = update(Document).where(
        Document.subject_kind == DocumentSubject.HANDOVER_FORM,
        Document.subject_id.in_(forms),
        Document.patient_id.is_(None),
    )
    session.execute(kept.values(patient_id=patient.id), execution_options={"synchronize_session": False})


def _follow(session: Session, seen: Discharge, facts: Facts, now: datetime) -> int:
    """One loop; 1 when it was moved."""
    if facts.patient_id is None:
        return 0
    ends = _end(facts)
    has_moved = seen.registered_code is not None and facts.area_code not in (None, seen.registered_code)
    if ends is None and not has_moved and facts.visited_on is None:
        return 0
    loop = _lock(session, seen)
    if loop is None:
        return 0
    if ends is not None:
        end_loop(session, loop, ends, now)
        return 1
    moved = _move(session, loop, facts, now) if has_moved else 0
    return max(moved, _visited(session, loop, facts, now))


def _end(facts: Facts) -> CloseReason | None:
    if facts.died_on is not None:
        return CloseReason.DIED
    if facts.readmitted_on is not None:
        return CloseReason.READMITTED
    return CloseReason.MOVED if facts.has_left else None


def _move(session: Session, loop: Discharge, facts: Facts, now: datetime) -> int:
    area_code = facts.area_code or loop.area_code
    if area_code == loop.area_code:  # the register has only caught up with where the hospital had sent the forms
        loop.registered_code = area_code
        session.flush()
        return 0
    hand_on(session, loop, area_code, now)
    return 1


def _visited(session: Session, loop: Discharge, facts: Facts, now: datetime) -> int:
    if facts.visited_on is None:
        return 0
    for form in forms_of(session, loop):
        if form.kind is FormKind.HEALTH_CENTRE and form.state in OPEN_FORMS and _counts(form, facts.last_visit_on):
            at = _noon(facts.visited_on if form.round == 1 else facts.last_visit_on or facts.visited_on)
            form.acted_at, form.contacts_noted = at, form.contacts_noted + 1
            write_event(session, loop, form, EventKind.VISIT, at, now, unit=form.addressee)
            close_form(session, loop, form, now, now)
            settle_loop(session, loop, now)
            return 1
    return 0


def _counts(form: HandoverForm, last_visit_on: date | None) -> bool:
    """A health centre that took over later makes a visit of its own; one that was only asked to offer consent owes none."""
    if form.is_information:
        return False
    return form.round == 1 or (last_visit_on is not None and last_visit_on >= business_day(form.dispatched_at))


def _lock(session: Session, seen: Discharge) -> Discharge | None:
    """The loop as it stands now, nobody else's until the end; None when it has ended meanwhile."""
    query = select(Discharge).where(Discharge.id == seen.id).with_for_update().execution_options(populate_existing=True)
    loop = session.scalars(query).one()
    return loop if loop.state in LIVE else None


def _noon(day: date) -> datetime:
    """A visit is known by its day."""
    return datetime.combine(day, time(12), SHANGHAI)
