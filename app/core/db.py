"""The database: base class, column types, engine and the two ways to use it.

`transaction()` is the edge's: one per use case, committed or rolled back as a whole. `reading()` never writes, and a page reads
through `looking()`. SQLite and PostgreSQL run the same code; SQLite writers take their lock up front (BEGIN IMMEDIATE), because a lock taken late fails at once.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from select import POLLIN, poll
from typing import Any, TypeVar, cast

from flask import current_app
from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    Text,
    TypeDecorator,
    create_engine,
    event,
    insert,
    inspect,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached, sessionmaker
from sqlalchemy.orm.attributes import instance_dict
from sqlalchemy.pool import ConnectionPoolEntry

E = TypeVar("E", bound=StrEnum)
M = TypeVar("M", bound="Base")

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
    "PRAGMA synchronous=FULL",  # money and audit must survive a power cut
)
POSTGRES_OPTIONS = (
    "-c timezone=UTC -c lock_timeout=15s -c statement_timeout=600s -c idle_in_transaction_session_timeout=60s"
)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC, also where the database (SQLite) keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database; instants are aware")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Canonical(str):
    """JSON that is written in the canonical form already; `JsonText` keeps it as it is."""

    __slots__ = ()

    @classmethod
    def of(cls, value: Any) -> Canonical:
        return cls(canonical_json(value))


class JsonText(TypeDecorator[Any]):
    """JSON kept as text in one canonical form, for values that are never queried inside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return value if value is None or isinstance(value, Canonical) else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Coded(TypeDecorator[E]):
    """A member of a `StrEnum`, stored as its readable value."""

    impl = String(32)
    cache_ok = True

    def __init__(self, enum: type[E]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: E | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], E | None]:
        """Members are looked up and not made: a list of thousands of rows has several codes in each."""
        members: dict[str | None, E | None] = {None: None}
        members |= {one.value: one for one in self.enum}
        return members.__getitem__


def canonical_json(value: Any) -> str:
    """One text for equal values, so that digests over it are stable."""
    return _CANONICAL.encode(value)


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def new_public_id() -> str:
    """An opaque identifier for addresses, files, codes and commands: 128 random bits, 22 characters.

    It never begins with a dash, which a command line would read as an option.
    """
    drawn = secrets.token_urlsafe(16)
    return new_public_id() if drawn.startswith("-") else drawn


def store_row(session: Session, model: type[M], row: dict[str, Any]) -> M:
    """Insert one row at once, and hand out its object as if it had been read.

    For what is stored often and complete: the unit of work would weigh each column of it and find nothing to decide.
    """
    row_id = session.connection().execute(_insert_of(model), row).scalar_one()
    stored = cast(M, inspect(model).class_manager.new_instance())
    instance_dict(stored).update(row, id=row_id)
    make_transient_to_detached(stored)
    session.add(stored)
    return stored


@cache
def _insert_of(model: type[Base]) -> Any:
    return insert(model).returning(inspect(model).primary_key[0])


class LookingSession(Session):
    """A page's session: it can look, and what was changed by mistake can never go out."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        if self.new or self.dirty or self.deleted:
            raise RuntimeError("a page's session only looks; acts run in a transaction")


class Database:
    """An engine and the kinds of session made from it."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        writes = self.engine.execution_options(anhu_writes=True)
        # PostgreSQL's READ COMMITTED gives each statement a snapshot of its own, inside a transaction or not: a page's looks lose
        # nothing outside of one, and save two round trips. SQLite's transaction is one snapshot and costs no trip, so it stays.
        looks = self.engine.execution_options(**({} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}))
        self._reader = sessionmaker(self.engine, expire_on_commit=False)
        self._looker = sessionmaker(looks, class_=LookingSession, expire_on_commit=False)
        self._writer = sessionmaker(writes, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction: commits when the block ends, rolls back when it raises."""
        with self._writer.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading only; whatever it might have changed is thrown away."""
        with closing(self._reader()) as session:  # rolls back; what was loaded stays readable
            yield session

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """A page's session: single looks, none of which can write."""
        with closing(self._looker()) as session:
            yield session


@contextmanager
def transaction() -> Iterator[Session]:
    """The running application's `Database.transaction()`; for edges only."""
    with current_database().transaction() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """The running application's `Database.reading()`; for edges only."""
    with current_database().reading() as session:
        yield session


def current_database() -> Database:
    return cast(Database, current_app.extensions["anhu.db"])


def _engine(url: str) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(url)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(url, pool_size=5, max_overflow=5, connect_args={"options": POSTGRES_OPTIONS})
    event.listen(engine, "checkout", _check_server_is_there)
    return engine


def _check_server_is_there(connection: Any, _entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """A server that went away has said goodbye: its last words wait in the socket of a connection that asked nothing. Looking there
    costs no round trip, as a ping at every checkout would."""
    socket = poll()
    socket.register(connection.fileno(), POLLIN)
    if socket.poll(0):
        raise InvalidatePoolError


def _configure_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not open transactions by itself
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    if connection.get_execution_options().get("anhu_writes", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # takes no lock, so nothing can refuse it: the driver is asked directly
        connection.connection.driver_connection.execute("BEGIN")
