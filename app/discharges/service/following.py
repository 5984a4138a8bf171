"""The register's facts move the loops: a first visit closes its form, a death or a new stay ends the loop, a move hands it on."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import SHANGHAI, business_day
from app.discharges.models import Discharge, HandoverForm
from app.discharges.queries.facts import Facts, Place, facts_of, find_registrations, is_for_family, live_loops
from app.discharges.queries.twice import handed_over_twice
from app.discharges.rules.states import LIVE, OPEN_FORMS, CloseReason, EventKind, FormKind
from app.discharges.service.addressing import Guards, issue_form
from app.discharges.service.moving import close_form, end_loop, forms_of, hand_on, settle_loop, stop_forms
from app.discharges.service.noting import note_discharge, write_event
from app.discharges.service.parting import Part, all_parts, apart
from app.discharges.service.staying import end_stay
from app.discharges.service.telling import tell_of_form
from app.documents.models import Document
from app.documents.rules import DocumentSubject
from app.patients.models import Patient

BATCH = 200


def follow_loops(session: Session, now: datetime) -> int:
    """Look at every loop that runs and move those for which something has happened; how many were moved. Safe to repeat."""
    return all_parts(lambda after: follow_part(session, after, now))


def follow_part(session: Session, after: int, now: datetime) -> Part:
    """The next loops behind `after`."""
    loops = live_loops(session, after, BATCH)
    if not loops:
        return Part(0, None)
    strangers = [one for one in loops if one.patient_id is None]
    found = find_registrations(session, strangers) if strangers else {}
    moved = sum(apart(session, one, now, partial(_link, session, one, found.get(one.id), now)) for one in strangers)
    facts = facts_of(session, loops)
    twice = handed_over_twice(session, loops)
    for one in loops:
        act = (
            partial(_end_double, session, one, now)
            if one.id in twice
            else partial(_follow, session, one, facts[one.id], now)
        )
        moved += apart(session, one, now, act)
    return Part(moved, loops[-1].id)


def _link(session: Session, seen: Discharge, patient_id: int | None, now: datetime) -> int:
    """A stranger who has come into the register meanwhile, by person or by the clue that was opened for them."""
    patient = session.get(Patient, patient_id) if patient_id else None
    if patient is None or patient.care_setting is None:
        return 0  # still in doubt: nothing is owed before the psychiatrist's word
    loop = _lock(session, seen)
    if loop is None or loop.patient_id is not None:
        return 0
    loop.patient_id, loop.registered_code = patient.id, patient.area_code
    session.flush()
    _file_slips(session, loop, patient)
    write_event(session, loop, None, EventKind.REGISTERED, now, now)
    note_discharge(session, None, "discharges.linked", loop, now)
    end_stay(session, Actor.operator(), loop, patient, now)
    return 1


def _file_slips(session: Session, loop: Discharge, patient: Patient) -> None:
    """Stamped papers that were kept with the forms before the registration stand under it from now on."""
    forms = select(HandoverForm.public_id).where(HandoverForm.discharge_id == loop.id)
    kept = update(Document).where(
        Document.subject_kind == DocumentSubject.HANDOVER_FORM,
        Document.subject_id.in_(forms),
        Document.patient_id.is_(None),
    )
    session.execute(kept.values(patient_id=patient.id), execution_options={"synchronize_session": False})


def _end_double(session: Session, seen: Discharge, now: datetime) -> int:
    """One stay is handed over once: the earlier loop goes on."""
    loop = _lock(session, seen)
    if loop is None:
        return 0
    end_loop(session, loop, CloseReason.DOUBLE, now)
    return 1


def _follow(session: Session, seen: Discharge, facts: Facts, now: datetime) -> int:
    """One loop; 1 when it was moved."""
    if facts.patient_id is None:
        return 0
    ends, home = _end(facts), _new_home(seen, facts)
    if ends is None and home is None and facts.visited_on is None and facts.guardian is None:
        return 0
    loop = _lock(session, seen)
    if loop is None:
        return 0
    if ends is not None:
        end_loop(session, loop, ends, now)
        return 1
    patient = session.get_one(Patient, facts.patient_id)
    moved = _move(session, loop, patient, home, now) if home else 0
    return max(moved, _turn_to_guardian(session, loop, facts, now), _visited(session, loop, facts, now))


def _end(facts: Facts) -> CloseReason | None:
    if facts.died_on is not None:
        return CloseReason.DIED
    if facts.readmitted_on is not None:
        return CloseReason.READMITTED
    return CloseReason.MOVED if facts.has_left and facts.left_for is None else None


def _new_home(seen: Discharge, facts: Facts) -> Place | None:
    """Where the register has the person since the forms went out last; None while it is the same place."""
    home = facts.left_for if facts.has_left else Place(facts.area_code or "", "")
    if home is None or not home.area_code or seen.registered_code in (None, home.area_code):
        return None
    return home


def _move(session: Session, loop: Discharge, patient: Patient, home: Place, now: datetime) -> int:
    if home.area_code == loop.area_code:  # the register has only caught up with where the hospital had sent the forms
        loop.registered_code = home.area_code
        session.flush()
        return 0
    hand_on(session, loop, patient, home.area_code, now, home.words)
    return 1


def _turn_to_guardian(session: Session, loop: Discharge, facts: Facts, now: datetime) -> int:
    """Another first guardian while nobody has confirmed the notice, or one where there was none: it is theirs now, and they are told."""
    if facts.guardian is None:
        return 0
    form = next(one for one in reversed(forms_of(session, loop)) if one.kind is FormKind.GUARDIAN)
    if not is_for_family(form):
        _issue_to_family(session, loop, form, facts, now)
        return 1
    if form.state not in OPEN_FORMS:
        return 0
    form.guardianship_id, form.second_guardianship_id = facts.guardian, facts.second_guardian
    session.flush()
    write_event(session, loop, form, EventKind.DISPATCHED, now, now, unit="")
    tell_of_form(session, loop, form, now)
    return 1


def _issue_to_family(session: Session, loop: Discharge, committee: HandoverForm, facts: Facts, now: datetime) -> None:
    """The committee stood in; what it has received stands, and medicines and warning signs go to whoever lives with the person."""
    stop_forms(session, loop, [committee], CloseReason.HANDLED, now)
    loop.has_guardian = True
    guards, number = Guards(facts.guardian, facts.second_guardian), committee.round + 1
    issue_form(session, loop, FormKind.GUARDIAN, loop.area_code, now, round_number=number, guards=guards)
    settle_loop(session, loop, now)


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
