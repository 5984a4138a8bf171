"""Cases of domain.md section 9 that no other test names yet; docs/edge-cases.md says where each of the 42 stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Date, select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import list_villages
from app.core.clock import business_day
from app.core.db import Database
from app.core.errors import Conflict, Invalid
from app.core.identity import IdKind, check_digit, resident_id
from app.core.quarter import Quarter
from app.core.reasons import Reason, reason, say
from app.core.schema import metadata
from app.desk.service.villages import merge_village
from app.guardians.models import Guardianship
from app.patients.commands import DiagnosisDraft, RegisterPatient
from app.patients.models import Diagnosis, Patient
from app.patients.queries import get_patient, list_history, search_patients, state_as_of
from app.patients.rules import (
    CareSetting,
    ConsentKind,
    DiagnosisCategory,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
)
from app.patients.service import (
    change_state,
    find_consent,
    record_admission,
    record_death,
    record_discharge,
    register_patient,
    set_diagnosis,
    withdraw_consent,
)
from app.people.commands import PersonDraft
from app.people.models import DatePrecision
from app.subsidies.rules.decision import LineState
from app.tasks.models import Task, TaskState
from app.tasks.queries import Filters, worklist
from app.tasks.rules import Bucket, Shade, TaskKind
from app.visits.commands import RecordAttempt
from app.visits.models import FollowUpVisit
from app.visits.queries import list_attempts, list_visits, load_history
from app.visits.rules.attempts import AttemptOutcome, AttemptWay
from app.visits.rules.form import Hospitalisation, VisitForm, VisitObject
from app.visits.service.judging import judge
from app.visits.service.lost import record_attempt
from app.visits.service.recording import record_visit
from tests.rig.county import SECOND_VILLAGE, VILLAGE, County
from tests.rig.families import Family, families
from tests.rig.quarter import House
from tests.rig.register import NOW, TODAY, keyring, registered, vault
from tests.rig.visits import command, stable, unstable

LATE = frozenset({"visit.late_entry"})


@pytest.fixture
def patient(session: Session, county: County) -> Patient:
    return registered(session, county.actor("doctor"))


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    return House(app, database, county)


def due(session: Session, patient: Patient, kind: TaskKind = TaskKind.FOLLOW_UP) -> list[date]:
    session.flush()
    rows = select(Task.due_on).where(Task.patient_id == patient.id, Task.kind == kind, Task.state == TaskState.OPEN)
    return list(session.scalars(rows))


def test_edge_04_one_guardian_of_two_patients_is_paid_twice_and_an_incident_of_one_leaves_the_other(
    house: House,
) -> None:
    """Two agreements, two lines, one payee."""
    house.settle_in(families(2))
    with house.database.transaction() as session:
        mine, other = (session.get_one(Patient, house.families[place].patient.id) for place in (0, 1))
        first = session.scalars(select(Guardianship).where(Guardianship.patient_id == mine.id)).one()
        second = session.scalars(select(Guardianship).where(Guardianship.patient_id == other.id)).one()
        second.person_id = first.person_id
        session.flush()
        record_death(session, house.actor("county_office"), other, date(2026, 8, 15), DatePrecision.DAY, 1, NOW)
    house.prepare()
    lines = [house.line(place) for place in (0, 1)]
    assert lines[0].payee_person_id == lines[1].payee_person_id
    assert lines[0].agreement_id != lines[1].agreement_id
    assert [line.days for line in lines] == [92, 46]  # what happened to one patient is not the other's
    assert lines[0].decision is LineState.PAY


def test_edge_06_a_visit_logged_three_weeks_late_counts_from_its_own_day(
    session: Session, county: County, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    visited_on = TODAY - timedelta(days=21)
    sent = command(patient, unstable(visited_on), accepted=LATE)
    visit = record_visit(session, vault(session), doctor, sent, TODAY, NOW).visit
    assert visit.is_late_entry and visit.visited_on == visited_on
    assert due(session, patient) == [visited_on + timedelta(days=14)]
    rows = worklist(session, doctor, Filters(bucket=Bucket.OVERDUE), TODAY).rows
    [row] = [row for row in rows if row.kind is TaskKind.FOLLOW_UP]
    assert (row.standing.shade, row.standing.days) == (Shade.LATE, -7)


def test_edge_07_a_visit_dated_before_the_last_one_leaves_frozen_lines_as_they_are(house: House) -> None:
    house.settle_in([Family(0, seen_on=date(2026, 6, 20))])
    house.prepare()
    frozen = house.line(0)
    with house.database.transaction() as session:
        patient = get_patient(session, house.actor("doctor"), house.families[0].patient.public_id)
        accepted = LATE | {"visit.back_entry", "visit.same_day"}
        sent = command(patient, stable(date(2026, 5, 20)), accepted=accepted, back_entry_reason="漏录")
        record_visit(session, vault(session), house.actor("doctor"), sent, TODAY, NOW)
        assert [one.visited_on for one in list_visits(session, house.actor("doctor"), patient)] == [
            date(2026, 6, 20),
            date(2026, 5, 20),
        ]
    after = house.line(0)
    assert (after.digest, after.snapshot, after.amount_fen) == (frozen.digest, frozen.snapshot, frozen.amount_fen)


def test_edge_08_in_hospital_for_the_whole_quarter_nothing_is_due_and_no_day_is_paid(house: House) -> None:
    house.settle_in(families(1))
    with house.database.transaction() as session:
        patient = session.get_one(Patient, house.families[0].patient.id)
        office = house.actor("county_office")
        record_admission(session, office, patient, "市精神卫生中心", date(2026, 6, 25), None, NOW)
        assert patient.next_due_on is None and due(session, patient) == []
        assert due(session, patient, TaskKind.CHECK_STATUS) == [date(2026, 7, 25)]
    house.prepare()
    assert house.line(0).decision is not LineState.PAY
    assert house.line(0).amount_fen == 0


def test_edge_09_a_stay_between_two_visits_is_asked_of_the_hospital_unless_it_is_on_record(
    session: Session, county: County, patient: Patient
) -> None:
    doctor, left_on = county.actor("doctor"), date(2026, 11, 5)
    form = stable(date(2026, 11, 18), hospitalisation=int(Hospitalisation.BEFORE), last_discharge_on=left_on)

    def warned() -> bool:
        judged = judge(session, doctor, patient, form, load_history(session, patient.id), TODAY)
        return "visit.ask_hospital" in {why.code for why in judged.warnings}

    assert warned()
    record_admission(session, doctor, patient, "市精神卫生中心", date(2026, 10, 12), left_on, NOW)
    assert not warned()
    before_that = stable(date(2026, 11, 18), hospitalisation=int(Hospitalisation.BEFORE))
    with pytest.raises(Invalid) as refused:
        record_visit(session, vault(session), doctor, command(patient, before_that), TODAY, NOW)
    assert "last_discharge_on" in refused.value.errors  # when it ended is part of the answer


def _lose(session: Session, county: County, patient: Patient, on: date) -> None:
    lead = county.actor("health_lead")
    change_state(session, lead, patient, SpanKind.MANAGEMENT, ManagementStatus.LOST.value, on, None, NOW)


def _status(patient: Patient) -> ManagementStatus | None:
    return patient.management_status


def test_edge_36_a_lost_patient_in_a_hospitals_bed_is_found_wherever_it_stands(
    session: Session, county: County, patient: Patient
) -> None:
    office, lost_on, admitted_on = county.actor("county_office"), date(2026, 10, 8), date(2026, 11, 2)
    _lose(session, county, patient, lost_on)
    assert due(session, patient, TaskKind.SEARCH_LOST) and due(session, patient) == []
    record_admission(session, office, patient, "邻县人民医院", date(2026, 9, 1), date(2026, 9, 20), NOW)
    assert _status(patient) is ManagementStatus.LOST, "a stay before the loss finds nobody"
    record_admission(session, office, patient, "邻县人民医院", admitted_on, None, NOW)
    assert _status(patient) is ManagementStatus.MANAGED
    assert due(session, patient, TaskKind.SEARCH_LOST) == [] and due(session, patient) == []
    assert due(session, patient, TaskKind.CHECK_STATUS) == [date(2026, 12, 2)]
    record_discharge(session, office, patient, date(2026, 11, 10), NOW)
    assert due(session, patient) == [date(2026, 11, 24)]


def test_edge_36_who_never_agreed_is_found_and_asked_by_people(
    session: Session, county: County, patient: Patient
) -> None:
    _lose(session, county, patient, date(2026, 10, 8))
    consent = find_consent(session, patient, ConsentKind.COMMUNITY_MANAGEMENT)
    assert consent is not None
    consent.to_on = date(2026, 10, 9)
    session.flush()
    record_admission(session, county.actor("county_office"), patient, "邻县人民医院", date(2026, 11, 2), None, NOW)
    assert _status(patient) is ManagementStatus.LOST


def test_edge_13_one_refused_visit_all_visits_and_management_are_three_different_records(
    session: Session, county: County, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    sent = RecordAttempt(patient.public_id, "a" * 32, date(2026, 11, 18), AttemptWay.HOME, AttemptOutcome.REFUSED, "")
    record_attempt(session, vault(session), doctor, sent, TODAY, NOW)
    assert [one.outcome for one in list_attempts(session, doctor, patient)] == ["refused"]
    assert list_visits(session, doctor, patient) == []
    assert patient.management_status is ManagementStatus.MANAGED and len(due(session, patient)) == 1
    withdraw_consent(session, doctor, patient, ConsentKind.COMMUNITY_MANAGEMENT, "patient", TODAY, NOW)
    assert patient.registry_status is RegistryStatus.REGISTERED  # stays in the denominator
    assert (patient.management_status, due(session, patient)) == (ManagementStatus.REFUSED, [])
    assert due(session, patient, TaskKind.CONTACT) == [date(2027, 2, 22)]
    with pytest.raises(Conflict):
        record_visit(session, vault(session), doctor, command(patient, stable(TODAY)), TODAY, NOW)


def test_edge_17_nobody_without_a_number_is_paid_before_being_identified(house: House) -> None:
    house.settle_in(families(1))
    with house.database.transaction() as session:
        person = session.get_one(type(house.families[0].person), house.families[0].person.id)
        person.id_kind, person.id_number_sealed, person.id_index = IdKind.NONE.value, None, None
        person.id_tail4_index = person.id_tail6_index = None
    house.prepare()
    assert house.line(0).decision is LineState.HOLD
    assert "subsidies.hold.not_identified" in house.codes(0)


def test_edge_17_somebody_whom_nobody_can_name_may_have_a_stay_in_hospital(session: Session, county: County) -> None:
    nameless = PersonDraft(name="姓名不详", id_kind=IdKind.NONE)
    patient = registered(session, county.actor("doctor"), person=nameless)
    stay = record_admission(session, county.actor("doctor"), patient, "市精神卫生中心", TODAY, None, NOW)
    assert stay.hospital == "市精神卫生中心"


@pytest.mark.parametrize(
    ("instant", "quarter"),
    [
        (datetime(2024, 3, 31, 16, 0, 0, tzinfo=UTC), "2024Q2"),
        (datetime(2024, 3, 31, 15, 59, 59, tzinfo=UTC), "2024Q1"),
        (datetime(2024, 12, 31, 16, 0, 0, tzinfo=UTC), "2025Q1"),
    ],
)
def test_edge_20_the_quarter_turns_at_midnight_in_shanghai_whatever_the_servers_clock(
    instant: datetime, quarter: str
) -> None:
    assert str(Quarter.of(business_day(instant))) == quarter


def test_edge_21_a_birth_in_summer_time_is_a_day_and_no_instant(session: Session, county: County) -> None:
    """Asia/Shanghai had summer time from 1986 to 1991; a date has no offset to be wrong about."""
    born_on = date(1988, 7, 1)
    patient = registered(session, county.actor("doctor"), person=PersonDraft(name="夏令时", born_on=born_on))
    session.flush()
    session.expire_all()
    stored = session.execute(select(metadata.tables["people"].c.born_on)).scalars().all()
    assert born_on in stored and patient.registered_on is not None
    number = "34030019880701001"
    assert resident_id(number + check_digit(number), TODAY).born_on == born_on


def test_edge_21_every_day_in_the_database_is_a_date_without_a_time() -> None:
    wrong = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_on") and not isinstance(column.type, Date) and column.name != "diagnosed_on"
    ]
    assert wrong == []  # a diagnosis may be known by its year alone


def test_edge_24_the_familys_calls_count_as_visits_and_nobody_is_seen(
    session: Session, county: County, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    change_state(session, doctor, patient, SpanKind.CARE, CareSetting.AWAY_KNOWN.value, date(2026, 5, 1), None, NOW)
    call = stable(date(2026, 11, 18), form=int(VisitForm.TELEPHONE), objects=int(VisitObject.FAMILY))
    visit = record_visit(session, vault(session), doctor, command(patient, call), TODAY, NOW).visit
    assert visit.is_complete and patient.last_visit_on == date(2026, 11, 18)
    assert patient.last_seen_on is None
    assert due(session, patient) == [date(2027, 2, 18)]
    assert due(session, patient, TaskKind.CHECK_STATUS) == [date(2026, 11, 1)]  # half a year away: ask the place


def test_edge_26_compulsory_treatment_is_as_custody_and_names_the_hospital(
    session: Session, county: County, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    why = reason("patients.because.stated", text="市强制医疗所，法院决定")
    change_state(session, doctor, patient, SpanKind.CARE, CareSetting.CUSTODY.value, date(2026, 11, 2), why, NOW)
    assert patient.next_due_on is None and due(session, patient) == []
    assert due(session, patient, TaskKind.CHECK_STATUS) == [date(2027, 2, 2)]
    held = [row for row in list_history(session, doctor, patient) if row.value == CareSetting.CUSTODY.value]
    assert [say(Reason.from_json(row.reason)) for row in held if row.reason] == ["市强制医疗所，法院决定"]


def test_edge_28_a_diagnosis_within_the_six_changes_from_its_day_and_the_patient_stays_registered(
    session: Session, county: County, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    before = due(session, patient)
    draft = DiagnosisDraft(DiagnosisCategory.SCHIZOAFFECTIVE, "F25.0")
    set_diagnosis(session, doctor, patient, draft, date(2026, 6, 1), NOW)
    rows = session.scalars(select(Diagnosis).where(Diagnosis.patient_id == patient.id).order_by(Diagnosis.id)).all()
    assert [(row.category, row.to_on) for row in rows] == [
        (DiagnosisCategory.SCHIZOPHRENIA, date(2026, 6, 1)),
        (DiagnosisCategory.SCHIZOAFFECTIVE, None),
    ]
    assert patient.registry_status is RegistryStatus.REGISTERED
    assert patient.management_status is ManagementStatus.MANAGED
    assert due(session, patient) == before


def test_edge_37_a_village_that_is_merged_passes_on_its_patients_from_the_day_after(
    session: Session, county: County, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    last_day = date(2026, 11, 15)
    sent = command(patient, stable(date(2026, 11, 10)))
    visit = record_visit(session, vault(session), doctor, sent, TODAY, NOW).visit
    merged = merge_village(session, county.actor("admin"), VILLAGE, SECOND_VILLAGE, last_day, TODAY, NOW)
    assert merged.patients == 1 and merged.tasks >= 1
    patient = get_patient(session, doctor, patient.public_id)
    assert patient.area_code == SECOND_VILLAGE
    assert state_as_of(session, [patient.id], last_day)[patient.id].area_code == VILLAGE
    assert state_as_of(session, [patient.id], last_day + timedelta(days=1))[patient.id].area_code == SECOND_VILLAGE
    assert session.get_one(FollowUpVisit, visit.id).area_code == VILLAGE  # reports about days before use the old tree
    rows = session.scalars(select(Task.area_code).where(Task.patient_id == patient.id, Task.state == TaskState.OPEN))
    assert set(rows) == {SECOND_VILLAGE}
    assert [hit.public_id for hit in search_patients(session, doctor, keyring(), "单晓明")] == [patient.public_id]
    old = session.get_one(Area, VILLAGE)
    assert (old.valid_to, old.replaced_by) == (last_day, SECOND_VILLAGE)
    assert VILLAGE not in {one.code for one in list_villages(session, doctor)}
    newcomer = RegisterPatient(SECOND_VILLAGE, PersonDraft(name="常大力"), registered_on=TODAY)
    assert register_patient(session, vault(session), doctor, newcomer, TODAY, NOW).area_code == SECOND_VILLAGE


def test_edge_37_a_village_is_merged_once_and_into_one_that_stands(session: Session, county: County) -> None:
    admin, last_day = county.actor("admin"), date(2026, 11, 15)
    for into, day in ((VILLAGE, last_day), ("999999999999", last_day), (SECOND_VILLAGE, TODAY)):
        with pytest.raises(Invalid):
            merge_village(session, admin, VILLAGE, into, day, TODAY, NOW)
    merge_village(session, admin, VILLAGE, SECOND_VILLAGE, last_day, TODAY, NOW)
    with pytest.raises(Invalid):
        merge_village(session, admin, VILLAGE, SECOND_VILLAGE, last_day, TODAY, NOW)
    with pytest.raises(Invalid):
        merge_village(session, admin, SECOND_VILLAGE, VILLAGE, last_day, TODAY, NOW)


def test_edge_10_a_death_in_the_quarter_ends_every_duty_and_counts_its_own_day(
    session: Session, county: County, patient: Patient
) -> None:
    died_on = date(2026, 11, 15)
    record_death(session, county.actor("doctor"), patient, died_on, DatePrecision.DAY, 1, NOW)
    states = [state_as_of(session, [patient.id], died_on + timedelta(days=n))[patient.id] for n in (0, 1)]
    assert [one.registry for one in states] == [RegistryStatus.REGISTERED, RegistryStatus.DEAD]
    rows = select(Task).where(Task.patient_id == patient.id, Task.state == TaskState.OPEN)
    assert session.scalars(rows).all() == []


def test_edge_22_admitted_on_the_day_of_an_unstable_visit_and_discharged_again(
    session: Session, county: County, patient: Patient
) -> None:
    """Class 1 stands, the stay begins that day, nothing is overdue, and the visit after discharge is due in 14 days."""
    doctor, day = county.actor("doctor"), date(2026, 11, 10)
    visit = record_visit(session, vault(session), doctor, command(patient, unstable(day)), TODAY, NOW).visit
    record_admission(session, doctor, patient, "市精神卫生中心", day, None, NOW)
    assert (visit.visit_class, due(session, patient)) == (1, [])
    record_discharge(session, doctor, patient, date(2026, 11, 20), NOW)
    assert due(session, patient) == [date(2026, 12, 4)]
    assert "出院" in say(reason("patients.because.discharged", on=day))
