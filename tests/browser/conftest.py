"""A demonstration county served by the real server, once per test process, and Chromium to look at it."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import TODAY, chromium

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PASSWORD = "anhu-demo-2026"


@dataclass(frozen=True)
class LiveCounty:
    url: str
    instance: Path


@pytest.fixture(scope="session")
def live_county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCounty]:
    """安和县 in a folder of its own, served by gunicorn on a free port."""
    instance = tmp_path_factory.mktemp("county") / "instance"
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANHU_")},
        "ANHU_ENV": "demo",
        "ANHU_INSTANCE": str(instance),
        "ANHU_TODAY": TODAY.isoformat(),
        "ANHU_LOG_LEVEL": "ERROR",
        "FLASK_APP": "wsgi.py",
    }
    shutil.copytree(_loaded_county(environ), instance)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("gunicorn")),
            *("--workers", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "error", "wsgi:application"),
        ],
        cwd=ROOT,
        env=environ,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/healthz")
        yield LiveCounty(url, instance)
    finally:
        server.terminate()
        server.wait(timeout=20)


def _loaded_county(environ: dict[str, str]) -> Path:
    """The demonstration in the run's folder, loaded by the first process that asks for it."""
    instance = Path(os.environ["ANHU_TEST_SQLITE"]).with_name("demonstration")
    with instance.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not instance.exists():
            fresh = instance.with_suffix(".fresh")
            for command in (["db", "upgrade"], ["demo", "load", "--patients", "60", "--quarters", "1", "--seed", "7"]):
                subprocess.run(
                    [sys.executable, "-m", "flask", *command],
                    cwd=ROOT,
                    env=environ | {"ANHU_INSTANCE": str(fresh)},
                    check=True,
                    capture_output=True,
                )
            fresh.rename(instance)
    return instance


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        folder = tempfile.mkdtemp(prefix="anhu-chromium-")
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        yield browser
        browser.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str) -> None:
    """Until the server answers at all; half a minute is far more than it needs."""
    for _attempt in range(300):
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer")
