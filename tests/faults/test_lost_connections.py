"""A PostgreSQL that went away and came back: kept connections are dead, and nobody notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from app.core.db import Database
from tests.rig import postgres

pytestmark = pytest.mark.postgres
on_postgresql = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def end_connections(database: Database) -> int:
    """What an administrator does, or a proxy that was updated: the server closes every connection but the asking one."""
    elsewhere = create_engine(database.engine.url)
    with elsewhere.connect() as connection:
        ended = connection.scalars(
            text(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).all()
    elsewhere.dispose()
    return sum(ended)


@on_postgresql
def test_the_next_page_answers_after_the_server_closed_all_connections(
    database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    doctor = client_as("doctor")
    assert doctor.get("/tasks/").status_code == 200
    assert end_connections(database) >= 1
    assert doctor.get("/tasks/").status_code == 200


@on_postgresql
def test_the_next_act_is_stored_after_the_server_closed_all_connections(database: Database) -> None:
    with database.transaction() as one, database.transaction() as other:  # two kept connections
        one.execute(text("SELECT 1"))
        other.execute(text("SELECT 1"))
    assert end_connections(database) >= 2
    with database.transaction() as session:
        assert session.scalar(text("SELECT 1")) == 1


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    found = postgres.Server.start()
    yield found
    found.stop()


def test_the_next_look_and_the_next_act_answer_after_a_restart(server: postgres.Server) -> None:
    database = Database(server.url("postgres"))
    with database.looking() as look, database.transaction() as act:
        before = {session.scalar(text("SELECT pg_postmaster_start_time()")) for session in (look, act)}
    server.restart()
    with database.looking() as look, database.transaction() as act:
        after = {session.scalar(text("SELECT pg_postmaster_start_time()")) for session in (look, act)}
    database.engine.dispose()
    assert len(before) == len(after) == 1
    assert before != after
