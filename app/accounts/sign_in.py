"""Signing in: charge the attempt, check the password outside every transaction, then keep or take back the charge.

The attempt is written as a failure *before* the password is checked, under a lock that all workers share, so that parallel guesses
cannot outrun the count. Unknown, wrong, waiting and disabled accounts cost the same: two writes and one hash.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from app.accounts.models import SignInFailure, User, UserSession
from app.accounts.queries import find_by_name
from app.accounts.rules import REMEMBERED, SOURCE_SPAN, SOURCE_TRIES, may_try_at, tidy_name
from app.accounts.sessions import actor_of, open_session
from app.audit.service import note
from app.core.passwords import Passwords


class TooManyAttempts(Exception):
    """This address has failed so often that it is not heard for a while, whatever account it names."""


@dataclass(frozen=True)
class KnownDevice:
    """A browser on which this user has signed in before, from its signed cookie."""

    user_public_id: str
    device_id: str


@dataclass(frozen=True)
class Attempt:
    """A charged attempt. `stored_hash` opens for no password when the account is unknown, disabled or waiting."""

    failure_id: int
    user_id: int | None
    # of the account when the hash was read
    session_epoch: int
    stored_hash: str


def charge_attempt(
    session: Session, passwords: Passwords, name: str, source: str | None, device: KnownDevice | None, now: datetime
) -> Attempt:
    """Count this attempt as failed until it is proved right. Raises `TooManyAttempts` for an address over its limit.

    A `source` that is not known (None) has no limit; accounts have theirs anyway.

    The user's own `device` has tries of its own, so that strangers who guess cannot lock a doctor out.
    """
    name = tidy_name(name)
    user = find_by_name(session, name)
    is_own_device = device is not None and user is not None and device.user_public_id == user.public_id
    name_hash = _hash(f"{device.device_id if device and is_own_device else ''}\0{name}")
    source_hash = _hash(source or "")
    _one_at_a_time(session, name_hash, source_hash)
    if source is not None and _count_of_source(session, source_hash, now) >= SOURCE_TRIES:
        raise TooManyAttempts
    is_waiting = _is_waiting(session, name_hash, now)
    failure = SignInFailure(name_hash=name_hash, source_hash=source_hash, at=now, is_counted=not is_waiting)
    session.add(failure)
    session.flush()
    is_heard = user is not None and not user.is_disabled and not is_waiting
    return Attempt(
        failure_id=failure.id,
        user_id=user.id if user else None,
        session_epoch=user.session_epoch if user else 0,
        stored_hash=user.password_hash if user and is_heard else passwords.unknown,
    )


def complete_sign_in(session: Session, attempt: Attempt, now: datetime) -> tuple[User, str]:
    """The password was right: forget the account's failures and open a new session; returns the cookie's token.

    The session is as old as the password that opened it: of one that was changed meanwhile, it is dead.
    """
    user = session.get_one(User, attempt.user_id)
    forgive(session, attempt)
    session.execute(update(User).where(User.id == user.id).values(last_sign_in_at=now))
    note(
        session,
        actor_of(user),
        "accounts.signed_in",
        now=now,
        subject=("user", user.public_id),
        area_code=user.area_code,
    )
    return user, open_session(session, user, attempt.session_epoch, now)


def note_refusal(session: Session, attempt: Attempt, now: datetime) -> None:
    """The attempt stays charged; who was named is noted, whether or not the account exists."""
    user = session.get(User, attempt.user_id) if attempt.user_id else None
    subject = ("user", user.public_id) if user else ("user", "")
    note(session, None, "accounts.sign_in_refused", now=now, subject=subject, area_code=user.area_code if user else "")


def forgive(session: Session, attempt: Attempt) -> None:
    """A right password clears the failures under the same account (and device)."""
    charged = session.get_one(SignInFailure, attempt.failure_id)
    session.execute(delete(SignInFailure).where(SignInFailure.name_hash == charged.name_hash))


def purge(session: Session, now: datetime) -> int:
    """Forget failures older than a day and sessions that have ended; returns how many rows went. For a daily job."""
    gone = session.connection().execute(delete(SignInFailure).where(SignInFailure.at < now - REMEMBERED)).rowcount
    return gone + session.connection().execute(delete(UserSession).where(UserSession.expires_at < now)).rowcount


def _is_waiting(session: Session, name_hash: bytes, now: datetime) -> bool:
    failures = session.scalars(
        select(SignInFailure.at).where(
            SignInFailure.name_hash == name_hash, SignInFailure.at > now - REMEMBERED, SignInFailure.is_counted
        )
    ).all()
    heard_at = may_try_at(failures)
    return heard_at is not None and now < heard_at


def _count_of_source(session: Session, source_hash: bytes, now: datetime) -> int:
    return (
        session.scalar(
            select(func.count()).where(SignInFailure.source_hash == source_hash, SignInFailure.at > now - SOURCE_SPAN)
        )
        or 0
    )


def _one_at_a_time(session: Session, *hashes: bytes) -> None:
    """PostgreSQL: attempts on one account or from one address queue up. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        for key in sorted(int.from_bytes(one[:8], signed=True) for one in hashes):
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _hash(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
