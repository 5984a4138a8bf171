"""Pages of data quality: what is counted is listed, whoever may mend it is led to the form, and the list is noted without a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.db import Database
from app.numbers.rules.quality import CHECKS
from tests.rig.caseload import add_crowd
from tests.rig.county import COUNTY, OTHER_TOWN, OTHER_VILLAGE, TOWN, VILLAGE

ClientAs = Callable[[str], FlaskClient]
FIGURE = re.compile(r'<a class="figure" href="(/numbers/quality/[^"]+)">([\d,]+)</a>')
NEXT = re.compile(r'href="([^"]+)" rel="next"')
MEND = re.compile(r'class="btn btn-quiet btn-small" href="([^"]+)"')


def listed(client: FlaskClient, where: str) -> int:
    found = 0
    while where:
        page = client.get(where).text
        found += page.count('<tr class="figure-row">')
        following = NEXT.search(page)
        where = unescape(following[1]) if following else ""
    return found


@pytest.mark.usefixtures("scene")
def test_every_count_is_the_length_of_its_list_and_every_row_leads_to_a_form_that_opens(
    database: Database, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        add_crowd(session, 120, (VILLAGE, VILLAGE, OTHER_VILLAGE))
        add_crowd(session, 60, (COUNTY,))
    office, lead, coordinator = client_as("county_office"), client_as("health_lead"), client_as("coordinator")
    nowhere = f"/numbers/quality/?place={COUNTY}-rest"
    assert f'"{nowhere}">未落实到乡镇</a>' in office.get("/numbers/quality/").text
    for client, start in (
        (office, "/numbers/quality/"),
        (office, f"/numbers/quality/?place={TOWN}"),
        (office, nowhere),
    ):
        told = {
            unescape(where): int(number.replace(",", "")) for where, number in FIGURE.findall(client.get(start).text)
        }
        assert len(told) > 6 and max(told.values()) > 50
        assert {where: number for where, number in told.items() if listed(client, where) != number} == {}
        assert start != nowhere or max(told.values()) == 60
    for check in CHECKS:
        for mend in MEND.findall(lead.get(f"/numbers/quality/{check.code}").text)[:1]:
            assert lead.get(unescape(mend)).status_code == 200, check.code
    assert "没有目前诊断" in coordinator.get("/numbers/quality/").text
    hidden = coordinator.get("/numbers/quality/no_diagnosis").text
    assert "只按地区和责任单位" in hidden and "figure-row" not in hidden
    page = coordinator.get("/numbers/quality/no_guardian").text
    assert "figure-row" in page and not MEND.search(page) and "由责任单位改正" in page
    with database.reading() as session:
        noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "numbers.quality_opened")).all()
    assert {(one.detail["names"], one.area_code) for one in noted} >= {(False, COUNTY), (True, COUNTY), (True, TOWN)}


def test_a_place_elsewhere_and_a_check_that_does_not_exist_are_not_found(client_as: ClientAs) -> None:
    lead = client_as("health_lead")
    for where in (f"?place={OTHER_TOWN}", "none", "?place=349", f"no_phone?place={OTHER_VILLAGE}"):
        assert lead.get(f"/numbers/quality/{where}").status_code == 404
    assert lead.get("/numbers/quality/no_phone?after=rubbish").status_code == 200
