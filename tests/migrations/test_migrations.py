"""Migrations go up, down and up again on both databases, and models, schema and guards agree."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.core import migrate
from app.core.db import Database
from app.core.errors import Invalid
from app.core.reasons import reason
from app.discharges.models import Discharge
from app.discharges.rules.states import FormKind
from app.tasks.rules import TaskKind
from app.tasks.service import open_task
from tests.rig.county import County
from tests.rig.discharges import forms, submitted
from tests.rig.register import NOW, TODAY, id_number, registered


def test_models_schema_and_guards_agree(database: Database) -> None:
    assert migrate.problems(database.engine) == []


@pytest.mark.changes_schema
def test_every_migration_goes_down_and_up_again(database: Database) -> None:
    migrate.downgrade(database.engine, "base")
    assert migrate.current_revision(database.engine) is None
    migrate.upgrade(database.engine)
    assert migrate.problems(database.engine) == []


@pytest.mark.changes_schema
def test_records_of_before_keep_all_they_hold_and_the_next_one_has_its_index(
    database: Database, county: County
) -> None:
    """A table that others point to is rebuilt on the way down: no row of them is lost, and none points into nothing."""
    with database.transaction() as session:
        loop = submitted(session, county).id
    migrate.downgrade(database.engine, "0015")
    migrate.upgrade(database.engine)
    assert migrate.problems(database.engine) == []
    with database.transaction() as session:
        first = session.get_one(Discharge, loop)
        assert first.stay_index is None and set(forms(session, first)) == {
            FormKind.GUARDIAN, FormKind.HEALTH_CENTRE, FormKind.TOWN, FormKind.VILLAGE,
        }  # fmt: skip
        with pytest.raises(Invalid):
            submitted(session, county, hospital_number="CY-2")
        other = submitted(session, county, name="王别人", id_number=id_number(sequence=3), hospital_number="CY-3")
        assert other.stay_index is not None
    if database.is_sqlite:
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1, "on again afterwards"


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
