"""Long work that a page asks for and the scheduler process does: asked for once, claimed by one, taken over when its process died.

The page side is `ask_for_work` and `get_work`; the other functions are the scheduler's. A claim carries a token: whoever lost it
to another may no longer write (`LostClaim`), so what a frozen process does after it wakes up is rolled back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Conflict, NotFound
from app.core.models import KeptFile, WorkItem, WorkState
from app.core.reasons import Reason

LIVE = (WorkState.QUEUED, WorkState.RUNNING)
# a claim that has not moved for so long belongs to a dead process; handlers report progress far more often
CLAIM_LAPSES_AFTER = timedelta(seconds=60)


class Progress(Protocol):
    """Says how far the work is. It writes by itself, so call it between your transactions, never inside one."""

    def __call__(self, done: int, total: int) -> None: ...


@dataclass(frozen=True)
class WorkDone:
    """What a handler hands back: plain JSON for the page that asked, and the kept file to offer."""

    result: Mapping[str, Any] | None = None
    file_id: int | None = None


# (database, item, progress) → what came of it. What is only read is read in `database.reading()`, which keeps no writer waiting
# however long it takes; results are stored in short transactions. It may be called again for the same item after its process died,
# so whatever it stores is guarded by the room's own keys; raising an `AnhuError` fails the item with that reason.
Handler = Callable[[Database, WorkItem, Progress], WorkDone]


class LostClaim(Exception):
    """Somebody else has taken this work or run over; what was done in this transaction must not be stored."""


def ask_for_work(
    session: Session, kind: str, args: Mapping[str, Any], live_key: str, actor: Actor, now: datetime
) -> WorkItem:
    """Queue work, or find the same work while it is under way.

    `kind` names a handler of `scheduler/work.py`, `args` is plain JSON, `live_key` says what makes it the same work. Raises
    `Conflict` when it is under way for somebody else, who alone may see its page.
    """
    found = find_live_work(session, live_key)
    if found is None:
        item = WorkItem(
            kind=kind, args=dict(args), live_key=live_key, asked_by=actor.user_id, asked_at=now, state=WorkState.QUEUED
        )
        try:
            with session.begin_nested():
                session.add(item)
            return item
        except IntegrityError:
            found = find_live_work(session, live_key)
    if found is None or found.asked_by != actor.user_id:
        raise Conflict(Reason("core.work.under_way"))
    return found


def get_work(session: Session, actor: Actor, public_id: str) -> WorkItem:
    """The item, for whoever asked for it; NotFound for everybody else."""
    item = session.scalar(select(WorkItem).where(WorkItem.public_id == public_id))
    if item is None or item.asked_by is None or item.asked_by != actor.user_id:
        raise NotFound()
    return item


def find_file_of_work(session: Session, item: WorkItem) -> KeptFile | None:
    """What the work made, unless it made no file or the file has been purged."""
    return session.get(KeptFile, item.file_id) if item.file_id else None


def find_live_work(session: Session, live_key: str) -> WorkItem | None:
    """The work of this key that waits or is being done, whoever asked for it."""
    return session.scalar(select(WorkItem).where(WorkItem.live_key == live_key, WorkItem.state.in_(LIVE)))


# -- the scheduler's side ----------------------------------------------------------------------------------------------


def claim_work(session: Session, now: datetime) -> WorkItem | None:
    """Take the oldest item that waits or whose claim has lapsed; None when there is nothing to do."""
    lapsed = and_(WorkItem.state == WorkState.RUNNING, WorkItem.moved_at < now - CLAIM_LAPSES_AFTER)
    item = session.scalar(
        select(WorkItem)
        .where(or_(WorkItem.state == WorkState.QUEUED, lapsed))
        .order_by(WorkItem.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite has one writer and leaves it out
    )
    if item is not None:
        item.state, item.token, item.moved_at = WorkState.RUNNING, secrets.token_hex(16), now
        session.flush()
    return item


def note_progress(session: Session, item_id: int, token: str, done: int, total: int, now: datetime) -> None:
    """Say how far the work is, which also renews its claim; raises `LostClaim`."""
    _move(session, item_id, token, done=done, total=total, moved_at=now)


def finish_work(session: Session, item_id: int, token: str, done: WorkDone, now: datetime) -> None:
    """Close the item in the transaction that stores its outcome; raises `LostClaim`."""
    _move(
        session,
        item_id,
        token,
        state=WorkState.DONE,
        done=WorkItem.total,
        finished_at=now,
        moved_at=now,
        result=None if done.result is None else dict(done.result),
        file_id=done.file_id,
    )


def fail_work(session: Session, item_id: int, token: str, failure: Reason, now: datetime) -> None:
    _move(session, item_id, token, state=WorkState.FAILED, finished_at=now, moved_at=now, failure=failure.to_json())


def purge_work(session: Session, before: datetime) -> int:
    """Forget items that ended before then; their files expire by themselves. How many went."""
    ended = delete(WorkItem).where(WorkItem.finished_at < before)
    gone = session.execute(ended, execution_options={"synchronize_session": False})
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a statement that writes has a row count


def _move(session: Session, item_id: int, token: str, **values: Any) -> None:
    moved = session.execute(
        update(WorkItem)
        .where(WorkItem.id == item_id, WorkItem.token == token, WorkItem.state == WorkState.RUNNING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]  # a statement that writes has a row count
        raise LostClaim()
