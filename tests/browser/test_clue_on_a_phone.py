"""A clue reported on a phone in under a minute: counted taps, no script needed, nothing blocked, one report for two taps."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from app.patients.models import Clue
from tests.rig.county import VILLAGE, County

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 360, "height": 780}
MOST_TAPS = 8
THUMB = 44  # CSS pixels


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The browser sees pages, not databases: one kind is enough here."""
    return sqlite_url


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    app.config["WTF_CSRF_ENABLED"] = True
    running = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def page(request: pytest.FixtureRequest, app: Flask, county: County, server: str, browser: Browser) -> Iterator[Page]:
    """The village worker's phone."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=request.param, locale="zh-CN", base_url=server)
    token = county.token_for(app, "village_worker")
    context.add_cookies([{"name": "anhu_session", "value": token, "url": server}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def test_a_clue_takes_at_most_eight_taps(app: Flask, page: Page) -> None:
    taps = 0

    def tap(selector: str) -> None:
        nonlocal taps
        box = page.locator(selector).first.bounding_box()
        assert box is not None and box["height"] >= THUMB, f"{selector} is too low for a thumb"
        page.locator(selector).first.click()
        taps += 1

    page.goto("/")
    with page.expect_navigation():
        tap('a[href="/clues/new"]')
    tap("#name")
    page.keyboard.type("常大勇")
    tap("#place")
    page.keyboard.type("村口老槐树旁")
    tap('input[name="signs"][value="5"]')
    tap('input[name="signs"][value="8"]')
    tap('input[name="is_danger"][value="1"]')
    with page.expect_navigation(url="**/clues/mine"):
        tap(".form-footer .btn-go")

    assert taps <= MOST_TAPS
    assert page.locator("text=已收到").count()
    assert page.locator("text=常大勇").count() == 1
    (clue,) = _clues(app)
    assert (clue.area_code, clue.signs, clue.is_danger) == (VILLAGE, (1 << 4) | (1 << 7), True)


def test_two_taps_on_the_button_are_one_report(app: Flask, page: Page) -> None:
    page.goto("/clues/new")
    page.locator('input[name="signs"][value="1"]').click()
    page.fill("#place", "桥头小卖部旁")
    page.locator(".form-footer .btn-go").dblclick(no_wait_after=True)
    # the second tap may cut the first one's navigation off: what counts is where the page comes to rest
    expect(page).to_have_url(re.compile("/clues/mine$"))
    assert len(_clues(app)) == 1


def _clues(app: Flask) -> list[Clue]:
    with app.extensions["anhu.db"].reading() as session:
        return list(session.scalars(select(Clue).order_by(Clue.id)))
