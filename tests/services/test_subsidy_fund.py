"""The county's fund: two people bring money in, an approval promises it, the bank's word spends it, the year's end carries it over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.money import Money
from app.subsidies.commands import BankReturns, ProposeMoney, ProposeReversal
from app.subsidies.models import FundAccount, FundEntry, FundPosting, FundProposal
from app.subsidies.queries.fund import balances_of, has_fund, list_movements, list_proposals, run_in_fund
from app.subsidies.rules.fund import Balances, EntryKind, FundSide, ProposalState, YearEnd
from app.subsidies.rules.grounds import Grounds, ReturnGround
from app.subsidies.rules.transitions import RunState
from app.subsidies.service import return_run
from app.subsidies.service.booking import close_years, set_year_end
from app.subsidies.service.funding import decide_proposal, propose_money, propose_reversal, withdraw_proposal
from tests.rig.county import COUNTY, County
from tests.rig.families import varied
from tests.rig.quarter import NOW, TODAY, House, read_answer

YEAR = TODAY.year
NEXT_YEAR = datetime(YEAR + 1, 1, 1, 1, 0, tzinfo=UTC)
SUM = Money(8 * 75000 + 33871)  # what the twelve families' quarter comes to


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    return House(app, database, county)


@pytest.fixture
def twelve(house: House) -> House:
    house.settle_in(varied(12))
    return house


def _money(amount: str = "10000.00", **more: Any) -> ProposeMoney:
    more.setdefault("submission_key", f"key-{amount}-{more.get('year', YEAR)}"[:22])
    more.setdefault("side", FundSide.COUNTY)
    more.setdefault("document_number", "安财社〔2026〕11号")
    more.setdefault("on_day", TODAY)
    return ProposeMoney(county_code=COUNTY, year=more.pop("year", YEAR), amount=Money.from_yuan(amount), **more)


def _bring_in(house: House, amount: str = "10000.00", **more: Any) -> str:
    with house.database.transaction() as session:
        proposal = propose_money(session, house.actor("clerk"), _money(amount, **more), NOW)
        decide_proposal(session, house.actor("reviewer"), proposal.public_id, True, NOW)
        return session.scalars(select(FundEntry.public_id).order_by(FundEntry.id.desc())).first() or ""


def _balances(house: House, year: int = YEAR) -> Balances:
    with house.database.reading() as session:
        return balances_of(session, COUNTY, year)


def _answer(house: House, *returned: int) -> BankReturns:
    """The bank's file, with these lines of it returned."""

    def change(rows: list[list[object]]) -> None:
        for number in returned:
            rows[number][-2:] = ["失败", "账户已销户"]

    return read_answer(house.pay_file_bytes(), change)


def _sides(house: House, year: int = YEAR) -> dict[str, int]:
    return {side.value: amount.fen for side, amount in _balances(house, year).by_side.items() if amount}


def test_money_comes_in_by_two_people(house: House) -> None:
    with house.database.transaction() as session:
        proposal = propose_money(session, house.actor("clerk"), _money("300000"), NOW)
        assert list_proposals(session, house.actor("reviewer"), COUNTY)[0].proposal is proposal
        assert not has_fund(session, COUNTY, YEAR), "a proposal moves nothing"
        with pytest.raises(Forbidden):
            decide_proposal(session, house.actor("clerk"), proposal.public_id, True, NOW)
        decide_proposal(session, house.actor("reviewer"), proposal.public_id, True, NOW)
        with pytest.raises(Conflict, match="decided"):
            decide_proposal(session, house.actor("reviewer"), proposal.public_id, False, NOW)
    assert _sides(house) == {"county": 30_000_000, "pool": 30_000_000}
    assert _balances(house).budget == Money(30_000_000)


def test_two_accounts_of_one_person_are_one_hand(twelve: House) -> None:
    person = twelve.families[0].payee.id
    with twelve.database.transaction() as session:
        session.execute(text("UPDATE users SET person_id = :p WHERE name IN ('clerk', 'reviewer')"), {"p": person})
        proposal = propose_money(session, twelve.actor("clerk"), _money(), NOW)
        reviewer = replace(twelve.actor("reviewer"), person_id=person)
        with pytest.raises(Conflict, match="same_person"):
            decide_proposal(session, reviewer, proposal.public_id, True, NOW)


def test_a_form_sent_twice_is_one_proposal(house: House) -> None:
    with house.database.transaction() as session:
        made = [propose_money(session, house.actor("clerk"), _money(), NOW).id for _time in range(2)]
        assert made[0] == made[1]
        assert session.scalar(select(func.count()).select_from(FundProposal)) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"document_number": "  "}, "document_number"), ({"on_day": TODAY + timedelta(days=1)}, "on_day")],
)
def test_money_needs_its_paper_and_a_day_that_has_come(house: House, wrong: dict[str, Any], field: str) -> None:
    with house.database.transaction() as session, pytest.raises(Invalid) as refused:
        propose_money(session, house.actor("clerk"), _money(**wrong), NOW)
    assert field in refused.value.errors


def test_another_countys_fund_is_not_found(house: House) -> None:
    with house.database.transaction() as session:
        proposal = propose_money(session, house.actor("clerk"), _money(), NOW)
        stranger = replace(house.actor("reviewer"), area_prefix="320102")
        with pytest.raises(NotFound):
            decide_proposal(session, stranger, proposal.public_id, True, NOW)
        with pytest.raises(NotFound):
            propose_money(session, replace(house.actor("clerk"), area_prefix="320102"), _money("1"), NOW)


def test_a_refused_or_withdrawn_proposal_moves_nothing(house: House) -> None:
    with house.database.transaction() as session:
        refused = propose_money(session, house.actor("clerk"), _money("1.00"), NOW)
        decide_proposal(session, house.actor("reviewer"), refused.public_id, False, NOW)
        taken_back = propose_money(session, house.actor("clerk"), _money("2.00"), NOW)
        withdraw_proposal(session, house.actor("clerk"), taken_back.public_id, NOW)
        assert (refused.state, taken_back.state) == (ProposalState.REFUSED, ProposalState.WITHDRAWN)
        with pytest.raises(Conflict, match="decided"):
            withdraw_proposal(session, house.actor("clerk"), refused.public_id, NOW)
    assert _sides(house) == {}


def test_a_wrong_appropriation_is_turned_back_once_by_the_opposite_posting(house: House) -> None:
    entry = _bring_in(house, "5000.00")
    with house.database.transaction() as session:
        for key in ("a", "b"):
            wanted = ProposeReversal(key, entry, "安财社〔2026〕12号")
            proposal = propose_reversal(session, house.actor("clerk"), wanted, NOW)
            if key == "a":
                decide_proposal(session, house.actor("reviewer"), proposal.public_id, True, NOW)
    with pytest.raises(Conflict, match="reversed"), house.database.transaction() as session:
        decide_proposal(session, house.actor("reviewer"), proposal.public_id, True, NOW)
    assert _sides(house) == {}
    with house.database.reading() as session:
        kinds = [(one.entry.kind, one.is_reversed) for one in list_movements(session, COUNTY, YEAR)]
    assert kinds == [(EntryKind.REVERSAL, False), (EntryKind.BUDGET, True)]


def test_money_that_a_run_has_taken_is_not_turned_back(twelve: House) -> None:
    entry = _bring_in(twelve)
    twelve.prepare()
    twelve.submit()
    twelve.approve()
    with twelve.database.transaction() as session:
        wanted = ProposeReversal("a", entry, "安财社〔2026〕12号")
        proposal = propose_reversal(session, twelve.actor("clerk"), wanted, NOW)
    with pytest.raises(Conflict, match="overdrawn"), twelve.database.transaction() as session:
        decide_proposal(session, twelve.actor("reviewer"), proposal.public_id, True, NOW)


def test_a_run_is_promised_at_approval_and_spent_when_the_bank_has_paid(twelve: House) -> None:
    _bring_in(twelve)
    rest = 1_000_000 - SUM.fen
    twelve.to_the_bank()
    assert _sides(twelve) == {"county": 1_000_000, "pool": rest, "committed": SUM.fen}
    answer = _answer(twelve, 1)
    settled = twelve.settle(answer)
    paid = settled.paid_fen
    assert paid < SUM.fen
    assert _sides(twelve) == {"county": 1_000_000, "pool": 1_000_000 - paid, "paid": paid}
    assert twelve.problems() == []


def test_without_a_fund_nothing_is_asked_of_it(twelve: House) -> None:
    twelve.to_the_bank()
    twelve.settle()
    _bring_in(twelve)
    assert _sides(twelve) == {"county": 1_000_000, "pool": 1_000_000}


def test_a_run_that_would_overdraw_says_by_how_much(twelve: House) -> None:
    _bring_in(twelve, "6000.00")
    twelve.prepare()
    with twelve.database.reading() as session:
        shown = run_in_fund(session, twelve.run(), TODAY)
    assert shown is not None
    assert (shown.available, shown.shortage) == (Money(600_000), Money(SUM.fen - 600_000))
    twelve.submit()
    with pytest.raises(Conflict) as refused:
        twelve.approve()
    assert refused.value.reason.args["short"] == {"fen": SUM.fen - 600_000}
    assert twelve.run().state is RunState.SUBMITTED
    _bring_in(twelve, "338.71", side=FundSide.OTHER)
    twelve.approve()
    assert _balances(twelve)[FundSide.POOL] == Money.zero()


def test_a_voided_approval_gives_back_what_it_took_and_the_next_takes_again(twelve: House) -> None:
    _bring_in(twelve)
    twelve.prepare()
    twelve.submit()
    twelve.approve()
    twelve.reopen()
    assert twelve.run().state is RunState.DRAFT
    assert _sides(twelve) == {"county": 1_000_000, "pool": 1_000_000}
    twelve.submit()
    twelve.approve()
    assert _balances(twelve)[FundSide.COMMITTED] == SUM
    assert twelve.problems() == []


def test_a_run_sent_back_before_its_approval_took_nothing(twelve: House) -> None:
    _bring_in(twelve)
    twelve.prepare()
    twelve.submit()
    with twelve.step() as (session, run):
        return_run(session, twelve.actor("reviewer"), run, Grounds(next(iter(ReturnGround))), NOW)
    assert _sides(twelve) == {"county": 1_000_000, "pool": 1_000_000}


def test_what_comes_back_after_an_attestation_is_available_again(twelve: House) -> None:
    _bring_in(twelve)
    twelve.to_the_bank()
    twelve.settle()
    assert _balances(twelve)[FundSide.PAID] == SUM
    answer = _answer(twelve, 2)
    settled = twelve.settle(answer)
    assert _balances(twelve)[FundSide.PAID] == Money(settled.paid_fen)
    assert _balances(twelve)[FundSide.POOL] == Money(1_000_000 - settled.paid_fen)


def test_the_years_rest_is_carried_over_once(house: House) -> None:
    _bring_in(house)
    today = date(YEAR + 1, 1, 1)
    for made in (1, 0):
        with house.database.transaction() as session:
            assert close_years(session, Actor.operator(), today, NEXT_YEAR) == made
    assert _sides(house) == {"county": 1_000_000, "carried_out": 1_000_000}
    assert _sides(house, YEAR + 1) == {"carried_in": 1_000_000, "pool": 1_000_000}
    assert _balances(house, YEAR + 1).budget == Money(1_000_000)


def test_a_rest_that_lapses_goes_back_to_the_treasury(house: House) -> None:
    _bring_in(house)
    with house.database.transaction() as session:
        set_year_end(session, house.actor("clerk"), COUNTY, YearEnd.LAPSE, NOW)
        close_years(session, Actor.operator(), date(YEAR + 1, 1, 1), NEXT_YEAR)
    assert _sides(house) == {"county": 1_000_000, "lapsed": 1_000_000}
    with house.database.reading() as session:
        assert not has_fund(session, COUNTY, YEAR + 1)


def test_what_the_bank_returns_after_the_years_end_goes_the_way_of_the_rest(twelve: House) -> None:
    _bring_in(twelve)
    twelve.to_the_bank()
    with twelve.database.transaction() as session:
        close_years(session, Actor.operator(), date(YEAR + 1, 1, 1), NEXT_YEAR)
    answer = _answer(twelve, 1)
    paid = twelve.settle(answer).paid_fen
    assert _sides(twelve) == {"county": 1_000_000, "paid": paid, "carried_out": 1_000_000 - paid}
    assert _sides(twelve, YEAR + 1) == {"carried_in": 1_000_000 - paid, "pool": 1_000_000 - paid}


def test_an_approval_voided_after_the_years_end_gives_back_to_the_new_year(twelve: House) -> None:
    _bring_in(twelve)
    twelve.prepare()
    twelve.submit()
    twelve.approve()
    with twelve.database.transaction() as session:
        close_years(session, Actor.operator(), date(YEAR + 1, 1, 1), NEXT_YEAR)
    twelve.reopen()
    assert _sides(twelve) == {"county": 1_000_000, "carried_out": 1_000_000}
    assert _sides(twelve, YEAR + 1) == {"carried_in": 1_000_000, "pool": 1_000_000}
    assert twelve.problems() == []


def test_no_money_comes_into_a_closed_year(house: House) -> None:
    _bring_in(house)
    with house.database.transaction() as session:
        waiting = propose_money(session, house.actor("clerk"), _money("1"), NOW).public_id
        close_years(session, Actor.operator(), date(YEAR + 1, 1, 1), NEXT_YEAR)
        with pytest.raises(Invalid) as refused:
            propose_money(session, house.actor("clerk"), _money("2"), NEXT_YEAR)
        assert list(refused.value.errors) == ["year"]
    with pytest.raises(Conflict, match="year_closed"), house.database.transaction() as session:
        decide_proposal(session, house.actor("reviewer"), waiting, True, NEXT_YEAR)
    assert FundSide.POOL.value not in _sides(house)


def test_a_run_whose_bookings_differ_is_found(twelve: House) -> None:
    _bring_in(twelve)
    twelve.to_the_bank()
    assert twelve.problems() == []
    with twelve.database.transaction() as session:
        entry = session.scalars(select(FundEntry).where(FundEntry.kind == EntryKind.COMMIT)).one()
        accounts = {one.side: one.id for one in session.scalars(select(FundAccount).where(FundAccount.year == YEAR))}
        session.add(
            FundPosting(
                entry_id=entry.id,
                from_account_id=accounts[FundSide.COMMITTED],
                to_account_id=accounts[FundSide.PAID],
                amount_fen=1,
            )
        )
    assert twelve.problems() == ["资金池的记账与批次不符"]


@pytest.mark.parametrize("table", ["fund_entries", "fund_postings", "fund_accounts"])
@pytest.mark.parametrize("act", ["UPDATE {0} SET id = id", "DELETE FROM {0}"])
def test_the_books_are_append_only(house: House, table: str, act: str) -> None:
    _bring_in(house)
    with pytest.raises(DBAPIError, match="guard"), house.database.transaction() as session:
        session.execute(text(act.format(table)))


def test_the_database_lets_nobody_overdraw(house: House) -> None:
    _bring_in(house)
    overdraw = (
        "INSERT INTO fund_postings (entry_id, from_account_id, to_account_id, amount_fen) "
        "SELECT e.id, a.id, b.id, 1000001 FROM fund_entries e, fund_accounts a, fund_accounts b "
        "WHERE a.side = 'pool' AND b.side = 'committed'"
    )
    with pytest.raises(DBAPIError, match="overdrawn"), house.database.transaction() as session:
        session.execute(text(overdraw))


def _total(session: Session) -> int:
    """Over all years and sides: what sources gave less what is held somewhere."""
    return sum(
        amount.fen if side in ("province", "city", "county", "other", "carried_in") else -amount.fen
        for year in (YEAR, YEAR + 1)
        for side, amount in balances_of(session, COUNTY, year).by_side.items()
    )


def test_debits_equal_credits_whatever_happened(twelve: House) -> None:
    _bring_in(twelve)
    _bring_in(twelve, "0.01", side=FundSide.CITY)
    twelve.to_the_bank()
    answer = _answer(twelve, 1, 3)
    twelve.settle(answer)
    with twelve.database.transaction() as session:
        close_years(session, Actor.operator(), date(YEAR + 1, 1, 1), NEXT_YEAR)
        assert _total(session) == 0
