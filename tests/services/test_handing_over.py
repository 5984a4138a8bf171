"""Handing over patients: one, a village or everything of a doctor; for good or between two days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.patients.models import Patient, PatientSpan
from app.patients.queries.caseload import Caseload, Move, find_stand_in, get_doctor, list_doctors, preview
from app.patients.rules import RegistryStatus, SpanKind
from app.patients.service.handing_over import hand_over
from app.tasks.queries import Filters, worklist
from app.tasks.rules import TaskKind, Whose
from app.tasks.service import open_task
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patient
from tests.rig.county import OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, County
from tests.rig.queries import counted

DOCTOR, STAND_IN = SpanKind.DOCTOR, SpanKind.STAND_IN
HOLIDAY = (TODAY + timedelta(days=5), TODAY + timedelta(days=11))


def user(session: Session, county: County, name: str) -> User:
    return session.get_one(User, county.users[name])


def owned(session: Session, county: County, name: str, area_code: str = VILLAGE) -> Patient:
    """A patient whom the town's doctor answers for."""
    patient = add_patient(session, name, area_code, doctor_id=county.users["doctor"])
    session.add(
        PatientSpan(
            patient_id=patient.id,
            what=DOCTOR,
            value=str(county.users["doctor"]),
            from_on=date(2026, 1, 1),
            recorded_at=NOW,
        )
    )
    open_task(session, patient, TaskKind.FOLLOW_UP, "first", TODAY, [], NOW)
    session.flush()
    return patient


def spans(session: Session, patient: Patient, what: SpanKind) -> list[tuple[str, date, date | None]]:
    found = session.scalars(
        select(PatientSpan)
        .where(PatientSpan.patient_id == patient.id, PatientSpan.what == what, PatientSpan.withdrawn_at.is_(None))
        .order_by(PatientSpan.from_on)
    )
    return [(span.value, span.from_on, span.to_on) for span in found]


def test_a_village_goes_to_another_doctor_in_one_step_and_one_event(session: Session, county: County) -> None:
    mine = [owned(session, county, name) for name in ("甲一", "乙二")]
    elsewhere = owned(session, county, "丙三", SECOND_VILLAGE)
    lead, to = county.actor("health_lead"), user(session, county, "village_doctor")
    which, move = Caseload(place=VILLAGE), Move(DOCTOR, to, TODAY)
    seen = preview(session, lead, which, move)
    assert (seen.patients, seen.tasks, seen.outside) == (2, 2, 0)
    assert seen.villages == [("城关镇·东村", 2)]

    assert hand_over(session, lead, which, move, 2, TODAY, NOW) == 2

    old, new = str(county.users["doctor"]), str(to.id)
    for patient in mine:
        assert patient.doctor_id == to.id
        assert spans(session, patient, DOCTOR) == [(old, date(2026, 1, 1), TODAY), (new, TODAY, None)]
    assert elsewhere.doctor_id == county.users["doctor"]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "patients.handed_over")).one()
    assert event.count == 2 and event.subject_id == to.public_id
    again = preview(session, lead, which, move)
    assert again.patients == 0


def test_everything_of_a_doctor_and_those_of_nobody_are_caseloads_too(session: Session, county: County) -> None:
    owned(session, county, "甲一")
    owned(session, county, "乙二", SECOND_VILLAGE)
    nobodys = add_patient(session, "丙三")
    dead = add_patient(session, "丁四", registry_status=RegistryStatus.DEAD, management_status=None, care_setting=None)
    lead, to = county.actor("health_lead"), user(session, county, "health_lead")
    hand_over(session, lead, Caseload(is_unassigned=True), Move(DOCTOR, to, TODAY), 1, TODAY, NOW)
    assert nobodys.doctor_id == to.id and dead.doctor_id is None
    whole = Caseload(doctor_id=county.users["doctor"])
    assert hand_over(session, lead, whole, Move(DOCTOR, to, TODAY), 2, TODAY, NOW) == 2


def test_a_stand_in_of_a_holiday_begins_and_ends_by_the_date_alone(session: Session, county: County) -> None:
    patient = owned(session, county, "甲一")
    lead, other = county.actor("health_lead"), user(session, county, "health_lead")
    hand_over(session, lead, Caseload(patient_id=patient.id), Move(STAND_IN, other, *HOLIDAY), 1, TODAY, NOW)
    days = [HOLIDAY[0] - timedelta(days=1), HOLIDAY[0], HOLIDAY[1], HOLIDAY[1] + timedelta(days=1)]
    found = [find_stand_in(session, patient.id, day) for day in days]
    assert [one is not None for one in found] == [False, True, True, False]
    assert found[1] == (other.display_name, HOLIDAY[1])
    assert patient.doctor_id == county.users["doctor"] and patient.stand_in_id is None
    actor = county.actor("health_lead")
    shown = [len(worklist(session, actor, Filters(whose=Whose.STAND_IN), day).rows) for day in days]
    assert shown == [0, 1, 1, 0]
    assert worklist(session, actor, Filters(whose=Whose.MINE), TODAY).rows == []
    assert len(worklist(session, county.actor("doctor"), Filters(whose=Whose.MINE), TODAY).rows) == 1


def test_a_second_stand_in_takes_over_the_days_that_it_names(session: Session, county: County) -> None:
    patient = owned(session, county, "甲一")
    lead, which = county.actor("health_lead"), Caseload(patient_id=patient.id)
    first, second = user(session, county, "health_lead"), user(session, county, "village_doctor")
    start, end = HOLIDAY
    hand_over(session, lead, which, Move(STAND_IN, first, start, end), 1, TODAY, NOW)
    middle = (start + timedelta(days=2), start + timedelta(days=3))
    hand_over(session, lead, which, Move(STAND_IN, second, *middle), 1, TODAY, NOW)
    day = timedelta(days=1)
    assert spans(session, patient, STAND_IN) == [
        (str(first.id), start, middle[0]),
        (str(second.id), middle[0], middle[1] + day),
        (str(first.id), middle[1] + day, end + day),
    ]


@pytest.mark.parametrize(
    ("what", "from_on", "last_on", "field", "code"),
    [
        (DOCTOR, TODAY + timedelta(days=1), None, "from_on", "patients.hand_over.in_future"),
        (DOCTOR, date(2025, 12, 31), None, "from_on", "patients.hand_over.before_present"),
        (STAND_IN, TODAY, TODAY - timedelta(days=1), "last_on", "patients.hand_over.last_day"),
        (STAND_IN, TODAY, None, "last_on", "patients.hand_over.last_day"),
        (STAND_IN, TODAY, TODAY + timedelta(days=366), "last_on", "patients.hand_over.too_long"),
    ],
)
def test_days_that_make_no_hand_over_are_refused(
    session: Session, county: County, what: SpanKind, from_on: date, last_on: date | None, field: str, code: str
) -> None:
    patient = owned(session, county, "甲一")
    move = Move(what, user(session, county, "health_lead"), from_on, last_on)
    with pytest.raises(Invalid) as refused:
        hand_over(session, county.actor("health_lead"), Caseload(patient_id=patient.id), move, 1, TODAY, NOW)
    assert refused.value.errors[field][0].code == code
    assert spans(session, patient, DOCTOR) == [(str(county.users["doctor"]), date(2026, 1, 1), None)]


def test_what_the_preview_did_not_show_is_not_moved(session: Session, county: County) -> None:
    owned(session, county, "甲一")
    lead, to = county.actor("health_lead"), user(session, county, "health_lead")
    with pytest.raises(Conflict):
        hand_over(session, lead, Caseload(place=VILLAGE), Move(DOCTOR, to, TODAY), 2, TODAY, NOW)
    with pytest.raises(Invalid):
        hand_over(session, lead, Caseload(), Move(DOCTOR, to, TODAY), 1, TODAY, NOW)


def test_nobody_answers_for_patients_whom_they_cannot_see(session: Session, county: County) -> None:
    owned(session, county, "甲一", SECOND_VILLAGE)
    far = owned(session, county, "乙二", OTHER_VILLAGE)
    office, lead = county.actor("county_office"), county.actor("health_lead")
    move = Move(DOCTOR, user(session, county, "village_doctor"), TODAY)
    which = Caseload(doctor_id=county.users["doctor"])
    assert preview(session, office, which, move).outside == 2
    with pytest.raises(Invalid) as refused:
        hand_over(session, office, which, move, 2, TODAY, NOW)
    assert refused.value.errors["to"][0].code == "patients.hand_over.outside"
    assert preview(session, lead, which, move).patients == 1  # another town's are not the lead's to move
    assert "other_doctor" not in {one.name for one in list_doctors(session, lead)}
    with pytest.raises(NotFound):
        get_doctor(session, lead, user(session, county, "other_doctor").public_id)
    assert far.doctor_id == county.users["doctor"]


@pytest.mark.parametrize("role", ["doctor", "village_doctor", "coordinator", "clerk"])
def test_only_who_leads_hands_over(session: Session, county: County, role: str) -> None:
    owned(session, county, "甲一")
    move = Move(DOCTOR, user(session, county, "health_lead"), TODAY)
    with pytest.raises(Forbidden):
        hand_over(session, county.actor(role), Caseload(place=VILLAGE), move, 1, TODAY, NOW)


def test_many_patients_move_in_as_few_statements_as_few(session: Session, county: County, database: Database) -> None:
    lead, to = county.actor("health_lead"), user(session, county, "health_lead")
    asked = []
    for count, area in ((3, VILLAGE), (60, SECOND_VILLAGE)):
        for number in range(count):
            owned(session, county, f"甲{number}", area)
        session.refresh(to)
        with counted(database) as sent:
            hand_over(session, lead, Caseload(place=area), Move(DOCTOR, to, TODAY), count, TODAY, NOW)
        asked.append(len(sent))
    assert asked[0] == asked[1]
