"""A phone without a network and the server that it misses: both real, both taken away and brought back at will."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import func, select
from werkzeug.serving import BaseWSGIServer, make_server

from app.visits.models import FollowUpVisit
from tests.conftest import chromium
from tests.rig.chromium import CHROMIUM_ARGS
from tests.rig.leveldb import blocks as leveldb_blocks

PHONE = {"width": 360, "height": 780}


PIN = "284615"


NAMES = [
    f"{family}{given}"
    for family in ("慕容", "诸葛", "司马", "欧阳")
    for given in ("瑾瑜", "明远", "青柏", "闻溪", "知夏")
]


TYPED = "窗台上有三盆兰"


WORDS = [*NAMES, TYPED, "城关镇东村", "13907316408"]


GROUPS = ("met", "state", "drugs", "next")


@dataclass
class Site:
    """The server, which can be taken away and brought back, and whose answers to a batch can get lost."""

    app: Flask
    port: int = 0
    answers_to_lose: int = 0
    batches: int = 0
    _running: BaseWSGIServer | None = None
    _thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        self._running = make_server("127.0.0.1", self.port, self._serve, threaded=True)
        self.port = self._running.server_port
        self._thread = threading.Thread(target=self._running.serve_forever, daemon=True)
        self._thread.start()

    def down(self) -> None:
        assert self._running and self._thread
        self._running.shutdown()
        self._running.server_close()
        self._thread.join()

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] != "/field/sync":
            return self.app.wsgi_app(environ, start_response)
        self.batches += 1
        if self.answers_to_lose <= 0:
            return self.app.wsgi_app(environ, start_response)
        self.answers_to_lose -= 1
        b"".join(self.app.wsgi_app(environ, lambda *_said: None))  # done, and never heard of
        start_response("502 Bad Gateway", [("Content-Type", "text/plain")])
        return [b"lost"]


@dataclass
class Phone:
    """One browser with a folder of its own, which can be killed at any moment."""

    browser: Browser
    folder: Path
    site: Site
    complaints: list[str] = field(default_factory=list)
    context: BrowserContext | None = None
    page: Page = field(init=False)

    def start(self) -> None:
        kind = self.browser.browser_type
        self.context = kind.launch_persistent_context(
            str(self.folder), executable_path=chromium(), args=CHROMIUM_ARGS, viewport=PHONE, locale="zh-CN"
        )
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, said: Any) -> None:
        if said.type == "error" and "net::ERR" not in said.text and "502" not in said.text and "401" not in said.text:
            self.complaints.append(said.text)

    @property
    def scripts(self) -> str:
        """Where the product's modules lie, as its pages ask for them: without a network they are there under this address only."""
        return f"/static/{self.site.app.extensions['anhu.static_version']}/field"

    def sync(self) -> None:
        self.page.evaluate(f"async () => (await import('{self.scripts}/sync.js')).sync()")

    def kill(self) -> None:
        """As when the battery dies: nothing is closed, nothing is written down."""
        for pid in processes_of(self.folder):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(Exception):
            assert self.context
            self.context.close()
        for lock in self.folder.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def stop(self) -> None:
        assert self.context
        self.context.close()

    def sign_in(self, token: str) -> None:
        assert self.context
        self.context.add_cookies([{"name": "anhu_session", "value": token, "url": self.site.url}])

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def unlock(self, pin: str = PIN) -> None:
        self.page.fill("#pin", pin)
        self.page.click("#field-app .btn-go")

    def open_list(self) -> None:
        self.go("/field/work")
        self.page.wait_for_selector("#pin")
        self.unlock()
        self.page.wait_for_selector("[data-list]")

    def turn_on(self) -> None:
        self.go("/field/")
        self.page.wait_for_selector("#pin")
        self.page.fill("#pin", PIN)
        self.page.fill("#pin-again", PIN)
        self.page.click("[data-turn-on] .btn-go")
        self.page.wait_for_selector("[data-is-on]:not([hidden])")

    def fill_in(self, at: int = 0, typed: str = "") -> None:
        """The next task that is not done, every group 与上次相同."""
        self.page.locator("[data-start]").nth(at).click()
        for group in GROUPS:
            self.page.click(f'[data-same="{group}"]')
        if typed:
            self.write_note(typed)
        self.page.click(".form-footer .btn-go")
        self.page.click("#check .btn-go")
        self.page.wait_for_selector("[data-list]")

    def begin_and_type(self, words: str) -> None:
        """A form that is not finished."""
        self.page.locator("[data-start]").first.click()
        self.write_note(words)
        self.page.wait_for_selector('.save-state[data-state="saved"]')

    def write_note(self, words: str) -> None:
        self.page.click("details.notes > summary")
        self.page.fill("#notes", words)

    def unsent(self) -> int:
        found = self.page.evaluate(
            f"async () => (await import('{self.scripts}/sync.js')).unsent().then(found => found.count)"
        )
        return int(found)


def processes_of(folder: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if str(folder) in (entry / "cmdline").read_bytes().decode(errors="replace"):
                    found.append(int(entry.name))
    return found


def readable(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    """(word, file) wherever a word lies in the folder in clear: as UTF-8 or UTF-16, also inside LevelDB's packed blocks."""
    spelled = {word: (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")) for word in words}
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with suppress(OSError):
            for content in (path.read_bytes(), *leveldb_blocks(path)):
                found += [
                    (word, str(path.relative_to(folder)))
                    for word, spellings in spelled.items()
                    if any(one in content for one in spellings)
                ]
    return found


def visits(app: Flask) -> list[tuple[int, int]]:
    """(patient, how many visits)."""
    with app.extensions["anhu.db"].reading() as session:
        rows = session.execute(select(FollowUpVisit.patient_id, func.count()).group_by(FollowUpVisit.patient_id))
        return [(patient, count) for patient, count in rows]
