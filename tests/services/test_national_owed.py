"""What is still to be entered in the national system: since when, until when, whose; ticked once, taken back with a trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.crypto import Keyring
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.patients.models import Patient
from app.people.vault import Vault
from app.visits.commands import CorrectVisit
from app.visits.models import FollowUpVisit
from app.visits.queries_national import (
    OwedFilter,
    count_late_by_owner,
    count_owed,
    find_next_owed,
    list_owed,
)
from app.visits.rules.form import Symptom
from app.visits.rules.national import copy_lines, differing
from app.visits.rules.record import Medicine
from app.visits.rules.states import VisitChannel
from app.visits.service import correct_visit, record_visit
from app.visits.service.national import mark_entered, take_back_entered
from tests.conftest import NOW, TODAY
from tests.rig.county import OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, County
from tests.rig.visits import command, register, stable

ALL = OwedFilter()
LATE = frozenset({"visit.late_entry", "visit.back_entry"})
LATER = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    found: Keyring = app.extensions["anhu.keyring"]
    return found


@pytest.fixture
def patient(session: Session, county: County, keyring: Keyring) -> Patient:
    return register(session, keyring, county.actor("doctor"), TODAY, NOW)


def visited(
    session: Session,
    county: County,
    keyring: Keyring,
    patient: Patient,
    on: date,
    who: str = "doctor",
    **changes: object,
) -> FollowUpVisit:
    sent = replace(command(patient, stable(on, **changes)), accepted=LATE, back_entry_reason="补录")
    return record_visit(session, Vault(session, keyring), county.actor(who), sent, TODAY, NOW).visit


def owed(session: Session, county: County, who: str = "doctor", wanted: OwedFilter = ALL) -> list[str]:
    return [row.visit for row in list_owed(session, county.actor(who), wanted, TODAY).rows]


def test_a_visit_is_owed_ten_working_days_after_it(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    assert visited(session, county, keyring, patient, date(2026, 11, 18)).national_due_on == date(2026, 12, 2)


def test_the_holidays_of_national_day_and_their_make_up_days_are_counted(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    # 1–7 October off, Saturday 10 October worked (the notice for 2026)
    assert visited(session, county, keyring, patient, date(2026, 9, 29)).national_due_on == date(2026, 10, 19)


def test_the_longest_owed_comes_first_and_the_list_pages_by_key(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    days = [date(2026, 11, 18), date(2026, 10, 12), date(2026, 11, 2)]
    by_day = {on: visited(session, county, keyring, patient, on).public_id for on in days}
    expected = [by_day[on] for on in sorted(days)]
    assert owed(session, county) == expected
    first = list_owed(session, county.actor("doctor"), ALL, TODAY, size=2)
    second = list_owed(session, county.actor("doctor"), ALL, TODAY, first.next_cursor, size=2)
    assert [row.visit for row in (*first.rows, *second.rows)] == expected and second.next_cursor is None
    assert count_owed(session, county.actor("doctor"), TODAY) == (3, 2)
    assert owed(session, county, wanted=OwedFilter(is_late=True)) == expected[:2]


def test_everybody_sees_their_own_area_and_narrows_it_by_place_and_doctor(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    here = visited(session, county, keyring, patient, date(2026, 11, 18)).public_id
    second = register(session, keyring, county.actor("doctor"), TODAY, NOW, "李强", SECOND_VILLAGE)
    second.doctor_id = county.users["doctor"]
    there = visited(session, county, keyring, second, date(2026, 11, 18)).public_id
    far = register(session, keyring, county.actor("other_doctor"), TODAY, NOW, "周明", OTHER_VILLAGE)
    away = visited(session, county, keyring, far, date(2026, 11, 18), "other_doctor").public_id
    assert set(owed(session, county)) == {here, there} and owed(session, county, "other_doctor") == [away]
    assert set(owed(session, county, "county_office")) == {here, there, away}
    assert owed(session, county, "county_office", OwedFilter(place=VILLAGE)) == [here]
    assert owed(session, county, "health_lead", OwedFilter(doctor_id=county.users["doctor"])) == [there]


def test_a_tick_is_kept_with_who_and_when_and_a_second_click_changes_nothing(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    doctor, lead = county.actor("doctor"), county.actor("health_lead")
    visit = visited(session, county, keyring, patient, date(2026, 11, 18))
    assert mark_entered(session, doctor, [visit.public_id], NOW) == 1
    assert mark_entered(session, lead, [visit.public_id], LATER) == 0
    assert (visit.national_entered_by, visit.national_entered_at) == (doctor.user_id, NOW)
    assert owed(session, county) == []
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "visits.national_entered")).all()
    assert [event.subject_id for event in events] == [visit.public_id]


def test_several_are_ticked_at_once_in_one_event(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    visits = [visited(session, county, keyring, patient, date(2026, 11, day)).public_id for day in (16, 17, 18)]
    assert mark_entered(session, county.actor("doctor"), visits[:2], NOW) == 2
    assert owed(session, county) == visits[2:]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "visits.national_entered")).one()
    assert event.count == 2


def test_a_tick_taken_back_leaves_its_trace(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    visit = visited(session, county, keyring, patient, date(2026, 11, 18))
    mark_entered(session, doctor, [visit.public_id], NOW)
    assert take_back_entered(session, doctor, visit.public_id, LATER)
    assert not take_back_entered(session, doctor, visit.public_id, LATER)
    assert visit.national_entered_at is None and owed(session, county) == [visit.public_id]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "visits.national_taken_back")).one()
    assert event.detail["was_by"] == doctor.user_id and event.detail["was_at"] == NOW.isoformat()


@pytest.mark.parametrize("role", ["village_doctor", "county_office", "coordinator", "clerk"])
def test_only_those_who_enter_there_tick(
    session: Session, county: County, keyring: Keyring, patient: Patient, role: str
) -> None:
    visit = visited(session, county, keyring, patient, date(2026, 11, 18))
    with pytest.raises(Forbidden):
        mark_entered(session, county.actor(role), [visit.public_id], NOW)


def test_nothing_chosen_and_somebody_elses_are_refused(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    visit = visited(session, county, keyring, patient, date(2026, 11, 18))
    with pytest.raises(Invalid):
        mark_entered(session, county.actor("doctor"), [], NOW)
    with pytest.raises(NotFound):
        mark_entered(session, county.actor("other_doctor"), [visit.public_id], NOW)
    with pytest.raises(NotFound):
        take_back_entered(session, county.actor("other_doctor"), visit.public_id, NOW)


def correct(
    session: Session, county: County, keyring: Keyring, patient: Patient, old: FollowUpVisit, **changes: object
) -> FollowUpVisit:
    sent = replace(command(patient, stable(old.visited_on, **changes)), accepted=LATE)
    by = CorrectVisit(old.public_id, sent, "漏记")
    later = LATER.date()
    return correct_visit(session, Vault(session, keyring), county.actor("doctor"), by, later, LATER).visit


def test_a_correction_of_what_is_not_there_yet_takes_its_place_in_the_same_term(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    old = visited(session, county, keyring, patient, date(2026, 11, 9))
    new = correct(session, county, keyring, patient, old, sleep=3)
    assert owed(session, county) == [new.public_id]
    assert new.national_due_on == old.national_due_on == date(2026, 11, 23)


def test_a_correction_of_what_stands_there_is_owed_again_from_its_own_day(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    old = visited(session, county, keyring, patient, date(2026, 11, 9))
    mark_entered(session, county.actor("doctor"), [old.public_id], NOW)
    new = correct(session, county, keyring, patient, old, sleep=3)
    assert owed(session, county) == [new.public_id] and new.national_due_on == date(2026, 12, 9)
    assert old.national_entered_at is not None and old.withdrawn_at is not None


def test_a_visit_from_there_has_no_tick_to_take_back(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    visit = visited(session, county, keyring, patient, date(2026, 11, 18))
    visit.channel, visit.national_due_on = VisitChannel.NATIONAL, None
    session.flush()
    assert owed(session, county) == []
    with pytest.raises(Conflict):
        take_back_entered(session, county.actor("doctor"), visit.public_id, NOW)


def test_the_next_one_follows_in_the_order_of_the_list_and_begins_again_at_its_end(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    first, second = (visited(session, county, keyring, patient, date(2026, 11, day)) for day in (16, 18))
    assert find_next_owed(session, doctor, ALL, TODAY, first) == (patient.public_id, second.public_id)
    assert find_next_owed(session, doctor, ALL, TODAY, second) == (patient.public_id, first.public_id)
    mark_entered(session, doctor, [first.public_id], NOW)
    assert find_next_owed(session, doctor, ALL, TODAY, second) is None


def test_what_is_late_is_counted_by_its_owner(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    patient.doctor_id = county.users["doctor"]
    visited(session, county, keyring, patient, date(2026, 10, 12))
    visited(session, county, keyring, patient, date(2026, 10, 19))
    visited(session, county, keyring, patient, TODAY - timedelta(days=1))
    loads = count_late_by_owner(session, county.actor("coordinator"), "", TODAY)
    assert [(load.count, load.oldest_on) for load in loads] == [(2, date(2026, 10, 26))]
    assert loads[0].doctor is not None and loads[0].doctor_id is not None


def test_the_lines_to_copy_stand_in_the_order_of_the_form_with_its_codes() -> None:
    record = stable(
        date(2026, 11, 18),
        symptoms=int(Symptom.HALLUCINATION | Symptom.SUSPICION),
        behaviours=17,
        minor_disturbances=2,
        self_harms=1,
        medicines=(
            Medicine("利培酮", morning_mg="1", night_mg="2.5"),
            Medicine("帕利哌酮", every_weeks=4, long_acting_mg="100"),
        ),
        visit_class=2,
        next_due_on=date(2026, 12, 2),
    )
    lines = [(line.name, line.value) for line in copy_lines(record)]
    assert lines == [
        ("visited_on", "2026-11-18"),
        ("form", "2"),
        ("objects", "1,2"),
        ("risk_level", "0"),
        ("symptoms", "1,3"),
        ("insight", "1"),
        ("sleep", "1"),
        ("diet", "1"),
        ("sf_self_care", "1"),
        ("sf_housework", "1"),
        ("sf_work", "9"),
        ("sf_learning", "2"),
        ("sf_social", "1"),
        ("behaviours", "1,5"),
        ("minor_disturbances", "2"),
        ("self_harms", "1"),
        ("locked_up", "1"),
        ("hospitalisation", "0"),
        ("lab_test", "1"),
        ("adherence", "1"),
        ("adverse_reaction", "1"),
        ("treatment_effect", "2"),
        ("referral", "1"),
        ("taken_1_name", "利培酮"),
        ("taken_1_morning_mg", "1"),
        ("taken_1_night_mg", "2.5"),
        ("taken_2_name", "帕利哌酮"),
        ("taken_2_every_weeks", "4"),
        ("taken_2_long_acting_mg", "100"),
        ("rehab_measures", "1"),
        ("visit_class", "2"),
        ("next_due_on", "2026-12-02"),
    ]


def test_no_symptoms_are_copied_as_the_form_prints_them() -> None:
    lines = {line.name: line.value for line in copy_lines(stable(TODAY))}
    assert (lines["symptoms"], lines["symptoms_other"]) == ("12", "无")


def test_a_correction_names_the_places_that_changed() -> None:
    before = copy_lines(stable(TODAY, referral=2, referral_org="市四院"))
    assert differing(copy_lines(stable(TODAY, sleep=3)), before) == {
        "sleep": "1",
        "referral": "2",
        "referral_org": "市四院",
    }
