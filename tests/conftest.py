"""The rig: every test that touches data runs on SQLite and on PostgreSQL, and finds the database as if nobody had been there before."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from importlib import import_module
from pathlib import Path

import hypothesis
import pytest
from coverage import Coverage
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app import TEXTS
from app.core import db, migrate
from app.core.db import Database
from config import Settings
from tests.rig import postgres, stage
from tests.rig.clock import NOW, TODAY
from tests.rig.county import County
from tests.rig.scene import Scene

__all__ = ["NOW", "TODAY"]

OWN_DATABASE = {"faults", "jobs"}  # folders whose tests start other processes on the database, and kill them
SOAKS = "ANHU_SOAK" in os.environ

# few examples where people wait, many where a machine has the night; how long an example takes is the machine's business
hypothesis.settings.register_profile(
    "test", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis.settings.register_profile("soak", hypothesis.settings.get_profile("test"), max_examples=1000)
hypothesis.settings.load_profile("soak" if SOAKS else "test")

REQUIRED = set(filter(None, os.environ.get("ANHU_REQUIRE", "").split(",")))


for room in TEXTS:  # a test of pure rules says reasons too, in a process that may never make an application
    import_module(f"app.{room}.texts")


def pytest_configure(config: pytest.Config) -> None:
    """Once for the whole run, before workers start: templates of both databases, handed on through the environment."""
    db.SQLITE_PRAGMAS = (*db.SQLITE_PRAGMAS, "PRAGMA synchronous=OFF")  # no test cuts the power of this very process
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="anhu-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["ANHU_TEST_SQLITE"] = str(folder / "template.db")
    os.environ["ANHU_TEST_PAGES"] = str(folder / "pages")
    (folder / "pages").mkdir()
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A line counts as tested when a test on SQLite runs it: its twin on PostgreSQL, the walks over all pages and the many examples of
    a property would double the time to say the same."""
    measuring = Coverage.current()
    repeats = hypothesis.is_hypothesis_test(getattr(item, "obj", None))
    pauses = repeats or any(item.get_closest_marker(name) for name in ("postgres", "walk"))
    if not pauses or measuring is None:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of each kind: empty, or in the state that one of the test's fixtures is named after."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    pattern = os.environ.get("ANHU_TEST_POSTGRES")
    if pattern is None:
        pytest.skip("PostgreSQL is not installed")
    if request.node.get_closest_marker("changes_schema") or OWN_DATABASE & set(request.node.path.parts):
        with postgres.copy_of_template(pattern) as url:
            yield url
    else:
        yield stage.postgresql(pattern).stand(stage.wanted(request.fixturenames), tmp_path)


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return stage.sqlite().stand(stage.wanted(request.fixturenames), tmp_path)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return stage.settings_for(database_url, tmp_path)


@pytest.fixture
def app(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Flask]:
    """The application, as a test may use and configure it; whoever adds routes to it asks for `own_app` as well."""
    standing = stage.find(settings.database_url)
    database = standing.place.database if standing else Database(settings.database_url)
    is_own = "own_app" in request.fixturenames
    app = stage.own_application(settings) if is_own else stage.application(settings, database)
    with app.app_context():
        yield app
    if is_own or standing is None:
        app.extensions["anhu.db"].engine.dispose()


@pytest.fixture
def own_app(app: Flask) -> Flask:
    """An application that is thrown away after the test."""
    return app


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
def county(app: Flask) -> County:
    """安和县 with two towns, agencies and one user per role; committed."""
    found: County = stage.fact(app, "county")
    return found


@pytest.fixture
def scene(app: Flask, county: County) -> Scene:
    """The county with one family and all that a case may have, and the next county with as much; committed."""
    found: Scene = stage.fact(app, "scene")
    return found


@pytest.fixture
def client_as(app: Flask, county: County) -> Callable[[str], FlaskClient]:
    """`client_as("doctor")`: a browser signed in as that demonstration user."""

    def sign_in(name: str) -> FlaskClient:
        client = app.test_client()
        client.set_cookie("anhu_session", county.token_for(app, name))
        return client

    return sign_in
