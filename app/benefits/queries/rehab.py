"""Rehabilitation places with their seats, referrals, months. A partner sees what is addressed to its own places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.areas.queries import full_names
from app.areas.rules import PREFIX_LENGTHS, AreaLevel
from app.benefits.models import RehabAttendance, RehabPlace, RehabReferral
from app.benefits.queries.requests import IS_HERE, Particulars, is_still_here, name_at, read_particulars
from app.benefits.queries.stays import made_here
from app.benefits.rules.rehab import OPEN_REFERRALS, SEATED, ReferralState, free_seats
from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """`seated` have a seat (accepted or attending), `waiting` wait for one."""

    place: RehabPlace
    area: str
    agency: str | None
    seated: int
    waiting: int
    asked: int

    @property
    def free(self) -> int:
        return free_seats(self.place.capacity, self.seated)


@dataclass(frozen=True, slots=True)
class ReferralRow:
    referral: RehabReferral
    place: RehabPlace
    name: str | None
    village: str
    days: int | None


def _my_places(actor: Actor) -> ColumnElement[bool]:
    """A partner's own; a town's people see the places of their county, which serve them too."""
    if actor.role is Role.PARTNER:
        return RehabPlace.agency_id == actor.agency_id if actor.agency_id else false()
    digits = PREFIX_LENGTHS[AreaLevel.COUNTY]
    if len(actor.area_prefix) <= digits:
        return within(RehabPlace.area_code, actor)
    county = actor.area_prefix[:digits]
    return RehabPlace.area_code.startswith(county, autoescape=True)


def _my_people(actor: Actor) -> ColumnElement[bool]:
    """A partner's referrals are those to its places, a hospital's those that it made; everybody else's are of their area."""
    if actor.role is Role.PARTNER:
        return _my_places(actor)
    return made_here(actor) if actor.role is Role.HOSPITAL else within(Patient.area_code, actor)


def list_places_of(session: Session, actor: Actor, *, only_open: bool = False) -> list[PlaceRow]:
    """Places with their seats; two queries."""
    require(actor, Action.SEE_REHAB)
    wanted = (
        select(RehabPlace, Agency.name).outerjoin(Agency, Agency.id == RehabPlace.agency_id).where(_my_places(actor))
    )
    if only_open:
        wanted = wanted.where(RehabPlace.closed_on.is_(None))
    rows = session.execute(wanted.order_by(RehabPlace.area_code, RehabPlace.name)).all()
    counts: dict[int, dict[ReferralState, int]] = {}
    counted = (
        select(RehabReferral.place_id, RehabReferral.state, func.count())
        .where(RehabReferral.place_id.in_([place.id for place, _agency in rows]))
        .group_by(RehabReferral.place_id, RehabReferral.state)
    )
    for place_id, state, count in session.execute(counted):
        counts.setdefault(place_id, {})[state] = count
    areas = full_names(session, {place.area_code for place, _agency in rows})
    return [_as_place(place, agency, areas[place.area_code], counts.get(place.id, {})) for place, agency in rows]


def _as_place(place: RehabPlace, agency: str | None, area: str, counts: dict[ReferralState, int]) -> PlaceRow:
    return PlaceRow(
        place,
        area,
        agency,
        sum(counts.get(state, 0) for state in SEATED),
        counts.get(ReferralState.WAITING, 0),
        counts.get(ReferralState.ASKED, 0),
    )


def get_place(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> RehabPlace:
    require(actor, Action.SEE_REHAB)
    wanted = select(RehabPlace).where(RehabPlace.public_id == public_id, _my_places(actor))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found


def count_seated(session: Session, place: RehabPlace) -> int:
    """Seats that are taken, of a place that was handed out."""
    return (
        session.scalar(select(func.count()).where(RehabReferral.place_id == place.id, RehabReferral.state.in_(SEATED)))
        or 0
    )


def get_referral(
    session: Session, actor: Actor, public_id: str, *, lock: bool = False
) -> tuple[RehabReferral, RehabPlace, Patient]:
    require(actor, Action.SEE_REHAB)
    wanted = (
        select(RehabReferral, RehabPlace, Patient)
        .join(RehabPlace, RehabPlace.id == RehabReferral.place_id)
        .join(Patient, Patient.id == RehabReferral.patient_id)
        .where(RehabReferral.public_id == public_id, _my_people(actor))
    )
    if lock:
        wanted = wanted.with_for_update(of=RehabReferral).execution_options(populate_existing=True)
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1], found[2]


def find_sent_referral(session: Session, actor: Actor, submission_key: str) -> RehabReferral | None:
    return session.scalars(
        select(RehabReferral)
        .join(Patient, Patient.id == RehabReferral.patient_id)
        .where(RehabReferral.submission_key == submission_key, within(Patient.area_code, actor))
    ).one_or_none()


def find_open_referral(session: Session, actor: Actor, patient: Patient) -> RehabReferral | None:
    """The referral that is under way, within the actor's area."""
    return session.scalars(
        select(RehabReferral)
        .join(Patient, Patient.id == RehabReferral.patient_id)
        .where(
            RehabReferral.patient_id == patient.id,
            RehabReferral.state.in_(OPEN_REFERRALS),
            within(Patient.area_code, actor),
        )
    ).one_or_none()


def list_referrals(
    session: Session,
    actor: Actor,
    *,
    place: RehabPlace | None = None,
    patient: Patient | None = None,
    only_open: bool = False,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[ReferralRow]:
    """The newest first; of one place or one patient where they are given."""
    require(actor, Action.SEE_REHAB)
    wanted = _rows(actor)
    if place is not None:
        wanted = wanted.where(RehabReferral.place_id == place.id)
    if patient is not None:
        wanted = wanted.where(RehabReferral.patient_id == patient.id)
    if only_open:
        wanted = wanted.where(RehabReferral.state.in_(OPEN_REFERRALS))
    after = decode_cursor(cursor, 1)
    if after is not None and type(after[0]) is int:
        wanted = wanted.where(RehabReferral.id < after[0])
    found = session.execute(wanted.order_by(RehabReferral.id.desc()).limit(size + 1)).all()
    page = page_of(found, size, lambda row: (row[0].id,))
    return Page(_as_referrals(session, actor, page.rows), page.next_cursor)


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    days = (
        select(func.coalesce(func.sum(RehabAttendance.days), 0))
        .where(RehabAttendance.referral_id == RehabReferral.id)
        .scalar_subquery()
    )
    return (
        select(RehabReferral, RehabPlace, Patient.area_code, Person.name, days.label("days"), IS_HERE.label("is_here"))
        .join(RehabPlace, RehabPlace.id == RehabReferral.place_id)
        .join(Patient, Patient.id == RehabReferral.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(_my_people(actor))
    )


def _as_referrals(session: Session, actor: Actor, rows: Sequence[Any]) -> list[ReferralRow]:
    villages = full_names(session, {row.area_code for row in rows})
    return [
        ReferralRow(
            referral,
            place,
            name_at(actor, name, is_open=referral.state in OPEN_REFERRALS and is_here),
            villages[area_code],
            int(days) if sees_attendance(actor) else None,
        )
        for referral, place, area_code, name, days, is_here in rows
    ]


def sees_attendance(actor: Actor) -> bool:
    """Whether somebody comes, and why they left, is nothing of the stay in the hospital that referred them."""
    return actor.role is not Role.HOSPITAL


def list_months(session: Session, actor: Actor, referral: RehabReferral) -> list[RehabAttendance]:
    """The newest first, of a referral that was handed out."""
    require(actor, Action.SEE_REHAB)
    if not sees_attendance(actor):
        return []
    return list(
        session.scalars(
            select(RehabAttendance)
            .where(RehabAttendance.referral_id == referral.id)
            .order_by(RehabAttendance.month.desc())
        )
    )


def find_month(session: Session, referral: RehabReferral, month: date) -> RehabAttendance | None:
    """What was entered for a month, of a referral that was handed out."""
    return session.scalars(
        select(RehabAttendance).where(RehabAttendance.referral_id == referral.id, RehabAttendance.month == month)
    ).one_or_none()


def particulars_at_place(
    session: Session, vault: Vault, actor: Actor, referral: RehabReferral, patient: Patient
) -> Particulars | None:
    """What the place reads of the person while the referral is open; None for everybody else."""
    if actor.role is not Role.PARTNER or not is_under_way(session, referral, patient):
        return None
    return read_particulars(session, vault, patient)


def is_under_way(session: Session, referral: RehabReferral, patient: Patient) -> bool:
    """Open, and the patient lives and is on the register: read as it is now, of a referral that was handed out."""
    return referral.state in OPEN_REFERRALS and is_still_here(session, patient)


def count_referrals(session: Session, actor: Actor) -> tuple[int, int]:
    """Referrals that wait for an answer, and people who wait for a seat."""
    require(actor, Action.SEE_REHAB)
    rows = session.execute(
        select(RehabReferral.state, func.count())
        .join(RehabPlace, RehabPlace.id == RehabReferral.place_id)
        .join(Patient, Patient.id == RehabReferral.patient_id)
        .where(_my_people(actor), RehabReferral.state.in_((ReferralState.ASKED, ReferralState.WAITING)))
        .group_by(RehabReferral.state)
    )
    counts = dict(rows.all())
    return counts.get(ReferralState.ASKED, 0), counts.get(ReferralState.WAITING, 0)
