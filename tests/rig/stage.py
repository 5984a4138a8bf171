"""One application and one database of each kind for a whole test process, put back to a known state before each test.

A state is what a function once put into an empty, migrated database; going back to it copies rows or a file, which takes a few
milliseconds, and an engine that lives on keeps its compiled statements. Nothing of a test reaches the next one: not its rows,
its counters, its instance folder, its clock, its settings, nor what it did to the application's configuration.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Container, Hashable
from contextvars import Context
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event, inspect, text
from werkzeug.test import TestResponse

from app import create_app, equip
from app.core.db import Database
from config import Settings, secrets_path
from tests.rig import postgres
from tests.rig.clock import NOW, TODAY
from tests.rig.county import build_county
from tests.rig.scene import build_scene

EMPTY = "empty"

Facts = dict[str, Any]


def _county(app: Flask, _facts: Facts) -> Any:
    with app.extensions["anhu.db"].transaction() as session:
        return build_county(session, NOW)


# What may be kept: each state stands on the one before it.
STATES: dict[str, Callable[[Flask, Facts], Any]] = {
    "county": _county,
    "scene": lambda app, facts: build_scene(app, facts["county"]),
}


class Place(Protocol):
    """Where one kind of database stands."""

    database: Database

    def go_back(self, state: str, folder: Path) -> str:
        """Put the database back to a kept state; its URL. `folder` is the test's own."""

    def keep(self, state: str) -> None:
        """Remember what the database holds now as `state`."""


class SqlitePlace:
    """A file in each test's folder, all opened by one engine, which is told at each connection where its file is."""

    def __init__(self) -> None:
        self._kept = {EMPTY: Path(os.environ["ANHU_TEST_SQLITE"])}
        self._file = self._kept[EMPTY]
        self.database = Database("sqlite:///wherever-the-test-is.db")
        event.listen(self.database.engine, "do_connect", self._point_at_file)

    def _point_at_file(self, _dialect: Any, _entry: Any, arguments: list[Any], _more: Any) -> None:
        arguments[0] = str(self._file)

    def go_back(self, state: str, folder: Path) -> str:
        self.database.engine.dispose()
        file = folder / "anhu.db"
        for tail in ("-wal", "-shm"):
            Path(f"{file}{tail}").unlink(missing_ok=True)
        shutil.copyfile(self._kept[state], file)
        # last: a server's thread that outlives its test looks at the test before, and never opens a file that is not whole
        self._file = file
        return f"sqlite:///{file}"

    def keep(self, state: str) -> None:
        with self.database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.database.engine.dispose()
        self._kept[state] = home() / f"{state}.db"
        shutil.copyfile(self._file, self._kept[state])


class PostgresPlace:
    """A database of this process; the rows of a kept state lie in a schema beside it.

    Triggers and foreign keys stay out of the way while rows are put back (append-only tables refuse DELETE otherwise).
    """

    def __init__(self, pattern: str) -> None:
        name = f"w_{uuid.uuid4().hex[:12]}"
        postgres.sql(pattern.format(name="postgres"), f"CREATE DATABASE {name} TEMPLATE template_anhu")
        self._url = pattern.format(name=name)
        self.database = Database(self._url)
        self.keep(EMPTY)

    def go_back(self, state: str, folder: Path) -> str:
        with self.database.engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT kept_{state}.go_back()")
        return self._url

    def keep(self, state: str) -> None:
        with self.database.engine.begin() as connection:
            tables = inspect(connection).get_table_names()
            filled = [t for t in tables if connection.execute(text(f"SELECT EXISTS (SELECT FROM {t})")).scalar_one()]
            counters = connection.execute(text("SELECT sequencename, last_value FROM pg_sequences")).all()
            connection.execute(text(f"CREATE SCHEMA kept_{state}"))
            for table in filled:
                connection.execute(text(f"CREATE TABLE kept_{state}.{table} AS TABLE {table}"))
        steps = [
            "PERFORM set_config('session_replication_role', 'replica', true)",
            *(f"DELETE FROM {table}" for table in tables),
            *(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE kept_{state}.{table}" for table in filled),
            # one that was set but not drawn from tells no last value: it is set as drawn from
            *(f"PERFORM setval('{counter}', {last or 1}, {last is not None})" for counter, last in counters),
        ]
        # a function keeps its plans: the way back is the same a thousand times
        with self.database.engine.begin() as connection:
            body = "; ".join(steps)
            connection.exec_driver_sql(
                f"CREATE FUNCTION kept_{state}.go_back() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {body}; END $$"
            )


class Stage:
    """A kind of database, and what stands on it."""

    def __init__(self, place: Place) -> None:
        self.place, self.url, self.state = place, "", EMPTY
        self.facts: dict[str, Facts] = {EMPTY: {}}
        # what was built for several tests (tests/rig/kept.py), and whether this one has stored anything yet
        self.asked: set[Hashable] = set()
        self.made: dict[Hashable, tuple[str, bytes]] = {}
        self.is_untouched = True
        event.listen(place.database.engine, "before_cursor_execute", self._hear)

    def _hear(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if self.is_untouched and statement.startswith(("INSERT", "UPDATE", "DELETE")):
            self.is_untouched = False

    def stand(self, state: str, folder: Path) -> str:
        """Put the database into `state`; its URL. A state that nobody asked for yet is built and kept."""
        if state not in self.facts:
            self._build(state, folder)
        self.url, self.state = self.place.go_back(state, folder), state
        self.is_untouched = True
        return self.url

    def _build(self, state: str, folder: Path) -> None:
        names = [EMPTY, *STATES]
        below = names[names.index(state) - 1]
        url = self.stand(below, folder)
        app = application(settings_for(url, home()), self.place.database)
        with app.app_context():
            fact = STATES[state](app, self.facts[below])
        self.place.keep(state)
        self.facts[state] = self.facts[below] | {state: fact}


def wanted(fixtures: Container[str]) -> str:
    """The furthest state that a test's fixtures ask for."""
    return next((state for state in reversed(STATES) if state in fixtures), EMPTY)


def find(url: str) -> Stage | None:
    """The stage whose database this is."""
    return next((one for one in _stages.values() if one.url == url), None)


def fact(app: Flask, state: str) -> Any:
    """The test's own copy of what building `state` answered; built now where the test's database does not hold it."""
    standing = find(app.extensions["anhu.settings"].database_url)
    facts: Facts = app.extensions.setdefault("rig.facts", deepcopy(standing.facts[standing.state]) if standing else {})
    for name, build in STATES.items():
        if name not in facts:
            facts[name] = build(app, facts)
        if name == state:
            break
    return facts[state]


_stages: dict[str, Stage] = {}


def sqlite() -> Stage:
    if "sqlite" not in _stages:
        _stages["sqlite"] = Stage(SqlitePlace())
    return _stages["sqlite"]


def postgresql(pattern: str) -> Stage:
    if pattern not in _stages:
        _stages[pattern] = Stage(PostgresPlace(pattern))
    return _stages[pattern]


@cache
def home() -> Path:
    """This process's folder inside the run's, with the keys that kept states are sealed with."""
    return Path(tempfile.mkdtemp(dir=Path(os.environ["ANHU_TEST_SQLITE"]).parent))


def settings_for(url: str, instance: Path) -> Settings:
    """Settings of an installation in `instance`, under the keys of this process."""
    keys = secrets_path(home())
    environ = {
        "ANHU_ENV": "test",
        "ANHU_INSTANCE": str(instance),
        "ANHU_DATABASE_URL": url,
        "ANHU_TODAY": TODAY.isoformat(),
        "ANHU_LOG_LEVEL": "ERROR",
    }
    if keys.exists() and not secrets_path(instance).exists():
        shutil.copy(keys, secrets_path(instance))
    made = Settings.from_environ(environ)
    if not keys.exists():
        shutil.copy(secrets_path(instance), keys)
    return made


def application(settings: Settings, database: Database) -> Flask:
    """This process's application, given these settings and this database and nothing of what it was given before."""
    app, configuration, extensions = _application(settings)
    app.config.clear()
    app.config.update(configuration)
    app.extensions.clear()
    app.extensions.update(extensions)
    equip(app, settings, database)
    return app


def own_application(settings: Settings) -> Flask:
    """An application for one test alone, which may change it as it likes."""
    app = create_app(settings)
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ["ANHU_TEST_PAGES"])  # translated once a run
    app.config["WTF_CSRF_ENABLED"] = False  # CSRF has tests of its own, which switch it on
    return app


class Browser(FlaskClient):
    """Requests as in production: the test's own application context must not lend them its `g`."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(super().open, *args, **kwargs)


_made: list[tuple[Flask, dict[str, Any], dict[str, Any]]] = []


def _application(settings: Settings) -> tuple[Flask, dict[str, Any], dict[str, Any]]:
    if not _made:
        app = own_application(settings)
        app.extensions["anhu.db"].engine.dispose()
        _made.append((app, dict(app.config), dict(app.extensions)))
    return _made[0]
