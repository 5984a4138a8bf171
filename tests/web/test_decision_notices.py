"""First pages tell of decisions about the numbers: who is asked for a word reads it there, and who proposed reads what came of it."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.core.db import Database
from app.numbers.queries.notices import TOLD_FOR, list_decisions, list_own_results
from tests.conftest import NOW
from tests.rig.county import County
from tests.rig.scene import Scene


def test_who_is_asked_for_a_word_and_who_waited_for_it_read_so_on_their_first_page(
    database: Database, county: County, scene: Scene, client_as: Callable[[str], FlaskClient]
) -> None:
    coordinator, office, lead, town, clerk = (
        client_as(who) for who in ("coordinator", "county_office", "health_lead", "town", "clerk")
    )
    # what waits is told to whoever may decide it, and to nobody else
    for asked in ("2026 年度考评方案待您复核", "2026年第3季度报表的修订待您复核"):
        assert asked in coordinator.get("/").text and asked not in office.get("/").text
    for unit in (lead, town):
        assert "申诉期到2026年11月27日为止" in unit.get("/").text
        assert "复核" not in unit.get("/").text
    assert "考评" not in clerk.get("/").text and "考评" not in client_as("doctor").get("/").text

    # what came of it is told to whoever proposed it
    assert "1 条申诉待您答复" in coordinator.get("/").text
    answer = {"verdict": "turned_down", "answer": "系统内没有体检记录"}
    for page, data in (
        (f"appraisals/schemes/{scene.near.appraisal_scheme}/adopt", {}),
        (f"submitted/{scene.near.report_submission}/refuse", {}),
        (f"appraisals/objections/{scene.near.appraisal_objection}", answer),
    ):
        assert coordinator.post(f"/numbers/{page}", data=data).status_code == 302, page
    told = office.get("/").text
    assert "您提出的 2026 年度考评方案：方案生效" in told and "您对2026年第3季度报表的修订：复核未通过" in told
    assert "1 条申诉已答复" in lead.get("/").text and "申诉已答复" not in town.get("/").text
    assert "待您" not in coordinator.get("/").text + office.get("/").text
    with database.reading() as session:  # and not for ever
        later = NOW + 2 * TOLD_FOR
        assert list_decisions(session, county.actor("county_office"), later) == []
        assert list_own_results(session, county.actor("health_lead"), later.date(), later) == []
