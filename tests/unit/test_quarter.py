from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quarter import Quarter

QUARTERS = st.builds(Quarter, st.integers(1900, 2200), st.integers(1, 4))


def test_a_quarter_knows_its_days_and_months():
    quarter = Quarter.parse("2024Q1")
    assert (quarter.first_day, quarter.last_day, quarter.days) == (date(2024, 1, 1), date(2024, 3, 31), 91)
    assert quarter.months() == (date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1))
    assert quarter.contains(date(2024, 3, 31))
    assert not quarter.contains(date(2024, 4, 1))


@pytest.mark.parametrize("text", ["2026Q5", "2026Q0", "2026q3", "26Q3", " 2026Q3", "2026Q3\n", "２０26Q3"])
def test_what_is_not_a_quarter_is_refused(text):
    with pytest.raises(ValueError):
        Quarter.parse(text)


@given(QUARTERS)
def test_a_quarter_reads_back_and_its_days_belong_to_it(quarter):
    assert Quarter.parse(str(quarter)) == quarter
    assert Quarter.of(quarter.first_day) == Quarter.of(quarter.last_day) == quarter
    assert quarter.next().previous() == quarter
    assert quarter < quarter.next()
    assert quarter.shift(4) == Quarter(quarter.year + 1, quarter.number)


def test_the_year_turns_between_the_fourth_and_the_first():
    assert Quarter(2025, 4).next() == Quarter(2026, 1)
    assert Quarter(2026, 1).previous() == Quarter(2025, 4)
