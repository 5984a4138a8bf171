"""Requests to the offices that decide: a partner sees its own office's alone, and a person's particulars only while one is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.areas.queries import full_names
from app.areas.rules import county_of
from app.benefits.models import BenefitOffice, BenefitRequest
from app.benefits.rules.benefit import BenefitKind
from app.benefits.rules.requests import OPEN_REQUESTS
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.core.identity import last4, mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within
from app.guardians.models import Guardianship
from app.guardians.rules import Rank, Relation
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import Person
from app.people.queries import find_main_phone
from app.people.service import open_id_number
from app.people.vault import Vault

# offices that may be asked: they decide, and see no more than what is addressed to them
OFFICES = (AgencyKind.PARTNER, AgencyKind.CIVIL_AFFAIRS)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One line; `name` while the reader may know it: a partner of an open request only."""

    request: BenefitRequest
    office: str
    name: str | None
    village: str
    because: Sequence[Reason]
    is_late: bool


@dataclass(frozen=True, slots=True)
class Particulars:
    """What the office needs to decide; None is not seen by this role, or not known."""

    name: str | None
    born_on: date | None
    id_tail: str | None
    address: str | None
    phone: str | None
    guardian: str | None
    relation: Relation | None
    guardian_phone: str | None


@dataclass(frozen=True, slots=True)
class OfficeRow:
    kind: BenefitKind
    agency_id: int | None
    agency: str | None


def _mine(actor: Actor) -> ColumnElement[bool]:
    """A partner's own office; everybody else's area."""
    if actor.role is Role.PARTNER:
        return BenefitRequest.agency_id == actor.agency_id if actor.agency_id else false()
    return within(Patient.area_code, actor)


def get_request(
    session: Session, actor: Actor, public_id: str, *, lock: bool = False
) -> tuple[BenefitRequest, Patient]:
    """With its patient; raises `NotFound` elsewhere and for another office's."""
    require(actor, Action.SEE_BENEFIT_REQUESTS)
    wanted = (
        select(BenefitRequest, Patient)
        .join(Patient, Patient.id == BenefitRequest.patient_id)
        .where(BenefitRequest.public_id == public_id, _mine(actor))
    )
    if lock:
        wanted = wanted.with_for_update(of=BenefitRequest).execution_options(populate_existing=True)
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def find_open_request(session: Session, patient: Patient, kind: BenefitKind) -> BenefitRequest | None:
    """The request that is under way, of a patient who was handed out."""
    return session.scalars(
        select(BenefitRequest).where(
            BenefitRequest.patient_id == patient.id,
            BenefitRequest.kind == kind,
            BenefitRequest.state.in_(OPEN_REQUESTS),
        )
    ).one_or_none()


def list_requests(
    session: Session,
    actor: Actor,
    today: date,
    *,
    only_open: bool = True,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[RequestRow]:
    """Open ones by their last day; all, the newest first."""
    require(actor, Action.SEE_BENEFIT_REQUESTS)
    wanted = _rows(actor)
    after = decode_cursor(cursor, 1)
    if after is not None and type(after[0]) is int:
        wanted = wanted.where(BenefitRequest.id < after[0])
    if only_open:
        wanted = wanted.where(BenefitRequest.state.in_(OPEN_REQUESTS))
    page = page_of(
        session.execute(wanted.order_by(BenefitRequest.id.desc()).limit(size + 1)).all(), size, lambda row: (row[0].id,)
    )
    return Page(_as_rows(session, actor, page.rows, today), page.next_cursor)


def list_of_patient(session: Session, actor: Actor, patient: Patient, today: date) -> list[RequestRow]:
    require(actor, Action.SEE_BENEFITS)
    rows = session.execute(
        _rows(actor).where(BenefitRequest.patient_id == patient.id).order_by(BenefitRequest.id.desc())
    ).all()
    return _as_rows(session, actor, rows, today)


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(BenefitRequest, Agency.name.label("office"), Patient.area_code, Person.name, IS_HERE.label("is_here"))
        .join(Patient, Patient.id == BenefitRequest.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(Agency, Agency.id == BenefitRequest.agency_id)
        .where(_mine(actor))
    )


def _as_rows(session: Session, actor: Actor, rows: Sequence[Any], today: date) -> list[RequestRow]:
    villages = full_names(session, {row.area_code for row in rows})
    return [
        RequestRow(
            request,
            office,
            name_at(actor, name, is_open=request.state in OPEN_REQUESTS and is_here),
            villages[area_code],
            [Reason.from_json(one) for one in request.because],
            request.state in OPEN_REQUESTS and request.due_on < today,
        )
        for request, office, area_code, name, is_here in rows
    ]


def name_at(actor: Actor, name: str, *, is_open: bool) -> str | None:
    """The patient's name as the role sees it on a request or referral that is under way, or no more."""
    grant = sees(actor, Field.PATIENT_NAME)
    if grant is Grant.FULL or (grant in (Grant.TASK, Grant.OWN_HOSPITAL) and is_open):
        return name
    return mask_name(name) if grant is Grant.MASKED else None


def particulars_of(
    session: Session, vault: Vault, actor: Actor, request: BenefitRequest, patient: Patient
) -> Particulars | None:
    """What the office reads of the person on an open request addressed to it; None for everybody else."""
    if actor.role is not Role.PARTNER or request.state not in OPEN_REQUESTS or not is_still_here(session, patient):
        return None
    return read_particulars(session, vault, patient)


# who died or left the register is no other office's to call any more
IS_HERE = and_(Patient.registry_status == RegistryStatus.REGISTERED, Person.died_on.is_(None))


def is_still_here(session: Session, patient: Patient) -> bool:
    """Whether a patient who was handed out lives and is on the register, as it is now."""
    here = select(IS_HERE).select_from(Patient).join(Person, Person.id == Patient.person_id)
    return bool(session.scalar(here.where(Patient.id == patient.id)))


def read_particulars(session: Session, vault: Vault, patient: Patient) -> Particulars:
    """Name, birth, last four, address, telephones, guardian: what stands open to an office on a form addressed to it (roles.md, T)."""
    person = session.get_one(Person, patient.person_id)
    number = open_id_number(vault, person)
    guard = session.execute(_guard(patient)).one_or_none()
    return Particulars(
        person.name,
        person.born_on,
        last4(number) if number else None,
        vault.open(person.id, "patients.address", patient.address_sealed),
        find_main_phone(session, vault, person.id),
        guard.name if guard else None,
        guard.relation if guard else None,
        find_main_phone(session, vault, guard.person_id) if guard else None,
    )


def _guard(patient: Patient) -> Select[*tuple[Any, ...]]:
    return (
        select(Guardianship.person_id, Guardianship.relation, Person.name)
        .join(Person, Person.id == Guardianship.person_id)
        .where(
            Guardianship.patient_id == patient.id,
            Guardianship.rank == Rank.FIRST,
            Guardianship.to_on.is_(None),
            Guardianship.withdrawn_at.is_(None),
        )
    )


def find_guardian_name(session: Session, actor: Actor, patient: Patient) -> str:
    """The first guardian of a patient who was handed out, for roles that read it; empty without one."""
    found = session.execute(_guard(patient)).one_or_none()
    return found.name if found is not None and sees(actor, Field.GUARDIAN_NAME) is Grant.FULL else ""


def count_requests(session: Session, actor: Actor, today: date) -> tuple[int, int]:
    """Open ones, and how many of them are past their last day."""
    require(actor, Action.SEE_BENEFIT_REQUESTS)
    found = session.execute(
        select(func.count(), func.count().filter(BenefitRequest.due_on < today))
        .select_from(BenefitRequest)
        .join(Patient, Patient.id == BenefitRequest.patient_id)
        .where(BenefitRequest.state.in_(OPEN_REQUESTS), _mine(actor))
    ).one()
    return found[0], found[1]


# -- which office ------------------------------------------------------------------------------------------------------


def find_office(session: Session, area_code: str, kind: BenefitKind) -> BenefitOffice | None:
    """Who decides on a benefit in the county of a place."""
    return session.scalars(
        select(BenefitOffice).where(BenefitOffice.county_code == county_of(area_code), BenefitOffice.kind == kind)
    ).one_or_none()


def list_offices(session: Session, actor: Actor, county_code: str) -> list[OfficeRow]:
    require(actor, Action.SEE_BENEFITS)
    rows = session.execute(
        select(BenefitOffice.kind, Agency.id, Agency.name)
        .join(Agency, Agency.id == BenefitOffice.agency_id)
        .where(BenefitOffice.county_code == county_code)
    )
    found = {kind: (agency_id, name) for kind, agency_id, name in rows}
    return [OfficeRow(kind, *found.get(kind, (None, None))) for kind in BenefitKind]


def list_possible_offices(session: Session, actor: Actor) -> list[Agency]:
    """Offices of the actor's county that can be asked."""
    return list(
        session.scalars(
            select(Agency)
            .where(within(Agency.area_code, actor), Agency.kind.in_(OFFICES))
            .order_by(Agency.kind, Agency.name)
        )
    )
