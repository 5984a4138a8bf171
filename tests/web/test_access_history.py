"""Who looked at whom: opening a person's page is noted, and the auditor can read it by person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.audit.models import AuditEvent
from app.core.db import Database
from tests.rig.county import County
from tests.rig.scene import NEAR, Scene


def looks(database: Database) -> list[tuple[int | None, str]]:
    with database.reading() as session:
        found = select(AuditEvent).where(AuditEvent.action == "audit.looked").order_by(AuditEvent.id)
        return [(event.actor_user_id, event.subject_id) for event in session.scalars(found)]


def test_every_page_about_one_patient_is_a_look(
    scene: Scene, database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    pages = ("", "/guardians", "/visits", f"/visits/{scene.near.visit}")
    readers = ("doctor", "village_doctor", "health_lead", "county_office")
    for page, reader in zip(pages, readers, strict=True):
        assert client_as(reader).get(f"/patients/{scene.near.patient}{page}").status_code == 200
    assert looks(database) == [(county.users[reader], scene.near.patient) for reader in readers]


@pytest.mark.parametrize("page", ["edit", "states", "states/diagnosis"])
def test_a_page_that_changes_a_patient_is_a_look_too(
    page: str, scene: Scene, database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    assert client_as("doctor").get(f"/patients/{scene.near.patient}/{page}").status_code == 200
    assert looks(database) == [(county.users["doctor"], scene.near.patient)]


def test_tabs_and_returns_within_ten_minutes_are_one_look(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    doctor = client_as("doctor")
    for _ in range(3):
        doctor.get(f"/patients/{scene.near.patient}?tab=visits")
    assert len(looks(database)) == 1


def test_a_page_that_was_not_found_is_no_look(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    client_as("doctor").get(f"/patients/{scene.far.patient}")
    assert looks(database) == []


def test_the_auditor_reads_a_patient_s_history_by_patient_and_by_person(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    doctor, auditor = client_as("doctor"), client_as("auditor")
    doctor.get(f"/patients/{scene.near.patient}")
    doctor.post(f"/people/{scene.near.person}/reveal/patient_id_number", data={"reason": "people.reveal.verify"})
    for subject in (scene.near.patient, scene.near.person):
        history = auditor.get(f"/audit/?subject={subject}").text
        assert "查看资料" in history
        assert "查看被遮盖的内容" in history
        assert "核对证件" in history
    with database.reading() as session:
        reads = select(AuditEvent.subject_id).where(AuditEvent.action == "audit.history_read").order_by(AuditEvent.id)
        read = session.scalars(reads).all()
    assert read == [scene.near.patient, scene.near.person]


def test_the_auditor_of_one_county_reads_nothing_of_the_next(
    scene: Scene, client_as: Callable[[str], FlaskClient]
) -> None:
    page = client_as("auditor").get(f"/audit/?subject={scene.far.patient}").text
    assert "没有符合条件的记录" in page


def test_nothing_personal_stands_in_any_event(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:

    client_as("doctor").get(f"/patients/{scene.near.patient}")
    values = [str(value) for value in vars(NEAR).values()]
    with database.reading() as session:
        for row in session.execute(text("SELECT * FROM audit_events")):
            assert not any(value in str(row) for value in values)


def test_what_is_no_public_id_is_neither_searched_nor_noted(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    client_as("auditor").get("/audit/?subject=349921195003072915")
    with database.reading() as session:
        assert (
            session.scalars(select(AuditEvent.subject_id).where(AuditEvent.action == "audit.history_read")).all() == []
        )
