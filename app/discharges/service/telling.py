"""Messages about forms: that one waits, that nobody answered. A number and a day, never a name (reliability 4.2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.queries import responsible_agency
from app.core.clock import business_day
from app.core.phones import check_phone
from app.discharges.models import Discharge, HandoverEscalation, HandoverForm
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import FormState
from app.messages.commands import Owed, Relation
from app.messages.queries.relevance import register
from app.messages.rules.kinds import MessageKind
from app.messages.service import owe
from app.patients.models import Patient
from app.patients.queries.merges import merges

FORM = "handover_form"
_EXPIRES_AFTER = timedelta(hours=72)


def tell_of_form(session: Session, discharge: Discharge, form: HandoverForm, now: datetime) -> None:
    """The guardian is asked to call the health centre; a unit hears that a form waits. Nobody else is texted."""
    if form.guardianship_id is not None:
        _tell_guardians(session, discharge, form, now)
    elif form.agency_id is not None:
        parameters = {"count": 1, "day": business_day(form.receive_due_at), "code": form_number(form.public_id)}
        to = Relation.agency(form.agency_id)
        _owe(session, MessageKind.FORM_WAITING, "waiting", to, form, parameters, now)


def tell_of_silence(session: Session, form: HandoverForm, step: HandoverEscalation, now: datetime) -> None:
    """Whoever is named at a step."""
    if step.user_id is None:
        return
    parameters = {"count": 1, "day": business_day(form.receive_due_at), "code": form_number(form.public_id)}
    to = Relation.user(step.user_id)
    _owe(session, MessageKind.FORM_ESCALATED, f"escalated-{step.hours}", to, form, parameters, now)


def _tell_guardians(session: Session, discharge: Discharge, form: HandoverForm, now: datetime) -> None:
    standing = merges(session).end_of(discharge.patient_id) if discharge.patient_id else None
    patient = session.get(Patient, standing) if standing else None
    if patient is None:
        return
    agency = responsible_agency(session, form.area_code)
    parameters: dict[str, Any] = {"day": business_day(form.receive_due_at)}
    if agency is not None and agency.phone and check_phone(agency.phone).valid:
        parameters["phone"] = agency.phone
    relations = {"first": Relation.first_guardian()}
    if form.second_guardianship_id is not None:
        relations["second"] = Relation.second_guardian()
    # of each guardian once: whoever follows another is told as well
    whose = {"first": form.guardianship_id, "second": form.second_guardianship_id}
    for rank, to in relations.items():
        _owe(session, MessageKind.GUARDIAN_NOTICE, f"{rank}-{whose[rank]}", to, form, parameters, now, patient)


def _owe(
    session: Session,
    kind: MessageKind,
    what: str,
    to: Relation,
    form: HandoverForm,
    parameters: dict[str, Any],
    now: datetime,
    patient: Patient | None = None,
) -> None:
    owe(
        session,
        Owed(
            kind=kind,
            dedupe_key=f"{FORM}:{form.id}:{what}",
            recipient=to,
            subject=(FORM, form.id),
            expires_at=now + _EXPIRES_AFTER,
            parameters=parameters,
            patient=patient,
            # what a family is told is its own county's to say and to see, wherever the person goes
            area_code=patient.area_code if patient else form.area_code,
        ),
        now,
    )


def still_waiting(session: Session, ids: Collection[int], _today: date) -> set[int]:
    """Forms that nobody has received yet: of others there is nothing to say any more."""
    waiting = select(HandoverForm.id).where(HandoverForm.id.in_(ids), HandoverForm.state == FormState.DISPATCHED)
    return set(session.scalars(waiting))


register(FORM, still_waiting)
