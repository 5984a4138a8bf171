"""A child or elder without a carer: told once, seen by civil affairs without a clinical word, taken up, answered, seen by the reporter."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.reasons import say
from app.desk.queries.dependants import count_dependants, get_dependants, list_dependants, list_told
from app.patients.rules_support import Dependants, DependantsOutcome
from app.patients.service.dependants import (
    close_dependants,
    report_dependants,
    take_up_dependants,
    withdraw_dependants,
)
from tests.rig.county import OTHER_VILLAGE, County
from tests.rig.register import NOW, TODAY, registered, vault


def test_civil_affairs_see_the_need_and_nothing_clinical(session: Session, county: County) -> None:
    doctor, town, clerk = (county.actor(name) for name in ("doctor", "town", "clerk"))
    patient = registered(session, doctor)
    task = report_dependants(session, doctor, patient, Dependants.CHILD, TODAY, NOW)
    assert patient.has_dependants and task.due_on == date(2026, 11, 27), "five working days"
    (seen,) = list_dependants(session, town, True, TODAY).rows
    assert seen.name == "单晓明"
    assert say(seen.because[0]) == "家中有未成年的孩子，没有其他人照料，请民政核实并安排"
    (masked,) = list_dependants(session, clerk, True, TODAY).rows
    assert masked.name == "单*明"
    assert get_dependants(session, vault(session), clerk, task.public_id, TODAY).address is None
    assert count_dependants(session, clerk, TODAY).new == 1
    with pytest.raises(Forbidden):
        list_dependants(session, doctor, True, TODAY)


def test_the_reporter_sees_that_it_was_taken_up_and_how_it_ended(session: Session, county: County) -> None:
    doctor, town = county.actor("doctor"), county.actor("town")
    patient = registered(session, doctor)
    task = report_dependants(session, doctor, patient, Dependants.ELDER, TODAY, NOW)
    with pytest.raises(Conflict):
        report_dependants(session, doctor, patient, Dependants.CHILD, TODAY, NOW)
    take_up_dependants(session, town, task.public_id, NOW)
    take_up_dependants(session, county.actor("clerk"), task.public_id, NOW)
    (told,) = list_told(session, doctor, patient, TODAY)
    assert (told.taken_up_by, told.outcome) == ("town", None)
    close_dependants(session, county.actor("clerk"), task.public_id, DependantsOutcome.ARRANGED, TODAY, NOW)
    (told,) = list_told(session, doctor, patient, TODAY)
    assert told.outcome is not None and "已安排照料" in say(told.outcome) and told.closed_by == "clerk"
    assert patient.has_dependants is False
    assert not list_dependants(session, town, True, TODAY).rows
    assert [one.name for one in list_dependants(session, town, False, TODAY).rows] == ["单*明"], (
        "in full while it is to do"
    )
    with pytest.raises(Conflict):
        close_dependants(session, town, task.public_id, DependantsOutcome.FAMILY, TODAY, NOW)
    acts = session.scalars(
        select(AuditEvent.action).where(AuditEvent.action.startswith("patients.dependants")).order_by(AuditEvent.id)
    ).all()
    assert acts == ["patients.dependants_reported", "patients.dependants_taken_up", "patients.dependants_closed"]


def test_a_word_taken_back_can_be_given_anew(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    report_dependants(session, doctor, patient, Dependants.CHILD, TODAY, NOW)
    withdraw_dependants(session, doctor, patient, TODAY, NOW)
    with pytest.raises(Conflict):
        withdraw_dependants(session, doctor, patient, TODAY, NOW)
    later = NOW.replace(hour=NOW.hour + 1)
    assert report_dependants(session, doctor, patient, Dependants.BOTH, TODAY, later).closed_at is None


def test_nobody_answers_for_another_town_or_another_duty(session: Session, county: County) -> None:
    doctor, town = county.actor("doctor"), county.actor("town")
    patient = registered(session, county.actor("other_doctor"), area_code=OTHER_VILLAGE)
    foreign = report_dependants(session, county.actor("other_doctor"), patient, Dependants.CHILD, TODAY, NOW)
    with pytest.raises(NotFound):
        take_up_dependants(session, town, foreign.public_id, NOW)
    with pytest.raises(Forbidden):
        take_up_dependants(session, doctor, foreign.public_id, NOW)
