"""Hand-over forms that a unit is late with, offered to the agendas of conferences (app/incidents)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.areas.queries import full_names
from app.core.access import Action, may
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.reasons import Label, reason
from app.core.scope import within
from app.discharges.labels import KINDS
from app.discharges.models import Discharge, HandoverForm
from app.discharges.queries.inbox import due_of
from app.discharges.queries.reach import ON_BEHALF, addressed_to, loops_of
from app.discharges.rules.states import FormState
from app.incidents.commands.conferences import AgendaItem
from app.incidents.queries.agenda import MOST_SUGGESTED, Suggested, offer
from app.incidents.rules.conferences import ItemSource
from app.patients.models import Patient
from app.people.models import Person


def late_forms(session: Session, actor: Actor, _today: date, now: datetime) -> Sequence[Suggested]:
    """Of the loops that the reader follows, or of the forms that lie with the reader's office; of registered people."""
    waits = and_(HandoverForm.state == FormState.DISPATCHED, HandoverForm.receive_due_at < now)
    slow = and_(
        HandoverForm.state.in_((FormState.RECEIVED, FormState.ACTING)), HandoverForm.act_due_at < now
    )  # fmt: skip
    rows = session.execute(
        select(HandoverForm, Patient.public_id, Person.name)
        .join(Discharge, Discharge.id == HandoverForm.discharge_id)
        .join(Patient, Patient.id == Discharge.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            or_(waits, slow),
            HandoverForm.guardianship_id.is_(None),
            within(Patient.area_code, actor),
            _reached(actor),
        )
        .order_by(HandoverForm.dispatched_at, HandoverForm.id)
        .limit(MOST_SUGGESTED)
    ).all()
    villages = full_names(session, {form.area_code for form, *_ in rows})
    return [_told(form, patient, name, villages[form.area_code]) for form, patient, name in rows]


def _reached(actor: Actor) -> ColumnElement[bool]:
    if may(actor, Action.SEE_LOOPS):
        return loops_of(actor)
    of_places = and_(HandoverForm.kind.in_(ON_BEHALF.get(actor.role, ())), within(HandoverForm.area_code, actor))
    return or_(addressed_to(actor), of_places)


def _told(form: HandoverForm, patient: str, name: str, village: str) -> Suggested:
    code = "incidents.agenda.form_waits" if form.state is FormState.DISPATCHED else "incidents.agenda.form_late"
    due_at = due_of(form) or form.receive_due_at
    because = reason(code, unit=form.addressee or village, form=Label(KINDS[form.kind]), on=business_day(due_at))
    return Suggested(AgendaItem(ItemSource.FORM, form.public_id, patient, (because,)), name, village)


offer(late_forms)
