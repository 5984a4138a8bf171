"""Work over many rows in bounded statements: slices for IN lists, identifiers reserved ahead, rows inserted unless they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.core.db import Base

T = TypeVar("T")

SLICE = 500  # values in one IN list: far below both databases' limits
POURED = 5000  # rows that are handed to SQLite's driver at once


def slices(items: Iterable[T], size: int = SLICE) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def table_of(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def reserve_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """`count` fresh primary keys, so that rows which refer to each other can be stored in one flush.

    PostgreSQL draws them from the table's sequence; SQLite has one writer at a time, so the next numbers are free.
    """
    if count == 0:
        return []
    table = table_of(model)
    if session.get_bind().dialect.name == "postgresql":
        drawn = select(func.nextval(text(f"'{table.name}_id_seq'"))).select_from(func.generate_series(1, count))
        return sorted(session.scalars(drawn))
    highest = session.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0
    return list(range(highest + 1, highest + 1 + count))


def number_rows(session: Session, model: type[Base], rows: Sequence[Any]) -> None:
    """Give new objects their primary keys ahead, so that one statement stores them all instead of one each."""
    for row_id, row in zip(reserve_ids(session, model, len(rows)), rows, strict=True):
        row.id = row_id


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Plain inserts of prepared rows (column name → value), without one object per row."""
    if rows:
        session.execute(insert(table_of(model)), [dict(row) for row in rows])


def pour_rows(session: Session, model: type[Base], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Plain inserts of very many rows, each in the order of `columns`, as the databases take them fastest: no value is weighed here."""
    table, names = table_of(model).name, ", ".join(columns)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        raw = cast(Any, connection.connection.driver_connection)
        with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    written = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names of a table of ours and its columns
    for part in slices(rows, POURED):
        connection.exec_driver_sql(written, [tuple(row) for row in part])


def insert_missing(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """As `insert_rows`, leaving rows alone whose key already stands."""
    if not rows:
        return
    dialect = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(dialect(table_of(model)).on_conflict_do_nothing(), [dict(row) for row in rows])


def take_stock(session: Session, *models: type[Base]) -> None:
    """For a transaction that fills tables and reads them again before it ends: say it after each batch.

    PostgreSQL plans by statistics, which know nothing of rows that are not committed: a table that is being filled counts as empty
    and is read from end to end for every row, also inside guard triggers. SQLite plans by its indexes anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(model.__tablename__ for model in models)
        session.execute(text(f"ANALYZE (SKIP_LOCKED) {names}"))
