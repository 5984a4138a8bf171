"""Marked values are planted about one family; every role takes every page it can reach. What it saw must be what the table grants."""

from __future__ import annotations

import fcntl
import inspect
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import update
from werkzeug.test import TestResponse

from app import create_app
from app.accounts.models import User
from app.core.access import FIELDS, Field, Grant
from app.core.actor import Role
from config import Settings
from tests.conftest import NOW, TODAY
from tests.rig.county import County, build_county
from tests.rig.crawl import ROLES, address, published, routes
from tests.rig.scene import FAR, NEAR, Marked, Scene, build_scene

pytestmark = pytest.mark.walk

MOST_PAGES = 400
LINK = re.compile(r'(?:href|action|hx-get|src)="([^"#]+)"')

# Granted, and no page of this issue shows it: the pages of later issues take these lines away.
NOT_SHOWN_YET: dict[Field, frozenset[Role]] = {}


@dataclass(frozen=True)
class House:
    """An application of its own for the whole file, because the walk is long: what a page holds does not depend on the database."""

    app: Flask
    county: County
    scene: Scene
    folder: Path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("canary")
    shutil.copy(os.environ["ANHU_TEST_SQLITE"], folder / "anhu.db")
    environ = {
        "ANHU_ENV": "test",
        "ANHU_INSTANCE": str(folder),
        "ANHU_TODAY": TODAY.isoformat(),
        "ANHU_LOG_LEVEL": "ERROR",
    }
    app = create_app(Settings.from_environ(environ))
    with app.app_context(), app.extensions["anhu.db"].transaction() as session:
        county = build_county(session, NOW)
    with app.app_context():
        scene = build_scene(app, county)
    yield House(app, county, scene, folder)
    app.extensions["anhu.db"].engine.dispose()


def whole(marks: Marked) -> dict[Field, tuple[str, ...]]:
    """What shows that a field was seen in full; several spellings of one value."""
    born = marks.birth_date
    return {
        Field.PATIENT_NAME: (marks.patient_name,),
        Field.PATIENT_ID_NUMBER: (marks.patient_id,),
        Field.PATIENT_BIRTH_DATE: (born.isoformat(), f"{born.year}年{born.month}月{born.day}日", f"{born:%Y%m%d}"),
        Field.CLINICAL: (marks.hospital, marks.medicine),
        Field.ADDRESS: (marks.address,),
        Field.PATIENT_PHONE: (marks.patient_phone,),
        Field.GUARDIAN_NAME: (marks.guardian_name,),
        Field.GUARDIAN_PHONE: (marks.guardian_phone,),
        Field.GUARDIAN_ID_NUMBER: (marks.guardian_id,),
        Field.PAYEE_ACCOUNT: (marks.account,),
        Field.CARE_SPANS: (marks.ward,),
        Field.FREE_TEXT: (marks.notes, marks.visit_notes),
    }


def tails(marks: Marked) -> dict[Field, str]:
    """The last four of a number, shown to those who may see that much."""
    return {
        Field.PATIENT_ID_NUMBER: marks.patient_id[-4:],
        Field.GUARDIAN_ID_NUMBER: marks.guardian_id[-4:],
        Field.PAYEE_ACCOUNT: marks.account[-4:],
    }


@dataclass(frozen=True)
class Crawl:
    """One role's walk: every address that a page offers, and every route's own address, in every form that it comes in."""

    seen: dict[str, str]

    @classmethod
    def walk(cls, house: House, role: Role) -> Crawl:
        client, seen = house.app.test_client(), {}
        client.set_cookie("anhu_session", house.county.token_for(house.app, role.value))
        pages = (route for route in routes(house.app) if route.method == "GET")
        waiting = ["/", *(address(house.app, route, house.scene.near, role.value) for route in pages)]
        while waiting and len(seen) < MOST_PAGES:
            where = waiting.pop(0)
            if where not in seen:
                response = client.get(where)
                seen[where] = text_of(response)
                if response.mimetype == "text/html":
                    waiting += links_of(where, response.text)
        return cls(seen)

    def pages_with(self, *values: str) -> list[str]:
        return [where for where, page in self.seen.items() if any(value in page or value in where for value in values)]


def text_of(response: TestResponse) -> str:
    """Everything a reader gets: body in words, headers, file names."""
    headers = str(response.headers)
    if response.mimetype == "application/pdf" and response.data.startswith(b"%PDF") and len(response.data) > 100:
        return headers + "\n".join(page.extract_text() for page in PdfReader(BytesIO(response.data)).pages)
    if response.mimetype.endswith("spreadsheetml.sheet"):
        book = openpyxl.load_workbook(BytesIO(response.data))
        return headers + "\n".join(
            str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None
        )
    # a photographed paper holds no words; whoever may open it is the field table's own question
    return headers + unescape(response.data.decode("utf-8", errors="replace"))


def links_of(where: str, page: str) -> Iterator[str]:
    for found in LINK.findall(page):
        target = urlsplit(urljoin(where, unescape(found)))
        if not target.scheme and not target.netloc and not target.path.startswith(("/static/", "/logout")):
            yield target.path + (f"?{target.query}" if target.query else "")


@pytest.fixture(scope="module")
def crawls(request: pytest.FixtureRequest) -> dict[Role, Crawl]:
    """Every role's walk, made by the first process of a run that needs it and read by the others."""
    kept = Path(os.environ["ANHU_TEST_SQLITE"]).parent / "canary.json"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            house: House = request.getfixturevalue("house")
            kept.write_text(json.dumps({role.value: Crawl.walk(house, role).seen for role in ROLES}))
    return {Role(role): Crawl(seen) for role, seen in json.loads(kept.read_text()).items()}


def test_every_role_sees_exactly_the_fields_that_the_table_grants(crawls: dict[Role, Crawl]) -> None:
    wrong = []
    for field, values in whole(NEAR).items():
        for role, crawl in crawls.items():
            pages = crawl.pages_with(*values)
            grant = FIELDS[field][role]
            if pages and grant not in {Grant.FULL, Grant.TASK}:  # a task for the family is open in the scene
                wrong.append(f"{role} sees {field} ({grant}) at {pages[:3]}")
            if grant is Grant.FULL and not pages and role not in NOT_SHOWN_YET.get(field, frozenset()):
                wrong.append(f"{role} never sees {field}, which is granted")
    assert not wrong, "\n".join(wrong)


def test_the_last_four_of_a_number_are_shown_only_to_whom_the_table_grants_them(crawls: dict[Role, Crawl]) -> None:
    wrong = []
    for field, tail in tails(NEAR).items():
        shown = re.compile(rf"(?<![0-9A-Za-z_-]){tail}(?![0-9A-Za-z_-])|[*•＊…]{tail}")
        for role, crawl in crawls.items():
            pages = [where for where, page in crawl.seen.items() if shown.search(page)]
            granted = {Grant.FULL, Grant.LAST_FOUR, Grant.MASKED, Grant.TASK_LAST_FOUR}
            if pages and FIELDS[field][role] not in granted:
                wrong.append(f"{role} sees the last four of {field} at {pages[:3]}")
    assert not wrong, "\n".join(wrong)


def test_nobody_sees_anything_of_the_next_county(crawls: dict[Role, Crawl]) -> None:
    wrong = [
        f"{role} sees {field} of a stranger at {pages[:3]}"
        for field, values in whole(FAR).items()
        for role, crawl in crawls.items()
        if (pages := crawl.pages_with(*values))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_address_file_name_or_title_names_a_person(crawls: dict[Role, Crawl]) -> None:
    values = [value for spellings in whole(NEAR).values() for value in spellings]
    for role, crawl in crawls.items():
        for where, page in crawl.seen.items():
            title = "".join(re.findall(r"<title>(.*?)</title>", page, re.S))
            headers = page.split("\r\n\r\n")[0]
            assert not any(value in where or value in title or value in headers for value in values), f"{role} {where}"


def test_administrators_and_city_viewers_see_no_person(crawls: dict[Role, Crawl]) -> None:
    values = [value for spellings in whole(NEAR).values() for value in spellings]
    for role in (Role.ADMIN, Role.CITY_VIEWER, Role.POLICE, Role.HOSPITAL):
        assert not crawls[role].pages_with(*values), role


def test_an_office_sees_a_person_only_on_what_is_addressed_to_it(crawls: dict[Role, Crawl]) -> None:
    """Requests for benefits, referrals to its places, decisions and invitations of a conference: no list, no register (roles.md, T)."""
    values = [value for spellings in whole(NEAR).values() for value in spellings]
    addressed = ("/benefits/requests/", "/rehab/", "/incidents/decisions/", "/incidents/invitations/")
    seen = crawls[Role.PARTNER].pages_with(*values)
    assert seen
    assert not [where for where in seen if not where.startswith(addressed)]


def test_whom_a_clue_is_about_is_seen_by_those_who_look_at_it_and_the_police_of_the_place(
    crawls: dict[Role, Crawl],
) -> None:
    """The clue of the scene was reported by the county office, with danger; the roles that see it are those it is addressed to."""
    readers = {Role.DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE, Role.POLICE}
    for role, crawl in crawls.items():
        assert bool(crawl.pages_with(NEAR.stranger, NEAR.corner)) is (role in readers), role
        assert not crawl.pages_with(FAR.stranger, FAR.corner), role


def test_sealed_values_stand_nowhere_in_the_database(house: House) -> None:
    """ID numbers, telephones, addresses below the village, accounts and notes: not in any column, file or write-ahead log."""
    secret = [
        value
        for marks in (NEAR, FAR)
        for field in (
            Field.PATIENT_ID_NUMBER,
            Field.PATIENT_PHONE,
            Field.ADDRESS,
            Field.GUARDIAN_PHONE,
            Field.GUARDIAN_ID_NUMBER,
            Field.PAYEE_ACCOUNT,
            Field.FREE_TEXT,
        )
        for value in whole(marks)[field]
    ]
    for file in house.folder.glob("anhu.db*"):
        content = file.read_bytes()
        found = [value for value in secret if value.encode() in content]
        assert not found, f"{file.name}: {found}"


ENGLISH = re.compile(r"(?<![A-Za-z])[A-Za-z]+,?(?: [A-Za-z]+,?){2,}|[\u4e00-\u9fff], [\u4e00-\u9fff]")


def test_papers_are_in_chinese_whatever_the_language_of_whoever_prints_them(house: House) -> None:
    found, drawn = {}, 0
    with house.app.extensions["anhu.db"].transaction() as session:
        session.execute(update(User).values(language="en"))
    try:
        for route in (one for one in routes(house.app) if hasattr(house.app.view_functions[one.endpoint], "is_paper")):
            for role in published()[route.rule, route.method]:
                client = house.app.test_client()
                client.set_cookie("anhu_session", house.county.token_for(house.app, role))
                answer = client.get(address(house.app, route, house.scene.near, role))
                if answer.status_code == 200 and answer.data.startswith(b"%PDF"):
                    drawn += 1
                    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
                    found[route.rule] = ENGLISH.findall(words)
                    break
    finally:
        with house.app.extensions["anhu.db"].transaction() as session:
            session.execute(update(User).values(language="zh"))
    assert drawn > 30, "the papers of the scene"
    assert {where: words for where, words in found.items() if words} == {}


def test_every_view_that_hands_out_a_paper_says_so(house: House) -> None:
    bare = []
    for view in house.app.view_functions.values():
        source = inspect.unwrap(view)
        names = getattr(source, "__code__", None) and source.__code__.co_names
        if names and "hand_out" in names and not hasattr(view, "is_paper"):
            bare.append(source.__qualname__)
    assert bare == []
