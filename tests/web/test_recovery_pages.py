"""The pages of money paid too much: who sees which, whose step stands where, and what is refused in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.core.db import Database
from app.subsidies.models import Recovery
from app.subsidies.rules.recovery import RecoveryState
from tests.rig.county import County
from tests.rig.pages import forms_of
from tests.rig.scene import Scene, build_scene

ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def scene(app: Flask, county: County) -> Scene:
    return build_scene(app, county)


def _page(client_as: ClientAs, role: str, scene: Scene) -> str:
    return client_as(role).get(f"/subsidies/recoveries/{scene.near.recovery}").get_data(as_text=True)


def test_each_role_finds_its_own_step_on_the_case(client_as: ClientAs, scene: Scene) -> None:
    actions = {
        role: {
            form.action.rpartition("/")[2]
            for form in forms_of(_page(client_as, role, scene))
            if "recoveries" in form.action
        }
        for role in ("clerk", "reviewer", "finance", "auditor")
    }
    assert actions == {"clerk": {"propose"}, "reviewer": set(), "finance": {"receive"}, "auditor": set()}


def test_finance_reads_the_sum_and_not_why(client_as: ClientAs, scene: Scene) -> None:
    assert "250.00" in _page(client_as, "finance", scene)
    assert "多发 250.00 元" not in _page(client_as, "finance", scene)
    assert "多发 250.00 元" in _page(client_as, "auditor", scene)


def test_the_letter_stands_only_while_the_money_is_asked_for(
    client_as: ClientAs, scene: Scene, database: Database
) -> None:
    where = f"/subsidies/recoveries/{scene.near.recovery}/letter.pdf"
    assert client_as("clerk").get(where).data.startswith(b"%PDF")
    with database.transaction() as session:
        session.execute(update(Recovery).values(state=RecoveryState.WAIVED))
    assert client_as("clerk").get(where).status_code == 404


def test_the_list_is_filtered_by_state_and_town(client_as: ClientAs, scene: Scene) -> None:
    client = client_as("clerk")
    assert scene.near.recovery in client.get("/subsidies/recoveries").get_data(as_text=True)
    assert scene.near.recovery not in client.get("/subsidies/recoveries?state=repaid").get_data(as_text=True)
    assert scene.near.recovery in client.get("/subsidies/recoveries?state=all&town=nowhere").get_data(as_text=True)
    assert scene.far.recovery not in client.get("/subsidies/recoveries?state=all").get_data(as_text=True)
    for ending, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert client.get(f"/subsidies/recoveries.{ending}?state=all").data.startswith(start)
