"""Each value of a discharge record is marked, along every way that a hand-over goes: where it stands is what the table says, no more, no less.

The table (tests/data/discharge_marks.csv) was written from domain 6 and roles.md; a surface that it does not name holds nothing.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from app.accounts.models import User
from app.api.commands import MakeKey
from app.api.service import make_key
from app.core import logs
from app.core.access import FIELDS as GRANTS
from app.core.access import Field, Grant
from app.core.db import Base, Database
from app.discharges.rules.states import FormKind
from app.messages.gateways import Gateways, Parcel
from app.messages.rules.outcomes import Answer, Outcome
from tests.rig.clock import NOW, TODAY, StoppedClock
from tests.rig.county import County
from tests.rig.crawl import routes
from tests.rig.marked import Planted, name_forms, plant, said_of
from tests.rig.marks import FIELDS, STORIES, found_in, values_of
from tests.rig.papers import words_on
from tests.rig.register import keyring
from tests.rig.telling import COLLEAGUE, Post
from tests.web.test_api import LOOPS, said
from tests.web.test_canary import links_of, text_of

TABLE = Path(__file__).resolve().parents[1] / "data" / "discharge_marks.csv"
Where = tuple[str, str, str]  # surface, reader, record
Seen = defaultdict[Where, set[str]]
# what the register shows in its own rooms, by the field table; tests/web/test_canary.py looks for what is missing there
REGISTER: dict[str, tuple[Field, set[Grant]]] = {
    "name": (Field.PATIENT_NAME, {Grant.FULL}),
    "born": (Field.PATIENT_BIRTH_DATE, {Grant.FULL}),
    "id-masked": (Field.PATIENT_ID_NUMBER, {Grant.MASKED}),
    "id-last-four": (Field.PATIENT_ID_NUMBER, {Grant.MASKED, Grant.LAST_FOUR}),
    "new-door": (Field.ADDRESS, {Grant.FULL}),
    "guardian": (Field.GUARDIAN_NAME, {Grant.FULL}),
    "guardian-phone": (Field.GUARDIAN_PHONE, {Grant.FULL}),
    "guardian-phone-masked": (Field.GUARDIAN_PHONE, {Grant.FULL, Grant.MASKED}),
}
# who speaks for the person: the register's guardian; where there is none, whom the hospital wrote down; nobody
FIRST_ONE = dict.fromkeys(STORIES, "guardian") | {"stranger": "contact", "alone": ""}
INSIDE = ("discharges.", "api ", "text message", "alert", "stored:")
# whose rooms outside the hand-over are those of a colleague who is asked
SAME_PAGES = {"other_doctor", "other_town", "other_worker", "other_police", "next_doctor", "next_hospital"}
# a refusal says nothing about anybody, however often it is asked for
ENOUGH_REFUSALS = 2


@dataclass
class Table:
    """What is owed where; the rooms that show the register; every surface that is named."""

    owed: Seen = field(default_factory=lambda: defaultdict(set))
    rooms: set[str] = field(default_factory=set)
    surfaces: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, *, is_far: bool) -> Table:
        """`is_far`: also of the rooms outside the hand-over."""
        table, sets = cls(), dict[str, list[str]]()
        with TABLE.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                fields = [name for one in row["fields"].split() for name in sets.get(one, [one])]
                if row["surface"].startswith("="):
                    sets[row["surface"]] = fields
                elif is_far or row["surface"].startswith(INSIDE):
                    table._add(row["surface"], row["readers"].split(), row["records"].split(), fields)
        return table

    def _add(self, surface: str, readers: list[str], records: list[str], fields: list[str]) -> None:
        if surface.endswith(".*"):
            self.rooms.add(surface[:-2])
        self.surfaces.add(surface)
        for reader in readers:
            for record in records:
                self.owed[surface, reader, record] |= {name for one in fields if (name := _as_it_is(record, one))}

    def differences(self, seen: Seen, county: County) -> list[str]:
        found = []
        for where in sorted(seen.keys() | self.owed.keys()):
            surface, reader, record = where
            if surface not in self.surfaces and surface.partition(".")[0] in self.rooms:
                too_much = {name for name in seen[where] if not _is_granted(county, reader, name)}
            else:
                too_much = seen[where] - self.owed[where]
            found += [f"{reader} reads {name} of {record} at {surface}" for name in sorted(too_much)]
            missing = sorted(self.owed[where] - seen[where])
            found += [f"{reader} misses {name} of {record} at {surface}" for name in missing]
        return found


def _as_it_is(record: str, name: str) -> str | None:
    """The field that answers in a record of this kind; None where it has nothing to say."""
    who = FIRST_ONE[record]
    if name.startswith("first-one"):
        is_word = name == "first-one-relation" and who == "guardian"  # the register's relation is everybody's word
        return name.replace("first-one", who) if who and not is_word else None
    if (name.startswith("contact") and not who) or (
        name.startswith("guardian") and name in REGISTER and who != "guardian"
    ):
        return None
    return "new-door" if name == "address" and record == "moved" else name


def _is_granted(county: County, reader: str, name: str) -> bool:
    which, grants = REGISTER.get(name, (None, set()))
    return which is not None and GRANTS[which][county.actor(reader).role] in grants


@dataclass
class Look:
    """Somebody who opens what a page offers, and every address of the hand-over that could be guessed."""

    app: Flask
    planted: Planted
    reader: str
    client: FlaskClient
    seen: Seen
    asked: set[str] = field(default_factory=set)
    times: Counter[str] = field(default_factory=Counter)

    def walk(self, waiting: list[str], *, is_far: bool = True) -> None:
        """`is_far`: also one page of each kind outside the hand-over."""
        while waiting:
            where = waiting.pop(0)
            endpoint, subject = self._match(where)
            is_own = endpoint.startswith("discharges.")
            if where in self.asked or not endpoint or not (is_own or (is_far and not self.times[endpoint])):
                continue
            if self.times[f"{endpoint} refused"] < ENOUGH_REFUSALS:
                self.asked.add(where)
                self.times[endpoint] += 1
                waiting += self.note(endpoint, subject, where, self.client.get(where))

    def note(self, endpoint: str, subject: str, where: str, answer: TestResponse) -> list[str]:
        """What stands on a page, in its address and its headers; the addresses that it offers."""
        assert answer.status_code < 500, (self.reader, where)
        self.times[f"{endpoint} refused"] += answer.status_code == 403
        record, kind = self.planted.forms.get(subject, ("", None))
        record = record or next((one for one, loop in self.planted.records.items() if loop == subject), "")
        text = words_on(answer.data) if answer.mimetype == "application/pdf" else text_of(answer)
        is_paper = endpoint.startswith("discharges.") and record != "planned"  # a plan's page offers every choice
        for whose, name in found_in(text, record if is_paper else ""):
            self.seen[f"{endpoint}/{kind}" if kind else endpoint, self.reader, whose].add(name)
        offered = [f"{where}/paper"] if endpoint == "discharges.show_form" and answer.status_code == 200 else []
        title = text.partition("<title>")[2].partition("</title>")[0]
        assert not found_in(f"{where} {answer.headers} {title}"), (self.reader, where)
        if answer.status_code in (301, 302):
            return [answer.headers["Location"]]
        return [*offered, *links_of(where, text)] if answer.mimetype == "text/html" else []

    def post(self, where: str, **form: str) -> None:
        """What a form answers: its page, or the one that it leads to."""
        answer = self.client.post(where, data=form)
        offered = self.note(*self._match(where, "POST"), where, answer)
        for one in offered if answer.status_code == 302 else ():
            self.note(*self._match(one), one, self.client.get(one))

    def _match(self, where: str, method: str = "GET") -> tuple[str, str]:
        try:
            endpoint, given = self.app.url_map.bind("localhost").match(where.partition("?")[0], method)
        except HTTPException:  # the address of a form, which is posted to
            return "", ""
        return str(endpoint), str(given.get("public_id", ""))


def addresses(planted: Planted) -> Iterator[str]:
    """Of every record and form, whether or not a page leads there."""
    for form, (_record, kind) in planted.forms.items():
        yield f"/discharges/forms/{form}"
        if kind is FormKind.GUARDIAN:
            yield f"/discharges/notices/{form}/paper"
    for loop in planted.records.values():
        yield from (f"/discharges/loops/{loop}", f"/discharges/loops/{loop}/receipts", f"/discharges/records/{loop}")
        yield from (f"/discharges/records/{loop}/notice", f"/discharges/records/new?again={loop}")


@dataclass
class Door:
    """A gateway that keeps what it was given to carry away."""

    name: str
    carried: list[Parcel] = field(default_factory=list)
    needs_template: bool = False

    def send(self, parcel: Parcel) -> Answer:
        self.carried.append(parcel)
        return Answer(Outcome.ACCEPTED, parcel.tag, "sent")


def sent_out(database: Database, seen: Seen) -> None:
    """Everything that was owed leaves: to families by text, to staff by alert."""
    family, staff = Door("twilio"), Door("wecom")
    Post(database, keyring(), Gateways(family, staff)).work()
    assert staff.carried
    for surface, door in (("text message", family), ("alert", staff)):
        for parcel in door.carried:
            for part in ("to", "text", "values", "report_to", "template_id"):
                for record, name in found_in(str(getattr(parcel, part))):
                    seen[f"{surface}: {part}", "provider", record].add(name)


def stored(database: Database, seen: Seen) -> None:
    """Every column of every table, as whoever has a copy of the database reads it without keys."""
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for column, value in row.items():
                    for record, name in found_in(str(value)) if not isinstance(value, (bytes, int)) else ():
                        seen[f"stored: {table.name}.{column}", "database", record].add(name)


def submitted_by_system(app: Flask, database: Database, county: County, seen: Seen) -> None:
    """The stranger's record: refused first for one field, then taken, then asked for."""
    with database.transaction() as session:
        user = session.get_one(User, county.users["hospital"])
        _key, clear = make_key(session, county.actor("admin"), MakeKey(user.public_id, "住院系统", 90), TODAY, NOW)
    client, key = app.test_client(), {"Authorization": f"Bearer {clear}"}
    record: dict[str, Any] = said(**said_of("stranger"))
    wrong = client.post(LOOPS, json=record | {"risk_level": 9}, headers=key)
    sent = client.post(LOOPS, json=record, headers=key)
    state = client.get(f"{LOOPS}/{record['hospital_number']}", headers=key)
    assert [one.status_code for one in (wrong, sent, state)] == [422, 201, 200]
    for answer in (wrong, sent, state):
        for whose, name in found_in(f"{answer.text} {answer.headers}"):
            seen["api answers", "system", whose].add(name)


def names_all(app: Flask, table: Table) -> None:
    """Every page of the hand-over, every form with its print, every field of a record stands in the table, be it with nothing."""
    pages = {one.endpoint for one in routes(app) if one.method == "GET" and one.endpoint.startswith("discharges.")}
    named = {one.partition("/")[0] for one in table.surfaces if one.startswith("discharges.")}
    assert pages <= named, pages - named
    forms = {f"discharges.{what}_form/{kind}" for what in ("show", "print") for kind in FormKind}
    assert forms <= table.surfaces, forms - table.surfaces
    assert {name for fields in table.owed.values() for name in fields} == FIELDS


@pytest.mark.walk
def test_marked_values_of_a_record_stand_exactly_where_the_table_has_them(
    app: Flask, database: Database, county: County
) -> None:
    app.extensions["anhu.clock"] = StoppedClock(TODAY)
    is_far = database.engine.dialect.name == "sqlite"  # what a page outside holds does not depend on the database
    logged, seen, table = StringIO(), Seen(set), Table.read(is_far=is_far)
    names_all(app, table)
    logs.configure("DEBUG", logged)
    with database.transaction() as session:
        planted = plant(session, county)
    submitted_by_system(app, database, county, seen)
    with database.reading() as session:
        name_forms(session, planted)
    for reader in county.users.keys() - {COLLEAGUE}:
        client = app.test_client()
        client.set_cookie("anhu_session", county.token_for(app, reader))
        look = Look(app, planted, reader, client, seen)
        look.walk(["/", "/discharges/"], is_far=is_far and reader not in SAME_PAGES)
        look.walk(list(addresses(planted)), is_far=False)
        look.post("/search", to="/patients/", q=values_of("waiting")["name"])
        look.post("/discharges/records/earlier", person_number=values_of("waiting")["id"])
    sent_out(database, seen)
    stored(database, seen)
    differences = table.differences(seen, county)
    assert not differences, "\n".join(differences)
    assert logged.getvalue() and not found_in(logged.getvalue())
