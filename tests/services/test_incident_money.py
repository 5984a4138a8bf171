"""What an incident does to the guardian's money: it waits for people, pays where no fault was found, and never takes back what was paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Database, new_public_id
from app.core.errors import Conflict
from app.core.money import Money
from app.core.quarter import Quarter
from app.guardians.rules.duty import AssessmentMark, DutyMark, propose_assessment
from app.incidents.models import Incident, IncidentFinding
from app.incidents.rules.emergencies import PersonCategory
from app.incidents.rules.incidents import AT_FAULT, NOT_AT_FAULT, IncidentKind, IncidentState, Matter, Reporter
from app.patients.models import Patient
from app.subsidies.models import LineKind, Recovery, SubsidyLine
from app.subsidies.queries.incidents import faults_between, incident_facts
from app.subsidies.rules.days import DayFacts
from app.subsidies.rules.decision import LineFacts, decide_line
from app.subsidies.rules.grounds import Grounds, ReturnGround
from app.subsidies.rules.incidents import IncidentFact
from app.subsidies.rules.incidents import IncidentKind as Kind
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.service import prepare_anew, return_run
from app.subsidies.service.late_facts import find_late_facts
from tests.rig.county import COUNTY, County
from tests.rig.families import families
from tests.rig.quarter import TODAY, House
from tests.rig.register import NOW, registered

Q3 = Quarter(2026, 3)
AUGUST = date(2026, 8, 14)


def on_record(
    session: Session, county: County, patient: Patient, day: date, kind: IncidentKind, *faults: str
) -> Incident:
    doctor = county.actor("doctor")
    incident = Incident(
        submission_key=new_public_id(), kind=kind, patient_id=patient.id, person_id=patient.person_id,
        area_code=patient.area_code, category=PersonCategory.MANAGED, happened_on=day,
        happened_at=datetime(day.year, day.month, day.day, 4, tzinfo=UTC), reporter=Reporter.DOCTOR, reported_at=NOW,
        reported_by=doctor.user_id, state=IncidentState.CONFIRMED,
    )  # fmt: skip
    session.add(incident)
    session.flush()
    before = None
    for number, outcome in enumerate(faults, start=1):
        finding = IncidentFinding(
            incident_id=incident.id, matter=Matter.FAULT, number=number, outcome=outcome, decided_on=date(2026, 10, 12),
            recorded_at=NOW, by=county.actor("coordinator").user_id, role=county.actor("coordinator").role,
            corrects_id=before,
        )  # fmt: skip
        session.add(finding)
        session.flush()
        before = finding.id
    return incident


def test_the_last_word_on_the_guardian_is_what_the_money_reads(session: Session, county: County) -> None:
    patient = registered(session, county.actor("county_office"))
    on_record(session, county, patient, AUGUST, IncidentKind.MINOR)
    on_record(session, county, patient, AUGUST, IncidentKind.PUBLIC_ORDER)
    on_record(session, county, patient, date(2026, 9, 2), IncidentKind.CRIMINAL, AT_FAULT, NOT_AT_FAULT)
    facts = incident_facts(session, [patient.id], Q3)[patient.id]
    assert facts == (IncidentFact(Kind.PUBLIC_ORDER, AUGUST), IncidentFact(Kind.CRIMINAL, date(2026, 9, 2), False))
    faults, undecided = faults_between(session, [patient.id], date(2026, 1, 1), date(2026, 12, 31))
    assert (faults[patient.id], undecided[patient.id]) == ([], 1)
    on_record(session, county, patient, date(2026, 9, 3), IncidentKind.CRIMINAL, AT_FAULT)
    faults, _undecided = faults_between(session, [patient.id], date(2026, 1, 1), date(2026, 12, 31))
    marks = {Quarter(2026, number): DutyMark.PASSED for number in (1, 2, 3, 4)}
    proposed = propose_assessment(marks, faults[patient.id], 1)
    assert proposed and proposed[0] is AssessmentMark.UNQUALIFIED


def held_for(fact: IncidentFact) -> list[str]:
    facts = LineFacts(
        Q3, date(2026, 10, 9), DayFacts(date(2026, 1, 1), date(2026, 12, 31)), highest_level=3, listed_level=3,
        registered_on=date(2020, 1, 1), last_seen_on=date(2026, 9, 1), incidents=(fact,),
    )  # fmt: skip
    assert LineFacts.from_json(facts.to_json()) == facts
    found = [one.code for one in decide_line(facts, PolicyTerms(annual=Money.from_yuan("3000"))).reasons]
    return [one for one in found if one.startswith("subsidies.hold.incident")]


def test_a_line_waits_for_people_and_says_what_they_found() -> None:
    assert held_for(IncidentFact(Kind.CRIMINAL, AUGUST)) == ["subsidies.hold.incident"]
    assert held_for(IncidentFact(Kind.CRIMINAL, AUGUST, True)) == ["subsidies.hold.incident_fault"]


def test_edge_31_a_fault_found_after_the_payment_holds_the_period_in_which_it_was_found() -> None:
    assert held_for(IncidentFact(Kind.CRIMINAL, date(2026, 5, 3), True, AUGUST)) == ["subsidies.hold.incident_fault"]
    assert held_for(IncidentFact(Kind.CRIMINAL, date(2026, 5, 3), True, date(2026, 11, 1))) == []


def test_edge_32_where_people_found_no_fault_the_line_is_paid() -> None:
    assert held_for(IncidentFact(Kind.CRIMINAL, AUGUST, False)) == []


# -- what is decided about the money has its effect ---------------------------------------------------------------------

Q4, NEW_YEAR = Quarter(2026, 4), date(2027, 1, 8)


def ruled(session: Session, county: County, incident: Incident, outcome: str, on: date) -> None:
    """The reviewer's word on the money; a second one corrects the first."""
    own = select(IncidentFinding).where(
        IncidentFinding.incident_id == incident.id, IncidentFinding.matter == Matter.QUARTER
    )
    before = session.scalars(own.order_by(IncidentFinding.number.desc())).first()
    reviewer = county.actor("reviewer")
    finding = IncidentFinding(
        incident_id=incident.id, matter=Matter.QUARTER, number=before.number + 1 if before else 1, outcome=outcome,
        decided_on=on, recorded_at=NOW, by=reviewer.user_id, role=reviewer.role, corrects_id=before.id if before else None,
    )  # fmt: skip
    session.add(finding)


def test_what_people_decide_about_the_money_of_an_incident_is_what_its_lines_do(
    app: Flask, database: Database, county: County
) -> None:
    house = House(app, database, county)
    house.settle_in(families(4))
    incidents: dict[int, int] = {}

    def happen(place: int) -> None:
        with database.transaction() as session:
            patient = session.get_one(Patient, house.families[place].patient.id)
            incidents[place] = on_record(session, county, patient, AUGUST, IncidentKind.CRIMINAL, AT_FAULT).id

    def rule(place: int, outcome: str, on: date) -> None:
        with database.transaction() as session:
            ruled(session, county, session.get_one(Incident, incidents[place]), outcome, on)

    def again() -> None:
        with house.step() as (session, run):
            prepare_anew(session, county.actor("clerk"), run, TODAY, NOW)
        house.prepare()

    def refused(step: Callable[[], object]) -> str:
        with pytest.raises(Conflict) as caught:
            step()
        return caught.value.reason.code

    happen(0)
    happen(1)
    house.prepare()
    assert [house.codes(place)[0] for place in (0, 1)] == ["subsidies.hold.incident_fault"] * 2
    rule(0, "stop", TODAY)
    rule(1, "stop_year", TODAY)
    assert refused(lambda: house.decide(0, is_paid=True)) == "subsidies.decide.stopped"
    again()
    assert [house.codes(place) for place in (0, 1)] == [
        ["subsidies.refuse.incident_stop"], ["subsidies.refuse.incident_stop_year"],
    ]  # fmt: skip
    # a decision that comes after the submission is read before anybody signs for the money
    house.submit()
    happen(2)
    rule(2, "pay", TODAY)
    rule(2, "stop", TODAY)
    assert refused(house.approve) == "subsidies.step.stopped"
    with house.step() as (session, run):
        return_run(session, county.actor("reviewer"), run, Grounds(ReturnGround.NOT_DUE), NOW)
    assert refused(house.submit) == "subsidies.step.stopped"
    rule(2, "pay", TODAY)  # taken back: the line is paid as it stands
    house.submit()
    house.approve()
    house.export()
    house.settle()
    # what was paid is not taken back: it is the first period since that is not paid
    happen(3)
    rule(3, "stop", date(2026, 12, 20))
    find_late_facts(database.reading, database.transaction, county.actor("clerk"), COUNTY, TODAY, NOW)
    with database.reading() as session:
        assert not session.scalars(select(Recovery)).all()
    rule(0, "pay", date(2026, 12, 21))
    house.quarter = Q4
    house.prepare(today=NEW_YEAR)
    with database.reading() as session:
        own = select(SubsidyLine).where(SubsidyLine.run_id == house.run().id).order_by(SubsidyLine.id)
        lines = {
            (place, line.period): line
            for line in session.scalars(own)
            for place, family in house.families.items()
            if family.patient.id == line.patient_id
        }
    assert {key: str(line.decision) for key, line in lines.items()} == {
        (0, "2026Q3"): "pay", (0, "2026Q4"): "pay", (1, "2026Q4"): "refuse", (2, "2026Q4"): "pay", (3, "2026Q4"): "refuse",
    }  # fmt: skip
    late = lines[0, "2026Q3"]
    assert (late.kind, late.amount_fen, late.cause) == (LineKind.REPAYMENT, 75000, "stopped")
    assert [lines[place, "2026Q4"].reasons[0]["code"] for place in (1, 3)] == [
        "subsidies.refuse.incident_rest_of_year", "subsidies.refuse.incident_stop",
    ]  # fmt: skip
    assert house.problems() == house.county_problems(NEW_YEAR) == []
