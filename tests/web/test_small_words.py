"""Small words that tell people what to do: the audit's filter, a bank's file, an account's area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from re import findall

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.audit.service import note
from app.audit.views import described
from app.core.db import Database
from app.core.errors import Invalid
from app.core.reasons import say
from app.subsidies.readers import read_returns
from tests.rig.county import COUNTY, VILLAGE, County
from tests.rig.register import NOW

Client = Callable[[str], FlaskClient]


def test_acts_that_read_alike_are_one_choice_that_finds_them_all(
    client_as: Client, database: Database, county: County
) -> None:
    with database.transaction() as session:
        for action in ("people.death_recorded", "patients.death_recorded", "nobody.knows.this"):
            note(session, county.actor("doctor"), action, now=NOW, area_code=COUNTY)
    page = client_as("auditor").get("/audit/").text
    chosen = findall(r'<option value="([^"]+)"[^>]*>([^<]+)</option>', page)
    assert Counter(words for _code, words in chosen).most_common(1)[0][1] == 1
    assert "nobody.knows.this" not in dict(chosen)
    [codes] = [code for code, words in chosen if words == "登记死亡"]
    rows = client_as("auditor").get("/audit/", query_string={"action": codes}).text.split("<tbody", 1)[1]
    assert rows.count("登记死亡") == 2


def test_a_detail_says_no_raw_keys(app: Flask) -> None:
    with app.test_request_context():
        said = described({"decision": "refuse", "run": "x" * 22, "when": "late", "unheard_of": 3})
    assert "不发" in said and "逾期" in said
    assert "decision" not in said and "when" not in said and "unheard_of" not in said


def test_a_row_that_cannot_be_read_names_the_words_that_can(app: Flask) -> None:
    with app.app_context(), pytest.raises(Invalid) as refused:
        read_returns("序号,金额,结果\n1,750.00,大概吧\n".encode(), "回盘.csv")
    [why] = refused.value.errors["returns"]
    assert "第 2 行" in say(why) and "成功" in say(why) and "失败" in say(why)


def test_a_city_viewer_of_a_village_is_not_made(app: Flask, county: County) -> None:
    words = ["user", "create", "viewer.x", "--role", "city_viewer", "--area", VILLAGE, "--password-stdin"]
    made = app.test_cli_runner().invoke(args=[*words, "--display", "某人"], input="Correct-Horse-9\n")
    assert made.exit_code != 0
    assert "这一级" in made.stderr, made.stderr
