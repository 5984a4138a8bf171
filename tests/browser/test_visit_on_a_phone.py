"""The visit form in a real browser: few taps, nothing asked that does not apply, nothing computed twice, nothing blocked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from werkzeug.serving import make_server

from app.patients.models import Patient
from app.people.vault import Vault
from app.visits.models import FollowUpVisit
from app.visits.service import record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.visits import command, middling, register, stable

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 780}
MOST_TAPS = 12


@dataclass
class Phone:
    """A doctor's phone: counts taps, and keeps what the browser complains about."""

    page: Page
    address: str
    taps: int = 0
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def tap(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.taps += 1

    def answer(self, name: str, code: int | str) -> None:
        self.tap(f'input[name="{name}"][value="{code}"]')

    def saved(self) -> None:
        with self.page.expect_navigation(url="**/saved"):
            self.tap(".form-footer .btn-go")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The browser sees pages, not databases: one kind is enough here."""
    return sqlite_url


@pytest.fixture
def patient(app: Flask, county: County) -> str:
    """Stable three months ago; due yesterday."""
    keyring, doctor = app.extensions["anhu.keyring"], county.actor("doctor")
    with app.extensions["anhu.db"].transaction() as session:
        patient = register(session, keyring, doctor, TODAY, NOW)
        accepted = frozenset({"visit.late_entry"})
        last = command(patient, stable(date(2026, 8, 20)), accepted=accepted)
        record_visit(session, Vault(session, keyring), doctor, last, TODAY, NOW)
        return patient.public_id


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
def phone(app: Flask, county: County, server: str, browser: Browser) -> Iterator[Phone]:
    yield from _phone(app, county, server, browser, has_script=True)


@pytest.fixture
def plain_phone(app: Flask, county: County, server: str, browser: Browser) -> Iterator[Phone]:
    yield from _phone(app, county, server, browser, has_script=False)


def _phone(app: Flask, county: County, server: str, browser: Browser, has_script: bool) -> Iterator[Phone]:
    context = browser.new_context(viewport=PHONE, java_script_enabled=has_script, locale="zh-CN")
    context.add_cookies([{"name": "anhu_session", "value": county.token_for(app, "doctor"), "url": server}])
    phone = Phone(context.new_page(), server)
    phone.page.on("console", lambda said: phone.complaints.append(said.text) if said.type == "error" else None)
    phone.page.on("pageerror", lambda error: phone.complaints.append(str(error)))
    phone.page.on(
        "request",
        lambda asked: None if asked.url.startswith((server, "data:")) else phone.complaints.append(asked.url),
    )
    yield phone
    context.close()


def _visits(app: Flask) -> list[FollowUpVisit]:
    with app.extensions["anhu.db"].reading() as session:
        return list(session.scalars(select(FollowUpVisit).order_by(FollowUpVisit.id)))


def _width(phone: Phone) -> int:
    return int(phone.page.evaluate("document.documentElement.scrollWidth"))


def test_a_routine_visit_takes_at_most_twelve_taps(app: Flask, patient: str, phone: Phone) -> None:
    phone.open("/")
    with phone.page.expect_navigation():
        phone.tap(f'a[href="/patients/{patient}/visits/new"]')
    for group in ("met", "state", "drugs", "next"):
        phone.tap(f'[data-same="{group}"]')
    phone.page.wait_for_selector("#result-live b:has-text('2月21日')")
    assert _width(phone) <= PHONE["width"]
    phone.saved()
    assert phone.taps <= MOST_TAPS
    assert [visit.visit_class for visit in _visits(app)] == [3, 3]
    assert phone.page.locator("text=2027年2月21日").count()
    assert _width(phone) <= PHONE["width"]
    assert phone.complaints == []


def test_questions_are_asked_only_when_they_apply(patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    discharged = phone.page.locator("#last_discharge_on")
    assert not discharged.is_visible()
    phone.answer("hospitalisation", 2)
    assert discharged.is_visible() and discharged.is_enabled()
    phone.answer("hospitalisation", 0)
    assert not discharged.is_visible() and not discharged.is_enabled()
    phone.answer("behaviours", 5)
    assert not phone.page.locator('input[name="behaviours"][value="7"]').is_checked()
    assert phone.page.locator("#self_harms").is_visible()
    phone.answer("meeting", 2)
    assert not phone.page.locator("#state").is_visible()
    assert phone.page.locator("#lost_reason-0").is_enabled()
    assert phone.complaints == []


def test_the_class_and_the_next_day_follow_every_answer(patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    live = phone.page.locator("#result-live")
    assert "2月21日" in live.inner_text()
    phone.answer("risk_level", 3)
    phone.page.wait_for_selector("#result-live :text('12月5日')")
    assert "不稳定" in live.inner_text() and "危险性评估 3 级" in live.inner_text()
    assert "派出所" in phone.page.locator("#result-full").inner_text()
    phone.answer("risk_level", 1)
    phone.page.wait_for_selector("#result-live :text('基本稳定')")
    assert not phone.page.locator("#post_intervention_trend-0").is_enabled()
    assert phone.complaints == []


def test_the_trend_is_asked_for_when_the_table_needs_it(app: Flask, county: County, patient: str, phone: Phone) -> None:
    keyring, doctor = app.extensions["anhu.keyring"], county.actor("doctor")
    with app.extensions["anhu.db"].transaction() as session:
        found = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        last = command(found, middling(date(2026, 11, 16)))
        record_visit(session, Vault(session, keyring), doctor, last, TODAY, NOW)
    phone.open(f"/patients/{patient}/visits/new")
    assert phone.page.locator("#post_intervention_trend-0").is_enabled()
    phone.answer("post_intervention_trend", 2)
    phone.page.wait_for_selector("#result-live b:has-text('12月21日')")
    phone.saved()
    assert _visits(app)[-1].next_due_on == date(2026, 12, 21)
    assert phone.complaints == []


def test_what_was_typed_survives_a_refusal(patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    phone.answer("adverse_reaction", 2)
    phone.page.fill("#adverse_text", "手抖")
    phone.page.fill("#notes", "下次带家属")
    phone.tap(".form-footer .btn-go")
    phone.page.wait_for_selector(".error-summary")
    assert phone.page.input_value("#adverse_text") == "手抖"
    assert phone.page.input_value("#notes") == "下次带家属"
    assert phone.page.locator("#adverse_severity-error").is_visible()
    assert phone.page.evaluate("document.activeElement.classList.contains('error-summary')")


def test_without_a_script_everything_is_there_and_can_be_saved(app: Flask, patient: str, plain_phone: Phone) -> None:
    plain_phone.open(f"/patients/{patient}/visits/new")
    for name in ("#last_discharge_on", "#adverse_text", "#medicines_3_name", "#post_intervention_trend-0"):
        assert plain_phone.page.locator(name).is_enabled()
    assert _width(plain_phone) <= PHONE["width"]
    plain_phone.page.locator(".form-footer .btn-go").click()
    assert plain_phone.page.url.endswith("/saved")
    assert len(_visits(app)) == 2


def test_the_whole_form_works_by_keyboard(app: Flask, patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    phone.page.focus("#risk_level-0")
    phone.page.keyboard.press("ArrowRight")
    phone.page.wait_for_selector("#result-live :text('基本稳定')")
    phone.page.focus(".form-footer .btn-go")
    with phone.page.expect_navigation(url="**/saved"):
        phone.page.keyboard.press("Enter")
    assert _visits(app)[-1].risk_level == 1
    assert phone.complaints == []


def test_a_double_tap_on_save_makes_one_visit(app: Flask, patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    with phone.page.expect_navigation(url="**/saved"):
        phone.page.locator(".form-footer .btn-go").dblclick()
    assert len(_visits(app)) == 2
