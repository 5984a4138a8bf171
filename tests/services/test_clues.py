"""Clues: one report is one clue, the health centre's answer decides, and the reporter is told a state and no more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.queries import LOOKED
from app.audit.service import note
from app.core.calendar import load_workdays
from app.core.db import Database, new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.identity import IdKind, Sex
from app.patients.commands import AnswerClue, CloseClue, ConsentDraft, DiagnosisDraft, ReportClue, ReviewDiagnosis
from app.patients.models import Clue, Consent, Diagnosis, Patient, PatientSpan
from app.patients.queries import get_patient
from app.patients.queries.clues import (
    OwnReport,
    count_clues,
    find_origin,
    get_clue,
    list_clues,
    list_danger,
    list_in_doubt,
    list_own_reports,
    open_sheet,
)
from app.patients.rules import (
    UNKNOWN_NAME,
    CareSetting,
    ClueOutcome,
    ClueSource,
    ClueState,
    DiagnosisCategory,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
    look_by,
)
from app.patients.service import (
    answer_clue,
    change_state,
    close_clue,
    open_clue,
    report_clue,
    review_diagnosis,
    start_review,
)
from app.people.commands import PersonDraft
from app.people.models import Person, PersonKey
from app.people.queries import find_by_id_number
from app.people.vault import Vault
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from tests.rig.county import OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, County
from tests.rig.register import NOW, TODAY, id_number, keyring, registered, vault

SECRET_PLACE = "村口老槐树旁"
TALKS_TO_SELF = 1 << 4
HOSPITAL = "安和县精神卫生中心"


def report(session: Session, county: County, who: str = "village_worker", **more: Any) -> Clue:
    values = {"area_code": VILLAGE, "name": "常大勇", "signs": TALKS_TO_SELF, "place": SECRET_PLACE, **more}
    values.setdefault("submission_key", new_public_id())
    return report_clue(session, vault(session), county.actor(who), ReportClue(**values), TODAY, NOW)


def answer(
    session: Session, county: County, clue: Clue, signs: int = TALKS_TO_SELF, **person: object
) -> Patient | None:
    known: dict[str, Any] = {"name": "常大勇", "sex": Sex.MALE, **person}
    draft = PersonDraft(**known)
    command = AnswerClue(signs, draft, clue.area_code, findings="家属证实")
    return answer_clue(session, vault(session), county.actor("doctor"), clue, command, TODAY, NOW)


def suspected(session: Session, county: County, **person: Any) -> Patient:
    patient = answer(session, county, report(session, county), **person)
    assert patient is not None
    return patient


def review(**more: Any) -> ReviewDiagnosis:
    values = {
        "reviewed_on": TODAY,
        "hospital": HOSPITAL,
        "psychiatrist": "汪志远",
        "diagnosis": DiagnosisDraft(DiagnosisCategory.SCHIZOPHRENIA, "F20.0", HOSPITAL, "2026-11-21", "汪志远"),
        **more,
    }
    return ReviewDiagnosis(**values)


# -- reporting ---------------------------------------------------------------------------------------------------------


def test_a_clue_goes_to_the_health_centre_of_the_place_with_its_words_sealed(session: Session, county: County) -> None:
    clue = report(session, county, notes="半夜敲门")
    doctor = county.actor("doctor")
    assert clue.agency_id == doctor.agency_id
    assert (clue.state, clue.source, clue.is_danger) == (ClueState.RECEIVED, ClueSource.VILLAGE, False)
    assert clue.place_sealed is not None and SECRET_PLACE.encode() not in clue.place_sealed
    sheet = open_sheet(session, doctor, vault(session), get_clue(session, doctor, clue.public_id))
    assert (sheet.name, sheet.place, sheet.notes, sheet.signs) == ("常大勇", SECRET_PLACE, "半夜敲门", (5,))


def test_a_report_that_arrives_twice_is_one_clue_of_one_person(session: Session, county: County) -> None:
    key = new_public_id()
    first, second = (report(session, county, submission_key=key) for _ in range(2))
    assert first.id == second.id
    assert session.scalar(select(func.count()).select_from(Clue)) == 1
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_two_taps_at_one_moment_are_one_clue(database: Database, county: County) -> None:
    key, ring = new_public_id(), keyring()
    worker, gate = county.actor("village_worker"), Barrier(2)

    def send() -> str:
        gate.wait()
        with database.transaction() as session:
            command = ReportClue(key, VILLAGE, TALKS_TO_SELF, "常大勇")
            return report_clue(session, Vault(session, ring), worker, command, TODAY, NOW).public_id

    with ThreadPoolExecutor(2) as both:
        first, second = both.submit(send), both.submit(send)
        assert first.result() == second.result()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Clue)) == 1
        assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_somebody_elses_key_hands_out_nothing(session: Session, county: County) -> None:
    key = new_public_id()
    report(session, county, submission_key=key)
    with pytest.raises(IntegrityError):
        report(session, county, who="police", submission_key=key)


@pytest.mark.parametrize(
    ("more", "field"),
    [({"signs": 0}, "signs"), ({"name": "常大勇123"}, "name"), ({"area_code": OTHER_VILLAGE}, "area_code")],
)
def test_a_report_says_something_about_somebody_in_the_reporters_area(
    session: Session, county: County, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        report(session, county, **more)
    assert set(refused.value.errors) == {field}


@pytest.mark.parametrize("who", ["village_doctor", "health_lead", "clerk", "coordinator", "auditor"])
def test_only_those_whom_the_table_names_report(session: Session, county: County, who: str) -> None:
    with pytest.raises(Forbidden):
        report(session, county, who=who)


def test_the_reporter_is_told_a_state_and_after_a_day_no_name(session: Session, county: County) -> None:
    worker, clue = county.actor("village_worker"), report(session, county)
    answer(session, county, clue)
    (own,) = list_own_reports(session, worker, NOW + timedelta(hours=23))
    assert (own.name, own.state) == ("常大勇", ClueState.CLOSED)
    (own,) = list_own_reports(session, worker, NOW + timedelta(hours=25))
    assert (own.name, own.state) == (None, ClueState.CLOSED)
    assert {field.name for field in fields(OwnReport)} == {"name", "village", "reported_at", "is_danger", "state"}
    assert list_own_reports(session, county.actor("police"), NOW) == []


def test_the_police_see_a_clue_only_with_danger_and_only_while_it_is_open(session: Session, county: County) -> None:
    police = county.actor("police")
    report(session, county)
    assert list_danger(session, police, vault(session), TODAY) == ([], 0)
    clue = report(session, county, is_danger=True, notes="手里有刀")
    (seen,), withheld = list_danger(session, police, vault(session), TODAY)
    assert withheld == 0
    assert (seen.name, seen.place) == ("常大勇", SECRET_PLACE)
    assert not any("刀" in str(value) for value in (getattr(seen, name) for name in seen.__slots__))
    answer(session, county, clue)
    assert list_danger(session, police, vault(session), TODAY) == ([], 0)


def test_a_police_officer_sees_ten_persons_a_day_and_not_the_eleventh(session: Session, county: County) -> None:
    """A counter over the day, not a length of the list: who was seen stays seen, also when the case is closed (roles.md)."""
    police = county.actor("police")
    clues = [report(session, county, name=f"常{n}勇", is_danger=True) for n in "一二三四五六七八九十"]
    shown, withheld = list_danger(session, police, vault(session), TODAY)
    assert (len(shown), withheld) == (10, 0)
    for one in shown:
        note(session, police, LOOKED, now=NOW, subject=("clue", one.public_id), area_code=one.area_code)
    close_clue(session, vault(session), county.actor("doctor"), clues[0], CloseClue(ClueOutcome.NOT_FOUND), TODAY, NOW)
    report(session, county, name="常大力", is_danger=True)
    shown, withheld = list_danger(session, police, vault(session), TODAY)
    assert (len(shown), withheld) == (9, 1) and "常大力" not in {one.name for one in shown}
    again, withheld = list_danger(session, police, vault(session), TODAY + timedelta(days=1))
    assert (len(again), withheld) == (10, 0)  # another day, another ten


def test_a_foreign_clue_and_none_are_the_same(session: Session, county: County) -> None:
    clue = report(session, county)
    for who, public_id in (("other_doctor", clue.public_id), ("doctor", new_public_id())):
        with pytest.raises(NotFound):
            get_clue(session, county.actor(who), public_id)
    assert get_clue(session, county.actor("county_office"), clue.public_id).id == clue.id
    with pytest.raises(Forbidden):
        get_clue(session, county.actor("police"), clue.public_id)


# -- looking -----------------------------------------------------------------------------------------------------------


def test_danger_comes_first_and_lateness_counts_working_days(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    calendar = load_workdays(session, date(2026, 1, 1), date(2026, 12, 31))
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert look_by(friday, False, calendar).ends_on == date(2026, 11, 25)
    assert look_by(friday, True, calendar).ends_on == friday
    slow, urgent = report(session, county), report(session, county, is_danger=True)
    assert [row.id for row in list_clues(session, doctor, ClueState.RECEIVED, None, calendar).rows] == [
        urgent.id,
        slow.id,
    ]
    counts = count_clues(session, doctor)
    assert (counts.received, counts.danger, counts.oldest_on, counts.oldest_danger_on) == (2, 1, TODAY, TODAY)
    assert not counts.is_late(TODAY, calendar) and counts.is_late(monday, calendar)
    close_clue(session, vault(session), doctor, urgent, CloseClue(ClueOutcome.NOT_FOUND), TODAY, NOW)
    counts = count_clues(session, doctor)
    assert not counts.is_late(date(2026, 11, 25), calendar) and counts.is_late(date(2026, 11, 26), calendar)
    assert not counts.may_be_late(date(2026, 11, 24)) and counts.may_be_late(date(2026, 11, 25))


def test_pages_of_the_inbox_follow_each_other(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    calendar = load_workdays(session, TODAY, TODAY)
    for number in range(5):
        report(session, county, is_danger=number == 3)
    for state in (ClueState.RECEIVED, ClueState.CLOSED):
        if state is ClueState.CLOSED:
            for clue in session.scalars(select(Clue)):
                answer(session, county, clue, signs=0)
        seen, cursor = [], None
        for _ in range(3):
            page = list_clues(session, doctor, state, cursor, calendar, size=2)
            seen += [row.id for row in page.rows]
            cursor = page.next_cursor
        assert cursor is None and len(seen) == len(set(seen)) == 5


def test_no_sign_closes_it_and_any_sign_makes_a_suspected_registration(session: Session, county: County) -> None:
    clue = report(session, county)
    assert answer(session, county, clue, signs=0) is None
    assert (clue.state, clue.outcome, clue.patient_id) == (ClueState.CLOSED, ClueOutcome.NO_SIGNS, None)
    clue = report(session, county)
    patient = answer(session, county, clue)
    assert patient is not None and clue.patient_id == patient.id
    assert (patient.registry_status, patient.management_status, patient.care_setting) == (
        RegistryStatus.SUSPECTED,
        None,
        None,
    )
    assert clue.found_signs == TALKS_TO_SELF and clue.outcome is ClueOutcome.SUSPECTED
    origin = find_origin(session, county.actor("doctor"), patient)
    assert origin is not None and origin.id == clue.id
    assert find_origin(session, county.actor("coordinator"), patient) is None


def test_somebody_found_by_number_is_the_person_who_is_stored(session: Session, county: County) -> None:
    gone = registered(session, county.actor("doctor"), "常大勇", 7)
    change_state(
        session, county.actor("doctor"), gone, SpanKind.REGISTRY, RegistryStatus.TRANSFERRED_OUT.value, TODAY, None, NOW
    )
    clue = report(session, county)
    reported = clue.person_id
    patient = answer(session, county, clue, id_kind=IdKind.RESIDENT_CARD, id_number=id_number(sequence=7))
    known = find_by_id_number(session, keyring(), id_number(sequence=7))
    assert patient is not None and known is not None
    assert patient.person_id == clue.person_id == known.id == gone.person_id
    assert session.get(Person, reported) is None and session.get(PersonKey, reported) is None
    sheet = open_sheet(session, county.actor("doctor"), vault(session), clue)
    assert sheet.place == SECRET_PLACE


def test_somebody_registered_already_is_known_and_the_reporter_does_not_learn_it(
    session: Session, county: County
) -> None:
    patient = registered(session, county.actor("doctor"), "常大勇", 7)
    clue = report(session, county)
    made = answer(session, county, clue, id_kind=IdKind.RESIDENT_CARD, id_number=id_number(sequence=7))
    assert made is None and (clue.outcome, clue.patient_id) == (ClueOutcome.KNOWN, patient.id)
    other = report(session, county)
    answer(session, county, other, signs=0)
    known, nothing = list_own_reports(session, county.actor("village_worker"), NOW)
    assert known.state is nothing.state is ClueState.CLOSED


def test_a_number_of_another_name_is_refused(session: Session, county: County) -> None:
    registered(session, county.actor("doctor"), "单晓明", 7)
    with pytest.raises(Invalid) as refused:
        answer(session, county, report(session, county), id_kind=IdKind.RESIDENT_CARD, id_number=id_number(sequence=7))
    assert set(refused.value.errors) == {"id_number"}


def test_passed_on_it_is_a_new_clue_of_the_other_village(session: Session, county: County) -> None:
    clue, office = report(session, county, is_danger=True), county.actor("county_office")
    command = CloseClue(ClueOutcome.ELSEWHERE, "已搬到安平镇", OTHER_VILLAGE)
    passed = close_clue(session, vault(session), county.actor("doctor"), clue, command, TODAY, NOW)
    assert passed is not None and (passed.area_code, passed.is_danger, passed.state) == (
        OTHER_VILLAGE,
        True,
        ClueState.RECEIVED,
    )
    assert (clue.state, clue.outcome) == (ClueState.CLOSED, ClueOutcome.ELSEWHERE)
    sheet = open_sheet(session, office, vault(session), passed)
    assert sheet.place == SECRET_PLACE
    with pytest.raises(Invalid):
        close_clue(session, vault(session), office, passed, replace(command, passed_to=None), TODAY, NOW)


def test_only_legal_moves_by_service_and_by_database(session: Session, county: County) -> None:
    clue, doctor = report(session, county), county.actor("doctor")
    open_clue(session, doctor, clue, NOW)
    close_clue(session, vault(session), doctor, clue, CloseClue(ClueOutcome.NOT_FOUND), TODAY, NOW)
    with pytest.raises(Conflict):
        open_clue(session, doctor, clue, NOW)
    for outcome in (ClueOutcome.SUSPECTED, ClueOutcome.NO_SIGNS):
        with pytest.raises(Invalid):
            close_clue(session, vault(session), doctor, report(session, county), CloseClue(outcome), TODAY, NOW)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Clue).where(Clue.id == clue.id).values(state=ClueState.LOOKING, outcome=None))


def test_nobody_looks_for_a_person_without_name_and_place(session: Session, county: County) -> None:
    with pytest.raises(Invalid) as refused:
        report(session, county, name="", place="")
    assert [why.code for why in refused.value.errors["place"]] == ["patients.clue.nobody_nowhere"]
    assert report(session, county, name="").place_sealed


# -- the psychiatrist's word -------------------------------------------------------------------------------------------


def test_suspected_then_reviewed_then_registered_with_diagnosis_and_consent(session: Session, county: County) -> None:
    doctor, patient = county.actor("doctor"), suspected(session, county)
    start_review(session, doctor, patient, TODAY, NOW)
    assert patient.registry_status is RegistryStatus.UNDER_REVIEW
    review_diagnosis(session, doctor, patient, review(consent=ConsentDraft(TODAY, signer="patient")), NOW)
    assert (patient.registry_status, patient.management_status, patient.care_setting) == (
        RegistryStatus.REGISTERED,
        ManagementStatus.MANAGED,
        CareSetting.HOME,
    )
    assert patient.registered_on == TODAY
    diagnosis = session.scalars(select(Diagnosis).where(Diagnosis.patient_id == patient.id)).one()
    assert (diagnosis.hospital, diagnosis.psychiatrist) == (HOSPITAL, "汪志远")
    due = session.scalars(select(Task).where(Task.patient_id == patient.id, Task.kind == TaskKind.FOLLOW_UP)).one()
    assert due.due_on == TODAY + timedelta(days=14)


@pytest.mark.parametrize(
    ("consent", "status"),
    [
        (None, ManagementStatus.PENDING_CONSENT),
        (ConsentDraft(TODAY, is_agreed=False, signer="patient"), ManagementStatus.REFUSED),
    ],
)
def test_consent_is_asked_then_and_decides_the_management(
    session: Session, county: County, consent: ConsentDraft | None, status: ManagementStatus
) -> None:
    patient = suspected(session, county)
    review_diagnosis(session, county.actor("doctor"), patient, review(consent=consent), NOW)
    assert patient.management_status is status and patient.next_due_on is None


def test_not_confirmed_is_excluded_by_one_hand_and_the_record_stays(session: Session, county: County) -> None:
    doctor, patient = county.actor("doctor"), suspected(session, county)
    review_diagnosis(session, doctor, patient, review(diagnosis=None), NOW)
    assert patient.registry_status is RegistryStatus.EXCLUDED
    assert get_patient(session, doctor, patient.public_id).id == patient.id
    for again in (review(diagnosis=None), review(diagnosis=None, is_undecided=True)):
        with pytest.raises(Conflict):
            review_diagnosis(session, doctor, patient, again, NOW)


def test_whoever_was_excluded_comes_back_by_a_new_diagnosis(session: Session, county: County) -> None:
    doctor, patient = county.actor("doctor"), suspected(session, county)
    review_diagnosis(session, doctor, patient, review(diagnosis=None), NOW)
    with pytest.raises(Conflict) as refused:
        change_state(session, doctor, patient, SpanKind.REGISTRY, "registered", TODAY, None, NOW)
    assert refused.value.reason.code == "patients.review.diagnosis_first"
    review_diagnosis(session, doctor, patient, review(consent=ConsentDraft(TODAY, signer="patient")), NOW)
    assert (patient.registry_status, patient.management_status) == (RegistryStatus.REGISTERED, ManagementStatus.MANAGED)


@pytest.mark.parametrize(
    ("born_on", "signer", "why"),
    [
        (date(2012, 2, 29), "patient", "patients.consent.minor"),
        (date(1990, 3, 1), "witness", "patients.consent.witness"),
    ],
)
def test_who_may_not_sign_does_not_agree_at_the_review_either(
    session: Session, county: County, born_on: date, signer: str, why: str
) -> None:
    patient = suspected(session, county, born_on=born_on)
    with pytest.raises(Invalid) as refused:
        consent = ConsentDraft(TODAY, signer=signer)
        review_diagnosis(session, county.actor("doctor"), patient, review(consent=consent), NOW)
    assert [one.code for one in refused.value.errors["consent_signer"]] == [why]


def test_whoever_cannot_be_judged_yet_stays_under_review(session: Session, county: County) -> None:
    doctor, patient = county.actor("doctor"), suspected(session, county)
    for _ in range(2):
        review_diagnosis(session, doctor, patient, review(diagnosis=None, is_undecided=True), NOW)
        assert patient.registry_status is RegistryStatus.UNDER_REVIEW
    reasons = session.scalars(select(PatientSpan.reason).where(PatientSpan.patient_id == patient.id)).all()
    assert "patients.because.undecided" in {why["code"] for why in reasons if why}
    calendar = load_workdays(session, date(2026, 1, 1), date(2026, 12, 31))
    assert [row.since for row in list_in_doubt(session, doctor, calendar)] == [TODAY]
    review_diagnosis(session, doctor, patient, review(diagnosis=None), NOW)
    assert patient.registry_status is RegistryStatus.EXCLUDED


def test_nobody_is_registered_without_a_psychiatrists_word(session: Session, county: County) -> None:
    patient = suspected(session, county)
    with pytest.raises(Conflict) as refused:
        change_state(session, county.actor("doctor"), patient, SpanKind.REGISTRY, "registered", TODAY, None, NOW)
    assert refused.value.reason.code == "patients.review.diagnosis_first"
    with pytest.raises(Forbidden):
        review_diagnosis(session, county.actor("village_doctor"), patient, review(), NOW)


def test_the_word_is_due_in_ten_working_days_from_the_first_suspicion(session: Session, county: County) -> None:
    doctor, patient = county.actor("doctor"), suspected(session, county)
    calendar = load_workdays(session, date(2026, 1, 1), date(2026, 12, 31))
    start_review(session, doctor, patient, TODAY + timedelta(days=2), NOW)
    (row,) = list_in_doubt(session, doctor, calendar)
    assert (row.since, row.due_on, row.status) == (TODAY, date(2026, 12, 4), RegistryStatus.UNDER_REVIEW)
    assert list_in_doubt(session, county.actor("other_doctor"), calendar) == []


# -- edge cases of domain 9 --------------------------------------------------------------------------------------------


def test_edge_17_somebody_without_name_and_number_is_reported_suspected_and_registered(
    session: Session, county: County
) -> None:
    clue = report(session, county, name="", area_code=SECOND_VILLAGE, who="police")
    assert session.get_one(Person, clue.person_id).name == UNKNOWN_NAME
    patient = answer(session, county, clue, name=UNKNOWN_NAME, sex=Sex.UNKNOWN)
    assert patient is not None
    person = session.get_one(Person, patient.person_id)
    assert (person.id_kind, person.id_index) == (IdKind.NONE.value, None)
    review_diagnosis(session, county.actor("doctor"), patient, review(), NOW)
    assert patient.registry_status is RegistryStatus.REGISTERED


def test_edge_27_a_diagnosis_outside_the_six_after_review_leaves_the_record_closed_and_kept(
    session: Session, county: County
) -> None:
    patient = suspected(session, county)
    review_diagnosis(session, county.actor("doctor"), patient, review(diagnosis=None), NOW)
    spans = session.scalars(
        select(PatientSpan.value)
        .where(PatientSpan.patient_id == patient.id, PatientSpan.what == SpanKind.REGISTRY)
        .order_by(PatientSpan.id)
    ).all()
    assert spans == ["suspected", "excluded"]
    reportable = suspected(session, county, name="常大力")
    command = review(diagnosis=DiagnosisDraft(DiagnosisCategory.OTHER_REPORTABLE, "F32.2", HOSPITAL, "2026-11-21"))
    review_diagnosis(session, county.actor("doctor"), reportable, command, NOW)
    assert reportable.diagnosis_category is DiagnosisCategory.OTHER_REPORTABLE
    assert session.scalar(select(func.count()).select_from(Consent)) == 0
