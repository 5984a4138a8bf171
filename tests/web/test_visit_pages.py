"""The pages of a visit: forms that keep what was typed, refuse in words, and never break."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.core.db import Database
from app.core.forms import tidy_form
from app.patients.models import Patient
from app.patients.rules import ManagementStatus, RegistryStatus
from app.people.vault import Vault
from app.visits.forms.prefill import carried_over, data_of
from app.visits.forms.sent import read_sent_visit
from app.visits.forms.visit import VisitForm
from app.visits.models import FollowUpVisit, VisitAttempt
from app.visits.rules.record import VisitRecord
from app.visits.service import record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.queries import counted
from tests.rig.visits import command, middling, register, stable

ClientAs = Callable[[str], FlaskClient]
LAST = date(2026, 11, 10)


@pytest.fixture
def patient(app: Flask, database: Database, county: County) -> Patient:
    """Seen on 10 November."""
    with database.transaction() as session:
        keyring, doctor = app.extensions["anhu.keyring"], county.actor("doctor")
        patient = register(session, keyring, doctor, TODAY, NOW)
        record_visit(session, Vault(session, keyring), doctor, command(patient, stable(LAST)), TODAY, NOW)
    return patient


def body(record: VisitRecord, **changes: Any) -> dict[str, Any]:
    """What a browser sends for this record."""
    data = {name: value for name, value in data_of(record).items() if value not in (None, "", [], 0)}
    data |= {"submission_key": str(uuid.uuid4()), "meeting": "1"}
    data |= changes
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in data.items()}


def post(client: FlaskClient, patient: Patient, sent: dict[str, Any], path: str = "new") -> TestResponse:
    return client.post(f"/patients/{patient.public_id}/visits/{path}", data=sent)


def page(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def count(database: Database, model: type[Any] = FollowUpVisit) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_form_begins_with_the_last_answers(client_as: ClientAs, patient: Patient) -> None:
    html = page(client_as("doctor").get(f"/patients/{patient.public_id}/visits/new"))
    assert "沿用上次" in html and "利培酮" in html and "孙玉珍" in html
    assert 'name="insight" value="1" checked' in html
    assert "2027年2月21日" in html


def test_what_happened_since_is_not_carried_over() -> None:
    data = carried_over(
        stable(
            LAST, behaviours=16, self_harms=2, hospitalisation=2, last_discharge_on=LAST, referral=2, locked_up=3, lab_test=2, lab_text="x"
        )
    )  # fmt: skip
    assert not data.keys() & {"behaviours", "self_harms", "hospitalisation", "last_discharge_on"}
    assert not data.keys() & {"referral", "locked_up", "lab_test", "lab_text", "visit_class", "next_due_on"}
    assert data["insight"] == "1" and data["medicines_1_name"] == "利培酮"


def test_a_saved_visit_says_what_follows(client_as: ClientAs, database: Database, patient: Patient) -> None:
    client = client_as("doctor")
    answer = post(client, patient, body(middling(TODAY)))
    assert answer.status_code == 303
    html = page(client.get(answer.location))
    assert "基本稳定" in html and "自知力不全" in html and "2026年12月5日" in html and "接下来的任务" in html
    assert count(database) == 2


def test_saving_asks_the_database_each_question_once(client_as: ClientAs, database: Database, patient: Patient) -> None:
    client, sent = client_as("doctor"), body(middling(TODAY))
    post(client, patient, body(middling(TODAY), visited_on=""))  # the session's look is noted, templates are compiled
    with counted(database) as statements:
        assert post(client, patient, sent).status_code == 303
    assert len(statements) <= 16, statements  # one of them the working days until it is owed to the national system
    assert len(set(statements)) == len(statements)
    assert sum("FROM patients" in one for one in statements) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"meeting": "2", "lost_reason": "1"},
        {"meeting": "3", "died_on": TODAY, "death_cause": "1", "death_physical_cause": "3"},
        {
            "symptoms": ["1", "12"],
            "symptoms_other": " 夜里不睡 ",
            "other_abnormal": "1",
            "accepted": ["visit.same_day", "?"],
        },
        {
            "behaviours": ["5"],
            "self_harms": "２",
            "notes": "甲\r\n乙",
            "guidance_2_name": "奥氮平",
            "guidance_2_night_mg": "５",
        },
        {"adherence": "4", "next_due_on": "2026-12-01", "visit_class": "1", "override_reason": "家属要求"},
    ],
)
def test_what_is_read_at_once_is_what_the_whole_form_reads(app: Flask, changes: dict[str, Any]) -> None:
    with app.test_request_context(method="POST", data=body(middling(TODAY), **changes)):
        at_once, whole = read_sent_visit(), VisitForm()
        whole.validate()
        assert at_once is not None and not {name for name in whole.errors if name != "csrf_token"}
        assert at_once.to_command("p", TODAY) == whole.to_command("p", TODAY)


@pytest.mark.parametrize(
    "changes",
    [
        {"visited_on": ""}, {"visited_on": "2026-13-01"}, {"form": "7"}, {"form": ["1", "2"]}, {"objects": ["1", "9"]}, {"meeting": ""},
        {"meeting": "2"}, {"meeting": "3", "died_on": TODAY}, {"submission_key": "x"}, {"notes": "多" * 1001}, {"self_harms": "-1"},
        {"lab_test": "1", "lab_text": "x"}, {"notes": "\x00"}, {"medicines_1_name": "药" * 61},
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_left_to_the_whole_form(app: Flask, changes: dict[str, Any]) -> None:
    with app.test_request_context(method="POST", data=body(middling(TODAY), **changes)):
        tidy_form()
        assert read_sent_visit() is None
        whole = VisitForm()
        assert not whole.validate() and {name for name in whole.errors if name != "csrf_token"}


def test_a_double_click_makes_one_visit(client_as: ClientAs, database: Database, patient: Patient) -> None:
    client, sent = client_as("doctor"), body(stable(TODAY))
    first, second = post(client, patient, sent), post(client, patient, sent)
    assert first.location == second.location
    assert count(database) == 2


def test_the_same_key_with_other_answers_keeps_what_was_typed(
    client_as: ClientAs, database: Database, patient: Patient
) -> None:
    client, sent = client_as("doctor"), body(stable(TODAY))
    post(client, patient, sent)
    answer = post(client, patient, {**sent, "notes": "别的内容"})
    assert answer.status_code == 409
    assert "别的内容" in page(answer) and "这次随访已保存过" in page(answer) and "/correct" in page(answer)
    assert count(database) == 2


def test_the_page_that_back_shows_leads_to_the_visit_that_was_saved(
    client_as: ClientAs, database: Database, patient: Patient
) -> None:
    client, sent = client_as("doctor"), body(stable(TODAY))
    begun = f"/patients/{patient.public_id}/visits/new?key={sent['submission_key']}"
    assert sent["submission_key"] in page(client.get(begun))
    stored = post(client, patient, sent).location.removesuffix("/saved")
    answer = client.get(begun)
    assert answer.status_code == 303 and answer.location.endswith(stored)
    assert "这次随访已保存过" in page(client.get(answer.location))


def test_a_second_visit_of_the_day_is_asked_about_and_leads_to_the_first(
    client_as: ClientAs, database: Database, patient: Patient
) -> None:
    client = client_as("doctor")
    stored = post(client, patient, body(stable(TODAY))).location.removesuffix("/saved")
    begun = page(client.get(f"/patients/{patient.public_id}/visits/new"))
    assert "已于" in begun and f'href="{stored}/correct"' in begun
    second = body(stable(TODAY), submission_key="b" * 32)
    answer = post(client, patient, second)
    assert answer.status_code == 400 and "当天已录入过一次随访" in page(answer) and count(database) == 2
    assert post(client, patient, {**second, "accepted": "visit.same_day"}).status_code == 303


def test_errors_stand_at_their_fields_and_nothing_is_lost(
    client_as: ClientAs, database: Database, patient: Patient
) -> None:
    sent = body(stable(TODAY), adverse_reaction="2", notes="带家属来")
    sent.pop("insight")
    answer = post(client_as("doctor"), patient, sent)
    html = page(answer)
    assert answer.status_code == 400
    assert "还没有保存" in html and "请填写“自知力”" in html and "请填写“何种药物、何种不良反应”" in html
    assert "带家属来" in html and 'name="sleep" value="1" checked' in html
    assert count(database) == 1


def test_shape_and_rule_errors_are_told_together(client_as: ClientAs, patient: Patient) -> None:
    sent = body(stable(TODAY), behaviours=["1"], minor_disturbances="很多")
    sent.pop("diet")
    html = page(post(client_as("doctor"), patient, sent))
    assert "请填写次数" in html and "请填写“饮食情况”" in html and 'value="很多"' in html


def test_a_doubt_is_confirmed_with_a_second_save(client_as: ClientAs, database: Database, patient: Patient) -> None:
    client = client_as("doctor")
    sent = body(stable(TODAY), behaviours=["5"], self_harms="1")
    answer = post(client, patient, sent)
    html = page(answer)
    assert answer.status_code == 400 and "核对无误，仍然保存" in html
    assert 'name="accepted" value="visit.self_harm_but_risk"' in html
    assert count(database) == 1
    assert post(client, patient, {**sent, "accepted": "visit.self_harm_but_risk"}).status_code == 303


def test_a_question_that_was_not_asked_is_not_stored_in_silence(client_as: ClientAs, patient: Patient) -> None:
    answer = post(client_as("doctor"), patient, body(stable(TODAY), lab_text="血常规正常"))
    assert answer.status_code == 400
    assert "“实验室检查”选“有”时才填这一项" in page(answer) and "血常规正常" in page(answer)


def test_a_lost_report_ignores_the_clinical_part(client_as: ClientAs, database: Database, patient: Patient) -> None:
    answer = post(client_as("doctor"), patient, body(stable(TODAY), meeting="2", lost_reason="1"))
    assert answer.status_code == 303
    with database.reading() as session:
        visit = session.scalars(select(FollowUpVisit).order_by(FollowUpVisit.id.desc())).first()
        assert visit and visit.lost_reason == 1 and visit.risk_level is None and not visit.is_complete


@pytest.mark.parametrize(("meeting", "words"), [("2", "若失访，原因"), ("3", "死亡日期")])
def test_a_branch_asks_for_its_own_items_and_keeps_the_others(
    client_as: ClientAs, patient: Patient, meeting: str, words: str
) -> None:
    answer = post(client_as("doctor"), patient, {"submission_key": "a" * 32, "meeting": meeting, "visited_on": "2026-11-21", "form": "2"})  # fmt: skip
    html = page(answer)
    assert answer.status_code == 400 and f"请填写“{words}”" in html and "请填写“危险性评估”" not in html
    assert 'name="insight" value="1" checked' in html


def test_a_death_is_recorded_from_the_form(client_as: ClientAs, database: Database, patient: Patient) -> None:
    sent = body(stable(TODAY), meeting="3", died_on="2026-11-18", death_cause="1", death_physical_cause="4")
    client = client_as("doctor")
    html = page(client.get(post(client, patient, sent).location))
    assert "2026年11月18日 死亡" in html
    with database.reading() as session:
        assert session.get_one(Patient, patient.id).registry_status is RegistryStatus.DEAD


def test_the_preview_answers_and_stores_nothing(client_as: ClientAs, database: Database, patient: Patient) -> None:
    client = client_as("doctor")
    html = page(post(client, patient, body(stable(TODAY, risk_level=3)), "preview"))
    assert "不稳定" in html and "12月5日" in html and "危险性评估 3 级" in html
    assert "只能分为不稳定" in page(
        post(client, patient, body(stable(TODAY, risk_level=3), visit_class="3"), "preview")
    )
    assert "可以提前，不能推后" in page(post(client, patient, body(stable(TODAY), next_due_on="2027-05-01"), "preview"))
    empty = post(client, patient, {}, "preview")
    assert empty.status_code == 200 and "算出分类还需要" in page(empty)
    assert count(database) == 1


def test_a_correction_replaces_the_visit_and_both_stay_readable(
    client_as: ClientAs, database: Database, patient: Patient
) -> None:
    client = client_as("doctor")
    with database.reading() as session:
        wrong = session.scalars(select(FollowUpVisit.public_id)).one()
    path = f"{wrong}/correct"
    assert "正在更正" in page(client.get(f"/patients/{patient.public_id}/visits/{path}"))
    refused = post(client, patient, body(middling(LAST)), path)
    assert refused.status_code == 400 and "请写明更正原因" in page(refused)
    answer = post(client, patient, body(middling(LAST), correction_reason="自知力看错"), path)
    assert answer.status_code == 303
    old = page(client.get(f"/patients/{patient.public_id}/visits/{wrong}"))
    assert "已被更正" in old
    right = page(client.get(answer.location.removesuffix("/saved")))
    assert "自知力看错" in right and "基本稳定" in right
    assert client.get(f"/patients/{patient.public_id}/visits/{path}").status_code == 409


def test_a_back_entry_asks_why(client_as: ClientAs, patient: Patient) -> None:
    client, sent = client_as("doctor"), body(stable(LAST - timedelta(days=1)))
    html = page(post(client, patient, sent))
    assert "请写明补录原因" in html
    confirmed = {**sent, "back_entry_reason": "纸质表", "accepted": ["visit.back_entry", "visit.late_entry"]}
    assert post(client, patient, confirmed).status_code == 303


def test_attempts_are_counted_and_the_lead_decides(client_as: ClientAs, database: Database, patient: Patient) -> None:
    doctor, lead = client_as("doctor"), client_as("health_lead")
    for day in (12, 15, 19):
        sent = {"submission_key": str(uuid.uuid4()), "attempted_on": f"2026-11-{day}", "way": "home", "outcome": "not_reached"}  # fmt: skip
        answer = post(doctor, patient, sent, "attempt")
        assert answer.status_code == 303
    assert "连续 3 次未访到" in page(doctor.get(answer.location))
    assert count(database, VisitAttempt) == 3
    assert doctor.get(f"/patients/{patient.public_id}/visits/lost").status_code == 403
    assert "3 次不同日期未访到" in page(lead.get(f"/patients/{patient.public_id}/visits/lost"))
    assert post(lead, patient, {}, "lost").status_code == 400
    assert post(lead, patient, {"decision": "lost"}, "lost").status_code == 303
    assert post(lead, patient, {"decision": "lost"}, "lost").status_code == 409
    with database.reading() as session:
        assert session.get_one(Patient, patient.id).management_status is ManagementStatus.LOST


PAGES = ("", "/new", "/attempt")


def test_foreign_and_unknown_patients_answer_alike(client_as: ClientAs, patient: Patient) -> None:
    other = client_as("other_doctor")
    for public_id in (patient.public_id, "unknown" * 3):
        for tail in (*PAGES, "/x", "/x/saved", "/x/correct"):
            assert other.get(f"/patients/{public_id}/visits{tail}").status_code == 404, tail
        for tail in ("/new", "/preview"):
            assert other.post(f"/patients/{public_id}/visits{tail}", data=body(stable(TODAY))).status_code == 404
    sent = {"submission_key": "a" * 32, "attempted_on": "2026-11-20", "way": "home", "outcome": "moved"}
    assert other.post(f"/patients/{patient.public_id}/visits/attempt", data=sent).status_code == 404


@pytest.mark.parametrize("role", ["coordinator", "police", "clerk", "auditor", "village_worker", "admin"])
def test_other_roles_have_no_visit_pages(client_as: ClientAs, patient: Patient, role: str) -> None:
    for tail in PAGES:
        assert client_as(role).get(f"/patients/{patient.public_id}/visits{tail}").status_code == 403


def test_the_county_office_reads_no_free_text(
    app: Flask, client_as: ClientAs, database: Database, county: County, patient: Patient
) -> None:
    with database.transaction() as session:
        keyring, doctor = app.extensions["anhu.keyring"], county.actor("doctor")
        sent = command(patient, stable(TODAY, lab_test=2, lab_text="肝功能异常"), notes="家属不合作")
        visit = record_visit(session, Vault(session, keyring), doctor, sent, TODAY, NOW).visit.public_id
    for role, is_shown in (("doctor", True), ("county_office", False)):
        html = page(client_as(role).get(f"/patients/{patient.public_id}/visits/{visit}"))
        assert ("肝功能异常" in html) is ("家属不合作" in html) is is_shown
    assert client_as("county_office").get(f"/patients/{patient.public_id}/visits/{visit}/correct").status_code == 403


NASTY = ("", "-1", "99999999999999999999999", "1e309", "２", "²", "\x00", "a\x01b", "\ud83d", "好" * 5000, "null", "[]",
         "2026-02-30", "0000-00-00", "9999-12-31", "0001-01-01", "'; DROP TABLE people;--", "<script>", "%(x)s", "{{7*7}}")  # fmt: skip


def test_mutated_input_is_refused_in_words_and_never_breaks(
    client_as: ClientAs, database: Database, patient: Patient
) -> None:
    client, chance = client_as("doctor"), random.Random(20261121)
    good = body(stable(TODAY), medicines_1_every_weeks="4", medicines_1_long_acting_mg="100")
    names = sorted({*good, "next_due_on", "visit_class", "died_on", "lost_reason", "accepted", "self_harms", "notes"})
    for round_ in range(120):
        sent = {**good, "submission_key": str(uuid.uuid4())}
        for name in chance.sample(names, chance.randint(1, 4)):
            if chance.random() < 0.2:
                sent.pop(name, None)
            else:
                sent[name] = [chance.choice(NASTY) for _ in range(chance.randint(1, 3))]
        if round_ % 3 == 0:
            sent["meeting"] = chance.choice(["2", "3", "x"])
        path = "preview" if round_ % 2 else "new"
        status = _send(client, patient, sent, path)
        assert status in ({200, 400} if path == "preview" else {303, 400, 409}), (path, sent)


def _send(client: FlaskClient, patient: Patient, sent: dict[str, Any], path: str) -> int:
    safe = {name: _encodable(value) for name, value in sent.items()}
    return post(client, patient, safe, path).status_code


def _encodable(value: Any) -> Any:
    values = value if isinstance(value, list) else [value]
    return [str(one).encode("utf-8", "replace").decode() for one in values]


@pytest.mark.parametrize("field", ["attempted_on", "way", "outcome", "notes", "submission_key"])
def test_mutated_attempts_never_break(client_as: ClientAs, patient: Patient, field: str) -> None:
    client = client_as("doctor")
    good = {"submission_key": "b" * 32, "attempted_on": "2026-11-20", "way": "home", "outcome": "moved", "notes": ""}
    for nasty in NASTY:
        assert _send(client, patient, {**good, field: nasty}, "attempt") in {303, 400, 409}


def test_pages_speak_english_too(client_as: ClientAs, patient: Patient) -> None:
    client = client_as("doctor")
    html = page(client.get(f"/patients/{patient.public_id}/visits/new", headers={"Accept-Language": "en"}))
    assert "孙玉珍" in html
