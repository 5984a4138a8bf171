"""Every form of the product, field by field: what cannot be right is said beside the field, what else was typed stays, nothing is stored.

Each database gets every other form, so that both together have had them all; ANHU_SOAK=1 gives both all of them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.db import Database
from app.core.schema import metadata
from tests.rig.county import County
from tests.rig.crawl import Route, address, published, routes
from tests.rig.pages import PageForm, forms_of
from tests.rig.scene import Scene, build_scene
from tests.rig.writes import writes

ClientAs = Callable[[str], FlaskClient]
pytestmark = pytest.mark.walk
SOAK = "ANHU_SOAK" in os.environ
TYPED = "窗台上有兰草"
KEPT_ASIDE = frozenset(
    {"audit_events", "audit_links", "sessions", "sign_in_failures", "jobs", "job_runs", "dropped_callbacks"}
)
# Pages that hold a form which is sent elsewhere.
PAGES = {
    "/subsidies/prepare": "/subsidies/",
    "/subsidies/policy": "/subsidies/policy/new",
    "/roster/files/<public_id>/import": "/roster/files/<public_id>",
    "/roster/visits/files/<public_id>/import": "/roster/visits/files/<public_id>",
    "/subsidies/recoveries/<public_id>/propose": "/subsidies/recoveries/<public_id>",
    "/subsidies/recoveries/<public_id>/receive": "/subsidies/recoveries/<public_id>",
    "/admin/users/<public_id>/reset": "/admin/",
    "/admin/users/<public_id>/disable": "/admin/",
    "/insurance/claims/<public_id>/refuse": "/insurance/claims/<public_id>",
    "/benefits/patients/<public_id>/ask": "/benefits/patients/<public_id>",
    "/benefits/requests/<public_id>/grant": "/benefits/requests/<public_id>",
    "/benefits/backstops/<public_id>/refuse": "/benefits/backstops/<public_id>",
    "/rehab/referrals/<public_id>/refuse": "/rehab/referrals/<public_id>",
    "/numbers/orders/<public_id>/reply": "/numbers/orders/<public_id>",
    "/numbers/orders/<public_id>/send-back": "/numbers/orders/<public_id>",
    "/numbers/orders/<public_id>/withdraw": "/numbers/orders/<public_id>",
    "/numbers/samples/<public_id>/withdraw": "/numbers/samples/<public_id>",
    "/numbers/samples/<public_id>/comment": "/numbers/samples/<public_id>",
    "/incidents/reports/<public_id>/dismiss": "/incidents/reports/<public_id>/confirm",
    "/language": "/login",
    "/numbers/appraisals/<public_id>/units/<unit>/objections": "/numbers/appraisals/<public_id>/units/<unit>",
    "/applications/<public_id>/check": "/applications/<public_id>",
    "/applications/<public_id>/send-back": "/applications/<public_id>",
}
# Forms that stand on a page only at another stage of their subject, or in several places.
ELSEWHEN = {
    **{
        f"/subsidies/<public_id>/{step}": {"version": "hidden"}
        for step in ("anew", "approve", "attest", "export", "return", "settle", "submit")
    },
    "/subsidies/policy/preview": {"annual": "text", "period": "radio", "eligible_rule": "select", "valid_from": "text"},
    "/numbers/orders/new/<agency>": {"demand": "radio", "working_days": "text"},
    "/subsidies/fund/below-floor": {"floor_ground": "select", "floor_reference": "text"},
    "/roster/files/<public_id>/import": {"mode": "radio"},
    "/roster/visits/files/<public_id>/import": {"mode": "radio"},
    "/people/<public_id>/reveal/<field>": {"reason": "hidden"},
    "/applications/<public_id>/again": {"papers": "checkbox"},
    "/insurance/claims/<public_id>/papers": {"papers_on": "text"},
    "/insurance/claims/<public_id>/accept": {"agreed": "text"},
    "/insurance/claims/<public_id>/pay": {"amount": "text"},
    "/insurance/reliefs/<public_id>/pay": {"receipt_number": "text"},
    "/benefits/backstops/<public_id>/pay": {"slip_number": "text"},
    "/rehab/referrals/<public_id>/begin": {"started_on": "text"},
    "/rehab/referrals/<public_id>/end": {"end_reason": "select"},
    "/rehab/referrals/<public_id>/months": {"days": "text"},
    "/documents/<public_id>": {"case": "text"},
    "/documents/<public_id>/withdraw": {"reason": "radio"},
}
# Their choices are lists; what is none of them did not come from the page, and is refused without one.
WITHOUT_PAGE = {
    "/roster/files/<public_id>",
    "/roster/files/<public_id>/import",
    "/roster/visits/files/<public_id>",
    "/roster/visits/files/<public_id>/import",
}
# Buttons: the address names what is done and to whom, and there is nothing to fill in.
NO_FIELDS = (
    "/numbers/appraisals/new/<public_id>", "/appraisals/<public_id>/publish", "/appraisals/<public_id>/drop", "/appraisals/<public_id>/finish",
    "/schemes/<public_id>/adopt", "/schemes/<public_id>/refuse", "/schemes/<public_id>/withdraw",
    "/<period:period>/<place>/count", "/numbers/reports/<period:period>/<place>", "/reports/<period:period>/<place>/below",
    "/submitted/<public_id>/agree", "/submitted/<public_id>/refuse", "/submitted/<public_id>/withdraw", "/training/<public_id>/withdraw", "/orders/<public_id>/receive", "/samples/<public_id>/close",
    "/<as_of>/<public_id>", "/<as_of>/<public_id>/load", "/<as_of>/<public_id>/compare",
    "/duty/checks/<public_id>/withdraw", "/open", "/take-up", "/reset", "/relatives/complete", "/relatives/<public_id>/end", "/disable", "/enable", "/logout", "/off", "/revoke", "/keep", "/discard", "/identity/compared",
    "/recoveries/find", "/recoveries/<public_id>/agree", "/recoveries/<public_id>/turn-down",
    "/subsidies/<public_id>/notice", "/reopening/allow", "/reopening/refuse", "/reopening/withdraw",
    "/sharings/<public_id>/approve", "/sharings/<public_id>/refuse", "/sharings/<public_id>/withdraw",
    "/subsidies/<public_id>/sign", "/sign/send", "/sign/<line_id>/mark", "/sign/<line_id>/unmark",
    "/assessments/<public_id>/sign", "/requests/<public_id>/approve", "/requests/<public_id>/refuse", "/requests/<public_id>/withdraw",
    "/harms/<harm_id>/withdraw", "/reports/<public_id>/close", "/reports/<public_id>/reopen", "/items/<item_id>/remove",
    "/conferences/<public_id>/minutes", "/conferences/<public_id>/call-off", "/rounds/<public_id>/start", "/rounds/<public_id>/close",
    "/calls/<public_id>/hand-over", "/decisions/<public_id>/steer", "/incidents/calls/",
    "/forms/<public_id>/receive", "/records/<public_id>/withdraw", "/contacts/<public_id>/end", "/discharges/police-bases",
    "/messages/<public_id>/again", "/messages/<public_id>/seen-to", "/templates/<public_id>/approve", "/templates/<public_id>/return", "/texts/<consent_id>/end",
    "/policies/<public_id>/confirm", "/policies/<public_id>/refuse", "/policies/<public_id>/withdraw", "/claims/<public_id>/withdraw", "/list/<ending>",
    "/reliefs/<public_id>/approve", "/reliefs/<public_id>/refuse", "/reliefs/<public_id>/withdraw", "/requests/<public_id>/take",
    "/backstops/<public_id>/approve", "/backstops/<public_id>/withdraw",
    "/referrals/<public_id>/accept", "/referrals/<public_id>/wait", "/referrals/<public_id>/withdraw",
    "/views/<view_id>/delete", "/proposals/<public_id>/adopt", "/proposals/<public_id>/preview", "/proposals/<public_id>/approve", "/proposals/<public_id>/refuse", "/proposals/<public_id>/withdraw", "/visits/<visit_id>/national", "/visits/<visit_id>/national/take-back",
)  # fmt: skip
WRONG: dict[str, tuple[str, ...]] = {
    "select": ("١٢٣",),
    "radio": ("99999999999999999999",),
    "date": ("0000-00-00", "99999-01-01", "٢٠٢٦-١١-٢٠"),
}


@pytest.fixture
def scene(app: Flask, county: County) -> Scene:
    return build_scene(app, county)


def digest(database: Database) -> dict[str, str]:
    """The whole content of every table that a refused form must leave alone."""
    found = {}
    with database.reading() as session:
        for table in metadata.sorted_tables:
            if table.name not in KEPT_ASIDE:
                rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
                found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def forms(app: Flask, scene: Scene, client_as: ClientAs) -> Iterator[tuple[Route, str, FlaskClient, PageForm]]:
    """Route, address, browser and form of everything that takes fields and is this database's turn."""
    browsers: dict[str, FlaskClient] = {}
    open_ones = {route.rule for route in routes(app) if route.method == "GET"}
    taking = [route for route in routes(app) if route.method == "POST" and not route.rule.endswith(NO_FIELDS)]
    for route in taking if SOAK else taking[app.extensions["anhu.db"].is_sqlite :: 2]:
        allowed = published().get((route.rule, "POST"), frozenset()) - {"*"}
        role = min(allowed) if allowed else "clerk"
        where = address(app, route, scene.near, role)
        client = browsers.setdefault(role, client_as(role)) if allowed else app.test_client()
        rule = PAGES.get(route.rule, route.rule)
        place = (
            address(app, Route(rule, "GET", _endpoint(app, rule), route.arguments), scene.near, role)
            if rule in open_ones
            else ""
        )
        page = client.get(place).get_data(as_text=True) if place else ""
        on_page = [form for form in forms_of(page) if form.action == where or (not form.action and place == where)]
        yield route, where, client, on_page[0] if on_page else PageForm(where, ELSEWHEN.get(route.rule, {}))


def _endpoint(app: Flask, rule: str) -> str:
    return next(
        str(one.endpoint) for one in app.url_map.iter_rules() if one.rule == rule and "GET" in (one.methods or ())
    )


def one_of_each_kind(form: PageForm) -> dict[str, str]:
    """One field of each kind: all of a kind are read alike."""
    chosen: dict[str, str] = {}
    for name, kind in form.fields.items():
        is_day = name.endswith("_on") or name in ("on", "valid_from")
        what = "date" if is_day else kind
        if name != "csrf_token" and what not in chosen and kind != "file":
            chosen[what] = name
    return chosen


def filled(form: PageForm, but: str) -> tuple[dict[str, list[str]], bool]:
    """The form as the page shows it with a note typed into another field, and whether there was one to type into."""
    sent = {name: list(values) for name, values in form.values.items()}
    places = [
        name
        for name, kind in form.fields.items()
        if kind in ("textarea", "text") and name != but and not name.endswith("_on")
    ]
    if places:
        sent[places[-1]] = [TYPED]
    return sent, bool(places)


def mistakes(form: PageForm) -> Iterator[tuple[str, str, Any, str]]:
    """Field, what is wrong with it, what is sent, and the word that the answer must hold."""
    for kind, name in one_of_each_kind(form).items():
        for mistake in mutations(kind, (form.values.get(name) or [""])[0]):
            yield name, *mistake


def mutations(kind: str, value: str) -> Iterator[tuple[str, Any, str]]:
    """What is sent, and the word that the answer must hold."""
    yield "nul", [f"{value}a\0b"], "控制字符"
    if kind in ("text", "textarea", "hidden"):
        yield "override", [f"{value}\u202e"], "排版字符"
    if kind in ("text", "textarea"):
        yield "a megabyte", ["a" * 1_000_000], "太长"
    if kind != "checkbox":
        yield "doubled", [value, value], "不止一个值"
    for wrong in WRONG.get(kind, ()):
        yield wrong, [wrong], ""


def test_every_kind_of_field_of_every_form_says_what_is_wrong_and_keeps_the_rest(
    app: Flask, scene: Scene, database: Database, client_as: ClientAs
) -> None:
    """And a form without a single field acts on no default."""
    troubles, seen, before = [], 0, digest(database)
    with writes(database, but=KEPT_ASIDE) as heard:
        for route, where, client, form in forms(app, scene, client_as):
            for name, how, values, words in mistakes(form):
                sent, has_note = filled(form, name)
                answer = client.post(where, data=sent | {name: values})
                said, seen = unescape(answer.get_data(as_text=True)), seen + 1
                if not 400 <= answer.status_code < 500:
                    troubles.append(f"{route.rule} {name} {how}: answered {answer.status_code}")
                elif words not in said and route.rule not in WITHOUT_PAGE:
                    troubles.append(f"{route.rule} {name} {how} ({answer.status_code}): does not say {words}")
                elif has_note and TYPED not in said and route.rule not in WITHOUT_PAGE:
                    troubles.append(f"{route.rule} {name} {how} ({answer.status_code}): lost what was typed")
            status = client.post(where).status_code
            if not (400 <= status < 500 or (status in (200, 302, 303) and route.rule in ACT_ON_NOTHING)):
                troubles.append(f"{route.rule} without a field: answered {status}")
            after = digest(database) if heard else before
            heard.clear()
            troubles += [f"{route.rule}: changed {table}" for table in after if before[table] != after[table]]
            before = after
    assert not troubles, "\n".join(troubles)
    assert seen > 150


# They store nothing: a look at the rules so far, at the file with another mapping, for likely doubles.
ACT_ON_NOTHING = {
    "/patients/lookalikes",
    "/patients/<public_id>/visits/preview",
    "/roster/files/<public_id>",
    "/roster/visits/files/<public_id>",
}


def test_a_body_beyond_the_limit_is_refused_in_words_that_fit_text_and_files(client_as: ClientAs) -> None:
    answer = client_as("doctor").post("/patients/new", data={"notes": "长" * 2_000_000})
    assert answer.status_code == 413
    assert "没有任何内容被保存" in answer.text and "返回" in answer.text and "文字" in answer.text


def test_full_width_digits_are_digits(client_as: ClientAs) -> None:
    answer = client_as("doctor").post(
        "/patients/new",
        data={"registered_on": "２０２６－１１－２０", "psychiatric_admissions": "２", "first_onset": "１９９１－０７"},
    )
    said = unescape(answer.get_data(as_text=True))
    assert "请填写次数" not in said and "请填写日期，如" not in said and "请填年、年-月" not in said
