"""What an incident does to the guardian's money: it waits for people, pays where no fault was found, and never takes back what was paid."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from app.core.db import new_public_id
from app.core.money import Money
from app.core.quarter import Quarter
from app.guardians.rules.duty import AssessmentMark, DutyMark, propose_assessment
from app.incidents.models import Incident, IncidentFinding
from app.incidents.rules.emergencies import PersonCategory
from app.incidents.rules.incidents import AT_FAULT, NOT_AT_FAULT, IncidentKind, IncidentState, Matter, Reporter
from app.patients.models import Patient
from app.subsidies.queries.incidents import faults_between, incident_facts
from app.subsidies.rules.days import DayFacts
from app.subsidies.rules.decision import IncidentFact, LineFacts, decide_line
from app.subsidies.rules.decision import IncidentKind as Kind
from app.subsidies.rules.policy import PolicyTerms
from tests.rig.county import County
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
