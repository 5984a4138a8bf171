"""The web application and its commands; `FLASK_APP` names this file."""

from __future__ import annotations

import sys

from app import create_app
from app.core.crypto import KeyUnavailable
from app.core.memory import spare_collections
from config import ConfigurationError, Settings
from scheduler import cli as scheduler_cli

try:
    application = create_app(Settings.from_environ())
except (ConfigurationError, KeyUnavailable) as error:
    sys.exit(f"Anhu does not start: {error}")
for command in scheduler_cli.COMMANDS:
    application.cli.add_command(command)

spare_collections()
