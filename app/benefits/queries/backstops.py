"""Hospital bills that the county is asked to take over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.benefits.models import BackstopRequest
from app.benefits.queries.standing import name_for
from app.benefits.rules.backstop import BackstopState
from app.core.access import Action, Field, Grant, may, require, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within
from app.patients.models import Patient
from app.patients.queries.merges import records_of
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class BilledStay:
    """What a role reads of the stay behind a bill: whoever asks and approves so many days, whoever pays whom to pay, clinicians all."""

    hospital: str | None = None
    days: int | None = None
    span: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class BackstopRow:
    """`name` as the role sees it: finance reads none."""

    request: BackstopRequest
    patient: str | None
    name: str | None
    stay: BilledStay


def get_backstop(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> BackstopRequest:
    require(actor, Action.SEE_BACKSTOPS)
    wanted = (
        select(BackstopRequest)
        .join(Patient, Patient.id == BackstopRequest.patient_id)
        .where(BackstopRequest.public_id == public_id, within(Patient.area_code, actor))
    )
    if lock:
        wanted = wanted.with_for_update(of=BackstopRequest).execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_sent_backstop(session: Session, actor: Actor, submission_key: str) -> BackstopRequest | None:
    return session.scalars(
        select(BackstopRequest).where(
            BackstopRequest.submission_key == submission_key, BackstopRequest.asked_by == actor.user_id
        )
    ).one_or_none()


def list_backstops(
    session: Session, actor: Actor, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[BackstopRow]:
    """The newest first."""
    require(actor, Action.SEE_BACKSTOPS)
    wanted = _rows(actor).order_by(BackstopRequest.id.desc()).limit(size + 1)
    after = decode_cursor(cursor, 1)
    if after is not None and type(after[0]) is int:
        wanted = wanted.where(BackstopRequest.id < after[0])
    page = page_of(session.execute(wanted).all(), size, lambda row: (row[0].id,))
    return Page(
        [BackstopRow(one, patient, name_for(actor, name), stay_for(actor, one)) for one, patient, name in page.rows],
        page.next_cursor,
    )


def stay_for(actor: Actor, request: BackstopRequest) -> BilledStay:
    """By the field table: days without date and place where it says days; the hospital that is paid, and nobody's stay, for finance."""
    grant = sees(actor, Field.CARE_SPANS)
    if grant is Grant.FULL:
        return BilledStay(request.hospital, None, (request.from_on, request.to_on))
    if grant is Grant.DAYS:
        return BilledStay(days=(request.to_on - request.from_on).days + 1)
    return BilledStay(request.hospital) if may(actor, Action.PAY_BACKSTOP) else BilledStay()


def list_backstops_of(session: Session, actor: Actor, patient: Patient) -> list[tuple[BackstopRequest, BilledStay]]:
    """Of one patient, for the page of their benefits; sums are shown by the field table."""
    require(actor, Action.SEE_BENEFITS)
    found = session.scalars(
        select(BackstopRequest)
        .join(Patient, Patient.id == BackstopRequest.patient_id)
        .where(BackstopRequest.patient_id.in_(records_of(session, patient.id)), within(Patient.area_code, actor))
        .order_by(BackstopRequest.id.desc())
    )
    return [(one, stay_for(actor, one)) for one in found]


def count_backstops(session: Session, actor: Actor, state: BackstopState) -> int:
    require(actor, Action.SEE_BACKSTOPS)
    return (
        session.scalar(
            select(func.count())
            .select_from(BackstopRequest)
            .join(Patient, Patient.id == BackstopRequest.patient_id)
            .where(BackstopRequest.state == state, within(Patient.area_code, actor))
        )
        or 0
    )


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(BackstopRequest, Patient.public_id, Person.name)
        .join(Patient, Patient.id == BackstopRequest.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(within(Patient.area_code, actor))
    )


def find_name(session: Session, actor: Actor, patient_id: int) -> str | None:
    """A patient's name as the role sees it; what it does not see is not loaded."""
    if sees(actor, Field.PATIENT_NAME) is Grant.NONE:
        return None
    found = session.scalar(
        select(Person.name)
        .join(Patient, Patient.person_id == Person.id)
        .where(Patient.id == patient_id, within(Patient.area_code, actor))
    )
    return name_for(actor, found) if found else None
