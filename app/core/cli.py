"""Commands of the ground: migrations and keys."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.core import migrate
from app.core.commands import refuse
from app.core.db import current_database
from config import new_key

db = AppGroup("db", help="the database's schema")
keys = AppGroup("keys", help="the keys that personal fields are sealed under")


@db.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the schema to REVISION (the newest by default)."""
    migrate.upgrade(current_database().engine, revision)
    click.echo(f"schema at {migrate.current_revision(current_database().engine)}")


@db.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the schema back to REVISION; refuses to lose rows."""
    migrate.downgrade(current_database().engine, revision)
    click.echo(f"schema at {migrate.current_revision(current_database().engine)}")


@db.command("check")
def check() -> None:
    """Compare models, schema, revision and guard triggers."""
    problems = migrate.problems(current_database().engine)
    if problems:
        refuse("\n".join(problems))
    click.echo("models, schema and guards agree")


@db.command("revision")
@click.argument("revision")
@click.argument("message")
def revision(revision: str, message: str) -> None:
    """For developers: write the next numbered migration from what the models changed."""
    migrate.new_revision(current_database().engine, revision, message)
    (migrate.HEAD_FILE).write_text(revision + "\n", encoding="utf-8")


@keys.command("new")
def new() -> None:
    """Print a fresh key for ANHU_DATA_KEYS or ANHU_INDEX_KEY."""
    click.echo(new_key())


COMMANDS = (db, keys)
