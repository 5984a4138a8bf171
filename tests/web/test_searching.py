"""Whom somebody looks for is in no address: not in the browser's history, not in a log on the way."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from flask.testing import FlaskClient

from app.core.db import Database
from tests.rig.county import County
from tests.rig.register import registered

ClientAs = Callable[[str], FlaskClient]


def test_a_name_is_looked_for_by_post_and_the_address_of_the_results_is_sealed_for_its_asker(
    database: Database, county: County, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        registered(session, county.actor("doctor"))
    doctor = client_as("doctor")
    answer = doctor.post("/search", data={"to": "/patients/", "q": " 单晓 "})
    assert answer.status_code == 303
    where = answer.headers["Location"]
    assert where.startswith("/patients/?s=")
    assert "单晓" not in unquote(where)
    page = doctor.get(where).get_data(as_text=True)
    assert "单晓明" in page
    assert 'value="单晓"' in page, "the box keeps what was typed"
    for stranger in (
        client_as("health_lead").get(where),
        doctor.get("/patients/?s=AAAA"),
        doctor.get("/patients/?s=é"),
    ):
        assert stranger.status_code == 200
        assert "单晓”" not in stranger.get_data(as_text=True), "who did not ask it reads no question in it"


def test_other_conditions_go_along_and_no_search_leads_elsewhere(client_as: ClientAs) -> None:
    clerk = client_as("clerk")
    answer = clerk.post("/search", data={"to": "/subsidies/lines", "q": "", "period": "2026Q3"})
    assert answer.headers["Location"] == "/subsidies/lines?period=2026Q3"
    assert clerk.post("/search", data={"to": "/subsidies/lines", "q": ""}).headers["Location"] == "/subsidies/lines"
    for foreign in ("https://example.org/", "//example.org/", "patients", ""):
        assert clerk.post("/search", data={"to": foreign, "q": "赵"}).status_code == 404
