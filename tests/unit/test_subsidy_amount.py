import json
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.dates import days_in_month
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import say
from app.subsidies import texts  # noqa: F401  # registers the sentences
from app.subsidies.rules.amount import compute, shares
from app.subsidies.rules.days import DayFacts, ExclusionKind, Stay, exclusions_in
from app.subsidies.rules.policy import DayRule

Q2 = Quarter(2024, 2)
DAYS = st.dates(date(2024, 1, 1), date(2024, 9, 30))
OPTIONAL = st.none() | DAYS
STAYS = st.lists(
    st.tuples(DAYS, st.none() | st.integers(0, 80)).map(
        lambda pair: Stay(pair[0], None if pair[1] is None else pair[0] + timedelta(days=pair[1]))
    ),
    max_size=3,
).map(tuple)
FACTS = st.builds(
    DayFacts,
    agreement_from=OPTIONAL,
    agreement_to=OPTIONAL,
    died_on=OPTIONAL,
    joined_on=OPTIONAL,
    left_on=OPTIONAL,
    managed=st.none() | STAYS,
    inpatient=STAYS,
    custody=STAYS,
    care_facility=STAYS,
    lost=STAYS,
)
RULES = st.sampled_from(DayRule)


def _compute(quarter, annual="3000", inpatient_days=DayRule.EXCLUDE, care=DayRule.EXCLUDE, **facts):
    return compute(Quarter.parse(quarter), Money.from_yuan(annual), DayFacts(**facts), inpatient_days, care)


def _amount(quarter, annual="3000", **facts):
    return _compute(quarter, annual, **facts).amount.yuan


@pytest.mark.parametrize(
    ("annual", "amount"), [("3000", "750.00"), ("2400", "600.00"), ("2500", "625.00"), ("1800", "450.00")]
)
@pytest.mark.parametrize("quarter", ["2024Q1", "2024Q2", "2023Q1", "2025Q4"])
def test_a_full_quarter_is_a_quarter_of_the_year(annual, amount, quarter):
    assert _amount(quarter, annual) == amount


def test_the_day_of_death_is_still_paid():
    assert _amount("2024Q1", died_on=date(2024, 2, 10)) == "336.21"


def test_days_strictly_between_admission_and_discharge_are_not_paid():
    stay = (Stay(date(2024, 5, 10), date(2024, 6, 12)),)
    found = _compute("2024Q2", agreement_from=date(2024, 1, 1), agreement_to=date(2024, 12, 31), inpatient=stay)
    assert (found.amount.yuan, found.days) == ("488.98", 59)
    assert _amount("2024Q2", inpatient=stay, inpatient_days=DayRule.INCLUDE) == "750.00"
    assert [(m.first.month, m.days_in_month, m.eligible) for m in found.months] == [
        (4, 30, 30),
        (5, 31, 10),
        (6, 30, 19),
    ]


def test_thirty_three_hospital_days_leave_what_the_notice_prints():
    found = _compute("2026Q3", inpatient=(Stay(date(2026, 8, 2), date(2026, 9, 5)),))
    assert (found.full.yuan, found.amount.yuan) == ("750.00", "482.80")
    assert [(d.kind, d.days, d.amount.yuan) for d in found.deductions] == [(ExclusionKind.INPATIENT, 33, "267.20")]


def test_an_agreement_pays_from_its_first_day():
    assert _amount("2025Q1", "2400", agreement_from=date(2025, 2, 15)) == "300.00"


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({}, 91),
        ({"agreement_to": date(2024, 4, 1)}, 1),
        ({"agreement_to": date(2024, 3, 31)}, 0),
        ({"joined_on": date(2024, 6, 30)}, 1),
        ({"left_on": date(2024, 4, 2)}, 2),
        ({"died_on": date(2024, 3, 31)}, 0),
        ({"managed": (Stay(date(2024, 4, 10), date(2024, 4, 12)), Stay(date(2024, 6, 30)))}, 4),
        ({"managed": ()}, 0),
        ({"inpatient": (Stay(date(2024, 5, 1), date(2024, 5, 2)),)}, 91),
        ({"inpatient": (Stay(date(2024, 5, 1), date(2024, 5, 1)),)}, 91),
        ({"inpatient": (Stay(date(2024, 5, 1)),)}, 31),
        ({"inpatient": (Stay(date(2024, 1, 1), date(2024, 12, 31)),)}, 0),
        ({"inpatient": (Stay(date(2024, 5, 1), date(2024, 5, 10)), Stay(date(2024, 5, 10), date(2024, 5, 20)))}, 74),
        ({"care_facility": (Stay(date(2024, 5, 1), date(2024, 5, 10)),)}, 83),
        ({"custody": (Stay(date(2024, 5, 1), date(2024, 5, 10)),)}, 82),
        ({"custody": (Stay(date(2024, 5, 1), date(2024, 5, 1)),)}, 91),
        ({"custody": (Stay(date(2024, 5, 1)),)}, 30),
        ({"lost": (Stay(date(2024, 5, 1), date(2024, 5, 10)),)}, 82),
        ({"lost": (Stay(date(2024, 5, 1)),), "inpatient": (Stay(date(2024, 4, 29)),)}, 29),
    ],
)  # fmt: skip
def test_each_day_counts_or_does_not_by_its_own_rule(facts, days):
    assert _compute("2024Q2", **facts).days == days


def test_moving_splits_a_quarter_so_that_every_day_is_paid_once():
    acceptance = date(2024, 5, 17)
    old = _compute("2024Q2", left_on=acceptance - timedelta(days=1))
    new = _compute("2024Q2", joined_on=acceptance)
    assert old.days + new.days == 91


def _is_eligible(day, f, inpatient_days, care):
    """The rule, read again day by day."""

    def within(stays, first_counts):
        for stay in stays:
            begins = stay.from_on + timedelta(days=1) if first_counts else stay.from_on
            if begins <= day and (stay.to_on is None or day < stay.to_on):
                return True
        return False

    bounds = [(f.agreement_from, f.agreement_to), (f.joined_on, f.left_on), (None, f.died_on)]
    if any((a and day < a) or (b and day > b) for a, b in bounds):
        return False
    if f.managed is not None and not any(s.from_on <= day and (not s.to_on or day <= s.to_on) for s in f.managed):
        return False
    if within(f.custody, False) or within(f.lost, False):
        return False
    if inpatient_days is DayRule.EXCLUDE and within(f.inpatient, True):
        return False
    return not (care is DayRule.EXCLUDE and within(f.care_facility, True))


@given(FACTS, RULES, RULES, st.integers(1, 1_000_000))
def test_the_sum_agrees_with_counting_day_by_day(facts, inpatient_days, care, annual_fen):
    found = compute(Q2, Money(annual_fen), facts, inpatient_days, care)
    exact, day = Fraction(0), Q2.first_day
    while day <= Q2.last_day:
        if _is_eligible(day, facts, inpatient_days, care):
            exact += Fraction(annual_fen, 12 * days_in_month(day))
        day += timedelta(days=1)
    expected = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    assert found.amount.fen == int(expected)


@given(FACTS, RULES, RULES, st.integers(1, 1_000_000))
def test_every_day_is_counted_once_and_the_printed_arithmetic_adds_up(facts, inpatient_days, care, annual_fen):
    found = compute(Q2, Money(annual_fen), facts, inpatient_days, care)
    assert found.days + sum(one.days for one in found.exclusions) == Q2.days
    for month in found.months:
        assert month.eligible + sum(one.days for one in month.exclusions) == month.days_in_month
    assert Money(0) <= found.amount <= found.full
    assert found.full - Money.total(one.amount for one in found.deductions) == found.amount
    assert all(one.amount >= Money(0) for one in found.deductions)
    assert all("%(" not in say(one) for one in (*found.reasons, *found.dated_reasons))


@given(FACTS, RULES)
def test_the_facts_survive_in_a_snapshot(facts, rule):
    stored = DayFacts.from_json(json.loads(json.dumps(facts.to_json())))
    assert stored == facts
    assert exclusions_in(Q2, stored, rule, rule) == exclusions_in(Q2, facts, rule, rule)


def test_the_sum_is_said_without_dates_and_with_them():
    found = _compute("2024Q2", inpatient=(Stay(date(2024, 5, 10), date(2024, 6, 12)),))
    assert [say(one) for one in found.reasons] == [
        "计发 59 天：3,000.00 ÷ 12 × (30/30 + 10/31 + 19/30) = 488.98 元",
        "住院 32 天不计",
    ]
    assert say(found.dated_reasons[1]) == "2024年5月11日至2024年6月11日：住院 32 天不计"


@given(st.integers(0, 10**7), st.integers(0, 100))
def test_the_second_guardians_share_is_rounded_down_and_nothing_is_lost(fen, first_share):
    first, second = shares(Money(fen), first_share)
    assert first + second == Money(fen)
    assert second.fen == fen * (100 - first_share) // 100
    assert first.fen >= 0


def test_a_split_in_thirds_leaves_the_odd_fen_with_the_first():
    assert shares(Money.from_yuan("488.98"), 67) == (Money.from_yuan("327.62"), Money.from_yuan("161.36"))


def test_a_stay_does_not_end_before_it_begins():
    with pytest.raises(ValueError):
        Stay(date(2024, 5, 2), date(2024, 5, 1))
