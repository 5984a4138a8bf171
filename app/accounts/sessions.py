"""Server-side sessions: the cookie holds a random token, the database its hash; both must agree with the user as of now.

A session ends at sign-out, when it idles, when it is too old, and on every worker at once when the user's epoch moves on
(disabled, other role, other area, new password).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from app.accounts.models import User, UserSession
from app.areas.models import Agency, Area
from app.areas.rules import prefix_of
from app.core.actor import Actor, Role

COOKIE = "anhu_session"
IDLE = timedelta(minutes=15)
IDLE_MONEY = timedelta(minutes=10)  # finance works with accounts
IDLE_FIELD = timedelta(hours=4)  # a doctor between two villages; the phone's own lock is the nearer guard
LIFETIME = timedelta(hours=12)
SEEN_EVERY = timedelta(seconds=60)  # how stale `seen_at` may be, so that not every page writes

_IDLE = {Role.FINANCE: IDLE_MONEY, Role.DOCTOR: IDLE_FIELD, Role.VILLAGE_DOCTOR: IDLE_FIELD}


@dataclass(frozen=True)
class SignedIn:
    """Who a token belongs to and where they work, and whether `seen_at` is due to be moved."""

    actor: Actor
    place: str
    token_hash: bytes
    is_seen_due: bool
    must_change_password: bool


# Built once, and no wider than what is read: every request of every signed-in user asks it.
_SIGNED_IN = (
    select(
        UserSession.epoch,
        UserSession.seen_at,
        UserSession.expires_at,
        User.id,
        User.display_name,
        User.role,
        User.area_code,
        User.agency_id,
        User.person_id,
        User.language,
        User.session_epoch,
        User.is_disabled,
        User.must_change_password,
        func.coalesce(Agency.name, Area.name).label("place"),
    )
    .join(User, User.id == UserSession.user_id)
    .join(Area, Area.code == User.area_code)
    .outerjoin(Agency, Agency.id == User.agency_id)
    .where(UserSession.token_hash == bindparam("token_hash"))
)


def open_session(session: Session, user: User, epoch: int, now: datetime) -> str:
    """Start a session for `user`, alive as long as the account's epoch stays; return the token for the cookie."""
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_hash=hash_token(token),
            user_id=user.id,
            epoch=epoch,
            started_at=now,
            seen_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return token


def find_signed_in(session: Session, token: str, now: datetime) -> SignedIn | None:
    """The actor behind a live token; None for anything else."""
    token_hash = hash_token(token)
    found = session.connection().execute(_SIGNED_IN, {"token_hash": token_hash}).one_or_none()
    if found is None:
        return None
    is_live = (
        not found.is_disabled
        and found.epoch == found.session_epoch
        and now < found.expires_at
        and now < found.seen_at + _IDLE.get(found.role, IDLE)
    )
    if not is_live:
        return None
    is_seen_due = now >= found.seen_at + SEEN_EVERY
    return SignedIn(actor_of(found), found.place, token_hash, is_seen_due, found.must_change_password)


def touch(session: Session, token_hash: bytes, now: datetime) -> None:
    session.execute(update(UserSession).where(UserSession.token_hash == token_hash).values(seen_at=now))


def close_session(session: Session, token: str) -> None:
    session.execute(delete(UserSession).where(UserSession.token_hash == hash_token(token)))


def actor_of(user: Any) -> Actor:
    """From an account, or from a row with its columns."""
    return Actor(
        user_id=user.id,
        role=user.role,
        area_prefix=prefix_of(user.area_code),
        agency_id=user.agency_id,
        person_id=user.person_id,
        name=user.display_name,
        language=user.language,
    )


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
