"""Signing in, staying in, going out."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import create_app
from app.accounts import queries, service
from app.accounts import sign_in as sign_in_service
from app.accounts.commands import NewUser
from app.accounts.models import SignInFailure, User, UserSession
from app.accounts.sessions import COOKIE, find_signed_in
from app.audit.models import AuditEvent
from app.core.actor import Role
from app.core.db import Database
from config import Environment, Settings
from tests.conftest import NOW
from tests.rig.county import COUNTY, TOWN, VILLAGE, County

PASSWORD = "three quiet herons"


@pytest.fixture
def user(app: Flask, database: Database, county: County) -> str:
    """A doctor who can really sign in."""
    with database.transaction() as session:
        service.create_user(
            session,
            app.extensions["anhu.passwords"],
            county.actor("admin"),
            NewUser("dr.li", "李医生", Role.DOCTOR, TOWN, PASSWORD),
            NOW,
        )
    return "dr.li"


def sign_in(client: FlaskClient, name: str, password: str, **more: str) -> TestResponse:
    return client.post("/login", data={"name": name, "password": password, **more})


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account/password").status_code == 200


def test_the_right_password_opens_a_session_and_the_wrong_one_does_not(app: Flask, user: str) -> None:
    client = app.test_client()
    assert sign_in(client, user, "wrong password").status_code == 401
    assert not is_signed_in(client)
    assert sign_in(client, user.upper() + " ", PASSWORD).status_code == 302
    assert is_signed_in(client)


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app: Flask, user: str) -> None:
    response = sign_in(app.test_client(), user, PASSWORD)
    cookies = {line.split("=")[0]: line for line in response.headers.getlist("Set-Cookie")}
    assert "HttpOnly" in cookies[COOKIE]
    assert "SameSite=Lax" in cookies[COOKIE]
    assert "Max-Age" not in cookies[COOKIE]


def test_every_sign_in_gets_a_new_session_and_a_planted_one_is_not_adopted(app: Flask, user: str) -> None:
    client = app.test_client()
    client.set_cookie(COOKIE, "planted")
    sign_in(client, user, PASSWORD)
    first = client.get_cookie(COOKIE)
    client.post("/logout")
    sign_in(client, user, PASSWORD)
    second = client.get_cookie(COOKIE)
    assert first is not None and second is not None
    assert len({"planted", first.value, second.value}) == 3


def test_the_form_secret_changes_at_sign_in(app: Flask, user: str) -> None:
    client = app.test_client()
    client.get("/login")
    with client.session_transaction() as before:
        secret = before["csrf_token"]
    sign_in(client, user, PASSWORD)
    with client.session_transaction() as after:
        assert after.get("csrf_token") != secret


def test_a_copied_cookie_is_dead_after_sign_out(app: Flask, user: str) -> None:
    client, thief = app.test_client(), app.test_client()
    sign_in(client, user, PASSWORD)
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    thief.set_cookie(COOKIE, cookie.value)
    assert is_signed_in(thief)
    client.post("/logout")
    assert not is_signed_in(thief)


@pytest.mark.parametrize("act", ["disable", "role", "area", "password", "reset"])
def test_a_session_dies_at_once_when_the_account_changes(
    act: str, app: Flask, database: Database, county: County, user: str
) -> None:
    client = app.test_client()
    sign_in(client, user, PASSWORD)
    admin, passwords = county.actor("admin"), app.extensions["anhu.passwords"]
    with database.transaction() as session:
        found = queries.get_user_named(session, admin, user)
        match act:
            case "disable":
                service.disable_user(session, admin, found, NOW)
            case "role":
                service.change_role(session, admin, found, Role.HEALTH_LEAD, NOW)
            case "area":
                service.change_area(session, admin, found, VILLAGE, None, NOW)
            case "password":
                service.set_password(session, passwords, admin, found, "another quiet heron", NOW)
            case "reset":
                service.reset_password(session, passwords, admin, found, NOW)
    assert not is_signed_in(client)


def test_a_password_reset_while_the_old_one_is_checked_leaves_no_way_in(
    app: Flask, database: Database, county: County, user: str
) -> None:
    admin, passwords = county.actor("admin"), app.extensions["anhu.passwords"]
    with database.transaction() as session:
        attempt = sign_in_service.charge_attempt(session, passwords, user, None, None, NOW)
    with database.transaction() as session:
        service.reset_password(session, passwords, admin, queries.get_user_named(session, admin, user), NOW)
    with database.transaction() as session:
        _user, token = sign_in_service.complete_sign_in(session, attempt, NOW)
    with database.reading() as session:
        assert find_signed_in(session, token, NOW) is None


def test_edge_41_a_session_ends_when_it_idles_and_when_it_is_old(
    database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    for column, back in (("seen_at", timedelta(minutes=16)), ("expires_at", timedelta(hours=13))):
        client = client_as("clerk")
        assert is_signed_in(client)
        with database.transaction() as session:
            for kept in session.scalars(select(UserSession)):
                setattr(kept, column, getattr(kept, column) - back)
        assert not is_signed_in(client)


def test_after_five_failures_even_the_right_password_waits(app: Flask, user: str) -> None:
    client = app.test_client()
    for _ in range(5):
        sign_in(client, user, "wrong password")
    refused = sign_in(client, user, PASSWORD)
    unknown = sign_in(app.test_client(), "nobody", PASSWORD)
    assert refused.status_code == unknown.status_code == 401
    assert "用户名或密码不正确" in refused.text
    assert not is_signed_in(client)


def test_waiting_ends_by_itself(app: Flask, database: Database, user: str) -> None:
    client = app.test_client()
    for _ in range(5):
        sign_in(client, user, "wrong password")
    with database.transaction() as session:
        for failure in session.scalars(select(SignInFailure)):
            failure.at -= timedelta(minutes=16)
    assert sign_in(client, user, PASSWORD).status_code == 302


def test_strangers_cannot_lock_a_user_out_of_their_own_browser(app: Flask, user: str) -> None:
    own, stranger = app.test_client(), app.test_client()
    sign_in(own, user, PASSWORD)
    own.post("/logout")
    for _ in range(8):
        sign_in(stranger, user, "wrong password")
    assert sign_in(own, user, PASSWORD).status_code == 302


def test_a_device_known_to_one_user_gives_no_more_tries_at_another(app: Flask, county: County, user: str) -> None:
    client = app.test_client()
    for _ in range(7):
        sign_in(client, user, PASSWORD)
        client.post("/logout")
        sign_in(client, "clerk", "wrong password")
    with app.extensions["anhu.db"].reading() as session:
        counted = session.scalar(select(func.count()).where(SignInFailure.is_counted))
    assert counted == 5


def test_an_address_that_keeps_failing_is_not_heard_for_a_while(app: Flask, county: County) -> None:
    client = app.test_client()
    for number in range(50):
        sign_in(client, f"guess{number}", "wrong password")
    forged = client.post(
        "/login", data={"name": "guess", "password": "wrong"}, headers={"X-Forwarded-For": "203.0.113.7"}
    )
    assert forged.status_code == 429


def test_behind_an_undeclared_proxy_nobody_is_locked_out_with_everybody(
    settings: Settings, database: Database, user: str
) -> None:
    production = replace(
        settings, environment=Environment.PRODUCTION, public_url="https://anhu.example", today=None, key_file=None
    )
    app = create_app(production)
    app.config["WTF_CSRF_ENABLED"] = False
    client, form = app.test_client(), {"name": user, "password": PASSWORD}
    for number in range(51):
        client.post("/login", data={"name": f"guess{number}", "password": "x"}, base_url="https://anhu.example")
    assert client.post("/login", data=form, base_url="https://anhu.example").status_code == 302
    app.extensions["anhu.db"].engine.dispose()


def test_unknown_wrong_waiting_and_disabled_look_alike(
    app: Flask, database: Database, county: County, user: str
) -> None:
    with database.transaction() as session:
        admin = county.actor("admin")
        service.disable_user(session, admin, queries.get_user_named(session, admin, user), NOW)
    names = [user, "nobody", "clerk", *["finance"] * 6]
    answers = [(name, sign_in(app.test_client(), name, PASSWORD)) for name in names]
    volatile = re.compile(r'"[\w.-]{60,}"')  # form tokens
    assert {answer.status_code for _, answer in answers} == {401}
    assert len({volatile.sub("", answer.text.replace(name, "")) for name, answer in answers}) == 1


def test_each_refused_sign_in_is_noted_once(app: Flask, database: Database, user: str) -> None:
    sign_in(app.test_client(), user, "wrong password")
    sign_in(app.test_client(), "nobody", "wrong password")
    with database.reading() as session:
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("accounts.sign%"))).all()
    assert actions == ["accounts.sign_in_refused"] * 2


def test_a_wrong_name_is_not_written_down_anywhere(app: Flask, database: Database, county: County) -> None:
    sign_in(app.test_client(), "my-password-by-mistake", "x")
    with database.reading() as session:
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert "my-password" not in str(vars(event))


@pytest.mark.parametrize(
    ("asked", "went"),
    [
        ("/account/password?x=1", "/account/password?x=1"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_sign_in_leads_only_to_pages_of_this_site(app: Flask, user: str, asked: str, went: str) -> None:
    response = sign_in(app.test_client(), user, PASSWORD, next=asked)
    if response.status_code == 302:
        assert response.location == went
    else:
        assert response.status_code == 400  # a control character never gets in


def test_a_page_asked_for_before_signing_in_opens_after_it(app: Flask, user: str) -> None:
    client = app.test_client()
    asked = client.get("/account/password")
    assert asked.location == "/login?next=/account/password"
    page = client.get(asked.location).text
    assert 'value="/account/password"' in page


def test_a_one_time_password_opens_nothing_but_its_own_change(
    app: Flask, database: Database, county: County, user: str
) -> None:
    with database.transaction() as session:
        admin = county.actor("admin")
        found = queries.get_user_named(session, admin, user)
        password = service.reset_password(session, app.extensions["anhu.passwords"], admin, found, NOW)
    client = app.test_client()
    sign_in(client, user, password)
    assert client.get("/").location == "/account/password"
    changed = client.post(
        "/account/password",
        data={"password": password, "new_password": "my very own words", "again": "my very own words"},
    )
    assert changed.location == "/"
    assert client.get("/").location != "/account/password"


def test_changing_the_password_needs_the_present_one(app: Flask, user: str) -> None:
    client = app.test_client()
    sign_in(client, user, PASSWORD)
    form = {"new_password": "my very own words", "again": "my very own words"}
    refused = client.post("/account/password", data={"password": "not it at all", **form})
    assert refused.status_code == 400
    assert client.post("/account/password", data={"password": PASSWORD, **form}).status_code == 302
    assert sign_in(app.test_client(), user, PASSWORD).status_code == 401


def test_the_language_is_kept_with_the_user_and_before_sign_in_with_the_browser(
    app: Flask, database: Database, user: str
) -> None:
    client = app.test_client()
    client.post("/language", data={"language": "en", "next": "/login"})
    assert "Sign in" in client.get("/login").text
    sign_in(client, user, PASSWORD)
    client.post("/language", data={"language": "en"})
    with database.reading() as session:
        assert session.scalars(select(User.language).where(User.name == user)).one() == "en"


def test_an_administrator_makes_accounts_only_in_its_own_area(
    app: Flask, database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    form = {"name": "new.user", "display_name": "新人", "role": "town", "area_code": TOWN, "agency_id": ""}
    admin = client_as("admin")
    assert admin.post("/admin/users/new", data=form | {"area_code": "349900000000"}).status_code == 400
    made = admin.post("/admin/users/new", data=form)
    assert made.status_code == 200
    assert admin.post("/admin/users/new", data=form).status_code == 400
    with database.reading() as session:
        assert queries.get_user_named(session, county.actor("admin"), "new.user").must_change_password


def test_a_town_helps_its_villages_accounts_and_no_others(
    database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    with database.reading() as session:
        ids = dict(session.execute(select(User.name, User.public_id)).tuples().all())
    town = client_as("town")
    assert town.post(f"/admin/users/{ids['village_doctor']}/reset").status_code == 200
    for foreign in (ids["doctor"], ids["other_doctor"], ids["town"], ids["admin"], "nothing"):
        assert town.post(f"/admin/users/{foreign}/disable").status_code == 404
    assert town.get("/admin/users/new").status_code == 403


def test_nobody_changes_their_own_account_s_powers(
    database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    with database.reading() as session:
        own = session.scalars(select(User.public_id).where(User.name == "admin")).one()
    assert client_as("admin").post(f"/admin/users/{own}/disable").status_code == 403


def test_one_person_never_holds_two_of_administrator_auditor_and_reviewer(
    app: Flask, database: Database, county: County
) -> None:
    from app.core.errors import Conflict
    from app.people.models import Person

    passwords, admin = app.extensions["anhu.passwords"], county.actor("admin")
    with database.transaction() as session:
        person = Person(name="王一", name_sort="wang yi", created_at=NOW)
        session.add(person)
        session.flush()
        made = NewUser("w1", "王一", Role.REVIEWER, COUNTY, PASSWORD, person_id=person.id)
        service.create_user(session, passwords, admin, made, NOW)
        with pytest.raises(Conflict):
            service.create_user(
                session,
                passwords,
                admin,
                NewUser("w2", "王一", Role.AUDITOR, COUNTY, PASSWORD, person_id=person.id),
                NOW,
            )


def test_parallel_guesses_on_many_workers_get_five_answers_and_no_more(
    settings: Settings, database: Database, user: str
) -> None:
    workers = [create_app(settings) for _ in range(4)]
    for worker in workers:
        worker.config["WTF_CSRF_ENABLED"] = False

    def guess(number: int) -> int:
        return sign_in(workers[number % 4].test_client(), user, f"guess {number}").status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(guess, range(24))) == {401}
    with database.reading() as session:
        counted = session.scalar(select(func.count()).where(SignInFailure.is_counted))
    assert counted == 5
    for worker in workers:
        worker.extensions["anhu.db"].engine.dispose()


def test_accounts_are_made_listed_and_disabled_by_command(app: Flask, county: County) -> None:
    run = app.test_cli_runner().invoke
    create = [
        "user",
        "create",
        "new.clerk",
        "--role",
        "clerk",
        "--area",
        COUNTY,
        "--agency",
        "安和县民政局",
        "--password-stdin",
    ]
    made = run(args=[*create, "--json"], input=f"{PASSWORD}\n")
    assert made.exit_code == 0, made.output
    assert sign_in(app.test_client(), "new.clerk", PASSWORD).status_code == 302
    assert "new.clerk\tclerk\t349921000000\t安和县民政局\tenabled" in run(args=["user", "list"]).output
    assert run(args=["user", "disable", "new.clerk", "--as", "admin"]).exit_code == 0
    assert sign_in(app.test_client(), "new.clerk", PASSWORD).status_code == 401
    again = run(args=create, input=f"{PASSWORD}\n")
    assert (again.exit_code, again.stderr.strip()) == (1, "这个用户名已有人使用，请换一个")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--area": "990000000000"}, "没有这个区划代码"),
        ({"--as": "nobody"}, "没有用户 nobody"),
        ({"--as": "clerk"}, "没有此项权限"),
        ({"--id-number": "110105194912310021"}, "校验码不符"),
    ],
)
def test_a_command_refuses_in_one_sentence(app: Flask, county: County, change: dict[str, str], said: str) -> None:
    options = {"--role": "town", "--area": COUNTY} | change
    args = [part for pair in options.items() for part in pair]
    refused = app.test_cli_runner().invoke(args=["user", "create", "x.y", *args, "--password-stdin"], input=PASSWORD)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert "Traceback" not in refused.output


def test_a_user_tied_to_a_person_is_one_hand_with_every_account_of_that_person(
    app: Flask, database: Database, county: County
) -> None:
    for name, role in (("one", "clerk"), ("two", "reviewer")):
        args = [
            "user",
            "create",
            name,
            "--role",
            role,
            "--area",
            COUNTY,
            "--id-number",
            "11010519491231002X",
            "--password-stdin",
        ]
        assert app.test_cli_runner().invoke(args=args, input=PASSWORD).exit_code == 0
    with database.reading() as session:
        hands = {queries.get_actor(session, name).hand for name in ("one", "two")}
    assert len(hands) == 1
