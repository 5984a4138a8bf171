"""Crisis calls of the area: those that are still open first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, case, or_, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.queries import full_name, full_names
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within
from app.incidents.models import CrisisCall, Emergency, Incident
from app.incidents.queries.finding import find_one
from app.incidents.rules.crisis import CallOutcome, CallState, DangerNow
from app.patients.models import Clue
from app.people.models import Person
from app.people.vault import Vault

TEXTS = ("place", "told", "caller_phone", "family_told")


@dataclass(frozen=True, slots=True)
class CallRow:
    id: int
    public_id: str
    village: str
    called_at: datetime
    danger: DangerNow | None
    outcome: CallOutcome | None
    state: CallState
    taken_by: str


@dataclass(frozen=True, slots=True)
class CallSheet:
    call: CrisisCall
    person: Person
    village: str
    texts: Mapping[str, str | None] = field(repr=False)
    staff: Mapping[int, str] = field(default_factory=dict)
    incident: str | None = None
    emergency: str | None = None
    clue: str | None = None


def _reached(actor: Actor) -> ColumnElement[bool]:
    """Calls about the area, and those that the actor answered, wherever they were about."""
    return or_(within(CrisisCall.area_code, actor), CrisisCall.taken_by == actor.user_id)


def get_call(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> CrisisCall:
    """Elsewhere and non-existent alike raise `NotFound`."""
    require(actor, Action.TAKE_CALLS)
    return find_one(
        session,
        select(CrisisCall).where(CrisisCall.public_id == public_id, _reached(actor)),
        lock=lock,
    )


def list_calls(session: Session, actor: Actor, cursor: str | None, size: int = PAGE_SIZE) -> Page[CallRow]:
    require(actor, Action.TAKE_CALLS)
    rank = case((CrisisCall.state == CallState.OPEN, 0), else_=1)
    rows = (
        select(CrisisCall, User.display_name, rank)
        .outerjoin(User, User.id == CrisisCall.taken_by)
        .where(_reached(actor))
    )
    match decode_cursor(cursor, 2):
        case (int() as place, int() as last):
            rows = rows.where(tuple_(rank, -CrisisCall.id) > (place, -last))
    found = session.execute(rows.order_by(rank, CrisisCall.id.desc()).limit(size + 1)).all()
    villages = full_names(session, {one.area_code for one, *_ in found})
    lines = [
        CallRow(one.id, one.public_id, villages[one.area_code], one.called_at, one.danger, one.outcome, one.state, by or "")
        for one, by, _rank in found
    ]  # fmt: skip
    return page_of(lines, size, lambda row: (0 if row.state is CallState.OPEN else 1, row.id))


def open_call(session: Session, actor: Actor, vault: Vault, call: CrisisCall) -> CallSheet:
    """Everything that was written down, for whoever takes calls there."""
    require(actor, Action.TAKE_CALLS)
    ids = {call.taken_by, call.police_told_by, call.ambulance_told_by, call.family_told_by, call.closed_by} - {None}
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_(ids)))
    incident = session.get(Incident, call.incident_id) if call.incident_id else None
    emergency = session.get(Emergency, call.emergency_id) if call.emergency_id else None
    clue = session.get(Clue, call.clue_id) if call.clue_id else None
    return CallSheet(
        call=call,
        person=session.get_one(Person, call.person_id),
        village=full_name(session, call.area_code),
        texts={
            name: vault.open(call.person_id, f"crisis_calls.{name}", getattr(call, f"{name}_sealed")) for name in TEXTS
        },
        staff={row.id: row.display_name for row in rows},
        incident=incident.public_id if incident else None,
        emergency=emergency.public_id if emergency else None,
        clue=clue.public_id if clue else None,
    )
