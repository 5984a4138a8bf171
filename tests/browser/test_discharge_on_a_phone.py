"""一历五单 on phones, with the clock moved: the ward sends, five units receive in one tap and act, the loop closes; and all that comes
between: nobody answers, the person is re-admitted, dies, moves away, has nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import select
from werkzeug.serving import make_server

from app.accounts.models import User
from app.accounts.sessions import open_session
from app.core.clock import business_day
from app.discharges.models import Discharge, HandoverEscalation
from app.discharges.rules.states import CloseReason, DischargeState, FormKind
from app.discharges.service import follow_loops
from app.visits.service.recording import record_visit
from scheduler.house import House
from scheduler.jobs import escalate_hand_overs, follow_hand_overs
from tests.rig.clock import NOW, StoppedClock
from tests.rig.county import VILLAGE, County
from tests.rig.discharges import forms, submitted
from tests.rig.register import first_guardian, id_number, person, registered, vault
from tests.rig.visits import command, stable

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 360, "height": 780}
THUMB = 44  # CSS pixels
UNITS = ("doctor", "police", "town", "village_worker")
Phone = Callable[[str, datetime], Page]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The browser sees pages, not databases: one kind is enough here."""
    return sqlite_url


@pytest.fixture
def phone(app: Flask, county: County, browser: Browser) -> Iterator[Phone]:
    """`phone("police", NOW)`: that user's phone at that instant; the product's clock stands there."""
    app.config["WTF_CSRF_ENABLED"] = True
    clock = app.extensions["anhu.clock"]
    running = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    url, opened = f"http://127.0.0.1:{running.server_port}", []

    def at(who: str, now: datetime) -> Page:
        app.extensions["anhu.clock"] = StoppedClock(business_day(now), now)
        with app.extensions["anhu.db"].transaction() as session:
            user = session.scalars(select(User).where(User.name == who)).one()
            token = open_session(session, user, user.session_epoch, now)
        context = browser.new_context(viewport=PHONE, locale="zh-CN", base_url=url)
        context.add_cookies([{"name": "anhu_session", "value": token, "url": url}])
        opened.append(context)
        return context.new_page()

    yield at
    for context in opened:
        context.close()
    running.shutdown()
    thread.join()
    app.extensions["anhu.clock"] = clock


def _house(app: Flask, now: datetime) -> House:
    """The scheduler's, with the clock moved: the beats run as they are scheduled."""
    return House.of(app, StoppedClock(business_day(now), now))


def test_a_discharge_goes_through_all_five_units_and_closes(app: Flask, county: County, phone: Phone) -> None:
    patient = _patient(app, county)
    ward = phone("hospital", NOW)
    _send(ward, NOW - timedelta(minutes=20))
    ward.get_by_role("link", name="登记监护人签收").click()
    ward.fill("#who", "赵桂兰")
    _tap(ward, ".form-footer .btn-go")
    assert _loop(app).state is DischargeState.DISPATCHED

    for hour, who in enumerate(UNITS, start=1):
        page = phone(who, NOW + timedelta(hours=hour))
        page.goto("/")
        page.get_by_role("link", name="出院对接", exact=True).last.click()
        _tap(page, ".items .btn-go")
        assert page.get_by_text("已接收").count()
    assert _loop(app).state is DischargeState.ACTING, "the guardian has signed, all have received"

    for who in ("police", "town"):
        page = phone(who, NOW + timedelta(days=2))
        page.goto("/discharges/inbox")
        page.get_by_role("link", name="办理").click()
        page.fill("#text", "已与家属联系")
        _tap(page, 'button[name="is_act"][value="1"]')
        assert page.get_by_text("本单已办结").count()
        assert not page.get_by_text("单晓明").count(), "a closed form shows nobody"
    for week in range(4):
        page = phone("village_worker", NOW + timedelta(days=2 + 7 * week))
        page.goto("/discharges/inbox")
        page.get_by_role("link", name="办理").click()
        _tap(page, 'button[name="is_act"][value="1"]')
    doctor = phone("doctor", NOW + timedelta(days=9))
    doctor.goto("/")
    doctor.locator(f'a[href="/patients/{patient}/visits/new"]').first.click()
    for group in ("met", "state", "drugs", "next"):
        doctor.locator(f'[data-same="{group}"]').click()
    doctor.locator(".form-footer .btn-go").click()
    doctor.wait_for_selector("#check[open]")
    with doctor.expect_navigation(url="**/saved"):
        doctor.locator("#check .btn-go").click()
    assert follow_hand_overs(_house(app, NOW + timedelta(days=24))) == 1

    board = phone("coordinator", NOW + timedelta(days=24))
    board.goto("/discharges/board?which=closed")
    assert board.get_by_text("各单位全部落实").count()
    assert "100.00%" in board.locator(".kpis").inner_text()
    loop = _loop(app)
    assert (loop.state, loop.close_reason) == (DischargeState.CLOSED, CloseReason.DONE)


def test_what_nobody_receives_turns_red_and_names_somebody(app: Flask, county: County, phone: Phone) -> None:
    _patient(app, county)
    _send(phone("hospital", NOW), NOW - timedelta(hours=30))
    late = NOW + timedelta(hours=73)
    assert escalate_hand_overs(_house(app, late)) == 15
    with app.extensions["anhu.db"].transaction() as session:
        assert {one.hours for one in session.scalars(select(HandoverEscalation))} == {24, 48, 72}
    board = phone("coordinator", late)
    board.goto("/")
    board.get_by_role("link", name="出院对接", exact=True).last.click()
    board.get_by_role("link", name="逾期未接收").click()
    text = board.locator(".items").inner_text()
    assert "医院迟报" in text and "72 小时已提级：安和县governance coordinator" in text
    assert board.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page = phone("village_worker", late)
    page.goto("/discharges/inbox")
    assert page.get_by_text("逾期未接收").count()
    _tap(page, ".items .btn-go")
    assert page.get_by_text("已接收").count()


def test_a_new_stay_and_a_death_end_the_loop_a_move_hands_it_on_and_nobody_s_guardian_is_the_committee(
    app: Flask, county: County, phone: Phone
) -> None:
    found = _four_who_left(app, county)
    day, later = NOW + timedelta(days=1), NOW + timedelta(days=2)
    village = phone("village_worker", NOW)
    village.goto("/discharges/inbox")
    assert village.locator(".items > li").count() == 5, "four to look after, and one whom nobody guards"
    village.goto(f"/discharges/forms/{found['alone'].notice}")
    assert village.get_by_text("请尽快为其落实监护人或照看人").count() and "利培酮" not in village.content()
    _tap(village, ".card-next .btn-go")
    assert village.get_by_text("本单已办结").count()

    doctor = phone("doctor", day)
    _state(doctor, found["back"].patient, "登记入院", {"hospital": "县院"})
    _state(doctor, found["dead"].patient, "登记死亡", {"died_on": f"{business_day(day)}"}, cause="2")
    doctor.goto(f"/patients/{found['gone'].patient}/transfer")
    doctor.locator("details.more summary").click()
    doctor.fill("#place", "示例省邻县柳河镇")
    doctor.fill("#code", "349999100200")
    doctor.locator('input[name="reason"][value="family"]').click()
    _tap(doctor, ".form-footer .btn-go")
    office = phone("county_office", day)
    office.goto(doctor.url)
    _tap(office, 'form[action$="/accept"] .btn-go')
    with app.extensions["anhu.db"].transaction() as session:
        assert follow_loops(session, day) == 3

    board = phone("coordinator", later)
    board.goto("/discharges/board?which=closed")
    ends = {"石建国": "死亡", "单晓明": "再次住院"}
    rows = board.locator(".items > li").all_inner_texts()
    assert {name: why for name, why in ends.items() for row in rows if name in row and why in row} == ends
    board.goto("/discharges/board")
    text = next(row for row in board.locator(".items > li").all_inner_texts() if "苏长贵" in row)
    assert "异地转接告知单 · 示例省邻县柳河镇" in text and "村（社区）跟踪单" not in text
    board.get_by_role("link", name="段小满").click()
    text = board.locator("main").inner_text()
    assert "没有监护人" in text and "东村village_committee" in text and "超时提级" not in text
    for who in UNITS:
        page = phone(who, later)
        page.goto("/discharges/inbox")
        assert page.locator(".items > li").count() == 1, (
            f"{who}: whoever is at home is still asked for, the others are not"
        )
    for key, name in (("back", "单晓明"), ("dead", "石建国"), ("gone", "苏长贵")):
        page.goto(f"/discharges/forms/{found[key].village}")
        text = page.locator("main").inner_text()
        assert "本单已停止" in text and not any(one in text for one in (name, "再次住院")), "neither who nor why"
        assert page.locator("main form").count() == 0, "nothing is asked any more"


@dataclass(frozen=True)
class Left:
    """Somebody who went home, by the public ids of their registration and two of their forms."""

    patient: str
    village: str
    notice: str


def _four_who_left(app: Flask, county: County) -> dict[str, Left]:
    doctor, found = county.actor("doctor"), {}
    with app.extensions["anhu.db"].transaction() as session:
        for number, (key, name) in enumerate(
            {"back": "单晓明", "dead": "石建国", "gone": "苏长贵", "alone": "段小满"}.items(), start=1
        ):
            one = registered(session, doctor, name=name, sequence=2 * number + 1)
            if key != "alone":
                first_guardian(session, doctor, one, person=person("赵桂兰", sequence=500 + 2 * number))
            who: dict[str, Any] = {"name": name, "id_number": id_number(sequence=2 * number + 1), "contact_name": ""}
            loop = submitted(session, county, hospital_number=f"CY-{number}", risk_level=3, **who)
            sent = forms(session, loop)
            found[key] = Left(one.public_id, sent[FormKind.VILLAGE].public_id, sent[FormKind.GUARDIAN].public_id)
    return found


def _state(page: Page, patient: str, act: str, typed: dict[str, str], **chosen: str) -> None:
    """What happened to somebody, entered where the register's people enter it."""
    page.goto(f"/patients/{patient}/states")
    page.get_by_role("link", name=act).click()
    for name, text in typed.items():
        page.fill(f"#{name}", text)
    for name, code in chosen.items():
        page.select_option(f"#{name}", code)
    _tap(page, ".form-footer .btn-go")


def _patient(app: Flask, county: County) -> str:
    """Seen in September, before the stay."""
    with app.extensions["anhu.db"].transaction() as session:
        patient = registered(session, county.actor("doctor"))
        first_guardian(session, county.actor("doctor"), patient)
        seen = command(patient, stable(date(2026, 9, 1)), accepted=frozenset({"visit.late_entry"}))
        record_visit(session, vault(session), county.actor("doctor"), seen, business_day(NOW), NOW)
        return patient.public_id


def _send(page: Page, left_at: datetime) -> None:
    """The whole record by thumb and keyboard, level 3, so that the police are told too."""
    page.goto("/discharges/records/new")
    local = left_at + timedelta(hours=8)
    texts = {
        "name": "单晓明", "born_on": "1980-05-01", "id_number": id_number(), "address": "东村 12 组 3 号", "hospital_number": "CY-71",
        "admitted_on": "2026-10-12", "discharged_at": f"{local:%Y-%m-%dT%H:%M}", "admission_count": "2", "diagnosis": "偏执型",
        "diagnosis_code": "F20.0", "first_diagnosed": "2011", "medicines": "利培酮片，2mg，早晚", "doctor_name": "汪志远",
        "doctor_phone": "0559-2345678", "contact_name": "赵桂兰",
    }  # fmt: skip
    for name, text in texts.items():
        page.fill(f"#{name}", text)
    page.select_option("#area_code", VILLAGE)
    for name, value in (
        ("sex", "1"),
        ("risk_level", "3"),
        ("behaviours", "7"),
        ("effect", "2"),
        ("rehabilitation", "1"),
    ):
        page.locator(f'input[name="{name}"][value="{value}"]').click()
    _tap(page, 'button[name="send"]')
    assert page.get_by_text("已报送").count(), page.locator("main").inner_text()[:800]


def _tap(page: Page, selector: str) -> None:
    button = page.locator(selector).first
    box = button.bounding_box()
    assert box is not None and box["height"] >= THUMB, f"{selector} is too low for a thumb"
    with page.expect_navigation():
        button.click()


def _loop(app: Flask) -> Discharge:
    with app.extensions["anhu.db"].reading() as session:
        found: Discharge = session.scalars(select(Discharge)).one()
        return found
