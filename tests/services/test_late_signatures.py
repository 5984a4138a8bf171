"""What comes between submission and approval, and what nobody may rewrite behind a signed run."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.db import Database
from app.core.errors import Conflict
from app.core.reasons import reason
from app.subsidies.models import SubsidyLine
from app.subsidies.rules.chain import HoldSource
from app.subsidies.rules.checks import ListKind
from app.subsidies.rules.grounds import Grounds, HoldGround
from app.subsidies.rules.policy import Chain
from app.subsidies.rules.transitions import RunState
from app.subsidies.service import prepare_anew
from app.subsidies.service.checks import hold_listed
from app.subsidies.service.holding import hold_line
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.offices import HEALTH, open_offices, sign
from tests.rig.quarter import NOW, TODAY, House
from tests.services.test_check_lists import LATER, load, patient, told

PERFORMED = Grounds(HoldGround.DUTY_PERFORMED)


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(3))
    return house


def custody_list(house: House) -> None:
    rows = [[*told(house, patient(house, 0), "2026-07-01"), "2026-09-30"]]
    load(house, rows, kind=ListKind.IN_CUSTODY, header="姓名,身份证号,入所日期,出所日期", now=LATER)


def hold(house: House, place: int) -> None:
    with house.step() as (session, _run):
        line = session.get_one(SubsidyLine, house.line(place).id)
        because = reason("subsidies.hold.incident")
        hold_line(session, house.actor("clerk"), line, HoldSource.OBJECTION, "one", because, NOW)


def refused(house: House, statement: str, guard: str) -> None:
    with pytest.raises(DBAPIError, match=f"guard:{guard}"), house.database.transaction() as session:
        session.execute(text(statement))


def test_a_list_that_comes_after_the_submission_stops_the_approval(house: House) -> None:
    house.prepare()
    house.submit()
    custody_list(house)
    with pytest.raises(Conflict, match=r"step\.listed"):
        house.approve()
    assert house.run().state is RunState.SUBMITTED
    with house.step() as (session, run):
        assert hold_listed(session, house.actor("clerk"), run, LATER) == 1
    house.submit()
    house.approve()
    assert (house.export().count, house.problems()) == (2, [])


def test_an_office_does_not_sign_past_a_late_list_either(app: Flask, database: Database, county: County) -> None:
    house = open_offices(House(app, database, county))
    house.settle_in(families(2), chain=Chain.JOINT)
    house.prepare()
    house.submit()
    custody_list(house)
    with pytest.raises(Conflict, match=r"step\.listed"):
        sign(house, HEALTH)


def test_who_decided_a_hold_of_a_signed_run_cannot_be_rewritten(house: House) -> None:
    house.prepare()
    hold(house, 0)
    house.decide(0, True, grounds=PERFORMED)
    house.submit()
    other = house.actor("doctor").user_id
    for change in (f"decided_by = {other}", "decided_by = NULL", "decided_at = NULL", "decision_note = 'x'"):
        refused(house, f"UPDATE subsidy_lines SET {change} WHERE decided_by IS NOT NULL", "guard_subsidy_lines_decider")
    refused(
        house,
        f"UPDATE subsidy_lines SET decided_by = {other} WHERE decided_by IS NULL",
        "guard_subsidy_lines_decider",
    )
    house.approve()
    assert house.problems() == []


def test_why_a_line_of_a_signed_run_was_held_cannot_be_taken_away(house: House) -> None:
    house.prepare()
    hold(house, 0)
    house.decide(0, True, grounds=PERFORMED)
    house.submit()
    refused(house, "DELETE FROM line_holds", "guard_line_holds_no_delete")
    refused(house, "DELETE FROM run_checks", "guard_run_checks_no_delete")


def test_a_draft_that_is_prepared_anew_takes_its_holds_along(house: House) -> None:
    house.prepare()
    custody_list(house)
    assert "subsidies.hold.listed" in house.codes(0)
    with house.step() as (session, run):
        prepare_anew(session, house.actor("clerk"), run, TODAY, NOW)
    with house.database.reading() as session:
        assert session.scalar(text("SELECT COUNT(*) FROM line_holds")) == 0


def test_lists_and_what_was_found_on_them_are_kept(house: House) -> None:
    custody_list(house)
    refused(house, "DELETE FROM check_hits", "guard_check_hits_no_delete")
    refused(house, "DELETE FROM check_lists", "guard_check_lists_no_delete")
