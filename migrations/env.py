"""Alembic's environment: one connection, SQLite with foreign keys off, counts compared, guards re-created.

A batch rebuild on SQLite with foreign keys on silently deletes child rows, and it drops triggers; so every upgrade runs with keys
off, checks them afterwards, refuses to lose a row, and creates the guard triggers anew.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, TypeDecorator, inspect, text

from app.core.guards import create_guards, drop_guards
from app.core.schema import metadata

# seeds, and spans made from a column, that a downgrade takes back
MAY_SHRINK = frozenset({"alembic_version", "legal_moves", "rule_sets", "patient_spans", "workdays"})


def run(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    before = _counts(connection)
    connection.rollback()
    if is_sqlite:
        _set_foreign_keys(connection, is_on=False)
    try:
        _migrate(connection, before)
        connection.commit()
    finally:
        if is_sqlite:
            connection.rollback()
            _set_foreign_keys(connection, is_on=True)


def _migrate(connection: Connection, before: dict[str, int]) -> None:
    """All of it, or nothing."""
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=is_sqlite,
        compare_type=False,
        render_item=_render_plain_types,
    )
    with context.begin_transaction():
        drop_guards(connection)
        context.run_migrations()
        _refuse_losses(before, _counts(connection))
        if is_sqlite:
            _check_foreign_keys(connection)
        create_guards(connection)


def _set_foreign_keys(connection: Connection, *, is_on: bool) -> None:
    """Asked of the driver, and proved: inside a transaction, which our connections begin by themselves, SQLite ignores it in silence."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={int(is_on)}")
    if driver.execute("PRAGMA foreign_keys").fetchone() != (int(is_on),):
        raise RuntimeError("foreign keys could not be switched: a transaction is open")


def _render_plain_types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations name the database's types, not the product's classes, which may move."""
    return f"sa.{item.impl_instance!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def _counts(connection: Connection) -> dict[str, int]:
    names = inspect(connection).get_table_names()
    return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}  # noqa: S608


def _refuse_losses(before: dict[str, int], after: dict[str, int]) -> None:
    lost = [name for name, n in before.items() if name in after and after[name] < n and name not in MAY_SHRINK]
    if lost:
        raise RuntimeError(f"the migration lost rows of {', '.join(lost)}; nothing was changed")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"the migration broke {len(broken)} foreign keys; nothing was changed")


run(context.config.attributes["connection"])
