"""Transfers as either end sees them. Before acceptance the receiver sees who, from where and to where, and nothing clinical."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.queries import full_names
from app.areas.rules import is_within, prefix_of, town_of
from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor, Role
from app.core.dates import age_on
from app.core.errors import NotFound
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within, within_prefix
from app.desk.rules import TransferTab
from app.patients.models import Patient, Transfer
from app.patients.rules import TransferReason, TransferState
from app.people.models import Person
from app.risk.rules import HIGH_LEVEL

_Proposer, _Decider = aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class TransferRow:
    """`patient` is the patient's public id, None where the actor may not open the page (yet, or any more).

    `in_pairs`: go there in pairs; the level itself is not told before acceptance.
    """

    public_id: str
    id: int
    name: str
    sex: int
    age: int | None
    from_place: str
    to_place: str
    to_code: str
    reason: TransferReason
    state: TransferState
    proposed_on: date
    proposed_by: str
    due_on: date
    is_provisional: bool
    is_outside: bool
    in_pairs: bool
    moved_on: date | None
    decided_at: datetime | None
    decided_by: str | None
    because: Reason | None
    patient: str | None
    may_answer: bool
    may_withdraw: bool

    @property
    def is_open(self) -> bool:
        return self.state is TransferState.PROPOSED


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many transfers wait for the actor's answer, for somebody else's, and how many of all are late."""

    incoming: int
    outgoing: int
    late: int

    def __bool__(self) -> bool:
        return bool(self.incoming or self.outgoing)


def is_sender(actor: Actor, transfer: Transfer) -> bool:
    return is_within(transfer.from_area_code, actor.area_prefix)


def is_receiver(actor: Actor, transfer: Transfer) -> bool:
    """Who answers: the receiving town or its county office; for a place outside, the county office that holds the receipt."""
    if transfer.to_agency_id is None:
        return actor.role is Role.COUNTY_OFFICE and is_sender(actor, transfer)
    return is_within(transfer.to_area_code, actor.area_prefix)


def count_waiting(session: Session, actor: Actor, today: date) -> Waiting:
    found = session.execute(
        select(
            func.count().filter(_incoming(actor)),
            func.count().filter(and_(within(Transfer.from_area_code, actor), ~_incoming(actor))),
            func.count().filter(Transfer.due_on < today),
        ).where(Transfer.state == TransferState.PROPOSED, _visible(actor))
    ).one()
    return Waiting(*found)


def list_transfers(
    session: Session, actor: Actor, tab: TransferTab, cursor: str | None, today: date, size: int = PAGE_SIZE
) -> Page[TransferRow]:
    """Open ones by deadline, the latest answer first among the others."""
    rows, after = _select(actor), decode_cursor(cursor, 2)
    if tab is TransferTab.DONE:
        rows = rows.where(Transfer.state != TransferState.PROPOSED).order_by(Transfer.id.desc())
        if after and isinstance(after[1], int):
            rows = rows.where(Transfer.id < after[1])
    else:
        which = _incoming(actor) if tab is TransferTab.INCOMING else _outgoing(actor)
        rows = rows.where(Transfer.state == TransferState.PROPOSED, which).order_by(Transfer.due_on, Transfer.id)
        if after and isinstance(after[0], str) and isinstance(after[1], int):
            day = date.fromisoformat(after[0])
            rows = rows.where(or_(Transfer.due_on > day, and_(Transfer.due_on == day, Transfer.id > after[1])))
    fetched = session.execute(rows.limit(size + 1)).all()
    full_names(session, {code for one in fetched for code in (one[0].from_area_code, one[0].to_area_code)})
    found = [_row(session, actor, today, *one) for one in fetched]
    return page_of(found, size, lambda row: (row.due_on.isoformat(), row.id))


def get_transfer(session: Session, actor: Actor, public_id: str, today: date) -> TransferRow:
    """Raises `NotFound` for a transfer between places that are both somebody else's."""
    found = session.execute(_select(actor).where(Transfer.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound()
    return _row(session, actor, today, *found)


def find_open_transfer(session: Session, actor: Actor, patient: Patient) -> str | None:
    """The public id of the unanswered transfer of a patient."""
    return session.scalar(
        select(Transfer.public_id).where(
            Transfer.patient_id == patient.id, Transfer.state == TransferState.PROPOSED, _visible(actor)
        )
    )


def lock_transfer(session: Session, actor: Actor, public_id: str) -> tuple[Transfer, Patient]:
    """The patient first, then the transfer: the order in which everything that moves a patient takes its locks."""
    patient_id = session.scalar(select(Transfer.patient_id).where(Transfer.public_id == public_id, _visible(actor)))
    if patient_id is None:
        raise NotFound()
    fresh = {"populate_existing": True}
    patient = session.scalars(
        select(Patient).where(Patient.id == patient_id).with_for_update(), execution_options=fresh
    ).one()
    transfer = session.scalars(
        select(Transfer).where(Transfer.public_id == public_id).with_for_update(), execution_options=fresh
    ).one()
    return transfer, patient


def list_receiving_doctors(session: Session, actor: Actor, area_code: str) -> list[tuple[int, str]]:
    """(account, name) of the doctors of the town that a place in the actor's area lies in."""
    if not is_within(area_code, actor.area_prefix):
        return []
    rows = session.execute(
        select(User.id, User.display_name)
        .where(User.role.in_((Role.DOCTOR, Role.HEALTH_LEAD)), ~User.is_disabled)
        .where(within_prefix(User.area_code, prefix_of(town_of(area_code))))
        .order_by(User.display_name, User.id)
    )
    return [(row.id, row.display_name) for row in rows]


def _visible(actor: Actor) -> ColumnElement[bool]:
    return or_(within(Transfer.from_area_code, actor), within(Transfer.to_area_code, actor) & _is_inside())


def _is_inside() -> ColumnElement[bool]:
    return Transfer.to_agency_id.is_not(None)


def _incoming(actor: Actor) -> ColumnElement[bool]:
    inside = and_(within(Transfer.to_area_code, actor), _is_inside())
    if actor.role is Role.COUNTY_OFFICE:
        return or_(inside, and_(within(Transfer.from_area_code, actor), ~_is_inside()))
    return inside


def _outgoing(actor: Actor) -> ColumnElement[bool]:
    return within(Transfer.from_area_code, actor)


def _select(actor: Actor) -> Select[*tuple[Any, ...]]:
    if sees(actor, Field.PATIENT_NAME) is not Grant.FULL or not may(actor, Action.SEE_TRANSFERS):
        raise NotFound()
    rows: Select[*tuple[Any, ...]] = (
        select(Transfer, Patient, Person, _Proposer.display_name, _Decider.display_name)
        .join(Patient, Patient.id == Transfer.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(_Proposer, _Proposer.id == Transfer.proposed_by)
        .outerjoin(_Decider, _Decider.id == Transfer.decided_by)
        .where(_visible(actor))
    )
    return rows


def _row(
    session: Session,
    actor: Actor,
    today: date,
    transfer: Transfer,
    patient: Patient,
    person: Person,
    proposer: str | None,
    decider: str | None,
) -> TransferRow:
    names = full_names(session, [transfer.from_area_code, *([transfer.to_area_code] if transfer.to_agency_id else [])])
    may_act = may(actor, Action.MOVE_PATIENTS) and transfer.state is TransferState.PROPOSED
    knows_age = sees(actor, Field.PATIENT_BIRTH_DATE) is Grant.FULL
    return TransferRow(
        public_id=transfer.public_id,
        id=transfer.id,
        name=person.name,
        sex=person.sex if knows_age else 0,
        age=age_on(person.born_on, today) if person.born_on and knows_age else None,
        from_place=names[transfer.from_area_code],
        to_place=transfer.to_place or names.get(transfer.to_area_code, transfer.to_area_code),
        to_code=transfer.to_area_code,
        reason=transfer.reason,
        state=transfer.state,
        proposed_on=transfer.proposed_on,
        proposed_by=proposer or "—",
        due_on=transfer.due_on,
        is_provisional=transfer.is_due_provisional,
        is_outside=transfer.to_agency_id is None,
        in_pairs=sees(actor, Field.ADVICE_CODE) is Grant.FULL and (patient.risk_level or 0) >= HIGH_LEVEL,
        moved_on=transfer.moved_on,
        decided_at=transfer.decided_at,
        decided_by=decider,
        because=Reason.from_json(transfer.because) if transfer.because else None,
        patient=patient.public_id if is_within(patient.area_code, actor.area_prefix) else None,
        may_answer=may_act and is_receiver(actor, transfer) and not _is_own_proposal(actor, transfer),
        may_withdraw=may_act,
    )


def _is_own_proposal(actor: Actor, transfer: Transfer) -> bool:
    return transfer.to_agency_id is not None and transfer.proposed_by == actor.user_id
