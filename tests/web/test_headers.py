"""What every answer carries: no outside source, no cache, no frame; error pages in words; health and metrics."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask, abort, redirect
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from app import create_app
from app.core.access import Action, permit
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.health import HEARTBEAT
from app.core.logs import ALLOWED, configure, log
from app.core.models import HouseFact
from app.core.reasons import Reason
from config import Environment, Settings
from tests.rig.headers import lacking_headers


def test_an_address_that_does_not_exist_carries_the_headers(app: Flask) -> None:
    """Those of every route, asked as everybody, are looked at where all are walked (test_access.py)."""
    assert not lacking_headers(app.test_client().get("/nowhere"))


@pytest.fixture
def failing(own_app: Flask, client_as: Callable[[str], FlaskClient]) -> Iterator[FlaskClient]:
    """Pages that fail in every way, for this test's application only."""

    def boom(error: BaseException) -> Callable[[], str]:
        @permit(Action.USE_OWN_ACCOUNT)
        def view() -> str:
            raise error

        return view

    causes: dict[str, BaseException] = {
        "not-found": NotFound(),
        "forbidden": Forbidden(),
        "conflict": Conflict(Reason("core.stale_version")),
        "invalid": Invalid({"name": [Reason("core.name.empty")]}),
        "integrity": IntegrityError("secret statement", {}, Exception()),
        "busy": OperationalError("secret statement", {}, Exception()),
        "number": OverflowError("too large"),
        "bug": ZeroDivisionError("慕容瑾瑜 secret"),
    }
    for name, error in causes.items():
        own_app.add_url_rule(f"/fail/{name}", name, boom(error))
    own_app.add_url_rule("/fail/elsewhere", "elsewhere", permit(Action.USE_OWN_ACCOUNT)(lambda: redirect("/login")))
    own_app.add_url_rule("/fail/large", "large", permit(Action.USE_OWN_ACCOUNT)(lambda: abort(413)))
    own_app.add_url_rule("/fail/often", "often", permit(Action.USE_OWN_ACCOUNT)(lambda: abort(429)))
    yield client_as("clerk")


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("not-found", 404, "没有找到"),
        ("forbidden", 403, "没有这项权限"),
        ("conflict", 409, "没有保存"),
        ("invalid", 400, "没有任何内容被改动"),
        ("integrity", 409, "没有保存"),
        ("busy", 503, "维护"),
        ("number", 400, "超出了可以保存的范围"),
        ("bug", 500, "编号"),
        ("large", 413, "太大"),
        ("often", 429, "频繁"),
    ],
)
def test_every_error_is_said_in_words_and_shows_nothing_of_the_machine(
    failing: FlaskClient, name: str, status: int, words: str
) -> None:
    response = failing.get(f"/fail/{name}")
    assert response.status_code == status
    assert words in response.text
    assert "Traceback" not in response.text
    assert "secret" not in response.text
    assert not lacking_headers(response)


def test_a_redirect_passes_through_the_error_pages(failing: FlaskClient) -> None:
    assert failing.get("/fail/elsewhere").location == "/login"


def test_a_wrong_method_is_said_in_words(app: Flask) -> None:
    response = app.test_client().delete("/login")
    assert response.status_code == 405
    assert "<h1>" in response.text


def test_a_body_that_is_too_large_is_refused_unread(app: Flask) -> None:
    response = app.test_client().post("/login", data={"name": "x" * (5 * 1024 * 1024)})
    assert response.status_code == 413


def test_a_log_line_holds_only_what_the_list_allows(failing: FlaskClient) -> None:
    heard = StringIO()
    configure("DEBUG", heard)
    failing.get("/fail/bug?name=慕容瑾瑜&id=11010519491231002X")
    log().warning("visited", name="慕容瑾瑜", id_number="11010519491231002X", body={"a": 1}, endpoint="x")
    lines = [json.loads(line) for line in heard.getvalue().splitlines()]
    assert {key for line in lines for key in line} <= ALLOWED
    assert "慕容" not in heard.getvalue()
    assert "11010519491231002X" not in heard.getvalue()
    assert any(line["event"] == "unexpected" and line["error"] == "ZeroDivisionError" for line in lines)


def test_nothing_of_a_failure_reaches_standard_error_beside_the_log(failing: FlaskClient) -> None:
    heard = StringIO()
    with redirect_stderr(heard):
        failing.get("/fail/bug")
    assert "慕容瑾瑜" not in heard.getvalue()


@pytest.fixture
def production(settings: Settings) -> Settings:
    return replace(
        settings, environment=Environment.PRODUCTION, public_url="https://anhu.example", today=None, key_file=None
    )


def test_production_answers_only_to_its_own_name(production: Settings) -> None:
    client = create_app(production).test_client()
    assert client.get("/login", base_url="https://anhu.example").status_code == 200
    forged = client.get("/login", base_url="https://evil.example")
    assert forged.status_code == 400
    assert "evil.example" not in forged.text


def test_production_asks_for_https_and_marks_its_cookies(production: Settings) -> None:
    client = create_app(production).test_client()
    response = client.get("/login", base_url="https://anhu.example")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")
    cookies = response.headers.getlist("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


def test_only_our_own_proxies_are_believed(production: Settings) -> None:
    heard: list[str] = []
    for proxies in (0, 1):
        app = create_app(replace(production, proxies=proxies))
        app.before_request(lambda: heard.append(__import__("flask").request.remote_addr))
        forwarded = {"X-Forwarded-For": "203.0.113.9, 198.51.100.4"}
        app.test_client().get("/healthz", base_url="https://anhu.example", headers=forwarded)
    assert heard == ["127.0.0.1", "198.51.100.4"]


def test_health_says_whether_pages_can_be_served(app: Flask, database: Database) -> None:
    client = app.test_client()
    well = client.get("/healthz")
    assert (well.status_code, well.json["status"], well.json["scheduler"]) == (200, "ok", "unknown")
    with database.transaction() as session:
        session.add(HouseFact(name=HEARTBEAT, value="2020-01-01T00:00:00+00:00"))
    assert client.get("/healthz").json["scheduler"] == "silent"
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    behind = client.get("/healthz")
    assert (behind.status_code, behind.json["schema"]) == (503, "behind")


def test_health_answers_when_the_database_does_not(settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path}/no/such/folder/anhu.db"))
    response = app.test_client().get("/healthz")
    assert (response.status_code, response.json["database"]) == (503, "unreachable")


def test_metrics_are_for_this_machine_only(app: Flask) -> None:
    client = app.test_client()
    near = client.get("/metrics")
    assert near.status_code == 200
    assert "anhu_database_up 1.0" in near.text
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.7"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404
