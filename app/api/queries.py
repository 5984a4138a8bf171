"""Keys of the interface: whose they are, and who stands behind one that was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.sessions import actor_of
from app.api.models import ApiKey
from app.api.rules import hash_key
from app.areas.models import Agency
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.core.scope import within
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.numbers import issue_of
from app.discharges.rules.states import FormKind, LateBy

SPEAKERS = frozenset({Role.HOSPITAL})  # whose systems the interface is made for


@dataclass(frozen=True)
class KeyRow:
    """A key with whose it is."""

    key: ApiKey
    agency: str
    user: str


@dataclass(frozen=True)
class Bearer:
    """Who speaks with a key."""

    actor: Actor
    key_id: int
    used_on: date | None


def find_bearer(session: Session, key: str, today: date) -> Bearer | None:
    """The account behind a key that is good today; None for anything else."""
    found = session.execute(
        select(ApiKey, User)
        .join(User, User.id == ApiKey.user_id)
        .where(
            ApiKey.key_hash == hash_key(key),
            ApiKey.revoked_at.is_(None),
            ApiKey.good_to >= today,
            # the account goes on speaking for its own agency only, and ends with it
            User.is_disabled.is_(False),
            User.agency_id == ApiKey.agency_id,
            User.role.in_(SPEAKERS),
        )
    ).one_or_none()
    return Bearer(actor_of(found.User), found.ApiKey.id, found.ApiKey.used_on) if found else None


def list_keys(session: Session, actor: Actor) -> Sequence[KeyRow]:
    """Keys of the agencies in the actor's area, the newest first."""
    rows = session.execute(
        select(ApiKey, Agency.name, User.display_name)
        .join(Agency, Agency.id == ApiKey.agency_id)
        .join(User, User.id == ApiKey.user_id)
        .where(_kept_by(actor))
        .order_by(ApiKey.id.desc())
    )
    return [KeyRow(key, agency, user) for key, agency, user in rows]


def get_key(session: Session, actor: Actor, public_id: str) -> ApiKey:
    found = session.scalars(
        select(ApiKey).join(Agency, Agency.id == ApiKey.agency_id).where(ApiKey.public_id == public_id, _kept_by(actor))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def count_good_keys(session: Session, agency_id: int, today: date) -> int:
    good = select(ApiKey.id).where(ApiKey.agency_id == agency_id, ApiKey.revoked_at.is_(None), ApiKey.good_to >= today)
    return len(session.scalars(good).all())


def list_speakers(session: Session, actor: Actor) -> Sequence[tuple[User, str]]:
    """Accounts that a key may act as, with their agency's name."""
    rows = session.execute(
        select(User, Agency.name)
        .join(Agency, Agency.id == User.agency_id)
        .where(User.role.in_(SPEAKERS), User.is_disabled.is_(False), within(User.area_code, actor))
        .order_by(Agency.name, User.name)
    )
    return [(user, agency) for user, agency in rows]


def _kept_by(actor: Actor) -> ColumnElement[bool]:
    return within(Agency.area_code, actor)


# -- the hand-over, as the hospital may know it --------------------------------------------------------------------------

# whom the hospital hands over to; who else was told is between the county and them (roles.md: own stay, own patients)
TOLD_TO_HOSPITAL = (FormKind.GUARDIAN, FormKind.HEALTH_CENTRE)


@dataclass(frozen=True)
class FormProgress:
    kind: str
    dispatched_at: datetime
    received_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class LoopState:
    """How far one hand-over has come. Instants are aware."""

    hospital_number: str
    state: str
    discharged_at: datetime
    submitted_at: datetime
    is_late: bool
    closed_at: datetime | None
    forms: Sequence[FormProgress]


def get_loop_state(session: Session, actor: Actor, hospital_number: str) -> LoopState:
    """By the hospital's own number; NotFound for another hospital's as for none."""
    found = session.execute(
        select(
            Discharge.id,
            Discharge.state,
            Discharge.discharged_at,
            Discharge.submitted_at,
            Discharge.late_by,
            Discharge.closed_at,
        )
        .where(
            Discharge.hospital_id == actor.agency_id,
            Discharge.submitted_at.is_not(None),
            # a record that was entered wrongly has a next issue under the same number
            or_(
                Discharge.hospital_number == hospital_number,
                Discharge.hospital_number.startswith(issue_of(hospital_number), autoescape=True),
            ),
        )
        .order_by(Discharge.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise NotFound
    return LoopState(
        hospital_number,
        found.state.value,
        found.discharged_at,
        found.submitted_at,
        found.late_by is LateBy.HOSPITAL,
        found.closed_at,
        _forms_of(session, found.id),
    )


def _forms_of(session: Session, discharge_id: int) -> list[FormProgress]:
    rows = session.execute(
        select(HandoverForm.kind, HandoverForm.dispatched_at, HandoverForm.received_at, HandoverForm.closed_at)
        .where(HandoverForm.discharge_id == discharge_id, HandoverForm.kind.in_(TOLD_TO_HOSPITAL))
        .order_by(HandoverForm.id)
    )
    return [FormProgress(kind.value, dispatched, received, closed) for kind, dispatched, received, closed in rows]
