"""Who knew what when (回执): the events of a loop or of one form, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.batches import slices
from app.discharges.models import Discharge, HandoverEscalation, HandoverEvent, HandoverForm
from app.discharges.queries.inbox import home_of, shows_person
from app.discharges.queries.reach import is_own_form
from app.discharges.rules.states import EventKind, FormKind
from app.discharges.sealing import EVENT_TEXT
from app.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line. `text` is None for who may not read it; `has_text` says that there is one."""

    public_id: str
    form: FormKind | None
    form_id: str | None
    round: int
    kind: EventKind
    at: datetime
    recorded_at: datetime
    recorder: str
    unit: str
    who: str
    post: str
    is_on_behalf: bool
    paper: str
    paper_on: date | None
    text: str | None
    has_text: bool
    corrects: str | None
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Escalated:
    form: FormKind
    hours: int
    due_at: datetime
    at: datetime
    named: str


def list_receipts(
    session: Session, actor: Actor, vault: Vault, discharge: Discharge, form: HandoverForm | None = None
) -> list[Receipt]:
    """All lines of a loop, or those of one form; its own words are read by the unit that wrote them and by clinicians."""
    query = (
        select(HandoverEvent, HandoverForm.kind, HandoverForm.public_id, HandoverForm.round)
        .outerjoin(HandoverForm, HandoverForm.id == HandoverEvent.form_id)
        .where(HandoverEvent.discharge_id == discharge.id)
        .order_by(HandoverEvent.at, HandoverEvent.id)
    )
    if form is not None:
        query = query.where(HandoverEvent.form_id == form.id)
    rows = session.execute(query).all()
    is_shown = form is None or shows_person(actor, form, home_of(session, discharge))
    people = _names(session, {event.recorded_by for event, *_rest in rows})
    public = {event.id: event.public_id for event, *_rest in rows}
    return [
        _line(
            actor,
            event,
            kind,
            form_id,
            number or 0,
            vault.open(discharge.person_id, EVENT_TEXT, event.text_sealed)
            if is_shown and _reads(actor, event, kind, form)
            else None,
            people.get(event.recorded_by or 0, ""),
            public.get(event.corrects_id or 0),
        )
        for event, kind, form_id, number in rows
    ]


def list_escalations(session: Session, discharge: Discharge) -> list[Escalated]:
    rows = session.execute(
        select(HandoverForm.kind, HandoverEscalation)
        .join(HandoverForm, HandoverForm.id == HandoverEscalation.form_id)
        .where(HandoverForm.discharge_id == discharge.id)
        .order_by(HandoverEscalation.due_at, HandoverEscalation.id)
    )
    return [Escalated(kind, step.hours, step.due_at, step.at, step.named) for kind, step in rows]


def _line(
    actor: Actor,
    event: HandoverEvent,
    kind: FormKind | None,
    form_id: str | None,
    number: int,
    text: str | None,
    recorder: str,
    corrects: str | None,
) -> Receipt:
    # where somebody was treated is not everybody's to read
    is_hidden = event.kind is EventKind.OPENED and sees(actor, Field.CARE_SPANS) is not Grant.FULL
    return Receipt(
        event.public_id,
        kind,
        form_id,
        number,
        event.kind,
        event.at,
        event.recorded_at,
        recorder,
        "" if is_hidden else event.unit,
        "" if is_hidden else event.who,
        event.post,
        event.is_on_behalf,
        event.paper,
        event.paper_on,
        text,
        event.text_sealed is not None,
        corrects,
        event.recorded_by == actor.user_id and event.recorded_by is not None,
    )


def _reads(actor: Actor, event: HandoverEvent, kind: FormKind | None, form: HandoverForm | None) -> bool:
    if kind is FormKind.GUARDIAN and event.kind is EventKind.RECEIVED:  # who signed: a guardian's name
        return sees(actor, Field.GUARDIAN_NAME) in (Grant.FULL, Grant.OWN_HOSPITAL)
    if sees(actor, Field.FREE_TEXT) is Grant.FULL:
        return True
    is_mine = event.recorded_by is not None and event.recorded_by == actor.user_id
    if form is None:
        return is_mine
    # an office that only enters a unit's paper looks at its form too: the unit's words are not for it
    return is_mine or is_own_form(actor, form)


def _names(session: Session, ids: set[int | None]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in slices({one for one in ids if one}):
        found.update(dict(session.execute(select(User.id, User.display_name).where(User.id.in_(part))).all()))
    return found
