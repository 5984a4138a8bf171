"""The hospital's own records: plans, what was sent, and how far the hand-over is; nothing that the register alone knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.discharges import labels
from app.discharges.models import Discharge, HandoverEvent, HandoverForm
from app.discharges.queries.facts import visits_since
from app.discharges.queries.guards import named_by_hospital
from app.discharges.queries.prefill import all_of
from app.discharges.queries.reach import own_records
from app.discharges.rules.numbers import first_of, issue_of
from app.discharges.rules.states import LIVE, NO_LOOP, CloseReason, DischargeState, EventKind, FormKind, LateBy
from app.discharges.sealing import CLINICAL, DRAFT, EVENT_TEXT, open_json
from app.people.models import Person
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind


@dataclass(frozen=True, slots=True)
class RecordRow:
    """`is_visited`: the first visit after the discharge is on record. `notice` is the notice to be signed at the door, while nobody has
    signed it: only where the hospital itself has written down the family, whatever the register knows."""

    id: int
    public_id: str
    name: str
    state: DischargeState
    planned_on: date | None
    discharged_at: datetime | None
    submitted_at: datetime | None
    late_by: LateBy | None
    hospital: str
    is_overdue: bool
    is_visited: bool
    notice: str | None


def list_records(
    session: Session, vault: Vault, actor: Actor, today: date, cursor: str | None, size: int = PAGE_SIZE
) -> Page[RecordRow]:
    """Plans first, then the newest."""
    require(actor, Action.SUBMIT_DISCHARGE)
    rank = case((Discharge.state == DischargeState.PLANNED, 0), else_=1)
    query = (
        select(Discharge, Person.name, rank.label("rank"))
        .join(Person, Person.id == Discharge.person_id)
        .where(own_records(actor), Discharge.state != DischargeState.WITHDRAWN)
        .order_by(rank, Discharge.id.desc())
        .limit(size + 1)
    )
    after = decode_cursor(cursor, 2)
    if after and all(type(part) is int for part in after):
        query = query.where((rank > after[0]) | (rank == after[0]) & (Discharge.id < after[1]))
    found = session.execute(query).all()
    ids = [row[0].id for row in found]
    visits, notices = visits_since(session, ids), _notices(session, vault, ids)
    lines = [_row(one, name, one.id in visits, notices.get(one.id), today) for one, name, _rank in found]
    return page_of(lines, size, lambda row: (0 if row.state is DischargeState.PLANNED else 1, row.id))


def count_plans(session: Session, actor: Actor, today: date) -> tuple[int, int]:
    """Plans that wait for the door, and how many of them have passed their day."""
    row = session.execute(
        select(func.count(), func.count().filter(Discharge.planned_on < today)).where(
            own_records(actor), Discharge.state == DischargeState.PLANNED
        )
    ).one()
    return row[0], row[1]


def find_record_row(session: Session, vault: Vault, discharge: Discharge, today: date) -> RecordRow:
    name = session.scalar(select(Person.name).where(Person.id == discharge.person_id)) or ""
    is_visited = discharge.id in visits_since(session, [discharge.id])
    return _row(discharge, name, is_visited, _notices(session, vault, [discharge.id]).get(discharge.id), today)


@dataclass(frozen=True, slots=True)
class WrongEntry:
    """Who closed a record as entered wrongly, and in which words; `is_replaced`: the right one has come."""

    at: datetime
    who: str
    why: str
    is_replaced: bool


def find_wrong_entry(session: Session, vault: Vault, discharge: Discharge) -> WrongEntry | None:
    """Of other endings the hospital hears nothing: they are the register's."""
    if discharge.close_reason is not CloseReason.WRONG_ENTRY or discharge.closed_at is None:
        return None
    said = session.scalars(
        select(HandoverEvent)
        .where(
            HandoverEvent.discharge_id == discharge.id,
            HandoverEvent.form_id.is_(None),
            HandoverEvent.kind == EventKind.CLOSED,
        )
        .order_by(HandoverEvent.id.desc())
        .limit(1)
    ).one()
    why = vault.open(discharge.person_id, EVENT_TEXT, said.text_sealed) or ""
    later = select(Discharge.id).where(
        Discharge.hospital_key == discharge.hospital_key,
        Discharge.id > discharge.id,
        Discharge.hospital_number.startswith(issue_of(first_of(discharge.hospital_number or "")), autoescape=True),
    )
    return WrongEntry(
        discharge.closed_at,
        " ".join(filter(None, (said.unit, said.who))),
        why,
        session.scalar(later.limit(1)) is not None,
    )


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a record that was sent still lacks, by field; `is_said`: the hospital's system marked it as not complete."""

    fields: tuple[str, ...]
    is_said: bool


def gaps_of(session: Session, vault: Vault, discharge: Discharge) -> Gaps | None:
    """Of a loop that runs, from the hospital's own words; None where nothing is missing."""
    if discharge.state not in LIVE:
        return None
    written = all_of(vault, discharge, session.get_one(Person, discharge.person_id))
    clinical = open_json(vault, discharge.person_id, CLINICAL, discharge.clinical_sealed) or {}
    gaps = Gaps(tuple(name for name in labels.WISHED if not written.get(name)), clinical.get("is_complete") is False)
    return gaps if gaps.fields or gaps.is_said else None


def is_stay_in_doubt(session: Session, actor: Actor, discharge: Discharge) -> bool:
    """The register has the stay otherwise, and somebody is asked to look; only for who reads every hospital's stays."""
    if sees(actor, Field.CARE_SPANS) is not Grant.FULL or discharge.discharge_type in NO_LOOP:
        return False
    asked = select(Task.id).where(
        Task.patient_id == discharge.patient_id,
        Task.kind == TaskKind.CHECK_STATUS,
        Task.period == f"discharge:{discharge.id}",
        Task.state == TaskState.OPEN,
    )
    return session.scalar(asked) is not None


def draft_of(vault: Vault, plan: Discharge) -> dict[str, Any]:
    """The form as far as the ward has filled it in, by field."""
    found: dict[str, Any] = open_json(vault, plan.person_id, DRAFT, plan.draft_sealed) or {}
    return found


def _notices(session: Session, vault: Vault, ids: list[int]) -> dict[int, str]:
    rows = session.execute(
        select(Discharge.id, Discharge.person_id, Discharge.contact_sealed, HandoverForm.public_id)
        .join(HandoverForm, HandoverForm.discharge_id == Discharge.id)
        .where(
            Discharge.id.in_(ids),
            HandoverForm.kind == FormKind.GUARDIAN,
            HandoverForm.received_at.is_(None),
            HandoverForm.closed_at.is_(None),
            HandoverForm.stopped_reason.is_(None),
        )
    ).all()
    vault.warm(row.person_id for row in rows)
    return {row.id: row.public_id for row in rows if named_by_hospital(vault, row.person_id, row.contact_sealed)}


def _row(one: Discharge, name: str, is_visited: bool, notice: str | None, today: date) -> RecordRow:
    is_overdue = one.state is DischargeState.PLANNED and one.planned_on is not None and one.planned_on < today
    return RecordRow(
        one.id,
        one.public_id,
        name,
        one.state,
        one.planned_on,
        one.discharged_at,
        one.submitted_at,
        one.late_by,
        one.hospital_name,
        is_overdue,
        is_visited,
        notice,
    )
