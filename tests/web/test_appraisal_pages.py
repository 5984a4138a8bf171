"""The appraisal on pages: a refused item says why at its row and keeps the form; a unit reads its own; the sheet is handed out."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import new_public_id
from app.numbers.forms_appraisal import row_data
from app.numbers.rules.appraisal import suggested
from tests.rig.county import OTHER_TOWN, TOWN, County
from tests.rig.scene import Scene, build_scene

ClientAs = Callable[[str], FlaskClient]
HERE = "/numbers/appraisals"


@pytest.fixture
def scene(app: Flask, county: County) -> Scene:
    return build_scene(app, county)


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def test_an_item_that_rewards_hiding_is_refused_at_its_row_and_nothing_is_lost(
    scene: Scene, client_as: ClientAs
) -> None:
    coordinator = client_as("coordinator")
    page = coordinator.get(f"{HERE}/schemes/new").text
    head = {"csrf_token": token(page), "key": new_public_id(), "year": "2027", "title": "明年方案", "term_days": "5"}
    sent = head | row_data(suggested())
    refused = coordinator.post(f"{HERE}/schemes/new", data=sent | {"source_10": "offended"})
    said = unescape(refused.text)
    assert refused.status_code == 400
    at_row = said[said.index('id="source_10-error"') :]
    assert "迟报才扣分" in at_row[:400] and 'value="明年方案"' in said
    incomplete = coordinator.post(f"{HERE}/schemes/new", data=sent | {"marks_3": ""})
    assert incomplete.status_code == 400 and 'id="marks_3-error"' in incomplete.text
    stored = [coordinator.post(f"{HERE}/schemes/new", data=sent).location for _press in (1, 2)]
    assert stored[0] == stored[1]  # pressed twice
    own = coordinator.post(f"{stored[0]}/adopt", data={"csrf_token": head["csrf_token"]})
    assert own.status_code == 409 and "方案须由另一人复核" in own.text


def test_a_unit_reads_its_own_and_the_county_all(scene: Scene, client_as: ClientAs) -> None:
    where, unit = f"{HERE}/{scene.near.appraisal}", scene.near.appraised_unit[""]
    coordinator, lead, town = client_as("coordinator"), client_as("health_lead"), client_as("town")
    assert f"/units/{TOWN}" in coordinator.get(where).text and f"/units/{OTHER_TOWN}" in coordinator.get(where).text
    assert f"/units/{unit}" in lead.get(where).text and f"/units/{TOWN}" not in lead.get(where).text
    assert f"/units/{TOWN}" in town.get(where).text and f"/units/{OTHER_TOWN}" not in town.get(where).text
    for reader, foreign in ((lead, TOWN), (town, unit), (town, OTHER_TOWN)):
        assert reader.get(f"{where}/units/{foreign}").status_code == 404
        assert reader.get(f"{where}/units/{foreign}/management").status_code == 404
    cases = lead.get(f"{where}/units/{unit}/examination")
    assert cases.status_code == 200 and "未完成健康体检" in cases.text
    for ending, begins in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert lead.get(f"{where}/sheet.{ending}").data.startswith(begins)
    assert lead.get(f"{where}/sheet.csv").status_code == 404


def test_an_objection_that_is_refused_offers_the_same_items_and_keeps_its_words(
    scene: Scene, client_as: ClientAs
) -> None:
    town, where = client_as("town"), f"{HERE}/{scene.near.appraisal}/units/{TOWN}"
    page = town.get(where).text
    sent = {"csrf_token": token(page), "source": "", "text": "王雪玲 110101199003078013 已签，电话 13812341234"}
    refused = town.post(f"{where}/objections", data=sent)
    assert refused.status_code == 400 and "这里不能写证件号、电话或账号" in refused.text and "王雪玲" in refused.text

    def offered(text: str) -> list[str]:
        return re.findall(r'<option[^>]* value="(\w+)"', text[text.index('name="source"') :])

    assert offered(refused.text) == offered(page) != []
