"""`/api/v1`: a hospital's system submits discharge records by its key and asks how far they have come."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from sqlalchemy import func, select, update

from app.accounts.models import User
from app.api.commands import MakeKey
from app.api.models import ApiKey
from app.api.service import make_key, revoke_key
from app.core.actor import Role
from app.core.db import Database
from app.core.errors import Conflict
from app.discharges.commands import CloseLoop
from app.discharges.models import Discharge
from app.discharges.rules.states import CloseReason
from app.discharges.service import close_loop
from tests.conftest import NOW, TODAY
from tests.rig.county import OTHER_VILLAGE, County
from tests.rig.discharges import record
from tests.rig.register import first_guardian, id_number, registered, vault

LOOPS = "/api/v1/discharges"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[^\"]+")
NOT_SENT = {"submission_key", "source", "planned", "version", "hospital_name", "received_at"}


def said(**more: Any) -> dict[str, Any]:
    """A record as a hospital's system writes it."""
    return {name: _plain(value) for name, value in asdict(record(**more)).items() if name not in NOT_SENT}


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


@pytest.fixture
def key(database: Database, county: County) -> str:
    with database.transaction() as session:
        user = session.get_one(User, county.users["hospital"])
        made, clear = make_key(session, county.actor("admin"), MakeKey(user.public_id, "住院系统", 90), TODAY, NOW)
        assert clear not in repr(vars(made))
    return clear


@pytest.fixture
def hospital(app: Flask, key: str) -> Callable[..., Any]:
    """`hospital("post", json=…)`: a request of the hospital's system."""

    def ask(method: str, path: str = LOOPS, key: str = key, **more: Any) -> Any:
        client: FlaskClient = app.test_client()
        return getattr(client, method)(
            path, headers={"Authorization": f"Bearer {key}", **more.pop("headers", {})}, **more
        )

    return ask


def test_a_record_opens_one_loop_however_often_it_is_sent_and_is_put_right_under_its_number(
    hospital: Callable[..., Any], database: Database, county: County
) -> None:
    sent = said()
    first, second = hospital("post", json=sent), hospital("post", json=sent)
    assert (first.status_code, second.status_code) == (201, 200)
    medicine = {"name": "氯氮平片", "dose": "25mg", "usage": "睡前"}
    other = hospital("post", json=sent | {"advice": "另一句", "medicines": [medicine], "risk_level": 4})
    assert other.status_code == 422, "what nobody would act on is not taken"
    assert set(other.json["errors"]) == {"hospital_number", "advice", "medicines", "risk_level"}
    assert first.json == second.json == hospital("get", f"{LOOPS}/{sent['hospital_number']}").json
    assert first.json["state"] == "dispatched" and {form["kind"] for form in first.json["forms"]} == {
        "guardian",
        "health_centre",
    }
    with database.transaction() as session:
        loop = session.scalars(select(Discharge)).one()
        close_loop(
            session,
            vault(session),
            county.actor("coordinator"),
            loop.public_id,
            CloseLoop(CloseReason.WRONG_ENTRY),
            NOW,
        )
    assert hospital("post", json=sent).json["state"] == "closed", "what was wrong is not sent again by a repetition"
    right = sent | {"area_code": OTHER_VILLAGE}
    answers = [hospital("post", json=right) for _time in range(2)]
    assert [one.status_code for one in answers] == [201, 200] and answers[1].json["state"] == "dispatched"
    with database.reading() as session:
        assert session.scalar(select(func.count(Discharge.id))) == 2


def test_the_answer_is_the_same_whether_or_not_somebody_is_registered(
    hospital: Callable[..., Any], database: Database, county: County
) -> None:
    known = said(hospital_number="A-1")
    with database.transaction() as session:
        first_guardian(session, county.actor("doctor"), registered(session, county.actor("doctor")))
    stranger = said(hospital_number="A-1") | {"name": "沈无名", "id_number": id_number(sequence=77)}
    answers = []
    for number, one in (("A-1", known), ("B-1", stranger)):
        answer = hospital("post", json=one | {"hospital_number": number})
        assert answer.status_code == 201, answer.json
        answers.append(INSTANT.sub("", answer.text.replace(number, "")))
    assert answers[0] == answers[1]


def test_what_is_wrong_is_said_beside_its_field_in_the_readers_language(hospital: Callable[..., Any]) -> None:
    wrong = said() | {
        "discharged_at": "2026-11-20T08:00:00",
        "sex": "x",
        "medicines": [{"dose": 3}],
        "colour": 1,
        "hospital_number": "a/..",
    }
    del wrong["name"]
    answer = hospital("post", json=wrong)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"discharged_at", "sex", "medicines", "colour", "name", "hospital_number"}
    assert answer.json["errors"]["name"] == ["缺少这一项"]
    assert answer.json["errors"]["medicines"]["0"]["dose"] == ["应为文本"]
    english = hospital("post", json=wrong, headers={"Accept-Language": "en"})
    assert english.json["errors"]["name"] == ["This is missing"]
    later = hospital("post", json=said() | {"id_number": "349921199003070018"})
    assert later.status_code == 422 and "id_number" in later.json["errors"], later.json


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{" * 5000])
def test_what_is_no_record_is_refused_in_words(hospital: Callable[..., Any], body: bytes) -> None:
    answer = hospital("post", data=body, content_type="application/json")
    assert answer.status_code in {400, 422} and answer.json["message"]


def test_another_hospitals_number_answers_as_none(
    hospital: Callable[..., Any], database: Database, county: County
) -> None:
    assert hospital("post", json=said()).status_code == 201
    number = said()["hospital_number"]
    with database.transaction() as session:
        session.execute(update(Discharge).values(hospital_id=None))
    foreign, missing = hospital("get", f"{LOOPS}/{number}"), hospital("get", f"{LOOPS}/nobody")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json == missing.json


def test_only_a_key_that_is_good_today_opens_anything(
    app: Flask, hospital: Callable[..., Any], database: Database, county: County, key: str
) -> None:
    def status() -> int:
        answer = hospital("get", f"{LOOPS}/1")
        return int(answer.status_code)

    assert status() == 404
    bare, wrong = app.test_client().get(f"{LOOPS}/1"), hospital("get", f"{LOOPS}/1", key=key + "x")
    assert (bare.status_code, wrong.status_code) == (401, 401) and bare.json == wrong.json
    client = app.test_client()
    client.set_cookie("anhu_session", county.token_for(app, "hospital"))
    assert client.get(f"{LOOPS}/1").status_code == 401  # a signed-in browser is no system

    for column, value, back in (
        (ApiKey.good_to, TODAY - timedelta(1), TODAY),
        (User.is_disabled, True, False),
        (User.agency_id, county.actor("doctor").agency_id, county.actor("hospital").agency_id),
        (User.role, Role.DOCTOR, Role.HOSPITAL),
    ):
        model = column.class_
        here = model.id == (county.users["hospital"] if model is User else ApiKey.id)
        for wanted, now in ((401, value), (404, back)):
            with database.transaction() as session:
                session.execute(update(model).where(here).values({column: now}))
            assert status() == wanted, column
    with database.transaction() as session:
        made = session.scalars(select(ApiKey)).one()
        assert made.used_on == TODAY
        revoke_key(session, county.actor("admin"), made.public_id, NOW)
        with pytest.raises(Conflict):
            revoke_key(session, county.actor("admin"), made.public_id, NOW)
    assert status() == 401


def test_an_administrator_hands_a_key_over_once(client_as: Callable[[str], FlaskClient], app: Flask) -> None:
    admin = client_as("admin")
    page = admin.get("/admin/keys/new").text
    account = page.split('name="user"')[1].split('<option value="')[2].split('"')[0]
    made = admin.post("/admin/keys/new", data={"user": account, "label": "住院系统", "days": "90"})
    assert made.status_code == 200, made.text
    clear = made.text.split('<code class="text-break">')[1].split("<")[0]
    assert clear.startswith("anhu_")
    listed = admin.get("/admin/keys").text
    assert "住院系统" in listed and clear not in listed
    assert app.test_client().get(f"{LOOPS}/1", headers={"Authorization": f"Bearer {clear}"}).status_code == 404
    admin.post(re.findall(r"/admin/keys/[^/\"]+/revoke", listed)[0])
    assert app.test_client().get(f"{LOOPS}/1", headers={"Authorization": f"Bearer {clear}"}).status_code == 401


def test_the_interface_keeps_what_its_description_says(app: Flask, key: str) -> None:
    """Generated requests, good and bad: no failure of ours, no answer that the description does not know."""
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    for found in described.get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:

            @settings(suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def keeps_its_word(case: Case) -> None:
                # what the rules of the record refuse beyond its shape is refused, and rightly so
                case.call_and_validate(
                    headers={"Authorization": f"Bearer {key}"}, excluded_checks=[positive_data_acceptance]
                )

            keeps_its_word()
