"""Who leads: one scheduler works, others stand by. It saves work; that nothing happens twice is the claims' business.

The lock dies with its process (PostgreSQL: an advisory lock on a connection of its own; SQLite: a file lock in the instance
folder). A leader that is frozen keeps its lock but falls silent, so one that stands by steps in when the heartbeat is old.
"""

from __future__ import annotations

import fcntl
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core.health import HEARTBEAT
from app.core.models import HouseFact
from scheduler.house import House

LEADER = "scheduler.leader"  # house fact: the token of the process whose heartbeat it is
SILENT_AFTER = timedelta(seconds=60)
_LOCK = 7_230_122


class Lock(Protocol):
    def held(self) -> bool:
        """Take the lock, or make sure that it is still held; False while another process has it."""

    def release(self) -> None: ...


class FileLock:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def held(self) -> bool:
        if self._file is not None:
            return True
        file = self._path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class AdvisoryLock:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None

    def held(self) -> bool:
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return True
            return self._take()
        except DBAPIError:  # the backend went away, and the lock with it
            self.release()
            return False

    def _take(self) -> bool:
        connection = self._engine.connect()
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
            self._connection = connection
            return True
        connection.close()
        return False

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):  # a backend that went away has let go already
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.invalidate()  # the backend ends when it gets to it; the lock does not wait for that
            connection.close()


class Leadership:
    """Asked at every look: may this process work now?"""

    def __init__(self, house: House, lock: Lock | None = None) -> None:
        self._house = house
        self._lock = lock or _lock_for(house)
        self._token = secrets.token_hex(8)

    def leads(self) -> bool:
        """True for one process at a time; then its heartbeat is noted."""
        now = self._house.clock.now()
        holds = self._lock.held()
        with self._house.database.reading() as session:
            if not holds and not _is_silent(session, self._token, now):
                return False
        with self._house.database.transaction() as session:
            session.merge(HouseFact(name=HEARTBEAT, value=now.isoformat()))
            session.merge(HouseFact(name=LEADER, value=self._token))
        return True

    def resign(self) -> None:
        self._lock.release()


def _lock_for(house: House) -> Lock:
    if house.database.engine.dialect.name == "postgresql":
        return AdvisoryLock(house.database.engine)
    return FileLock(house.settings.instance / "scheduler.lock")


def _is_silent(session: Session, token: str, now: datetime) -> bool:
    """Nobody's heartbeat is fresh but, perhaps, our own."""
    heard, leader = session.get(HouseFact, HEARTBEAT), session.get(HouseFact, LEADER)
    if heard is None or leader is None or leader.value == token:
        return heard is None or leader is not None
    return datetime.fromisoformat(heard.value) < now - SILENT_AFTER
