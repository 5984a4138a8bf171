"""What a county pays at once: quarters, half-years, years, in six characters, none sharing a day with another of its kind."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.core.period import FullYear, HalfYear, Period, overlapping, parse_period, quarters_of
from app.core.quarter import Quarter
from app.core.reasons import Reason, reason, say, say_period
from app.subsidies import texts  # noqa: F401  # registers the sentences
from app.subsidies.rules.periods import check_change, guardianship_year_from, pay_by, period_of
from app.subsidies.rules.policy import YEAR_STARTS, PolicyTerms, Rhythm

CODES = [
    f"{year}{kind}{number}" for year in (2024, 2025, 2026, 2027) for kind, most in (("Q", 4), ("H", 2), ("Y", 4))
    for number in range(1, most + 1)
]  # fmt: skip
HALF = PolicyTerms(annual=None, period=Rhythm.HALF_YEAR)
JULY = PolicyTerms(annual=None, period=Rhythm.YEAR, guardianship_year_start=7)
QUARTERS = PolicyTerms(annual=None)


@pytest.mark.parametrize(
    ("code", "first", "last", "months", "previous"),
    [
        ("2026Q3", date(2026, 7, 1), date(2026, 9, 30), 3, "2026Q2"),
        ("2026H1", date(2026, 1, 1), date(2026, 6, 30), 6, "2025H2"),
        ("2026H2", date(2026, 7, 1), date(2026, 12, 31), 6, "2026H1"),
        ("2026Y4", date(2026, 1, 1), date(2026, 12, 31), 12, "2025Y4"),
        ("2026Y2", date(2025, 7, 1), date(2026, 6, 30), 12, "2025Y2"),
    ],
)
def test_a_period_is_written_in_six_characters_and_read_back(code, first, last, months, previous):
    period = parse_period(code)
    assert (str(period), period.first_day, period.last_day) == (code, first, last)
    assert (len(period.months()), period.months()[0]) == (months, first)
    assert period.days == (last - first).days + 1
    assert str(period.previous()) == previous
    assert period.contains(first) and period.contains(last) and not period.contains(last + timedelta(days=1))
    assert [quarters_of(period)[0].first_day, quarters_of(period)[-1].last_day] == [first, last]


@pytest.mark.parametrize(
    "text", ["2026H3", "2026H0", "2026Y5", "2026y4", "26H1", "2026", "２０２６H1", "2026H1 ", "0001Y4"]
)
def test_anything_else_is_no_period(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse_period(text)


@pytest.mark.parametrize("code", CODES)
def test_periods_that_share_a_day_are_all_named_and_no_others(code):
    period = parse_period(code)
    named = set(overlapping(period)) & set(CODES)
    sharing = {
        other for other in CODES
        if parse_period(other).first_day <= period.last_day and parse_period(other).last_day >= period.first_day
    }  # fmt: skip
    assert named == sharing


def test_a_period_is_said_in_words_and_travels_in_a_reason():
    words = {code: say_period(parse_period(code)) for code in ("2026Q3", "2026H1", "2026H2", "2026Y4", "2026Y2")}
    assert words == {
        "2026Q3": "2026年第3季度", "2026H1": "2026年上半年", "2026H2": "2026年下半年", "2026Y4": "2026年度",
        "2026Y2": "2025年7月至2026年6月",
    }  # fmt: skip
    for code, said in words.items():
        stored = reason("subsidies.refuse.paid_already", quarter=parse_period(code)).to_json()
        assert stored["args"] == {"quarter": {"quarter": code}}
        assert say(Reason.from_json(stored)) == f"{said}已经发放"


@given(
    day=some.dates(date(2020, 1, 1), date(2035, 12, 31)),
    rhythm=some.sampled_from(Rhythm),
    start=some.sampled_from((0, 1, 7)),
)
def test_every_day_lies_in_one_period_of_a_policy_and_periods_follow_without_a_gap(day, rhythm, start):
    terms = PolicyTerms(annual=None, period=rhythm, guardianship_year_start=start)
    period = period_of(terms, day)
    assert period.contains(day)
    assert period_of(terms, period.last_day) == period == period_of(terms, period.first_day)
    assert period.previous().last_day == period.first_day - timedelta(days=1)
    assert period_of(terms, period.first_day - timedelta(days=1)) == period.previous()


@given(
    day=some.dates(date(2020, 1, 1), date(2035, 12, 31)), before=some.sampled_from(Rhythm), after=some.sampled_from(Rhythm),
    starts=some.tuples(some.sampled_from(YEAR_STARTS), some.sampled_from(YEAR_STARTS)),
)  # fmt: skip
def test_a_change_of_period_that_is_accepted_cuts_no_period_of_either_kind(day, before, after, starts):
    try:
        old = PolicyTerms(annual=None, period=before, guardianship_year_start=starts[0])
        new = PolicyTerms(annual=None, period=after, guardianship_year_start=starts[1])
    except ValueError:
        return  # a year paid at once that would begin within a quarter
    day = day.replace(day=1)
    if not check_change(old, new, day) and period_of(old, day) != period_of(new, day):
        assert period_of(old, day).first_day == day == period_of(new, day).first_day


def test_a_change_says_from_which_day_it_may_begin():
    [late] = check_change(QUARTERS, HALF, date(2026, 4, 1))
    assert "2027年1月1日" in say(late)
    [running] = check_change(
        HALF, PolicyTerms(annual=None, period=Rhythm.YEAR, guardianship_year_start=4), date(2026, 4, 1)
    )
    assert "2026年上半年" in say(running)
    assert check_change(None, HALF, date(2026, 1, 1)) == ()
    assert check_change(None, QUARTERS, date(2026, 2, 17)) == ()  # a first policy by quarters begins on any day
    assert check_change(QUARTERS, JULY, date(2026, 7, 1)) == ()


def test_the_guardianship_year_and_the_day_of_payment_follow_the_policy():
    assert guardianship_year_from(JULY, date(2026, 6, 30)) == date(2025, 7, 1)
    assert guardianship_year_from(JULY, date(2026, 7, 1)) == date(2026, 7, 1)
    assert pay_by(QUARTERS, Quarter(2026, 3)) is None
    assert pay_by(PolicyTerms(annual=None, pay_within_days=40), HalfYear(2026, 1)) == date(2026, 8, 9)


def test_a_guardianship_year_begins_in_any_month_and_one_that_is_paid_at_once_with_a_quarter():
    march = PolicyTerms(annual=None, guardianship_year_start=3)
    assert guardianship_year_from(march, date(2026, 2, 28)) == date(2025, 3, 1)
    assert guardianship_year_from(march, date(2026, 3, 1)) == date(2026, 3, 1)
    april = PolicyTerms(annual=None, period=Rhythm.HALF_YEAR, guardianship_year_start=4)
    assert (
        check_change(QUARTERS, april, date(2026, 1, 1)) == ()
    )  # half-years are the calendar's whenever the year begins
    for month in (3, 12):
        with pytest.raises(ValueError, match=r"^guardianship_year_start$"):
            PolicyTerms(annual=None, period=Rhythm.YEAR, guardianship_year_start=month)


def test_periods_are_values_of_one_shape():
    periods: list[Period] = [Quarter(2026, 4), HalfYear(2026, 2), FullYear(2026, 4)]
    assert len({period.last_day for period in periods}) == 1
    assert HalfYear(2026, 1) == parse_period("2026H1") and hash(FullYear(2026, 4)) == hash(parse_period("2026Y4"))
