from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.workdays import (
    WorkdayCalendar,
    add_working_days,
    known_calendar,
    known_days,
)

CALENDAR = known_calendar()


@pytest.mark.parametrize(
    ("from_on", "days", "ends_on"),
    [
        (date(2026, 9, 29), 10, date(2026, 10, 19)),  # National Day, with a Saturday worked
        (date(2026, 2, 12), 2, date(2026, 2, 14)),  # the Saturday before Spring Festival is worked
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 0, date(2026, 11, 21)),
    ],
)
def test_a_term_in_working_days_follows_the_yearly_notice(from_on, days, ends_on):
    deadline = add_working_days(from_on, days, CALENDAR)
    assert (deadline.ends_on, deadline.provisional) == (ends_on, False)


def test_a_year_without_its_list_counts_monday_to_friday_and_says_so():
    deadline = add_working_days(date(2033, 9, 28), 10, CALENDAR)
    assert deadline.ends_on == date(2033, 10, 12)
    assert deadline.provisional
    assert [one.code for one in deadline.reasons] == ["core.workdays.counted", "core.workdays.provisional"]
    across = add_working_days(date(2026, 12, 30), 3, CALENDAR)
    assert across.provisional


def test_holidays_and_make_up_days_inside_the_term_are_named():
    reasons = add_working_days(date(2026, 9, 29), 10, CALENDAR).reasons
    assert [one.code for one in reasons] == [
        "core.workdays.counted",
        "core.workdays.holiday",
        "core.workdays.makeup",
    ]
    assert reasons[2].args["days"] == ["2026-10-10"]


def test_an_administrative_deadline_moves_off_a_holiday():
    assert CALENDAR.next_working_day(date(2026, 10, 1)) == date(2026, 10, 8)
    assert CALENDAR.next_working_day(date(2026, 10, 10)) == date(2026, 10, 10)


def test_the_seed_is_rows_that_build_the_same_calendar():
    rows = known_days()
    assert WorkdayCalendar.of_days((day, worked) for day, worked, _ in rows) == CALENDAR
    assert 2026 in CALENDAR.years
    assert all(name for _, _, name in rows)


@given(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.integers(1, 60))
def test_a_term_ends_on_a_working_day_and_holds_exactly_its_days(from_on, days):
    ends_on = add_working_days(from_on, days, CALENDAR).ends_on
    assert CALENDAR.is_working(ends_on)
    after = [from_on + timedelta(days=passed) for passed in range(1, (ends_on - from_on).days + 1)]
    assert sum(map(CALENDAR.is_working, after)) == days


def test_a_term_is_not_negative():
    with pytest.raises(ValueError):
        add_working_days(date(2026, 1, 1), -1, CALENDAR)
