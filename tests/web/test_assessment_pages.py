"""The pages of a town's assessment meeting."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import Database
from app.risk.models import LevelSource, ReassessmentSession
from app.risk.service import note_level
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patient
from tests.rig.county import County
from tests.rig.papers import words_on

ClientAs = Callable[[str], FlaskClient]
OPENING = {
    "quarter": "2026Q4",
    "held_on": TODAY.isoformat(),
    "part_1": "doctor",
    "name_1": "周医生",
    "part_2": "police",
    "name_2": "李民警",
}


@pytest.fixture
def held(database: Database, county: County, client_as: ClientAs) -> str:
    """A meeting about 甲, who has not changed, and 乙, who was not seen this quarter."""
    with database.transaction() as session:
        for name, days in (("甲", (date(2026, 8, 20), date(2026, 10, 12))), ("乙", (date(2026, 8, 20),))):
            patient = add_patient(session, name)
            for day in days:
                note_level(session, Actor.operator(), patient, 1, day, LevelSource.VISIT, None, NOW)
    assert client_as("health_lead").post("/assessments/new", data=OPENING).status_code in (302, 303)
    with database.reading() as session:
        return session.scalars(select(ReassessmentSession.public_id)).one()


def test_a_meeting_goes_from_its_list_to_the_signed_sheet(client_as: ClientAs, held: str) -> None:
    lead, at = client_as("health_lead"), f"/assessments/{held}"
    tasks = re.findall(r'name="task" value="([^"]+)"', lead.get(at).text)
    assert len(tasks) == 1
    assert "一并确认" in lead.get(at).text
    lead.post(f"{at}/together", data={"task": tasks})
    single = lead.get(f"{at}?part=single").text
    assert "乙" in single and "本季度没有完成的随访" in single
    lead.post(f"{at}/sign")
    assert "还有 1 人没有评估" in lead.get(at).text
    (address,) = re.findall(r"/tasks/[^\"]+/reassess", single)
    form = lead.get(address).text
    key = re.search(r'name="submission_key"[^>]*value="([^"]+)"', form)
    assert key and "建议 1 级" in form
    answer = {"submission_key": key[1], "level": "1", "assessed_on": TODAY.isoformat()}
    assert "请选择评定理由" in lead.post(address, data=answer).text
    saved = lead.post(address, data=answer | {"why": "risk.why.not_seen"})
    assert saved.status_code in (302, 303) and held in saved.location
    lead.post(f"{at}/sign")
    done = lead.get(f"{at}?part=done").text
    assert "已签字" in done and "暂按上次等级" in done
    sheet = words_on(client_as("county_office").get(f"{at}/paper").data)
    assert "记录人：health_lead" in sheet and "county_office打印于" in sheet
    (single_form,) = re.findall(r"/reassessments/[^\"]+/paper", done)
    assert "乙" in words_on(lead.get(single_form).data)


def test_a_second_meeting_of_the_quarter_is_refused_in_words(client_as: ClientAs, held: str) -> None:
    again = client_as("health_lead").post("/assessments/new", data=OPENING)
    assert again.status_code == 422 and "的评估会已经建立" in again.text


def test_the_county_reads_the_meeting_and_the_coordinator_its_counts(client_as: ClientAs, held: str) -> None:
    office, coordinator = client_as("county_office"), client_as("coordinator")
    assert held in office.get("/assessments/").text
    assert "甲" in office.get(f"/assessments/{held}").text
    counts = coordinator.get("/assessments/").text
    assert "0 / 2 人" in counts and held not in counts
    assert coordinator.get(f"/assessments/{held}").status_code == 403
