"""The inbox and the history of what two people of the county office do together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.queries import full_names
from app.core.access import Action, may
from app.core.actor import Actor, hand_of
from app.core.clock import business_day
from app.core.errors import NotFound
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within
from app.desk.rules import UNDO_MERGE_WITHIN_DAYS
from app.patients.models import Patient, RegisterRequest
from app.patients.rules import RequestKind, RequestState
from app.people.models import Person

_Proposer, _Decider, _KeptPatient, _KeptPerson = aliased(User), aliased(User), aliased(Patient), aliased(Person)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request. `patient` is the public id of the page that may be opened: a merged record has none."""

    id: int
    public_id: str
    kind: RequestKind
    state: RequestState
    name: str
    place: str
    area_code: str
    patient: str | None
    kept_name: str | None
    kept: str | None
    because: Reason
    from_on: date
    proposed_at: datetime
    proposed_by: str
    decided_at: datetime | None
    decided_by: str | None
    undone_at: datetime | None
    may_decide: bool
    undo_until: date | None
    chosen: dict[str, str]

    @property
    def is_open(self) -> bool:
        return self.state is RequestState.PROPOSED


def count_requests(session: Session, actor: Actor) -> int:
    """How many wait for a decision."""
    if not may(actor, Action.PUT_RIGHT):
        return 0
    return (
        session.scalar(
            select(func.count()).where(
                RegisterRequest.state == RequestState.PROPOSED, within(RegisterRequest.area_code, actor)
            )
        )
        or 0
    )


def list_requests(
    session: Session, actor: Actor, is_open: bool, cursor: str | None, today: date, size: int = PAGE_SIZE
) -> Page[RequestRow]:
    """The open ones, or what was decided; the newest first."""
    state = RegisterRequest.state == RequestState.PROPOSED
    rows = _select(actor).where(state if is_open else ~state).order_by(RegisterRequest.id.desc())
    after = decode_cursor(cursor, 1)
    if after and isinstance(after[0], int):
        rows = rows.where(RegisterRequest.id < after[0])
    fetched = session.execute(rows.limit(size + 1)).all()
    full_names(session, {one[0].area_code for one in fetched})
    return page_of([_row(session, actor, today, *one) for one in fetched], size, lambda row: (row.id,))


def get_request(session: Session, actor: Actor, public_id: str, today: date) -> RequestRow:
    found = session.execute(_select(actor).where(RegisterRequest.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound()
    return _row(session, actor, today, *found)


def find_open_request(session: Session, actor: Actor, patient: Patient) -> str | None:
    """The public id of the request that waits for this record."""
    return session.scalar(
        select(RegisterRequest.public_id)
        .where(
            (RegisterRequest.patient_id == patient.id) | (RegisterRequest.kept_patient_id == patient.id),
            RegisterRequest.state == RequestState.PROPOSED,
            within(RegisterRequest.area_code, actor),
        )
        .limit(1)
    )


def lock_request(session: Session, actor: Actor, public_id: str) -> tuple[RegisterRequest, Patient, Patient | None]:
    """The records first, the lower id before the higher, then the request: one order for everybody. Raises `NotFound`."""
    ids = session.execute(
        select(RegisterRequest.patient_id, RegisterRequest.kept_patient_id).where(
            RegisterRequest.public_id == public_id, within(RegisterRequest.area_code, actor)
        )
    ).one_or_none()
    if ids is None:
        raise NotFound()
    fresh = {"populate_existing": True}
    rows = select(Patient).where(Patient.id.in_([at for at in ids if at])).order_by(Patient.id).with_for_update()
    records = {one.id: one for one in session.scalars(rows, execution_options=fresh)}
    asked = session.scalars(
        select(RegisterRequest).where(RegisterRequest.public_id == public_id).with_for_update(),
        execution_options=fresh,
    ).one()
    return asked, records[ids[0]], records.get(ids[1] or 0)


def _select(actor: Actor) -> Select[*tuple[Any, ...]]:
    if not may(actor, Action.PUT_RIGHT):
        raise NotFound()
    rows: Select[*tuple[Any, ...]] = (
        select(RegisterRequest, Patient, Person.name, _KeptPatient, _KeptPerson.name, _Proposer, _Decider.display_name)
        .join(Patient, Patient.id == RegisterRequest.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(_KeptPatient, _KeptPatient.id == RegisterRequest.kept_patient_id)
        .outerjoin(_KeptPerson, _KeptPerson.id == _KeptPatient.person_id)
        .join(_Proposer, _Proposer.id == RegisterRequest.proposed_by)
        .outerjoin(_Decider, _Decider.id == RegisterRequest.decided_by)
        .where(within(RegisterRequest.area_code, actor))
    )
    return rows


def _row(
    session: Session,
    actor: Actor,
    today: date,
    asked: RegisterRequest,
    patient: Patient,
    name: str,
    kept: Patient | None,
    kept_name: str | None,
    proposer: User,
    decider: str | None,
) -> RequestRow:
    is_merged = asked.kind is RequestKind.MERGE and asked.state is RequestState.DONE
    undo_until = (
        business_day(asked.decided_at) + timedelta(days=UNDO_MERGE_WITHIN_DAYS)
        if is_merged and asked.decided_at
        else None
    )
    return RequestRow(
        id=asked.id,
        public_id=asked.public_id,
        kind=asked.kind,
        state=asked.state,
        name=name,
        place=full_names(session, [asked.area_code])[asked.area_code],
        area_code=asked.area_code,
        patient=None if is_merged else patient.public_id,
        kept_name=kept_name,
        kept=kept.public_id if kept else None,
        because=Reason.from_json(asked.because),
        from_on=asked.from_on,
        proposed_at=asked.proposed_at,
        proposed_by=proposer.display_name,
        decided_at=asked.decided_at,
        decided_by=decider,
        undone_at=asked.undone_at,
        may_decide=asked.state is RequestState.PROPOSED and hand_of(proposer.id, proposer.person_id) != actor.hand,
        undo_until=undo_until if undo_until and today <= undo_until else None,
        chosen=dict((asked.moved or {}).get("chosen", {})),
    )
