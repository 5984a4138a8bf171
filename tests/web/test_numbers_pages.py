"""Every figure of the numbers' pages is the length, or the sum, of the list behind it, for each role that may open the list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.core.db import Database
from app.numbers.rules.membership import InSet
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service import computing
from app.patients.models import Patient
from scheduler.house import House
from scheduler.work import do_next
from tests.rig.caseload import add_crowd
from tests.rig.clock import NOW, TODAY
from tests.rig.county import COUNTY, OTHER_VILLAGE, SECOND_VILLAGE, TOWN, VILLAGE, County
from tests.rig.queries import counted
from tests.rig.scene import Scene

ClientAs = Callable[[str], FlaskClient]
PERIOD = "2026Q3"
FIGURE = re.compile(r'<a (?:class="figure" )?href="(/numbers/\d{4}[^"]+)">([\d,]+)</a>')
PART = re.compile(r'class="num figure-part"[^>]*>([\d,]+)<')
NEXT = re.compile(r'href="([^"]+)" rel="next"')


def number(text: str) -> int:
    return int(text.replace(",", ""))


def pages_of(client: FlaskClient, where: str) -> Iterator[str]:
    """A list from its first page to its last."""
    page = client.get(where).text
    yield page
    while found := NEXT.search(page):
        page = client.get(found[1].replace("&amp;", "&")).text
        yield page


def behind(client: FlaskClient, where: str) -> int:
    """What a list adds up to: its parts where it says any, else its rows."""
    pages = list(pages_of(client, where))
    parts = [number(part) for page in pages for part in PART.findall(page)]
    return sum(parts) if parts else sum(page.count('<tr class="figure-row">') for page in pages)


def bits_of(n: int) -> InSet:
    """Somebody of a made-up crowd, in sets that lie in each other as the real ones do."""
    if n % 17 == 0:
        return InSet.REGISTERED_OR_DIED | InSet.DIED
    bits = InSet.REGISTERED | InSet.REGISTERED_OR_DIED
    bits |= InSet.SCHIZOPHRENIA if n % 2 else InSet.HIGH_LEVEL
    bits |= InSet.REFUSED if n % 10 == 0 else InSet.VISITED | InSet.MANAGED | InSet.CLASSIFIED | InSet.AT_HOME
    if n % 10:
        for every, flag in ((3, InSet.STANDARD), (4, InSet.STABLE), (5, InSet.FACE_TO_FACE), (6, InSet.MEDICATED)):
            bits |= flag if n % every else InSet(0)
        bits |= InSet.REGULAR if bits & InSet.MEDICATED and n % 4 else InSet(0)
    bits |= InSet.EXAMINED if n % 7 else InSet.OVERDUE
    bits |= InSet.ELIGIBLE if n % 9 == 0 else InSet(0)
    return bits | (InSet.SIGNED | InSet.PAID if n % 18 == 0 else InSet.INSURED)


def crowd(patients: list[int]) -> list[dict[str, Any]]:
    """The made-up crowd as rows of a computation, with an emergency and a discharge of nobody registered."""
    places = (VILLAGE, VILLAGE, VILLAGE, SECOND_VILLAGE, OTHER_VILLAGE, VILLAGE, TOWN, VILLAGE, VILLAGE, COUNTY)
    rows = [
        ("patient", one, one, places[n % 10], bits_of(n), n % 4, min(n % 4, n % 3)) for n, one in enumerate(patients)
    ]
    rows.append(("emergency", 99, None, VILLAGE, InSet.EMERGENCY, 0, 0))
    rows.append(("discharge", 99, None, VILLAGE, InSet.DISCHARGE | InSet.FORMS_IN_TIME, 0, 0))
    names = ("kind", "subject_id", "patient_id", "area_code", "bits", "visits", "visits_in_time")
    return [dict(zip(names, row, strict=True)) | {"agency_id": None, "bits": int(row[4])} for row in rows]


@pytest.fixture
def counted_crowd(database: Database, scene: Scene, county: County, monkeypatch: pytest.MonkeyPatch) -> Scene:
    with database.transaction() as session:
        before = session.scalar(select(func.max(Patient.id)))
        add_crowd(session, 110, (VILLAGE,))
        rows = crowd(list(session.scalars(select(Patient.id).where(Patient.id > before).order_by(Patient.id))))
        monkeypatch.setattr(computing, "counted_events", lambda *_asked: rows)
        period, office = ReportPeriod.parse(PERIOD), county.actor("county_office")
        computing.compute(session, office, COUNTY, period, NumberSettings(), TODAY, NOW)
    return scene


@pytest.mark.usefixtures("counted_crowd")
def test_every_figure_equals_the_list_behind_it_for_every_role_that_may_open_it(client_as: ClientAs) -> None:
    for role, place in {"county_office": COUNTY, "coordinator": COUNTY, "health_lead": TOWN, "doctor": VILLAGE}.items():
        client, told = client_as(role), dict[str, int]()
        pages = (client.get(f"/numbers/{under}{PERIOD}/{place}").text for under in ("", "reports/"))
        for where, text in FIGURE.findall("".join(pages)):
            assert told.setdefault(where, number(text)) == number(text), f"{where} is told twice"
        opened = {where: n for where, n in told.items() if n or role == "county_office"}
        assert len(opened) > 30 and max(told.values()) > 50
        assert role == "doctor" or any(f"/{place}-rest/" in where for where in opened), "of some only the town is known"
        assert {where: n for where, n in opened.items() if behind(client, where) != n} == {}, role
    for role in ("town", "auditor"):
        page = client_as(role).get(f"/numbers/{PERIOD}/{TOWN}").text
        assert '<span class="fig">' in page and not FIGURE.search(page)


@pytest.mark.usefixtures("counted_crowd")
def test_a_list_tells_no_more_than_its_reader_may_know_of_somebody_and_is_noted(
    database: Database, client_as: ClientAs
) -> None:
    office, coordinator, doctor = client_as("county_office"), client_as("coordinator"), client_as("doctor")
    for figure, is_named in (
        ("registered", True),
        ("standard-missing", True),
        ("high_level", True),
        ("regular", False),
    ):
        page = coordinator.get(f"/numbers/{PERIOD}/{TOWN}/{figure}").text
        assert bool(re.search(r"/patients/[\w-]{22}", page)) is is_named and ("郑" in page) is is_named, figure
    assert "郑" in office.get(f"/numbers/{PERIOD}/{TOWN}/regular").text
    paid = office.get(f"/numbers/{PERIOD}/{TOWN}/paid").text
    assert "郑" not in paid and PART.search(paid), "who is paid is told to nobody who reads the register"
    assert "因为" in doctor.get(f"/numbers/{PERIOD}/{TOWN}/standard-missing").text
    assert doctor.get(f"/numbers/{PERIOD}/{COUNTY}/registered").status_code == 404
    assert doctor.get(f"/numbers/{PERIOD}/{TOWN}/nothing").status_code == 404
    mending = doctor.get(f"/numbers/{PERIOD}/{VILLAGE}/mend").text
    assert "<b>健康体检</b>" in mending and "郑" in mending
    assert "<b>健康体检</b>" not in coordinator.get(f"/numbers/{PERIOD}/{VILLAGE}/mend").text
    with database.reading() as session:
        opened = select(AuditEvent).where(AuditEvent.action == "numbers.list_opened")
        noted = list(session.scalars(opened.order_by(AuditEvent.id)))
    assert [one.detail["figure"] for one in noted[:2]] == ["registered", "standard-missing"]
    assert noted[0].area_code == TOWN and noted[0].count > 50 and noted[0].detail["names"] is True


@pytest.mark.usefixtures("counted_crowd")
def test_a_page_reads_and_never_counts_and_asks_as_often_for_many_as_for_few(
    database: Database, client_as: ClientAs
) -> None:
    office = client_as("county_office")
    for where, most in ((f"{COUNTY}", 22), (f"{COUNTY}/standard-missing", 24), (f"{TOWN}/mend", 26)):
        office.get(f"/numbers/{PERIOD}/{where}")
        with counted(database) as sent:
            assert office.get(f"/numbers/{PERIOD}/{where}").status_code == 200
        assert len(sent) <= most, (where, len(sent), sent)
        assert not [one for one in sent if "INSERT INTO indicator" in one]


def test_before_the_first_count_the_page_explains_and_a_count_shows_how_far_it_is(
    app: Flask, county: County, client_as: ClientAs
) -> None:
    coordinator, place = client_as("coordinator"), f"/numbers/2026Q4/{COUNTY}"
    page = coordinator.get("/numbers/?period=2026Q4").text
    assert "这一统计期还没有统计过" in page and "开始统计" in page
    assert "还没有统计过" in coordinator.get(f"{place}/registered").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    assert coordinator.post(f"{place}/count", data={"csrf_token": token[1]}).location == place
    assert "已排队等待统计" in coordinator.get(place).text
    assert "已排队等待统计" in client_as("county_office").get(place).text, "whoever asked"
    assert do_next(House.of(app))
    fragment = coordinator.get(place, headers={"HX-Request": "true"}).text
    assert "统计已完成" in fragment and "<html" not in fragment
    assert "全部指标" in coordinator.get(place).text
    assert coordinator.get(f"/numbers/2026M13/{COUNTY}").status_code == 404


@pytest.mark.usefixtures("counted_crowd")
def test_a_city_is_told_counts_by_county_and_nothing_small(client_as: ClientAs) -> None:
    viewer = client_as("city_viewer")
    page = viewer.get(f"/numbers/?period={PERIOD}").text
    assert "安和县" in page and "城关镇" not in page and "/numbers/" + PERIOD not in page
    cells = [number(text) for text in re.findall(r'<td class="num"[^>]*>([\d,]+)</td>', page)]
    assert max(cells) > 50 and not [n for n in cells if 0 < n < 5]
    assert "不显示" in page, "one emergency in all"
    assert viewer.get(f"/numbers/{PERIOD}/{COUNTY}").status_code == 403
