"""Guard triggers: what a constraint cannot say, refused by both databases.

One list. `create_guards` drops and re-creates all of them; it runs after every migration (a batch rebuild on SQLite drops
triggers), and `flask db check` compares what stands with the list. Messages begin with ``guard:`` and the guard's name, so that a use
case can turn them into words.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from app.core.guards import agencies, insurance, money, numbers, register
from app.core.guards.guard import Guard

GUARDS: tuple[Guard, ...] = (*register.GUARDS, *money.GUARDS, *agencies.GUARDS, *insurance.GUARDS, *numbers.GUARDS)


def drop_guards(connection: Connection) -> None:
    """Take every guard trigger away: a rebuilt table may be named by the trigger of another."""
    for name, table in standing_guards(connection):
        on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{on}"))


def create_guards(connection: Connection) -> None:
    """Drop every guard trigger that stands and create the list anew, for tables that exist."""
    drop_guards(connection)
    tables = set(_tables(connection))
    for guard in GUARDS:
        if guard.table in tables:
            statements = guard.sqlite() if connection.dialect.name == "sqlite" else guard.postgresql()
            for statement in statements:
                connection.exec_driver_sql(statement)


def standing_guards(connection: Connection) -> list[tuple[str, str]]:
    """(name, table) of every guard trigger in the database."""
    if connection.dialect.name == "sqlite":
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%' ORDER BY name"
    else:
        sql = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgname LIKE 'guard_%' AND c.relnamespace = current_schema()::regnamespace "
            "ORDER BY t.tgname"
        )
    return [(row[0], row[1]) for row in connection.execute(text(sql))]


def missing_guards(connection: Connection) -> list[str]:
    """Guards of the list that do not stand, and standing ones that are not in the list."""
    standing = {name for name, _ in standing_guards(connection)}
    wanted = {guard.name for guard in GUARDS}
    return sorted(standing ^ wanted)


def _tables(connection: Connection) -> list[str]:
    return inspect(connection).get_table_names()
