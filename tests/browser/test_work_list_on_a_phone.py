"""The work list in a thumb's reach: a call's outcome in three taps, filters that stay, a visit confirmed with one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, LiveCounty

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 780}


@pytest.fixture
def doctor(browser: Browser, live_county: LiveCounty) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="zh-CN", base_url=live_county.url)  # type: ignore[arg-type]  # a size
    page = context.new_page()
    page.goto("/login")
    page.fill('[name="name"]', "doctor")
    page.fill('[name="password"]', PASSWORD)
    page.locator('[name="password"]').press("Enter")
    page.wait_for_url("**/")
    yield page
    context.close()


def test_a_call_ends_in_its_outcome_in_three_taps(doctor: Page) -> None:
    doctor.goto("/tasks/?tab=later&kind=follow_up")
    doctor.locator("a[href$='/visits/attempt']").first.click()
    doctor.locator('input[name="outcome"][value="not_reached"]').click()
    doctor.locator(".form-footer .btn-go").click()
    expect(doctor.locator("main")).to_contain_text("第 1 次未访到")


def test_filters_are_kept_under_a_name_and_come_back_with_one_tap(doctor: Page) -> None:
    doctor.goto("/tasks/?tab=later")
    doctor.locator(".fold > summary").click()
    doctor.select_option("#level", "low")
    doctor.locator(".fold .filters").first.locator("button").click()
    doctor.wait_for_url("**level=low**")
    doctor.fill("#name", "低等级")
    doctor.locator(".fold form[method=post] button").first.click()
    doctor.goto("/tasks/")
    doctor.locator("a.btn", has_text="低等级").click()
    doctor.wait_for_url("**level=low**")
    assert doctor.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_village_doctors_visit_is_confirmed_with_one_tap(doctor: Page) -> None:
    doctor.goto("/visits/to-confirm")
    waiting = doctor.locator(".items .item")
    before = waiting.count()
    assert before, "the demonstration keeps some of its village doctor's visits waiting"
    waiting.first.locator("button").click()
    expect(doctor.locator("main")).to_contain_text("已确认 1 次随访")
    assert doctor.locator(".items .item").count() == before - 1
