"""The steps between the five, by command: sign, post-notice, object, decide-objection, reopen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from app.core.db import Database
from app.subsidies.rules.policy import Chain
from app.subsidies.rules.transitions import RunState
from tests.rig.county import COUNTY, County
from tests.rig.families import families
from tests.rig.offices import HEALTH, OFFICES, POLICE, TOWN, number_of, open_offices
from tests.rig.quarter import House
from tests.rig.rosters import id_number


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    house = open_offices(House(app, database, county))
    house.settle_in(families(6), chain=Chain.JOINT, notice_days=2)
    house.prepare()
    house.submit()
    return house


def step(house: House, name: str, who: str, *more: str) -> Result:
    words = ("subsidy", name, "--county", COUNTY, "--quarter", "2026Q3", "--as", who, "--json", *more)
    return house.app.test_cli_runner().invoke(args=list(words))


def said(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_joint_quarter_by_command(house: House) -> None:
    for who in OFFICES:
        answer = said(step(house, "sign", who))
        assert answer == {"answered": True} if who == POLICE else answer["state"] == "submitted"
    assert said(step(house, "approve", "reviewer"))["state"] == "approved"
    posted = said(step(house, "post-notice", "clerk"))
    assert posted["from"] < posted["until"]
    assert "公示到" in step(house, "export", "finance").stderr
    objection = said(step(house, "object", "clerk", "--source", "office", "--ground", "amount"))["objection"]
    words = ("subsidy", "decide-objection", objection, "--dismissed", "--reference", "〔2026〕7号", "--as", "reviewer")
    assert house.app.test_cli_runner().invoke(args=[*words, "--json"]).exit_code == 0
    assert house.run().state is RunState.APPROVED


def test_an_office_sends_marked_lines_back_by_command(house: House) -> None:
    sent = said(step(house, "sign", TOWN, "--mark", "AHJH-2026-00002"))
    assert (sent["state"], sent["hold"], sent["pay"]) == ("draft", 1, 5)
    assert step(house, "sign", HEALTH).exit_code != 0
    assert house.problems() == []


def test_the_police_name_by_command_and_read_the_same_whoever_it_is(house: House, tmp_path: Path) -> None:
    assert step(house, "sign", POLICE, "--mark", "AHJH-2026-00002").exit_code != 0
    known = tmp_path / "numbers.txt"
    known.write_text(f"{id_number('19880808', 7)}\n{number_of(house, 2)}\n", encoding="utf-8")
    assert step(house, "sign", HEALTH, "--numbers", str(known)).exit_code == 2
    assert said(step(house, "sign", POLICE, "--numbers", str(known))) == {"answered": True}
    assert (house.run().state, house.run().hold_count) == (RunState.DRAFT, 1)


def test_an_approved_run_is_opened_by_two_commands(house: House) -> None:
    for who in OFFICES:
        step(house, "sign", who)
    step(house, "approve", "reviewer")
    assert step(house, "reopen", "clerk").exit_code == 2
    said(step(house, "reopen", "clerk", "--ground", "return_days"))
    assert step(house, "reopen", "clerk", "--allow").exit_code != 0
    assert said(step(house, "reopen", "reviewer", "--allow"))["state"] == "draft"
