"""The product. `create_app` wires it together and decides nothing."""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint, Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app.api.views.v1 import MOUNTED_AT, create_api
from app.audit.cli import seal_in_passing
from app.core import assets, i18n, logs, web
from app.core.clock import Clock
from app.core.commands import after_command
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.passwords import Passwords
from app.people.rotation import check_keys
from config import KeyFile, Settings

# Each room's pages; a room without pages has no row.
BLUEPRINTS = (
    "app.core.health",
    "app.core.searching",
    "app.desk.views",
    "app.accounts.views",
    "app.audit.views",
    "app.people.views",
    "app.documents.views",
    "app.patients.views",
    "app.guardians.views",
    "app.messages.views",
    "app.tasks.views",
    "app.risk.views",
    "app.visits.views",
    "app.incidents.views",
    "app.discharges.views",
    "app.subsidies.views",
    "app.benefits.views",
    "app.insurance.views",
    "app.roster.views",
    "app.numbers.views",
    "app.api.views",
)

# Each room's commands.
COMMANDS = (
    "app.core.cli",
    "app.areas.cli",
    "app.accounts.cli",
    "app.audit.cli",
    "app.people.cli",
    "app.roster.cli",
    "app.subsidies.cli",
    "app.numbers.cli",
    "app.desk.cli",
)

# Sentences that reasons are said with.
TEXTS = (
    "core",
    "areas",
    "people",
    "documents",
    "patients",
    "guardians",
    "messages",
    "tasks",
    "risk",
    "visits",
    "incidents",
    "discharges",
    "subsidies",
    "benefits",
    "insurance",
    "roster",
    "numbers",
    "audit",
    "accounts",
    "desk",
    "api",
)


def create_app(settings: Settings) -> Flask:
    app = Flask(__name__)
    app.testing = settings.environment.value == "test"
    equip(app, settings, Database(settings.database_url))
    assets.init_app(app)
    i18n.init_app(app)
    web.init_app(app, settings)
    for room in TEXTS:
        import_module(f"app.{room}.texts")
    for module in BLUEPRINTS:
        _register_blueprints(app, module)
    for module in COMMANDS:
        _register_commands(app, module)
    after_command(app, seal_in_passing)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {MOUNTED_AT: create_api(app)})  # type: ignore[method-assign]  # how Flask documents it
    with app.extensions["anhu.db"].reading() as session:
        check_keys(session, app.extensions["anhu.keyring"])
    return app


def equip(app: Flask, settings: Settings, database: Database) -> None:
    """Give an application everything that belongs to one installation and one database."""
    app.extensions["anhu.settings"] = settings
    app.extensions["anhu.clock"] = Clock(settings.today)
    app.extensions["anhu.db"] = database
    app.extensions["anhu.keyring"] = Keyring(
        settings.data_keys, settings.index_keys, KeyFile(settings.key_file) if settings.key_file else None
    )
    app.extensions["anhu.passwords"] = Passwords(settings)
    logs.configure(settings.log_level)


def _register_blueprints(app: Flask, module: str) -> None:
    for value in vars(import_module(module)).values():
        if isinstance(value, Blueprint):
            app.register_blueprint(value)


def _register_commands(app: Flask, module: str) -> None:
    for command in import_module(module).COMMANDS:
        app.cli.add_command(command)
