"""Incidents: told in a minute, confirmed by the county's group, decided each by the people whose it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.db import new_public_id
from app.core.errors import AnhuError, Conflict, Forbidden, Invalid, NotFound
from app.core.money import Money
from app.guardians.commands import AddGuardian, SignAgreement
from app.guardians.models import Guardianship
from app.guardians.queries.duty_page import list_replacements
from app.guardians.rules import Rank, Relation
from app.guardians.service import add_guardian, sign_agreement
from app.guardians.service.duty_after import decide_replacement
from app.incidents.commands.incidents import (
    AddHarm,
    ConfirmIncident,
    Decide,
    DismissIncident,
    FillIncident,
    ReportIncident,
)
from app.incidents.models import FindingMember, Incident, IncidentFinding
from app.incidents.queries import incidents_between
from app.incidents.queries.deciding import effects_of, group_members
from app.incidents.queries.incidents import get_incident, list_likely, list_own, open_incident
from app.incidents.rules.emergencies import PersonCategory
from app.incidents.rules.incidents import (
    Dismissal,
    Harm,
    IncidentKind,
    IncidentState,
    Matter,
    Victim,
    Whereabouts,
    unexplained,
)
from app.incidents.service.deciding import decide
from app.incidents.service.incidents import (
    add_harm,
    close_incident,
    confirm_incident,
    dismiss_incident,
    fill_incident,
    reopen_incident,
    report_incident,
)
from app.patients.models import Patient
from app.patients.rules import ManagementStatus
from app.people.models import Person
from app.risk.models import LevelSource, RiskLevel
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import move_follow_up
from tests.rig.county import SECOND_VILLAGE, VILLAGE, County
from tests.rig.register import NOW, SINCE, TODAY, first_guardian, person, registered, vault

WHAT = "在菜市场推倒两个摊位"
HOUR = timedelta(hours=1)


def told(**more: Any) -> ReportIncident:
    said = ReportIncident(new_public_id(), IncidentKind.PUBLIC_ORDER, NOW - HOUR, area_code=VILLAGE, what=WHAT)
    return replace(said, **more)


def reported(session: Session, county: County, who: str = "village_worker", **more: Any) -> Incident:
    return report_incident(session, vault(session), county.actor(who), told(**more), NOW)


def confirmed(
    session: Session, county: County, patient: Patient, kind: IncidentKind = IncidentKind.PUBLIC_ORDER
) -> Incident:
    incident = reported(session, county, "doctor", patient=patient.public_id, kind=kind)
    confirm_incident(session, county.actor("coordinator"), incident, ConfirmIncident(incident.version, kind), NOW)
    return incident


def said(
    session: Session, actor: Actor, incident: Incident, matter: Matter, outcome: str, **more: Any
) -> IncidentFinding:
    command = Decide(matter, outcome, **more)
    return decide(session, vault(session), actor, incident, command, TODAY, NOW)


def blamed(
    session: Session, county: County, incident: Incident, outcome: str = "at_fault", after: int = 0
) -> IncidentFinding:
    actor = county.actor("coordinator")
    clerk = next(user.public_id for user, _ in group_members(session, actor, incident) if user.name == "clerk")
    return said(
        session, actor, incident, Matter.FAULT, outcome, words="当日监护人在场未劝阻", members=(clerk,), after=after
    )


@pytest.fixture
def agreed(session: Session, county: County) -> Patient:
    """A patient with both guardians and an agreement of this year."""
    patient, clerk = registered(session, county.actor("county_office")), county.actor("clerk")
    first_guardian(session, clerk, patient)
    second = AddGuardian(Rank.SECOND, Relation.OFFICER, SINCE, person("钱村长", 503), post="村主任")
    add_guardian(session, vault(session), clerk, patient, second, NOW)
    sign_agreement(session, clerk, patient, SignAgreement(SINCE, date(2026, 12, 31)), NOW)
    return patient


def test_whoever_may_report_tells_of_somebody_in_a_minute_and_the_group_finds_out_whose_it_is(
    session: Session, county: County
) -> None:
    patient = registered(session, county.actor("county_office"))
    name = session.get_one(Person, patient.person_id).name
    for who in ("village_worker", "police", "doctor", "town", "hospital"):
        assert reported(session, county, who, name=name).state is IncidentState.REPORTED
    with pytest.raises(Forbidden):
        reported(session, county, "clerk")
    same = told(name=name)
    first = report_incident(session, vault(session), county.actor("town"), same, NOW)
    assert report_incident(session, vault(session), county.actor("town"), same, NOW) is first
    for wrong, at in ((told(happened_at=NOW + HOUR), "happened_at"), (told(what=""), "what"), (told(area_code="350000000000"), "area_code")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            report_incident(session, vault(session), county.actor("village_worker"), wrong, NOW)
        assert list(refused.value.errors) == [at]
    coordinator = county.actor("coordinator")
    assert [one.public_id for one in list_likely(session, coordinator, first)] == [patient.public_id]
    confirm_incident(
        session, coordinator, first, ConfirmIncident(first.version, IncidentKind.CRIMINAL, patient.public_id), NOW
    )
    assert (first.patient_id, first.was_managed, first.kind) == (patient.id, True, IncidentKind.CRIMINAL)
    sheet = open_incident(session, county.actor("town"), vault(session), first)
    assert sheet.texts["what"] == WHAT, "sealed under the reported person, and readable after it was found who it is"
    dismiss = DismissIncident(first.version, Dismissal.DOUBLE)
    dismiss_incident(session, coordinator, first, dismiss, NOW)
    assert incidents_between(session, [patient.id], TODAY - timedelta(days=3), TODAY) == {}
    with pytest.raises(NotFound):
        get_incident(session, county.actor("other_doctor"), first.public_id)


def test_a_village_and_the_police_read_their_own_report_for_a_day_and_a_hospital_none(
    session: Session, county: County
) -> None:
    for who in ("village_worker", "police", "hospital"):
        reported(session, county, who, name="欧阳文")
        actor = county.actor(who)
        with pytest.raises(Forbidden):
            get_incident(session, actor, "x")
        own = list_own(session, actor, vault(session), NOW + 23 * HOUR)[0]
        later = list_own(session, actor, vault(session), NOW + 24 * HOUR)[0]
        assert (own.what, own.name) == ((None, None) if who == "hospital" else (WHAT, "欧阳文"))
        assert (later.what, later.name, later.kind, later.state) == (None, None, None, IncidentState.REPORTED)


def test_each_matter_is_decided_by_the_people_whose_it_is_and_the_record_closes_after_the_last(
    session: Session, county: County, agreed: Patient
) -> None:
    move_follow_up(session, agreed, TODAY + timedelta(days=60), [])
    agreed.next_due_on = TODAY + timedelta(days=60)
    incident = confirmed(session, county, agreed, IncidentKind.CRIMINAL)
    doctor, town, clerk, coordinator = (county.actor(who) for who in ("doctor", "town", "clerk", "coordinator"))
    with pytest.raises(Conflict):
        close_incident(session, coordinator, incident, incident.version, NOW)
    for actor, matter in (
        (town, Matter.LEVEL),
        (clerk, Matter.FAULT),
        (doctor, Matter.QUARTER),
        (coordinator, Matter.VISITS),
    ):
        with pytest.raises(Forbidden):
            said(session, actor, incident, matter, "kept", words="x")
    with pytest.raises(Conflict):
        said(
            session, clerk, incident, Matter.QUARTER, "pay"
        )  # people have not said yet whether the guardian was at fault
    with pytest.raises(Invalid):
        said(session, coordinator, incident, Matter.FAULT, "at_fault", words="一个人说了算")
    effects = effects_of(session, coordinator, vault(session), incident)
    proposed = {one.matter: one.proposal.outcome for one in effects.effects}
    assert proposed == {Matter.LEVEL: "rated", Matter.VISITS: "sooner", Matter.FAULT: None, Matter.AGREEMENT: None, Matter.QUARTER: None}  # fmt: skip
    assert {one.matter for one in effects_of(session, clerk, vault(session), incident).effects} == {
        Matter.AGREEMENT,
        Matter.QUARTER,
    }
    assert Matter.LEVEL not in {one.matter for one in effects_of(session, town, vault(session), incident).effects}
    said(session, doctor, incident, Matter.LEVEL, "rated", level=4)
    rating = session.scalars(select(RiskLevel).where(RiskLevel.source == LevelSource.INCIDENT)).one()
    assert (rating.level, rating.assessed_on, agreed.risk_level) == (4, incident.happened_on, 4)
    said(session, doctor, incident, Matter.VISITS, "sooner", visit_by=TODAY + timedelta(days=2))
    assert agreed.next_due_on == TODAY + timedelta(days=2)
    finding = blamed(session, county, incident)
    assert session.scalars(select(FindingMember.name).where(FindingMember.finding_id == finding.id)).all() == ["clerk"]
    said(session, town, incident, Matter.AGREEMENT, "talk")
    said(session, clerk, incident, Matter.QUARTER, "stop")
    with pytest.raises(Conflict):
        said(session, clerk, incident, Matter.QUARTER, "pay")  # somebody was quicker
    corrected = said(session, clerk, incident, Matter.QUARTER, "pay", after=1)
    assert (corrected.number, corrected.corrects_id is not None) == (2, True)
    close_incident(session, coordinator, incident, incident.version, NOW)
    with pytest.raises(AnhuError):
        said(session, doctor, incident, Matter.LEVEL, "kept", after=1)
    facts = incidents_between(session, [agreed.id], TODAY - timedelta(days=3), TODAY)[agreed.id]
    assert [(one.kind, one.guardian_at_fault) for one in facts] == [(IncidentKind.CRIMINAL, True)]
    reopen_incident(session, coordinator, incident, incident.version, NOW)
    blamed(session, county, incident, "not_at_fault", after=1)
    assert (
        incidents_between(session, [agreed.id], TODAY - timedelta(days=3), TODAY)[agreed.id][0].guardian_at_fault
        is False
    )
    with pytest.raises(Invalid) as refused:
        said(session, clerk, incident, Matter.QUARTER, "stop", after=2)
    assert [one.code for one in refused.value.errors["outcome"]] == ["incidents.decide.no_fault"]


def test_a_guardian_to_be_replaced_is_a_task_until_another_stands_or_the_decision_is_corrected(
    session: Session, county: County, agreed: Patient
) -> None:
    town, clerk = county.actor("town"), county.actor("clerk")
    incident = confirmed(session, county, agreed, IncidentKind.CRIMINAL)
    blamed(session, county, incident)

    def asked() -> list[TaskState]:
        own = select(Task.state).where(Task.kind == TaskKind.REPLACE_GUARDIAN, Task.patient_id == agreed.id)
        return list(session.scalars(own.order_by(Task.id)))

    said(session, town, incident, Matter.AGREEMENT, "replace")
    (waiting,) = list_replacements(session, clerk)
    assert waiting.is_decided and waiting.due_on == date(2026, 12, 4)  # ten working days
    with pytest.raises(Conflict):
        decide_replacement(session, clerk, waiting.task, "guardians.replace.improving", NOW)
    said(session, town, incident, Matter.AGREEMENT, "kept", after=1)
    assert asked() == [TaskState.CANCELLED]
    said(session, town, incident, Matter.AGREEMENT, "replace", after=2)
    other = AddGuardian(Rank.FIRST, Relation.OTHER, TODAY, person("孙大伯", 511), replaces=True)
    add_guardian(session, vault(session), clerk, agreed, other, NOW)
    assert asked() == [TaskState.CANCELLED, TaskState.DONE]


@pytest.mark.parametrize("rank", list(Rank))
def test_whoever_guards_the_patient_has_no_part_in_judging_the_guardian(
    session: Session, county: County, agreed: Patient, rank: Rank
) -> None:
    incident = confirmed(session, county, agreed)
    guardian = session.scalars(
        select(Guardianship.person_id).where(Guardianship.patient_id == agreed.id, Guardianship.rank == rank)
    ).one()
    coordinator, clerk = county.actor("coordinator"), county.actor("clerk")
    session.execute(update(User).where(User.id == clerk.user_id).values(person_id=guardian))
    session.flush()
    offered = [user.name for user, _agency in group_members(session, coordinator, incident)]
    assert "clerk" not in offered and "county_office" in offered
    session.execute(update(User).where(User.id == clerk.user_id).values(person_id=None))
    session.execute(update(User).where(User.id == coordinator.user_id).values(person_id=guardian))
    itself = replace(coordinator, person_id=guardian)
    with pytest.raises(Forbidden) as refused:
        said(session, itself, incident, Matter.FAULT, "not_at_fault", words="我照看得很好")
    assert refused.value.reason and refused.value.reason.code == "incidents.decide.own"
    with pytest.raises(Conflict):
        blamed(session, county, incident)  # past the use case the database refuses: the account is the guardian's


def test_what_was_decided_is_never_written_over(session: Session, county: County, agreed: Patient) -> None:
    finding = blamed(session, county, confirmed(session, county, agreed))
    with pytest.raises(DatabaseError):
        session.execute(update(IncidentFinding).where(IncidentFinding.id == finding.id).values(outcome="not_at_fault"))


def test_the_record_is_completed_with_what_it_cost_and_who_was_hurt(session: Session, county: County) -> None:
    patient = registered(session, county.actor("county_office"))
    incident, town = confirmed(session, county, patient), county.actor("town")
    filling = FillIncident(
        incident.version,
        "东街",
        WHAT,
        "停药两周",
        "皖公治〔2026〕17号",
        Money(120000),
        Whereabouts.HOSPITAL,
        None,
        True,
    )
    fill_incident(session, vault(session), town, incident, filling, NOW)
    add_harm(
        session, vault(session), town, incident,
        AddHarm(new_public_id(), Victim.THIRD, Harm.SLIGHT, "摊主周某", "13800138000", Money(35000)), NOW,
    )  # fmt: skip
    sheet = open_incident(session, county.actor("coordinator"), vault(session), incident)
    assert (sheet.texts["police_case"], incident.loss_fen, sheet.harms[0].name) == (
        "皖公治〔2026〕17号",
        120000,
        "摊主周某",
    )
    assert (
        b"\xe6" not in (incident.what_sealed or b"")[:3] and business_day(incident.happened_at) == incident.happened_on
    )


def test_an_incident_says_how_the_person_stood_on_its_day(session: Session, county: County) -> None:
    patient = registered(session, county.actor("county_office"))
    patient.management_status = ManagementStatus.LOST
    now, before = (reported(session, county, "doctor", patient=patient.public_id, happened_at=at) for at in (NOW - HOUR, NOW - 700 * 24 * HOUR))  # fmt: skip
    assert (now.was_managed, now.category) == (True, PersonCategory.MANAGED)
    assert (before.was_managed, before.category) == (False, PersonCategory.NOT_REGISTERED)


def test_a_visits_count_is_explained_by_the_records_of_its_time() -> None:
    assert unexplained(2, TODAY, [TODAY - timedelta(days=5)]) == 1
    assert unexplained(1, TODAY, [TODAY - timedelta(days=93)]) == 1
    assert unexplained(1, TODAY, [TODAY]) == 0


def test_another_village_is_not_the_reporters(session: Session, county: County) -> None:
    with pytest.raises(Invalid):
        reported(session, county, "village_worker", area_code=SECOND_VILLAGE)
