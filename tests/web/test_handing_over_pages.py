"""The pages of a hand-over: first the number, then the deed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.accounts.models import User
from app.core.db import Database
from app.patients.models import Patient
from tests.conftest import TODAY
from tests.rig.caseload import add_patient
from tests.rig.county import VILLAGE, County

ClientAs = Callable[[str], FlaskClient]


def public_id_of(database: Database, county: County, name: str) -> str:
    with database.reading() as session:
        return session.get_one(User, county.users[name]).public_id


@pytest.fixture
def patient(database: Database, county: County) -> str:
    with database.transaction() as session:
        return add_patient(session, "甲一", doctor_id=county.users["doctor"]).public_id


def hidden(html: str) -> dict[str, str]:
    """What the form below the preview would send."""
    form = html[html.index('<form class="card-body" method="post"') :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', form))


def test_the_number_is_shown_before_a_village_is_handed_over(
    database: Database, county: County, client_as: ClientAs, patient: str
) -> None:
    lead, to = client_as("health_lead"), public_id_of(database, county, "village_doctor")
    asked = {"place": VILLAGE, "how": "doctor", "to": to, "from_on": TODAY.isoformat()}
    seen = lead.get("/patients/hand-over", query_string=asked).text
    assert "将要移交" in seen and "（1 人）" in seen
    done = lead.post("/patients/hand-over", data=hidden(seen))
    assert done.status_code == 303
    with database.reading() as session:
        assert session.query(Patient).one().doctor_id == county.users["village_doctor"]


def test_the_preview_says_that_a_doctor_began_later(
    database: Database, county: County, client_as: ClientAs, patient: str
) -> None:
    lead, to = client_as("health_lead"), public_id_of(database, county, "village_doctor")
    asked = {"place": VILLAGE, "how": "doctor", "to": to, "from_on": TODAY.isoformat()}
    lead.post("/patients/hand-over", data=hidden(lead.get("/patients/hand-over", query_string=asked).text))
    back = {**asked, "to": public_id_of(database, county, "health_lead"), "from_on": "1990-01-01"}
    refused = lead.get("/patients/hand-over", query_string=back)
    assert refused.status_code == 400 and "不能移交到更早的日子" in refused.text


def test_a_stand_in_of_one_patient_is_said_on_the_patients_page(
    database: Database, county: County, client_as: ClientAs, patient: str
) -> None:
    lead, to = client_as("health_lead"), public_id_of(database, county, "health_lead")
    assert f"/patients/{patient}/hand-over" in lead.get(f"/patients/{patient}").text
    until = TODAY + timedelta(days=3)
    asked = {"how": "stand_in", "to": to, "from_on": TODAY.isoformat(), "last_on": until.isoformat()}
    seen = lead.get(f"/patients/{patient}/hand-over", query_string=asked).text
    assert lead.post(f"/patients/{patient}/hand-over", data=hidden(seen)).status_code == 303
    assert "health_lead 代管至" in lead.get(f"/patients/{patient}").text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"how": "doctor"}, "请选择交给谁"),
        ({"how": "stand_in", "place": VILLAGE}, "代管请填写到哪天止"),
        ({"how": "doctor", "whose": ""}, "不能一次移交整个辖区"),
        ({"how": "doctor", "place": VILLAGE, "from_on": "2027-01-01"}, "移交从今天或以前起"),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    database: Database, county: County, client_as: ClientAs, asked: dict[str, str], said: str
) -> None:
    to = "" if said == "请选择交给谁" else public_id_of(database, county, "health_lead")
    answer = client_as("health_lead").get(
        "/patients/hand-over", query_string={"to": to, "from_on": TODAY.isoformat(), **asked}
    )
    assert answer.status_code == 400 and said in answer.text


def test_another_number_than_the_one_shown_moves_nobody(
    database: Database, county: County, client_as: ClientAs, patient: str
) -> None:
    lead: FlaskClient = client_as("health_lead")
    to = public_id_of(database, county, "health_lead")
    asked = {"place": VILLAGE, "how": "doctor", "to": to, "from_on": TODAY.isoformat()}
    sent = hidden(lead.get("/patients/hand-over", query_string=asked).text) | {"count": "7"}
    answer = lead.post("/patients/hand-over", data=sent)
    assert answer.status_code == 409 and "人数已变为 1 人" in answer.text


def test_patients_without_a_doctor_are_a_list_for_the_lead(
    database: Database, client_as: ClientAs, patient: str
) -> None:
    with database.transaction() as session:
        add_patient(session, "乙二")
    page = client_as("health_lead").get("/patients/?unassigned=1").text
    assert "乙二" in page and "甲一" not in page
    assert "doctor" in client_as("doctor").get("/patients/").text
