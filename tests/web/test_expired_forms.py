"""A session that ends while a form lies open: the form stays in its page or waits in the sign-in page, and is saved once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.accounts.kept import LONGEST, KeptForm, read_kept
from app.accounts.models import User, UserSession
from app.core.db import Database
from app.patients.models import Patient
from tests.rig.county import VILLAGE

ClientAs = Callable[[str], FlaskClient]
PASSWORD = "a long enough sentence"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
SENT = {
    "key": "A" * 22, "name": "单晓明", "sex": "1", "id_kind": "00", "area_code": VILLAGE, "category": "schizophrenia",
    "registered_on": "2026-11-20", "consent": "later", "notes": "窗台上有兰",
}  # fmt: skip


@pytest.fixture
def doctor(app: Flask, database: Database, client_as: ClientAs) -> FlaskClient:
    """Signed in, with a password, and the form's own guard on."""
    app.config["WTF_CSRF_ENABLED"] = True
    with database.transaction() as session:
        hashed = app.extensions["anhu.passwords"].hash(PASSWORD)
        session.execute(update(User).where(User.name == "doctor").values(password_hash=hashed))
    return client_as("doctor")


def end_sessions(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(UserSession).values(expires_at=datetime.now(UTC) - timedelta(minutes=1)))


def token(html: str) -> str:
    return html.split('name="csrf-token" content="')[1].split('"', maxsplit=1)[0]


def patients(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Patient)) or 0


def hidden(html: str) -> dict[str, str]:
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', html)
    }


def sign_in(client: FlaskClient, page: str) -> str:
    kept = re.search(r'name="kept"[^>]*value="([^"]*)"', page)
    form = {
        "csrf_token": token(page),
        "name": "doctor",
        "password": PASSWORD,
        "kept": unescape(kept[1]) if kept else "",
    }
    answer = client.post("/login", data=form)
    assert answer.status_code == 200
    return answer.text


def test_a_form_sent_after_the_session_s_end_is_saved_after_signing_in_again(
    doctor: FlaskClient, database: Database
) -> None:
    sent = SENT | {"csrf_token": token(doctor.get("/patients/new").text)}
    end_sessions(database)
    asked = doctor.post("/patients/new", data=sent)
    assert asked.status_code == 401
    assert "不用重新填写" in asked.text
    assert patients(database) == 0
    waiting = sign_in(doctor, asked.text)
    assert "刚才的内容还没有保存" in waiting
    assert patients(database) == 0
    form = hidden(waiting[waiting.index('action="/patients/new"') :].split("</form>")[0])
    assert {name: form[name] for name in SENT} == SENT
    assert doctor.post("/patients/new", data=form).status_code == 302
    assert patients(database) == 1


def test_a_wrong_password_loses_nothing(doctor: FlaskClient, database: Database) -> None:
    sent = SENT | {"csrf_token": token(doctor.get("/patients/new").text)}
    end_sessions(database)
    asked = doctor.post("/patients/new", data=sent).text
    kept = unescape(re.search(r'name="kept"[^>]*value="([^"]*)"', asked)[1])  # type: ignore[index]  # it is there
    refused = doctor.post("/login", data={"csrf_token": token(asked), "name": "doctor", "password": "no", "kept": kept})
    assert refused.status_code == 401
    assert "窗台上有兰" in unescape(refused.text)


def test_what_is_too_long_to_wait_is_said_to_be_lost(doctor: FlaskClient, database: Database) -> None:
    sent = SENT | {"csrf_token": token(doctor.get("/patients/new").text), "notes": "长" * LONGEST}
    end_sessions(database)
    asked = doctor.post("/patients/new", data=sent)
    assert asked.status_code == 401
    assert "没有保存" in asked.text
    assert "长长长" not in asked.text


def test_a_password_is_never_kept(doctor: FlaskClient, database: Database) -> None:
    sent = {"csrf_token": token(doctor.get("/account/password").text), "password": PASSWORD, "new_password": "geheim 1"}
    end_sessions(database)
    asked = doctor.post("/account/password", data=sent)
    assert asked.status_code == 401
    assert "geheim" not in asked.text and PASSWORD not in asked.text


def test_a_live_result_says_the_end_of_the_session_and_leaves_the_form_where_it_is(
    doctor: FlaskClient, database: Database
) -> None:
    page = doctor.get("/patients/new").text
    end_sessions(database)
    line = doctor.post(
        "/patients/x/visits/preview", headers={"HX-Request": "true", "X-CSRFToken": token(page), **OWN_PAGE}
    )
    assert line.status_code == 401
    assert line.headers["Anhu-Says"] == "line"
    assert "HX-Redirect" not in line.headers
    assert "登录已过期" in line.text and 'target="_blank"' in line.text and "<html" not in line.text


def test_a_page_that_lay_open_goes_on_with_a_new_token_after_signing_in_elsewhere(
    doctor: FlaskClient, database: Database
) -> None:
    old = token(doctor.get("/patients/new").text)
    end_sessions(database)
    doctor.get("/login")
    assert (
        doctor.post(
            "/login", data={"csrf_token": token(doctor.get("/login").text), "name": "doctor", "password": PASSWORD}
        ).status_code
        == 302
    )
    line = doctor.post("/patients/x/visits/preview", headers={"HX-Request": "true", "X-CSRFToken": old, **OWN_PAGE})
    assert (line.status_code, line.headers["Anhu-Says"]) == (400, "line")
    assert "可以直接保存" in line.text
    sent = SENT | {"csrf_token": line.headers["Anhu-Form-Token"]}
    assert doctor.post("/patients/new", data=sent, headers=OWN_PAGE).status_code == 302


def test_an_old_token_from_our_own_page_leads_to_a_question_and_from_anywhere_else_to_nothing(
    doctor: FlaskClient, database: Database
) -> None:
    doctor.get("/patients/new")
    ours = doctor.post("/patients/new", data=SENT | {"csrf_token": "old"}, headers=OWN_PAGE)
    assert ours.status_code == 400
    assert "接着保存" in ours.text and "窗台上有兰" in ours.text
    for headers in ({}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "cross-site"}):
        refused = doctor.post("/patients/new", data=SENT | {"csrf_token": "old"}, headers=headers)
        assert refused.status_code == 400
        assert "窗台上有兰" not in refused.text
    assert patients(database) == 0


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '["/a"]', '["//evil", []]', '["/a", [["x", 1]]]', '["/a", 3]', "9" * 5000]
)
def test_a_forged_form_is_no_form(text: str) -> None:
    assert read_kept(text) is None


def test_a_kept_form_comes_back_as_it_was() -> None:
    kept = KeptForm("/patients/new?x=1", (("a", "1"), ("a", "<2>")))
    assert read_kept(kept.to_text()) == kept
