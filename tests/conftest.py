"""The rig: every test that touches data runs on SQLite and on PostgreSQL, each on a fresh copy of a migrated template."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
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
    _sql(server.url("postgres"), "CREATE DATABASE template_anhu")
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


def _sql(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


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
    name = f"t_{uuid.uuid4().hex[:12]}"
    _sql(pattern.format(name="postgres"), f"CREATE DATABASE {name} TEMPLATE template_anhu")
    yield pattern.format(name=name)
    _sql(pattern.format(name="postgres"), f"DROP DATABASE {name} WITH (FORCE)")


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


class Browser(FlaskClient):
    """Requests as in production: the test's own application context must not lend them its `g`."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(super().open, *args, **kwargs)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
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
