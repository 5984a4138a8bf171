"""Registrations: dated states that only move legally, papers that move them, and copies that agree with their sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from app.core.reasons import reason
from app.patients.commands import ConsentDraft, DiagnosisDraft, EditPatient, RegisterPatient, Supplement
from app.patients.models import Diagnosis, Patient, PatientSpan
from app.patients.queries import (
    RegisterFilter,
    admissions_in,
    get_patient,
    list_history,
    list_patients,
    open_supplement,
    patient_header,
    spans_in,
    state_as_of,
)
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
    recompute,
    record_admission,
    record_death,
    record_discharge,
    register_patient,
    register_patients,
    set_consent,
    set_diagnosis,
    update_patient,
    withdraw_consent,
)
from app.patients.service.editing import version_of
from app.people.models import DatePrecision, NameKey, Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from tests.rig.county import OTHER_VILLAGE, SECOND_VILLAGE, TOWN, VILLAGE, County
from tests.rig.register import NOW, SINCE, TODAY, first_guardian, id_number, person, registered, vault

WHY = reason("patients.because.stated", text="电话核实")


def _follow_up(session: Session, patient: Patient) -> Task | None:
    return session.scalars(
        select(Task).where(Task.patient_id == patient.id, Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN)
    ).one_or_none()


# -- registering -------------------------------------------------------------------------------------------------------


def test_a_signed_consent_makes_the_new_patient_managed_and_owes_a_first_visit(
    session: Session, county: County
) -> None:
    patient = registered(session, county.actor("doctor"))
    assert (patient.registry_status, patient.management_status) == (
        RegistryStatus.REGISTERED,
        ManagementStatus.MANAGED,
    )
    assert (patient.care_setting, patient.managed_from) == (CareSetting.HOME, SINCE)
    task = _follow_up(session, patient)
    assert task is not None and task.due_on == patient.next_due_on == SINCE + timedelta(days=14)
    assert task.agency_id == patient.agency_id is not None


@pytest.mark.parametrize(
    ("consent", "status"),
    [
        (None, ManagementStatus.PENDING_CONSENT),
        (ConsentDraft(from_on=SINCE, is_agreed=False), ManagementStatus.REFUSED),
    ],
)
def test_nobody_is_managed_without_consent(
    session: Session, county: County, consent: ConsentDraft | None, status: ManagementStatus
) -> None:
    patient = registered(session, county.actor("doctor"), consent=consent)
    assert patient.management_status is status
    assert _follow_up(session, patient) is None and patient.next_due_on is None
    with pytest.raises(Invalid):
        registered(
            session, county.actor("doctor"), sequence=3, consent=consent, management_status=ManagementStatus.MANAGED
        )


def test_a_child_does_not_sign_its_own_consent(session: Session, county: County) -> None:
    child = person(born_on=SINCE - timedelta(days=10 * 366))
    consent = ConsentDraft(from_on=SINCE, signer="patient")
    with pytest.raises(Invalid) as refused:
        registered(session, county.actor("doctor"), person=child, consent=consent)
    assert [why.code for why in refused.value.errors["consent_signer"]] == ["patients.consent.minor"]
    guarded = registered(session, county.actor("doctor"), person=child, consent=ConsentDraft(from_on=SINCE))
    assert guarded.management_status is ManagementStatus.MANAGED


def test_one_person_is_registered_once(session: Session, county: County) -> None:
    registered(session, county.actor("doctor"))
    with pytest.raises(Invalid) as refused:
        registered(session, county.actor("county_office"), area_code=OTHER_VILLAGE)
    assert [why.code for why in refused.value.errors["id_number"]] == ["patients.already_registered"]


def test_edge_16_one_number_with_another_name_is_refused(session: Session, county: County) -> None:
    registered(session, county.actor("doctor"), "单晓明")
    with pytest.raises(Invalid) as refused:
        registered(session, county.actor("doctor"), "单小明")
    assert [why.code for why in refused.value.errors["id_number"]] == ["people.id.other_name"]


def test_nobody_registers_outside_their_area(session: Session, county: County) -> None:
    with pytest.raises(Invalid) as refused:
        registered(session, county.actor("doctor"), area_code=OTHER_VILLAGE)
    assert "area_code" in refused.value.errors


def test_a_first_guardian_is_not_registered_as_a_patient_before_being_replaced(
    session: Session, county: County
) -> None:
    doctor = county.actor("doctor")
    first_guardian(session, doctor, registered(session, doctor))
    with pytest.raises(Conflict) as refused:
        registered(session, doctor, person=person("赵桂兰", 502))
    assert refused.value.reason.code == "patients.is_first_guardian"


def test_many_are_registered_at_once_or_none(database: Database, county: County) -> None:
    office = county.actor("county_office")
    good = [RegisterPatient(area_code=VILLAGE, person=person(f"王{chr(0x4E00 + n)}", n)) for n in range(1, 30)]
    with pytest.raises(Invalid), database.transaction() as session:
        register_patients(session, vault(session), office, [*good, replace(good[0], area_code="x")], TODAY, NOW)
    with database.transaction() as session:
        assert session.scalars(select(Patient)).all() == []
        assert len(register_patients(session, vault(session), office, good, TODAY, NOW)) == 29


# -- states ------------------------------------------------------------------------------------------------------------


def test_an_illegal_move_is_refused_in_words(session: Session, county: County) -> None:
    patient = registered(session, county.actor("county_office"), consent=None)
    with pytest.raises(Conflict) as refused:
        change_state(session, county.actor("county_office"), patient, SpanKind.REGISTRY, "suspected", TODAY, WHY, NOW)
    assert str(refused.value.reason) == "不能由“在册”改为“疑似”"


def test_loss_of_contact_is_confirmed_by_a_lead_and_ends_the_visits_that_were_owed(
    session: Session, county: County
) -> None:
    patient = registered(session, county.actor("doctor"))
    with pytest.raises(Forbidden):
        change_state(session, county.actor("doctor"), patient, SpanKind.MANAGEMENT, "lost", TODAY, WHY, NOW)
    lead = county.actor("health_lead")
    change_state(session, lead, patient, SpanKind.MANAGEMENT, "lost", date(2026, 5, 1), WHY, NOW)
    assert patient.management_status is ManagementStatus.LOST and _follow_up(session, patient) is None
    change_state(session, lead, patient, SpanKind.MANAGEMENT, "managed", date(2026, 6, 1), WHY, NOW)
    task = _follow_up(session, patient)
    assert task is not None and task.due_on == date(2026, 6, 15)


def test_a_state_never_begins_before_the_present_one(session: Session, county: County) -> None:
    lead = county.actor("health_lead")
    patient = registered(session, county.actor("doctor"))
    change_state(session, lead, patient, SpanKind.CARE, "custody", date(2026, 5, 1), WHY, NOW)
    with pytest.raises(Conflict):
        change_state(session, lead, patient, SpanKind.CARE, "home", date(2026, 4, 1), WHY, NOW)


def test_exclusion_needs_two_people_of_the_county_office(session: Session, county: County) -> None:
    office = county.actor("county_office")
    patient = registered(session, office)
    for second in (None, office, county.actor("doctor")):
        with pytest.raises(Forbidden):
            change_state(session, office, patient, SpanKind.REGISTRY, "excluded", TODAY, WHY, NOW, second=second)
    other = replace(office, user_id=9_999)
    change_state(session, office, patient, SpanKind.REGISTRY, "excluded", TODAY, WHY, NOW, second=other)
    assert patient.registry_status is RegistryStatus.EXCLUDED
    assert patient.management_status is None and patient.care_setting is None


def test_nobody_undoes_alone_what_two_people_excluded(session: Session, county: County) -> None:
    office = county.actor("county_office")
    patient = registered(session, office)
    other = replace(office, user_id=9_999)
    change_state(session, office, patient, SpanKind.REGISTRY, "excluded", TODAY, WHY, NOW, second=other)
    for actor in (office, county.actor("village_doctor")):
        with pytest.raises(Conflict) as refused:
            change_state(session, actor, patient, SpanKind.REGISTRY, "registered", TODAY, WHY, NOW)
        assert refused.value.reason.code == "patients.review.diagnosis_first"
    assert patient.registry_status is RegistryStatus.EXCLUDED


def test_another_town_is_reached_by_a_transfer_only(session: Session, county: County) -> None:
    office = county.actor("county_office")
    patient = registered(session, office)
    with pytest.raises(Invalid) as refused:
        update_patient(
            session, vault(session), office, patient, _edit(session, patient, area_code=OTHER_VILLAGE), TODAY, NOW
        )
    assert [why.code for why in refused.value.errors["area_code"]] == ["patients.area_by_transfer"]
    assert patient.area_code == VILLAGE


def test_what_was_true_on_a_day_is_answered_for_many_at_once(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    one, other = registered(session, doctor), registered(session, doctor, "王芳", 4)
    record_admission(session, doctor, one, "第四人民医院", date(2026, 3, 1), date(2026, 3, 20), NOW)
    states = state_as_of(session, [one.id, other.id], date(2026, 3, 10))
    assert (states[one.id].care, states[other.id].care) == (CareSetting.INPATIENT, CareSetting.HOME)
    assert states[one.id].area_code == VILLAGE
    assert state_as_of(session, [one.id], SINCE - timedelta(days=1))[one.id].registry is None
    cares = spans_in(session, [one.id], date(2026, 1, 1), date(2026, 3, 31), [SpanKind.CARE])[one.id]
    assert [(span.value, span.from_on, span.to_on) for span in cares] == [
        ("home", SINCE, date(2026, 3, 1)),
        ("inpatient", date(2026, 3, 1), date(2026, 3, 20)),
        ("home", date(2026, 3, 20), None),
    ]
    assert admissions_in(session, [one.id], date(2026, 3, 20), date(2026, 3, 31)) == {
        one.id: [(date(2026, 3, 1), date(2026, 3, 20))]
    }


# -- stays, papers, death ----------------------------------------------------------------------------------------------


def test_edge_08_visits_pause_in_hospital_and_fall_due_14_days_after_discharge(
    session: Session, county: County
) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    record_admission(session, doctor, patient, "第四人民医院", date(2026, 5, 10), None, NOW)
    assert patient.care_setting is CareSetting.INPATIENT and _follow_up(session, patient) is None
    with pytest.raises(Conflict):
        change_state(session, doctor, patient, SpanKind.CARE, "home", date(2026, 5, 12), WHY, NOW)
    with pytest.raises(Conflict):
        record_admission(session, doctor, patient, "县医院", date(2026, 5, 11), None, NOW)
    record_discharge(session, doctor, patient, date(2026, 6, 12), NOW)
    task = _follow_up(session, patient)
    assert patient.care_setting is CareSetting.HOME
    assert task is not None and task.due_on == date(2026, 6, 26)


def test_a_withdrawn_consent_ends_management_from_the_next_day(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    kind = ConsentKind.COMMUNITY_MANAGEMENT
    withdraw_consent(session, doctor, patient, kind, "patient", date(2026, 5, 10), NOW)
    assert patient.management_status is ManagementStatus.REFUSED
    days = [date(2026, 5, 10), date(2026, 5, 11)]
    found = [state_as_of(session, [patient.id], day)[patient.id].management for day in days]
    assert found == [ManagementStatus.MANAGED, ManagementStatus.REFUSED]
    with pytest.raises(Conflict):
        change_state(session, doctor, patient, SpanKind.MANAGEMENT, "managed", TODAY, WHY, NOW)
    set_consent(session, doctor, patient, ConsentDraft(from_on=TODAY, kind=kind), NOW)
    assert patient.management_status is ManagementStatus.MANAGED


def test_another_kind_of_consent_does_not_move_the_state(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"), consent=None)
    draft = ConsentDraft(from_on=TODAY, kind=ConsentKind.EMERGENCY_TREATMENT)
    set_consent(session, county.actor("doctor"), patient, draft, NOW)
    assert patient.management_status is ManagementStatus.PENDING_CONSENT


def test_a_new_diagnosis_ends_the_last(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    draft = DiagnosisDraft(DiagnosisCategory.BIPOLAR, "f31")
    set_diagnosis(session, doctor, patient, draft, date(2026, 6, 1), NOW)
    rows = session.scalars(select(Diagnosis).order_by(Diagnosis.id)).all()
    assert [(row.category, row.icd10, row.to_on) for row in rows] == [
        (DiagnosisCategory.SCHIZOPHRENIA, "F20.0", date(2026, 6, 1)),
        (DiagnosisCategory.BIPOLAR, "F31", None),
    ]
    assert patient.diagnosis_category is DiagnosisCategory.BIPOLAR


def test_a_death_keeps_the_day_of_death_and_ends_everything_after_it(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    record_death(session, doctor, patient, date(2026, 5, 10), DatePrecision.DAY, 1, NOW)
    assert patient.registry_status is RegistryStatus.DEAD
    assert patient.management_status is None and patient.next_due_on is None
    on_the_day = state_as_of(session, [patient.id], date(2026, 5, 10))[patient.id]
    after = state_as_of(session, [patient.id], date(2026, 5, 11))[patient.id]
    assert (on_the_day.management, after.registry, after.management) == (
        ManagementStatus.MANAGED,
        RegistryStatus.DEAD,
        None,
    )
    assert _follow_up(session, patient) is None
    assert session.get_one(Person, patient.person_id).died_on == date(2026, 5, 10)
    with pytest.raises(Conflict):
        record_death(session, doctor, patient, date(2026, 5, 10), DatePrecision.DAY, 1, NOW)


# -- seeing and editing ------------------------------------------------------------------------------------------------


def test_foreign_and_non_existent_answer_alike(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    for actor, public_id in ((county.actor("other_doctor"), patient.public_id), (county.actor("doctor"), "nobody")):
        with pytest.raises(NotFound):
            get_patient(session, actor, public_id)


def test_a_coordinator_sees_level_and_state_and_nothing_clinical(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"), address="3号")
    patient.risk_level, patient.visit_class = 4, 1
    session.flush()
    coordinator = county.actor("coordinator")
    header = patient_header(session, coordinator, vault(session), patient.public_id, TODAY)
    assert (header.name, header.risk_level, header.has_consent) == ("单晓明", 4, True)
    hidden = (header.id_number, header.phone, header.address, header.born_on, header.diagnosis, header.visit_class)
    assert hidden == (None,) * 6
    assert list_history(session, coordinator, patient) == []
    row = list_patients(session, coordinator, RegisterFilter(), None, TODAY).rows[0]
    assert (row.risk_level, row.visit_class, row.next_due_on, row.born_on) == (4, None, None, None)


def test_a_village_doctor_sees_the_end_of_the_number_and_a_doctor_a_mask(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    shown = {
        name: patient_header(session, county.actor(name), vault(session), patient.public_id, TODAY).id_number
        for name in ("doctor", "village_doctor")
    }
    assert shown["doctor"] and (shown["doctor"].is_masked, shown["doctor"].text[:4]) == (True, "3499")
    assert shown["village_doctor"] and shown["village_doctor"].text == id_number()[-4:]


def test_the_list_is_cut_filtered_and_paged_by_key(session: Session, county: County) -> None:
    office = county.actor("county_office")
    for sequence in range(1, 8):
        area = VILLAGE if sequence % 2 else OTHER_VILLAGE
        patient = registered(session, office, f"王{chr(0x4E00 + sequence)}", sequence, area)
        patient.risk_level = sequence % 3
    session.flush()
    seen, cursor = [], None
    while True:
        page = list_patients(session, office, RegisterFilter(), cursor, TODAY, size=3)
        seen += [row.public_id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7
    doctor = county.actor("doctor")
    assert len(list_patients(session, doctor, RegisterFilter(), None, TODAY).rows) == 4
    assert len(list_patients(session, office, RegisterFilter(level=1), None, TODAY).rows) == 3
    assert len(list_patients(session, office, RegisterFilter(area=TOWN[:9]), None, TODAY).rows) == 4
    assert len(list_patients(session, office, RegisterFilter(state="managed", is_overdue=True), None, TODAY).rows) == 7
    assert list_patients(session, office, RegisterFilter(state="dead"), None, TODAY).rows == []


def _edit(session: Session, patient: Patient, **more: object) -> EditPatient:
    stored = session.get_one(Person, patient.person_id)
    plain: dict[str, object] = {
        "version": version_of(patient, stored),
        "person": replace(person(), id_number=None, phone=None),
        "area_code": patient.area_code,
    }
    return EditPatient(**(plain | more))  # type: ignore[arg-type]


def test_an_edit_stores_the_whole_form_and_keeps_what_is_shown_masked(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    supplement = Supplement(first_onset="1991-07", past_symptoms=0b101, past_behaviours={"5": 2}, notes="怕生")
    command = _edit(session, patient, supplement=supplement, address="3号", area_code=SECOND_VILLAGE)
    update_patient(session, vault(session), doctor, patient, command, TODAY, NOW)
    session.expire_all()
    assert open_supplement(doctor, vault(session), patient) == replace(supplement, is_insured=None)
    assert b"\xe6\x80\x95" not in (patient.notes_sealed or b"")
    header = patient_header(session, doctor, vault(session), patient.public_id, TODAY)
    assert (header.village, header.address) == ("城关镇·大王村", "3号")
    assert header.phone and header.phone.text == "13800000001" and header.id_number
    areas = set(session.scalars(select(NameKey.area_code).where(NameKey.patient_id == patient.id)))
    assert areas == {SECOND_VILLAGE}


def test_a_stale_edit_is_refused(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    mine, theirs = _edit(session, patient, address="1号"), _edit(session, patient, address="2号")
    update_patient(session, vault(session), doctor, patient, theirs, TODAY, NOW)
    with pytest.raises(StaleVersion):
        update_patient(session, vault(session), doctor, patient, mine, TODAY, NOW)


def test_kept_copies_are_compared_with_their_sources_and_put_right(session: Session, county: County) -> None:
    doctor, office = county.actor("doctor"), county.actor("county_office")
    patient = registered(session, doctor)
    record_admission(session, doctor, patient, "县医院", date(2026, 5, 1), None, NOW)
    session.flush()
    assert not any(recompute(session, office, NOW).values())
    session.execute(update(Patient).values(care_setting=CareSetting.HOME, managed_from=None))
    session.execute(update(NameKey).values(area_code=OTHER_VILLAGE))
    wrong = recompute(session, office, NOW, repair=False)
    assert wrong["care_setting"] == wrong["managed_from"] == 1 and wrong["name_keys"] > 0
    recompute(session, office, NOW)
    assert session.get_one(Patient, patient.id).care_setting is CareSetting.INPATIENT
    assert not any(recompute(session, office, NOW).values())


def test_two_spans_of_one_state_never_overlap(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    record_admission(session, county.actor("doctor"), patient, "县医院", date(2026, 2, 1), date(2026, 2, 9), NOW)
    record_admission(session, county.actor("doctor"), patient, "县医院", date(2026, 4, 1), date(2026, 4, 9), NOW)
    rows = session.scalars(
        select(PatientSpan)
        .where(PatientSpan.what == SpanKind.CARE, PatientSpan.withdrawn_at.is_(None))
        .order_by(PatientSpan.from_on)
    ).all()
    assert [row.value for row in rows] == ["home", "inpatient", "home", "inpatient", "home"]
    assert all(one.to_on == next_.from_on for one, next_ in pairwise(rows))


def test_a_form_that_arrives_with_its_key_carries_it_as_the_public_id(session: Session, county: County) -> None:
    command = RegisterPatient(area_code=VILLAGE, person=person(), public_id="A" * 22)
    patient = register_patient(session, vault(session), county.actor("doctor"), command, TODAY, NOW)
    assert patient.public_id == "A" * 22


def test_the_command_compares_every_copy_with_its_source(app: Flask, database: Database, county: County) -> None:
    with database.transaction() as session:
        registered(session, county.actor("doctor"))
    runner = app.test_cli_runner()
    assert "all kept copies agree" in runner.invoke(args=["patients", "recompute"]).output
    with database.transaction() as session:
        session.execute(update(Patient).values(next_due_on=None, risk_level=3, diagnosis_category=None))
    compared = runner.invoke(args=["patients", "recompute", "--dry-run"]).output
    for column in ("next_due_on: 1", "risk_level: 1", "diagnosis_category: 1"):
        assert column in compared
    assert "put right" in runner.invoke(args=["patients", "recompute"]).output
    assert "all kept copies agree" in runner.invoke(args=["patients", "recompute", "--as", "county_office"]).output
