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
from tests.browser.test_every_page import AXE, RUN_AXE
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.visits import command, middling, register, stable

SMALL = """place => Array.from(document.querySelectorAll(`${place} :is(button, input:not([type=hidden]), summary)`))
  .filter(one => one.offsetParent && !one.disabled)
  .map(one => [one.id || one.textContent, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44).map(([name, box]) => `${name} ${box.width}×${box.height}`)"""
pytestmark = pytest.mark.browser
WIDTH = 360
MOST_TAPS = 7
GROUPS = ("met", "state", "drugs", "next")


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

    def check(self) -> str:
        """The summary before saving."""
        self.tap(".form-footer .btn-go")
        self.page.wait_for_selector("#check[open]")
        return self.page.locator("#check").inner_text()

    def saved(self) -> None:
        self.check()
        with self.page.expect_navigation(url="**/saved"):
            self.tap("#check .btn-go")

    def same(self, *groups: str) -> None:
        for group in groups:
            self.tap(f'[data-same="{group}"]')


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
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 740}, java_script_enabled=has_script, locale="zh-CN"
    )
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


def _focused(phone: Phone, selector: str) -> None:
    """Waits until the focus is there."""
    phone.page.wait_for_function("selector => document.activeElement.matches(selector)", arg=selector)


def _barriers(phone: Phone) -> list[str]:
    phone.page.evaluate(AXE)
    return list(phone.page.evaluate(RUN_AXE))


def _small(phone: Phone, place: str) -> list[str]:
    """Buttons, links that stand alone and answers below 44 px in height or width."""
    return list(phone.page.evaluate(SMALL, place))


def test_a_routine_visit_takes_seven_taps_from_the_list_to_the_next_patient(
    app: Flask, patient: str, phone: Phone
) -> None:
    phone.open("/")
    with phone.page.expect_navigation():
        phone.tap(f'a[href="/patients/{patient}/visits/new"]')
    phone.same(*GROUPS)
    assert _width(phone) <= WIDTH
    phone.saved()
    assert phone.taps <= MOST_TAPS
    assert [visit.visit_class for visit in _visits(app)] == [3, 3]
    said = phone.page.locator("main").inner_text()
    assert "2027年2月21日" in said and "各项都没有变化" in said
    assert phone.page.locator(".form-footer .btn-go").is_visible()
    assert _width(phone) <= WIDTH
    assert phone.complaints == []


def test_a_tap_folds_a_group_to_one_line_and_brings_the_next_under_the_thumb(patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    phone.same("met")
    assert not phone.page.locator("#met .q").first.is_visible()
    assert "家庭访视" in phone.page.locator('[data-unfold="met"]').inner_text()
    assert phone.page.locator('[data-same="met"]').get_attribute("aria-pressed") == "true"
    next_group = phone.page.locator("#state").bounding_box()
    assert next_group is not None and 0 <= next_group["y"] < 100
    phone.tap('[data-unfold="met"]')
    assert phone.page.locator("#met .q").first.is_visible()
    assert phone.page.locator("#form-0").is_visible()
    phone.same("met")
    assert not phone.page.locator("#met .q").first.is_visible()
    assert phone.complaints == []


def test_what_happened_last_time_stays_open_when_the_rest_is_as_last_time(
    app: Flask, county: County, patient: str, phone: Phone
) -> None:
    keyring, doctor = app.extensions["anhu.keyring"], county.actor("doctor")
    with app.extensions["anhu.db"].transaction() as session:
        found = session.scalars(select(Patient).where(Patient.public_id == patient)).one()
        last = command(found, stable(date(2026, 11, 16), lab_test=2, lab_text="血常规正常"))
        record_visit(session, Vault(session, keyring), doctor, last, TODAY, NOW)
    phone.open(f"/patients/{patient}/visits/new")
    phone.same("met", "state", "drugs")
    assert phone.page.locator("#lab_test-0").is_visible()
    assert not phone.page.locator("#adherence-0").is_visible()
    phone.answer("lab_test", 1)
    phone.same("next")
    assert "实验室检查" in phone.check()
    assert phone.complaints == []


def test_a_tap_never_overwrites_what_was_answered_in_this_visit(patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    phone.answer("sleep", 3)
    assert "其余" in phone.page.locator('[data-same="state"]').inner_text()
    phone.same("state")
    assert phone.page.locator("#sleep-2").is_checked()
    said = phone.check()
    assert "睡眠情况" in said and "良好" in said and "较差" in said
    assert "沿用上次、还没有看过" in said and "三、用药" in said and "二、状态" not in said
    assert phone.complaints == []


def test_a_medicine_that_was_taken_out_is_not_brought_back_by_a_tap(patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    for column in ("name", "morning_mg", "night_mg"):
        phone.page.fill(f"#medicines_1_{column}", "")
    phone.page.wait_for_selector("#draft-line[data-state=saved]")
    phone.open(f"/patients/{patient}/visits/new")
    phone.same("met", "state", "drugs")
    assert phone.page.input_value("#medicines_1_name") == "" and phone.page.locator("#medicines_1_name").is_visible()
    assert phone.complaints == []


def test_errors_are_told_where_they_are_as_soon_as_a_question_is_left(patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    phone.answer("adverse_reaction", 2)
    text = phone.page.locator("#adverse_text")
    text.focus()
    assert not phone.page.locator("#adverse_text-error").is_visible()
    phone.page.locator("#notes").evaluate("note => { note.closest('details').open = true; note.focus(); }")
    phone.page.wait_for_selector("#adverse_text-error:has-text('请填写“何种药物、何种不良反应”')")
    text.fill("手抖")
    phone.page.wait_for_selector("#adverse_text-error", state="detached")
    phone.page.fill("#medicines_1_morning_mg", "半片")
    text.focus()
    phone.page.wait_for_selector("#medicines_1_morning_mg-error:has-text('毫克')")
    assert phone.page.locator("#medicines_1_morning_mg").get_attribute("aria-invalid") == "true"
    assert phone.complaints == []


def test_the_summary_says_what_is_wrong_before_anything_is_sent(app: Flask, patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    phone.same(*GROUPS)
    phone.tap('[data-unfold="drugs"]')
    phone.answer("lab_test", 2)
    phone.same("drugs")
    phone.tap(".form-footer .btn-go")
    summary = phone.page.wait_for_selector("#refused .error-summary")
    _focused(phone, ".error-summary")
    assert summary and "实验室检查结果" in summary.inner_text()
    phone.page.click("#refused a")
    _focused(phone, "#lab_text")
    phone.page.keyboard.type("肝功能正常")
    phone.saved()
    assert _visits(app)[-1].lab_test == 2
    assert phone.complaints == []


def test_the_summary_names_the_tasks_that_saving_will_open(app: Flask, patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    phone.answer("risk_level", 4)
    phone.answer("locked_up", 2)
    phone.answer("behaviours", 5)
    phone.page.fill("#self_harms", "1")
    said = phone.check()
    assert "不稳定" in said and "12月5日" in said and "应急处置记录" in said and "解锁" in said
    phone.page.keyboard.press("Escape")
    assert not phone.page.locator("#check").is_visible()
    phone.saved()
    after = phone.page.locator("main").inner_text()
    assert "应急处置记录" in after and "解锁" in after
    assert phone.complaints == []


def test_a_doubt_is_confirmed_in_the_summary(app: Flask, patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    phone.answer("behaviours", 5)
    phone.page.fill("#self_harms", "1")
    assert "请再核对" in phone.check()
    assert phone.page.locator("#check .btn-go").inner_text() == "核对无误，仍然保存"
    with phone.page.expect_navigation(url="**/saved"):
        phone.tap("#check .btn-go")
    assert len(_visits(app)) == 2
    assert phone.complaints == []


def test_a_routine_visit_by_keyboard_alone_is_seven_keys(app: Flask, patient: str, phone: Phone) -> None:
    keys = phone.page.keyboard
    phone.open("/")
    phone.page.focus(f'a[href="/patients/{patient}/visits/new"]')
    with phone.page.expect_navigation():
        keys.press("Enter")
    phone.page.wait_for_selector(".scripted")
    for group in GROUPS:
        _focused(phone, f'[data-same="{group}"]')
        keys.press("Enter")
    _focused(phone, ".form-footer .btn-go")
    keys.press("Enter")
    _focused(phone, "#check .btn-go")
    with phone.page.expect_navigation(url="**/saved"):
        keys.press("Enter")
    assert len(_visits(app)) == 2
    assert phone.complaints == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_form_is_sound_for_everybody_in_each_of_its_states(patient: str, phone: Phone, width: int) -> None:
    phone.page.set_viewport_size({"width": width, "height": 800})
    phone.open(f"/patients/{patient}/visits/new")
    assert _barriers(phone) == []
    phone.answer("lab_test", 2)
    phone.same(*GROUPS)
    assert _barriers(phone) == []
    phone.tap(".form-footer .btn-go")
    phone.page.wait_for_selector("#refused .error-summary")
    assert _barriers(phone) == [] and _width(phone) <= width
    phone.page.fill("#lab_text", "正常")
    phone.check()
    assert _barriers(phone) == [] and _width(phone) <= width
    assert phone.complaints == []


def test_every_target_of_the_form_is_large_enough_for_a_thumb(patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    for group in GROUPS:
        assert _small(phone, f"#{group}") == []
    phone.same(*GROUPS)
    for place in (*(f"#{group}" for group in GROUPS), ".form-footer-acts"):
        assert _small(phone, place) == []
    phone.check()
    assert _small(phone, "#check") == []


def test_a_shortcut_checks_and_saves_from_anywhere(app: Flask, patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    phone.page.focus("#risk_level-0")
    phone.page.keyboard.press("ArrowRight")
    phone.page.keyboard.press("Control+Enter")
    phone.page.wait_for_selector("#check[open]")
    assert "0 级" in phone.page.locator("#check").inner_text() and "1 级" in phone.page.locator("#check").inner_text()
    with phone.page.expect_navigation(url="**/saved"):
        phone.page.keyboard.press("Control+Enter")
    assert _visits(app)[-1].risk_level == 1
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
    phone.tap(".notes summary")
    phone.page.fill("#notes", "下次带家属")
    phone.tap(".form-footer .btn-go")
    phone.page.wait_for_selector(".error-summary")
    assert phone.page.input_value("#adverse_text") == "手抖"
    assert phone.page.input_value("#notes") == "下次带家属"
    assert phone.page.locator("#adverse_severity-error").is_visible()
    _focused(phone, ".error-summary")


def test_without_a_script_everything_is_there_and_can_be_saved(app: Flask, patient: str, plain_phone: Phone) -> None:
    plain_phone.open(f"/patients/{patient}/visits/new")
    for name in ("#last_discharge_on", "#adverse_text", "#medicines_3_name", "#post_intervention_trend-0"):
        assert plain_phone.page.locator(name).is_enabled()
    assert _width(plain_phone) <= WIDTH
    plain_phone.page.locator("[name=look]").click()
    assert "各项都没有变化" in plain_phone.page.locator(".looked-at").inner_text()
    plain_phone.page.locator(".form-footer .btn-go").click()
    assert plain_phone.page.url.endswith("/saved")
    assert len(_visits(app)) == 2


def test_a_server_that_cannot_sum_up_is_asked_to_save_and_nothing_is_lost(
    app: Flask, patient: str, phone: Phone
) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    phone.page.route("**/visits/preview", lambda route: route.fulfill(status=500, body=""))
    phone.answer("sleep", 3)
    phone.tap(".form-footer .btn-go")
    phone.page.wait_for_selector("#net-note:not([hidden])")
    assert not phone.page.locator("#check").is_visible()
    with phone.page.expect_navigation(url="**/saved"):
        phone.tap(".form-footer .btn-go")
    assert _visits(app)[-1].sleep == 3


def test_without_a_network_the_form_says_so_and_stays(app: Flask, patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    phone.page.route("**/visits/preview", lambda route: route.abort())
    phone.answer("sleep", 3)
    for _time in range(2):
        phone.tap(".form-footer .btn-go")
        phone.page.wait_for_selector("#net-note:not([hidden])")
    assert phone.page.locator("#sleep-2").is_checked() and len(_visits(app)) == 1
    phone.page.unroute("**/visits/preview")
    phone.saved()
    assert _visits(app)[-1].sleep == 3


def test_a_double_tap_on_save_makes_one_visit(app: Flask, patient: str, phone: Phone) -> None:
    phone.open(f"/patients/{patient}/visits/new")
    with phone.page.expect_navigation(url="**/saved"):
        phone.check()
        phone.page.locator("#check .btn-go").dblclick()
    assert len(_visits(app)) == 2
