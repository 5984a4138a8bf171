"""The rig: every test that touches data runs on SQLite and on PostgreSQL, each on a fresh copy of a migrated template."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from app.core import migrate
from app.core.db import Database
from config import Settings
from tests.rig import postgres
from tests.rig.county import County, build_county

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
OWN_DATABASE = {"faults", "jobs"}  # folders whose tests start other processes on the database, and kill them
REQUIRED = set(filter(None, os.environ.get("ANHU_REQUIRE", "").split(",")))


def pytest_configure(config: pytest.Config) -> None:
    """Once for the whole run, before workers start: templates of both databases, handed on through the environment."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="anhu-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["ANHU_TEST_SQLITE"] = str(folder / "template.db")
    migrate.upgrade(Database(f"sqlite:///{folder / 'template.db'}").engine)
    checkpoint = create_engine(f"sqlite:///{folder / 'template.db'}")
    with checkpoint.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    checkpoint.dispose()
    if postgres.binaries() is None:
        if "postgres" in REQUIRED:
            pytest.exit("PostgreSQL is required (ANHU_REQUIRE) and not installed", returncode=3)
        return
    server = postgres.Server.start()
    config.add_cleanup(server.stop)
    os.environ["ANHU_TEST_POSTGRES"] = server.url("{name}")
    postgres.sql(server.url("postgres"), "CREATE DATABASE template_anhu")
    template = Database(server.url("template_anhu"))
    migrate.upgrade(template.engine)
    template.engine.dispose()


def pytest_report_header() -> list[str]:
    skipped = (
        []
        if os.environ.get("ANHU_TEST_POSTGRES")
        else ["PostgreSQL is not installed: its half of the tests is skipped"]
    )
    return skipped + ([] if chromium() else ["Chromium is not installed: browser tests are skipped"])


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and chromium() is None:
        if "browser" in REQUIRED:
            pytest.fail("Chromium is required (ANHU_REQUIRE) and not installed")
        pytest.skip("Chromium is not installed")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        shutil.copy(os.environ["ANHU_TEST_SQLITE"], tmp_path / "anhu.db")
        yield f"sqlite:///{tmp_path / 'anhu.db'}"
        return
    pattern = os.environ.get("ANHU_TEST_POSTGRES")
    if pattern is None:
        pytest.skip("PostgreSQL is not installed")
    if request.node.get_closest_marker("changes_schema") or OWN_DATABASE & set(request.node.path.parts):
        with postgres.copy_of_template(pattern) as url:
            yield url
    else:
        yield clean_postgres(pattern)


@cache
def _worker_postgres(pattern: str) -> tuple[str, Engine, list[str], dict[str, list[dict[str, Any]]], list[str]]:
    """This process's own PostgreSQL database, copied once; its tables, the rows that migrations put there, its counters' starts."""
    name = f"w_{uuid.uuid4().hex[:12]}"
    postgres.sql(pattern.format(name="postgres"), f"CREATE DATABASE {name} TEMPLATE template_anhu")
    url = pattern.format(name=name)
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = [table for table in inspect(connection).get_table_names() if table != "alembic_version"]
        rows = {t: [dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {t}"))] for t in tables}
        last = connection.execute(text("SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences")).all()
    restarts = [f"setval('{name}', {value + 1}, false)" for name, value in last]
    return url, engine, tables, {table: found for table, found in rows.items() if found}, restarts


def clean_postgres(pattern: str) -> str:
    """Empty the process's database down to what migrations left: far quicker than copying a template for every test.

    Triggers and foreign keys stay out of the way while it happens (append-only tables refuse DELETE otherwise).
    """
    url, engine, tables, seeds, restarts = _worker_postgres(pattern)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(";".join(f"DELETE FROM {table}" for table in tables)))
        connection.execute(text(f"SELECT {', '.join(restarts)}"))
        for table, rows in seeds.items():
            columns = list(rows[0])
            values = ", ".join(f":{column}" for column in columns)
            connection.execute(text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"), rows)
    return url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings.from_environ(
        {
            "ANHU_ENV": "test",
            "ANHU_INSTANCE": str(tmp_path),
            "ANHU_DATABASE_URL": database_url,
            "ANHU_TODAY": TODAY.isoformat(),
            "ANHU_LOG_LEVEL": "ERROR",
        }
    )


class CompiledTemplates(BytecodeCache):
    """Templates compiled once a process, not once a test."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = CompiledTemplates()


class Browser(FlaskClient):
    """Requests as in production: the test's own application context must not lend them its `g`."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(super().open, *args, **kwargs)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.jinja_env.bytecode_cache = TEMPLATES
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False  # CSRF has tests of its own, which switch it on
    with app.app_context():
        yield app
    app.extensions["anhu.db"].engine.dispose()


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["anhu.db"]
    return found


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One writing transaction around the test; use `database.transaction()` where commits matter."""
    with database.transaction() as session:
        yield session


@pytest.fixture
def county(database: Database) -> County:
    """安和县 with two towns, agencies and one user per role; committed."""
    with database.transaction() as session:
        return build_county(session, NOW)


@pytest.fixture
def client_as(app: Flask, county: County) -> Callable[[str], FlaskClient]:
    """`client_as("doctor")`: a browser signed in as that demonstration user."""

    def sign_in(name: str) -> FlaskClient:
        client = app.test_client()
        client.set_cookie("anhu_session", county.token_for(app, name))
        return client

    return sign_in
