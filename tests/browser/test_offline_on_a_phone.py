"""A phone without a network, in a real browser: the store opens with the PIN alone, nothing is lost, nothing is sent twice, nothing can be
read from the browser's folder."""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import func, select
from werkzeug.serving import BaseWSGIServer, make_server

from app.patients.models import Patient
from app.people.vault import Vault
from app.visits.models import FollowUpVisit
from app.visits.models.devices import Device, DeviceSubmission
from app.visits.rules.classification import Assessment, classify
from app.visits.rules.due import next_due
from app.visits.rules.form import FIELDS, SOCIAL_FUNCTION, VisitClass
from app.visits.rules.ruleset import VisitRules
from app.visits.service import record_visit
from app.visits.service.devices import revoke
from app.visits.texts import TEXTS
from tests.browser.conftest import CHROMIUM_ARGS
from tests.browser.test_every_page import _faults as faults
from tests.conftest import NOW, TODAY, chromium
from tests.rig.county import County
from tests.rig.leveldb import blocks as leveldb_blocks
from tests.rig.visits import command, middling, register, stable

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 780}
PIN = "284615"
NAMES = [
    f"{family}{given}"
    for family in ("慕容", "诸葛", "司马", "欧阳")
    for given in ("瑾瑜", "明远", "青柏", "闻溪", "知夏")
]
TYPED = "窗台上有三盆兰"
WORDS = [*NAMES, TYPED, "城关镇东村", "13907316408"]
EACH_BATCH_IS_SENT = 5
ROUNDS = 40 if "ANHU_SOAK" in os.environ else 5
GROUPS = ("met", "state", "drugs", "next")


@dataclass
class Site:
    """The server, which can be taken away and brought back, and whose answers to a batch can get lost."""

    app: Flask
    port: int = 0
    answers_to_lose: int = 0
    batches: int = 0
    _running: BaseWSGIServer | None = None
    _thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        self._running = make_server("127.0.0.1", self.port, self._serve, threaded=True)
        self.port = self._running.server_port
        self._thread = threading.Thread(target=self._running.serve_forever, daemon=True)
        self._thread.start()

    def down(self) -> None:
        assert self._running and self._thread
        self._running.shutdown()
        self._running.server_close()
        self._thread.join()

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] != "/field/sync":
            return self.app.wsgi_app(environ, start_response)
        self.batches += 1
        if self.answers_to_lose <= 0:
            return self.app.wsgi_app(environ, start_response)
        self.answers_to_lose -= 1
        b"".join(self.app.wsgi_app(environ, lambda *_said: None))  # done, and never heard of
        start_response("502 Bad Gateway", [("Content-Type", "text/plain")])
        return [b"lost"]


@dataclass
class Phone:
    """One browser with a folder of its own, which can be killed at any moment."""

    browser: Browser
    folder: Path
    site: Site
    complaints: list[str] = field(default_factory=list)
    context: BrowserContext | None = None
    page: Page = field(init=False)

    def start(self) -> None:
        kind = self.browser.browser_type
        self.context = kind.launch_persistent_context(
            str(self.folder), executable_path=chromium(), args=CHROMIUM_ARGS, viewport=PHONE, locale="zh-CN"
        )
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, said: Any) -> None:
        if said.type == "error" and "net::ERR" not in said.text and "502" not in said.text and "401" not in said.text:
            self.complaints.append(said.text)

    @property
    def scripts(self) -> str:
        """Where the product's modules lie, as its pages ask for them: without a network they are there under this address only."""
        return f"/static/{self.site.app.extensions['anhu.static_version']}/field"

    def sync(self) -> None:
        self.page.evaluate(f"async () => (await import('{self.scripts}/sync.js')).sync()")

    def kill(self) -> None:
        """As when the battery dies: nothing is closed, nothing is written down."""
        for pid in processes_of(self.folder):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(Exception):
            assert self.context
            self.context.close()
        for lock in self.folder.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def stop(self) -> None:
        assert self.context
        self.context.close()

    def sign_in(self, token: str) -> None:
        assert self.context
        self.context.add_cookies([{"name": "anhu_session", "value": token, "url": self.site.url}])

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def unlock(self, pin: str = PIN) -> None:
        self.page.fill("#pin", pin)
        self.page.click("#field-app .btn-go")

    def open_list(self) -> None:
        self.go("/field/work")
        self.page.wait_for_selector("#pin")
        self.unlock()
        self.page.wait_for_selector("[data-list]")

    def turn_on(self) -> None:
        self.go("/field/")
        self.page.wait_for_selector("#pin")
        self.page.fill("#pin", PIN)
        self.page.fill("#pin-again", PIN)
        self.page.click("[data-turn-on] .btn-go")
        self.page.wait_for_selector("[data-is-on]:not([hidden])")

    def fill_in(self, at: int = 0, typed: str = "") -> None:
        """The next task that is not done, every group 与上次相同."""
        self.page.locator("[data-start]").nth(at).click()
        for group in GROUPS:
            self.page.click(f'[data-same="{group}"]')
        if typed:
            self.write_note(typed)
        self.page.click(".form-footer .btn-go")
        self.page.click("#check .btn-go")
        self.page.wait_for_selector("[data-list]")

    def begin_and_type(self, words: str) -> None:
        """A form that is not finished."""
        self.page.locator("[data-start]").first.click()
        self.write_note(words)
        self.page.wait_for_selector('.save-state[data-state="saved"]')

    def write_note(self, words: str) -> None:
        self.page.click("details.notes > summary")
        self.page.fill("#notes", words)

    def unsent(self) -> int:
        found = self.page.evaluate(
            f"async () => (await import('{self.scripts}/sync.js')).unsent().then(found => found.count)"
        )
        return int(found)


def processes_of(folder: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if str(folder) in (entry / "cmdline").read_bytes().decode(errors="replace"):
                    found.append(int(entry.name))
    return found


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The browser sees pages, not databases: one kind is enough here."""
    shutil.copy(os.environ["ANHU_TEST_SQLITE"], tmp_path / "anhu.db")
    return f"sqlite:///{tmp_path / 'anhu.db'}"


@pytest.fixture
def site(app: Flask, county: County) -> Iterator[Site]:
    """Twenty patients, all visited in August and due."""
    keyring, doctor = app.extensions["anhu.keyring"], county.actor("doctor")
    with app.extensions["anhu.db"].transaction() as session:
        for number, name in enumerate(NAMES):
            patient = register(session, keyring, doctor, TODAY, NOW, name=name)
            last = command(
                patient, stable(date(2026, 8, 1) + timedelta(days=number)), accepted=frozenset({"visit.late_entry"})
            )
            record_visit(session, Vault(session, keyring), doctor, last, TODAY, NOW)
    app.config["WTF_CSRF_ENABLED"] = True
    site = Site(app)
    site.up()
    yield site
    with suppress(Exception):
        site.down()


@pytest.fixture
def phone(app: Flask, county: County, site: Site, browser: Browser, tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(browser, tmp_path / "profile", site)
    phone.start()
    phone.sign_in(county.token_for(app, "doctor"))
    yield phone
    phone.kill()


def visits(app: Flask) -> list[tuple[int, int]]:
    """(patient, how many visits)."""
    with app.extensions["anhu.db"].reading() as session:
        rows = session.execute(select(FollowUpVisit.patient_id, func.count()).group_by(FollowUpVisit.patient_id))
        return [(patient, count) for patient, count in rows]


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


def readable(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    """(word, file) wherever a word lies in the folder in clear: as UTF-8 or UTF-16, also inside LevelDB's packed blocks."""
    spelled = {word: (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")) for word in words}
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with suppress(OSError):
            for content in (path.read_bytes(), *leveldb_blocks(path)):
                found += [
                    (word, str(path.relative_to(folder)))
                    for word, spellings in spelled.items()
                    if any(one in content for one in spellings)
                ]
    return found


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
    phone.page.wait_for_selector("form[data-visit]")
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
