"""Words to civil affairs about children and elders without a carer: what waits, who took it up, how it ended. Nothing clinical."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.queries import full_names
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.dates import parse_date
from app.core.errors import NotFound
from app.core.identity import mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within
from app.desk.queries.duties import IS_OPEN
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import Standing, TaskKind, standing

SHOWN = 5
_OF_KIND = Task.kind == TaskKind.DEPENDANTS
# written out, so that both databases find the kind by the index of standing duties
_STANDING = text("tasks.state <> 'cancelled'")


@dataclass(frozen=True, slots=True)
class Word:
    """One word to civil affairs. `name` and `address` as the role may read them; `outcome` once it is closed."""

    id: int
    public_id: str
    patient: str
    name: str | None
    place: str
    address: str | None
    due_on: date
    standing: Standing
    because: Sequence[Reason]
    told_on: datetime
    taken_up_at: datetime | None
    taken_up_by: str | None
    outcome: Reason | None
    closed_at: datetime | None
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many words wait, and how many of them nobody has taken up."""

    open: int
    new: int
    late: int


def count_dependants(session: Session, actor: Actor, today: date) -> Waiting:
    require(actor, Action.ANSWER_DEPENDANTS)
    return Waiting(
        *session.execute(
            select(
                func.count(),
                func.count().filter(Task.taken_up_at.is_(None)),
                func.count().filter(Task.due_on < today),
            ).where(IS_OPEN, _OF_KIND, within(Task.area_code, actor))
        ).one()
    )


def list_dependants(
    session: Session, actor: Actor, is_open: bool, today: date, cursor: str | None = None
) -> Page[Word]:
    """What waits, the soonest first; or what is closed, by the same order."""
    require(actor, Action.ANSWER_DEPENDANTS)
    state = (IS_OPEN,) if is_open else (_STANDING, Task.state == TaskState.DONE)
    wanted = _words().where(*state, _OF_KIND, within(Task.area_code, actor))
    match decode_cursor(cursor, 2):
        case (str() as due_on, int() as task_id) if (day := _day(due_on)) is not None:
            wanted = wanted.where(or_(Task.due_on > day, and_(Task.due_on == day, Task.id > task_id)))
    rows = session.execute(wanted.order_by(Task.due_on, Task.id).limit(PAGE_SIZE + 1)).all()
    page = page_of(rows, PAGE_SIZE, lambda row: (row.due_on, row.id))
    places = full_names(session, {row.area_code for row in page.rows})
    return Page([_word(row, actor, places[row.area_code], today) for row in page.rows], page.next_cursor)


def get_dependants(session: Session, vault: Vault, actor: Actor, public_id: str, today: date) -> Word:
    """One word, open or closed, with the address for who goes there; raises `NotFound`."""
    require(actor, Action.ANSWER_DEPENDANTS)
    row = session.execute(
        _words().where(Task.public_id == public_id, _OF_KIND, within(Task.area_code, actor))
    ).one_or_none()
    if row is None:
        raise NotFound
    address = None
    if sees(actor, Field.ADDRESS) is Grant.TASK and row.state is TaskState.OPEN:
        address = vault.open(row.person_id, "patients.address", row.address_sealed)
    return _word(row, actor, full_names(session, {row.area_code})[row.area_code], today, address)


def list_told(session: Session, actor: Actor, patient: Patient, today: date) -> list[Word]:
    """What was told of one patient's family, the newest first, for whoever may tell it."""
    require(actor, Action.REPORT_DEPENDANTS)
    rows = session.execute(
        _words()
        .where(Task.patient_id == patient.id, _OF_KIND, within(Task.area_code, actor))
        .order_by(Task.id.desc())
        .limit(SHOWN)
    ).all()
    return [_word(row, actor, "", today) for row in rows]


def _words() -> Select[*tuple[Any, ...]]:
    taker, closer = aliased(User), aliased(User)
    return (
        select(
            Task.id,
            Task.public_id,
            Task.state,
            Task.due_on,
            Task.because,
            Task.opened_at,
            Task.taken_up_at,
            Task.outcome,
            Task.closed_at,
            Task.area_code,
            taker.display_name.label("taken_up_by"),
            closer.display_name.label("closed_by"),
            Patient.public_id.label("patient"),
            Patient.person_id,
            Patient.address_sealed,
            Person.name,
        )
        .join(Patient, Patient.id == Task.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(taker, taker.id == Task.taken_up_by)
        .outerjoin(closer, closer.id == Task.closed_by)
    )


def _word(row: Any, actor: Actor, place: str, today: date, address: str | None = None) -> Word:
    return Word(
        row.id,
        row.public_id,
        row.patient,
        _name(actor, row.name, row.state is TaskState.OPEN),
        place,
        address,
        row.due_on,
        standing(row.due_on, today),
        [Reason.from_json(one) for one in row.because],
        row.opened_at,
        row.taken_up_at,
        row.taken_up_by,
        Reason.from_json(row.outcome) if row.outcome else None,
        row.closed_at,
        row.closed_by,
    )


def _name(actor: Actor, name: str, is_open: bool) -> str | None:
    """In full by a role that reads names, or by the one that is to go there, while it is."""
    grant = sees(actor, Field.PATIENT_NAME)
    if grant is Grant.FULL or (grant is Grant.TASK and is_open):
        return name
    return mask_name(name) if grant in (Grant.MASKED, Grant.TASK) else None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
