"""The whole quarter by its use cases: who may do what, what voids a signature, what the bank says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.audit.models import AuditEvent
from app.core.access import Action, may
from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.guardians.models import Agreement
from app.patients.models import Patient
from app.patients.service import record_death
from app.people.commands import AccountDraft
from app.people.models import DatePrecision, Person
from app.people.service import set_account
from app.people.vault import Vault
from app.subsidies.commands import OpeningPayment
from app.subsidies.models import PayFileLine, RunApproval, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.lines import list_lines
from app.subsidies.queries.runs import list_steps
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import Grounds, HoldGround, ReturnGround
from app.subsidies.rules.transitions import PaymentState, RunState, RunStep
from app.subsidies.service import prepare_anew, record_opening_payments, return_run
from tests.rig.county import COUNTY, County
from tests.rig.families import Family, families, settle_in, varied
from tests.rig.quarter import NOW, TODAY, House, read_answer
from tests.rig.rosters import card_number
from tests.rig.unguarded import without_guards


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    return House(app, database, county)


@pytest.fixture
def twelve(house: House) -> House:
    """Twelve families, one of each outcome among them."""
    house.settle_in(varied(12))
    return house


def test_a_quarter_runs_from_lines_to_the_bank_and_is_settled(twelve: House) -> None:
    run = twelve.prepare()
    assert (run.state, run.pay_count, run.hold_count, run.refuse_count) == (RunState.DRAFT, 9, 2, 1)
    twelve.submit()
    twelve.approve()
    file = twelve.export()
    settled = twelve.settle()
    run = twelve.run()
    assert run.state is RunState.SETTLED
    assert run.total_fen == 8 * 75000 + 33871 == file.total_fen == settled.paid_fen
    assert settled.paid_count == file.count == 9
    assert twelve.problems() == []


def test_nobody_approves_the_run_they_prepared(twelve: House) -> None:
    twelve.prepare()
    twelve.submit()
    with pytest.raises(Forbidden):
        twelve.approve(who="clerk")
    assert twelve.run().state is RunState.SUBMITTED


@pytest.mark.parametrize("maker", ["clerk", "reviewer"])
def test_two_accounts_of_one_person_are_one_hand(twelve: House, maker: str) -> None:
    """The reviewer's (finance's) account belongs to the same human being as the clerk's (reviewer's)."""
    person = twelve.stranger()
    checker = {"clerk": "reviewer", "reviewer": "finance"}[maker]
    for name in (maker, checker):
        twelve.county.actors[name] = replace(twelve.actor(name), person_id=person)
    twelve.prepare()
    twelve.submit()
    if maker == "reviewer":
        twelve.approve()
    with pytest.raises(Conflict, match="same_person"):
        twelve.approve() if maker == "clerk" else twelve.export()


def test_an_account_tied_to_its_person_later_is_still_the_same_hand(twelve: House, database: Database) -> None:
    twelve.prepare()
    twelve.submit()
    person = twelve.stranger()
    with database.transaction() as session:
        session.execute(
            text("UPDATE users SET person_id = :person WHERE name IN ('clerk', 'reviewer')"), {"person": person}
        )
    twelve.county.actors["reviewer"] = replace(twelve.actor("reviewer"), person_id=person)
    with pytest.raises(Conflict, match="same_person"):
        twelve.approve()


def test_who_decided_a_hold_does_not_approve(twelve: House) -> None:
    person = twelve.stranger()
    second = replace(twelve.actor("clerk"), user_id=twelve.county.users["town"], person_id=person)
    twelve.county.actors["second clerk"] = second
    twelve.county.actors["reviewer"] = replace(twelve.actor("reviewer"), person_id=person)
    with twelve.database.transaction() as session:
        session.execute(text("UPDATE users SET person_id = :person WHERE name = 'town'"), {"person": person})
    twelve.prepare()
    twelve.decide(9, False, who="second clerk")
    twelve.submit()
    with pytest.raises(Conflict, match="same_person"):
        twelve.approve()


@pytest.mark.parametrize("role", ["reviewer", "finance", "auditor", "coordinator", "county_office", "doctor"])
def test_only_the_clerk_prepares(twelve: House, role: str) -> None:
    assert not may(twelve.actor(role), Action.PREPARE_SUBSIDY)
    with pytest.raises(Forbidden):
        twelve.prepare(who=role)


def test_the_operator_of_the_machine_signs_no_money(twelve: House) -> None:
    twelve.county.actors["operator"] = Actor.operator()
    with pytest.raises(Forbidden):
        twelve.prepare(who="operator")


def test_a_quarter_that_has_not_ended_is_not_prepared(twelve: House) -> None:
    with pytest.raises(Conflict, match="quarter_open"):
        twelve.prepare(today=date(2026, 9, 30))
    assert twelve.prepare(today=date(2026, 10, 1)).state is RunState.DRAFT


def test_a_second_prepare_changes_nothing(twelve: House) -> None:
    first = twelve.prepare()
    with pytest.raises(Conflict, match="stands"):
        twelve.prepare()
    with twelve.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SubsidyRun)) == 1
        assert session.scalar(select(func.count()).select_from(SubsidyLine)) == 12
    assert twelve.run().version == first.version


def test_a_foreign_county_is_not_there(twelve: House, database: Database) -> None:
    twelve.prepare()
    foreign = replace(twelve.actor("clerk"), area_prefix="349922")
    from app.subsidies.queries.runs import get_run

    with database.reading() as session, pytest.raises(NotFound):
        get_run(session, foreign, twelve.run().public_id)


def test_an_approved_run_is_opened_again_before_a_hold_is_decided(twelve: House) -> None:
    twelve.prepare()
    twelve.submit()
    twelve.approve()
    with pytest.raises(Conflict, match="reopen_first"):
        twelve.decide(9, True)
    assert twelve.run().state is RunState.APPROVED
    assert twelve.export().count == 9


def test_a_decided_hold_after_submission_voids_the_signatures(twelve: House) -> None:
    twelve.prepare()
    twelve.submit()
    total = twelve.run().total_fen
    twelve.decide(9, True)
    run = twelve.run()
    assert (run.state, run.digest, run.approved_by, run.total_fen) == (RunState.DRAFT, None, None, total + 75000)
    with twelve.database.reading() as session:
        steps = [step.step for step in list_steps(session, run)]
    assert steps == [RunStep.PREPARED, RunStep.SUBMITTED, RunStep.VOIDED]
    with pytest.raises(Conflict, match="wrong_state"):
        twelve.approve()
    twelve.submit()
    twelve.approve()
    assert twelve.export().count == 10


def test_after_the_export_nothing_is_decided_any_more(twelve: House) -> None:
    twelve.to_the_bank()
    with pytest.raises(Conflict, match="wrong_state"):
        twelve.decide(9, True)


def test_a_held_line_without_account_cannot_be_paid(twelve: House) -> None:
    twelve.prepare()
    with pytest.raises(Conflict, match="no_account"):
        twelve.decide(7, True)
    twelve.decide(7, False)
    line = twelve.line(7)
    assert (line.decision, line.amount_fen, line.days) == (LineState.REFUSE, 0, 0)
    assert twelve.problems() == []


def test_a_held_line_of_a_dead_payee_cannot_be_paid(twelve: House, database: Database) -> None:
    with database.transaction() as session:
        session.get_one(Person, twelve.families[2].payee.id).died_on = date(2026, 10, 30)
    twelve.prepare()
    with pytest.raises(Conflict, match="payee_dead"):
        twelve.decide(2, True, grounds=Grounds(HoldGround.PAYEE_SETTLED))
    assert twelve.line(2).decision is LineState.HOLD
    twelve.decide(2, False)
    assert twelve.line(2).decision is LineState.REFUSE


def test_a_payee_who_died_after_the_line_was_held_cannot_be_paid_either(twelve: House, database: Database) -> None:
    twelve.prepare()
    with database.transaction() as session:
        session.get_one(Person, twelve.families[9].payee.id).died_on = date(2026, 11, 20)
    with pytest.raises(Conflict, match="payee_dead"):
        twelve.decide(9, True)


def test_a_decision_rests_on_grounds_that_fit_it(twelve: House) -> None:
    twelve.prepare()
    for is_paid, grounds in (
        (True, Grounds(HoldGround.POLICE_PENDING)),
        (True, Grounds(HoldGround.DEATH_VERIFIED)),
        (False, Grounds(HoldGround.POLICE_PENDING)),
        (False, Grounds(HoldGround.ACCOUNT_CORRECTED)),
        (True, Grounds(HoldGround.PHONED, "因为他说了")),
        (True, Grounds(HoldGround.PHONED, "A" * 41)),
    ):
        with pytest.raises(Invalid):
            twelve.decide(9, is_paid, grounds=grounds)
    assert twelve.line(9).decision is LineState.HOLD


def test_what_is_frozen_of_a_decision_is_a_code_and_a_papers_number(twelve: House) -> None:
    twelve.prepare()
    twelve.decide(9, False, grounds=Grounds(HoldGround.PAPERS_MISSING, " [2026] 3号 "))
    line = twelve.line(9)
    assert line.decision_note == "papers_missing 〔2026〕3号"
    assert str(Reason.from_json(line.reasons[-1])) == "人工决定不发：材料逾期未补（〔2026〕3号）"
    with twelve.database.reading() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "subsidies.hold_decided")).one()
    assert event.detail["reason"] == "subsidies.ground.papers_missing"
    assert twelve.problems() == []


def test_words_that_were_typed_before_there_were_codes_are_not_read_out(twelve: House, database: Database) -> None:
    twelve.prepare()
    line = twelve.line(9)
    with database.transaction() as session:
        old = session.merge(line)
        old.reasons = [*old.reasons, reason("subsidies.decided.pay", note="邻居王某说的").to_json()]
        session.add(
            RunApproval(run_id=line.run_id, step=RunStep.RETURNED, by=None, hand="user:1", at=NOW, note="邻居王某说的")
        )
    with database.reading() as session:
        run = twelve.run()
        [row] = list_lines(session, twelve.actor("clerk"), run, line_id=line.id).rows
        assert "王某" not in "".join(map(str, row.reasons))
        assert list_steps(session, run)[-1].why is None


def test_the_reviewer_sends_a_run_back_and_says_why(twelve: House) -> None:
    twelve.prepare()
    twelve.submit()
    with twelve.step() as (session, run):
        return_run(session, twelve.actor("reviewer"), run, Grounds(ReturnGround.ACCOUNTS, "AHJH-2026-0003"), NOW)
    run = twelve.run()
    assert (run.state, run.submitted_by) == (RunState.DRAFT, None)
    with twelve.database.reading() as session:
        assert str(list_steps(session, run)[-1].why) == "领款账户请核对（AHJH-2026-0003）"


def test_a_draft_is_prepared_anew_with_facts_that_came_late(twelve: House, database: Database) -> None:
    twelve.prepare()
    _pay_account(twelve, 7)
    with twelve.step() as (session, run):
        prepare_anew(session, twelve.actor("clerk"), run, TODAY, NOW)
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
        assert (event.action, event.count) == ("subsidies.run_started_anew", 12)
    run = twelve.prepare()
    assert (run.pay_count, run.hold_count) == (10, 1)


@pytest.mark.parametrize(
    "change",
    [
        "amount_fen = amount_fen + 1",
        "decision = 'refuse', amount_fen = 0",
        "payee_person_id = (SELECT max(id) FROM people)",
        "snapshot = '{}'",
        "run_id = run_id + 0, days = days + 1",
        "digest = 'x'",
        "agreement_id = agreement_id + 1",
    ],
)
def test_the_database_refuses_to_change_a_signed_line(twelve: House, database: Database, change: str) -> None:
    twelve.prepare()
    twelve.submit()
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(text(f"UPDATE subsidy_lines SET {change} WHERE decision = 'pay'"))
    assert twelve.problems() == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM subsidy_lines",
        "DELETE FROM subsidy_runs",
        "DELETE FROM run_approvals",
        "DELETE FROM pay_file_lines",
        "DELETE FROM pay_files",
        "DELETE FROM kept_files",
        "DELETE FROM subsidy_policies",
        "UPDATE subsidy_policies SET terms = '{}'",
        "UPDATE run_approvals SET hand = 'user:0'",
        "UPDATE pay_files SET total_fen = total_fen + 1",
        "UPDATE pay_file_lines SET amount_fen = amount_fen + 1",
        "UPDATE subsidy_runs SET state = 'draft'",
        "UPDATE subsidy_runs SET digest = 'x'",
        "UPDATE subsidy_runs SET exported_by = approved_by",
        "UPDATE subsidy_runs SET approved_by = prepared_by",
        "INSERT INTO subsidy_lines SELECT * FROM subsidy_lines WHERE 1 = 0 OR id = (SELECT min(id) FROM subsidy_lines)",
    ],
)
def test_the_database_keeps_what_went_to_the_bank(twelve: House, database: Database, statement: str) -> None:
    twelve.to_the_bank()
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(text(statement))
    assert twelve.problems() == []


def test_a_returned_line_never_comes_back_to_life(twelve: House, database: Database) -> None:
    twelve.to_the_bank()
    twelve.settle(read_answer(twelve.pay_file_bytes(), _return_first))
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(text("UPDATE subsidy_lines SET is_live = TRUE WHERE NOT is_live"))


def test_a_line_changed_behind_the_guards_stops_the_next_step(twelve: House, database: Database) -> None:
    twelve.prepare()
    twelve.submit()
    with database.transaction() as session:
        _without_guards(
            session, "UPDATE subsidy_lines SET amount_fen = 99999 WHERE id = (SELECT min(id) FROM subsidy_lines)"
        )
    with pytest.raises(Conflict, match="changed"):
        twelve.approve()
    assert len(twelve.problems()) == 2  # the line, and the totals


def test_an_account_swapped_behind_the_guards_stops_the_export(twelve: House, database: Database) -> None:
    twelve.prepare()
    twelve.submit()
    twelve.approve()
    with database.transaction() as session:
        _without_guards(
            session,
            "UPDATE subsidy_lines SET account_id = (SELECT max(id) FROM payee_accounts) WHERE id = (SELECT min(id) FROM subsidy_lines)",
        )
    with pytest.raises(Conflict, match="changed"):
        twelve.export()
    assert len(twelve.problems()) == 1


# -- at the bank -------------------------------------------------------------------------------------------------------


def test_the_export_withholds_what_a_death_learned_after_approval_stops(twelve: House, database: Database) -> None:
    twelve.prepare()
    twelve.submit()
    twelve.approve()
    _die(twelve, 0, date(2026, 8, 15))
    file = twelve.export()
    assert (file.count, file.withheld_count, file.withheld_fen) == (8, 1, 75000)
    run = twelve.run()
    assert (run.pay_count, run.total_fen) == (8, file.total_fen)
    assert not twelve.line(0).is_live
    twelve.settle()
    assert twelve.problems() == []
    supplement = twelve.prepare(supplementary=True)
    line = twelve.line(0, supplementary=True)
    assert supplement.pay_count == 1
    assert (line.days, line.amount_fen) == (46, Money.from_yuan("370.97").fen)  # July, and August to the day of death


def test_the_export_withholds_a_dead_payee_and_a_closed_account(twelve: House, database: Database) -> None:
    twelve.prepare()
    twelve.submit()
    twelve.approve()
    with database.transaction() as session:
        session.get_one(Person, twelve.families[1].payee.id).died_on = date(2026, 11, 1)
    _pay_account(twelve, 2)
    file = twelve.export()
    with database.reading() as session:
        withheld = session.scalars(select(PayFileLine).where(PayFileLine.state == PaymentState.WITHHELD)).all()
    assert file.withheld_count == 2
    assert {(line.why or {})["code"] for line in withheld} == {
        "subsidies.withheld.payee_dead",
        "subsidies.withheld.account_closed",
    }


def test_nothing_is_exported_when_everything_is_withheld(house: House, database: Database) -> None:
    house.settle_in(families(1))
    house.prepare()
    house.submit()
    house.approve()
    _pay_account(house, 0)
    with pytest.raises(Conflict, match="nothing_left"):
        house.export()
    assert house.run().state is RunState.APPROVED


def test_returned_lines_are_paid_by_a_supplementary_run_and_nobody_twice(twelve: House, database: Database) -> None:
    twelve.to_the_bank()
    settled = twelve.settle(read_answer(twelve.pay_file_bytes(), _return_first))
    assert (settled.paid_count, settled.returned_count) == (8, 1)
    run = twelve.run()
    assert (run.pay_count, run.total_fen) == (8, settled.paid_fen)
    supplement = twelve.prepare(supplementary=True)
    assert (supplement.kind, supplement.pay_count) == (RunKind.SUPPLEMENTARY, 0)
    twelve.decide(0, True, grounds=Grounds(HoldGround.ACCOUNT_CONFIRMED), supplementary=True)
    assert twelve.run(supplementary=True).pay_count == 1
    twelve.submit(supplementary=True)
    twelve.approve(supplementary=True)
    twelve.export(supplementary=True)
    twelve.settle(supplementary=True)
    with database.reading() as session:
        live = session.scalars(
            select(SubsidyLine.agreement_id).where(SubsidyLine.decision == LineState.PAY, SubsidyLine.is_live)
        ).all()
    assert len(live) == len(set(live)) == 9
    assert twelve.problems() == twelve.problems(supplementary=True) == []
    third = twelve.prepare(supplementary=True)
    assert (third.number, third.pay_count) == (2, 0)


def test_edge_30_money_that_the_bank_returned_is_not_sent_to_the_same_account_again(twelve: House) -> None:
    """Held with the bank's cause, in this quarter and the next, until somebody decides or the account changes."""
    twelve.to_the_bank()
    twelve.settle(read_answer(twelve.pay_file_bytes(), _return_first))
    twelve.prepare(supplementary=True)
    line = twelve.line(0, supplementary=True)
    assert line.decision is LineState.HOLD
    [held] = [Reason.from_json(one) for one in line.reasons if one["code"] == "subsidies.hold.returned"]
    assert str(held) == "上次银行退回：账户已销户；账户没有更换，待核实"
    twelve.quarter = Quarter.parse("2026Q2")
    twelve.prepare()
    assert "subsidies.hold.returned" in twelve.codes(0)
    assert twelve.problems() == []


def test_a_decision_to_pay_there_again_stands_until_the_bank_returns_it_again(twelve: House) -> None:
    twelve.to_the_bank()
    twelve.settle(read_answer(twelve.pay_file_bytes(), _return_first))
    for _again in range(2):
        twelve.prepare(supplementary=True)
        assert "subsidies.hold.returned" in twelve.codes(0, supplementary=True)
        twelve.decide(0, True, supplementary=True)
        twelve.submit(supplementary=True)
        twelve.approve(supplementary=True)
        twelve.export(supplementary=True)
        twelve.settle(read_answer(twelve.pay_file_bytes(supplementary=True), _return_first), supplementary=True)
    twelve.prepare(supplementary=True)
    assert "subsidies.hold.returned" in twelve.codes(0, supplementary=True)
    twelve.decide(0, True, supplementary=True)
    twelve.quarter = Quarter.parse("2026Q2")
    twelve.prepare()
    assert "subsidies.hold.returned" not in twelve.codes(0)


def test_another_account_is_not_held_for_what_the_bank_said_of_the_first(twelve: House) -> None:
    twelve.to_the_bank()
    twelve.settle(read_answer(twelve.pay_file_bytes(), _return_first))
    _pay_account(twelve, 0)
    twelve.prepare(supplementary=True)
    assert twelve.line(0, supplementary=True).decision is LineState.PAY


def test_who_came_after_the_quarter_was_paid_is_held_in_its_supplement(house: House, database: Database) -> None:
    """The roster names no payments: whether the quarters before it were paid elsewhere is for a person to find out."""
    house.settle_in(families(3))
    house.to_the_bank()
    house.settle()
    with database.transaction() as session:
        settle_in(session, house.keyring, house.county, [Family(20), Family(21)], NOW)
        late = session.scalars(select(Agreement).where(Agreement.number.in_(("AHJH-2026-00020", "AHJH-2026-00021"))))
        house.families.update(
            {20 + place: replace(house.families[0], patient=session.get_one(Patient, one.patient_id), agreement=one)
             for place, one in enumerate(sorted(late, key=lambda one: one.number))}
        )  # fmt: skip
        payment = OpeningPayment(house.families[21].agreement.id, house.quarter, Money.from_yuan("600"))
        record_opening_payments(session, house.actor("county_office"), [payment], TODAY, NOW)
    supplement = house.prepare(supplementary=True)
    assert (supplement.pay_count, supplement.hold_count, supplement.refuse_count) == (0, 1, 0)
    line = house.line(20, supplementary=True)
    [held] = [Reason.from_json(one) for one in line.reasons if one["code"].startswith("subsidies.hold.")]
    assert str(held) == "导入前的季度，是否已在别处发放待核实"
    assert line.amount_fen == 75000
    house.decide(20, True, grounds=Grounds(HoldGround.NOT_PAID_BEFORE), supplementary=True)
    assert house.problems(supplementary=True) == []


def test_a_supplement_waits_for_the_regular_run(twelve: House) -> None:
    with pytest.raises(Conflict, match="regular_first"):
        twelve.prepare(supplementary=True)
    twelve.to_the_bank()
    with pytest.raises(Conflict, match="regular_first"):
        twelve.prepare(supplementary=True)


def test_a_return_file_after_the_word_wins(twelve: House) -> None:
    twelve.to_the_bank()
    assert twelve.settle().returned_count == 0
    answer = read_answer(twelve.pay_file_bytes(), _return_first)
    assert twelve.settle(answer).returned_count == 1
    assert twelve.run().pay_count == 8
    assert twelve.problems() == []
    assert twelve.settle(answer).returned_count == 1  # sent again, it changes nothing
    with pytest.raises(Conflict, match="already"):
        twelve.settle()


def test_a_return_file_after_the_word_is_not_for_the_makers_hands(twelve: House) -> None:
    person = twelve.stranger()
    twelve.county.actors["clerk"] = replace(twelve.actor("clerk"), person_id=person)
    twelve.to_the_bank()
    twelve.settle()
    answer = read_answer(twelve.pay_file_bytes(), _return_first)
    twelve.county.actors["finance"] = replace(twelve.actor("finance"), person_id=person)
    with pytest.raises(Conflict, match="same_person"):
        twelve.settle(answer)


Rows = list[list[Any]]


def _one_fen(rows: Rows) -> None:
    rows[1][5] = float(rows[1][5]) + 0.01


def _missing(rows: Rows) -> None:
    del rows[3]


def _twice(rows: Rows) -> None:
    rows.append(list(rows[2]))


def _unknown(rows: Rows) -> None:
    rows.append([99, *rows[2][1:]])


def _unclear(rows: Rows) -> None:
    rows[2][8] = "处理中"


def _words_for_money(rows: Rows) -> None:
    rows[2][5] = "七百五十"


def _no_header(rows: Rows) -> None:
    rows[0][8] = "备用"


def _return_first(rows: Rows) -> None:
    rows[1][8:10] = ["失败", "账户已销户"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_one_fen, "amount"),
        (_missing, "partial"),
        (_twice, "twice"),
        (_unknown, "unknown"),
        (_unclear, "row"),
        (_words_for_money, "row"),
        (_no_header, "no_header"),
    ],
)
def test_any_difference_refuses_the_whole_return_file(twelve: House, change: Callable[[Rows], None], code: str) -> None:
    twelve.to_the_bank()
    content = twelve.pay_file_bytes()
    with pytest.raises(Invalid) as refused:
        twelve.settle(read_answer(content, change))
    assert [one.code for one in refused.value.errors["returns"]] == [f"subsidies.returns.{code}"]
    with twelve.database.reading() as session:
        assert session.scalars(select(PayFileLine.state).distinct()).all() == [PaymentState.SENT]
    assert twelve.run().state is RunState.EXPORTED


# -- paid once ---------------------------------------------------------------------------------------------------------


def test_the_index_refuses_a_second_live_payment(twelve: House, database: Database) -> None:
    twelve.to_the_bank()
    twelve.settle()
    with pytest.raises(DBAPIError) as refused, database.transaction() as session:
        line = session.scalars(select(SubsidyLine).where(SubsidyLine.decision == LineState.PAY).limit(1)).one()
        again = SubsidyRun(
            county_code=COUNTY, period=line.period, kind=RunKind.SUPPLEMENTARY, number=9, state=RunState.PREPARING,
            rule_version="x", decided_as_of=TODAY,
        )  # fmt: skip
        session.add(again)
        session.flush()
        values = {column.key: getattr(line, column.key) for column in SubsidyLine.__table__.columns}
        session.add(SubsidyLine(**{**values, "id": None, "public_id": "again", "run_id": again.id}))
        session.flush()
    assert "uq_subsidy_lines_live_payment" in str(refused.value) or "subsidy_lines.agreement_id" in str(refused.value)


def test_every_approval_keeps_the_digest_that_was_signed(twelve: House, database: Database) -> None:
    file = twelve.to_the_bank()
    run = twelve.run()
    with database.reading() as session:
        signed = session.execute(select(RunApproval.step, RunApproval.digest).where(RunApproval.run_id == run.id)).all()
    assert {digest for step, digest in signed if step is not RunStep.PREPARED} == {run.digest} == {file.run_digest}


def test_nothing_to_pay_is_not_submitted(house: House) -> None:
    house.settle_in([Family(0, level=1)])
    house.prepare()
    with pytest.raises(Conflict, match="nothing_to_pay"):
        house.submit()


def test_without_a_policy_nothing_is_prepared(house: House, database: Database) -> None:
    with pytest.raises(Conflict, match="no_policy"):
        house.prepare()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SubsidyRun)) == 0


def _die(house: House, place: int, on: date) -> None:
    with house.database.transaction() as session:
        patient = session.merge(house.families[place].patient)
        record_death(session, house.actor("county_office"), patient, on, DatePrecision.DAY, 1, NOW)


def _pay_account(house: House, place: int) -> None:
    """A new account, in force since a while."""
    from app.core.bank_account import AccountKind

    with house.database.transaction() as session:
        person = session.get_one(Person, house.families[place].payee.id)
        draft = AccountDraft(AccountKind.CARD, card_number(9000 + place), date(2026, 9, 1), "农业银行")
        set_account(
            session,
            Vault(session, house.keyring),
            person,
            draft,
            house.actor("county_office"),
            NOW - timedelta(days=80),
        )


def _without_guards(session: Any, statement: str) -> None:
    """What somebody with the database's own rights could do."""
    without_guards(session, "guard_subsidy_lines_frozen")
    session.execute(text(statement))
