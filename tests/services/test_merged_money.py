"""A record that turns out to be a paid family's patient: what stood on it holds, keeps back and takes back the money of the one that stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.quarter import Quarter
from app.incidents.models import Incident
from app.incidents.rules.incidents import NOT_AT_FAULT, IncidentKind, IncidentState
from app.patients.models import Patient
from app.patients.rules import CareSetting, SpanKind
from app.patients.service import change_state, record_admission, record_death
from app.people.models import DatePrecision
from app.subsidies.models import CheckHit, CheckList, PayFileLine, Recovery
from app.subsidies.queries.checks import late_hits
from app.subsidies.queries.hits import list_work
from app.subsidies.queries.incidents import faults_between
from app.subsidies.rules.checks import HitKind, ListKind
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState
from app.subsidies.service.late_facts import find_late_facts
from tests.rig.county import COUNTY, County
from tests.rig.families import families
from tests.rig.quarter import NOW, TODAY, House
from tests.rig.register import registered
from tests.services.test_incident_money import on_record
from tests.services.test_putting_right import _merge

AUGUST = date(2026, 8, 14)
EXCLUDED = {"inpatient": 18, "custody": 10}  # the first and last day of a stay in hospital count


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(2))
    return house


def _second_record(house: House, session: Session, *, closed: bool = False) -> Patient:
    """The first family's patient, registered once more: 肇祸 of August on which nobody has decided, and an entry of the funeral list."""
    at_home = session.get_one(Patient, house.families[0].patient.id).area_code
    second = registered(session, house.actor("county_office"), "王小二", 91, at_home)
    faults = (NOT_AT_FAULT,) if closed else ()
    incident = on_record(session, house.county, second, AUGUST, IncidentKind.CRIMINAL, *faults)
    if closed:
        incident.state, incident.closed_at, incident.closed_by = IncidentState.CLOSED, NOW, 1
    loaded_at = NOW - timedelta(days=1)
    funerals = CheckList(
        county_code=COUNTY, kind=ListKind.FUNERAL, as_of=date(2026, 9, 30), sha256="a" * 64, row_count=1, hit_count=1,
        near_count=0, unread_count=0, loaded_at=loaded_at, compared_at=loaded_at, loaded_by=house.county.users["clerk"],
    )  # fmt: skip
    session.add(funerals)
    session.flush()
    session.add(
        CheckHit(
            list_id=funerals.id, person_id=second.person_id, area_code=at_home, hit=HitKind.HIT, from_on=date(2026, 8, 20)
        )
    )  # fmt: skip
    session.flush()
    return second


def _join(house: House, session: Session, second: Patient) -> None:
    _merge(session, house.county, session.get_one(Patient, house.families[0].patient.id), second)


def test_edge_15_what_stood_on_the_record_merged_away_holds_the_line_of_the_one_that_stays(house: House) -> None:
    with house.database.transaction() as session:
        _join(house, session, _second_record(house, session))
    house.prepare()
    assert house.line(0).decision is LineState.HOLD and house.line(1).decision is LineState.PAY
    assert {"subsidies.hold.incident", "subsidies.hold.listed"} <= set(house.codes(0))
    with house.database.reading() as session:
        (waiting,) = list_work(session, house.actor("clerk")).rows
        assert waiting.is_patient and waiting.agreements == (house.families[0].agreement.number,)
        assert "小" not in waiting.name, "a patient's name, masked"


def test_a_record_merged_after_the_approval_is_kept_back_at_the_bank_s_door(house: House) -> None:
    with house.database.transaction() as session:
        second = _second_record(house, session)
    house.prepare()
    house.submit()
    house.approve()
    with house.database.transaction() as session:
        _join(house, session, session.get_one(Patient, second.id))
        assert {late.line.id for late in late_hits(session, house.run())} == {house.line(0).id}
    file = house.export()
    assert (file.count, file.withheld_count) == (1, 1)
    with house.database.reading() as session:
        withheld = select(PayFileLine.line_id).where(PayFileLine.state == PaymentState.WITHHELD)
        assert session.scalars(withheld).all() == [house.line(0).id]
    assert not house.county_problems()


def test_what_a_merge_brings_after_the_payment_is_looked_at_again_and_holds_the_next_quarter(house: House) -> None:
    with house.database.transaction() as session:
        second = _second_record(house, session)
        office = house.actor("county_office")
        record_admission(session, office, second, "四院", date(2026, 7, 1), date(2026, 7, 20), NOW)
        change_state(session, office, second, SpanKind.CARE, CareSetting.CUSTODY.value, date(2026, 9, 1), None, NOW)
        change_state(session, office, second, SpanKind.CARE, CareSetting.HOME.value, date(2026, 9, 11), None, NOW)
    house.to_the_bank()
    house.settle()
    with house.database.transaction() as session:
        _join(house, session, session.get_one(Patient, second.id))
    database = house.database
    later, clerk = NOW + timedelta(hours=1), house.actor("clerk")
    looks = [
        find_late_facts(database.reading, database.transaction, clerk, COUNTY, TODAY, later).made for _again in range(2)
    ]
    assert looks == [1, 0]
    with database.reading() as session:
        case = session.scalars(select(Recovery)).one()
        days = {one["kind"]: one["days"] for one in case.snapshot["computation"]["deductions"]}
        assert case.line_id == house.line(0).id and days == EXCLUDED
    assert not house.county_problems()
    house.quarter = Quarter(2026, 4)
    house.prepare(today=date(2027, 1, 8))
    assert house.line(0).decision is LineState.HOLD


def test_a_closed_incident_stays_where_it_was_and_is_read_from_both_records(house: House) -> None:
    kept_id = house.families[0].patient.id
    with house.database.transaction() as session:
        second = _second_record(house, session, closed=True)
        _join(house, session, second)
        faults, undecided = faults_between(session, [kept_id, second.id], date(2026, 1, 1), date(2026, 12, 31))
        assert session.scalars(select(Incident.patient_id)).one() == second.id
        assert not faults and not undecided, "the group found no fault"
    house.prepare()
    assert "subsidies.hold.incident" not in house.codes(0)


def test_a_death_under_the_record_that_stays_is_the_death_of_whoever_was_paid_under_the_other(house: House) -> None:
    """Both records have an agreement of the year: the second one's stays, and so does its payment."""
    database, office = house.database, house.actor("county_office")
    house.to_the_bank()
    house.settle()
    with database.transaction() as session:
        kept, second = (session.get_one(Patient, house.families[place].patient.id) for place in (0, 1))
        _merge(session, house.county, kept, second)
        record_death(session, office, kept, date(2026, 9, 10), DatePrecision.DAY, 1, NOW)
    found = find_late_facts(
        database.reading, database.transaction, house.actor("clerk"), COUNTY, TODAY, NOW + timedelta(hours=1)
    )
    assert found.made == 2
    with database.reading() as session:
        died = {case.line_id: case.snapshot["facts"]["days"]["died_on"] for case in session.scalars(select(Recovery))}
    assert died == {house.line(place).id: "2026-09-10" for place in (0, 1)}
    assert not house.county_problems()
