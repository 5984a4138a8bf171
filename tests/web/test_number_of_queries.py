"""Lists ask the database as often for thirty patients as for three thousand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import Database
from tests.rig.caseload import add_crowd
from tests.rig.county import OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, County
from tests.rig.queries import counted

PAGES = [
    ("doctor", "/tasks/"),
    ("doctor", "/tasks/?tab=overdue&by=village"),
    ("county_office", "/tasks/?tab=overdue"),
    ("doctor", "/patients/"),
    ("doctor", "/patients/?q=郑"),
    ("doctor", "/patients/?q=zheng"),
    ("county_office", "/patients/?q=zw"),
    ("doctor", "/alerts"),
    ("county_office", "/alerts"),
    ("coordinator", "/alerts?colour=yellow"),
    ("coordinator", "/"),
    ("county_office", "/"),
    ("doctor", "/"),
    ("coordinator", "/late"),
    ("county_office", "/late?kind=follow_up&when=open"),
    ("doctor", "/visits/national"),
    ("county_office", "/numbers/quality/"),
    ("county_office", "/numbers/quality/no_phone"),
]


@pytest.mark.usefixtures("app")
def test_the_number_of_queries_does_not_grow_with_the_number_of_patients(
    app: Flask, database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    browsers = {role: client_as(role) for role, _address in PAGES}
    places = (VILLAGE, SECOND_VILLAGE, OTHER_VILLAGE)
    asked: list[dict[tuple[str, str], int]] = []
    for count in (30, 2970):
        with database.transaction() as session:
            add_crowd(session, count, places)
        asked.append({(role, address): _count(browsers[role], database, address) for role, address in PAGES})
    few, many = asked
    assert {page: (few[page], many[page]) for page in few if few[page] != many[page]} == {}


def _count(client: FlaskClient, database: Database, address: str) -> int:
    client.get(address)  # what is kept for a process is kept now
    with counted(database) as sent:
        assert client.get(address).status_code == 200
    return len(sent)
