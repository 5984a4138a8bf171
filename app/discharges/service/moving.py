"""How a form and its loop go on, end, or are handed to another place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import county_of
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.states import (
    OPEN_FORMS,
    CloseReason,
    DischargeState,
    EventKind,
    FormKind,
    FormState,
    state_of,
)
from app.discharges.service.addressing import find_unit, issue_form
from app.discharges.service.noting import note_discharge, write_event

# what a new place takes over; the guardian keeps the notice
_TAKEN_OVER = (FormKind.HEALTH_CENTRE, FormKind.POLICE, FormKind.TOWN, FormKind.VILLAGE)


def forms_of(session: Session, discharge: Discharge) -> Sequence[HandoverForm]:
    rows = select(HandoverForm).where(HandoverForm.discharge_id == discharge.id).order_by(HandoverForm.id)
    return session.scalars(rows).all()


def close_form(session: Session, discharge: Discharge, form: HandoverForm, at: datetime, now: datetime) -> None:
    form.state, form.closed_at = FormState.CLOSED, now
    session.flush()
    write_event(session, discharge, form, EventKind.CLOSED, at, now, unit=form.addressee)


def settle_loop(session: Session, discharge: Discharge, now: datetime) -> None:
    """The loop's state follows its forms; the last one closes it."""
    state = state_of([form.state for form in forms_of(session, discharge)])
    if state is DischargeState.CLOSED:
        end_loop(session, discharge, CloseReason.DONE, now)
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


def hand_on(session: Session, discharge: Discharge, area_code: str, now: datetime) -> None:
    """The person lives elsewhere now: units that no longer answer are released, the new place's are told (domain 6)."""
    latest: dict[FormKind, HandoverForm] = {form.kind: form for form in forms_of(session, discharge)}
    discharge.area_code, discharge.registered_code = area_code, area_code
    discharge.county_code = county_of(area_code)
    session.flush()
    for kind in _TAKEN_OVER:
        old = latest.get(kind)
        unit = find_unit(session, discharge, kind, area_code)
        if old is None or (unit is not None and unit.id == old.agency_id):
            continue
        stop_forms(session, discharge, [old], CloseReason.MOVED, now)
        issue_form(
            session,
            discharge,
            kind,
            area_code,
            now,
            round_number=old.round + 1,
            basis=old.legal_basis,
            is_information=old.is_information,
        )
    write_event(session, discharge, None, EventKind.REISSUED, now, now)
    note_discharge(session, None, "discharges.reissued", discharge, now)
    settle_loop(session, discharge, now)
