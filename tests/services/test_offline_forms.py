"""Forms from phones: each arrives once, nothing is lost, and where two versions differ a person decides."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.audit.models import AuditEvent
from app.core.crypto import Keyring, KeyUnavailable
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.sealed_box import close_box, new_box_key, open_box
from app.patients.models import Patient
from app.people import rotation
from app.people.vault import Vault
from app.visits.commands import CorrectVisit
from app.visits.models import FollowUpVisit, VisitAttempt
from app.visits.models.devices import Device, DeviceSubmission
from app.visits.queries import get_visit
from app.visits.queries_devices import count_waiting, list_waiting
from app.visits.rules.states import SubmissionState, VisitChannel
from app.visits.rules.sync import CONTENT_KEPT_FOR, MOST_TASKS
from app.visits.service import correct_visit, record_visit
from app.visits.service.devices import MOST_DEVICES, hear_from, opening_key, revoke, turn_on
from app.visits.service.sync import PLACE, forget_contents
from tests.conftest import NOW, TODAY
from tests.rig.county import OTHER_DOCTOR, OTHER_VILLAGE, County
from tests.rig.phones import ALL_GROUPS, Phone, answers_of
from tests.rig.visits import command, middling, register, stable, unstable
from tests.services.test_keys import BOTH, NEW, OLD

ClientAs = Callable[[str], FlaskClient]
LAST = date(2026, 8, 10)
ACCEPTED = frozenset({"visit.late_entry", "visit.same_day", "visit.back_entry"})


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    found: Keyring = app.extensions["anhu.keyring"]
    return found


@pytest.fixture
def patient(database: Database, county: County, keyring: Keyring) -> Patient:
    """Seen in August, due."""
    with database.transaction() as session:
        doctor = county.actor("doctor")
        patient = register(session, keyring, doctor, TODAY, NOW)
        last = command(patient, stable(LAST), accepted=ACCEPTED)
        record_visit(session, Vault(session, keyring), doctor, last, TODAY, NOW)
    return patient


@pytest.fixture
def phone(client_as: ClientAs, patient: Patient) -> Phone:
    phone = Phone.turned_on(client_as("doctor"))
    phone.take_list()
    return phone


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return [state.value for state in session.scalars(select(DeviceSubmission.state).order_by(DeviceSubmission.id))]


def visits(database: Database) -> list[FollowUpVisit]:
    with database.reading() as session:
        return list(session.scalars(select(FollowUpVisit).order_by(FollowUpVisit.id)))


def waiting_id(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(DeviceSubmission.public_id)).one()


def html(client: FlaskClient, path: str) -> str:
    return unescape(client.get(path).get_data(as_text=True))


# -- arriving once -----------------------------------------------------------------------------------------------------


def test_a_form_becomes_one_visit_however_often_it_is_sent(database: Database, phone: Phone, patient: Patient) -> None:
    key = phone.fill_in(patient.public_id, answers_of(stable(TODAY), notes="窗台上有三盆兰"))
    assert [phone.send([key], hears=False)[key] for _time in range(5)] == ["stored"] + ["duplicate"] * 4
    assert [visit.channel for visit in visits(database)] == [VisitChannel.PAGE, VisitChannel.DEVICE]
    assert states(database) == ["stored"]


def test_the_same_form_twice_in_one_batch_is_one_visit(database: Database, phone: Phone, patient: Patient) -> None:
    key = phone.fill_in(patient.public_id, answers_of(stable(TODAY)))
    assert phone.send([key, key])[key] == "duplicate"
    assert len(visits(database)) == 2


def test_the_same_form_from_two_tabs_at_once_is_one_visit(
    app: Flask, client_as: ClientAs, database: Database, phone: Phone, patient: Patient
) -> None:
    key = phone.fill_in(patient.public_id, answers_of(stable(TODAY)))
    tabs = [Phone(client_as("doctor"), phone.device, phone.seal_to, queue=dict(phone.queue)) for _tab in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda tab: tab.send([key], hears=False)[key], tabs))
    assert sorted(answers) == ["duplicate"] * 3 + ["stored"]
    assert len(visits(database)) == 2


def test_the_server_orders_and_the_phone_s_time_is_kept_beside_as_a_claim(
    database: Database, phone: Phone, patient: Patient
) -> None:
    claimed = NOW - timedelta(hours=20)
    phone.fill_in(patient.public_id, answers_of(stable(TODAY)), claimed_at=claimed.isoformat())
    phone.send()
    with database.reading() as session:
        form = session.scalars(select(DeviceSubmission)).one()
        assert form.claimed_at == claimed and form.received_at > NOW - timedelta(days=3650)


def test_two_days_of_one_phone_are_both_stored_in_whatever_order_they_come(
    database: Database, phone: Phone, patient: Patient
) -> None:
    first = phone.fill_in(patient.public_id, answers_of(stable(TODAY - timedelta(days=8))))
    second = phone.fill_in(patient.public_id, answers_of(stable(TODAY)))
    assert phone.send([second, first]) == {second: "stored", first: "stored"}
    assert sorted(visit.visited_on for visit in visits(database)) == [LAST, TODAY - timedelta(days=8), TODAY]


# -- 与上次相同 ---------------------------------------------------------------------------------------------------------


def test_what_was_left_as_last_time_is_taken_from_the_last_visit(
    database: Database, county: County, keyring: Keyring, phone: Phone, patient: Patient
) -> None:
    answers = {"visited_on": [TODAY.isoformat()], "meeting": ["1"], "insight": ["2"]}
    phone.fill_in(patient.public_id, answers, same=ALL_GROUPS)
    phone.send()
    with database.reading() as session:
        visit = session.scalars(select(FollowUpVisit).order_by(FollowUpVisit.id.desc())).first()
        assert visit is not None
        vault = Vault(session, keyring)
        record = get_visit(session, county.actor("doctor"), patient, visit.public_id).record(vault, patient.person_id)
        assert record.insight == 2 and record.visit_class == 2
        assert record.medicines == stable(TODAY).medicines and record.sf_work == 9


def test_as_last_time_waits_for_a_person_when_the_last_visit_has_been_corrected_meanwhile(
    database: Database, county: County, keyring: Keyring, phone: Phone, patient: Patient
) -> None:
    with database.transaction() as session:
        wrong = session.scalars(select(FollowUpVisit.public_id)).one()
        by = command(patient, middling(LAST), accepted=ACCEPTED)
        correction = CorrectVisit(wrong, by, "看错了")
        correct_visit(session, Vault(session, keyring), county.actor("doctor"), correction, TODAY, NOW)
    phone.fill_in(patient.public_id, {"visited_on": [TODAY.isoformat()], "meeting": ["1"]}, same=ALL_GROUPS)
    phone.send()
    assert states(database) == ["conflict"]


def test_what_happened_since_is_asked_even_where_the_rest_is_as_last_time(
    database: Database, county: County, keyring: Keyring, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        patient = register(session, keyring, county.actor("doctor"), TODAY, NOW)
        tested = stable(LAST, lab_test=2, lab_text="血常规正常")
        last = command(patient, tested, accepted=ACCEPTED)
        record_visit(session, Vault(session, keyring), county.actor("doctor"), last, TODAY, NOW)
    phone = Phone.turned_on(client_as("doctor"))
    assert [task["ask"] for task in phone.take_list()] == [["lab_test"]]
    phone.fill_in(patient.public_id, {"visited_on": [TODAY.isoformat()], "meeting": ["1"]}, same=ALL_GROUPS)
    phone.send()
    assert states(database) == ["refused"]
    page = html(client_as("doctor"), f"/field/sent/{waiting_id(database)}/form")
    assert "请填写“实验室检查”" in page


def test_the_trend_is_asked_after_a_visit_of_the_middle_class_and_the_rest_may_be_as_last_time(
    database: Database, county: County, keyring: Keyring, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        patient = register(session, keyring, county.actor("doctor"), TODAY, NOW)
        last = command(patient, middling(LAST), accepted=ACCEPTED)
        record_visit(session, Vault(session, keyring), county.actor("doctor"), last, TODAY, NOW)
    phone = Phone.turned_on(client_as("doctor"))
    assert [task["ask"] for task in phone.take_list()] == [["post_intervention_trend"]]
    answers = {"visited_on": [TODAY.isoformat()], "meeting": ["1"], "post_intervention_trend": ["1"]}
    phone.fill_in(patient.public_id, answers, same=ALL_GROUPS)
    phone.send()
    assert states(database) == ["stored"]


# -- two versions --------------------------------------------------------------------------------------------------------


@pytest.fixture
def clash(database: Database, county: County, keyring: Keyring, phone: Phone, patient: Patient) -> str:
    """Somebody else saved a visit of the same day while the phone was away."""
    phone.fill_in(patient.public_id, answers_of(middling(TODAY), notes="窗台上有三盆兰"))
    with database.transaction() as session:
        lead = county.actor("health_lead")
        record_visit(session, Vault(session, keyring), lead, command(patient, unstable(TODAY)), TODAY, NOW)
    phone.send()
    return waiting_id(database)


def test_a_clash_keeps_both_versions_and_shows_them_beside_each_other(
    database: Database, client_as: ClientAs, clash: str
) -> None:
    assert states(database) == ["conflict"] and len(visits(database)) == 2
    page = html(client_as("doctor"), f"/field/sent/{clash}")
    assert "手机上填写的" in page and "系统里已有的" in page and "窗台上有三盆兰" in page
    assert "自知力不全" in page and "3 级" in page
    assert "1 份离线填写的表需要您处理" in html(client_as("doctor"), "/")


def test_keeping_both_makes_the_second_visit_once(
    database: Database, client_as: ClientAs, phone: Phone, clash: str
) -> None:
    client = client_as("doctor")
    assert client.post(f"/field/sent/{clash}/keep").status_code == 303
    assert states(database) == ["stored"] and len(visits(database)) == 3
    assert client.post(f"/field/sent/{clash}/keep").status_code == 404
    (key,) = phone.filled
    assert phone.send([key]) == {key: "duplicate"}
    assert len(visits(database)) == 3


def test_deciding_against_one_s_own_needs_a_reason_and_keeps_what_was_sent_for_a_week(
    database: Database, client_as: ClientAs, clash: str
) -> None:
    client = client_as("doctor")
    assert client.post(f"/field/sent/{clash}/discard").status_code == 400
    assert client.post(f"/field/sent/{clash}/discard", data={"why": "visit.sync.why.twice"}).status_code == 303
    assert states(database) == ["discarded"] and len(visits(database)) == 2
    with database.transaction() as session:
        settled = session.scalars(select(DeviceSubmission)).one()
        assert settled.content_sealed is not None and settled.settled_at is not None
        assert settled.because == {"": [{"code": "visit.sync.why.twice", "args": {}}]}
        assert forget_contents(session, settled.settled_at + CONTENT_KEPT_FOR - timedelta(hours=1)) == 0
        assert forget_contents(session, settled.settled_at + CONTENT_KEPT_FOR + timedelta(hours=1)) == 1


def test_the_form_opens_with_what_was_typed_and_saving_it_settles_the_clash(
    database: Database, client_as: ClientAs, phone: Phone, patient: Patient, clash: str
) -> None:
    client = client_as("doctor")
    assert "窗台上有三盆兰" in html(client, f"/field/sent/{clash}/form")
    (key,) = phone.filled
    sent = {name: values if len(values) > 1 else values[0] for name, values in answers_of(middling(TODAY)).items()}
    answer = client.post(
        f"/field/sent/{clash}/form", data={**sent, "submission_key": key, "notes": "改过", "accepted": "visit.same_day"}
    )
    assert answer.status_code == 303 and "/saved" in answer.location
    assert states(database) == ["stored"] and len(visits(database)) == 3


def test_a_form_that_waits_is_its_writer_s_and_the_lead_s_alone(
    database: Database, county: County, client_as: ClientAs, clash: str
) -> None:
    for name, status in (("doctor", 200), ("health_lead", 200), ("village_doctor", 404), (OTHER_DOCTOR, 404)):
        assert client_as(name).get(f"/field/sent/{clash}").status_code == status, name
    assert client_as("county_office").get(f"/field/sent/{clash}").status_code == 403


# -- refused, quarantined, unreadable ------------------------------------------------------------------------------------


def test_a_refused_form_waits_with_the_words_at_its_fields(
    database: Database, client_as: ClientAs, phone: Phone, patient: Patient
) -> None:
    answers = answers_of(stable(TODAY + timedelta(days=3)))
    answers.pop("insight")
    phone.fill_in(patient.public_id, answers)
    assert list(phone.send().values()) == ["refused"] and phone.queue == {}
    page = html(client_as("doctor"), f"/field/sent/{waiting_id(database)}/form")
    assert "请填写“自知力”" in page and "随访日期不能晚于今天" in page and 'name="sleep" value="1" checked' in page
    assert len(visits(database)) == 1


def test_doubts_about_the_answers_are_asked_of_a_person(
    database: Database, client_as: ClientAs, phone: Phone, patient: Patient
) -> None:
    phone.fill_in(patient.public_id, answers_of(stable(TODAY, behaviours=16, self_harms=1)))
    assert list(phone.send().values()) == ["refused"]
    assert len(visits(database)) == 1


def test_a_clock_that_was_off_when_it_sent_makes_a_person_look_at_the_day(
    database: Database, phone: Phone, patient: Patient
) -> None:
    for years in (-2, 2):
        phone.clock = timedelta(days=365 * years)
        phone.fill_in(patient.public_id, answers_of(stable(TODAY)))
    phone.send()
    assert states(database) == ["refused", "refused"] and len(visits(database)) == 1


def test_what_a_revoked_phone_sends_goes_to_quarantine_and_only_the_lead_sees_it(
    database: Database, county: County, client_as: ClientAs, phone: Phone, patient: Patient
) -> None:
    key = phone.fill_in(patient.public_id, answers_of(stable(TODAY), notes="窗台上有三盆兰"))
    with database.transaction() as session:
        revoke(session, county.actor("health_lead"), phone.device, NOW)
    assert phone.send() == {key: "quarantined"}
    assert len(visits(database)) == 1
    sent = waiting_id(database)
    assert client_as("doctor").get(f"/field/sent/{sent}").status_code == 404
    lead = client_as("health_lead")
    assert "窗台上有三盆兰" in html(lead, f"/field/sent/{sent}")
    assert lead.post(f"/field/sent/{sent}/keep").status_code == 303
    assert states(database) == ["stored"] and len(visits(database)) == 2


def test_a_revoked_phone_learns_nothing(database: Database, county: County, phone: Phone) -> None:
    told = phone.client.post("/field/contact", data={"device": phone.device, "part": "1"}).get_json()
    assert told["state"] == "open" and told["server_part"]
    with database.transaction() as session:
        revoke(session, county.actor("doctor"), phone.device, NOW)
        assert session.scalars(select(Device.server_part_sealed)).one() is None
    told = phone.client.post("/field/contact", data={"device": phone.device, "part": "1"}).get_json()
    assert told["state"] == "revoked" and told["server_part"] is None
    assert phone.take_list() == []


def test_a_form_for_a_patient_who_has_moved_away_is_kept_apart(
    database: Database, phone: Phone, patient: Patient
) -> None:
    phone.fill_in(patient.public_id, answers_of(stable(TODAY)))
    with database.transaction() as session:
        session.execute(update(Patient).values(area_code=OTHER_VILLAGE))
    assert list(phone.send().values()) == ["quarantined"]
    assert states(database) == ["quarantined"] and len(visits(database)) == 1


def test_what_does_not_open_stays_on_the_phone(database: Database, phone: Phone, patient: Patient) -> None:
    key = phone.fill_in(patient.public_id, answers_of(stable(TODAY)))
    other = phone.fill_in(patient.public_id, answers_of(stable(TODAY)))
    phone.queue[key] = phone.queue[other]  # a box under another form's key
    nobody = phone.fill_in("AAAAAAAAAAAAAAAAAAAAAA", answers_of(stable(TODAY)))
    broken = phone.fill_in(patient.public_id, {})
    phone.queue[broken] = phone.box(broken, ["no form"])
    answers = phone.send([key, nobody, broken])
    assert set(answers.values()) == {"unreadable"} and set(phone.queue) == {key, other, nobody, broken}
    assert states(database) == []


def test_a_batch_that_is_none_is_refused_and_changes_nothing(database: Database, phone: Phone) -> None:
    for batch in ("x", 7, ["x"], {"key": 1}, [{}] * 51):
        assert phone.post(batch).status_code == 400
    assert phone.post([{}, {"key": None, "box": 5}]).status_code == 200
    assert phone.client.post("/field/sync", data={"device": phone.device, "batch": "{"}).status_code == 400
    assert states(database) == []


def test_nobody_sends_for_another_s_phone(client_as: ClientAs, phone: Phone, patient: Patient) -> None:
    phone.fill_in(patient.public_id, answers_of(stable(TODAY)))
    for path in ("sync", "contact", "list"):
        answer = client_as("village_doctor").post(f"/field/{path}", data={"device": phone.device, "batch": "[]"})
        assert answer.status_code == 404, path


# -- attempts ------------------------------------------------------------------------------------------------------------


def attempt(day: date, **changes: str) -> dict[str, list[str]]:
    answers = {"attempted_on": day.isoformat(), "way": "telephone", "outcome": "not_reached", **changes}
    return {name: [value] for name, value in answers.items()}


def test_an_attempt_made_offline_is_recorded_once(database: Database, phone: Phone, patient: Patient) -> None:
    key = phone.fill_in(patient.public_id, attempt(TODAY, notes="邻居说在地里"), kind="attempt")
    assert [phone.send([key], hears=False)[key] for _time in range(3)] == ["stored", "duplicate", "duplicate"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(VisitAttempt)) == 1


def test_an_attempt_before_a_newer_visit_waits_and_can_be_given_up(
    database: Database, client_as: ClientAs, phone: Phone, patient: Patient
) -> None:
    phone.fill_in(patient.public_id, attempt(LAST - timedelta(days=3)), kind="attempt")
    assert list(phone.send().values()) == ["refused"]
    sent, client = waiting_id(database), client_as("doctor")
    assert "没有联系上" in html(client, f"/field/sent/{sent}")
    assert client.post(f"/field/sent/{sent}/keep").status_code == 303
    assert client.get(f"/field/sent/{sent}/form").status_code == 409
    assert client.post(f"/field/sent/{sent}/discard", data={"why": "visit.sync.why.not_made"}).status_code == 303
    assert states(database) == ["discarded"]


# -- what a phone holds ----------------------------------------------------------------------------------------------------


def test_a_phone_takes_at_most_forty_tasks_and_nothing_but_who_where_when_and_how_to_call(
    database: Database, county: County, keyring: Keyring, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        vault, doctor = Vault(session, keyring), county.actor("doctor")
        for number in range(MOST_TASKS + 5):
            patient = register(session, keyring, doctor, TODAY, NOW, name="孙" + chr(0x4E10 + number))
            last = command(patient, stable(LAST + timedelta(days=number % 9)), accepted=ACCEPTED)
            record_visit(session, vault, doctor, last, TODAY, NOW)
    told = Phone.turned_on(client_as("doctor")).take_list()
    assert len(told) == MOST_TASKS
    assert {frozenset(task) for task in told} == {
        frozenset({"patient", "name", "village", "due", "phone", "based_on", "seen", "ask"})
    }
    assert "利培酮" not in json.dumps(told, ensure_ascii=False)


def test_a_phone_says_what_waits_on_it_and_the_lead_sees_the_count(
    database: Database, client_as: ClientAs, phone: Phone
) -> None:
    four_days = str(4 * 86_400)
    report = {"device": phone.device, "unsent": "3", "oldest_seconds": four_days}
    assert phone.client.post("/field/contact", data=report).status_code == 200
    lead = client_as("health_lead")
    assert "未上传 3 份" in html(lead, "/field/devices")
    assert "1 部手机有超过 72 小时未上传的表" in html(lead, "/")
    phone.client.post("/field/contact", data={"device": phone.device, "unsent": "x", "oldest_seconds": "-1"})
    assert "未上传" not in html(lead, "/field/devices")


def test_phones_are_revoked_by_owner_lead_and_administrator_of_the_area(
    database: Database, client_as: ClientAs, phone: Phone
) -> None:
    assert client_as("village_doctor").post(f"/field/devices/{phone.device}/off").status_code == 404
    assert client_as("doctor").post(f"/field/devices/{phone.device}/revoke").status_code == 403
    assert client_as("admin").post(f"/field/devices/{phone.device}/revoke").status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Device.revoked_at)).one() is not None
        actions = set(session.scalars(select(AuditEvent.action)))
        assert {"visits.device_opened", "visits.device_revoked", "visits.list_taken"} <= actions


def test_only_so_many_phones_and_only_of_whoever_works_offline(
    database: Database, county: County, keyring: Keyring
) -> None:
    with database.transaction() as session:
        for number in range(MOST_DEVICES):
            turn_on(session, keyring, county.actor("doctor"), f"手机{number}", NOW)
        with pytest.raises(Conflict):
            turn_on(session, keyring, county.actor("doctor"), "又一部", NOW)
        with pytest.raises(Forbidden):
            turn_on(session, keyring, county.actor("clerk"), "手机", NOW)
        with pytest.raises(NotFound):
            revoke(session, county.actor("village_doctor"), "AAAAAAAAAAAAAAAAAAAAAA", NOW)


def test_what_was_sent_lies_sealed_under_the_patient_s_key(
    database: Database, keyring: Keyring, phone: Phone, patient: Patient
) -> None:
    key = phone.fill_in(patient.public_id, answers_of(stable(TODAY), notes="窗台上有三盆兰"))
    phone.send()
    with database.reading() as session:
        form = session.scalars(select(DeviceSubmission)).one()
        assert form.content_sealed and "窗台".encode() not in form.content_sealed
        opened = Vault(session, keyring).open(patient.person_id, PLACE, form.content_sealed)
        assert json.loads(opened or "") == phone.filled[key]


def test_a_phone_s_keys_survive_a_rotation_of_the_house_s_keys(database: Database, county: County) -> None:
    with database.transaction() as session:
        opened = turn_on(session, OLD, county.actor("doctor"), "手机", NOW)
        private = opening_key(OLD, opened.device)
    assert rotation.rotate(database.transaction, BOTH).devices == 1
    assert rotation.rotate(database.transaction, BOTH).devices == 0
    with database.transaction() as session:
        device = session.scalars(select(Device)).one()
        assert opening_key(NEW, device) == private
        told = hear_from(session, NEW, county.actor("doctor"), device.public_id, 0, None, NOW)
        assert told.server_part == opened.server_part


def test_a_box_opens_with_its_own_key_at_its_own_place_only() -> None:
    key, other = new_box_key(), new_box_key()
    box = close_box(key.public, b"content", "device:form", bytes(12))
    assert open_box(key.private, box, "device:form") == b"content"
    for private, place in ((other.private, "device:form"), (key.private, "device:other")):
        with pytest.raises(KeyUnavailable):
            open_box(private, box, place)
    for broken in ({}, {"e": "x", "n": "", "c": ""}, {**box, "c": box["n"]}, {**box, "e": 5}):
        with pytest.raises(KeyUnavailable):
            open_box(key.private, broken, "device:form")


def test_what_waits_is_listed_for_whoever_decides(
    database: Database, county: County, phone: Phone, patient: Patient
) -> None:
    phone.clock = timedelta(days=700)
    phone.fill_in(patient.public_id, answers_of(stable(TODAY)))
    phone.send()
    with database.reading() as session:
        assert [one.submission.state for one in list_waiting(session, county.actor("doctor"))] == [
            SubmissionState.REFUSED
        ]
        assert count_waiting(session, county.actor("health_lead")) == 1
        assert count_waiting(session, county.actor("village_doctor")) == 0
