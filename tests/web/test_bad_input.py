"""Mutated forms at every route that takes one: never a 500, never a trace, nothing stored by what was refused.

Each database gets every other mutation of a route, so that both together have had them all; ANHU_SOAK=1 gives both all of them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict, iter_multi_items

from app.core.db import Database
from app.core.schema import metadata
from tests.rig.county import County
from tests.rig.crawl import Route, address, published, routes
from tests.rig.scene import Scene
from tests.rig.writes import writes

pytestmark = pytest.mark.walk
SOAK = "ANHU_SOAK" in os.environ
Item = TypeVar("Item")
FORM = "application/x-www-form-urlencoded"
# Tables that grow with every request or refusal, whatever the form said.
KEPT_COUNT = frozenset({"audit_events", "audit_links", "sessions", "sign_in_failures", "dropped_callbacks"})
FIELDS = (
    "name", "display_name", "role", "area_code", "agency_id", "password", "new_password", "again", "language", "next", "reason", "case",
    "quarter", "visited_on", "form", "risk_level", "submission_key", "version", "note", "words", "decision", "file", "from_on", "to_on",
    "number", "level", "conclusion", "id_number", "phone", "born_on", "sex", "annual", "medicines-0-name", "csrf_token",
)  # fmt: skip
HOSTILE: dict[str, Any] = {
    "nothing": {},
    "empty": dict.fromkeys(FIELDS, ""),
    "nul": dict.fromkeys(FIELDS, "a\0b"),
    "control characters": dict.fromkeys(FIELDS, "a\x0b\x1b[2J\x7f"),
    "huge": dict.fromkeys(
        FIELDS[:6], "a" * 49_900 + "长" * 100
    ),  # a body of nothing but %E9%95%BF costs its reading ten times that
    "huge number": dict.fromkeys(FIELDS, "9" * 400),
    "beyond a column": dict.fromkeys(FIELDS, "99999999999999999999"),
    "negative": dict.fromkeys(FIELDS, "-1"),
    "float": dict.fromkeys(FIELDS, "1e309"),
    "not a number": dict.fromkeys(FIELDS, "NaN"),
    "odd digits": dict.fromkeys(FIELDS, "١٢٣"),
    "impossible day": dict.fromkeys(FIELDS, "2026-02-30"),
    "day before time": dict.fromkeys(FIELDS, "0001-01-01"),
    "last day": dict.fromkeys(FIELDS, "9999-12-31"),
    "script": dict.fromkeys(FIELDS, "<script>alert(1)</script>{{7*7}}%(name)s"),
    "sql": dict.fromkeys(FIELDS, "'; DROP TABLE users; --"),
    "emoji and right to left": dict.fromkeys(FIELDS, "🙂\u202e\u200b龘𠮷"),
    "doubled": MultiDict([(field, str(n)) for field in FIELDS for n in range(3)]),
    "server-owned": {
        "id": "1",
        "user_id": "1",
        "is_disabled": "1",
        "amount_fen": "1",
        "state": "approved",
        "area_prefix": "",
    },
    "many fields": {f"field-{n}": "x" for n in range(3_000)},
}
RAW: dict[str, tuple[bytes, str]] = {
    "lone surrogates": (b"name=%ED%A0%80&note=%ED%B0%80", "application/x-www-form-urlencoded"),
    "broken percent": (b"name=%ZZ%&=&&&==", "application/x-www-form-urlencoded"),
    "not utf-8": (b"name=\xff\xfe\xfa", "application/x-www-form-urlencoded"),
    "json": (b'{"name": {"deep": [[[[[[]]]]]]}}', "application/json"),
    "broken json": (b'{"name":', "application/json"),
    "unknown type": (b"<x/>", "application/xml"),
    "broken multipart": (b"--x\r\nContent-Disposition: form-data", "multipart/form-data; boundary=x"),
    "multipart without boundary": (b"abc", "multipart/form-data"),
}
QUERIES = ("?after=%00", "?after=AAAA", "?after=WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMF0", "?q=%00", "?q=" + "长" * 500, "?tab=%ED%A0%80",
           "?from=2026-02-30&to=0000-00-00", "?quarter=2026Q9&level=-1&page=x&village=%27", "?action[]=1&user=%F0%9F%99%82", "?all=&all=&kind=x")  # fmt: skip


def posts(app: Flask) -> list[Route]:
    return [route for route in routes(app) if route.method == "POST" and route.endpoint != "accounts.sign_out"]


def role_for(route: Route) -> str:
    roles = published().get((route.rule, route.method), frozenset()) - {"*"}
    return min(roles) if roles else "clerk"


# how many rows each table has, in one statement
COUNTS = select(
    *(
        select(func.count()).select_from(table).scalar_subquery()
        for table in metadata.sorted_tables
        if table.name not in KEPT_COUNT
    )
)


def stored(database: Database) -> tuple[int, ...]:
    with database.reading() as session:
        return tuple(session.execute(COUNTS).one())


def as_sent() -> dict[str, bytes]:
    """The hostile forms as a browser sends them, written out once."""
    return {how: urlencode(list(iter_multi_items(form))).encode() for how, form in HOSTILE.items()}


def dealt(items: Sequence[Item], number: int, database: Database) -> list[Item]:
    """This database's quarter for the route of this number; the other database gets another, the next routes the rest, a long run all."""
    turn = number + 2 * (database.engine.dialect.name == "postgresql")
    return [item for at, item in enumerate(items) if SOAK or (at + turn) % 4 == 0]


def browser(open_ones: dict[str, FlaskClient], client_as: Callable[[str], FlaskClient], role: str) -> FlaskClient:
    if role not in open_ones:
        open_ones[role] = client_as(role)
    return open_ones[role]


def test_no_mutated_form_makes_the_product_stumble_or_store(
    app: Flask, scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    browsers: dict[str, FlaskClient] = {}
    troubles, before = [], stored(database)
    bodies, raw = list(as_sent().items()), [(how, *sent) for how, sent in RAW.items()]
    with writes(database, but=KEPT_COUNT) as heard:
        for number, route in enumerate(posts(app)):
            role = role_for(route)
            client = browser(browsers, client_as, role)
            where = address(app, route, scene.near, role)
            forms = [(how, form, FORM) for how, form in dealt(bodies, number, database)]
            for how, body, kind in forms + dealt(raw, number, database):
                status = client.post(where, data=body, content_type=kind).status_code
                after = stored(database) if heard else before
                heard.clear()
                if status >= 500:
                    troubles.append(f"{route.rule} {how}: {status}")
                elif status >= 400 and after != before:
                    troubles.append(f"{route.rule} {how}: answered {status} and stored something")
                before = after
    assert not troubles, "\n".join(troubles)


def test_random_mixtures_never_make_the_product_stumble(
    app: Flask, scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    chance = random.Random(
        f"20261121 {database.engine.dialect.name}"
    )  # the same every time, and others on each database
    values = [
        value
        for form in HOSTILE.values()
        if isinstance(form, dict)
        for value in list(form.values())[:1]
        if len(value) < 1000
    ]
    browsers: dict[str, FlaskClient] = {}
    troubles = []
    for route in posts(app):
        role = role_for(route)
        client = browser(browsers, client_as, role)
        where = address(app, route, scene.near, role)
        for _ in range(6 if SOAK else 1):
            form = MultiDict((chance.choice(FIELDS), chance.choice(values)) for _ in range(chance.randrange(1, 30)))
            if (status := client.post(where, data=form).status_code) >= 500:
                troubles.append(f"{route.rule} {dict(form)}: {status}")
    assert not troubles, "\n".join(troubles)


def test_no_mutated_address_makes_the_product_stumble(
    app: Flask, scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    browsers: dict[str, FlaskClient] = {}
    troubles = []
    for number, route in enumerate(routes(app)):
        if route.method == "GET" and not route.rule.startswith(("/healthz", "/metrics")):
            role = role_for(route)
            client = browser(browsers, client_as, role)
            where = address(app, route, scene.near, role)
            for query in dealt(QUERIES, number, database):
                if (status := client.get(where + query).status_code) >= 500:
                    troubles.append(f"{where}{query}: {status}")
    assert not troubles, "\n".join(troubles)


ODD_IDENTIFIERS = ("%00", "%ED%A0%80", "%2e%2e%2f", "x" * 4000, "' OR 1=1 --", "%F0%9F%99%82", "-1", "1")


def test_no_odd_identifier_makes_the_product_stumble(
    app: Flask, county: County, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    browsers: dict[str, FlaskClient] = {}
    troubles = []
    for number, route in enumerate(routes(app)):
        if route.names_a_subject:
            role = role_for(route)
            client = browser(browsers, client_as, role)
            for piece in dealt(ODD_IDENTIFIERS, number, database):
                where = route.rule
                for argument in route.arguments:
                    where = where.replace(f"<{argument}>", piece)
                status = client.open(where, method=route.method).status_code
                if status not in {400, 404, 405, 308}:
                    troubles.append(f"{route.method} {where[:80]}: {status}")
    assert not troubles, "\n".join(troubles)


ODD_UPLOADS = (b"", b"PK\x03\x04broken", b"\x00" * 100_000, b"GIF89a<script>", "姓名,身份证号\n".encode("gbk"))


def test_no_odd_upload_makes_the_product_stumble(
    app: Flask, scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    browsers: dict[str, FlaskClient] = {}
    troubles = []
    for number, route in enumerate(posts(app)):
        role = role_for(route)
        client = browser(browsers, client_as, role)
        where = address(app, route, scene.near, role)
        for content in dealt(ODD_UPLOADS, number, database):
            form = {name: (BytesIO(content), "../../名册\u202e.xlsx") for name in ("file", "workbook", "returns")}
            if (status := client.post(where, data=form, content_type="multipart/form-data").status_code) >= 500:
                troubles.append(f"{route.rule} {content[:10]!r}: {status}")
    assert not troubles, "\n".join(troubles)


def test_refused_text_says_what_to_do_and_the_form_keeps_what_was_typed(
    client_as: Callable[[str], FlaskClient],
) -> None:
    page = client_as("admin").post("/admin/users/new", data={"name": "a b", "display_name": "王<b>", "role": "town"})
    assert page.status_code == 400
    assert 'value="a b"' in page.text
    assert "王&lt;b&gt;" in page.text
    assert "请" in page.text
