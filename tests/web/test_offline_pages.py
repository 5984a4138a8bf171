"""What a phone keeps of the product itself: complete without a network, the same for everybody, and without a word about anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app.visits.field_words import WORDS
from app.visits.forms.declaration import declaration
from app.visits.rules.form import FIELDS
from app.visits.rules.ruleset import VisitRules
from app.visits.views import offline
from tests.rig.county import County
from tests.rig.scene import NEAR, build_scene

ClientAs = Callable[[str], FlaskClient]
SAID = re.compile(r"""\bsay\(\s*(?:isLate \? )?"(\w+)\"""")


def kept(client: FlaskClient) -> dict[str, Any]:
    """What the service worker is told to keep."""
    script = client.get("/field/sw.js").get_data(as_text=True)
    told: dict[str, Any] = json.loads(script.removeprefix("self.KEPT = ").split(";\n", 1)[0])
    return told


def modules() -> list[str]:
    return [name for name in offline.ASSETS if name.endswith(".js")]


def test_the_worker_keeps_assets_the_frame_and_the_declaration_and_nothing_else(
    app: Flask, county: County, client_as: ClientAs
) -> None:
    told = kept(client_as("doctor"))
    assert told["page"] == "/field/work"
    others = [address for address in told["assets"] if not address.startswith("/static/")]
    assert others == ["/field/form.json"]
    for address in [told["page"], *told["assets"]]:
        assert app.test_client().get(address).status_code == 200, address


def test_every_module_that_the_offline_page_imports_is_kept(app: Flask) -> None:
    for name in modules():
        source = offline._static(name).read_text(encoding="utf-8")
        for imported in re.findall(r'from "\./([\w.]+)"', source):
            assert f"field/{imported}" in offline.ASSETS, f"{name} imports {imported}"


def test_frame_and_declaration_are_the_same_for_everybody_and_name_nobody(
    app: Flask, county: County, client_as: ClientAs
) -> None:
    build_scene(app, county)
    for path in ("/field/work", "/field/form.json"):
        seen = {client_as(name).get(path).get_data(as_text=True) for name in ("doctor", "health_lead", "clerk")}
        seen.add(app.test_client().get(path).get_data(as_text=True))
        assert len(seen) == 1, path
        page = seen.pop()
        assert not [mark for mark in (NEAR.patient_name, NEAR.patient_phone, NEAR.medicine, "城关镇") if mark in page]


def test_another_byte_in_an_asset_or_another_language_is_another_version(
    app: Flask, county: County, client_as: ClientAs
) -> None:
    client = client_as("doctor")
    before = kept(client)["version"]
    assert kept(client)["version"] == before
    assert kept(app.test_client())["version"] == before
    english = app.test_client()
    english.set_cookie("anhu_language", "en")
    assert kept(english)["version"] != before


def test_the_declaration_says_every_question_and_word_in_both_languages() -> None:
    told = declaration(VisitRules())
    assert set(told["fields"]) == set(FIELDS) - {"medicines", "guidance", "visit_class", "next_due_on"}
    for languages in _said(told):
        assert set(languages) == {"zh", "en"} and all(languages.values())
        assert not re.search(r"[\u3400-\u9fff]", languages["en"]), languages
    assert told["words"].keys() == {"zh", "en"}
    for text in told["words"]["en"].values():
        assert not re.search(r"[\u3400-\u9fff]", text), text


def test_every_word_that_a_script_says_is_declared(app: Flask) -> None:
    for name in [*modules(), "field/status.js", "field/own_phone.js"]:
        for word in SAID.findall(offline._static(name).read_text(encoding="utf-8")):
            assert word in WORDS, f"{name} says {word}"


def _said(told: Any) -> list[dict[str, str]]:
    if isinstance(told, dict):
        if set(told) == {"zh", "en"} and all(isinstance(text, str) for text in told.values()):
            return [told]
        return [one for name, value in told.items() if name != "words" for one in _said(value)]
    if isinstance(told, list):
        return [one for value in told for one in _said(value)]
    return []
