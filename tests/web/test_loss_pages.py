"""失访登记: where last, who was told and when, how found; on the page and on the official form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.reasons import reason
from app.patients.queries import get_patient
from app.patients.rules import ManagementStatus, SpanKind
from app.patients.service import change_state
from app.visits.models import Loss
from tests.rig.county import County
from tests.rig.papers import words_on
from tests.rig.register import NOW, TODAY, registered

Client = Callable[[str], FlaskClient]
LOST_ON = TODAY - timedelta(days=3)
TOLD = {
    "reason": "3",
    "place": "县城长途汽车站",
    "police_at": "2026-11-20T09:30",
    "police_way": "both",
    "police_person": "田守义",
}


def state(database: Database, county: County, patient: str, value: ManagementStatus, on: object = LOST_ON) -> None:
    with database.transaction() as session:
        office = county.actor("county_office")
        found = get_patient(session, office, patient)
        why = reason("visit.lost.confirmed")
        change_state(session, office, found, SpanKind.MANAGEMENT, value.value, on, why, NOW)  # type: ignore[arg-type]  # a date


@pytest.fixture
def patient(database: Database, county: County) -> str:
    with database.transaction() as session:
        return registered(session, county.actor("doctor")).public_id


@pytest.fixture
def lost(database: Database, county: County, patient: str) -> str:
    state(database, county, patient, ManagementStatus.LOST)
    return patient


def version(page: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert found
    return found[1]


def test_what_is_known_of_a_lost_patient_is_kept_and_printed(client_as: Client, database: Database, lost: str) -> None:
    doctor, where = client_as("doctor"), f"/patients/{lost}/loss"
    assert where in doctor.get(f"/patients/{lost}").text
    page = doctor.get(where).text
    assert "应立即书面报告" in page
    saved = doctor.post(where, data=TOLD | {"version": version(page)})
    assert saved.status_code == 303
    found = words_on(doctor.get(f"/patients/{lost}/lost-or-dead").data)
    for words in ("最后所在地点县城长途汽车站", "派出所田守义2026年11月20日9时30分电话并书面", "4连续3次未访到5其他3"):
        assert words in found, words
    with database.reading() as session:
        stored = session.scalars(select(Loss)).one()
        assert "汽车站".encode() not in (stored.place_sealed or b"")
        assert session.scalars(select(AuditEvent).where(AuditEvent.action == "visits.loss_kept")).one().detail == {
            "told": ["police"]
        }


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"police_way": ""}, "请选择报告方式"),
        ({"police_at": ""}, "请填写报告时间"),
        ({"police_at": "2026-13-45T09:30"}, "请填写日期和时间"),
        ({"police_at": "2099-01-01T09:30"}, "报告时间不能晚于现在"),
    ],
)
def test_a_report_has_its_time_and_way(client_as: Client, lost: str, wrong: dict[str, str], says: str) -> None:
    answer = client_as("doctor").post(f"/patients/{lost}/loss", data=TOLD | {"version": "0"} | wrong)
    assert answer.status_code == 422 and says in answer.text


def test_the_page_that_is_saved_second_loses_nothing_of_the_first(client_as: Client, lost: str) -> None:
    doctor, where = client_as("doctor"), f"/patients/{lost}/loss"
    assert doctor.post(where, data=TOLD | {"version": "0"}).status_code == 303
    assert doctor.post(where, data={"version": "0", "place": "不知道"}).status_code in (409, 422)
    assert "县城长途汽车站" in doctor.get(where).text


def test_who_does_not_read_free_texts_leaves_them_standing(client_as: Client, lost: str) -> None:
    where = f"/patients/{lost}/loss"
    client_as("doctor").post(where, data=TOLD | {"version": "0"})
    office = client_as("county_office")
    page = office.get(where).text
    assert "汽车站" not in page and "田守义" in page
    assert office.post(where, data=TOLD | {"version": version(page), "place": ""}).status_code == 303
    assert "汽车站" in client_as("doctor").get(where).text


def test_somebody_found_has_the_paper_with_the_day_and_how(
    client_as: Client, database: Database, county: County, lost: str
) -> None:
    state(database, county, lost, ManagementStatus.MANAGED, TODAY)
    doctor, where = client_as("doctor"), f"/patients/{lost}/loss"
    assert where in doctor.get(f"/patients/{lost}").text
    sent = {"version": "0", "found_how": "派出所在救助站找到，由家属接回。"}
    assert doctor.post(where, data=sent).status_code == 303
    found = words_on(doctor.get(f"/patients/{lost}/lost-or-dead").data)
    assert "找到日期2026年11月21日" in found and "派出所在救助站找到，由家属接回。" in found


def test_who_was_never_lost_has_no_such_page(client_as: Client, patient: str) -> None:
    doctor = client_as("doctor")
    assert doctor.get(f"/patients/{patient}/loss").status_code == 409
    assert f"/patients/{patient}/loss" not in doctor.get(f"/patients/{patient}").text
    assert client_as("other_doctor").get(f"/patients/{patient}/loss").status_code == 404
