"""Looking behind a mask: with a reason, one field of one person, twenty a day, noted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.core.access import FIELDS, Field, Grant
from app.core.db import Database
from app.people.rules import REVEALS_A_DAY
from tests.rig.county import County
from tests.rig.crawl import ROLES
from tests.rig.scene import FAR, NEAR, Scene

REASON = "people.reveal.verify"


def noted(database: Database) -> list[AuditEvent]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == "people.revealed")))


def test_a_masked_field_is_shown_with_a_reason_and_noted(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    where = f"/people/{scene.near.person}/reveal/patient_id_number"
    page = client_as("doctor").post(where, data={"reason": REASON, "case": "字〔2026〕12号"})
    assert NEAR.patient_id in page.text
    assert 'http-equiv="refresh" content="30;' in page.text
    (event,) = noted(database)
    assert event.subject_id == scene.near.person
    assert (event.detail["field"], event.detail["reason"]) == ("patient_id_number", REASON)
    assert NEAR.patient_id not in str(event.detail) + where


def test_with_htmx_the_value_stands_in_its_place_and_goes_after_thirty_seconds(
    scene: Scene, client_as: Callable[[str], FlaskClient]
) -> None:
    doctor = client_as("doctor")
    where = f"/people/{scene.near.person}/reveal/patient_id_number"
    fragment = doctor.post(where, data={"reason": REASON}, headers={"HX-Request": "true"}).text
    assert NEAR.patient_id in fragment
    assert "<html" not in fragment
    assert 'hx-trigger="load delay:30s"' in fragment
    assert NEAR.patient_id not in doctor.get("/people/hidden").text


@pytest.mark.parametrize("form", [{}, {"reason": ""}, {"reason": "because"}, {"reason": REASON, "case": "13907316408"}])
def test_without_a_reason_from_the_list_nothing_is_shown(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient], form: dict[str, str]
) -> None:
    page = client_as("doctor").post(f"/people/{scene.near.person}/reveal/patient_id_number", data=form)
    assert page.status_code == 400
    assert NEAR.patient_id not in page.text
    assert not noted(database)


def test_only_what_the_table_masks_for_the_role_can_be_revealed(
    scene: Scene, client_as: Callable[[str], FlaskClient]
) -> None:
    for role in ROLES:
        client = client_as(role.value)
        for field in Field:
            person = scene.near.guardian_person if field.value.startswith(("guardian", "payee")) else scene.near.person
            status = client.post(f"/people/{person}/reveal/{field.value}", data={"reason": REASON}).status_code
            if FIELDS[field][role] is Grant.MASKED:
                assert status in {200, 404}, (
                    role,
                    field,
                )  # 404: a mask over something that is not one value of a person
            else:
                assert status == 403, (role, field)


def test_a_stranger_and_nobody_are_answered_alike(scene: Scene, client_as: Callable[[str], FlaskClient]) -> None:
    office = client_as("county_office")
    foreign, missing = (
        office.post(f"/people/{who}/reveal/patient_phone", data={"reason": REASON})
        for who in (scene.far.person, "AAAAAAAAAAAAAAAAAAAAAA")
    )
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert FAR.patient_phone not in foreign.text


def test_a_guardian_is_no_patient_and_a_patient_no_guardian(
    scene: Scene, client_as: Callable[[str], FlaskClient]
) -> None:
    office = client_as("county_office")
    for person, field in ((scene.near.guardian_person, "patient_phone"), (scene.near.person, "guardian_phone")):
        assert office.post(f"/people/{person}/reveal/{field}", data={"reason": REASON}).status_code == 404


def test_after_twenty_a_day_the_supervisor_is_asked_for(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    doctor = client_as("doctor")
    where = f"/people/{scene.near.person}/reveal/patient_id_number"
    for _ in range(REVEALS_A_DAY):
        assert doctor.post(where, data={"reason": REASON}).status_code == 200
    refused = doctor.post(where, data={"reason": REASON})
    assert refused.status_code == 409
    assert "负责人" in refused.text
    assert NEAR.patient_id not in refused.text
    assert len(noted(database)) == REVEALS_A_DAY


def test_many_browsers_at_once_get_not_one_more(
    app: Flask, county: County, scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    where = f"/people/{scene.near.person}/reveal/patient_id_number"
    browsers = [client_as("doctor") for _ in range(8)]

    def ask(browser: FlaskClient) -> list[int]:
        return [browser.post(where, data={"reason": REASON}).status_code for _ in range(4)]

    with ThreadPoolExecutor(8) as pool:
        answers = [status for answered in pool.map(ask, browsers) for status in answered]
    assert answers.count(200) == REVEALS_A_DAY
    assert set(answers) == {200, 409}
    with database.reading() as session:
        shown = session.scalar(select(func.count()).where(AuditEvent.action == "people.revealed"))
    assert shown == REVEALS_A_DAY
