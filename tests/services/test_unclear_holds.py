"""A held line is paid only after the doubt is settled: no clerk's word stands in for the payee's, the second person's or the list's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.bank_account import AccountKind
from app.core.db import Database, new_public_id
from app.core.errors import Conflict
from app.people.commands import AccountDraft
from app.people.models import PayeeAccount, Person
from app.people.service import set_account
from app.people.vault import Vault
from app.subsidies.commands import ShareAccount
from app.subsidies.models import PayFileLine, SubsidyLine
from app.subsidies.rules.bank import CallBack
from app.subsidies.rules.checks import ListKind
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import RunState
from app.subsidies.service.vouching import decide_sharing, end_sharing, propose_sharing
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.quarter import NOW, TODAY, House
from tests.rig.rosters import card_number
from tests.services.test_check_lists import LATER, decide, load, patient, payee, told

IN_CUSTODY = "姓名,身份证号,入所日期,出所日期"
MOVED = "姓名,身份证号,迁出日期"


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(3))
    return house


def change(house: House, place: int, number: str, on: date = TODAY - timedelta(days=5)) -> str:
    with house.database.transaction() as session:
        person = session.get_one(Person, house.families[place].payee.id)
        draft = AccountDraft(AccountKind.SOCIAL_CARD, number, on, "农业银行")
        kept = set_account(session, Vault(session, house.keyring), person, draft, house.actor("clerk"), NOW)
        session.flush()
        return kept.public_id


def refused(house: House, code: str, place: int = 0) -> None:
    before = house.line(place)
    with pytest.raises(Conflict, match=code):
        house.decide(place, True)
    assert (house.line(place).decision, house.line(place).digest) == (LineState.HOLD, before.digest)


# -- accounts ----------------------------------------------------------------------------------------------------------


def test_a_denied_account_is_paid_by_nobody_until_it_is_set_again(house: House) -> None:
    change(house, 0, card_number(987))
    house.call_back(0, CallBack.DENIED)
    house.prepare()
    refused(house, "decide.account_denied")
    house.call_back(0)  # somebody else says yes afterwards: the account must be set again all the same
    refused(house, "decide.account_denied")
    house.decide(0, False)


def test_a_denial_after_the_line_was_frozen_stops_the_decision(house: House) -> None:
    change(house, 0, card_number(987))
    house.prepare()
    assert "subsidies.hold.account_changed" in house.codes(0)
    house.call_back(0, CallBack.DENIED)
    refused(house, "decide.account_denied")


def test_a_young_change_is_paid_after_a_confirmed_call_only(house: House) -> None:
    change(house, 0, card_number(987))
    house.prepare()
    refused(house, "decide.account_changed")
    house.call_back(0, CallBack.UNREACHED)
    refused(house, "decide.account_changed")
    house.call_back(0)
    house.decide(0, True)
    assert house.line(0).decision is LineState.PAY
    assert house.problems() == []


def test_a_shared_account_is_paid_after_two_people_agreed_only(house: House) -> None:
    number = card_number(987)
    shared = change(house, 0, number, date(2026, 1, 5))
    change(house, 1, number, date(2026, 1, 5))
    house.call_back(0)
    house.call_back(1)
    house.prepare()
    assert "subsidies.hold.account_shared" in house.codes(0)
    refused(house, "decide.account_shared")
    command = ShareAccount(new_public_id(), shared, "〔2026〕9号", TODAY + timedelta(days=200))
    with house.database.transaction() as session:
        proposed = propose_sharing(session, house.actor("clerk"), command, TODAY, NOW).public_id
    refused(house, "decide.account_shared")
    with house.database.transaction() as session:
        decide_sharing(session, house.actor("reviewer"), proposed, True, NOW)
    house.decide(0, True)
    with house.database.transaction() as session:
        end_sharing(session, house.actor("reviewer"), proposed, NOW)
    refused(house, "decide.account_shared", place=1)


def test_a_no_that_comes_after_the_approval_withholds_the_line(house: House) -> None:
    change(house, 0, card_number(987), date(2026, 1, 5))
    house.call_back(0)
    house.prepare()
    house.submit()
    house.approve()
    house.call_back(0, CallBack.DENIED)
    house.call_back(0, CallBack.UNREACHED)  # takes nothing back
    file = house.export()
    assert (file.count, file.withheld_count) == (2, 1)
    with house.database.reading() as session:
        kept = session.scalars(
            select(PayFileLine)
            .join(SubsidyLine, SubsidyLine.id == PayFileLine.line_id)
            .where(SubsidyLine.public_id == house.line(0).public_id)
        ).one()
        assert kept.why == {"code": "subsidies.withheld.account_denied", "args": {}}
        assert session.scalars(select(PayeeAccount).where(PayeeAccount.to_on.is_not(None))).all()
    house.settle()
    assert (house.run().state, house.problems()) == (RunState.SETTLED, [])
    house.prepare(supplementary=True)
    assert house.line(0, supplementary=True).decision is LineState.HOLD
    assert "subsidies.hold.account_denied" in house.codes(0, supplementary=True)
    assert house.problems(supplementary=True) == []


# -- lists of other offices --------------------------------------------------------------------------------------------


def listed_in_custody(house: House) -> None:
    rows = [[*told(house, patient(house, 0), "2026-07-01"), "2026-09-20"]]
    load(house, rows, kind=ListKind.IN_CUSTODY, header=IN_CUSTODY)


def test_a_line_that_a_list_speaks_against_is_paid_after_the_list_is_decided(house: House) -> None:
    listed_in_custody(house)
    house.prepare()
    assert "subsidies.hold.listed" in house.codes(0)
    refused(house, "decide.listed")
    decide(house, is_same=False)
    house.decide(0, True)
    assert house.line(0).decision is LineState.PAY
    assert house.problems() == []


def test_who_is_confirmed_on_a_list_is_paid_by_the_register_only(house: House) -> None:
    listed_in_custody(house)
    house.prepare()
    decide(house, is_same=True)
    refused(house, "decide.listed")


def test_a_list_that_came_after_the_hold_was_decided_upon_stops_the_next_decision(house: House) -> None:
    change(house, 0, card_number(987))
    house.prepare()
    house.call_back(0)
    rows = [[*told(house, patient(house, 0), "2026-07-01"), "2026-09-20"]]
    load(house, rows, kind=ListKind.IN_CUSTODY, header=IN_CUSTODY, now=LATER)
    refused(house, "decide.listed")


def test_a_guardians_move_is_for_the_decider_once_somebody_has_said_that_it_is_them(house: House) -> None:
    load(house, [told(house, payee(house, 0), "2026-08-01")], kind=ListKind.MOVED_OUT, header=MOVED)
    house.prepare()
    refused(house, "decide.listed")
    decide(house, is_same=True)
    house.decide(0, True)
    assert house.line(0).decision is LineState.PAY
