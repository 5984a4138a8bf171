"""Runs the product's own commands in processes that are killed from inside at a chosen moment.

`python -m tests.faults.killed` imports the product once and then, for each line of JSON on standard input, forks a process that runs
`flask …` and answers how it ended. A moment is one edge of the process's talk with its database: before and after each statement,
before each commit and rollback, after each transaction has ended. Moment 0 kills nobody. Preparing runs in small batches, so that a
small run has many transactions.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BATCH = 7  # lines a transaction, so that a small run has many; a large one says its own


@dataclass(frozen=True)
class End:
    """How a command ended: its exit status (negative: the signal), the moments that it passed, what it printed."""

    status: int
    moments: int
    said: str


@dataclass
class Killer:
    """The test's side: `with Killer() as killer: killer.run(environ, [words], moment)`."""

    _server: subprocess.Popen[str] = field(init=False)

    def __enter__(self) -> Killer:
        command = [sys.executable, "-m", "tests.faults.killed"]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ANHU_")}
        self._server = subprocess.Popen(
            command, cwd=ROOT, env=clean, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.kill()  # it waits for orders; a child that a test left behind may hold our end of its input open
        self._server.communicate()

    def run(
        self,
        folder: Path,
        environ: dict[str, str],
        words: Sequence[str],
        moment: int = 0,
        times: int = 1,
        batch: int = BATCH,
    ) -> list[End]:
        """One command, `times` at once, each in a process of its own."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        order = {
            "folder": str(folder),
            "environ": environ,
            "words": list(words),
            "moment": moment,
            "times": times,
            "batch": batch,
        }
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return [End(**end) for end in json.loads(self._server.stdout.readline())]


class Moments:
    """Counts the moments, and ends the process without any farewell at the one that was asked for."""

    def __init__(self, fatal: int) -> None:
        self.fatal, self.passed = fatal, 0

    def __call__(self, *_what: Any) -> None:
        self.passed += 1
        if self.passed == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def arm(moment: int) -> Moments:
    """Every edge of the process's talk with its database is a moment; whoever has others calls what is returned."""
    from sqlalchemy import Engine, event

    moments = Moments(moment)
    for edge in ("before_cursor_execute", "after_cursor_execute", "commit", "rollback", "checkin"):
        event.listen(Engine, edge, moments)
    return moments


def dies(moment: int, act: Callable[[], object]) -> bool:
    """An act in a process of its own, which ends at this moment of its talk with the database; False when it got through. Whoever
    calls has no connection open that a child would carry away."""
    child = os.fork()
    if child == 0:
        try:
            arm(moment)
            act()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _stand_ready(environ: dict[str, str]) -> None:
    """Make the application of this environment, unless it stands: children of the next orders inherit it, without a connection."""
    if all(os.environ.get(name) == value for name, value in environ.items()):
        return
    os.environ.update(environ, FLASK_APP="wsgi")
    sys.modules.pop("wsgi", None)
    application = import_module("wsgi").application
    application.extensions["anhu.db"].engine.dispose()
    gc.freeze()  # no collection of a child walks, and thereby copies, what all of them share


def _child(order: dict[str, Any], place: int) -> int:
    """The command itself; its exit status."""
    from flask.cli import main

    from app.subsidies.cli import steps
    from app.subsidies.service import prepare_run

    folder = Path(order["folder"])
    said = os.open(folder / f"said-{place}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    steps.prepare_run = functools.partial(prepare_run, batch=order["batch"])  # type: ignore[assignment]
    moments = arm(order["moment"])
    sys.argv = ["flask", *order["words"]]
    try:
        main()
        return 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    finally:
        sys.stdout.flush()
        (folder / f"moments-{place}").write_text(str(moments.passed), encoding="utf-8")


def _run(order: dict[str, Any]) -> list[dict[str, Any]]:
    folder = Path(order["folder"])
    _stand_ready(order["environ"])
    children = []
    for place in range(order["times"]):
        (folder / f"moments-{place}").unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            os._exit(_child(order, place))
        children.append(child)
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return [
        {
            "status": status,
            "moments": int((folder / f"moments-{place}").read_text()) if (folder / f"moments-{place}").exists() else -1,
            "said": (folder / f"said-{place}").read_text(encoding="utf-8"),
        }
        for place, status in enumerate(ends)
    ]


if __name__ == "__main__":
    # everything heavy is imported once, what extensions of `flask` bring included
    from app import BLUEPRINTS, COMMANDS

    for module in (*BLUEPRINTS, *COMMANDS, "scheduler.cli"):
        import_module(module)
    for plugin in entry_points(group="flask.commands"):
        plugin.load()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_run(json.loads(line))) + "\n")
        sys.stdout.flush()
