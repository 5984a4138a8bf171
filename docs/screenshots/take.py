"""`make screenshots`: the pictures of the README, from a real browser on a fresh demonstration county."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import quarter
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DAY = "2026-11-21"  # the pictures' business day, so that they change only when the product does
PASSWORD = "anhu-demo-2026"
PIN = "284615"
PATIENCE = 120_000  # milliseconds, on a machine that has other work
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 860}


def _stay(_page: Page) -> None:
    """The first page after signing in."""


def _open_form(page: Page) -> None:
    """A routine visit: the first of the list whose form could be saved as it stands."""
    for link in page.eval_on_selector_all('a[href$="/visits/new"]', "links => links.map(link => link.href)"):
        page.goto(link)
        page.wait_for_selector(".scripted")
        if not page.locator("#flaws .error-summary").count():
            return
    raise SystemExit("no routine visit on the list")


def _fold(page: Page) -> None:
    _open_form(page)
    for group in ("met", "state", "drugs"):
        page.click(f'[data-same="{group}"]')
    page.evaluate("document.querySelector('#state').scrollIntoView({ block: 'start', behavior: 'instant' })")


def _sum_up(page: Page) -> None:
    _open_form(page)
    page.click('input[name=sleep][value="3"]')
    for group in ("met", "state", "drugs", "next"):
        page.click(f'[data-same="{group}"]')
    page.click(".form-footer .btn-go")
    page.wait_for_selector("#check[open]")


def _leave_the_network(page: Page) -> str:
    """The offline list, opened with the PIN; then the network is gone. Answers whose visit is a routine one."""
    home = page.url
    _open_form(page)
    routine = page.url.split("/patients/")[1].split("/")[0]
    page.goto(home)
    page.click("summary:has-text('菜单')")
    page.click(".bar-sheet a:has-text('我的手机')")
    page.fill("#pin", PIN)
    page.fill("#pin-again", PIN)
    page.click("[data-turn-on] .btn-go")
    page.wait_for_selector("[data-is-on]:not([hidden])")
    page.click("a:has-text('打开离线工作')")
    page.fill("#pin", PIN)
    page.click("#field-app .btn-go")
    page.wait_for_selector(f'[data-start="{routine}"]')
    page.context.set_offline(True)
    return routine


def _fill_in_offline(page: Page) -> None:
    page.click(f'[data-start="{_leave_the_network(page)}"]')
    page.click('[data-same="met"]')
    page.click('input[name=risk_level][value="3"]')
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")


def _store_offline(page: Page) -> None:
    _fill_in_offline(page)
    for group in ("state", "drugs", "next"):
        page.click(f'[data-same="{group}"]')
    page.click(".form-footer .btn-go")
    page.click("#check .btn-go")
    page.wait_for_selector("[data-stored]")


def _open_numbers(page: Page) -> None:
    """Charts are drawn by a library that comes when the page stands."""
    page.click(".bar-nav a:has-text('指标')")
    page.wait_for_selector(".chart-live canvas")


def _open_briefing(page: Page) -> None:
    _open_numbers(page)
    page.click("a:has-text('工作报告')")
    page.click("a:has-text('汇报材料')")


PICTURES: tuple[tuple[str, dict[str, int], str, Callable[[Page], None]], ...] = (
    ("doctor", PHONE, "doctor-phone.png", _stay),
    ("doctor", PHONE, "visit-phone.png", _open_form),
    ("doctor", PHONE, "visit-folded-phone.png", _fold),
    ("doctor", PHONE, "visit-summary-phone.png", _sum_up),
    ("doctor", PHONE, "offline-form-phone.png", _fill_in_offline),
    ("doctor", PHONE, "offline-list-phone.png", _store_offline),
    ("clerk", DESKTOP, "clerk-desktop.png", _stay),
    ("coordinator", DESKTOP, "coordinator-desktop.png", _stay),
    ("coordinator", DESKTOP, "numbers-board.png", _open_numbers),
    ("coordinator", DESKTOP, "numbers-briefing.png", _open_briefing),
)


def main() -> None:
    instance = Path(tempfile.mkdtemp(prefix="anhu-pictures-"))
    environ = {
        **os.environ,
        "ANHU_ENV": "demo",
        "ANHU_INSTANCE": str(instance),
        "ANHU_TODAY": DAY,
        "ANHU_LOG_LEVEL": "ERROR",
    }
    try:
        _flask(environ, "db", "upgrade")
        _flask(environ, "demo", "load")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        gunicorn = str(Path(sys.executable).with_name("gunicorn"))
        with _process(environ, gunicorn, "--workers", "2", "--bind", f"127.0.0.1:{port}", "wsgi:application"):
            _wait(f"http://127.0.0.1:{port}/healthz")
            _take(f"http://127.0.0.1:{port}", environ)
        _ledger(environ, instance)
    finally:
        shutil.rmtree(instance, ignore_errors=True)


def _flask(environ: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "flask", *arguments], cwd=ROOT, env=environ, check=True)


@contextmanager
def _process(environ: dict[str, str], *words: str) -> Iterator[None]:
    process = subprocess.Popen(words, cwd=ROOT, env=environ)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(url: str) -> None:
    for _attempt in range(300):
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} did not answer")


def _take(url: str, environ: dict[str, str]) -> None:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise SystemExit("screenshots need Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name, size, file, walk in PICTURES:
            page = _sign_in(url, browser, name, size)
            walk(page)
            page.screenshot(path=str(HERE / file))
        with _process(environ, sys.executable, "-m", "scheduler"):  # it makes the pay file
            quarter.take(browser, partial(_sign_in, url), HERE)
        browser.close()


def _sign_in(url: str, browser: Browser, name: str, size: dict[str, int]) -> Page:
    is_phone = size == PHONE
    page = browser.new_context(viewport=size, locale="zh-CN", has_touch=is_phone, is_mobile=is_phone).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{url}/login")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button.btn-go")
    page.wait_for_load_state()
    return page


def _ledger(environ: dict[str, str], instance: Path) -> None:
    paper = instance / "ledger.pdf"
    _flask(environ, "report", "ledger", "--county", "349921000000", "--quarter", "2026Q2", "--as", "clerk", str(paper))
    subprocess.run(
        ["pdftoppm", "-png", "-r", "70", "-f", "1", "-l", "1", "-singlefile", str(paper), str(HERE / "ledger")],
        check=True,
    )


if __name__ == "__main__":
    main()
