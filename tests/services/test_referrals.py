"""A visit that refers waits for its receipt; an admission on it is a stay in hospital."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import Reason, say
from app.patients.models import Admission, Patient
from app.patients.rules import CareSetting
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.commands import CorrectVisit, RecordReceipt
from app.visits.models import FollowUpVisit
from app.visits.queries_referrals import list_referrals
from app.visits.rules.referral import NotGone, ReferralOutcome
from app.visits.service.recording import correct_visit, record_visit
from app.visits.service.referrals import record_receipt
from tests.rig.county import County
from tests.rig.register import NOW, TODAY, registered, vault
from tests.rig.visits import command, stable, unstable

VISITED = TODAY - timedelta(days=3)
ASKED = {"referral": 2, "referral_reason": "病情波动", "referral_org": "市精神卫生中心", "referral_dept": "门诊"}


def refer(session: Session, county: County) -> tuple[Patient, FollowUpVisit]:
    patient = registered(session, county.actor("doctor"))
    sent = command(patient, unstable(VISITED, **ASKED))
    visit = record_visit(session, vault(session), county.actor("doctor"), sent, TODAY, NOW).visit
    session.flush()
    return patient, visit


def awaited(session: Session, patient: Patient) -> Task:
    return session.scalars(
        select(Task).where(
            Task.patient_id == patient.id, Task.kind == TaskKind.REFERRAL, Task.state != TaskState.CANCELLED
        )
    ).one()


def test_a_referral_waits_two_weeks_for_its_receipt(session: Session, county: County) -> None:
    patient, visit = refer(session, county)
    task = awaited(session, patient)
    assert task.due_on == VISITED + timedelta(days=14)
    assert "转诊到市精神卫生中心" in say(Reason.from_json(task.because[0]))
    (one,) = list_referrals(session, county.actor("doctor"), patient, TODAY)
    assert (one.visit, one.outcome) == (visit.public_id, None) and one.waiting is not None
    assert list_referrals(session, county.actor("coordinator"), patient, TODAY) == []


def test_who_was_seen_and_went_home_is_visited_as_before(session: Session, county: County) -> None:
    patient, visit = refer(session, county)
    receipt = RecordReceipt(ReferralOutcome.SEEN, TODAY)
    record_receipt(session, county.actor("doctor"), patient, visit.public_id, receipt, TODAY, NOW)
    (one,) = list_referrals(session, county.actor("doctor"), patient, TODAY)
    assert one.outcome is not None and say(one.outcome) == f"{say_day(TODAY)}已在市精神卫生中心就诊，未住院"
    assert patient.care_setting is CareSetting.HOME
    with pytest.raises(Conflict):
        record_receipt(session, county.actor("doctor"), patient, visit.public_id, receipt, TODAY, NOW)


def test_an_admission_on_the_receipt_is_a_stay_and_visits_wait(session: Session, county: County) -> None:
    patient, visit = refer(session, county)
    receipt = RecordReceipt(ReferralOutcome.ADMITTED, TODAY, "省精神病院")
    record_receipt(session, county.actor("doctor"), patient, visit.public_id, receipt, TODAY, NOW)
    stay = session.scalars(select(Admission).where(Admission.patient_id == patient.id)).one()
    assert (stay.hospital, stay.from_on, stay.to_on) == ("省精神病院", TODAY, None)
    assert patient.care_setting is CareSetting.INPATIENT and patient.next_due_on is None


def test_who_did_not_go_leaves_a_reason(session: Session, county: County) -> None:
    patient, visit = refer(session, county)
    doctor = county.actor("doctor")
    for wrong, field in (
        (RecordReceipt(ReferralOutcome.NOT_GONE), "why"),
        (RecordReceipt(ReferralOutcome.SEEN), "on"),
        (RecordReceipt(ReferralOutcome.SEEN, VISITED - timedelta(days=1)), "on"),
        (RecordReceipt(ReferralOutcome.SEEN, TODAY + timedelta(days=1)), "on"),
    ):
        with pytest.raises(Invalid) as refused:
            record_receipt(session, doctor, patient, visit.public_id, wrong, TODAY, NOW)
        assert list(refused.value.errors) == [field]
    gone = RecordReceipt(ReferralOutcome.NOT_GONE, why=NotGone.MONEY)
    record_receipt(session, doctor, patient, visit.public_id, gone, TODAY, NOW)
    assert say(Reason.from_json(awaited(session, patient).outcome or {})) == "没有去：费用困难"


def test_a_correction_that_refers_nowhere_ends_the_wait(session: Session, county: County) -> None:
    patient, visit = refer(session, county)
    by = command(patient, unstable(VISITED))
    doctor = county.actor("doctor")
    correct_visit(session, vault(session), doctor, CorrectVisit(visit.public_id, by, "误选"), TODAY, NOW)
    assert awaited(session, patient).state is TaskState.DONE
    assert list_referrals(session, doctor, patient, TODAY) == []


def test_a_visit_that_refers_nowhere_has_no_receipt(session: Session, county: County) -> None:
    patient, doctor = registered(session, county.actor("doctor")), county.actor("doctor")
    visit = record_visit(session, vault(session), doctor, command(patient, stable(VISITED)), TODAY, NOW).visit
    with pytest.raises(Conflict):
        receipt = RecordReceipt(ReferralOutcome.SEEN, TODAY)
        record_receipt(session, doctor, patient, visit.public_id, receipt, TODAY, NOW)
    with pytest.raises(NotFound):
        record_receipt(session, doctor, patient, "A" * 22, RecordReceipt(ReferralOutcome.SEEN, TODAY), TODAY, NOW)


def say_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
