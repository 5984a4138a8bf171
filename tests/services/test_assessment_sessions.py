"""The quarterly assessment meeting of a town: together, singly, signed, frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.actor import Actor
from app.core.crypto import digest
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.patients.models import Patient
from app.people.vault import Vault
from app.risk.commands import HoldSession, PanelMember, RecordReassessment
from app.risk.models import LevelSource, Reassessment, ReassessmentSession, RiskLevel
from app.risk.queries import get_subject
from app.risk.queries.sessions import coverage, get_session, list_rows, lock_session
from app.risk.rules import propose_level, whys_single
from app.risk.service import (
    change_session,
    confirm_together,
    note_level,
    open_reassessments,
    open_session,
    record_reassessment,
    sign_session,
)
from app.tasks.models import Task, TaskState
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patient
from tests.rig.county import OTHER_VILLAGE, TOWN, County

Q4 = Quarter(2026, 4)
BEFORE = date(2026, 8, 20)
IN_QUARTER = date(2026, 10, 12)
PANEL = (PanelMember("doctor", "周医生"), PanelMember("police", "李民警", "城关派出所"))


def someone(session: Session, name: str, before: int | None, *visits: int) -> Patient:
    """Came into the quarter with a level, and was visited so often in it."""
    patient = add_patient(session, name)
    if before is not None:
        note_level(session, Actor.operator(), patient, before, BEFORE, LevelSource.VISIT, 1, NOW)
    for number, level in enumerate(visits):
        on = IN_QUARTER + timedelta(days=number)
        note_level(session, Actor.operator(), patient, level, on, LevelSource.VISIT, 2 + number, NOW)
    session.flush()
    return patient


def meeting(session: Session, county: County) -> ReassessmentSession:
    return open_session(session, county.actor("health_lead"), HoldSession(Q4, TODAY, PANEL), TODAY, NOW)


def task_of(session: Session, patient: Patient) -> Task:
    return session.scalars(select(Task).where(Task.patient_id == patient.id)).one()


def singly(session: Session, app: Flask, county: County, patient: Patient, level: int, why: str | None) -> Reassessment:
    actor = county.actor("health_lead")
    subject = get_subject(session, actor, task_of(session, patient).public_id)
    command = RecordReassessment(level, TODAY, f"key-{patient.id}-{level}", why=why)
    vault = Vault(session, app.extensions["anhu.keyring"])
    return record_reassessment(session, vault, actor, subject, command, TODAY, NOW).reassessment


def together(session: Session, county: County, held: ReassessmentSession, *patients: Patient) -> int:
    ids = {task_of(session, patient).public_id for patient in patients}
    return confirm_together(session, county.actor("health_lead"), held, ids, NOW)


# -- what is proposed --------------------------------------------------------------------------------------------------


def test_the_highest_level_of_the_quarters_visits_is_proposed() -> None:
    visits = [(date(2026, 10, 5), 1), (date(2026, 10, 20), 3), (date(2026, 11, 9), 2)]
    found = propose_level(visits, 2, date(2026, 11, 9))
    assert found.level == 3
    assert found.because == reason("risk.proposed.visits", n=3, on=date(2026, 10, 20), level=3)


def test_without_a_visit_the_last_level_is_proposed_and_says_so() -> None:
    assert propose_level([], 2, BEFORE).because == reason("risk.proposed.last", on=BEFORE, level=2)
    assert propose_level([], None, None).level is None


@pytest.mark.parametrize(
    ("proposed", "entering", "present", "visits", "codes"),
    [
        (2, 2, 2, 1, []),
        (3, 3, 3, 2, ["risk.single.high"]),
        (1, 2, 1, 1, ["risk.single.changed"]),
        (1, 1, 0, 2, ["risk.single.differs"]),
        (0, 0, 0, 0, ["risk.single.no_visit"]),
        (1, None, 1, 1, ["risk.single.first"]),
        (None, None, None, 0, ["risk.single.no_visit", "risk.single.first"]),
    ],
)
def test_everybody_but_the_unchanged_low_levels_with_a_visit_is_opened_singly(
    proposed: int | None, entering: int | None, present: int | None, visits: int, codes: list[str]
) -> None:
    assert [why.code for why in whys_single(proposed, entering, present, visits)] == codes


# -- the meeting -------------------------------------------------------------------------------------------------------


def test_the_list_says_of_everybody_what_is_proposed_and_why_singly(session: Session, county: County) -> None:
    someone(session, "甲", 1, 1, 1)
    someone(session, "乙", 1, 2)
    add_patient(session, "丙", OTHER_VILLAGE)
    rows = list_rows(session, county.actor("health_lead"), meeting(session, county))
    found = {row.name: (row.entering, row.proposal.level, len(row.visits), bool(row.whys_single)) for row in rows}
    assert found == {"甲": (1, 1, 2, False), "乙": (1, 2, 1, True)}


def test_the_unchanged_are_confirmed_in_one_act_with_one_event(session: Session, county: County) -> None:
    people = [someone(session, "甲", 0, 0), someone(session, "乙", 2, 2)]
    held = meeting(session, county)
    assert together(session, county, held, *people) == 2
    results = session.scalars(select(Reassessment).order_by(Reassessment.id)).all()
    assert [(one.level, one.level_proposed, one.is_together, one.session_id) for one in results] == [
        (2, 2, True, held.id),
        (0, 0, True, held.id),
    ]  # in the list's order, by village and name
    tasks = [task_of(session, patient) for patient in people]
    assert [task.state for task in tasks] == [TaskState.DONE, TaskState.DONE]
    assert tasks[1].outcome == reason("tasks.outcome.reassessed", level=2).to_json()
    assert {patient.risk_assessed_on for patient in people} == {TODAY}
    rated = select(RiskLevel.level).where(RiskLevel.source == LevelSource.REASSESSMENT).order_by(RiskLevel.id)
    assert session.scalars(rated).all() == [2, 0]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "risk.confirmed_together")).one()
    ordered = sorted(results, key=lambda one: one.id)
    proof = digest(",".join(f"{one.patient_id}:{one.level}" for one in ordered))
    assert (event.count, event.detail["digest"]) == (2, proof)


@pytest.mark.parametrize(("before", "visits"), [(3, (3,)), (1, (2,)), (1, ())])
def test_whoever_is_high_changed_or_unseen_is_never_confirmed_together(
    session: Session, county: County, before: int, visits: tuple[int, ...]
) -> None:
    fine, other = someone(session, "甲", 1, 1), someone(session, "乙", before, *visits)
    held = meeting(session, county)
    with pytest.raises(Conflict) as refused:
        together(session, county, held, fine, other)
    assert refused.value.reason.code == "risk.session.not_together"
    assert session.scalars(select(Reassessment)).all() == []


def test_a_list_that_has_changed_meanwhile_is_not_confirmed(session: Session, county: County) -> None:
    patient = someone(session, "甲", 1, 1)
    held = meeting(session, county)
    together(session, county, held, patient)
    with pytest.raises(Conflict, match="list_changed"):
        together(session, county, held, patient)


def test_a_change_in_the_meeting_needs_a_reason_and_keeps_what_was_proposed(
    session: Session, app: Flask, county: County
) -> None:
    patient = someone(session, "甲", 1, 2)
    held = meeting(session, county)
    with pytest.raises(Invalid) as refused:
        singly(session, app, county, patient, 2, None)
    assert list(refused.value.errors) == ["why"]
    with pytest.raises(Invalid):
        singly(session, app, county, patient, 2, "risk.why.whatever")
    result = singly(session, app, county, patient, 2, "risk.why.visits")
    assert (result.session_id, result.level_before, result.level_proposed, result.level) == (held.id, 1, 2, 2)
    assert result.because == reason("risk.why.visits").to_json()
    assert not result.is_together


def test_signing_waits_for_everybody_and_then_freezes(session: Session, app: Flask, county: County) -> None:
    low, high = someone(session, "甲", 1, 1), someone(session, "乙", 4, 4)
    held, lead = meeting(session, county), county.actor("health_lead")
    together(session, county, held, low)
    with pytest.raises(Conflict) as refused:
        sign_session(session, lead, held, NOW)
    assert refused.value.reason == reason("risk.session.waiting", n=1)
    singly(session, app, county, high, 4, "risk.why.stands")
    sign_session(session, lead, lock_session(session, lead, held.public_id), NOW)
    assert held.signed_at == NOW and held.digest
    with pytest.raises(Conflict, match="signed"):
        change_session(session, lead, held, HoldSession(Q4, TODAY, PANEL), TODAY, NOW)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Reassessment).values(level=0))


def test_what_was_recorded_before_the_meeting_is_signed_with_it(session: Session, app: Flask, county: County) -> None:
    patient = someone(session, "甲", 1, 1)
    open_reassessments(session, county.actor("health_lead"), Q4, NOW)
    earlier = singly(session, app, county, patient, 0, None)
    assert earlier.session_id is None
    held = meeting(session, county)
    sign_session(session, county.actor("health_lead"), held, NOW)
    session.refresh(earlier)
    assert earlier.session_id == held.id


def test_a_town_has_one_meeting_a_quarter(session: Session, county: County) -> None:
    meeting(session, county)
    with pytest.raises(Conflict, match="stands"):
        meeting(session, county)


def test_a_meeting_has_a_panel_and_a_day_that_has_come(session: Session, county: County) -> None:
    lead = county.actor("health_lead")
    for command, name in (
        (HoldSession(Q4, TODAY, PANEL[:1]), "name_1"),
        (HoldSession(Q4, TODAY + timedelta(days=1), PANEL), "held_on"),
        (HoldSession(Q4, date(2026, 9, 30), PANEL), "held_on"),
        (HoldSession(Quarter(2026, 1), TODAY, PANEL), "quarter"),
    ):
        with pytest.raises(Invalid) as refused:
            open_session(session, lead, command, TODAY, NOW)
        assert name in refused.value.errors


def test_only_the_towns_lead_holds_it_and_the_county_sees_how_far_it_is(session: Session, county: County) -> None:
    patient = someone(session, "甲", 1, 1)
    held = meeting(session, county)
    office = county.actor("county_office")
    for name in ("doctor", "county_office", "coordinator"):
        with pytest.raises(Forbidden):
            open_session(session, county.actor(name), HoldSession(Q4, TODAY, PANEL), TODAY, NOW)
    assert get_session(session, office, held.public_id) is held
    with pytest.raises(Forbidden):
        get_session(session, county.actor("coordinator"), held.public_id)
    together(session, county, held, patient)
    towns = {town.code: (town.owed, town.done, town.session) for town in coverage(session, office, Q4)}
    assert towns[TOWN] == (1, 1, held)
    assert {code: counts for code, counts in towns.items() if code != TOWN} == {"349921101000": (0, 0, None)}


def test_another_towns_meeting_is_not_found(session: Session, county: County) -> None:
    held = meeting(session, county)
    stranger = replace(county.actor("health_lead"), area_prefix="349921101")
    with pytest.raises(NotFound):
        get_session(session, stranger, held.public_id)
