"""The training register: a session is written down once, counts for whoever took part, and names who has had none."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from app.accounts.models import User
from app.core.db import Database
from app.numbers.models import TrainingAttendee, TrainingSession

Clients = Callable[[str], FlaskClient]


def _form(client: FlaskClient) -> dict[str, str | list[str]]:
    page = client.get("/numbers/training/new").text
    key = re.search(r'name="key"[^>]*value="([^"]+)"', page)
    assert page.count('name="key"') == 1
    assert key
    return {
        "key": key[1],
        "held_on": "2026-11-20",
        "topic": "norm",
        "title": "第四季度随访质量培训",
        "place": "县卫健委会议室",
        "teacher": "市精神卫生中心",
        "hours": "2.5",
        "others": "程书远 民政办\n安若素 城关镇派出所",
    }


def _account(database: Database, name: str) -> str:
    with database.reading() as session:
        return session.scalars(select(User.public_id).where(User.name == name)).one()


def test_a_session_counts_once_for_everybody_who_took_part(database: Database, client_as: Clients) -> None:
    office = client_as("county_office")
    doctor = _account(database, "doctor")
    sent = _form(office) | {"attendees": [doctor]}
    first = office.post("/numbers/training/new", data=sent)
    assert first.status_code == 302
    assert office.post("/numbers/training/new", data=sent).location == first.location
    with database.reading() as session:
        assert session.scalars(select(TrainingSession.half_hours)).all() == [5]
        assert len(session.scalars(select(TrainingAttendee.id)).all()) == 3
    page = office.get("/numbers/training/").text
    assert "第四季度随访质量培训" in page
    book = load_workbook(BytesIO(office.get("/numbers/training/2026/register.xlsx").data))
    assert 2.5 in [cell.value for row in book.worksheets[0] for cell in row]  # a number that adds up
    untrained = page.count("尚未参加")
    taken_back = office.post(f"{first.location}/withdraw")
    assert taken_back.status_code == 302
    assert office.get("/numbers/training/").text.count("尚未参加") == untrained + 1
    assert office.post(f"{first.location}/withdraw").status_code == 409


def test_somebody_of_another_place_cannot_be_entered(database: Database, client_as: Clients) -> None:
    lead = client_as("health_lead")
    other = _account(database, "coordinator")
    answer = lead.post("/numbers/training/new", data=_form(lead) | {"attendees": [other]})
    assert answer.status_code == 400
    with database.reading() as session:
        assert session.scalar(select(TrainingSession.id)) is None


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("hours", "0", "最多 24 学时"),
        ("hours", "2.3", "最多 24 学时"),
        ("hours", "25", "最多 24 学时"),
        ("others", "程书远", "姓名和单位"),
        ("others", "", "请选择参加人员"),
        ("held_on", "2026-12-01", "不能晚于今天"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_the_rest_stays(
    client_as: Clients, field: str, typed: str, said: str
) -> None:
    office = client_as("county_office")
    answer = office.post("/numbers/training/new", data=_form(office) | {field: typed})
    assert answer.status_code == 400
    assert said in answer.text
    assert "第四季度随访质量培训" in answer.text
