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
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from app.people.vault import Vault
from app.visits.service import record_visit
from tests.conftest import NOW, TODAY, chromium
from tests.rig.chromium import CHROMIUM_ARGS
from tests.rig.county import County
from tests.rig.field import NAMES, Phone, Site
from tests.rig.visits import command, register, stable

ROOT = Path(__file__).resolve().parent.parent.parent
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
        "ANHU_TEST_PAGES": os.environ["ANHU_TEST_PAGES"],
        "FLASK_APP": "wsgi.py",
    }
    shutil.copytree(_loaded_county(environ), instance)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("gunicorn")),
            *("--threads", "4", "--bind", f"127.0.0.1:{port}", "--log-level", "error", "tests.rig.served:application"),
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
            fresh.mkdir()
            shutil.copy(os.environ["ANHU_TEST_SQLITE"], fresh / "anhu.db")
            subprocess.run(
                [sys.executable, "-m", "flask", "demo", "load", "--patients", "60", "--quarters", "1", "--seed", "7"],
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


# -- a doctor's phone and a server that can be taken away -----------------------------------------------------------------


@pytest.fixture
def site(app: Flask, county: County) -> Iterator[Site]:
    """Twenty patients, all visited in August and due."""
    keyring, doctor = app.extensions["anhu.keyring"], county.actor("doctor")
    with app.extensions["anhu.db"].transaction() as session:
        for number, name in enumerate(NAMES):
            patient = register(session, keyring, doctor, TODAY, NOW, name=name)
            last = command(
                patient, stable(date(2026, 8, 1) + timedelta(days=number)), accepted=frozenset({"visit.late_entry"})
            )
            record_visit(session, Vault(session, keyring), doctor, last, TODAY, NOW)
    app.config["WTF_CSRF_ENABLED"] = True
    site = Site(app)
    site.up()
    yield site
    with suppress(Exception):
        site.down()


@pytest.fixture
def phone(app: Flask, county: County, site: Site, browser: Browser, tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(browser, tmp_path / "profile", site)
    phone.start()
    phone.sign_in(county.token_for(app, "doctor"))
    yield phone
    phone.kill()
