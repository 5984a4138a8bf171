"""Every figure of the numbers' pages is the length, or the sum, of the list behind it, for each role that may open the list."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.core.db import Database
from app.numbers.commands import SubmitReport
from app.numbers.rules.membership import InSet
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service import computing
from app.numbers.service.submitting import submit_report
from app.patients.models import Patient
from scheduler.house import House
from scheduler.work import do_next
from tests.rig.caseload import add_crowd
from tests.rig.clock import NOW, TODAY
from tests.rig.county import COUNTY, OTHER_VILLAGE, SECOND_VILLAGE, TOWN, VILLAGE, County
from tests.rig.figures import PART, length_of, number, told_by
from tests.rig.queries import counted
from tests.rig.scene import Scene

ClientAs = Callable[[str], FlaskClient]
PERIOD = "2026Q3"


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
def test_every_figure_equals_the_list_behind_it_for_every_role_that_may_open_it(
    database: Database, county: County, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The running count, a report that was submitted before the county was counted anew, its appraisal, orders, findings: all of the room."""
    with database.transaction() as session:
        office, earlier = county.actor("county_office"), ReportPeriod.parse("2026Q2")
        run = computing.compute(session, office, COUNTY, earlier, NumberSettings(), TODAY, NOW)
        report = submit_report(session, office, SubmitReport(run.public_id), NOW).public_id
        monkeypatch.setattr(computing, "counted_events", lambda *_asked: [])  # the crowd has gone since
        computing.compute(session, office, COUNTY, earlier, NumberSettings(), TODAY, NOW + timedelta(hours=1))
    assert client_as("county_office").post(f"/numbers/appraisals/new/{report}").status_code == 302
    places = {"county_office": COUNTY, "coordinator": COUNTY, "health_lead": TOWN, "doctor": VILLAGE, "town": TOWN}
    if not database.is_sqlite:  # the same statements: two readers, one of names and one of a part of the county
        places = {role: places[role] for role in ("coordinator", "doctor")}
    for role, place in places.items():
        client = client_as(role)
        told = told_by(client, place)
        assert {where for where, said in told.items() if len(said) > 1} == set(), f"told twice to {role}"
        assert len(told) > 15 and (role == "town" or max(map(max, told.values())) > 50)
        # the county office opens whatever is not 0; the others all that is told of their own place
        opened = {
            where: said for where, said in told.items() if (said != {0} if role == "county_office" else place in where)
        }
        assert {where: said for where, said in opened.items() if {length_of(client, where)} != said} == {}, role
    assert length_of(client_as("county_office"), f"/numbers/{PERIOD}/{COUNTY}/mend") > 50


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
    told = coordinator.get(place).text
    assert "已排队等待统计，这一统计期此前没有统计过" in told and "上一次的结果" not in told
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
