"""Prints that were asked for: what is under way for me, and what is kept from people in my role.

A paper is drawn as its asker's role may see it, so it is offered to that role only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.models import KeptFile, WorkItem, WorkState
from app.core.scope import within

KINDS = ("ledger", "notices")  # kept files that are papers of a quarter
FOUND_AGAIN = timedelta(days=7)
MOST = 30


@dataclass(frozen=True, slots=True)
class KeptPrint:
    public_id: str
    name: str
    size: int
    created_at: datetime
    expires_at: datetime | None
    by: str


def list_kept(session: Session, actor: Actor, now: datetime) -> list[KeptPrint]:
    """Papers of the actor's area that were made by its role and still stand, the newest first."""
    rows = session.execute(
        select(
            KeptFile.public_id,
            KeptFile.name,
            KeptFile.size,
            KeptFile.created_at,
            KeptFile.expires_at,
            User.display_name,
        )
        .join(User, User.id == KeptFile.created_by)
        .where(
            KeptFile.kind.in_(KINDS),
            within(KeptFile.area_code, actor),
            User.role == actor.role,
            or_(KeptFile.expires_at.is_(None), KeptFile.expires_at > now),
        )
        .order_by(KeptFile.id.desc())
        .limit(MOST)
    )
    return [KeptPrint(*row) for row in rows]


def get_kept(session: Session, actor: Actor, public_id: str, now: datetime) -> KeptFile:
    """One of them, to hand out; raises `NotFound`."""
    file = session.scalar(
        select(KeptFile)
        .join(User, User.id == KeptFile.created_by)
        .where(
            KeptFile.public_id == public_id,
            KeptFile.kind.in_(KINDS),
            within(KeptFile.area_code, actor),
            User.role == actor.role,
            or_(KeptFile.expires_at.is_(None), KeptFile.expires_at > now),
        )
    )
    if file is None:
        raise NotFound()
    return file


def list_under_way(session: Session, actor: Actor, kinds: Iterable[str], now: datetime) -> Sequence[WorkItem]:
    """What this user asked for and has not got yet, or did not get: to be found again."""
    return session.scalars(
        select(WorkItem)
        .where(
            WorkItem.asked_by == actor.user_id,
            WorkItem.kind.in_(sorted(kinds)),
            WorkItem.state != WorkState.DONE,
            WorkItem.asked_at > now - FOUND_AGAIN,
        )
        .order_by(WorkItem.id.desc())
        .limit(MOST)
    ).all()
