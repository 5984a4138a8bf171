"""What a county decides about its numbers, walked through: how it counts, residents with their source, targets."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.db import Database
from app.numbers.models import AreaPopulation, IndicatorTarget
from app.numbers.queries.settings import settings_of
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings, StandardMode
from app.numbers.service.computing import compute_county
from tests.conftest import NOW, TODAY
from tests.rig.county import COUNTY, TOWN, County

CHOICES = {
    "standard_mode": "quarterly", "grace_days": "3", "regular": "last_visit", "denominators": "before_2017",
    "drops_no_drug_needed": "yes", "face_to_face": "half_yearly", "examined_of": "at_home", "periods": "alone",
}  # fmt: skip


def test_a_county_chooses_how_it_counts_and_every_computation_remembers_it(
    database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    office = client_as("county_office")
    assert "按随访间隔" in office.get("/numbers/settings").text
    assert office.post("/numbers/settings", data=CHOICES | {"grace_days": "8"}).status_code == 400
    assert office.post("/numbers/settings", data=CHOICES | {"regular": "never"}).status_code == 400
    assert office.post("/numbers/settings", data=CHOICES).status_code == 302
    with database.transaction() as session:
        chosen = settings_of(session, COUNTY)
        assert (chosen.standard.mode, chosen.standard.grace_days) == (StandardMode.QUARTERLY, 3)
        assert chosen.drops_no_drug_needed and chosen != NumberSettings()
        run = compute_county(session, county.actor("coordinator"), COUNTY, ReportPeriod.parse("2026Q4"), TODAY, NOW)
        assert NumberSettings.from_json(run.settings) == chosen and run.first_on.isoformat() == "2026-10-01"
        noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "numbers.settings_set")).one()
        assert noted.area_code == COUNTY
    assert office.post("/numbers/settings", data=CHOICES).status_code == 302
    with database.reading() as session:  # nothing changed, nothing is noted
        assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "numbers.settings_set")).all()) == 1


def test_residents_and_targets_stand_with_their_source_and_can_be_taken_back(
    database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    coordinator = client_as("coordinator")
    here, there = "/numbers/residents/2026", "/numbers/targets/2026"
    assert coordinator.get("/numbers/residents/1999").status_code == 404
    for wrong in ({"residents": "0"}, {"residents": "很多"}, {"source": ""}, {"place": "349922000000"}):
        said = {"place": COUNTY, "residents": "412000", "source": "统计年鉴 2025"} | wrong
        assert coordinator.post(here, data=said).status_code == 400
    assert coordinator.post(here, data={"place": COUNTY, "residents": "４12000", "source": "年鉴"}).status_code == 302
    assert coordinator.post(here, data={"place": TOWN, "residents": "50000", "source": "年鉴"}).status_code == 302
    assert "412,000" in coordinator.get(here).text
    for wrong in ({"percent": "101"}, {"percent": "9O"}, {"source": ""}, {"indicator": "prevalence"}):
        said = {"place": COUNTY, "indicator": "standard", "percent": "92.5", "source": "省里"} | wrong
        assert coordinator.post(there, data=said).status_code == 400
    target = {"place": COUNTY, "indicator": "standard", "percent": "92.5", "source": "省里"}
    assert coordinator.post(there, data=target).status_code == 302
    assert coordinator.post(there, data=target | {"percent": "95"}).status_code == 302
    assert "95%" in coordinator.get(there).text
    with database.reading() as session:
        assert session.scalars(select(IndicatorTarget.per_10000)).all() == [9500]
        assert session.get_one(AreaPopulation, (COUNTY, 2026)).residents == 412_000
    assert coordinator.post(here, data={"place": TOWN}).status_code == 302
    assert coordinator.post(there, data={"place": COUNTY, "indicator": "standard"}).status_code == 302
    with database.reading() as session:
        assert session.get(AreaPopulation, (TOWN, 2026)) is None
        assert session.scalars(select(IndicatorTarget)).all() == []
    for stranger in ("health_lead", "town", "auditor"):
        assert client_as(stranger).get("/numbers/settings").status_code in (302, 403, 404)
