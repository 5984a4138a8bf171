"""What a county decides about its numbers, walked through: how it counts, residents with their source, targets."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.db import Database
from app.numbers.models import AreaPopulation, IndicatorTarget
from app.numbers.queries.runs import values_of
from app.numbers.queries.settings import settings_of
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings, StandardMode
from app.numbers.service.computing import compute_county
from tests.conftest import NOW, TODAY
from tests.rig.county import COUNTY, OTHER_TOWN, SECOND_VILLAGE, TOWN, VILLAGE, County
from tests.rig.pages import PageForm, forms_of

ClientAs = Callable[[str], FlaskClient]

CHOICES = {
    "standard_mode": "quarterly", "grace_days": "3", "regular": "last_visit", "denominators": "before_2017",
    "drops_no_drug_needed": "yes", "face_to_face": "half_yearly", "examined_of": "at_home", "periods": "alone",
}  # fmt: skip


def test_a_county_chooses_how_it_counts_and_every_computation_remembers_it(
    database: Database, county: County, client_as: ClientAs
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


def test_residents_are_one_table_with_one_save_and_nothing_of_it_is_lost(
    database: Database, county: County, client_as: ClientAs
) -> None:
    coordinator, office, here = client_as("coordinator"), client_as("county_office"), "/numbers/residents/2026"
    assert coordinator.get("/numbers/residents/1999").status_code == 404
    empty = table_of(coordinator)
    for wrong in ({COUNTY: "0"}, {COUNTY: "很多"}, {"seen": "x"}):
        answer = coordinator.post(here, data=empty | typed({COUNTY: "412000"} | wrong, "年鉴"))
        assert answer.status_code == 400 and (wrong.get(COUNTY) or "412000") in answer.text
    assert "请写明来源" in coordinator.post(here, data=empty | typed({COUNTY: "412000"}, "")).text
    kept = empty | typed({COUNTY: "４12,000", TOWN: "50000"}, "年鉴")
    assert [coordinator.post(here, data=kept).status_code for _twice in "ab"] == [302, 302]
    assert standing(database) == {COUNTY: (412_000, "年鉴"), TOWN: (50_000, "年鉴")}

    # somebody whose page is older: what they did not touch stays, what both changed is told at its field and saved on their word
    other = office.post(here, data=empty | typed({TOWN: "51000", VILLAGE: "900"}, "公报"))
    assert other.status_code == 409 and "刚才已有人改为 50000" in other.text and "900" in other.text
    assert standing(database)[TOWN] == (50_000, "年鉴")
    assert office.post(here, data=sent_by(form_of(other.text))).status_code == 302
    assert standing(database) == {COUNTY: (412_000, "年鉴"), TOWN: (51_000, "公报"), VILLAGE: (900, "公报")}

    # a pasted list is looked at before it is saved; what is not understood stays
    rows = "地方\t人数\n城关镇\t大王村委会\t1,100人\n东村\t700\n北村 12"
    looked = office.post(here, data=table_of(office) | {"pasted": rows, "read": "1"})
    assert looked.status_code == 400 and "几处同名" in looked.text and "没有这个地方" in looked.text
    assert form_of(looked.text).values["pasted"] == ["东村\t700\n北村 12"] and "识别了 1 处" in looked.text
    assert SECOND_VILLAGE not in standing(database)
    # and keeps none of the others from being saved, not the lines that were put right in the box either
    mended = {"pasted": "城关镇东村 0.09万\n北村 12"}
    saved = office.post(here, data=sent_by(form_of(looked.text)) | mended)
    assert (
        form_of(saved.text).values["pasted"] == ["北村 12"] and "没有这个地方" in saved.text and "已保存" in saved.text
    )
    assert "还没有保存" not in saved.text and "还没有保存" in looked.text
    assert standing(database)[SECOND_VILLAGE] == (1100, "公报")
    assert office.post(here, data=sent_by(form_of(saved.text)) | {"pasted": ""}).status_code == 302

    # a town without its own number has its villages' sum; last year's are offered, and an empty one takes back
    assert office.post(here, data=table_of(office) | typed({TOWN: ""})).status_code == 302
    assert residents_counted(database, county) == {COUNTY: 412_000, TOWN: 2000, OTHER_TOWN: None, VILLAGE: 900}
    copied = office.post("/numbers/residents/2027", data=table_of(office, 2027) | {"copy": "1"})
    assert copied.status_code == 200 and 'value="412000"' in copied.text and "未保存" in copied.text
    with database.reading() as session:
        assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "numbers.residents_set")).all()) == 4


def test_targets_stand_with_their_source_and_can_be_taken_back(database: Database, client_as: ClientAs) -> None:
    coordinator, there = client_as("coordinator"), "/numbers/targets/2026"
    for wrong in ({"percent": "101"}, {"percent": "9O"}, {"source": ""}, {"indicator": "prevalence"}):
        said = {"place": COUNTY, "indicator": "standard", "percent": "92.5", "source": "省里"} | wrong
        assert coordinator.post(there, data=said).status_code == 400
    target = {"place": COUNTY, "indicator": "standard", "percent": "92.5", "source": "省里"}
    assert coordinator.post(there, data=target).status_code == 302
    assert coordinator.post(there, data=target | {"percent": "95"}).status_code == 302
    assert "95%" in coordinator.get(there).text
    with database.reading() as session:
        assert session.scalars(select(IndicatorTarget.per_10000)).all() == [9500]
    assert coordinator.post(there, data={"place": COUNTY, "indicator": "standard"}).status_code == 302
    with database.reading() as session:
        assert session.scalars(select(IndicatorTarget)).all() == []
    for stranger in ("health_lead", "town", "auditor"):
        assert client_as(stranger).get("/numbers/settings").status_code in (302, 403, 404)


def form_of(page: str) -> PageForm:
    return next(form for form in forms_of(page) if form.action.startswith("/numbers/residents/"))


def sent_by(form: PageForm) -> dict[str, str]:
    return {name: values[0] for name, values in form.values.items()}


def table_of(client: FlaskClient, year: int = 2026) -> dict[str, str]:
    """The table as the page shows it."""
    return sent_by(form_of(client.get(f"/numbers/residents/{year}").text))


def typed(numbers: dict[str, str], source: str | None = None) -> dict[str, str]:
    """Into the table, by place; other names are fields of their own."""
    said = {f"residents_{name}" if name.isdigit() else name: number for name, number in numbers.items()}
    return said if source is None else said | {"source": source}


def standing(database: Database) -> dict[str, tuple[int, str]]:
    with database.reading() as session:
        return {one.area_code: (one.residents, one.source) for one in session.scalars(select(AreaPopulation))}


def residents_counted(database: Database, county: County) -> dict[str, int | None]:
    with database.transaction() as session:
        actor = county.actor("coordinator")
        run = compute_county(session, actor, COUNTY, ReportPeriod.parse("2026Q4"), TODAY, NOW)
        places = values_of(session, actor, run, (COUNTY, TOWN, OTHER_TOWN, VILLAGE))
        return {place: counts.get("residents") for place, counts in places.items()}
