"""A family's duty check on a phone: from the home three taps, with and without script, nothing blocked, one check for two taps."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import select
from werkzeug.serving import make_server

from app.core.actor import Actor
from app.core.db import Database
from app.guardians.models import DutyCheck
from app.guardians.rules.duty import DutyMark
from app.guardians.service.sweeping import open_duty_checks
from tests.rig.county import County
from tests.rig.families import Family
from tests.rig.quarter import NOW, TODAY, House

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 360, "height": 740}
THUMB = 44  # CSS pixels


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The browser sees pages, not databases: one kind is enough here."""
    return sqlite_url


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    made = House(app, database, county)
    made.settle_in([Family(0)])
    with database.transaction() as session:
        open_duty_checks(session, Actor.operator(), TODAY, NOW)
    return made


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
def page(request: pytest.FixtureRequest, house: House, server: str, browser: Browser) -> Iterator[Page]:
    """The village worker's phone."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=request.param, locale="zh-CN", base_url=server)
    token = house.county.token_for(house.app, "village_worker")
    context.add_cookies([{"name": "anhu_session", "value": token, "url": server}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def test_a_family_takes_four_taps_from_the_home(house: House, page: Page) -> None:
    def tap(words: str) -> None:
        target = page.get_by_role("link", name=words).or_(page.get_by_role("button", name=words)).first
        box = target.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        target.click()

    page.goto("/")
    tap("待核查 1 户")
    tap("核查：")
    page.locator('input[name="way"][value="visit"]').check()  # how it was checked is said, never assumed
    button = page.get_by_role("button", name="八项均已履行")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= THUMB
    assert box["y"] + box["height"] <= PHONE["height"]  # in reach without scrolling
    button.click()
    page.get_by_text("已记录：合格").wait_for(timeout=8000)
    with house.database.reading() as session:
        assert [one.result for one in session.scalars(select(DutyCheck))] == [DutyMark.PASSED]
