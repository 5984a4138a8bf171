"""Every loop of the county with each form and its clock, whom it waits for, and the four indicators (domain 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.areas.queries import full_names
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within_prefix
from app.discharges.models import Discharge, HandoverEscalation, HandoverForm
from app.discharges.queries.inbox import due_of
from app.discharges.queries.reach import loops_of
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import (
    LIVE,
    OPEN_FORMS,
    CloseReason,
    DischargeState,
    FormKind,
    FormState,
    LateBy,
    Which,
)
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class FormChip:
    """One form of a loop; `told` is who was named at the last step of its escalation, `hours` that step."""

    public_id: str
    number: str
    kind: FormKind
    round: int
    state: FormState
    unit: str
    due_at: datetime | None
    is_late: bool
    is_information: bool
    received_at: datetime | None
    is_received_on_behalf: bool
    contacts: tuple[int, int]
    closed_at: datetime | None
    stopped_reason: CloseReason | None
    hours: int | None
    told: str


@dataclass(frozen=True, slots=True)
class LoopRow:
    """`hospital` only for who may read where somebody was treated."""

    id: int
    public_id: str
    name: str
    village: str
    hospital: str | None
    submitted_at: datetime
    state: DischargeState
    late_by: LateBy | None
    is_on_behalf: bool
    close_reason: CloseReason | None
    closed_at: datetime | None
    forms: tuple[FormChip, ...]


def list_loops(
    session: Session, actor: Actor, which: Which, town: str, now: datetime, cursor: str | None, size: int = PAGE_SIZE
) -> Page[LoopRow]:
    """What is late before what is not, the newest first; four queries whatever the page's size."""
    require(actor, Action.SEE_LOOPS)
    rank = case((or_(_is(Which.UNRECEIVED, now), _is(Which.LATE, now)), 0), else_=1)
    query = _loops(actor).where(_is(which, now)).order_by(rank, Discharge.id.desc()).limit(size + 1)
    if town:
        query = query.where(within_prefix(Discharge.area_code, town[:9]))
    match decode_cursor(cursor, 2):
        case (int() as place, int() as last):
            query = query.where(tuple_(rank, -Discharge.id) > (place, -last))
    rows = _as_rows(session, actor, session.execute(query).all(), now)
    return page_of(rows, size, lambda row: (0 if any(one.is_late for one in row.forms) else 1, row.id))


def find_row(session: Session, actor: Actor, discharge: Discharge, now: datetime) -> LoopRow:
    """One loop as the board shows it."""
    require(actor, Action.SEE_LOOPS)
    return _as_rows(session, actor, session.execute(_loops(actor).where(Discharge.id == discharge.id)).all(), now)[0]


def count_loops(session: Session, actor: Actor, now: datetime) -> dict[Which, int]:
    """How many loops each filter shows, in one statement."""
    asked = [which for which in Which if which is not Which.CLOSED]
    counts = [func.count().filter(_is(which, now)) for which in asked]
    row = session.execute(
        select(*counts).select_from(Discharge).where(loops_of(actor), Discharge.state.in_(LIVE))
    ).one()
    return dict(zip(asked, row, strict=True))


def chips_of(session: Session, discharge_ids: Sequence[int], now: datetime) -> dict[int, tuple[FormChip, ...]]:
    """loop → its forms in their printed order, rounds in order."""
    told = _told(session, discharge_ids)
    rows = session.scalars(
        select(HandoverForm).where(HandoverForm.discharge_id.in_(discharge_ids)).order_by(HandoverForm.id)
    )
    found: defaultdict[int, list[FormChip]] = defaultdict(list)
    order = list(FormKind)
    for form in rows:
        found[form.discharge_id].append(_chip(form, told.get(form.id), now))
    return {
        loop: tuple(sorted(chips, key=lambda chip: (order.index(chip.kind), chip.round)))
        for loop, chips in found.items()
    }


def _loops(actor: Actor) -> Any:
    return (
        select(
            Discharge.id, Discharge.public_id, Person.name, Discharge.area_code, Discharge.place, Discharge.hospital_name,
            Discharge.submitted_at, Discharge.state, Discharge.late_by, Discharge.is_on_behalf,
            Discharge.close_reason, Discharge.closed_at,
        )
        .join(Person, Person.id == Discharge.person_id)
        .where(loops_of(actor))
    )  # fmt: skip


def _is(which: Which, now: datetime) -> ColumnElement[bool]:
    live = Discharge.state.in_(LIVE)
    of_loop = HandoverForm.discharge_id == Discharge.id
    if which is Which.CLOSED:
        return Discharge.state == DischargeState.CLOSED
    if which is Which.UNRECEIVED:
        slow = and_(of_loop, HandoverForm.state == FormState.DISPATCHED, HandoverForm.receive_due_at < now)
        return and_(live, exists().where(slow))
    if which is Which.LATE:
        acting = HandoverForm.state.in_((FormState.RECEIVED, FormState.ACTING))
        return and_(live, exists().where(and_(of_loop, acting, HandoverForm.act_due_at < now)))
    if which is Which.LATE_BY_HOSPITAL:
        return and_(live, Discharge.late_by == LateBy.HOSPITAL)
    return live


def _as_rows(session: Session, actor: Actor, found: Sequence[Any], now: datetime) -> list[LoopRow]:
    chips = chips_of(session, [row.id for row in found], now)
    villages = full_names(session, {row.area_code for row in found})
    sees_place = sees(actor, Field.CARE_SPANS) is Grant.FULL
    return [
        LoopRow(
            row.id,
            row.public_id,
            row.name,
            row.place or villages[row.area_code],
            row.hospital_name if sees_place else None,
            row.submitted_at,
            row.state,
            row.late_by,
            row.is_on_behalf,
            row.close_reason,
            row.closed_at,
            chips.get(row.id, ()),
        )
        for row in found
    ]


def _chip(form: HandoverForm, told: tuple[int, str] | None, now: datetime) -> FormChip:
    due_at = due_of(form)
    return FormChip(
        form.public_id,
        form_number(form.public_id),
        form.kind,
        form.round,
        form.state,
        form.addressee,
        due_at,
        form.state in OPEN_FORMS and due_at is not None and due_at < now,
        form.is_information,
        form.received_at,
        form.is_received_on_behalf,
        (form.contacts_noted, form.contacts_needed),
        form.closed_at,
        form.stopped_reason,
        told[0] if told else None,
        told[1] if told else "",
    )


def _told(session: Session, discharge_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    rows = session.execute(
        select(HandoverEscalation.form_id, HandoverEscalation.hours, HandoverEscalation.named)
        .join(HandoverForm, HandoverForm.id == HandoverEscalation.form_id)
        .where(HandoverForm.discharge_id.in_(discharge_ids))
        .order_by(HandoverEscalation.hours)
    )
    return {form: (hours, named) for form, hours, named in rows}
