"""What is held and nobody decides: a clock from the first day, a list over all runs, and the next run that takes it up."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.incidents.models import Incident, IncidentFinding
from app.incidents.rules.incidents import NOT_AT_FAULT, IncidentKind, Matter
from app.patients.models import Patient
from app.subsidies.commands import DecideHold
from app.subsidies.models import LineKind, SubsidyLine
from app.subsidies.queries.held import HeldCount, count_held, list_held
from app.subsidies.rules.chain import HoldSource
from app.subsidies.rules.decision import LineState
from app.subsidies.service import decide_hold
from app.subsidies.service.holding import hold_line
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.quarter import NOW, PHONED, House
from tests.services.test_incident_money import AUGUST, on_record

NEW_YEAR, SPRING = date(2027, 1, 8), date(2027, 4, 9)


def clear(session: Session, county: County, incident: Incident) -> None:
    """People find that the guardian did what was owed."""
    who = county.actor("coordinator")
    finding = IncidentFinding(
        incident_id=incident.id, matter=Matter.FAULT, number=1, outcome=NOT_AT_FAULT, decided_on=NEW_YEAR,
        recorded_at=NOW, by=who.user_id, role=who.role,
    )  # fmt: skip
    session.add(finding)


def test_a_hold_that_nobody_decides_comes_up_in_the_next_run_until_somebody_does(
    app: Flask, database: Database, county: County
) -> None:
    house = House(app, database, county)
    house.settle_in(families(3))

    def taken_up() -> dict[tuple[int, str], SubsidyLine]:
        """Lines of the newest run about earlier periods, by family and period."""
        whose = {family.patient.id: place for place, family in house.families.items()}
        with database.reading() as session:
            own = select(SubsidyLine).where(
                SubsidyLine.run_id == house.run().id, SubsidyLine.kind == LineKind.REPAYMENT
            )
            return {(whose[one.patient_id], one.period): one for one in session.scalars(own)}

    def to_the_bank(quarter: Quarter, today: date) -> None:
        house.quarter = quarter
        house.prepare(today=today)

    def settle() -> None:
        house.submit()
        house.approve()
        house.export()
        house.settle()

    with database.transaction() as session:
        waits = session.get_one(Patient, house.families[0].patient.id)
        on_record(session, county, waits, AUGUST, IncidentKind.CRIMINAL)
    house.prepare()
    with house.step() as (session, _run):
        line = session.get_one(SubsidyLine, house.line(1).id)
        police = reason("subsidies.hold.office_police")
        hold_line(session, county.actor("clerk"), line, HoldSource.POLICE, "police", police, NOW)
    settle()
    # ten working days from the day on which the run was drawn up, whatever has become of the run
    with database.reading() as session:
        clerk = county.actor("clerk")
        due = list_held(session, clerk, date(2026, 12, 4)).rows
        assert [(one.waited, one.due_on, one.is_late, one.is_open) for one in due] == [
            (10, date(2026, 12, 4), False, False)
        ] * 2
        assert [one.holds for one in due] == [("incident",), ("office_police",)]
        assert count_held(session, clerk, date(2026, 12, 5)) == HeldCount(2, 0)
        assert count_held(session, clerk, date(2026, 12, 7)) == HeldCount(2, 2)
    # the next regular run takes both up: by today's facts, and by what an office said whatever the facts are
    to_the_bank(Quarter(2026, 4), NEW_YEAR)
    first, second = taken_up()[0, "2026Q3"], taken_up()[1, "2026Q3"]
    assert {first.decision, second.decision} == {LineState.HOLD} and first.cause == "held"
    codes = [one["code"] for one in first.reasons]
    assert codes[:2] == ["subsidies.hold.incident", "subsidies.repaid.held"]
    assert second.reasons[0]["code"] == "subsidies.hold.office_police"
    assert house.problems() == []
    with database.reading() as session:  # one family, one row, since the first day
        assert [one.since for one in list_held(session, clerk, NEW_YEAR).rows] == [date(2026, 11, 21)] * 2
    settle()
    # people find no fault, and the clerk hears from the police: the third quarter is paid with the first quarter of the new year, once
    with database.transaction() as session:
        clear(session, county, session.scalars(select(Incident)).one())
    to_the_bank(Quarter(2027, 1), SPRING)
    first, second = taken_up()[0, "2026Q3"], taken_up()[1, "2026Q3"]
    assert (first.decision, first.amount_fen, first.cause) == (LineState.PAY, 75000, "held-2")
    assert second.decision is LineState.HOLD
    with database.transaction() as session:
        decide_hold(session, county.actor("clerk"), DecideHold(second.public_id, True, PHONED), NOW)
    settle()
    assert house.county_problems(SPRING) == []
    to_the_bank(Quarter(2027, 2), date(2027, 7, 9))
    assert taken_up() == {}
    with database.reading() as session:
        assert count_held(session, clerk, SPRING) == HeldCount(0, 0)
