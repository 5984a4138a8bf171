"""Runs the sender of messages in processes that are killed from inside at a chosen moment.

`python -m tests.faults.sending` imports the product once and then, for each line of JSON on standard input, forks a process that
sends until nothing is left, and answers how it ended. Moments are the edges of its talk with the database, as in `killed.py`, and
both sides of each call to the provider. Moment 0 kills nobody.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Senders:
    """The test's side: `with Senders() as senders: senders.run(environ, now, moment)`."""

    _server: subprocess.Popen[str] = field(init=False)

    def __enter__(self) -> Senders:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ANHU_")}
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sending"],
            cwd=ROOT, env=clean, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.communicate()

    def run(self, environ: dict[str, str], now: datetime, moment: int = 0) -> int:
        """Exit status of one sender; negative: the signal that killed it."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        order = {"environ": environ, "now": now.isoformat(), "moment": moment}
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())


@dataclass(frozen=True)
class Watched:
    """A gateway whose calls are moments too."""

    gateway: Any
    pass_by: Callable[..., None]

    @property
    def name(self) -> str:
        return str(self.gateway.name)

    @property
    def needs_template(self) -> bool:
        return bool(self.gateway.needs_template)

    def send(self, parcel: Any) -> Any:
        self.pass_by()
        answer = self.gateway.send(parcel)
        self.pass_by()
        return answer


def _child(order: dict[str, Any]) -> None:
    from app.core.crypto import Keyring
    from app.core.db import Database
    from app.messages.gateways import Gateways, choose
    from config import Settings
    from tests.faults.killed import arm
    from tests.rig.sms import Moving
    from tests.rig.telling import Post

    settings = Settings.from_environ(order["environ"])
    gateways = choose(settings.sending)
    pass_by = arm(order["moment"])
    watched = Gateways(Watched(gateways.family, pass_by), gateways.staff)
    keyring = Keyring(settings.data_keys, settings.index_keys, None)
    clock = Moving(datetime.fromisoformat(order["now"]))
    Post(Database(settings.database_url), keyring, watched, clock).work(10**6)


def _run(order: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _child(order)
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    # everything heavy is imported once
    import tests.rig.telling  # noqa: F401

    for line in sys.stdin:
        sys.stdout.write(f"{_run(json.loads(line))}\n")
        sys.stdout.flush()
