"""A frozen line that is held for what was learned late: by another office, an objection, a list."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.core.db import Database
from app.core.errors import Conflict
from app.core.reasons import reason
from app.subsidies.models import LineHold, SubsidyLine
from app.subsidies.rules.chain import HoldSource
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import Grounds, HoldGround
from app.subsidies.rules.lines import line_digest
from app.subsidies.service import prepare_anew
from app.subsidies.service.holding import hold_line
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.kept import built_once
from tests.rig.quarter import NOW, TODAY, House

BECAUSE = reason("subsidies.hold.incident")


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(3))
    house.prepare()
    return house


def hold(house: House, place: int, key: str = "one") -> None:
    with house.database.transaction() as session:
        line = session.get_one(SubsidyLine, house.line(place).id)
        hold_line(session, house.actor("clerk"), line, HoldSource.CHECK_LIST, key, BECAUSE, NOW)


def test_a_held_line_keeps_its_amount_and_pays_nobody(house: House) -> None:
    hold(house, 0)
    line, run = house.line(0), house.run()
    assert (line.decision, line.amount_fen) == (LineState.HOLD, 75000)
    assert (run.pay_count, run.hold_count, run.total_fen) == (2, 1, 150000)
    assert house.codes(0)[0] == "subsidies.hold.incident"
    assert house.problems() == []


def test_a_line_is_held_once_for_each_cause(house: House) -> None:
    for key in ("one", "one", "two"):
        hold(house, 0, key)
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LineHold)) == 2
    assert house.codes(0).count("subsidies.hold.incident") == 2
    assert house.problems() == []


@pytest.mark.parametrize("is_paid", [True, False])
def test_a_person_decides_what_was_held_late(house: House, is_paid: bool) -> None:
    hold(house, 0)
    ground = HoldGround.DUTY_PERFORMED if is_paid else HoldGround.DUTY_NOT_PERFORMED
    house.decide(0, is_paid, grounds=Grounds(ground))
    assert house.line(0).decision is (LineState.PAY if is_paid else LineState.REFUSE)
    assert house.run().total_fen == (225000 if is_paid else 150000)
    assert house.problems() == []


def test_a_line_that_a_person_decided_may_be_held_again(house: House) -> None:
    hold(house, 0)
    house.decide(0, True, grounds=Grounds(HoldGround.DUTY_PERFORMED))
    hold(house, 0, "two")
    assert house.line(0).decision is LineState.HOLD
    assert house.problems() == []


def test_only_a_draft_is_held_in(house: House) -> None:
    house.submit()
    with pytest.raises(Conflict, match="wrong_state"):
        hold(house, 0)
    assert house.problems() == []


def test_a_hold_that_nobody_decided_cannot_be_wiped_away(house: House) -> None:
    """Neither is the row changed, nor does the line pay again behind it."""
    hold(house, 0)
    with pytest.raises(DBAPIError), house.database.transaction() as session:
        session.execute(text("UPDATE line_holds SET key = 'other'"))
    with house.database.transaction() as session:
        line = session.get_one(SubsidyLine, house.line(0).id)
        line.decision, line.reasons = LineState.PAY, line.reasons[1:]
        line.digest = line_digest(line.decision, line.amount_fen, line.days, line.reasons, line.snapshot)
    assert len(house.problems()) == 2  # the line, and the totals


def test_preparing_anew_starts_without_holds(house: House) -> None:
    hold(house, 0)
    with house.step() as (session, run):
        prepare_anew(session, house.actor("clerk"), run, TODAY, NOW)
    house.prepare()
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LineHold)) == 0
    assert house.run().pay_count == 3
