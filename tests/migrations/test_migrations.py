"""Migrations go up, down and up again on both databases, and models, schema and guards agree."""

from __future__ import annotations

import pytest

from app.core import migrate
from app.core.db import Database


def test_models_schema_and_guards_agree(database: Database) -> None:
    assert migrate.problems(database.engine) == []


@pytest.mark.changes_schema
def test_every_migration_goes_down_and_up_again(database: Database) -> None:
    migrate.downgrade(database.engine, "base")
    assert migrate.current_revision(database.engine) is None
    migrate.upgrade(database.engine)
    assert migrate.problems(database.engine) == []
