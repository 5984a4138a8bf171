"""Copying a visit into the national system on a phone: one tap a field, told to eye and ear, also where the clipboard is closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect
from werkzeug.serving import make_server

from app.core.crypto import Keyring
from app.core.db import Database
from app.people.vault import Vault
from app.visits.service import record_visit
from tests.browser.test_every_page import AXE, RUN_AXE
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.visits import command, register, stable

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 360, "height": 740}
THUMB = 44  # CSS pixels
# how a phone may stand: the clipboard is open; there is none (no HTTPS); nothing may copy at all
OPEN, NONE, CLOSED = (
    "",
    "Object.defineProperty(navigator, 'clipboard', {value: undefined});",
    "Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false;",
)


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


@pytest.fixture
def addresses(app: Flask, database: Database, county: County) -> list[str]:
    """The pages of two visits that are owed, the older one first."""
    keyring: Keyring = app.extensions["anhu.keyring"]
    found = []
    with database.transaction() as session:
        doctor = county.actor("doctor")
        for name, day in (("孙玉珍", 16), ("李强", 18)):
            patient = register(session, keyring, doctor, TODAY, NOW, name)
            sent = command(patient, stable(TODAY.replace(day=day)))
            visit = record_visit(session, Vault(session, keyring), doctor, sent, TODAY, NOW).visit
            found.append(f"/patients/{patient.public_id}/visits/{visit.public_id}/national")
    return found


@pytest.fixture
def page(request: pytest.FixtureRequest, app: Flask, county: County, server: str, browser: Browser) -> Iterator[Page]:
    """The doctor's phone, as the parameter lets it be."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", base_url=server)
    if request.param == OPEN:
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server)
    context.add_init_script(request.param)
    context.add_cookies([{"name": "anhu_session", "value": county.token_for(app, "doctor"), "url": server}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def tap(page: Page, field: str) -> None:
    button = page.locator(f'[data-copy="c-{field}"]')
    box = button.bounding_box()
    assert box is not None and box["height"] >= THUMB
    button.click()


@pytest.mark.parametrize("page", [OPEN], indirect=True)
def test_one_tap_copies_a_field_and_says_so(page: Page, addresses: list[str]) -> None:
    page.goto(addresses[0])
    tap(page, "visited_on")
    expect(page.locator('[data-copy="c-visited_on"] [data-said]')).to_have_text("已复制")
    expect(page.locator("#copy-said")).to_have_text("已复制：2026-11-16")
    assert page.evaluate("navigator.clipboard.readText()") == "2026-11-16"
    tap(page, "taken_1_name")
    expect(page.locator("#copy-said")).to_have_text("已复制：利培酮")
    assert page.locator("[data-copied]").count() == 2
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []


@pytest.mark.parametrize("page", [NONE], indirect=True)
def test_without_a_clipboard_the_text_is_selected_and_copied_the_old_way(page: Page, addresses: list[str]) -> None:
    page.goto(addresses[0])
    tap(page, "visit_class")
    expect(page.locator("#copy-said")).to_have_text("已复制：3")
    assert page.evaluate("getSelection().toString()") == "3"


@pytest.mark.parametrize("page", [CLOSED], indirect=True)
def test_where_nothing_may_copy_the_text_stays_selected_for_the_hand(page: Page, addresses: list[str]) -> None:
    page.goto(addresses[0])
    tap(page, "form")
    expect(page.locator('[data-copy="c-form"] [data-said]')).to_have_text("已选中")
    assert page.evaluate("getSelection().toString()") == "2"
    assert page.locator("[data-copied]").count() == 0


@pytest.mark.parametrize("page", [OPEN], indirect=True)
def test_a_tick_goes_straight_to_the_next_visit(page: Page, addresses: list[str]) -> None:
    page.goto("/visits/national")
    page.locator(".item-name").first.click()
    assert page.url.endswith(addresses[0])
    with page.expect_navigation():
        page.get_by_role("button", name="已录入国家系统，下一条").dblclick()
    page.wait_for_url(f"**{addresses[1]}")
    expect(page.locator("main")).to_contain_text("李强")
