"""The published table of routes against the product: every route, every role, one's own, somebody else's, nobody's."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.core.access import ACTIONS, FIELDS, Action, Field, Grant
from app.core.actor import Role
from tests.rig.county import County
from tests.rig.crawl import ROLES, Route, address, published, routes
from tests.rig.headers import lacking_headers
from tests.rig.scene import Place, Scene

pytestmark = pytest.mark.walk
DATA = Path(__file__).resolve().parents[1] / "data"
INSIDE = frozenset(
    {200, 204, 302, 303, 400, 401, 409, 422}
)  # the guard let in; what came of it is the page's own business
NOBODY: frozenset[str] = frozenset()  # what a route without a row allows
VOLATILE = re.compile(r'"[\w.-]{60,}"|<span class="ref">[0-9a-f]+</span>')  # form tokens and request numbers


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The walk is the same on both databases, and long: the one that needs no server walks it."""
    return sqlite_url


def signed_in(app: Flask, county: County, name: str) -> FlaskClient:
    client: FlaskClient = app.test_client()
    client.set_cookie("anhu_session", county.token_for(app, name))
    return client


def said(response: TestResponse, where: str) -> tuple[int, str]:
    """Status and body without what differs from request to request."""
    return response.status_code, VOLATILE.sub("", response.text.replace(where, ""))


def test_every_route_stands_in_the_table_and_every_row_is_a_route(app: Flask) -> None:
    assert {(route.rule, route.method) for route in routes(app)} == set(published())


def test_every_view_wears_exactly_one_permission(app: Flask) -> None:
    bare = [route.rule for route in routes(app) if not isinstance(_permission(app, route), Action)]
    assert not bare


def test_the_permissions_in_code_agree_with_the_table(app: Flask) -> None:
    table = published()
    for route in routes(app):
        action = _permission(app, route)
        roles = {"*"} if action is Action.SIGN_IN else {role.value for role in ACTIONS[action]}
        assert roles == table.get((route.rule, route.method), NOBODY), route


def _permission(app: Flask, route: Route) -> Action:
    permits: Action = getattr(app.view_functions[route.endpoint], "permits", None)  # type: ignore[assignment]
    return permits


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_where_the_table_says_and_nowhere_else(
    app: Flask, county: County, scene: Scene, role: Role
) -> None:
    """And what is somebody else's answers as what does not exist: the same status, the same body. Every answer carries the headers.

    Whom the guard keeps out it keeps out before it knows what was asked for, so they ask once; whoever gets in asks for all three.
    """
    table = published()
    reader = signed_in(app, county, role.value)
    wrong = []
    for route in sorted(
        routes(app), key=lambda one: one.method
    ):  # pages before acts, which change what there is to see
        allowed = bool(table.get((route.rule, route.method), NOBODY) & {"*", role.value})
        bodies = {}
        for whose, answer, where in _answers(app, county, scene, route, role, reader, allowed):
            wrong += [f"{role} {route.method} {where} answers without {name}" for name in lacking_headers(answer)]
            if not _fits(route, role, whose, answer.status_code, allowed):
                wrong.append(f"{role} {route.method} {where} ({whose}) answered {answer.status_code}")
            if allowed and whose != "own":
                bodies[whose] = said(answer, where)
        if bodies.get("foreign") != bodies.get("missing"):
            wrong.append(f"{role} {route.method} {route.rule} tells what is foreign from what is not there")
    assert not wrong, "\n".join(wrong)


def _answers(
    app: Flask, county: County, scene: Scene, route: Route, role: Role, reader: FlaskClient, allowed: bool
) -> Iterator[tuple[str, TestResponse, str]]:
    """Acts by a fresh browser each time: some of them sign out."""
    places: dict[str, Place | None] = {"own": scene.near, "foreign": scene.far, "missing": None}
    for whose, place in places.items():
        if whose == "own" or (route.names_a_subject and allowed):
            where = address(app, route, place, role.value)
            client = signed_in(app, county, role.value) if allowed and route.method != "GET" else reader
            yield whose, client.open(where, method=route.method), where


def _fits(route: Route, role: Role, whose: str, status: int, allowed: bool) -> bool:
    if not allowed:
        return status == 403
    if whose == "own":
        return status in INSIDE or (status == 404 and _may_be_absent(route, role))
    return status == 404


def _may_be_absent(route: Route, role: Role) -> bool:
    """Files and forms that exist only after work was done or in one state of things."""
    return route.rule in ABSENT_UNTIL_MADE or (role is Role.HOSPITAL and route.rule.startswith(OF_WARDS))


# nobody of the scene lies in the hospital's wards: tests/web/test_rehab_pages.py
OF_WARDS = ("/rehab/patients/", "/rehab/referrals/")

ABSENT_UNTIL_MADE = frozenset(
    {
        "/incidents/decisions/<public_id>",  # for the agency that a conference named
        "/incidents/invitations/<public_id>",
        "/patients/<public_id>/consents/<purpose>/receipt",
        "/patients/<public_id>/contacts",  # of a ward of one's own, for whoever is a second guardian by post
        "/screening/returns/<public_id>/paper",
        "/work/<public_id>/file",
        "/discharges/forms/<public_id>/correct/<event>",  # of a line of one's own
        "/discharges/records/<public_id>/notice",  # of a plan that names the family
        "/messages/<public_id>/again",  # of a message that did not arrive
        "/messages/<public_id>/seen-to",
        "/patients/<public_id>/texts/<consent_id>/end",  # while an agreement stands
        "/subsidies/<public_id>/pay-file",
        "/subsidies/<public_id>/cover",
        "/subsidies/<public_id>/compare",
        # of these roles only the county's accounts sign; those of the crawl belong to a town
        "/subsidies/<public_id>/answer",
        "/subsidies/<public_id>/sign",
        "/subsidies/<public_id>/sign/send",
        "/subsidies/<public_id>/sign/<line_id>/mark",
        "/subsidies/<public_id>/sign/<line_id>/unmark",
        "/subsidies/objections/<public_id>/reply.pdf",
        "/subsidies/<public_id>/editions/<int:number>.pdf",
        "/roster/imports/<public_id>/rejects",
        "/roster/visits/imports/<public_id>/rejects",
    }
)


def test_a_mixed_address_is_as_foreign_as_a_wholly_foreign_one(app: Flask, county: County, scene: Scene) -> None:
    """A visit of somebody else's patient below one's own patient's address."""
    client = app.test_client()
    client.set_cookie("anhu_session", county.token_for(app, "doctor"))
    assert client.get(f"/patients/{scene.near.patient}/visits/{scene.near.visit}").status_code == 200
    assert client.get(f"/patients/{scene.near.patient}/visits/{scene.far.visit}").status_code == 404
    assert client.get(f"/patients/{scene.far.patient}/visits/{scene.near.visit}").status_code == 404


def test_without_signing_in_only_open_routes_answer(app: Flask, county: County, scene: Scene) -> None:
    table = published()
    for route in routes(app):
        where = address(app, route, scene.near, "doctor")
        response = app.test_client().open(where, method=route.method)
        assert not lacking_headers(response), where
        if "*" in table.get((route.rule, route.method), NOBODY):
            assert response.status_code not in {403, 404, 500}, where
        elif route.method == "GET":
            assert response.status_code == 302, where
            assert response.location.startswith("/login"), where
        else:
            assert response.status_code == 401, where
            assert 'action="/login"' in response.text, where


def test_other_methods_are_refused_and_head_and_options_change_nothing(
    app: Flask, county: County, scene: Scene
) -> None:
    client = app.test_client()
    client.set_cookie("anhu_session", county.token_for(app, "clerk"))
    for method in ("PUT", "PATCH", "DELETE"):
        assert client.open("/subsidies/", method=method).status_code == 405
    assert client.options("/subsidies/").status_code == 200
    head = client.head("/subsidies/")
    assert (head.status_code, head.data) == (200, b"")


def test_the_field_table_is_the_one_that_was_decided() -> None:
    with (DATA / "roles_fields.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    decided = {
        Field(_key(row)): {Role(role): _grant(value) for role, value in row.items() if role in set(Role)}
        for row in rows
    }
    assert decided == FIELDS


def _key(row: dict[str, str]) -> str:
    return next(iter(row.values())).strip().replace(" ", "_")


def _grant(text: str) -> Grant:
    return Grant("-" if text.strip() in {"-", "–", ""} else text.strip())
