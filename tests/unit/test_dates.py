from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import spans
from app.core.dates import add_months, age_on, last_of_month, parse_date
from app.core.rates import rate
from app.core.spans import Span

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@st.composite
def some_spans(draw):
    starts = draw(st.lists(st.integers(0, 60), max_size=6))
    base = date(2024, 1, 20)
    return [Span(base + timedelta(start), base + timedelta(start + draw(st.integers(0, 20)))) for start in starts]


def _days(found):
    return {one.first + timedelta(n) for one in found for n in range(one.days)}


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-05-31", 1, "2024-06-30"),
        ("2024-03-31", -1, "2024-02-29"),
    ],
)
def test_months_end_on_the_same_day_or_on_the_months_last(day, months, later):
    assert add_months(parse_date(day), months) == parse_date(later)


@given(DAYS, st.integers(-200, 200))
def test_months_later_lies_in_that_month_and_never_after_the_day_number(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and later == last_of_month(later))


def test_edge_19_a_leap_day_child_comes_of_age_on_the_first_of_march():
    born = date(2004, 2, 29)
    assert age_on(born, date(2022, 2, 28)) == 17
    assert age_on(born, date(2022, 3, 1)) == 18
    assert age_on(born, date(2024, 2, 29)) == 20


@pytest.mark.parametrize("text", ["2024-2-9", "2024-02-30", "2024-02-09T00:00", "", "２０24-02-09"])
def test_a_date_has_one_shape_and_exists(text):
    with pytest.raises(ValueError):
        parse_date(text)


@given(some_spans(), some_spans())
def test_span_arithmetic_agrees_with_sets_of_days(left, right):
    assert _days(spans.union(left)) == _days(left)
    assert _days(spans.intersection(left, right)) == _days(left) & _days(right)
    assert _days(spans.difference(left, right)) == _days(left) - _days(right)


def test_a_stored_span_is_half_open_and_may_be_open_or_empty():
    day = date(2024, 5, 1)
    assert Span.half_open(day, date(2024, 5, 3)) == Span(day, date(2024, 5, 2))
    assert Span.half_open(day, day) is None
    assert Span.half_open(day, None) == Span(day, date.max)
    assert spans.union([Span(day, date.max), Span(date(2030, 1, 1), date.max)]) == [Span(day, date.max)]


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "printed"),
    [
        (4252022, 4921505, 2, "86.40"),
        (2211835, 4921505, 2, "44.94"),
        (2071111, 4252022, 2, "48.71"),
        (1293133, 4252022, 2, "30.41"),
        (5806352, 1370784400, 3, "0.424"),
        (5380249, 5806352, 2, "92.66"),
        (4346103, 5806352, 2, "74.85"),
        (4035323, 5806352, 2, "69.50"),
        (2012074, 5806352, 2, "34.65"),
        (0, 7, 2, "0.00"),
        (1, 800, 2, "0.13"),
        (1, 3, 0, "33"),
        (0, 0, 2, None),
    ],
)
def test_rates_of_the_national_reports_come_out_as_printed(numerator, denominator, decimals, printed):
    assert rate(numerator, denominator, decimals) == printed
