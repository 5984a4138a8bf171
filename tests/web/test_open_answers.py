"""The bar of the visit form names everything that is still to be answered, not only what the class needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import Database
from app.patients.models import Patient
from app.people.vault import Vault
from app.visits.service import record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.visits import command, middling, register
from tests.web.test_visit_pages import body

ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def patient(app: Flask, database: Database, county: County) -> Patient:
    """Basically stable on 10 November."""
    with database.transaction() as session:
        keyring, doctor = app.extensions["anhu.keyring"], county.actor("doctor")
        patient = register(session, keyring, doctor, TODAY, NOW)
        form = command(patient, middling(date(2026, 11, 10)))
        record_visit(session, Vault(session, keyring), doctor, form, TODAY, NOW)
    return patient


def bar(client: FlaskClient, patient: Patient, **left_out: None) -> str:
    sent = {name: value for name, value in body(middling(TODAY)).items() if name not in left_out}
    html = client.post(f"/patients/{patient.public_id}/visits/preview", data=sent).text
    return unescape(html.split('id="result-full"', 1)[0])


def test_a_missing_examination_is_named_beside_a_missing_trend(client_as: ClientAs, patient: Patient) -> None:
    said = bar(client_as("doctor"), patient, lab_test=None)
    assert "请选择干预后趋势" in said
    assert "还没有填：</b>实验室检查、干预后趋势" in said


def test_what_is_answered_is_not_named(client_as: ClientAs, patient: Patient) -> None:
    said = bar(client_as("doctor"), patient)
    assert "实验室检查" not in said and "还没有填：</b>干预后趋势" in said


def test_a_form_that_cannot_be_classed_yet_says_first_what_the_class_needs(
    client_as: ClientAs, patient: Patient
) -> None:
    said = bar(client_as("doctor"), patient, lab_test=None, insight=None)
    assert "算出分类还需要" in said and "还没有填" not in said
