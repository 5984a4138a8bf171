"""A phone without a network, in a real browser: the store opens with the PIN alone, nothing is lost, nothing is sent twice, nothing can be
read from the browser's folder."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.visits.models import FollowUpVisit
from app.visits.models.devices import Device, DeviceSubmission
from app.visits.service.devices import revoke
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.field import NAMES, PHONE, TYPED, WORDS, Phone, Site, readable, visits

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The browser sees pages, not databases: one kind is enough here."""
    shutil.copy(os.environ["ANHU_TEST_SQLITE"], tmp_path / "anhu.db")
    return f"sqlite:///{tmp_path / 'anhu.db'}"


EACH_BATCH_IS_SENT = 5


ROUNDS = 40 if "ANHU_SOAK" in os.environ else 5


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_twenty_forms_in_airplane_mode_survive_two_kills_and_arrive_once_though_sent_five_times(
    app: Flask, county: County, site: Site, phone: Phone, round_: int
) -> None:
    """Each round kills the browser at another place, once of two times in the middle of a form."""
    chance = random.Random(round_)
    kills = sorted(chance.sample(range(1, len(NAMES)), 2))
    phone.turn_on()
    phone.open_list()
    phone.page.wait_for_selector("[data-start]")
    assert phone.page.locator("[data-start]").count() == len(NAMES)
    site.down()
    for filled in range(len(NAMES)):
        if filled in kills:
            begun = chance.random() < 0.5
            if begun:
                phone.begin_and_type(TYPED)
            phone.kill()
            phone.start()
            phone.open_list()
            assert phone.page.locator("[data-done]").count() == filled
            assert phone.page.locator("button:has-text('继续填写')").count() == begun
        phone.fill_in(typed=TYPED if filled == 0 else "")
    assert phone.page.locator("[data-done]").count() == len(NAMES)
    assert "未上传 20 份" in phone.page.inner_text("#field-note")
    assert visits(app) == [(patient, 1) for patient, _count in visits(app)]

    site.answers_to_lose = EACH_BATCH_IS_SENT - 1
    site.up()
    phone.sign_in(county.token_for(app, "doctor"))  # the killed browser has forgotten who was signed in
    for _time in range(EACH_BATCH_IS_SENT + 2):
        phone.sync()
        if not phone.unsent():
            break
    assert phone.unsent() == 0 and site.batches >= EACH_BATCH_IS_SENT
    assert [count for _patient, count in visits(app)] == [2] * len(NAMES)
    with app.extensions["anhu.db"].reading() as session:
        states = session.scalars(select(DeviceSubmission.state)).all()
        assert [state.value for state in states] == ["stored"] * len(NAMES)
        newest = session.scalars(select(FollowUpVisit).where(FollowUpVisit.channel == "device")).all()
        assert {visit.visit_class for visit in newest} == {3} and {visit.visited_on for visit in newest} == {TODAY}
    assert phone.complaints == []


PLANTED = "planted-in-clear-樱花树下"


def test_the_browsers_folder_holds_no_readable_word_of_a_patient(
    app: Flask, county: County, site: Site, phone: Phone
) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.wait_for_selector("[data-start]")
    site.down()
    phone.fill_in(typed=TYPED)
    phone.page.locator("[data-start]").first.click()
    phone.write_note(TYPED)
    phone.page.wait_for_selector('.save-state[data-state="saved"]')
    phone.kill()
    assert readable(phone.folder, WORDS) == []

    site.up()
    phone.start()
    phone.sign_in(county.token_for(app, "doctor"))
    phone.go("/")
    assert NAMES[3] in phone.page.inner_text("main")
    with phone.page.expect_navigation(url="**/login"):
        phone.page.click("summary:has-text('菜单')")
        phone.page.click(".bar-sheet form[action='/logout'] button")
    assert phone.page.evaluate("() => caches.keys()") == []
    assert (
        phone.page.evaluate(f"async () => (await (await import('{phone.scripts}/store.js')).get('meta', 'lock')).part")
        is None
    )
    phone.page.evaluate(f"""async () => {{
      const store = await import('{phone.scripts}/store.js');
      for (let at = 0; at < 200; at += 1) await store.put('meta', `test-${{at}}`, '{PLANTED}'.repeat(50));
    }}""")
    phone.stop()
    assert readable(phone.folder, WORDS) == []
    assert readable(phone.folder, [PLANTED]) != [], "the search would not find what lies there in clear"


def test_after_signing_out_the_pin_alone_opens_nothing_and_after_signing_in_it_does(
    app: Flask, county: County, site: Site, phone: Phone
) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.wait_for_selector("[data-start]")
    phone.page.locator("[data-start]").first.click()
    phone.write_note(TYPED)
    phone.page.wait_for_selector('.save-state[data-state="saved"]')
    phone.go("/")
    with phone.page.expect_navigation(url="**/login"):
        phone.page.click("summary:has-text('菜单')")
        phone.page.click(".bar-sheet form[action='/logout'] button")
    phone.go("/field/work")
    phone.page.wait_for_selector("text=请联网登录后再打开")
    assert phone.page.locator("#pin").count() == 0
    phone.sign_in(county.token_for(app, "doctor"))
    phone.open_list()
    phone.page.wait_for_selector("button:has-text('继续填写')")
    phone.page.click("button:has-text('继续填写')")
    assert phone.page.input_value("#notes") == TYPED
    assert phone.complaints == []


def test_five_wrong_pins_clear_all_but_what_has_not_gone_up(app: Flask, site: Site, phone: Phone) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.wait_for_selector("[data-start]")
    site.down()
    phone.fill_in()
    phone.page.click("button:has-text('锁定')")
    for left in (4, 3, 2, 1):
        phone.unlock("111222")
        phone.page.wait_for_selector(f"text=还可以试 {left} 次")
    phone.unlock("111222")
    phone.page.wait_for_selector("text=密码错了 5 次")
    stores = phone.page.evaluate(
        """async (scripts) => {
      const store = await import(`${scripts}/store.js`);
      return [await store.keys('meta'), (await store.keys('drafts')).length, (await store.keys('queue')).length];
    }""",
        phone.scripts,
    )
    assert "lock" not in stores[0] and "list" not in stores[0] and stores[1:] == [0, 1]
    site.up()
    phone.sync()
    assert phone.unsent() == 0 and sum(count for _patient, count in visits(app)) == len(NAMES) + 1


def test_a_revoked_phone_is_emptied_and_what_it_still_sends_becomes_no_visit(
    app: Flask, county: County, site: Site, phone: Phone
) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.wait_for_selector("[data-start]")
    site.down()
    phone.fill_in(typed=TYPED)
    with app.extensions["anhu.db"].transaction() as session:
        device = session.scalars(select(Device)).one()
        revoke(session, county.actor("health_lead"), device.public_id, NOW)
    site.up()
    phone.sync()
    assert phone.unsent() == 0
    assert sum(count for _patient, count in visits(app)) == len(NAMES)
    with app.extensions["anhu.db"].reading() as session:
        assert [state.value for state in session.scalars(select(DeviceSubmission.state))] == ["quarantined"]
    phone.go("/field/work")
    phone.page.wait_for_selector("text=这部手机的离线工作已停用")


def test_what_was_typed_is_there_again_when_the_browser_was_killed_in_the_middle(site: Site, phone: Phone) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.wait_for_selector("[data-start]")
    site.down()
    phone.page.locator("[data-start]").first.click()
    phone.page.click('input[name="insight"][value="2"]')
    phone.write_note(TYPED)
    phone.page.wait_for_selector('.save-state[data-state="saved"]')
    phone.kill()
    phone.start()
    phone.open_list()
    phone.page.click("button:has-text('继续填写')")
    assert phone.page.input_value("#notes") == TYPED
    assert phone.page.is_checked('input[name="insight"][value="2"]')


def test_a_phone_that_was_just_turned_on_has_its_list_and_any_page_leads_there_without_a_network(
    app: Flask, site: Site, phone: Phone
) -> None:
    phone.turn_on()
    site.down()
    for path in ("/", "/tasks/?tab=overdue"):
        phone.go(path)
        phone.page.wait_for_selector("#pin")
        assert phone.page.url == f"{site.url}/field/work"
    phone.unlock()
    phone.page.wait_for_selector("[data-start]")
    assert phone.page.locator("[data-start]").count() == len(NAMES)
    site.up()
    phone.go("/")
    assert phone.page.url == f"{site.url}/"
    kept = phone.page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(one => new URL(one.url).pathname)))).flat()"
    )
    assert kept and all(path.startswith(("/static/", "/field/work", "/field/form.json")) for path in kept)


HOURS_AGO = """async ({scripts, name, hours}) => {
  const store = await import(`${scripts}/store.js`);
  const at = Date.now() - hours * 3600 * 1000;
  const contact = await store.get('meta', 'contact');
  if (name === 'contact') await store.put('meta', 'contact', {...contact, at, serverAt: contact.serverAt - (contact.at - at)});
  else for (const key of await store.keys('queue')) await store.put('queue', key, {...await store.get('queue', key), at});
}"""


def test_what_waits_for_a_day_is_warned_about_on_every_page_and_after_three_the_lead_sees_how_many(
    app: Flask, county: County, site: Site, phone: Phone
) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.wait_for_selector("[data-start]")
    site.down()
    phone.fill_in()
    assert "未上传 1 份，最早" in phone.page.inner_text("#field-note")
    assert "已超过 24 小时" not in phone.page.inner_text("#field-note")
    phone.page.evaluate(HOURS_AGO, {"scripts": phone.scripts, "name": "queue", "hours": 73})
    phone.go("/field/work")
    phone.page.wait_for_selector("#field-note:has-text('已超过 24 小时')")
    device = phone.page.evaluate(
        f"async () => (await (await import('{phone.scripts}/store.js')).get('meta', 'device')).id"
    )
    site.up()
    phone.go("/field/")  # contact, with the batch lost on its way
    site.answers_to_lose = 9
    phone.sync()
    phone.page.wait_for_selector("#field-note:has-text('已超过 24 小时')")
    with app.extensions["anhu.db"].reading() as session:
        found = session.scalars(select(Device).where(Device.public_id == device)).one()
        assert found.unsent_count == 1 and found.unsent_since is not None
    lead = phone.browser.new_context(viewport=PHONE, locale="zh-CN")
    lead.add_cookies([{"name": "anhu_session", "value": county.token_for(app, "health_lead"), "url": site.url}])
    page = lead.new_page()
    page.goto(site.url)
    assert "1 部手机有超过 72 小时未上传的表" in page.inner_text("main")
    page.goto(f"{site.url}/field/devices")
    assert "未上传 1 份" in page.inner_text("main") and NAMES[0] not in page.content()
    lead.close()


def test_three_days_without_contact_close_the_store_until_somebody_signs_in(
    app: Flask, county: County, site: Site, phone: Phone
) -> None:
    phone.turn_on()
    phone.open_list()
    phone.page.wait_for_selector("[data-start]")
    site.down()
    phone.fill_in()
    phone.page.evaluate(HOURS_AGO, {"scripts": phone.scripts, "name": "contact", "hours": 73})
    phone.go("/field/work")
    phone.page.wait_for_selector("text=请联网登录后再打开")
    assert phone.page.locator("#pin").count() == 0 and phone.unsent() == 1
    site.up()
    phone.sign_in(county.token_for(app, "doctor"))
    phone.open_list()
    phone.page.wait_for_function(f"async () => (await (await import('{phone.scripts}/sync.js')).unsent()).count === 0")
    assert sum(count for _patient, count in visits(app)) == len(NAMES) + 1
