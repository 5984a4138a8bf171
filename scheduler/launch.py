"""`make run`: bring the database up to date, fill an empty one with the demonstration county, start web and scheduler together.

Both children stop with this process, and if one of them ends the other is stopped too.
"""

from __future__ import annotations

import errno
import multiprocessing
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import click

from app import create_app
from app.accounts.queries import has_accounts
from app.core.actor import Role
from app.core.crypto import KeyUnavailable
from app.core.db import reading
from app.desk.demo.places import PASSWORD
from config import ROOT, ConfigurationError, Settings, web_port

HOST = "127.0.0.1"


def main() -> None:
    try:
        settings = Settings.from_environ()
        port = web_port()
        refuse_taken(port)
        _flask("db", "upgrade")
        is_to_be_filled = settings.is_demo and _is_empty(settings)
    except (ConfigurationError, KeyUnavailable) as error:
        sys.exit(f"Anhu does not start: {error}")
    if is_to_be_filled:
        click.echo("An empty database: loading the demonstration county (about a minute) …")
        _flask("demo", "load")
    children = {"The web server": _web(port), "The scheduler": _scheduler()}
    _announce(settings, port)
    _wait(children)


def refuse_taken(port: int) -> None:
    """Raise `ConfigurationError` where another program answers on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was left a moment ago is free
        try:
            probe.bind((HOST, port))
        except OSError as error:
            why = "is in use by another program" if error.errno == errno.EADDRINUSE else "cannot be opened"
            raise ConfigurationError(
                f"port {port} {why}; choose another one, for example PORT={port + 10} make run."
            ) from None


def farewell(children: Mapping[str, int | None]) -> list[str]:
    """What to say of children by name and exit status when one ended that nobody had stopped (None: still running)."""
    ended = [f"{name} has ended (exit status {code})" for name, code in children.items() if code is not None]
    running = [name.lower() for name, code in children.items() if code is None]
    stopped = f"; stopping {' and '.join(running)} too, because neither works alone" if running else ""
    return [f"{' and '.join(ended)}{stopped}. See the lines above for why, then start again."] if ended else []


def _flask(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "flask", *arguments], cwd=ROOT, check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)


def _is_empty(settings: Settings) -> bool:
    with create_app(settings).app_context(), reading() as session:
        return not has_accounts(session)


def _web(port: int) -> subprocess.Popen[bytes]:
    workers = str(min(4, multiprocessing.cpu_count()))
    gunicorn = Path(sys.executable).with_name("gunicorn")
    return subprocess.Popen(
        [
            str(gunicorn),
            "--workers",
            workers,
            "--bind",
            f"{HOST}:{port}",
            "--log-level",
            "warning",
            "wsgi:application",
        ],
        cwd=ROOT,
    )


def _scheduler() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "scheduler"], cwd=ROOT)


def _announce(settings: Settings, port: int) -> None:
    click.echo(f"\nAnhu is at http://{HOST}:{port}/   (Ctrl-C stops it)")
    if settings.is_demo:
        names = "  ".join(role.value for role in Role if role is not Role.OPERATOR)
        click.echo(f"Demonstration accounts, password {PASSWORD}:\n  {names}\n")


def _wait(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Until a signal arrives or a child ends; then stop what is left."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        while all(child.poll() is None for child in children.values()):
            time.sleep(0.5)
        for line in farewell({name: child.poll() for name, child in children.items()}):
            click.echo(f"\n{line}", err=True)
    except KeyboardInterrupt:
        click.echo("\nstopping …")
    for child in children.values():
        child.terminate()
    codes = [child.wait(timeout=30) for child in children.values()]
    sys.exit(max((abs(code) for code in codes if code not in (0, -signal.SIGTERM)), default=0))


if __name__ == "__main__":
    main()
