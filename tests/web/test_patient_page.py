"""The patient's page: one history, the next step and why; each role's own fields and no others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.db import Database
from app.desk.queries.payments import list_payments
from app.patients.models import Patient
from app.people.vault import Vault
from app.visits.commands import RecordAttempt
from app.visits.rules.attempts import AttemptOutcome, AttemptWay
from app.visits.service import record_attempt, record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.queries import counted
from tests.rig.register import registered
from tests.rig.scene import FAR, NEAR, Scene
from tests.rig.visits import command, stable, unstable

ClientAs = Callable[[str], FlaskClient]
CLINICIANS = ("doctor", "village_doctor", "health_lead", "county_office")
TABS = ("history", "visits", "guardians", "record")


def page_of(client: FlaskClient, patient: str, query: str = "") -> str:
    answer = client.get(f"/patients/{patient}{query}")
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def history(page: str) -> list[tuple[str, str]]:
    """(day, title) of each entry."""
    found = re.findall(r'datetime="([\d-]+)".*?class="timeline-title">(.*?)</p>', page, re.S)
    return [(day, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", title)).strip()) for day, title in found]


def test_everything_that_happened_stands_in_one_line_the_newest_first(
    county: County, scene: Scene, client_as: ClientAs
) -> None:
    line = history(page_of(client_as("doctor"), scene.near.patient))

    assert [day for day, _title in line] == sorted((day for day, _title in line), reverse=True)
    for day, words in (
        ("2026-09-10", "随访 · 家访 不稳定"),
        ("2026-07-29", "出院"),
        ("2026-07-06", "入院"),
        ("2026-01-01", "签订监护协议"),
        ("2025-03-01", f"第一监护人：{NEAR.guardian_name}"),
        ("2025-03-01", "知情同意：参加社区管理"),
    ):
        assert any(when == day and words in title for when, title in line), (day, words, line)


def test_the_next_visit_stands_at_the_top_with_its_reason(county: County, scene: Scene, client_as: ClientAs) -> None:
    page = page_of(client_as("doctor"), scene.near.patient)

    head = page.split('class="tabs', 1)[0]
    assert "下次随访 9月24日前" in head
    assert "14 天内再次随访" in head
    assert f"/patients/{scene.near.patient}/visits/new" in head


@pytest.mark.parametrize("role", CLINICIANS)
def test_the_identity_number_is_masked_and_offered_for_a_reason(
    county: County, scene: Scene, client_as: ClientAs, role: str
) -> None:
    pages = "".join(page_of(client_as(role), scene.near.patient, f"?tab={tab}") for tab in TABS)

    assert NEAR.patient_id not in pages
    assert NEAR.guardian_id not in pages
    assert NEAR.account not in pages and NEAR.account[-4:] not in pages
    assert NEAR.patient_id[-4:] in pages
    reveals = f"/people/{scene.near.person}/reveal/patient_id_number" in pages
    assert reveals == (role != "village_doctor"), "whoever sees the last four sees no more"


def test_the_county_office_asks_for_telephones_a_doctor_taps_them(
    county: County, scene: Scene, client_as: ClientAs
) -> None:
    office = page_of(client_as("county_office"), scene.near.patient)
    doctor = page_of(client_as("doctor"), scene.near.patient)

    assert NEAR.patient_phone not in office and NEAR.guardian_phone not in office
    assert f"/people/{scene.near.person}/reveal/patient_phone" in office
    assert f"/people/{scene.near.guardian_person}/reveal/guardian_phone" in office
    assert f'href="tel:{NEAR.patient_phone}"' in doctor and f'href="tel:{NEAR.guardian_phone}"' in doctor


def test_a_coordinator_sees_who_and_how_they_are_cared_for_and_nothing_clinical(
    county: County, scene: Scene, client_as: ClientAs
) -> None:
    client = client_as("coordinator")
    pages = "".join(page_of(client, scene.near.patient, f"?tab={tab}&all=1") for tab in TABS)

    assert NEAR.patient_name in pages and NEAR.guardian_name in pages and "危险性 4 级" in pages
    for hidden in (
        *(NEAR.patient_id[-4:], NEAR.patient_phone, NEAR.guardian_phone, NEAR.address, NEAR.notes, NEAR.visit_notes),
        *(NEAR.ward, NEAR.hospital, NEAR.medicine, "1987", "不稳定", "入院", "诊断", "随访 · "),
    ):
        assert hidden not in pages, hidden
    assert "开始随访" not in pages and "tab=record" not in pages


def test_what_the_role_has_no_tab_for_falls_back_to_the_history(
    county: County, scene: Scene, client_as: ClientAs
) -> None:
    page = page_of(client_as("coordinator"), scene.near.patient, "?tab=record")

    assert re.search(r'aria-current="page">\s*经过', page)


def test_nobody_finds_payments_on_a_patients_page(
    database: Database, county: County, scene: Scene, client_as: ClientAs
) -> None:
    """Who pays has no patient's page, who has one sees no amounts; the query keeps it so by itself."""
    for role in (*CLINICIANS, "coordinator"):
        assert "监护补贴" not in page_of(client_as(role), scene.near.patient, "?all=1")
    with database.reading() as session:
        patient = session.scalars(select(Patient).where(Patient.public_id == scene.near.patient)).one()
        assert [row.period for row in list_payments(session, county.actor("clerk"), patient)] == ["2026Q3"]
        assert list_payments(session, county.actor("doctor"), patient) == []


def test_a_foreign_patient_and_one_who_does_not_exist_answer_alike(
    county: County, scene: Scene, client_as: ClientAs
) -> None:
    client = client_as("doctor")
    foreign, missing = (client.get(f"/patients/{one}") for one in (scene.far.patient, "x" * 22))

    assert foreign.status_code == missing.status_code == 404
    without_number = [re.sub(rb'class="ref">\w+<', b"", answer.data) for answer in (foreign, missing)]
    assert without_number[0] == without_number[1]
    assert FAR.patient_name.encode() not in foreign.data


def test_a_level_that_a_visit_found_is_told_by_the_visit_once(
    app: Flask, database: Database, county: County, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        doctor, vault = county.actor("doctor"), Vault(session, app.extensions["anhu.keyring"])
        patient = registered(session, doctor)
        for record in (stable(date(2026, 6, 1)), unstable(date(2026, 8, 20))):
            record_visit(session, vault, doctor, command(patient, record), record.visited_on, NOW)

    page = page_of(client_as("doctor"), patient.public_id)

    assert page.count("危险性由 0 级变为 3 级") == 1
    assert not any("危险性" in title for _day, title in history(page))


def test_an_attempt_stands_in_the_line_too(app: Flask, database: Database, county: County, client_as: ClientAs) -> None:
    with database.transaction() as session:
        doctor, vault = county.actor("doctor"), Vault(session, app.extensions["anhu.keyring"])
        patient = registered(session, doctor)
        attempt = RecordAttempt(
            patient.public_id, "k" * 36, TODAY - timedelta(days=1), AttemptWay.HOME, AttemptOutcome.NOT_REACHED, ""
        )
        record_attempt(session, vault, doctor, attempt, TODAY, NOW)

    assert ("2026-11-20", "未访到") in history(page_of(client_as("doctor"), patient.public_id))


def test_a_long_history_asks_no_more_than_a_short_one(
    app: Flask, database: Database, county: County, client_as: ClientAs
) -> None:
    doctor, keyring = county.actor("doctor"), app.extensions["anhu.keyring"]
    with database.transaction() as session:
        patient = registered(session, doctor)
    client, asked = client_as("doctor"), []
    page_of(client, patient.public_id)  # the first look of a while is noted
    for month in (range(2, 4), range(4, 11)):
        with database.transaction() as session:
            for number in month:
                day = date(2026, number, 10)
                record_visit(session, Vault(session, keyring), doctor, command(patient, stable(day)), day, NOW)
        with counted(database) as queries:
            page_of(client, patient.public_id)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_the_title_of_the_page_names_nobody(county: County, scene: Scene, client_as: ClientAs) -> None:
    page = page_of(client_as("doctor"), scene.near.patient)

    assert NEAR.patient_name not in page.split("</title>")[0]
