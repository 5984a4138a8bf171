"""After a visit the doctor is led to somebody who is waiting, and to nobody who has time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

from flask import Flask
from flask.testing import FlaskClient

from app.core.db import Database
from app.patients.models import Patient
from app.people.vault import Vault
from app.tasks.service import open_follow_up
from app.visits.service import record_visit
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patient
from tests.rig.county import County
from tests.rig.visits import command, register, stable

ClientAs = Callable[[str], FlaskClient]


def saved_page(app: Flask, database: Database, county: County, client_as: ClientAs) -> str:
    """The page after a visit that was saved today."""
    with database.transaction() as session:
        keyring, doctor = app.extensions["anhu.keyring"], county.actor("doctor")
        patient = register(session, keyring, doctor, TODAY, NOW)
        visit = record_visit(
            session, Vault(session, keyring), doctor, command(patient, stable(TODAY)), TODAY, NOW
        ).visit
        where = f"/patients/{patient.public_id}/visits/{visit.public_id}/saved"
    return unescape(client_as("doctor").get(where).text)


def owed(database: Database, name: str, level: int, due_on: date) -> Patient:
    with database.transaction() as session:
        patient = add_patient(session, name, risk_level=level, next_due_on=due_on)
        open_follow_up(session, patient, due_on, [], f"test:{due_on}", NOW)
    return patient


def test_the_next_is_the_first_of_those_who_are_late_and_not_the_highest_level_of_all(
    app: Flask, database: Database, county: County, client_as: ClientAs
) -> None:
    owed(database, "高级别", 5, TODAY + timedelta(days=20))
    owed(database, "本周内", 4, TODAY + timedelta(days=1))
    owed(database, "逾期者", 1, TODAY - timedelta(days=2))
    assert "下一位：逾期者" in saved_page(app, database, county, client_as)


def test_nobody_late_leads_to_this_week(app: Flask, database: Database, county: County, client_as: ClientAs) -> None:
    owed(database, "高级别", 5, TODAY + timedelta(days=20))
    owed(database, "本周内", 1, TODAY)
    assert "下一位：本周内" in saved_page(app, database, county, client_as)


def test_nobody_due_leads_back_to_the_list(app: Flask, database: Database, county: County, client_as: ClientAs) -> None:
    owed(database, "高级别", 5, TODAY + timedelta(days=20))
    html = saved_page(app, database, county, client_as)
    assert "下一位" not in html and "回到清单" in html
