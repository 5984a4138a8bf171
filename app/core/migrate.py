"""Running the migrations from our own command, and checking that code and schema agree."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from app.core.guards import missing_guards
from app.core.schema import metadata

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
HEAD_FILE = MIGRATIONS / "HEAD"
LOCK = 7_230_114  # advisory lock: one migrator at a time


def upgrade(engine: Engine, revision: str = "head") -> None:
    with engine.connect() as connection:
        _lock(connection)
        command.upgrade(_config(connection), revision)
        connection.commit()


def downgrade(engine: Engine, revision: str) -> None:
    with engine.connect() as connection:
        _lock(connection)
        command.downgrade(_config(connection), revision)
        connection.commit()


def current_revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def problems(engine: Engine) -> list[str]:
    """What is wrong between code and database, in plain sentences; empty when all agree."""
    found = []
    head = head_revision()
    if HEAD_FILE.read_text(encoding="utf-8").strip() != head:
        found.append(f"migrations/HEAD does not name the newest revision {head}")
    with engine.connect() as connection:
        migration = MigrationContext.configure(connection, opts={"compare_type": False})
        if migration.get_current_revision() != head:
            found.append(f"the database stands at {migration.get_current_revision()}, the code at {head}")
            return found
        found += [f"models and schema differ: {difference}" for difference in compare_metadata(migration, metadata)]
        found += [f"guard trigger missing or unknown: {name}" for name in missing_guards(connection)]
    return found


def new_revision(engine: Engine, revision: str, message: str) -> None:
    """Write the next migration from the difference between models and schema (for developers)."""
    with engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=revision)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        connection.commit()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
