"""`python -m scheduler`: the process that runs jobs and long work, beside the web processes."""

from __future__ import annotations

import sys

from app import create_app
from app.core.crypto import KeyUnavailable
from app.core.memory import spare_collections
from config import ConfigurationError, Settings
from scheduler.house import House
from scheduler.process import Process


def main() -> None:
    try:
        app = create_app(Settings.from_environ())
    except (ConfigurationError, KeyUnavailable) as error:
        sys.exit(f"Anhu does not start: {error}")
    spare_collections()
    Process(House.of(app)).run()


if __name__ == "__main__":
    main()
