"""The web application and its commands; `FLASK_APP` names this file."""

from __future__ import annotations

import gc
import sys

from app import create_app
from app.core.crypto import KeyUnavailable
from config import ConfigurationError, Settings
from scheduler import cli as scheduler_cli

try:
    application = create_app(Settings.from_environ())
except (ConfigurationError, KeyUnavailable) as error:
    sys.exit(f"Anhu does not start: {error}")
for command in scheduler_cli.COMMANDS:
    application.cli.add_command(command)

# What stands now stays as long as the process: no collection needs to walk it. A page makes thousands of small objects that are gone
# with it, so a collection after every few hundred finds nothing.
gc.freeze()
gc.set_threshold(25_000)
