"""How a form and its loop go on, end, or are handed to another place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import county_of
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.states import (
    LIVE,
    OPEN_FORMS,
    CloseReason,
    DischargeState,
    EventKind,
    FormKind,
    FormState,
    state_of,
)
from app.discharges.service.addressing import find_unit, issue_form
from app.discharges.service.dispatching import Owed, whom_to_tell
from app.discharges.service.noting import note_discharge, write_event
from app.patients.models import Patient

# what a new place takes over; the guardian keeps the notice
_TAKEN_OVER = (FormKind.HEALTH_CENTRE, FormKind.POLICE, FormKind.TOWN, FormKind.VILLAGE, FormKind.TRANSFER)
_STANDING = (*OPEN_FORMS, FormState.CLOSED)


def forms_of(session: Session, discharge: Discharge) -> Sequence[HandoverForm]:
    rows = select(HandoverForm).where(HandoverForm.discharge_id == discharge.id).order_by(HandoverForm.id)
    return session.scalars(rows).all()


def close_form(session: Session, discharge: Discharge, form: HandoverForm, at: datetime, now: datetime) -> None:
    form.state, form.closed_at = FormState.CLOSED, now
    session.flush()
    write_event(session, discharge, form, EventKind.CLOSED, at, now, unit=form.addressee)


def reopen_form(session: Session, discharge: Discharge, form: HandoverForm, now: datetime) -> None:
    """The act that ended it was none: the unit is asked again, and the loop runs, also when it had ended by itself."""
    form.state = FormState.ACTING if form.contacts_noted else FormState.RECEIVED
    form.closed_at = None
    session.flush()
    write_event(session, discharge, form, EventKind.REOPENED, now, now, unit=form.addressee)
    if discharge.state is not DischargeState.CLOSED:
        settle_loop(session, discharge, now)
        return
    discharge.state = state_of([one.state for one in forms_of(session, discharge)])
    discharge.close_reason = discharge.closed_at = discharge.closed_by = None
    session.flush()
    write_event(session, discharge, None, EventKind.REOPENED, now, now)
    note_discharge(session, None, "discharges.reopened", discharge, now)


def may_reopen(discharge: Discharge, form: HandoverForm) -> bool:
    """A form that its own unit's act ended, while the loop runs or after all had acted; what a fact or a person ended has ended."""
    is_asked = discharge.state in LIVE or discharge.close_reason is CloseReason.DONE
    return is_asked and form.state is FormState.CLOSED


def settle_loop(session: Session, discharge: Discharge, now: datetime) -> None:
    """The loop's state follows its forms; the last one closes it."""
    state = state_of([form.state for form in forms_of(session, discharge)])
    if state is DischargeState.CLOSED:
        is_here = county_of(discharge.area_code) == discharge.county_code
        end_loop(session, discharge, CloseReason.DONE if is_here else CloseReason.MOVED, now)
    elif state is not discharge.state:
        discharge.state = state
        session.flush()


def stop_forms(
    session: Session, discharge: Discharge, forms: Collection[HandoverForm], why: CloseReason, now: datetime
) -> None:
    """Nothing more is asked of these units; what they have said stands."""
    for form in forms:
        if form.state in OPEN_FORMS:
            form.state, form.stopped_reason = FormState.STOPPED, why
            session.flush()
            write_event(session, discharge, form, EventKind.STOPPED, now, now, unit=form.addressee)


def end_loop(
    session: Session, discharge: Discharge, why: CloseReason, now: datetime, closed_by: int | None = None
) -> None:
    stop_forms(session, discharge, forms_of(session, discharge), why, now)
    discharge.state, discharge.close_reason = DischargeState.CLOSED, why
    discharge.closed_at, discharge.closed_by = now, closed_by
    session.flush()
    if closed_by is None:
        write_event(session, discharge, None, EventKind.CLOSED, now, now)
        note_discharge(session, None, "discharges.closed", discharge, now, reason=why.value)


def hand_on(
    session: Session, discharge: Discharge, patient: Patient, area_code: str, now: datetime, place: str = ""
) -> None:
    """The person lives elsewhere now: units that no longer answer are released, whoever is owed a form there gets one (domain 6).

    `place` in words: beyond this county, where the office that answered goes on answering until somebody there has taken over.
    """
    latest: dict[FormKind, HandoverForm] = {form.kind: form for form in forms_of(session, discharge)}
    discharge.area_code, discharge.registered_code, discharge.place = area_code, area_code, place
    if not place:
        discharge.county_code = county_of(area_code)
    session.flush()
    owed = whom_to_tell(session, discharge, patient)
    for kind in _TAKEN_OVER:
        _hand_on_form(session, discharge, latest.get(kind), kind, owed, now)
    write_event(session, discharge, None, EventKind.REISSUED, now, now)
    note_discharge(session, None, "discharges.reissued", discharge, now)
    settle_loop(session, discharge, now)


def _hand_on_form(
    session: Session, discharge: Discharge, old: HandoverForm | None, kind: FormKind, owed: Owed, now: datetime
) -> None:
    unit, is_owed = find_unit(session, discharge, kind, discharge.area_code), kind in owed.kinds
    if old is not None and is_owed and unit is not None and unit.id == old.agency_id and old.state in _STANDING:
        old.area_code = discharge.area_code  # the same unit, another village
        session.flush()
        return
    if old is not None:
        stop_forms(session, discharge, [old], CloseReason.MOVED, now)
    if is_owed:
        issue_form(
            session,
            discharge,
            kind,
            discharge.area_code,
            now,
            round_number=old.round + 1 if old else 1,
            basis=owed.basis,
            is_information=owed.is_refused and kind is FormKind.HEALTH_CENTRE,
        )
