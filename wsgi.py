"""The web application and its commands; `FLASK_APP` names this file."""

from __future__ import annotations

import sys

from app import create_app
from config import ConfigurationError, Settings

try:
    settings = Settings.from_environ()
except ConfigurationError as error:
    sys.exit(f"Anhu does not start: {error}")

application = create_app(settings)
