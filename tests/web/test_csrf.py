"""No act without the form's own token: every unsafe route, six ways of getting it wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import User
from app.core.db import Database
from tests.rig.crawl import Route, address, published, routes
from tests.rig.scene import Scene

pytestmark = pytest.mark.walk


@pytest.fixture
def guarded(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = True
    return app


@pytest.fixture
def scene(guarded: Flask, scene: Scene) -> Scene:
    return scene


def token_of(client: FlaskClient) -> str:
    """The token of a page that this browser has open."""
    page = client.get("/account/password").text
    return page.split('name="csrf-token" content="')[1].split('"')[0]


def role_for(route: Route) -> str:
    roles = published().get((route.rule, route.method), frozenset())
    return "clerk" if "*" in roles or not roles else min(roles)


def forgeries(
    client_as: Callable[[str], FlaskClient], role: str
) -> dict[str, tuple[FlaskClient, dict[str, str], dict[str, str]]]:
    """browser, form, headers of each way to get the token wrong."""
    old = client_as(role)
    old_token = token_of(old)
    own = client_as(role)
    own_token = token_of(own)
    return {
        "no token": (own, {}, {}),
        "empty token": (own, {"csrf_token": ""}, {}),
        "garbled token": (own, {"csrf_token": own_token[:-4] + "AAAA"}, {}),
        "another user's token": (own, {"csrf_token": token_of(client_as("village_worker"))}, {}),
        "an old session's token": (own, {"csrf_token": old_token}, {}),
        "htmx without the header": (own, {}, {"HX-Request": "true"}),
    }


def test_every_unsafe_route_refuses_every_forged_form(
    guarded: Flask, scene: Scene, client_as: Callable[[str], FlaskClient]
) -> None:
    let_through: list[str] = []
    forged = cache(partial(forgeries, client_as))
    for route in routes(guarded):
        if route.method == "POST":
            where = address(guarded, route, scene.near, role_for(route))
            for how, (client, form, headers) in forged(role_for(route)).items():
                if client.post(where, data=form, headers=headers).status_code != 400:
                    let_through.append(f"{how}: {route.rule}")
    assert not let_through, "\n".join(let_through)


def test_a_refused_form_changes_nothing_and_says_what_to_do(
    guarded: Flask, scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    refused = client_as("admin").post(f"/admin/users/{scene.near.user}/disable")
    assert refused.status_code == 400
    assert "刷新" in refused.text
    with database.reading() as session:
        assert not session.scalars(select(User.is_disabled).where(User.public_id == scene.near.user)).one()


def test_the_page_s_own_token_is_accepted_in_form_and_header(
    guarded: Flask, scene: Scene, client_as: Callable[[str], FlaskClient]
) -> None:
    client = client_as("admin")
    token = token_of(client)
    assert client.post(f"/admin/users/{scene.near.user}/disable", data={"csrf_token": token}).status_code == 302
    assert client.post(f"/admin/users/{scene.near.user}/enable", headers={"X-CSRFToken": token}).status_code == 302


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
def test_a_form_that_the_browser_says_comes_from_elsewhere_is_refused_even_with_its_token(
    guarded: Flask, scene: Scene, client_as: Callable[[str], FlaskClient], site: str
) -> None:
    client = client_as("admin")
    form = {"csrf_token": token_of(client)}
    where = f"/admin/users/{scene.near.user}/disable"
    assert client.post(where, data=form, headers={"Sec-Fetch-Site": site}).status_code == 400
    assert client.post(where, data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302


def test_acts_do_not_answer_to_get(guarded: Flask, scene: Scene, client_as: Callable[[str], FlaskClient]) -> None:
    """A link or an image can start nothing: an act's address answers GET only where a form is shown."""
    readable = {route.rule for route in routes(guarded) if route.method == "GET"}
    browsers = cache(client_as)
    for route in routes(guarded):
        if route.method == "POST" and route.rule not in readable:
            role = role_for(route)
            answered = browsers(role).get(address(guarded, route, scene.near, role)).status_code
            assert answered in {404, 405}, route.rule
