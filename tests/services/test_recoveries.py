"""Money paid too much, followed to an end: proposed, decided, received and booked by different people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.accounts.models import User
from app.core.actor import Actor
from app.core.db import Database, new_public_id
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.money import Money
from app.patients.models import Patient
from app.patients.service import record_death
from app.patients.service.reviving import revive
from app.people.models import DatePrecision
from app.subsidies.commands import ProposeMoney, ProposeRecovery, ReceiveMoney
from app.subsidies.models import Recovery
from app.subsidies.queries.fund import balances_of
from app.subsidies.rules.fund import FundSide
from app.subsidies.rules.recovery import RecoveryState, RecoveryStep
from app.subsidies.service.booking import close_years
from app.subsidies.service.funding import decide_proposal, propose_money
from app.subsidies.service.late_facts import find_late_facts
from app.subsidies.service.recovering import decide_recovery, propose_recovery, receive_money
from tests.rig.county import COUNTY, County
from tests.rig.families import families
from tests.rig.kept import built_once
from tests.rig.quarter import NOW, TODAY, House

ASKED, DUE = RecoveryStep.ASKED, date(2026, 12, 20)


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    """One of three was paid for a quarter in which the patient had died; the county keeps a fund."""
    house = House(app, database, county)
    house.settle_in(families(3))
    with house.database.transaction() as session:
        command = ProposeMoney(
            new_public_id(), COUNTY, 2026, FundSide.COUNTY, Money.from_yuan("300000"), "安财社〔2026〕1号", TODAY
        )
        asked = propose_money(session, house.actor("clerk"), command, NOW)
        decide_proposal(session, house.actor("reviewer"), asked.public_id, True, NOW)
    house.to_the_bank()
    house.settle()
    _die(house)
    _look(house)
    return house


def _look(house: House) -> int:
    database = house.database
    return find_late_facts(database.reading, database.transaction, house.actor("clerk"), COUNTY, TODAY, NOW).made


def _die(house: House, died_on: date = date(2026, 8, 15)) -> None:
    with house.database.transaction() as session:
        patient = session.get_one(Patient, house.families[0].patient.id)
        record_death(session, house.actor("county_office"), patient, died_on, DatePrecision.DAY, 1, NOW)


def _live_again(house: House) -> None:
    with house.database.transaction() as session:
        patient = session.get_one(Patient, house.families[0].patient.id)
        revive(session, house.actor("county_office"), patient, None, NOW)


def _case(house: House, number: int = 0) -> Recovery:
    with house.database.reading() as session:
        return session.scalars(select(Recovery).order_by(Recovery.id)).all()[number]


def _propose(house: House, outcome: RecoveryStep = ASKED, who: str = "clerk", due_on: date | None = DUE) -> None:
    command = ProposeRecovery(new_public_id(), _case(house).public_id, outcome, "安民追〔2026〕1号", due_on)
    with house.database.transaction() as session:
        propose_recovery(session, house.actor(who), command, NOW)


def _decide(house: House, is_agreed: bool = True, who: str = "reviewer") -> None:
    with house.database.transaction() as session:
        decide_recovery(session, house.actor(who), _case(house).public_id, is_agreed, NOW)


def _receive(house: House, yuan: str, slip: str, who: str = "finance", key: str = "") -> None:
    command = ReceiveMoney(
        key or new_public_id(), _case(house).public_id, Money.from_yuan(yuan), slip, date(2026, 11, 21)
    )
    with house.database.transaction() as session:
        receive_money(session, house.actor(who), command, NOW)


@contextmanager
def _refused(field: str, code: str) -> Iterator[None]:
    with pytest.raises(Invalid) as refused:
        yield
    assert [one.code for one in refused.value.errors[field]] == [f"subsidies.{code}"]


def _held(house: House, side: FundSide, year: int = 2026) -> str:
    with house.database.reading() as session:
        return balances_of(session, COUNTY, year)[side].yuan


def test_money_that_is_asked_for_comes_back_in_parts_and_is_available_again(house: House) -> None:
    assert (_held(house, FundSide.POOL), _held(house, FundSide.PAID)) == ("297750.00", "2250.00")
    _propose(house)
    _decide(house)
    assert (_case(house).state, _case(house).due_on) == (RecoveryState.ASKED, DUE)
    _receive(house, "100.00", "HD0001")
    assert (_case(house).state, _case(house).received_fen) == (RecoveryState.PARTLY, 10000)
    _receive(house, "279.03", "HD0002")
    assert _case(house).state is RecoveryState.REPAID
    assert (_held(house, FundSide.POOL), _held(house, FundSide.PAID)) == ("298129.03", "1870.97")
    assert house.problems() == []


def test_the_pages_day_counts_where_the_demonstration_keeps_one_of_its_own(house: House) -> None:
    december = date(2026, 12, 12)
    case = _case(house).public_id
    wanted = ProposeRecovery(new_public_id(), case, ASKED, "安民追〔2026〕1号", date(2026, 12, 10))
    slip = ReceiveMoney(new_public_id(), case, Money.from_yuan("100"), "HD0003", december)
    with _refused("due_on", "recovery.due_on"), house.database.transaction() as session:
        propose_recovery(session, house.actor("clerk"), wanted, NOW, december)
    with house.database.transaction() as session:
        propose_recovery(session, house.actor("clerk"), replace(wanted, due_on=DUE), NOW, december)
        decide_recovery(session, house.actor("reviewer"), case, True, NOW, december)
        receive_money(session, house.actor("finance"), slip, NOW, december)
    assert _case(house).received_fen == 10000
    assert house.problems() == []


def test_a_receipt_sent_twice_is_booked_once_and_a_slip_is_booked_once(house: House) -> None:
    _propose(house)
    _decide(house)
    key = new_public_id()
    _receive(house, "100.00", "HD0001", key=key)
    _receive(house, "100.00", "HD0001", key=key)
    assert _case(house).received_fen == 10000
    with _refused("slip", "recovery.slip_used"):
        _receive(house, "50.00", "HD0001")
    with _refused("amount", "recovery.too_much"):
        _receive(house, "279.04", "HD0002")


def test_money_of_a_year_that_is_closed_reaches_the_year_that_is_open(house: House) -> None:
    for year in (2027, 2028):
        with house.database.transaction() as session:
            close_years(
                session, Actor.operator(), date(year, 1, 1), datetime.fromisoformat(f"{year}-01-01T00:10:00+08:00")
            )
    _propose(house)
    _decide(house)
    _receive(house, "379.03", "HD0001")
    assert [_held(house, FundSide.POOL, year) for year in (2026, 2027, 2028)] == ["0.00", "0.00", "298129.03"]


def test_proposing_deciding_and_receiving_take_different_people(house: House) -> None:
    with pytest.raises(Forbidden):
        _propose(house, who="reviewer")
    _propose(house)
    with pytest.raises(Forbidden):
        _decide(house, who="clerk")
    person = house.families[1].payee.id
    kept = dict(house.county.actors)
    for name in ("clerk", "reviewer"):
        house.county.actors[name] = replace(house.actor(name), person_id=person)
    _propose(house)
    with pytest.raises(Conflict, match="same_person"):
        _decide(house)
    house.county.actors.update(kept)
    _propose(house)
    _decide(house)
    house.county.actors["finance"] = replace(
        house.actor("finance"), user_id=house.actor("reviewer").user_id, person_id=None
    )
    with pytest.raises(Conflict, match="same_person"):
        _receive(house, "1.00", "HD0009")


def test_an_account_that_was_tied_to_its_person_after_it_proposed_is_the_same_hand(house: House) -> None:
    _propose(house)
    person = house.families[1].payee.id
    with house.database.transaction() as session:
        session.get_one(User, house.actor("clerk").user_id).person_id = person
    house.county.actors["reviewer"] = replace(house.actor("reviewer"), person_id=person)
    with pytest.raises(Conflict, match="same_person"):
        _decide(house)


def test_a_proposal_that_is_turned_down_leaves_the_case_as_it_was(house: House) -> None:
    _propose(house, RecoveryStep.WAIVED, due_on=None)
    _decide(house, is_agreed=False)
    assert _case(house).state is RecoveryState.FOUND
    with pytest.raises(Conflict, match="not_proposed"):
        _decide(house)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(RecoveryStep.WAIVED, RecoveryState.WAIVED), (RecoveryStep.WRITTEN_OFF, RecoveryState.WRITTEN_OFF)],
)
def test_what_the_county_leaves_or_writes_off_is_not_found_again(
    house: House, outcome: RecoveryStep, state: RecoveryState
) -> None:
    if outcome is RecoveryStep.WRITTEN_OFF:
        _propose(house)
        _decide(house)
    _propose(house, outcome, due_on=None)
    _decide(house)
    assert _case(house).state is state
    assert _look(house) == 0


def test_a_case_whose_death_was_withdrawn_is_withdrawn_and_found_again_if_it_was_true_after_all(house: House) -> None:
    with pytest.raises(Conflict, match="still_founded"):
        _propose(house, RecoveryStep.WITHDRAWN, due_on=None)
    _live_again(house)
    with pytest.raises(Conflict, match="no_longer_founded"):
        _propose(house)
    _propose(house, RecoveryStep.WITHDRAWN, due_on=None)
    _decide(house)
    assert _case(house).state is RecoveryState.WITHDRAWN
    _die(house)
    assert _look(house) == 1
    assert _case(house, 1).amount_fen == _case(house).amount_fen


def test_a_case_that_comes_to_another_sum_is_withdrawn_and_stands_anew_at_once(house: House) -> None:
    _live_again(house)
    _die(house, date(2026, 9, 15))
    _propose(house, RecoveryStep.WITHDRAWN, due_on=None)
    _decide(house)
    assert (_case(house).state, Money(_case(house, 1).amount_fen).yuan) == (RecoveryState.WITHDRAWN, "125.00")


def test_a_letter_asks_for_time_and_a_decision_for_a_paper(house: House) -> None:
    with _refused("due_on", "recovery.due_on"):
        _propose(house, due_on=TODAY)
    command = ProposeRecovery(new_public_id(), _case(house).public_id, ASKED, " ", DUE)
    with house.database.transaction() as session, _refused("document_number", "fund.document"):
        propose_recovery(session, house.actor("clerk"), command, NOW)


def test_the_database_keeps_a_case_and_its_sum(house: House) -> None:
    for statement in ("UPDATE recoveries SET amount_fen = 1", "DELETE FROM recoveries", "DELETE FROM recovery_events"):
        with pytest.raises(DBAPIError, match="guard"), house.database.transaction() as session:
            session.execute(text(statement))
