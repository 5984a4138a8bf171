"""Emergencies: asked for by a visit, recorded within 24 hours, evidence once finished, checked until twice stable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.benefits.commands import RecordBenefit
from app.benefits.rules.benefit import BenefitKind, BenefitState
from app.benefits.service.recording import record_benefit
from app.core.db import new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from app.core.identity import Sex
from app.discharges.rules.states import CloseReason
from app.discharges.service import follow_loops
from app.guardians.queries import list_guardians
from app.incidents.commands import FillRecord, OpenEmergency
from app.incidents.commands.green import AnswerReception, AskHospital
from app.incidents.models import Emergency, EmergencyReception
from app.incidents.papers import record_pdf
from app.incidents.queries import (
    get_emergency,
    list_checks,
    list_emergencies,
    list_questions,
    open_sheet,
)
from app.incidents.queries.receptions import list_asked
from app.incidents.rules import (
    ConsentSigner,
    Disposal,
    EmergencyEffect,
    EmergencyReason,
    Measure,
    NoConsent,
    NotAnEmergency,
    PersonCategory,
    PoliceTold,
    ReporterKind,
    clock_of,
    next_check_at,
)
from app.incidents.rules.reception import ReceptionRefusal, ReceptionState, Transport
from app.incidents.service import (
    answer_no_emergency,
    fill_record,
    finish_record,
    open_emergency,
    record_check,
    set_checks,
)
from app.incidents.service.receptions import answer_reception, ask_hospital
from app.messages.models import Message
from app.messages.queries.relevance import still_holding
from app.messages.rules.kinds import MessageKind, Recipient
from app.patients.models import Admission, Patient
from app.patients.queries import header_of
from app.patients.rules import CareSetting
from app.patients.service import record_admission, record_death
from app.people.models import DatePrecision, Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.rules.form import Behaviour
from app.visits.rules.prompts import DOUBTS
from app.visits.service.recording import record_visit
from tests.rig.county import OTHER_VILLAGE, VILLAGE, County
from tests.rig.discharges import submitted
from tests.rig.papers import words_on
from tests.rig.register import NOW, TODAY, registered, vault
from tests.rig.visits import command, stable

SCENE = "在屋顶不肯下来"
HOUR = timedelta(hours=1)


def patient_of(session: Session, county: County) -> Patient:
    return registered(session, county.actor("county_office"))


def opening(**more: Any) -> OpenEmergency:
    began = OpenEmergency(new_public_id(), ReporterKind.FAMILY, EmergencyReason.SELF_HARM, NOW - HOUR)
    return replace(began, **more)


def opened(session: Session, county: County, who: str = "doctor", **more: Any) -> Emergency:
    return open_emergency(session, vault(session), county.actor(who), opening(**more), NOW)


def filling(emergency: Emergency, **more: Any) -> FillRecord:
    whole = FillRecord(
        version=emergency.version,
        reason=EmergencyReason.SELF_HARM,
        ended_at=NOW,
        place="文昌街三号",
        scene=SCENE,
        risk_level=2,
        measures=1,
        effect=EmergencyEffect.CONTROLLED,
        disposal=Disposal.ON_THE_SPOT,
        consent_signer=ConsentSigner.POLICE_WITNESS,
        team=(("孙建国", "文昌街道派出所"), ("李医生", "")),
    )
    return replace(whole, **more)


def filled(session: Session, county: County, emergency: Emergency, now: datetime = NOW, **more: Any) -> None:
    doctor = county.actor("doctor")
    fill_record(session, vault(session), doctor, emergency, filling(emergency, **more), now)


def finished(session: Session, county: County, emergency: Emergency, now: datetime = NOW, **more: Any) -> None:
    filled(session, county, emergency, now, **more)
    finish_record(session, county.actor("doctor"), emergency, now)


def tasks_of(session: Session, patient: Patient, kind: TaskKind) -> list[Task]:
    standing = select(Task).where(Task.patient_id == patient.id, Task.kind == kind, Task.state == TaskState.OPEN)
    return list(session.scalars(standing.order_by(Task.id)))


def attempt_on_life(session: Session, county: County, patient: Patient) -> Task:
    did = int(Behaviour.SUICIDE_ATTEMPT)
    record = stable(TODAY, behaviours=did, suicide_attempts=1, risk_level=4)
    visit = command(patient, record, accepted=DOUBTS)
    record_visit(session, vault(session), county.actor("doctor"), visit, TODAY, NOW)
    (task,) = tasks_of(session, patient, TaskKind.EMERGENCY_RECORD)
    return task


# -- what asks for one -------------------------------------------------------------------------------------------------


def test_an_attempt_on_ones_life_asks_for_a_record_within_a_day(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    task = attempt_on_life(session, county, patient)
    assert task.due_at == NOW + 24 * HOUR
    assert [why["code"] for why in task.because] == ["visit.emergency.self", "visit.emergency.others"]
    (question,) = list_questions(session, county.actor("health_lead"), NOW + 25 * HOUR)
    assert question.patient == patient.public_id and question.clock.is_late and question.clock.hours == 1


def test_a_quiet_visit_asks_for_nothing(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    record_visit(session, vault(session), county.actor("doctor"), command(patient, stable(TODAY)), TODAY, NOW)
    assert tasks_of(session, patient, TaskKind.EMERGENCY_RECORD) == []


def test_it_was_no_emergency_is_an_answer_with_a_code(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    task = attempt_on_life(session, county, patient)
    answer_no_emergency(session, county.actor("doctor"), task, NotAnEmergency.HANDLED, NOW)
    assert tasks_of(session, patient, TaskKind.EMERGENCY_RECORD) == []
    with pytest.raises(Conflict):
        answer_no_emergency(session, county.actor("doctor"), task, NotAnEmergency.PAST, NOW)


def test_a_record_takes_the_place_of_the_question_and_remembers_the_visit(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    task = attempt_on_life(session, county, patient)
    emergency = opened(session, county, patient=patient.public_id, task=task.public_id)
    assert (emergency.category, emergency.visit_id) == (PersonCategory.MANAGED, patient.last_visit_id)
    (own,) = tasks_of(session, patient, TaskKind.EMERGENCY_RECORD)
    assert (own.period, own.due_at) == (f"emergency:{emergency.id}", NOW + 24 * HOUR)
    assert list_questions(session, county.actor("doctor"), NOW) == []


# -- opening -----------------------------------------------------------------------------------------------------------


def test_somebody_unknown_has_a_record_without_a_task(session: Session, county: County) -> None:
    emergency = opened(session, county, area_code=VILLAGE, sex=Sex.MALE, category=PersonCategory.UNKNOWN)
    assert (emergency.patient_id, emergency.area_code) == (None, VILLAGE)
    assert session.scalar(select(func.count()).select_from(Task)) == 0
    finished(session, county, emergency)
    assert [check.due_at for check in list_checks(session, emergency)] == [NOW + 4 * HOUR]


def test_a_form_that_arrives_twice_opens_one_record(session: Session, county: County) -> None:
    key = new_public_id()
    first, second = (opened(session, county, submission_key=key, area_code=VILLAGE) for _ in range(2))
    assert first.id == second.id
    assert session.scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"started_at": NOW + HOUR}, "started_at"),
        ({"area_code": OTHER_VILLAGE}, "area_code"),
        ({"name": "张三1"}, "name"),
        ({"category": PersonCategory.MANAGED}, "category"),
    ],
)
def test_an_opening_is_refused_by_field(session: Session, county: County, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        opened(session, county, **{"area_code": VILLAGE, **more})
    assert field in refused.value.errors


def test_two_colleagues_share_the_record_that_runs(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    first = opened(session, county, patient=patient.public_id)
    assert opened(session, county, "health_lead", patient=patient.public_id).id == first.id
    finished(session, county, first)
    assert opened(session, county, patient=patient.public_id).id != first.id


def test_nothing_begins_after_a_death(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    died_on = TODAY - timedelta(days=2)
    record_death(session, county.actor("doctor"), patient, died_on, DatePrecision.DAY, 2, NOW)
    with pytest.raises(Invalid) as refused:
        opened(session, county, patient=patient.public_id)
    assert refused.value.errors["started_at"][0].code == "incidents.after_death"
    assert (
        opened(session, county, patient=patient.public_id, started_at=NOW - timedelta(days=3)).patient_id == patient.id
    )


@pytest.mark.parametrize("who", ["village_doctor", "village_worker", "police", "clerk", "coordinator"])
def test_only_those_who_answer_for_it_open_one(session: Session, county: County, who: str) -> None:
    with pytest.raises(Forbidden):
        opened(session, county, who, area_code=VILLAGE)


def test_the_next_visit_comes_within_fourteen_days(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    record_visit(session, vault(session), county.actor("doctor"), command(patient, stable(TODAY)), TODAY, NOW)
    (later,) = tasks_of(session, patient, TaskKind.FOLLOW_UP)
    assert later.due_on > TODAY + timedelta(days=14)
    opened(session, county, patient=patient.public_id)
    session.refresh(later)
    assert later.due_on == patient.next_due_on == TODAY + timedelta(days=14)


def test_what_is_written_down_late_asks_for_a_visit_today_and_never_in_the_past(
    session: Session, county: County
) -> None:
    patient = patient_of(session, county)
    record_visit(session, vault(session), county.actor("doctor"), command(patient, stable(TODAY)), TODAY, NOW)
    with pytest.raises(Invalid):
        opened(session, county, patient=patient.public_id, started_at=NOW - timedelta(days=93))
    opened(session, county, patient=patient.public_id, started_at=NOW - timedelta(days=30))
    assert patient.next_due_on == TODAY


def test_a_hospital_may_answer_within_the_minute_of_the_question(session: Session, county: County) -> None:
    doctor, emergency = county.actor("doctor"), opened(session, county, area_code=VILLAGE, name="单晓明")
    asked_at = NOW.replace(second=10)
    hospital = county.actor("hospital")
    own = session.get_one(Agency, hospital.agency_id)
    asked = AskHospital(new_public_id(), Transport.AMBULANCE, hospital=own.public_id)
    reception = ask_hospital(session, vault(session), doctor, emergency, asked, asked_at)
    told = session.scalars(select(Message).where(Message.kind == MessageKind.CRISIS)).one()
    assert (told.recipient, told.recipient_id, told.patient_id) == (Recipient.AGENCY, hospital.agency_id, None)
    assert still_holding(session, told.subject_kind, [told.subject_id], TODAY) == {reception.id}
    said = AnswerReception(ReceptionState.ACCEPTED, NOW, name="值班医生")
    with pytest.raises(Invalid):
        answer_reception(session, doctor, reception, replace(said, at=NOW - timedelta(minutes=1)), asked_at)
    answer_reception(session, doctor, reception, said, asked_at)
    assert (reception.state, reception.answered_at) == (ReceptionState.ACCEPTED, asked_at)
    assert [one.name for one in list_asked(session, hospital)] == ["单晓明"]
    assert still_holding(session, "emergency_reception", [reception.id], TODAY) == set(), "it has answered"
    no = replace(said, to=ReceptionState.REFUSED, refusal=ReceptionRefusal.NO_BED, at=asked_at)
    answer_reception(session, hospital, reception, no, asked_at)
    assert [one.name for one in list_asked(session, hospital)] == [""], "whom it does not receive is not its patient"
    with pytest.raises(Conflict):
        answer_reception(session, hospital, reception, said, asked_at)


def test_whoever_is_brought_to_a_hospital_lies_there_for_the_whole_product(session: Session, county: County) -> None:
    patient, hospital = patient_of(session, county), county.actor("hospital")
    uninsured = RecordBenefit(new_public_id(), BenefitKind.BASIC_MEDICAL, BenefitState.ENDED, TODAY)
    record_benefit(session, vault(session), county.actor("doctor"), patient, uninsured, TODAY, NOW)
    loop = submitted(session, county, discharged_at=NOW - timedelta(days=2), admitted_on=TODAY - timedelta(days=20))
    emergency = opened(session, county, patient=patient.public_id)
    name, first = hospital_name(session, county), asked_of(session, county, emergency)
    refused = AnswerReception(ReceptionState.REFUSED, NOW, name="值班", refusal=ReceptionRefusal.NO_BED)
    answer_reception(session, hospital, first, refused, NOW)
    assert not stays_of(session, patient), "whom no hospital has taken lies in none"
    answer_reception(
        session, hospital, asked_of(session, county, emergency), AnswerReception(ReceptionState.ARRIVED, NOW), NOW
    )
    assert [(one.hospital, one.from_on) for one in stays_of(session, patient)] == [(name, TODAY)]
    assert patient.care_setting is CareSetting.INPATIENT
    assert len(tasks_of(session, patient, TaskKind.DYNAMIC_ENROLMENT)) == 1, "insured at once, in the same act"
    finished(session, county, emergency, disposal=Disposal.ADMISSION, hospital=f"{name}（急诊）")
    assert len(stays_of(session, patient)) == 1 and not doubts_of(session, patient, emergency)
    assert (follow_loops(session, NOW), loop.close_reason) == (1, CloseReason.READMITTED)


def test_a_record_that_ends_in_an_admission_enters_the_stay(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    on_the_spot = opened(session, county, patient=patient.public_id)
    finished(session, county, on_the_spot)
    finished(session, county, opened(session, county, area_code=VILLAGE), disposal=Disposal.ADMISSION, hospital="甲")
    assert not stays_of(session, patient)
    finished(
        session, county, opened(session, county, patient=patient.public_id), disposal=Disposal.ADMISSION, hospital="甲"
    )
    assert [(one.hospital, one.from_on) for one in stays_of(session, patient)] == [("甲", TODAY)]


@pytest.mark.parametrize("says_otherwise", ["another stay", "no admission", "long ago"])
def test_what_does_not_fit_the_register_is_for_somebody_to_decide(
    session: Session, county: County, says_otherwise: str
) -> None:
    patient, doctor = patient_of(session, county), county.actor("doctor")
    disposal, stays = Disposal.ADMISSION, 0
    if says_otherwise == "another stay":
        record_admission(session, doctor, patient, "乙", TODAY - timedelta(days=3), None, NOW)
        stays = 1
    began = NOW - (timedelta(days=8) if says_otherwise == "long ago" else HOUR)
    emergency = opened(session, county, patient=patient.public_id, started_at=began)
    if says_otherwise == "no admission":
        disposal, stays = Disposal.OBSERVATION, 1
        arrived = AnswerReception(ReceptionState.ARRIVED, NOW)
        answer_reception(session, county.actor("hospital"), asked_of(session, county, emergency), arrived, NOW)
    finished(session, county, emergency, disposal=disposal, hospital="甲", ended_at=began)
    (task,) = doubts_of(session, patient, emergency)
    assert [one["code"] for one in task.because] == ["incidents.verify_stay"]
    assert len(stays_of(session, patient)) == stays and emergency.finished_at == NOW


def hospital_name(session: Session, county: County) -> str:
    return session.get_one(Agency, county.actor("hospital").agency_id).name


def asked_of(session: Session, county: County, emergency: Emergency) -> EmergencyReception:
    own = session.get_one(Agency, county.actor("hospital").agency_id).public_id
    command = AskHospital(new_public_id(), Transport.AMBULANCE, hospital=own)
    return ask_hospital(session, vault(session), county.actor("doctor"), emergency, command, NOW)


def doubts_of(session: Session, patient: Patient, emergency: Emergency) -> list[Task]:
    asked = tasks_of(session, patient, TaskKind.CHECK_STATUS)
    return [task for task in asked if task.period == f"emergency:{emergency.id}"]


def stays_of(session: Session, patient: Patient) -> list[Admission]:
    running = select(Admission).where(Admission.patient_id == patient.id, Admission.to_on.is_(None))
    return list(session.scalars(running))


# -- the record --------------------------------------------------------------------------------------------------------


def test_the_clock_runs_from_the_opening_and_from_the_end_once_there_is_one(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    emergency = opened(session, county, patient=patient.public_id)
    assert emergency.record_due_at == NOW + 24 * HOUR
    filled(session, county, emergency, NOW + 3 * HOUR, ended_at=NOW + 2 * HOUR)
    assert emergency.record_due_at == NOW + 26 * HOUR
    (task,) = tasks_of(session, patient, TaskKind.EMERGENCY_RECORD)
    assert task.due_at == NOW + 26 * HOUR


def test_a_finished_record_lacks_nothing(session: Session, county: County) -> None:
    emergency = opened(session, county, area_code=VILLAGE)
    with pytest.raises(Invalid) as refused:
        finish_record(session, county.actor("doctor"), emergency, NOW)
    needed = {"ended_at", "place", "scene", "risk_level", "measures", "effect", "disposal", "consent_signer", "team"}
    assert set(refused.value.errors) == needed
    filled(session, county, emergency, risk_level=0)
    finish_record(session, county.actor("doctor"), emergency, NOW)
    assert emergency.finished_at == NOW


def test_level_three_and_above_is_told_to_the_police_and_kept_as_the_level(session: Session, county: County) -> None:
    patient = patient_of(session, county)
    emergency = opened(session, county, patient=patient.public_id)
    with pytest.raises(Invalid) as refused:
        finished(session, county, emergency, risk_level=4)
    assert set(refused.value.errors) == {"police_told_at"}
    assert patient.risk_level == 4
    told = {"police_told_at": NOW - HOUR, "police_told": PoliceTold.ON_SCENE}
    finished(session, county, emergency, risk_level=4, **told)
    assert emergency.police_told is PoliceTold.ON_SCENE


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"ended_at": NOW + HOUR}, "ended_at"),
        ({"ended_at": NOW - 2 * HOUR}, "ended_at"),
        ({"police_told_at": NOW}, "police_told_at"),
        ({"consent_signer": ConsentSigner.NONE}, "consent_reason"),
    ],
)
def test_what_contradicts_is_refused_at_its_field(
    session: Session, county: County, more: dict[str, Any], field: str
) -> None:
    emergency = opened(session, county, area_code=VILLAGE)
    with pytest.raises(Invalid) as refused:
        filled(session, county, emergency, **more)
    assert set(refused.value.errors) == {field}
    none = {"consent_signer": ConsentSigner.NONE, "consent_reason": NoConsent.NOT_REACHED}
    filled(session, county, emergency, **none)


def test_two_who_write_at_once_do_not_overwrite_each_other(session: Session, county: County) -> None:
    emergency = opened(session, county, area_code=VILLAGE)
    stale = filling(emergency)
    filled(session, county, emergency)
    with pytest.raises(StaleVersion):
        fill_record(session, vault(session), county.actor("doctor"), emergency, stale, NOW)


def test_who_is_not_shown_a_text_does_not_delete_it(session: Session, county: County) -> None:
    emergency, office = opened(session, county, area_code=VILLAGE), county.actor("county_office")
    filled(session, county, emergency)
    assert open_sheet(session, office, vault(session), emergency, NOW).texts["scene"] is None
    fill_record(session, vault(session), office, emergency, filling(emergency, scene="", place=""), NOW)
    assert open_sheet(session, county.actor("doctor"), vault(session), emergency, NOW).texts["scene"] == SCENE


def test_a_finished_record_stands_also_against_the_database(session: Session, county: County) -> None:
    emergency = opened(session, county, area_code=VILLAGE)
    finished(session, county, emergency)
    with pytest.raises(Conflict):
        filled(session, county, emergency)
    with pytest.raises(DatabaseError, match="guard_emergencies_finished"):
        session.execute(update(Emergency).values(risk_level=0))


def test_its_texts_are_sealed_and_its_paper_has_three_copies(session: Session, county: County) -> None:
    emergency, doctor = opened(session, county, area_code=VILLAGE), county.actor("doctor")
    finished(session, county, emergency)
    assert emergency.scene_sealed is not None and SCENE.encode() not in emergency.scene_sealed
    sheet = open_sheet(session, doctor, vault(session), get_emergency(session, doctor, emergency.public_id), NOW)
    assert sheet.texts["scene"] == SCENE
    paper = record_pdf(sheet, None, (), "文昌街道社区卫生服务中心", doctor, NOW)
    assert words_on(paper).count(SCENE) == 3


def test_what_the_codes_do_not_say_is_asked_for_and_printed(session: Session, county: County) -> None:
    patient, doctor = patient_of(session, county), county.actor("doctor")
    emergency = opened(session, county, patient=patient.public_id)
    finished(
        session, county, emergency,
        reporter_name="田守义", reported_at=NOW - 2 * HOUR, reason=EmergencyReason.OTHER, reason_text="误服农药",
        diagnosis="精神分裂症复发", measures=int(Measure.DRUG | Measure.OTHER), measures_text="氟哌啶醇 5 mg 肌内注射",
        effect=EmergencyEffect.OTHER, effect_text="入睡", consent_name="赵春芳",
        police_told_at=NOW, police_told=PoliceTold.ON_SCENE,
    )  # fmt: skip
    sheet = open_sheet(session, doctor, vault(session), emergency, NOW)
    header = header_of(session, doctor, vault(session), patient, TODAY)
    found = words_on(
        record_pdf(sheet, header, list_guardians(session, doctor, vault(session), patient), "", doctor, NOW)
    )
    for words in ("田守义", "误服农药", "精神分裂症复发", "氟哌啶醇5mg肌内注射", "入睡", "赵春芳", "民警在处置现场"):
        assert words in found, words
    assert header.village.replace("·", "") in found  # as people write an address


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reason": EmergencyReason.OTHER}, "reason_text"),
        ({"measures": int(Measure.OTHER)}, "measures_text"),
        ({"effect": EmergencyEffect.OTHER}, "effect_text"),
    ],
)
def test_a_record_is_not_finished_while_nobody_says_what_other_means(
    session: Session, county: County, said: dict[str, Any], field: str
) -> None:
    emergency = opened(session, county, area_code=VILLAGE)
    with pytest.raises(Invalid) as refused:
        finished(session, county, emergency, **said)
    assert list(refused.value.errors) == [field]


# -- checks ------------------------------------------------------------------------------------------------------------


def test_checks_go_on_every_four_hours_until_two_in_a_row_are_stable() -> None:
    at = datetime(2026, 11, 21, 8, tzinfo=UTC)
    assert next_check_at([], at) == next_check_at([True], at) == next_check_at([True, False], at) == at + 4 * HOUR
    assert next_check_at([True, False, True], at) == at + 4 * HOUR
    assert next_check_at([False, True, True], at) is None


def test_a_chain_of_checks_ends_by_itself(session: Session, county: County) -> None:
    patient, doctor = patient_of(session, county), county.actor("doctor")
    emergency = opened(session, county, patient=patient.public_id)
    finished(session, county, emergency)
    at = NOW
    for is_stable in (True, False, True, True):
        (task,) = tasks_of(session, patient, TaskKind.EMERGENCY_CHECK)
        assert task.due_at == at + 4 * HOUR
        at += 4 * HOUR
        record_check(session, vault(session), doctor, emergency, is_stable, "神志清楚", at)
    assert tasks_of(session, patient, TaskKind.EMERGENCY_CHECK) == []
    with pytest.raises(Conflict):
        record_check(session, vault(session), doctor, emergency, True, "", at)


def test_the_hospital_checks_whoever_it_admitted(session: Session, county: County) -> None:
    emergency = opened(session, county, area_code=VILLAGE)
    finished(session, county, emergency, disposal=Disposal.ADMISSION, hospital="安和县精神卫生中心")
    assert list_checks(session, emergency) == []


def test_a_county_may_do_without_checks(session: Session, county: County) -> None:
    office = county.actor("county_office")
    with pytest.raises(Forbidden):
        set_checks(session, county.actor("doctor"), False, NOW)
    set_checks(session, office, False, NOW)
    emergency = opened(session, county, area_code=VILLAGE)
    finished(session, county, emergency)
    assert list_checks(session, emergency) == []
    set_checks(session, office, True, NOW)


# -- the list ----------------------------------------------------------------------------------------------------------


def test_the_list_shows_first_what_still_asks_for_something_with_its_clock(session: Session, county: County) -> None:
    done = opened(session, county, area_code=VILLAGE)
    finished(session, county, done, disposal=Disposal.ADMISSION, hospital="安和县精神卫生中心")
    running = opened(session, county, area_code=VILLAGE)
    newest = opened(session, county, area_code=VILLAGE)
    finished(session, county, newest, disposal=Disposal.ADMISSION, hospital="安和县精神卫生中心")
    page = list_emergencies(session, county.actor("doctor"), NOW + 25 * HOUR, None)
    assert [row.public_id for row in page.rows] == [running.public_id, newest.public_id, done.public_id]
    assert page.rows[0].clock.is_late and not page.rows[1].clock.is_late
    first = list_emergencies(session, county.actor("doctor"), NOW, None, size=1)
    second = list_emergencies(session, county.actor("doctor"), NOW, first.next_cursor, size=1)
    assert [row.public_id for row in second.rows] == [newest.public_id]


def test_other_areas_records_do_not_exist(session: Session, county: County) -> None:
    emergency = opened(session, county, "county_office", area_code=OTHER_VILLAGE)
    with pytest.raises(NotFound):
        get_emergency(session, county.actor("doctor"), emergency.public_id)


def test_hours_are_rounded_away_from_nothing() -> None:
    assert clock_of(NOW, None, NOW - timedelta(minutes=5)).hours == 1
    late = clock_of(NOW, None, NOW + timedelta(minutes=61))
    assert (late.hours, late.is_late) == (2, True)
