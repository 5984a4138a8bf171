"""A village doctor's visit is complete when the town doctor confirms it; the care counts at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import AreaSetting
from app.audit.models import AuditEvent
from app.core.crypto import Keyring
from app.core.errors import Conflict, Forbidden
from app.patients.models import Patient
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.queries import Filters, worklist
from app.tasks.rules import TaskKind
from app.visits.commands import CorrectVisit
from app.visits.models import FollowUpVisit
from app.visits.queries_confirmation import count_unconfirmed, list_unconfirmed
from app.visits.rules.confirmation import Confirmation, ReturnReason
from app.visits.service import correct_visit, record_visit
from app.visits.service.confirming import confirm_visits, return_visit, set_confirmation
from tests.conftest import NOW, TODAY
from tests.rig.county import COUNTY, County
from tests.rig.visits import command, register, stable

ON = date(2026, 11, 18)


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    found: Keyring = app.extensions["anhu.keyring"]
    return found


@pytest.fixture
def patient(session: Session, county: County, keyring: Keyring) -> Patient:
    return register(session, keyring, county.actor("doctor"), TODAY, NOW)


def visited(
    session: Session, county: County, keyring: Keyring, patient: Patient, who: str = "village_doctor", on: date = ON
) -> FollowUpVisit:
    sent = command(patient, stable(on), accepted=frozenset({"visit.late_entry"}))
    return record_visit(session, Vault(session, keyring), county.actor(who), sent, TODAY, NOW).visit


def test_the_care_counts_at_once_and_the_town_is_asked(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    visit = visited(session, county, keyring, patient)
    assert visit.needs_confirmation and visit.confirmed_at is None
    assert patient.last_visit_on == ON and patient.next_due_on == date(2027, 2, 18)
    doctor = county.actor("doctor")
    assert count_unconfirmed(session, doctor) == 1
    assert [row.visit for row in list_unconfirmed(session, doctor)] == [visit.public_id]
    assert count_unconfirmed(session, county.actor("other_doctor")) == 0

    assert confirm_visits(session, doctor, [visit.public_id, "nothing"], NOW) == 1

    assert (visit.confirmed_at, visit.confirmed_by) == (NOW, doctor.user_id)
    assert list_unconfirmed(session, doctor) == []
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "visits.confirmed")).one()
    assert (event.count, event.subject_id) == (1, visit.public_id)
    with pytest.raises(Conflict):
        confirm_visits(session, doctor, [visit.public_id], NOW)


@pytest.mark.parametrize("role", ["doctor", "health_lead", "county_office"])
def test_whoever_is_no_village_doctor_needs_no_confirmation(
    session: Session, county: County, keyring: Keyring, patient: Patient, role: str
) -> None:
    assert not visited(session, county, keyring, patient, role).needs_confirmation


@pytest.mark.parametrize("role", ["village_doctor", "county_office", "coordinator"])
def test_the_word_is_the_towns(session: Session, county: County, keyring: Keyring, patient: Patient, role: str) -> None:
    visit = visited(session, county, keyring, patient)
    with pytest.raises(Forbidden):
        confirm_visits(session, county.actor(role), [visit.public_id], NOW)
    with pytest.raises(Conflict):
        confirm_visits(session, county.actor("other_doctor"), [visit.public_id], NOW)


def test_a_visit_that_went_back_is_a_task_until_it_is_corrected(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    doctor, village = county.actor("doctor"), county.actor("village_doctor")
    visit = visited(session, county, keyring, patient)
    return_visit(session, doctor, patient, visit.public_id, ReturnReason.MEDICINE, TODAY, NOW)
    with pytest.raises(Conflict):
        return_visit(session, doctor, patient, visit.public_id, ReturnReason.MEDICINE, TODAY, NOW)
    back = Filters(kind=TaskKind.RETURNED_VISIT)
    row = worklist(session, village, back, TODAY).rows[0]
    assert row.because[0].code == "visit.returned"
    assert worklist(session, doctor, back, TODAY).rows == []
    assert count_unconfirmed(session, doctor) == 0 and list_unconfirmed(session, doctor)[0].returned

    sent = command(patient, stable(ON, adherence=2), accepted=frozenset({"visit.late_entry"}))
    right = correct_visit(
        session, Vault(session, keyring), village, CorrectVisit(visit.public_id, sent, "漏记间断服药"), TODAY, NOW
    ).visit

    assert right.needs_confirmation
    assert worklist(session, village, back, TODAY).rows == []
    assert [one.visit for one in list_unconfirmed(session, doctor)] == [right.public_id]


def test_confirming_what_went_back_ends_the_task(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    visit = visited(session, county, keyring, patient)
    return_visit(session, doctor, patient, visit.public_id, ReturnReason.INCOMPLETE, TODAY, NOW)
    confirm_visits(session, doctor, [visit.public_id], NOW)
    task = session.scalars(select(Task).where(Task.kind == TaskKind.RETURNED_VISIT)).one()
    assert task.state is TaskState.DONE


def test_a_county_that_wants_no_confirmation_settles_what_waits(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    office = county.actor("county_office")
    visit = visited(session, county, keyring, patient)
    assert set_confirmation(session, office, Confirmation.NOT_REQUIRED, NOW) == 1
    session.refresh(visit)
    assert not visit.needs_confirmation and count_unconfirmed(session, county.actor("doctor")) == 0
    setting = session.get_one(AreaSetting, (COUNTY, "visits.confirmation"))
    assert (setting.value, setting.set_at, setting.set_by) == ("not_required", NOW, office.user_id)
    later = visited(session, county, keyring, patient, on=ON + timedelta(days=1))
    assert not later.needs_confirmation
    assert set_confirmation(session, office, Confirmation.REQUIRED, NOW) == 0
    assert visited(session, county, keyring, patient, on=TODAY).needs_confirmation
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "visits.confirmation_set")).all()
    with pytest.raises(Forbidden):
        set_confirmation(session, county.actor("health_lead"), Confirmation.NOT_REQUIRED, NOW)
