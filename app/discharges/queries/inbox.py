"""Forms addressed to the actor's own unit: what waits, by when; closed ones without a name, where a role sees people only on open forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.areas.queries import full_names
from app.audit.queries import list_looked_at
from app.core.access import Field, Grant, sees
from app.core.actor import Actor, Role
from app.core.clock import SHANGHAI
from app.core.paging import PAGE_SIZE
from app.discharges.models import Discharge, HandoverForm
from app.discharges.queries.reach import addressed_to
from app.discharges.rules.clocks import next_contact_due_at
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import OPEN_FORMS, FormKind, FormState
from app.people.models import Person

CLOSED_DAYS = 30
MOST_POLICE = 10  # persons that an officer has before them in a day (roles.md)
LOOK = "handover_form"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """`name` is None where the role does not see it in a list; `due_at` is the receipt's, then the act's."""

    public_id: str
    number: str
    kind: FormKind
    state: FormState
    name: str | None
    village: str
    dispatched_at: datetime
    due_at: datetime | None
    is_late: bool
    is_information: bool
    contacts: tuple[int, int]
    closed_at: datetime | None


def list_inbox(session: Session, actor: Actor, now: datetime) -> list[InboxRow]:
    """What is open, the most urgent first."""
    due = case((HandoverForm.state == FormState.DISPATCHED, HandoverForm.receive_due_at), else_=HandoverForm.act_due_at)
    return _rows(session, actor, now, HandoverForm.state.in_(OPEN_FORMS), (due, HandoverForm.id))


def list_done(session: Session, actor: Actor, now: datetime) -> list[InboxRow]:
    """What was closed in the last days, as numbers; a closed form shows nobody any more."""
    since = now - timedelta(days=CLOSED_DAYS)
    done = (HandoverForm.state == FormState.CLOSED) & (HandoverForm.closed_at > since)
    return _rows(session, actor, now, done, (HandoverForm.closed_at.desc(), HandoverForm.id.desc()))


def count_inbox(session: Session, actor: Actor, now: datetime) -> tuple[int, int]:
    """How many forms are open at the actor's unit, and how many of them are late."""
    late = HandoverForm.state.in_((FormState.DISPATCHED,)) & (HandoverForm.receive_due_at < now)
    slow = HandoverForm.state.in_((FormState.RECEIVED, FormState.ACTING)) & (HandoverForm.act_due_at < now)
    row = session.execute(
        select(func.count(), func.count().filter(late | slow)).where(
            addressed_to(actor), HandoverForm.state.in_(OPEN_FORMS)
        )
    ).one()
    return row[0], row[1]


def may_look(session: Session, actor: Actor, form: HandoverForm, today: date) -> bool:
    """False for an officer who has had ten persons before them today and asks for an eleventh."""
    if actor.role is not Role.POLICE:
        return True
    start = datetime.combine(today, datetime.min.time(), SHANGHAI)
    looked_at = list_looked_at(session, actor, LOOK, start)
    return form.public_id in looked_at or len(looked_at) < MOST_POLICE


def shows_person(actor: Actor, form: HandoverForm) -> bool:
    """Whether the form's person stands on its page: always for who sees the register, else while it is open."""
    return sees(actor, Field.PATIENT_NAME) is Grant.FULL or form.state in OPEN_FORMS


def _rows(session: Session, actor: Actor, now: datetime, which: Any, order: Sequence[Any]) -> list[InboxRow]:
    found = session.execute(
        select(HandoverForm, Person.name)
        .join(Discharge, Discharge.id == HandoverForm.discharge_id)
        .join(Person, Person.id == Discharge.person_id)
        .where(addressed_to(actor), which)
        .order_by(*order)
        .limit(PAGE_SIZE)
    ).all()
    villages = full_names(session, {form.area_code for form, _name in found if form.area_code})
    return [_row(actor, form, name, villages[form.area_code], now) for form, name in found]


def _row(actor: Actor, form: HandoverForm, name: str, village: str, now: datetime) -> InboxRow:
    due_at = due_of(form)
    # the police have no list of people: who it is stands on the form
    is_named = actor.role is not Role.POLICE and shows_person(actor, form)
    return InboxRow(
        form.public_id,
        form_number(form.public_id),
        form.kind,
        form.state,
        name if is_named else None,
        village,
        form.dispatched_at,
        due_at,
        form.state in OPEN_FORMS and due_at is not None and due_at < now,
        form.is_information,
        (form.contacts_noted, form.contacts_needed),
        form.closed_at,
    )


def due_of(form: HandoverForm) -> datetime | None:
    """By when this unit is waited for: its receipt, its act, its next contact."""
    if form.state is FormState.DISPATCHED:
        return form.receive_due_at
    if form.state not in OPEN_FORMS:
        return None
    if form.kind is FormKind.VILLAGE:
        return next_contact_due_at(form.dispatched_at, form.contacts_noted)
    return form.act_due_at
