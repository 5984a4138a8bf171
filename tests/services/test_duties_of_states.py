"""Who is not simply visited is asked about: what, from when, how often, and how it ends (domain 1.3, 1.4, 2.6, 8.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor, Role
from app.core.calendar import load_workdays
from app.core.errors import Conflict, Invalid
from app.core.identity import IdKind
from app.core.reasons import Reason, say
from app.desk.service.merging import merge, undo
from app.patients.commands import AnswerDuty, ConsentDraft, DiagnosisDraft, ReviewDiagnosis
from app.patients.models import Patient
from app.patients.queries.watching import watch_of_task
from app.patients.rules import (
    CareSetting,
    DiagnosisCategory,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
    review_by,
)
from app.patients.rules_watch import RHYTHMS, WHOM, Asked, DutyAnswer, Watch, eighteenth_birthday, watch_of
from app.patients.service import (
    change_state,
    record_admission,
    record_death,
    record_discharge,
    review_diagnosis,
    set_consent,
    start_review,
    withdraw_consent,
)
from app.patients.service.answering import answer_duty
from app.patients.service.correcting import correct_identity, draft_of
from app.patients.service.watching import open_watches
from app.people.commands import PersonDraft
from app.people.models import DatePrecision, Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind, kinds_for
from app.tasks.texts import KIND_LABELS
from app.tasks.views import _DEEDS
from app.visits.rules.form import Hospitalisation
from app.visits.service.recording import record_visit
from tests.rig.county import County
from tests.rig.register import NOW, SINCE, TODAY, id_number, registered, vault
from tests.rig.visits import command, stable

OPERATOR = Actor.operator()
YESTERDAY = TODAY - timedelta(days=1)


def waiting(session: Session, patient: Patient, kind: TaskKind) -> list[Task]:
    session.flush()
    rows = select(Task).where(Task.patient_id == patient.id, Task.kind == kind, Task.state == TaskState.OPEN)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def answer(
    session: Session,
    county: County,
    patient: Patient,
    kind: TaskKind,
    said: DutyAnswer,
    on: date = TODAY,
    today: date = TODAY,
    who: str = "health_lead",
) -> Task:
    """The waiting duty, answered by the first whom one may ask."""
    [task] = waiting(session, patient, kind)
    watch = watch_of_task(patient, task)
    assert watch is not None
    whom = WHOM[watch][0] if WHOM[watch] else None
    answer_duty(session, county.actor(who), patient, task, AnswerDuty(said, on, whom), today, NOW)
    return task


def care(session: Session, county: County, patient: Patient, setting: CareSetting, on: date) -> None:
    change_state(session, county.actor("doctor"), patient, SpanKind.CARE, setting.value, on, None, NOW)


def management(session: Session, county: County, patient: Patient, status: ManagementStatus, on: date) -> None:
    lead = county.actor("health_lead")
    change_state(session, lead, patient, SpanKind.MANAGEMENT, status.value, on, None, NOW)


@pytest.fixture
def patient(session: Session, county: County) -> Patient:
    return registered(session, county.actor("doctor"))


# -- the rule ----------------------------------------------------------------------------------------------------------

R, M, C = RegistryStatus, ManagementStatus, CareSetting


@pytest.mark.parametrize(
    ("registry", "managed", "setting", "watch"),
    [
        (R.SUSPECTED, None, None, Watch.REVIEW),
        (R.UNDER_REVIEW, None, None, Watch.REVIEW),
        (R.EXCLUDED, None, None, None),
        (R.TRANSFERRED_OUT, None, None, None),
        (R.DEAD, None, None, None),
        (R.MERGED, None, None, None),
        (R.REGISTERED, M.MANAGED, C.HOME, None),
        (R.REGISTERED, M.MANAGED, C.CARE_FACILITY, None),
        (R.REGISTERED, M.MANAGED, C.UNKNOWN, None),
        (R.REGISTERED, M.MANAGED, C.AWAY_KNOWN, Watch.AWAY),
        (R.REGISTERED, M.MANAGED, C.INPATIENT, Watch.INPATIENT),
        (R.REGISTERED, M.MANAGED, C.CUSTODY, Watch.CUSTODY),
        (R.REGISTERED, M.REFUSED, C.HOME, Watch.REFUSED),
        (R.REGISTERED, M.REFUSED, C.CUSTODY, Watch.CUSTODY),
        (R.REGISTERED, M.PENDING_CONSENT, C.HOME, Watch.CONSENT),
        (R.REGISTERED, M.LOST, C.HOME, Watch.LOST),
        (R.REGISTERED, M.LOST, C.INPATIENT, Watch.LOST),
    ],
)
def test_a_state_has_one_watch_at_most(
    registry: RegistryStatus, managed: ManagementStatus | None, setting: CareSetting | None, watch: Watch | None
) -> None:
    assert watch_of(registry, managed, setting) is watch


@pytest.mark.parametrize("watch", list(Watch))
def test_every_watch_has_words_a_list_and_a_page_that_settles_it(watch: Watch) -> None:
    rhythm = RHYTHMS[watch]
    assert rhythm.kind in KIND_LABELS
    assert rhythm.kind in _DEEDS
    for role in (Role.DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE):
        assert rhythm.kind in kinds_for(role)
    assert rhythm.answers or watch is Watch.REVIEW  # answered by the psychiatrist's word, on its own page


# -- in hospital -------------------------------------------------------------------------------------------------------


def test_edge_08_in_hospital_visits_rest_and_each_month_somebody_asks(
    session: Session, county: County, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    record_admission(session, doctor, patient, "市精神卫生中心", date(2026, 10, 31), None, NOW)
    assert patient.next_due_on is None and waiting(session, patient, TaskKind.FOLLOW_UP) == []
    [task] = waiting(session, patient, TaskKind.CHECK_STATUS)
    assert task.due_on == date(2026, 11, 30)  # 31 October and a month (C3)
    assert "每月核实" in say(Reason.from_json(task.because[-1]))
    answer(session, county, patient, TaskKind.CHECK_STATUS, DutyAnswer.STILL)
    [again] = waiting(session, patient, TaskKind.CHECK_STATUS)
    assert again.due_on == date(2026, 12, 21)
    done = session.get_one(Task, task.id)
    assert done.state is TaskState.DONE
    assert done.outcome is not None and say(Reason.from_json(done.outcome)) == "2026年11月21日询问医院：仍在院"


def test_discharged_the_patient_is_visited_within_fourteen_days(
    session: Session, county: County, patient: Patient
) -> None:
    record_admission(session, county.actor("doctor"), patient, "市精神卫生中心", date(2026, 10, 31), None, NOW)
    answer(session, county, patient, TaskKind.CHECK_STATUS, DutyAnswer.ENDED, date(2026, 11, 18))
    assert patient.care_setting is CareSetting.HOME
    assert waiting(session, patient, TaskKind.CHECK_STATUS) == []
    assert [task.due_on for task in waiting(session, patient, TaskKind.FOLLOW_UP)] == [date(2026, 12, 2)]


def test_a_discharge_that_is_recorded_elsewhere_ends_the_question_too(
    session: Session, county: County, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    record_admission(session, doctor, patient, "市精神卫生中心", date(2026, 10, 31), None, NOW)
    record_discharge(session, doctor, patient, TODAY, NOW)
    assert waiting(session, patient, TaskKind.CHECK_STATUS) == []


def test_a_stay_that_only_a_visit_told_of_ends_with_its_answer(
    session: Session, county: County, patient: Patient
) -> None:
    """The register has no stay; the answer brings the visits back all the same."""
    form = stable(date(2026, 11, 10), hospitalisation=int(Hospitalisation.NOW))
    record_visit(session, vault(session), county.actor("doctor"), command(patient, form), TODAY, NOW)
    assert waiting(session, patient, TaskKind.FOLLOW_UP) == []
    answer(session, county, patient, TaskKind.CHECK_STATUS, DutyAnswer.ENDED, date(2026, 11, 19))
    assert [task.due_on for task in waiting(session, patient, TaskKind.FOLLOW_UP)] == [date(2026, 12, 3)]
    assert patient.next_due_on == date(2026, 12, 3)


# -- in custody, away, in a care home ----------------------------------------------------------------------------------


def test_edge_25_in_custody_somebody_asks_each_quarter_and_after_release_visits_within_fourteen_days(
    session: Session, county: County, patient: Patient
) -> None:
    care(session, county, patient, CareSetting.CUSTODY, date(2026, 8, 31))
    assert patient.next_due_on is None
    [task] = waiting(session, patient, TaskKind.CHECK_STATUS)
    assert task.due_on == date(2026, 11, 30)
    answer(session, county, patient, TaskKind.CHECK_STATUS, DutyAnswer.STILL)
    assert [one.due_on for one in waiting(session, patient, TaskKind.CHECK_STATUS)] == [date(2027, 2, 21)]
    answer(session, county, patient, TaskKind.CHECK_STATUS, DutyAnswer.ENDED, YESTERDAY)
    assert patient.care_setting is CareSetting.HOME
    assert [one.due_on for one in waiting(session, patient, TaskKind.FOLLOW_UP)] == [YESTERDAY + timedelta(days=14)]


def test_edge_24_away_at_a_known_place_visits_go_on_and_after_half_a_year_the_place_is_asked(
    session: Session, county: County, patient: Patient
) -> None:
    before = waiting(session, patient, TaskKind.FOLLOW_UP)
    care(session, county, patient, CareSetting.AWAY_KNOWN, date(2026, 8, 31))
    assert waiting(session, patient, TaskKind.FOLLOW_UP) == before
    [task] = waiting(session, patient, TaskKind.CHECK_STATUS)
    assert task.due_on == date(2027, 2, 28)
    record_visit(
        session,
        vault(session),
        county.actor("doctor"),
        command(patient, stable(date(2026, 11, 10), form=3)),
        TODAY,
        NOW,
    )
    assert waiting(session, patient, TaskKind.CHECK_STATUS) == [task]  # a call answers nothing about where to stay
    answer(session, county, patient, TaskKind.CHECK_STATUS, DutyAnswer.ENDED)
    assert patient.care_setting is CareSetting.HOME


def test_in_a_care_home_everything_goes_on_as_at_home(session: Session, county: County, patient: Patient) -> None:
    before = [task.due_on for task in waiting(session, patient, TaskKind.FOLLOW_UP)]
    care(session, county, patient, CareSetting.CARE_FACILITY, YESTERDAY)
    assert [task.due_on for task in waiting(session, patient, TaskKind.FOLLOW_UP)] == before
    assert waiting(session, patient, TaskKind.CHECK_STATUS) == []


# -- lost, refusing, not asked yet -------------------------------------------------------------------------------------


def test_lost_somebody_searches_each_month_until_found(session: Session, county: County, patient: Patient) -> None:
    management(session, county, patient, ManagementStatus.LOST, date(2026, 11, 1))
    assert waiting(session, patient, TaskKind.FOLLOW_UP) == [] and patient.next_due_on is None
    [task] = waiting(session, patient, TaskKind.SEARCH_LOST)
    assert task.due_on == date(2026, 12, 1)
    answer(session, county, patient, TaskKind.SEARCH_LOST, DutyAnswer.STILL)
    [again] = waiting(session, patient, TaskKind.SEARCH_LOST)
    assert again.due_on == date(2026, 12, 21)
    answer(session, county, patient, TaskKind.SEARCH_LOST, DutyAnswer.ENDED)
    assert patient.management_status is ManagementStatus.MANAGED
    assert waiting(session, patient, TaskKind.SEARCH_LOST) == []
    assert [one.due_on for one in waiting(session, patient, TaskKind.FOLLOW_UP)] == [TODAY + timedelta(days=14)]


def test_a_completed_visit_finds_the_lost_and_ends_the_search(
    session: Session, county: County, patient: Patient
) -> None:
    management(session, county, patient, ManagementStatus.LOST, date(2026, 11, 1))
    form = command(patient, stable(date(2026, 11, 20)))
    record_visit(session, vault(session), county.actor("doctor"), form, TODAY, NOW)
    assert patient.management_status is ManagementStatus.MANAGED
    assert waiting(session, patient, TaskKind.SEARCH_LOST) == []


def test_lost_twice_on_one_day_is_searched_for_twice(session: Session, county: County, patient: Patient) -> None:
    """The second search is a duty of its own, although the first of the same day was done."""
    management(session, county, patient, ManagementStatus.LOST, TODAY)
    answer(session, county, patient, TaskKind.SEARCH_LOST, DutyAnswer.ENDED)
    management(session, county, patient, ManagementStatus.LOST, TODAY)
    assert len(waiting(session, patient, TaskKind.SEARCH_LOST)) == 1


def test_nobody_found_is_managed_without_a_signed_consent(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"), consent=None)
    management(session, county, patient, ManagementStatus.LOST, date(2026, 11, 1))
    with pytest.raises(Conflict):
        answer(session, county, patient, TaskKind.SEARCH_LOST, DutyAnswer.ENDED)


def test_edge_13_who_refuses_management_is_contacted_every_three_months_and_may_agree_at_any_time(
    session: Session, county: County, patient: Patient
) -> None:
    withdraw_consent(
        session, county.actor("doctor"), patient, ConsentDraft(SINCE).kind, "patient", date(2026, 8, 30), NOW
    )
    assert waiting(session, patient, TaskKind.FOLLOW_UP) == []
    [task] = waiting(session, patient, TaskKind.CONTACT)
    assert task.due_on == date(2026, 11, 30)  # refused from the day after the withdrawal
    answer(session, county, patient, TaskKind.CONTACT, DutyAnswer.NOT_REACHED)
    assert [one.due_on for one in waiting(session, patient, TaskKind.CONTACT)] == [TODAY + timedelta(days=7)]
    answer(session, county, patient, TaskKind.CONTACT, DutyAnswer.STILL)
    assert [one.due_on for one in waiting(session, patient, TaskKind.CONTACT)] == [date(2027, 2, 21)]
    set_consent(session, county.actor("doctor"), patient, ConsentDraft(TODAY), NOW)
    assert patient.management_status is ManagementStatus.MANAGED
    assert waiting(session, patient, TaskKind.CONTACT) == []
    assert len(waiting(session, patient, TaskKind.FOLLOW_UP)) == 1


def test_who_has_not_been_asked_for_consent_is_asked_within_fourteen_days(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"), consent=None)
    [task] = waiting(session, patient, TaskKind.CONTACT)
    assert task.due_on == SINCE + timedelta(days=14)
    set_consent(session, county.actor("doctor"), patient, ConsentDraft(TODAY, is_agreed=False), NOW)
    assert patient.management_status is ManagementStatus.REFUSED
    [again] = waiting(session, patient, TaskKind.CONTACT)
    assert again.due_on == date(2027, 2, 21)


# -- suspected ---------------------------------------------------------------------------------------------------------


def suspected(session: Session, county: County) -> Patient:
    doctor = county.actor("doctor")
    return registered(session, doctor, registry_status=RegistryStatus.SUSPECTED, consent=None, diagnosis=None)


def test_a_suspected_person_owes_the_psychiatrists_word_in_ten_working_days(session: Session, county: County) -> None:
    patient = suspected(session, county)
    [task] = waiting(session, patient, TaskKind.DIAGNOSIS_REVIEW)
    assert task.due_on == date(2026, 1, 19)
    start_review(session, county.actor("doctor"), patient, YESTERDAY, NOW)
    assert [one.id for one in waiting(session, patient, TaskKind.DIAGNOSIS_REVIEW)] == [task.id]
    word = ReviewDiagnosis(TODAY, "市精神卫生中心", "郑心明", None, is_undecided=True)
    review_diagnosis(session, county.actor("doctor"), patient, word, NOW)
    [again] = waiting(session, patient, TaskKind.DIAGNOSIS_REVIEW)
    assert again.id != task.id
    assert again.due_on == review_by(TODAY, load_workdays(session, TODAY, TODAY)).ends_on


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_the_word_ends_the_question(session: Session, county: County, is_confirmed: bool) -> None:
    patient = suspected(session, county)
    draft = DiagnosisDraft(DiagnosisCategory.SCHIZOPHRENIA, "F20.0") if is_confirmed else None
    word = ReviewDiagnosis(reviewed_on=TODAY, hospital="市精神卫生中心", psychiatrist="郑心明", diagnosis=draft)
    review_diagnosis(session, county.actor("doctor"), patient, word, NOW)
    assert waiting(session, patient, TaskKind.DIAGNOSIS_REVIEW) == []
    assert len(waiting(session, patient, TaskKind.CONTACT)) == is_confirmed  # registered, and to be asked for consent


# -- leaving -----------------------------------------------------------------------------------------------------------


def test_death_ends_every_question(session: Session, county: County, patient: Patient) -> None:
    care(session, county, patient, CareSetting.CUSTODY, date(2026, 8, 31))
    record_death(session, county.actor("doctor"), patient, YESTERDAY, DatePrecision.DAY, 1, NOW)
    assert waiting(session, patient, TaskKind.CHECK_STATUS) == []


def test_an_exclusion_ends_every_duty(session: Session, county: County, patient: Patient) -> None:
    office = county.actor("county_office")
    other = replace(office, user_id=9_999)
    open_watches(session, OPERATOR, TODAY, NOW)
    excluded = RegistryStatus.EXCLUDED.value
    change_state(session, office, patient, SpanKind.REGISTRY, excluded, TODAY, None, NOW, second=other)
    rows = select(Task).where(Task.patient_id == patient.id, Task.state == TaskState.OPEN)
    assert session.scalars(rows).all() == []


# -- people without papers, people who come of age ---------------------------------------------------------------------


def test_edge_17_somebody_without_papers_is_looked_into_every_ninety_days(session: Session, county: County) -> None:
    nameless = PersonDraft(name="姓名不详", id_kind=IdKind.NONE)
    patient = registered(session, county.actor("doctor"), person=nameless)
    open_watches(session, OPERATOR, SINCE, NOW)
    [task] = waiting(session, patient, TaskKind.IDENTIFY)
    assert task.due_on == SINCE + timedelta(days=90)
    answer(session, county, patient, TaskKind.IDENTIFY, DutyAnswer.STILL)
    [again] = waiting(session, patient, TaskKind.IDENTIFY)
    assert again.due_on == TODAY + timedelta(days=90)
    person = session.get_one(Person, patient.person_id)
    draft = draft_of(person, IdKind.RESIDENT_CARD, id_number(sequence=77), person.sex, date(1980, 5, 1))  # type: ignore[arg-type]
    why = "patients.correction.typing"
    correct_identity(session, vault(session), county.actor("health_lead"), patient, draft, why, TODAY, NOW)
    assert waiting(session, patient, TaskKind.IDENTIFY) == []
    open_watches(session, OPERATOR, TODAY + timedelta(days=1), NOW)
    assert waiting(session, patient, TaskKind.IDENTIFY) == []


@pytest.mark.parametrize(
    ("born_on", "birthday"),
    [
        (date(2004, 2, 29), date(2022, 3, 1)),
        (date(2004, 3, 1), date(2022, 3, 1)),
        (date(2004, 2, 28), date(2022, 2, 28)),
        (date(2006, 2, 28), date(2024, 2, 28)),
    ],
)
def test_edge_19_somebody_comes_of_age_on_the_day_and_not_before(
    session: Session, county: County, born_on: date, birthday: date
) -> None:
    assert eighteenth_birthday(born_on) == birthday
    draft = PersonDraft(name="常小满", born_on=born_on)
    patient = registered(session, county.actor("doctor"), person=draft)
    patient.registered_on = date(2015, 1, 5)
    session.flush()
    open_watches(session, OPERATOR, birthday - timedelta(days=1), NOW)
    assert waiting(session, patient, TaskKind.COMES_OF_AGE) == []
    open_watches(session, OPERATOR, birthday, NOW)
    [task] = waiting(session, patient, TaskKind.COMES_OF_AGE)
    assert task.due_on.month == birthday.month + 1
    open_watches(session, OPERATOR, birthday + timedelta(days=30), NOW)
    assert waiting(session, patient, TaskKind.COMES_OF_AGE) == [task]


def test_edge_14_what_a_parent_signed_does_not_settle_the_coming_of_age(session: Session, county: County) -> None:
    born_on = date(2008, 11, 15)
    patient = registered(session, county.actor("doctor"), person=PersonDraft(name="常小满", born_on=born_on))
    open_watches(session, OPERATOR, TODAY, NOW)
    with pytest.raises(Invalid):
        answer(session, county, patient, TaskKind.COMES_OF_AGE, DutyAnswer.CAPABLE)
    set_consent(session, county.actor("doctor"), patient, ConsentDraft(TODAY, signer="patient"), NOW)
    answer(session, county, patient, TaskKind.COMES_OF_AGE, DutyAnswer.CAPABLE)
    assert waiting(session, patient, TaskKind.COMES_OF_AGE) == []


def test_whoever_was_registered_as_an_adult_never_comes_of_age(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"), person=PersonDraft(name="常小满", born_on=date(2008, 1, 3)))
    open_watches(session, OPERATOR, TODAY, NOW)
    assert waiting(session, patient, TaskKind.COMES_OF_AGE) == []


# -- every night -------------------------------------------------------------------------------------------------------


def test_the_night_makes_good_what_a_roster_brought_and_a_second_run_makes_none(
    session: Session, county: County
) -> None:
    doctor = county.actor("doctor")
    lost = registered(
        session, doctor, sequence=1, is_opening=True, management_status=ManagementStatus.LOST, consent=None
    )
    held = registered(session, doctor, sequence=3, is_opening=True, care_setting=CareSetting.CUSTODY)
    home = registered(session, doctor, sequence=5, is_opening=True)
    assert waiting(session, lost, TaskKind.SEARCH_LOST) == []
    assert open_watches(session, OPERATOR, TODAY, NOW).made == 2
    assert [task.due_on for task in waiting(session, lost, TaskKind.SEARCH_LOST)] == [
        TODAY
    ]  # long owed, late by no day
    assert [task.due_on for task in waiting(session, held, TaskKind.CHECK_STATUS)] == [TODAY]
    assert waiting(session, home, TaskKind.CHECK_STATUS) == []
    assert open_watches(session, OPERATOR, TODAY, NOW).made == 0
    assert open_watches(session, OPERATOR, TODAY + timedelta(days=200), NOW).made == 0


# -- answering ---------------------------------------------------------------------------------------------------------


def test_an_answer_has_its_day_and_says_who_was_asked(session: Session, county: County, patient: Patient) -> None:
    care(session, county, patient, CareSetting.CUSTODY, date(2026, 8, 31))
    [task] = waiting(session, patient, TaskKind.CHECK_STATUS)
    doctor = county.actor("doctor")
    wrong = [
        AnswerDuty(DutyAnswer.STILL, TODAY),
        AnswerDuty(DutyAnswer.STILL, TODAY, Asked.COMMITTEE),
        AnswerDuty(DutyAnswer.STILL, TODAY + timedelta(days=1), Asked.POLICE),
        AnswerDuty(DutyAnswer.ENDED, date(2026, 8, 30)),
        AnswerDuty(DutyAnswer.CAPABLE, TODAY, Asked.POLICE),
    ]
    for said in wrong:
        with pytest.raises(Invalid):
            answer_duty(session, doctor, patient, task, said, TODAY, NOW)
    assert waiting(session, patient, TaskKind.CHECK_STATUS) == [task]


def test_a_duty_is_answered_once(session: Session, county: County, patient: Patient) -> None:
    care(session, county, patient, CareSetting.CUSTODY, date(2026, 8, 31))
    [task] = waiting(session, patient, TaskKind.CHECK_STATUS)
    said = AnswerDuty(DutyAnswer.STILL, TODAY, Asked.POLICE)
    answer_duty(session, county.actor("doctor"), patient, task, said, TODAY, NOW)
    session.refresh(task)
    with pytest.raises(Conflict):
        answer_duty(session, county.actor("doctor"), patient, task, said, TODAY, NOW)


def test_a_merged_records_questions_are_nobodys_and_come_back_with_it(session: Session, county: County) -> None:
    """The kept record's own state asks; what the other one's state asked for would have no page any more."""
    office = county.actor("county_office")
    kept = registered(session, office, sequence=1)
    merged = registered(session, office, sequence=3)
    management(session, county, merged, ManagementStatus.LOST, date(2026, 11, 1))
    moved = merge(session, vault(session), office, kept, merged, {}, TODAY, NOW)
    assert waiting(session, kept, TaskKind.SEARCH_LOST) == waiting(session, merged, TaskKind.SEARCH_LOST) == []
    undo(session, moved, kept, merged)
    assert len(waiting(session, merged, TaskKind.SEARCH_LOST)) == 1


def test_whoever_nobody_can_find_is_asked_about_the_same_day_and_not_any_more_once_known(
    session: Session, county: County, patient: Patient
) -> None:
    care(session, county, patient, CareSetting.UNKNOWN, TODAY)
    [task] = waiting(session, patient, TaskKind.CONFIRM_LOST)
    assert task.due_on == TODAY and "去向不明" in say(Reason.from_json(task.because[-1]))
    assert len(waiting(session, patient, TaskKind.FOLLOW_UP)) == 1
    care(session, county, patient, CareSetting.HOME, TODAY)
    assert waiting(session, patient, TaskKind.CONFIRM_LOST) == []
    care(session, county, patient, CareSetting.UNKNOWN, TODAY)
    management(session, county, patient, ManagementStatus.LOST, TODAY)
    assert waiting(session, patient, TaskKind.CONFIRM_LOST) == []
    assert len(waiting(session, patient, TaskKind.SEARCH_LOST)) == 1


def test_a_first_visit_says_that_it_is_the_first(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"), consent=None)
    set_consent(session, county.actor("doctor"), patient, ConsentDraft(TODAY), NOW)
    [task] = waiting(session, patient, TaskKind.FOLLOW_UP)
    assert "首次随访" in say(Reason.from_json(task.because[-1]))
