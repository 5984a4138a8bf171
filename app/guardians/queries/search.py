"""One search box for whoever keeps agreements: guardian's name, agreement number, patient's name as far as the role may read it.

A search tells no more than a page would: a name that the role reads masked is matched masked, one that it reads only on an open
task is matched only there. Nothing of illness or money is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.areas.queries import full_names
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.identity import mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.pinyin import search_key
from app.core.scope import within
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import AgreementState, Rank, Relation, agreement_state, last_day
from app.patients.models import Patient
from app.patients.queries.search import matching_keys
from app.patients.rules import RegistryStatus
from app.people.models import Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import kinds_for

LONGEST = 80
SHORTEST_NUMBER = 3  # of an agreement; less would list the county

_Guardian = aliased(Person)


@dataclass(frozen=True)
class FoundGuardian:
    """A present guardian with the patient's newest agreement. `patient` is None where the role may not read the name now."""

    id: int
    name: str
    rank: Rank
    relation: Relation
    patient_public_id: str
    patient: str | None
    area_code: str
    village: str
    # None: no agreement yet
    agreement_number: str | None
    agreement_state: AgreementState | None


def search_guardians(
    session: Session, actor: Actor, text: str, cursor: str | None, today: date, size: int = PAGE_SIZE
) -> Page[FoundGuardian]:
    """A page of the area's guardians in the order of villages; nothing for an empty text or a role that sees no guardian."""
    text = text.strip()[:LONGEST]
    if not text or sees(actor, Field.GUARDIAN_NAME) not in (Grant.FULL, Grant.TASK):
        return Page([], None)
    rows = (
        select(
            Guardianship.id,
            _Guardian.name,
            Guardianship.rank,
            Guardianship.relation,
            Patient.id,
            Patient.public_id,
            _patient_name(actor).label("patient"),
            Patient.area_code,
            Person.died_on,
        )
        .select_from(Guardianship)
        .join(Patient, Patient.id == Guardianship.patient_id)
        .join(_Guardian, _Guardian.id == Guardianship.person_id)
        .join(Person, Person.id == Patient.person_id)
        .where(*_visible(actor), or_(*_matches(actor, text)))
        .order_by(Patient.area_code, Guardianship.id)
        .limit(size + 1)
    )
    after = decode_cursor(cursor, 2)
    if after and isinstance(after[0], str) and isinstance(after[1], int):
        rows = rows.where(tuple_(Patient.area_code, Guardianship.id) > after)
    fetched = session.execute(rows).all()
    villages = full_names(session, {row.area_code for row in fetched})
    agreements = _newest_agreements(session, [row[4] for row in fetched])
    found = [_row(actor, row, villages, agreements.get(row[4]), today) for row in fetched]
    return page_of(found, size, lambda one: (one.area_code, one.id))


def _visible(actor: Actor) -> list[ColumnElement[bool]]:
    present = [
        within(Patient.area_code, actor),
        Patient.registry_status != RegistryStatus.MERGED,
        Guardianship.to_on.is_(None),
        Guardianship.withdrawn_at.is_(None),
    ]
    return present if sees(actor, Field.GUARDIAN_NAME) is Grant.FULL else [*present, _has_task(actor)]


def _matches(actor: Actor, text: str) -> list[ColumnElement[bool]]:
    """The ways in which a guardianship may be meant; the patient's first guardian stands for the patient and the agreement."""
    is_first = Guardianship.rank == Rank.FIRST
    ways: list[ColumnElement[bool]] = []
    key = search_key(text)
    if key:
        named = matching_keys(actor, key).subquery()
        pair = tuple_(Guardianship.patient_id, Guardianship.person_id)
        ways.append(pair.in_(select(named.c.patient_id, named.c.person_id)))
    if len(text) >= SHORTEST_NUMBER:
        numbered = select(Agreement.patient_id).where(
            Agreement.number.contains(text.upper(), autoescape=True), Agreement.withdrawn_at.is_(None)
        )
        ways.append(and_(is_first, Guardianship.patient_id.in_(numbered)))
    patients = _patients_named(actor, text, key)
    if patients is not None:
        ways.append(and_(is_first, patients))
    return ways or [literal(False)]


def _patients_named(actor: Actor, text: str, key: str) -> ColumnElement[bool] | None:
    grant = sees(actor, Field.PATIENT_NAME)
    if grant is Grant.MASKED:
        # 单晓明 finds every 单*明, and the result says no more than that
        return Person.name.like(mask_name(text).replace("*", "_")) if _can_be_masked(text) else None
    if not key or grant not in (Grant.FULL, Grant.TASK):
        return None
    named = matching_keys(actor, key).subquery()
    own: Select[Any] = select(named.c.patient_id, named.c.person_id)
    is_named = tuple_(Patient.id, Patient.person_id).in_(own)
    return is_named if grant is Grant.FULL else and_(is_named, _has_task(actor))


def _can_be_masked(text: str) -> bool:
    """A whole name in characters; signs that LIKE reads are in no name."""
    return len(text) > 1 and not text.isascii() and not set("%_\\*") & set(text)


def _patient_name(actor: Actor) -> Any:
    grant = sees(actor, Field.PATIENT_NAME)
    if grant in (Grant.FULL, Grant.MASKED):
        return Person.name
    return case((_has_task(actor), Person.name)) if grant is Grant.TASK else literal(None)


def _has_task(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        Task.patient_id == Patient.id, Task.state == TaskState.OPEN, Task.kind.in_(sorted(kinds_for(actor.role)))
    )


def _newest_agreements(session: Session, patient_ids: list[int]) -> dict[int, Agreement]:
    rows = session.scalars(
        select(Agreement)
        .where(Agreement.patient_id.in_(patient_ids), Agreement.withdrawn_at.is_(None))
        .order_by(Agreement.from_on)
    )
    return {one.patient_id: one for one in rows}


def _row(actor: Actor, row: Any, villages: dict[str, str], agreement: Agreement | None, today: date) -> FoundGuardian:
    guardianship_id, name, rank, relation, _patient_id, public_id, patient, area_code, died_on = row
    is_masked = sees(actor, Field.PATIENT_NAME) is Grant.MASKED
    state = None
    if agreement is not None:
        last = last_day(agreement.to_on, agreement.ended_on, died_on)
        state = agreement_state(agreement.from_on, last, today)
    return FoundGuardian(
        id=guardianship_id,
        name=name,
        rank=rank,
        relation=relation,
        patient_public_id=public_id,
        patient=mask_name(patient) if patient and is_masked else patient,
        area_code=area_code,
        village=villages[area_code],
        agreement_number=agreement.number if agreement else None,
        agreement_state=state,
    )
