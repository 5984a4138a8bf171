"""`make run`: bring the database up to date, fill an empty one with the demonstration county, start web and scheduler together.

Both children stop with this process, and if one of them ends the other is stopped too.
"""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import time
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


def main() -> None:
    try:
        settings = Settings.from_environ()
        _flask("db", "upgrade")
        is_to_be_filled = settings.is_demo and _is_empty(settings)
    except (ConfigurationError, KeyUnavailable) as error:
        sys.exit(f"Anhu does not start: {error}")
    if is_to_be_filled:
        click.echo("An empty database: loading the demonstration county (about a minute) …")
        _flask("demo", "load")
    port = web_port()
    children = [_web(port), _scheduler()]
    _announce(settings, port)
    _wait(children)


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
            f"127.0.0.1:{port}",
            "--log-level",
            "warning",
            "wsgi:application",
        ],
        cwd=ROOT,
    )


def _scheduler() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "scheduler"], cwd=ROOT)


def _announce(settings: Settings, port: int) -> None:
    click.echo(f"\nAnhu is at http://127.0.0.1:{port}/   (Ctrl-C stops it)")
    if settings.is_demo:
        names = "  ".join(role.value for role in Role if role is not Role.OPERATOR)
        click.echo(f"Demonstration accounts, password {PASSWORD}:\n  {names}\n")


def _wait(children: list[subprocess.Popen[bytes]]) -> None:
    """Until a signal arrives or a child ends; then stop what is left."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
    except KeyboardInterrupt:
        click.echo("\nstopping …")
    for child in children:
        child.terminate()
    codes = [child.wait(timeout=30) for child in children]
    sys.exit(max((code for code in codes if code > 0), default=0))


if __name__ == "__main__":
    main()
