"""The draft of the page's own form: kept on the server, through crashes, dead lines and the end of a session; nothing on the phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.test_every_page import _faults as faults
from tests.rig.county import County
from tests.rig.field import PHONE, TYPED, Phone, Site

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The browser sees pages, not databases: one kind is enough here."""
    shutil.copy(os.environ["ANHU_TEST_SQLITE"], tmp_path / "anhu.db")
    return f"sqlite:///{tmp_path / 'anhu.db'}"


@pytest.fixture
def doctor_page(app: Flask, county: County, site: Site, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    context.add_cookies([{"name": "anhu_session", "value": county.token_for(app, "doctor"), "url": site.url}])
    yield context.new_page()
    context.close()


def test_without_a_secure_context_the_page_says_so_and_keeps_nothing_on_the_phone(
    site: Site, doctor_page: Page
) -> None:
    """As a browser shows the product over plain HTTP on a name of the intranet: no crypto, no service worker."""
    doctor_page.add_init_script("Object.defineProperty(globalThis, 'isSecureContext', {value: false})")
    for path in ("/field/", "/field/work"):
        doctor_page.goto(site.url + path)
        doctor_page.wait_for_selector("text=离线功能未开启（需要 HTTPS）")
        assert not doctor_page.locator("#pin").is_visible()
    assert doctor_page.evaluate("() => indexedDB.databases()") == []
    assert faults(doctor_page) == []


def test_a_draft_of_the_page_s_own_form_survives_a_crash(app: Flask, county: County, site: Site, phone: Phone) -> None:
    phone.go("/")
    phone.page.locator("a.btn-go:has-text('开始随访')").first.click()
    phone.write_note(TYPED)
    phone.page.click('input[name="insight"][value="3"]')
    phone.page.wait_for_selector("#draft-line[data-state='saved']:has-text('草稿已保存')")
    address = phone.page.url.removeprefix(site.url)
    phone.kill()
    phone.start()
    phone.sign_in(county.token_for(app, "doctor"))
    phone.go(address)
    assert "草稿，保存于" in phone.page.inner_text("main")
    assert phone.page.input_value("#notes") == TYPED and phone.page.is_checked('input[name="insight"][value="3"]')
    phone.page.click(".draft-note button")
    assert phone.page.input_value("#notes") == ""
    assert phone.complaints == []


def test_a_draft_waits_with_its_hour_while_there_is_no_network_and_goes_on_by_itself(
    app: Flask, county: County, site: Site, phone: Phone
) -> None:
    phone.go("/")
    phone.page.locator("a.btn-go:has-text('开始随访')").first.click()
    phone.page.click('input[name="insight"][value="2"]')
    phone.page.wait_for_selector("#draft-line[data-state='saved']")
    site.down()
    phone.page.click('input[name="insight"][value="3"]')
    phone.page.wait_for_selector("#draft-line[data-state='failed']:has-text('起的改动还没有保存')")
    site.up()
    phone.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    phone.page.wait_for_selector("#draft-line[data-state='saved']")
    phone.page.reload()
    assert phone.page.is_checked('input[name="insight"][value="3"]')


def test_a_draft_outlives_the_end_of_the_session_and_goes_on_after_signing_in_in_another_window(
    app: Flask, county: County, site: Site, phone: Phone
) -> None:
    phone.go("/")
    phone.page.locator("a.btn-go:has-text('开始随访')").first.click()
    phone.page.click('input[name="insight"][value="2"]')
    phone.page.wait_for_selector("#draft-line[data-state='saved']")
    assert phone.context
    phone.context.clear_cookies()
    phone.page.click('input[name="insight"][value="3"]')
    phone.page.wait_for_selector("#draft-line[data-state='failed']:has-text('登录已过期')")
    phone.sign_in(county.token_for(app, "doctor"))
    phone.page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    phone.page.wait_for_selector("#draft-line[data-state='saved']")
    phone.page.reload()
    assert phone.page.is_checked('input[name="insight"][value="3"]')
