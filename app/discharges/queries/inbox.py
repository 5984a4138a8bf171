"""Forms addressed to the actor's own unit: what waits, by when; closed ones without a name, where a role sees people only on open forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.areas.queries import full_names
from app.areas.rules import is_within
from app.audit.queries import may_look as may_look_at
from app.core.access import Field, Grant, sees
from app.core.actor import Actor, Role
from app.core.db import UtcDateTime
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.discharges.models import Discharge, HandoverForm
from app.discharges.queries.reach import addressed_to
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import OPEN_FORMS, FormKind, FormState
from app.patients.models import Patient
from app.patients.queries.merges import merges
from app.people.models import Person

CLOSED_DAYS = 30
NO_DAY = datetime(9999, 12, 31, tzinfo=UTC)
LOOK = "handover_form"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """`name` is None where the role does not see it in a list; `due_at` is the receipt's, then the act's."""

    id: int
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


def list_inbox(
    session: Session, actor: Actor, now: datetime, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[InboxRow]:
    """What is open, the most urgent first; what has no day comes last."""
    act_due = func.coalesce(HandoverForm.act_due_at, type_coerce(NO_DAY, UtcDateTime))
    due = case((HandoverForm.state == FormState.DISPATCHED, HandoverForm.receive_due_at), else_=act_due)
    which: ColumnElement[bool] = HandoverForm.state.in_(OPEN_FORMS)
    after = decode_cursor(cursor, 2)
    if after and isinstance(after[0], str) and type(after[1]) is int and (moment := _moment(after[0])):
        since = type_coerce(moment, UtcDateTime)
        which = and_(which, or_(due > since, and_(due == since, HandoverForm.id > after[1])))
    rows = _rows(session, actor, now, which, (due, HandoverForm.id), size + 1)
    return page_of(rows, size, lambda row: ((row.due_at or NO_DAY).astimezone(UTC).isoformat(), row.id))


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.utcoffset() == timedelta(0) else None


def list_done(session: Session, actor: Actor, now: datetime) -> list[InboxRow]:
    """What was closed in the last days, as numbers; a closed form shows nobody any more."""
    since = now - timedelta(days=CLOSED_DAYS)
    done = (HandoverForm.state == FormState.CLOSED) & (HandoverForm.closed_at > since)
    return _rows(session, actor, now, done, (HandoverForm.closed_at.desc(), HandoverForm.id.desc()), PAGE_SIZE)


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
    return may_look_at(session, actor, (LOOK, form.public_id), today)


def shows_person(actor: Actor, form: HandoverForm, home: str) -> bool:
    """Whether the form's person stands on its page: while it is open; when it was done, for who sees the register where the person
    lives now (`home`). A form that was stopped is somebody else's business."""
    if form.state in OPEN_FORMS:
        return True
    is_near = sees(actor, Field.PATIENT_NAME) is Grant.FULL and is_within(home, actor.area_prefix)
    return form.state is FormState.CLOSED and is_near


def home_of(session: Session, loop: Discharge) -> str:
    """Where the register has the person now; of somebody unregistered, where the hospital has sent them."""
    if loop.patient_id is None:
        return loop.area_code
    standing = merges(session).end_of(loop.patient_id)
    return session.scalars(select(Patient.area_code).where(Patient.id == standing)).one()


def _rows(session: Session, actor: Actor, now: datetime, which: Any, order: Sequence[Any], most: int) -> list[InboxRow]:
    found = session.execute(
        select(HandoverForm, Person.name, func.coalesce(Patient.area_code, Discharge.area_code))
        .join(Discharge, Discharge.id == HandoverForm.discharge_id)
        .join(Person, Person.id == Discharge.person_id)
        .outerjoin(Patient, Patient.id == Discharge.patient_id)
        .where(addressed_to(actor), which)
        .order_by(*order)
        .limit(most)
    ).all()
    villages = full_names(session, {form.area_code for form, *_rest in found if form.area_code})
    return [_row(actor, form, name, home, villages[form.area_code], now) for form, name, home in found]


def _row(actor: Actor, form: HandoverForm, name: str, home: str, village: str, now: datetime) -> InboxRow:
    due_at = due_of(form)
    # the police have no list of people: who it is stands on the form
    is_named = actor.role is not Role.POLICE and shows_person(actor, form, home)
    return InboxRow(
        form.id,
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
    return form.act_due_at if form.state in OPEN_FORMS else None
