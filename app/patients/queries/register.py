"""The register as rows: one patient, a page of the list, a search. Cut to the actor's area, and only what the role may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.queries import full_names
from app.core.access import FIELDS, Field, Grant, sees
from app.core.actor import Actor, Role
from app.core.batches import slices
from app.core.errors import NotFound
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import area_values, within, within_prefix, within_range
from app.patients.models import Patient, RegisterRequest
from app.patients.rules import (
    NOT_LIVE,
    CareSetting,
    ManagementStatus,
    RegistryStatus,
    RequestKind,
    RequestState,
    label_state,
)
from app.people.models import Person


@dataclass(frozen=True)
class RegisterFilter:
    """What the list is narrowed to. `area` is a 12-digit prefix or code, `state` a code of `labels.STATE_LABELS`."""

    area: str = ""
    state: str = ""
    level: int | None = None
    least_level: int | None = None
    visit_class: int | None = None
    is_overdue: bool = False
    # nobody answers for them
    is_unassigned: bool = False

    @property
    def is_empty(self) -> bool:
        return self == RegisterFilter()


@dataclass(frozen=True)
class RegisterRow:
    """One line of the register. None is *not seen by this role* or *not known*."""

    id: int
    public_id: str
    name: str
    sex: int
    born_on: date | None
    area_code: str
    village: str
    state: str
    risk_level: int | None
    visit_class: int | None
    last_visit_on: date | None
    next_due_on: date | None
    # the responsible doctor's name
    doctor: str | None = None
    # the guardian under whose name a search found the patient
    found_by: str | None = None


def get_patient(session: Session, actor: Actor, public_id: str) -> Patient:
    """Raises `NotFound` for what does not exist or lies elsewhere; a merged registration answers with the one that stayed."""
    patient = session.scalar(_BY_PUBLIC_ID, {"public_id": public_id, **area_values(actor)})
    if patient is None:
        return get_patient(session, actor, _kept_instead(session, public_id))
    return patient


def _kept_instead(session: Session, public_id: str) -> str:
    """The record into which another was merged: old addresses, printed codes and forms from phones lead there."""
    found: str | None = session.scalar(_KEPT_INSTEAD, {"public_id": public_id})
    if found is None:
        raise NotFound()
    return found


# Built once: every address that leads nowhere is looked for here as well.
_merged, _kept = aliased(Patient), aliased(Patient)
_KEPT_INSTEAD = (
    select(_kept.public_id)
    .join(RegisterRequest, RegisterRequest.kept_patient_id == _kept.id)
    .join(_merged, _merged.id == RegisterRequest.patient_id)
    .where(
        _merged.public_id == bindparam("public_id"),
        _merged.registry_status == RegistryStatus.MERGED,
        RegisterRequest.kind == RequestKind.MERGE,
        RegisterRequest.state == RequestState.DONE,
    )
)
# Built once: every act on a patient begins with it.
_BY_PUBLIC_ID = select(Patient).where(
    Patient.public_id == bindparam("public_id"),
    within_range(Patient.area_code),
    Patient.registry_status != RegistryStatus.MERGED,
)
_LOCKED = _BY_PUBLIC_ID.with_for_update()


def lock_patient(session: Session, actor: Actor, public_id: str) -> Patient:
    """The patient as stored now, and nobody else's until the transaction ends. Raises `NotFound`.

    SQLite has one writer at a time anyway, and leaves FOR UPDATE out.
    """
    values = {"public_id": public_id, **area_values(actor)}
    patient = session.scalar(_LOCKED, values, execution_options={"populate_existing": True})
    if patient is None:
        return lock_patient(session, actor, _kept_instead(session, public_id))
    return patient


def lock_patients(session: Session, actor: Actor, public_ids: Iterable[str]) -> dict[str, Patient]:
    """Several at once, the lower id before the higher, so that two who lock the same ones never wait for each other.

    Raises `NotFound` when any of them is not there or not the actor's.
    """
    wanted = set(public_ids)
    rows = select(Patient).where(
        Patient.public_id.in_(wanted),
        within(Patient.area_code, actor),
        Patient.registry_status != RegistryStatus.MERGED,
    )
    locked = session.scalars(rows.order_by(Patient.id).with_for_update(), execution_options={"populate_existing": True})
    found = {patient.public_id: patient for patient in locked}
    if found.keys() != wanted:
        raise NotFound()
    return found


def find_patient_by_person(session: Session, actor: Actor, person_id: int) -> Patient | None:
    """The live registration of a person, if it lies in the actor's area."""
    return session.scalars(
        select(Patient)
        .where(Patient.person_id == person_id, within(Patient.area_code, actor))
        .where(Patient.registry_status.not_in(NOT_LIVE))
    ).one_or_none()


def find_ids_by_person_ids(session: Session, person_ids: Iterable[int]) -> dict[int, int]:
    """person id → id of the live registration, for an import's duplicate check."""
    found: dict[int, int] = {}
    for part in slices(set(person_ids)):
        rows = select(Patient.person_id, Patient.id).where(
            Patient.person_id.in_(part),
            Patient.registry_status.not_in(NOT_LIVE),
        )
        found.update(dict(session.execute(rows).all()))
    return found


def list_patients(
    session: Session,
    actor: Actor,
    wanted: RegisterFilter,
    cursor: str | None,
    today: date,
    size: int = PAGE_SIZE,
) -> Page[RegisterRow]:
    """A page in the order of villages, then of registration."""
    rows = (
        select(*columns_for(actor.role))
        .join(Person, Person.id == Patient.person_id)
        .where(within(Patient.area_code, actor), *_conditions(actor, wanted, today))
        .order_by(Patient.area_code, Patient.id)
        .limit(size + 1)
    )
    after = decode_cursor(cursor, 2)
    if after and isinstance(after[0], str) and isinstance(after[1], int):
        rows = rows.where(tuple_(Patient.area_code, Patient.id) > after)
    return page_of(as_rows(session, rows), size, lambda row: (row.area_code, row.id))


_DOCTOR = select(User.display_name).where(User.id == Patient.doctor_id).correlate(Patient).scalar_subquery()


def columns_for(role: Role) -> tuple[ColumnElement[Any] | Any, ...]:
    """The columns of `RegisterRow` that this role may see; the others are never loaded."""

    def seen(field: Field, column: Any) -> Any:
        return column if FIELDS[field].get(role) is Grant.FULL else literal(None).label(column.key)

    return (
        Patient.id,
        Patient.public_id,
        Person.name,
        seen(Field.PATIENT_BIRTH_DATE, Person.sex),
        seen(Field.PATIENT_BIRTH_DATE, Person.born_on),
        Patient.area_code,
        Patient.registry_status,
        Patient.management_status,
        Patient.care_setting,
        seen(Field.RISK_LEVEL, Patient.risk_level),
        seen(Field.CLINICAL, Patient.visit_class),
        seen(Field.CLINICAL, Patient.last_visit_on),
        seen(Field.CLINICAL, Patient.next_due_on),
        _DOCTOR.label("doctor"),
    )


def as_rows(
    session: Session, rows: Select[Any], values: Mapping[str, Any] | None = None, found_by: bool = False
) -> list[RegisterRow]:
    """Run a select over `columns_for` with its `values` (and, with `found_by`, a last column with the matching name)."""
    fetched = session.execute(rows, values).all()
    villages = full_names(session, {row.area_code for row in fetched})
    return [_row(row, villages[row.area_code], row[-1] if found_by else None) for row in fetched]


def _row(row: Row[Any], village: str, found_by: str | None) -> RegisterRow:
    return RegisterRow(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        sex=row.sex or 0,
        born_on=row.born_on,
        area_code=row.area_code,
        village=village,
        state=label_state(row.registry_status, row.management_status, row.care_setting),
        risk_level=row.risk_level,
        visit_class=row.visit_class,
        last_visit_on=row.last_visit_on,
        next_due_on=row.next_due_on,
        doctor=row.doctor,
        found_by=found_by,
    )


def _conditions(actor: Actor, wanted: RegisterFilter, today: date) -> list[ColumnElement[bool]]:
    conditions = [_state_is(wanted.state)]
    if wanted.area:
        conditions.append(within_prefix(Patient.area_code, wanted.area))
    if wanted.is_unassigned:
        conditions.append(Patient.doctor_id.is_(None))
    if sees(actor, Field.RISK_LEVEL) is Grant.FULL:
        if wanted.level is not None:
            conditions.append(Patient.risk_level == wanted.level)
        if wanted.least_level is not None:
            conditions.append(Patient.risk_level >= wanted.least_level)
    if sees(actor, Field.CLINICAL) is Grant.FULL:
        if wanted.visit_class is not None:
            conditions.append(Patient.visit_class == wanted.visit_class)
        if wanted.is_overdue:
            conditions.append(Patient.next_due_on < today)
    return conditions


def _state_is(state: str) -> ColumnElement[bool]:
    """The single label as a condition; without one, everybody who is not closed."""
    if not state:
        return Patient.registry_status.not_in((*NOT_LIVE, RegistryStatus.DEAD))
    if state in set(RegistryStatus):
        return Patient.registry_status == RegistryStatus(state)
    registered = Patient.registry_status == RegistryStatus.REGISTERED
    if state in (CareSetting.INPATIENT.value, CareSetting.CUSTODY.value):
        return registered & (Patient.care_setting == CareSetting(state))
    if state in set(ManagementStatus):
        return registered & (Patient.management_status == ManagementStatus(state))
    return or_(literal(False))
