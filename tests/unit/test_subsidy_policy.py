from dataclasses import replace
from datetime import date

import pytest

from app.core.money import Money
from app.core.quarter import Quarter
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.policy import Chain, DayRule, EligibleRule, PayingOffice, PolicyTerms, Rhythm
from app.subsidies.rules.transitions import (
    PAYMENT_MOVES,
    RUN_MOVES,
    PaymentState,
    RunState,
    RunStep,
    check_line_move,
    check_period,
    check_step,
)

TERMS = PolicyTerms(annual=Money.from_yuan("3000"))
SIGNED = {
    RunStep.PREPARED: frozenset({"person:1"}),
    RunStep.SUBMITTED: frozenset({"person:1"}),
    RunStep.APPROVED: frozenset({"person:2"}),
}


def _codes(reasons):
    return [one.code for one in reasons]


def test_the_defaults_are_those_of_a_county_like_the_pilot():
    assert TERMS.eligible_rule is EligibleRule.RISK3
    assert TERMS.inpatient_days is DayRule.EXCLUDE
    assert (TERMS.first_share, TERMS.visit_within_months, TERMS.chain) == (100, 6, Chain.SINGLE)


@pytest.mark.parametrize(
    "stored",
    [
        TERMS.to_json(),
        PolicyTerms(annual=None).to_json(),
        replace(TERMS, chain=Chain.JOINT, first_share=70, eligible_rule=EligibleRule.MANAGED).to_json(),
    ],
)
def test_terms_are_stored_and_read_back(stored):
    assert PolicyTerms.from_json(stored).to_json() == stored


BY_LEVEL = replace(
    TERMS,
    annual_by_level=((2, Money.from_yuan("1800")), (4, Money.from_yuan("4800"))),
    period=Rhythm.YEAR,
    guardianship_year_start=7,
    office=PayingOffice.HEALTH,
    pay_within_days=40,
)


def test_every_term_is_stored_and_read_back():
    assert PolicyTerms.from_json(BY_LEVEL.to_json()) == BY_LEVEL
    assert BY_LEVEL.to_json()["annual_by_level"] == [[2, 180000], [4, 480000]]


def test_a_level_without_an_amount_of_its_own_has_the_common_one():
    yuan = {level: BY_LEVEL.annual_at(level).yuan for level in (0, 2, 3, 4)}
    assert yuan == {0: "3000.00", 2: "1800.00", 3: "3000.00", 4: "4800.00"}
    assert BY_LEVEL.annual_at(None) == Money.from_yuan("3000")
    assert BY_LEVEL.lowest_annual == Money.from_yuan("3000")  # nobody below level 3 is paid by it
    assert replace(BY_LEVEL, eligible_rule=EligibleRule.MANAGED).lowest_annual == Money.from_yuan("1800")
    assert PolicyTerms(annual=None).lowest_annual is None


def test_terms_written_before_a_term_existed_have_its_default():
    assert PolicyTerms.from_json({"annual_fen": 300000}) == TERMS


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"annual": Money(0)}, "annual"),
        ({"annual": Money(-1)}, "annual"),
        ({"annual": Money.from_yuan("1000000.01")}, "annual"),
        ({"annual_by_level": ((6, Money(100)),)}, "annual_by_level"),
        ({"annual_by_level": ((3, Money(0)),)}, "annual_by_level"),
        ({"annual_by_level": ((4, Money(1)), (3, Money(1)))}, "annual_by_level"),
        ({"annual_by_level": ((3, Money(1)), (3, Money(2)))}, "annual_by_level"),
        ({"annual": None, "annual_by_level": ((3, Money(1)),)}, "annual_by_level"),
        ({"guardianship_year_start": 13}, "guardianship_year_start"),
        ({"guardianship_year_start": True}, "guardianship_year_start"),
        ({"period": "year"}, "period"),
        ({"office": "finance"}, "office"),
        ({"pay_within_days": 181}, "pay_within_days"),
        ({"duty_within_days": 61}, "duty_within_days"),
        ({"notice_days": 31}, "notice_days"),
        ({"account_hold_days": 367}, "account_hold_days"),
        ({"early_cutoff": "11-10"}, "early_cutoff"),
        ({"floor_reference": "文" * 61}, "floor_reference"),
        ({"first_share": 101}, "first_share"),
        ({"first_share": True}, "first_share"),
        ({"visit_within_months": -1}, "visit_within_months"),
        ({"eligible_rule": "risk3"}, "eligible_rule"),
        ({"remark": "二" * 21}, "remark"),
        ({"paying_office": "财政局\n"}, "paying_office"),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_name(changes, field):
    with pytest.raises(ValueError, match=f"^{field}$"):
        replace(TERMS, **changes)


@pytest.mark.parametrize(
    ("stored", "field"),
    [
        ({"annual_fen": 1, "rule": "x"}, "rule"),
        ({"annual_fen": 1, "chain": "x"}, "chain"),
        ({"annual_fen": 1, "annual": 1}, "annual"),
    ],
)
def test_stored_terms_that_make_no_sense_are_refused_by_name(stored, field):
    with pytest.raises(ValueError, match=f"^{field}$"):
        PolicyTerms.from_json(stored)


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (RunStep.SUBMITTED, RunState.DRAFT),
        (RunStep.APPROVED, RunState.SUBMITTED),
        (RunStep.RETURNED, RunState.SUBMITTED),
        (RunStep.VOIDED, RunState.APPROVED),
        (RunStep.EXPORTED, RunState.APPROVED),
        (RunStep.SETTLED, RunState.EXPORTED),
    ],
)
def test_each_step_has_its_state_and_no_other(step, state):
    assert check_step(step, state, "person:9", SIGNED) == ()
    others = [one for one in RunState if (one, step) not in {(state, step), (RunState.SUBMITTED, RunStep.VOIDED)}]
    assert all(_codes(check_step(step, one, "person:9", SIGNED)) == ["subsidies.step.wrong_state"] for one in others)


def test_nobody_approves_the_run_they_prepared_or_pays_the_run_they_approved():
    same = ["subsidies.step.same_person"]
    assert _codes(check_step(RunStep.APPROVED, RunState.SUBMITTED, "person:1", SIGNED)) == same
    assert _codes(check_step(RunStep.EXPORTED, RunState.APPROVED, "person:1", SIGNED)) == same
    assert _codes(check_step(RunStep.EXPORTED, RunState.APPROVED, "person:2", SIGNED)) == same
    assert _codes(check_step(RunStep.SETTLED, RunState.EXPORTED, "person:2", SIGNED)) == same
    assert check_step(RunStep.SUBMITTED, RunState.DRAFT, "person:1", SIGNED) == ()


def test_a_settled_run_never_moves_again():
    moves = {(before, after) for befores, after in RUN_MOVES.values() for before in befores if before is not after}
    assert not any(before is RunState.SETTLED for before, _ in moves)
    assert (RunState.DRAFT, RunState.APPROVED) not in moves


def test_only_a_held_line_of_a_draft_is_decided_by_hand():
    assert check_line_move(LineState.HOLD, LineState.PAY, RunState.DRAFT) == ()
    assert check_line_move(LineState.HOLD, LineState.REFUSE, RunState.DRAFT) == ()
    assert check_line_move(LineState.REFUSE, LineState.PAY, RunState.DRAFT) != ()
    assert check_line_move(LineState.PAY, LineState.REFUSE, RunState.DRAFT) != ()
    assert check_line_move(LineState.HOLD, LineState.PAY, RunState.SUBMITTED) != ()


def test_a_quarter_is_prepared_when_it_has_ended():
    assert check_period(Quarter(2026, 3), date(2026, 10, 1)) == ()
    assert _codes(check_period(Quarter(2026, 3), date(2026, 9, 30))) == ["subsidies.step.quarter_open"]


def test_a_return_by_the_bank_wins_over_the_word_of_finance():
    assert (PaymentState.PAID, PaymentState.RETURNED) in PAYMENT_MOVES
    assert (PaymentState.RETURNED, PaymentState.PAID) not in PAYMENT_MOVES
