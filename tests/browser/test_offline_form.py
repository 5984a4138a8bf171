"""The form without a network: it asks, folds and answers as the page does, as far as a phone may know."""

from __future__ import annotations

import os
import shutil
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.patients.models import Patient
from app.people.vault import Vault
from app.visits.models.devices import DeviceSubmission
from app.visits.rules.classification import Assessment, classify
from app.visits.rules.due import next_due
from app.visits.rules.form import FIELDS, SOCIAL_FUNCTION, VisitClass
from app.visits.rules.ruleset import VisitRules
from app.visits.service import record_visit
from app.visits.texts import TEXTS
from tests.browser.test_every_page import _faults as faults
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.field import GROUPS, NAMES, Phone, Site, visits
from tests.rig.visits import command, middling

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The browser sees pages, not databases: one kind is enough here."""
    shutil.copy(os.environ["ANHU_TEST_SQLITE"], tmp_path / "anhu.db")
    return f"sqlite:///{tmp_path / 'anhu.db'}"


def test_a_routine_visit_offline_takes_at_most_twelve_taps_and_lacks_are_said(
    app: Flask, site: Site, phone: Phone
) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.wait_for_selector("[data-start]")
    site.down()
    phone.page.locator("[data-start]").first.click()
    phone.page.click(".form-footer .btn-go")
    phone.page.wait_for_selector(".error-summary")
    assert "本次随访形式" in phone.page.inner_text(".error-summary")
    assert "另有 19 项" in phone.page.inner_text(".error-summary")
    assert faults(phone.page) == []
    phone.page.click("button:has-text('返回名单')")
    phone.page.wait_for_selector("[data-list]")
    phone.fill_in(at=1)  # one tap to open, five groups, one to finish: seven
    assert phone.page.locator("[data-done]").count() == 1
    assert faults(phone.page) == []
    assert phone.complaints == []


def test_the_offline_table_gives_the_server_s_class_and_reasons_for_every_combination_of_answers(
    site: Site, phone: Phone
) -> None:
    phone.go("/field/work")
    read = ["risk_level", "psychotic_symptoms", "insight", *SOCIAL_FUNCTION, "adverse_severity", "physical_illness"]
    codes = {name: sorted(FIELDS[name].codes) for name in read} | {"other_abnormal": [0, 1]}
    names, sentences = list(codes), [code for code in TEXTS if code.startswith("visit.class.")]
    told = phone.page.evaluate(
        """async ({names, codes, sentences, scripts}) => {
          const {decide} = await import(`${scripts}/classify.js`);
          const {rules} = await (await fetch('/field/form.json')).json();
          const found = [];
          const mask = (because) => because.reduce((all, {code}) => all | 1 << sentences.indexOf(code), 0);
          const walk = (at, answers) => {
            if (at === names.length) { const {visitClass, because} = decide(answers, rules); found.push(`${visitClass}:${mask(because)}`); return; }
            for (const code of codes[names[at]]) walk(at + 1, {...answers, [names[at]]: code});
          };
          walk(0, {});
          return found.join(' ');
        }""",
        {"names": names, "codes": codes, "sentences": sentences, "scripts": phone.scripts},
    )
    rules, expected = VisitRules(), []
    for values in product(*codes.values()):
        answers = dict(zip(names, values, strict=True))
        assessment = Assessment(
            answers["risk_level"],
            answers["psychotic_symptoms"],
            answers["insight"],
            tuple(answers[name] for name in SOCIAL_FUNCTION),  # type: ignore[arg-type]  # five of them
            answers["adverse_severity"],
            answers["physical_illness"],
            bool(answers["other_abnormal"]),
        )
        found = classify(assessment, rules)
        mask = sum(1 << sentences.index(why.code) for why in found.reasons)
        expected.append(f"{int(found.visit_class)}:{mask}")
    assert told == " ".join(expected)


def test_the_offline_next_day_and_its_reason_are_the_server_s(site: Site, phone: Phone) -> None:
    days = [date(2023, 12, 31) + timedelta(days=number) for number in range(800)]
    phone.go("/field/work")
    told = phone.page.evaluate(
        """async ({days, scripts}) => {
          const {nextDue} = await import(`${scripts}/classify.js`);
          const {rules} = await (await fetch('/field/form.json')).json();
          return days.map((day) => [1, 2, 3].map((visitClass) => nextDue(day, visitClass, rules)));
        }""",
        {"days": [day.isoformat() for day in days], "scripts": phone.scripts},
    )
    rules = VisitRules()
    for day, (unstable, middle, stable_) in zip(days, told, strict=True):
        for said, visit_class in ((unstable, VisitClass.UNSTABLE), (stable_, VisitClass.STABLE)):
            due = next_due(day, visit_class, None, None, rules)
            (why,) = due.reasons
            assert said["on"] == due.on.isoformat() and said["code"] == why.code
            assert said["args"].items() <= dict(why.args).items()
        assert middle is None


def test_what_decides_alone_is_said_although_the_rest_is_left_as_last_time(site: Site, phone: Phone) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.locator("[data-start]").first.click()
    live = phone.page.locator("#result-live")
    for group in GROUPS:
        phone.page.click(f'[data-same="{group}"]')
    assert "联网后计算" in live.inner_text()
    phone.page.click('[data-unfold="state"]')
    phone.page.click('input[name="risk_level"][value="3"]')
    assert "不稳定" in live.inner_text() and "危险性评估 3 级" in live.inner_text() and "12月5日" in live.inner_text()
    phone.page.click('input[name="risk_level"][value="0"]')
    assert "联网后计算" in live.inner_text(), "the phone does not know the other answers"


def test_the_look_over_says_what_was_answered_and_what_is_left_and_leads_back(site: Site, phone: Phone) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.locator("[data-start]").first.click()
    for group in GROUPS:
        phone.page.click(f'[data-same="{group}"]')
    phone.page.click('[data-unfold="state"]')
    phone.page.click('input[name="sleep"][value="2"]')
    phone.page.click(".form-footer .btn-go")
    check = phone.page.locator("#check")
    assert "11月21日" in check.inner_text() and "一般" in check.inner_text() and "其余沿用上次" in check.inner_text()
    assert check.inner_text().count("全部沿用上次") == 2
    assert faults(phone.page) == []
    phone.page.click("#check [data-close]")
    assert phone.page.locator("#check").count() == 0
    assert phone.page.is_checked('input[name="sleep"][value="2"]') and phone.unsent() == 0


def test_a_double_tap_stores_once_and_leaves_no_sheet_behind(app: Flask, site: Site, phone: Phone) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.locator("[data-start]").first.click()
    for group in GROUPS:
        phone.page.click(f'[data-same="{group}"]')
    phone.page.click(".form-footer .btn-go")
    phone.page.locator("#check .btn-go").dblclick()
    phone.page.wait_for_selector("[data-stored]:has-text('已上传')")
    assert phone.page.locator("#check").count() == 0
    assert sum(count for _patient, count in visits(app)) == len(NAMES) + 1


def test_a_phone_that_locks_itself_shows_nothing_of_what_was_being_looked_over(site: Site, phone: Phone) -> None:
    phone.turn_on()
    phone.page.clock.install()
    phone.open_list()
    phone.page.locator("[data-start]").first.click()
    for group in GROUPS:
        phone.page.click(f'[data-same="{group}"]')
    phone.page.click(".form-footer .btn-go")
    phone.page.wait_for_selector("#check")
    phone.page.clock.fast_forward("02:30")
    phone.page.wait_for_selector("#pin")
    assert phone.page.locator("#check").count() == 0
    assert not [name for name in NAMES if name in phone.page.content()]


def test_after_the_middle_class_the_trend_is_asked_and_nothing_else(
    app: Flask, county: County, site: Site, phone: Phone
) -> None:
    with app.extensions["anhu.db"].transaction() as session:
        patient = session.scalars(select(Patient).order_by(Patient.id)).first()
        assert patient is not None
        last = command(patient, middling(date(2026, 11, 1)), accepted=frozenset({"visit.late_entry"}))
        record_visit(session, Vault(session, app.extensions["anhu.keyring"]), county.actor("doctor"), last, TODAY, NOW)
        public_id = patient.public_id
    phone.turn_on()
    phone.open_list()
    phone.page.click(f'[data-start="{public_id}"]')
    for group in GROUPS:
        phone.page.click(f'[data-same="{group}"]')
    assert phone.page.locator(".q-open").count() == 1
    phone.page.click(".form-footer .btn-go")
    assert "干预后趋势" in phone.page.inner_text(".error-summary")
    phone.page.click('input[name="post_intervention_trend"][value="1"]')
    phone.page.click(".form-footer .btn-go")
    phone.page.click("#check .btn-go")
    phone.page.wait_for_selector("[data-stored]:has-text('已上传')")
    with app.extensions["anhu.db"].reading() as session:
        assert [state.value for state in session.scalars(select(DeviceSubmission.state))] == ["stored"]


def test_a_wrong_answer_is_said_at_its_field_while_it_is_typed(site: Site, phone: Phone) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.locator("[data-start]").first.click()
    phone.page.fill("#visited_on", (TODAY + timedelta(days=1)).isoformat())
    phone.page.press("#visited_on", "Tab")
    assert "不能晚于今天" in phone.page.inner_text("#visited_on-error")
    phone.page.fill("#visited_on", TODAY.isoformat())
    assert phone.page.locator("#visited_on-error").count() == 0
    phone.page.click('input[name="behaviours"][value="5"]')
    phone.page.fill("#self_harms", "两")
    phone.page.press("#self_harms", "Tab")
    assert phone.page.locator("#self_harms-error").is_visible()
    phone.page.fill("#self_harms", "2")
    assert phone.page.locator("#self_harms-error").count() == 0
    assert faults(phone.page) == []
