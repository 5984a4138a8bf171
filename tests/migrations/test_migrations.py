"""Migrations go up, down and up again on both databases, and models, schema and guards agree."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.core import migrate
from app.core.db import Database
from app.core.reasons import reason
from app.tasks.rules import TaskKind
from app.tasks.service import open_task
from tests.rig.county import County
from tests.rig.register import NOW, TODAY, registered


def test_models_schema_and_guards_agree(database: Database) -> None:
    assert migrate.problems(database.engine) == []


@pytest.mark.changes_schema
def test_every_migration_goes_down_and_up_again(database: Database) -> None:
    migrate.downgrade(database.engine, "base")
    assert migrate.current_revision(database.engine) is None
    migrate.upgrade(database.engine)
    assert migrate.problems(database.engine) == []


@pytest.mark.changes_schema
def test_searches_of_the_lost_become_duties_of_their_own_kind_and_go_back(database: Database, county: County) -> None:
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"))
        open_task(session, patient, TaskKind.SEARCH_LOST, "lost-visit:1", TODAY, [reason("tasks.not_open")], NOW)
        open_task(session, patient, TaskKind.CHECK_STATUS, "visit:2", TODAY, [reason("tasks.not_open")], NOW)
    kinds = text("SELECT period, kind FROM tasks WHERE kind IN ('check_status', 'search_lost')")
    migrate.downgrade(database.engine, "0006")
    with database.engine.connect() as connection:
        before = sorted(tuple(row) for row in connection.execute(kinds))
    migrate.upgrade(database.engine)
    with database.engine.connect() as connection:
        after = sorted(tuple(row) for row in connection.execute(kinds))
    assert before == [("lost-visit:1", "check_status"), ("visit:2", "check_status")]
    assert after == [("lost-visit:1", "search_lost"), ("visit:2", "check_status")]
