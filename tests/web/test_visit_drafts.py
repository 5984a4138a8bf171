"""What was typed and not saved is there again: after a reload, after signing out, until it is saved or given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.db import Database
from app.patients.models import Patient
from app.people.vault import Vault
from app.visits.models import FollowUpVisit
from app.visits.models.devices import VisitDraft
from app.visits.rules.sync import DRAFTS_KEPT_FOR
from app.visits.service import record_visit
from scheduler.jobs import purge_expired
from tests.conftest import NOW, TODAY
from tests.rig.county import OTHER_DOCTOR, County
from tests.rig.visits import command, register, stable
from tests.web.test_visit_pages import LAST, body

ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def patient(app: Flask, database: Database, county: County) -> Patient:
    with database.transaction() as session:
        keyring, doctor = app.extensions["anhu.keyring"], county.actor("doctor")
        patient = register(session, keyring, doctor, TODAY, NOW)
        record_visit(session, Vault(session, keyring), doctor, command(patient, stable(LAST)), TODAY, NOW)
    return patient


def address(patient: Patient, path: str = "draft") -> str:
    return f"/patients/{patient.public_id}/visits/{path}"


def form(client: FlaskClient, patient: Patient) -> str:
    return unescape(client.get(address(patient, "new")).get_data(as_text=True))


def drafts(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(VisitDraft)) or 0


def test_a_draft_is_there_again_after_signing_out_and_in(client_as: ClientAs, patient: Patient) -> None:
    sent = body(stable(TODAY), insight="3", notes="窗台上有三盆兰")
    answer = client_as("doctor").post(address(patient), data=sent)
    assert answer.status_code == 200 and "草稿已保存" in answer.get_data(as_text=True)
    html = form(client_as("doctor"), patient)
    assert "草稿，保存于" in html and "窗台上有三盆兰" in html and 'name="insight" value="3" checked' in html
    assert sent["submission_key"] in html


def test_a_draft_keeps_also_what_was_left_open(client_as: ClientAs, patient: Patient) -> None:
    sent = body(stable(TODAY))
    sent.pop("insight")
    client = client_as("doctor")
    client.post(address(patient), data=sent)
    assert 'name="insight" value="1" checked' not in form(client, patient)


def test_the_later_draft_takes_the_place_of_the_earlier(
    client_as: ClientAs, database: Database, patient: Patient
) -> None:
    client, sent = client_as("doctor"), body(stable(TODAY))
    for notes in ("一", "二", "三"):
        client.post(address(patient), data={**sent, "notes": notes})
    assert drafts(database) == 1
    assert "三</textarea>" in form(client, patient)


def test_saving_ends_the_draft_and_a_late_one_does_not_bring_it_back(
    client_as: ClientAs, database: Database, patient: Patient
) -> None:
    client, sent = client_as("doctor"), body(stable(TODAY))
    client.post(address(patient), data=sent)
    assert client.post(address(patient, "new"), data=sent).status_code == 303
    assert drafts(database) == 0
    late = client.post(address(patient), data=sent)
    assert late.status_code == 200 and "草稿" not in late.get_data(as_text=True)
    assert drafts(database) == 0


def test_giving_up_begins_again_with_the_last_answers(
    client_as: ClientAs, database: Database, patient: Patient
) -> None:
    client = client_as("doctor")
    client.post(address(patient), data=body(stable(TODAY), notes="不要了"))
    assert client.post(address(patient, "draft/discard")).status_code == 303
    html = form(client, patient)
    assert "不要了" not in html and "沿用上次" in html and drafts(database) == 0


def test_a_draft_is_its_writers_alone(client_as: ClientAs, patient: Patient) -> None:
    client_as("doctor").post(address(patient), data=body(stable(TODAY), notes="窗台上有三盆兰"))
    assert "窗台上有三盆兰" not in form(client_as("health_lead"), patient)
    assert client_as(OTHER_DOCTOR).post(address(patient), data=body(stable(TODAY))).status_code == 404


def test_a_draft_says_when_somebody_else_has_saved_meanwhile(
    app: Flask, client_as: ClientAs, database: Database, county: County, patient: Patient
) -> None:
    client = client_as("doctor")
    client.post(address(patient), data=body(stable(TODAY)))
    assert "草稿开始之后已有新的随访保存" not in form(client, patient)
    with database.transaction() as session:
        lead = county.actor("health_lead")
        record_visit(
            session, Vault(session, app.extensions["anhu.keyring"]), lead, command(patient, stable(TODAY)), TODAY, NOW
        )
    assert "草稿开始之后已有新的随访保存" in form(client, patient)


def test_a_draft_lies_sealed_in_the_database(client_as: ClientAs, database: Database, patient: Patient) -> None:
    client_as("doctor").post(address(patient), data=body(stable(TODAY), notes="窗台上有三盆兰"))
    with database.reading() as session:
        kept = session.scalars(select(VisitDraft)).one()
        assert "窗台上有三盆兰".encode() not in kept.content_sealed and b"insight" not in kept.content_sealed


def test_a_draft_without_a_key_or_too_long_is_refused_in_words(
    client_as: ClientAs, database: Database, patient: Patient
) -> None:
    client = client_as("doctor")
    assert client.post(address(patient), data=body(stable(TODAY), submission_key="x")).status_code == 409
    assert client.post(address(patient), data=body(stable(TODAY), notes="长" * 70_000)).status_code == 400
    assert drafts(database) == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(FollowUpVisit)) == 1


def test_a_draft_that_nobody_has_touched_for_thirty_days_goes_in_the_night(
    client_as: ClientAs, database: Database, patient: Patient
) -> None:
    client_as("doctor").post(address(patient), data=body(stable(TODAY)))
    with database.transaction() as session:
        saved_at = session.scalars(select(VisitDraft.saved_at)).one()
        purge_expired(session, "", TODAY, saved_at + DRAFTS_KEPT_FOR)
    assert drafts(database) == 1
    with database.transaction() as session:
        purge_expired(session, "", TODAY, saved_at + DRAFTS_KEPT_FOR + timedelta(seconds=1))
    assert drafts(database) == 0
    assert "草稿，保存于" not in form(client_as("doctor"), patient)


def test_a_draft_says_until_when_it_is_kept(client_as: ClientAs, patient: Patient) -> None:
    client = client_as("doctor")
    client.post(address(patient), data=body(stable(TODAY)))
    assert "保留到" in form(client, patient)
