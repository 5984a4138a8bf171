"""Terms in working days, by the lists that a new house is given. The expected days were counted by hand on the notices' calendars."""

from datetime import date, timedelta

import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import given
from hypothesis import strategies as st

from app.core.calendar import seeded_workdays
from app.core.reasons import reason
from app.core.workdays import (
    WorkdayCalendar,
    add_working_days,
    counted_anew,
    is_provisional,
    recounted,
    unknown_years,
)

CALENDAR = seeded_workdays()


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


@pytest.mark.parametrize(
    ("from_on", "ends_on"),
    [
        # Spring Festival 2025: off 28 Jan to 4 Feb; Sunday 26 Jan and Saturday 8 Feb are worked
        (date(2025, 1, 17), date(2025, 2, 7)),  # 20 to 24, 26, 27 January, then 5, 6, 7 February
        (date(2025, 1, 24), date(2025, 2, 13)),
        (date(2025, 1, 27), date(2025, 2, 17)),
        (date(2025, 2, 4), date(2025, 2, 17)),
        # National Day 2025: off 1 to 8 Oct; Sunday 28 Sep and Saturday 11 Oct are worked
        (date(2025, 9, 19), date(2025, 10, 10)),  # 22 to 26, 28, 29, 30 September, then 9, 10 October
        (date(2025, 9, 26), date(2025, 10, 16)),
        (date(2025, 9, 30), date(2025, 10, 21)),
        (date(2025, 10, 8), date(2025, 10, 21)),
        # Spring Festival 2026: off 15 to 23 Feb; Saturdays 14 and 28 Feb are worked
        (date(2026, 2, 6), date(2026, 2, 27)),  # 9 to 14, then 24 to 27 February
        (date(2026, 2, 13), date(2026, 3, 5)),
        (date(2026, 2, 14), date(2026, 3, 6)),
        (date(2026, 2, 23), date(2026, 3, 6)),
        # National Day 2026: off 1 to 7 Oct; Sunday 20 Sep and Saturday 10 Oct are worked, 25 to 27 Sep is Mid-Autumn
        (date(2026, 9, 18), date(2026, 10, 9)),  # 20 to 24, 28 to 30 September, then 8, 9 October
        (date(2026, 9, 24), date(2026, 10, 15)),
        (date(2026, 9, 30), date(2026, 10, 20)),
        (date(2026, 10, 7), date(2026, 10, 20)),
        # across the New Year into a year that is known
        (date(2025, 12, 25), date(2026, 1, 9)),  # 26, 29, 30, 31 December, then 4 to 9 January
    ],
)
def test_edge_38_ten_working_days_around_festivals_with_make_up_days(from_on, ends_on):
    deadline = add_working_days(from_on, 10, CALENDAR)
    assert (deadline.ends_on, deadline.provisional) == (ends_on, False)


@pytest.mark.parametrize("day", ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"])
def test_the_weekend_days_of_2025_that_are_worked(day):
    assert CALENDAR.is_working(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_the_weekend_days_of_2026_that_are_worked(day):
    assert CALENDAR.is_working(date.fromisoformat(day))


def test_a_new_house_knows_what_the_notices_of_2018_to_2026_say():
    """Held against a list that was written apart from the seed."""
    of_package = [(day, False) for day in holidays] + [(day, True) for day in workdays]
    known = WorkdayCalendar.of_days((day, is_working) for day, is_working in of_package if day.year >= 2018)
    assert known == CALENDAR
    assert CALENDAR.years == frozenset(range(2018, 2027))


@pytest.mark.parametrize("year", [2025, 2026])
def test_weekdays_off_less_weekends_worked_are_the_statutory_days(year):
    off = sum(day.year == year and day.weekday() < 5 for day in CALENDAR.holidays)
    assert off - sum(day.year == year for day in CALENDAR.makeup_days) == 13


def test_2027_answers_provisional():
    inside = add_working_days(date(2027, 3, 1), 10, CALENDAR)
    assert (inside.ends_on, inside.provisional) == (date(2027, 3, 15), True)
    across = add_working_days(date(2026, 12, 21), 10, CALENDAR)
    assert (across.ends_on, across.provisional) == (date(2027, 1, 4), True)
    before = add_working_days(date(2026, 12, 17), 10, CALENDAR)
    assert (before.ends_on, before.provisional) == (date(2026, 12, 31), False)


def test_a_year_without_its_list_counts_monday_to_friday_and_says_so():
    deadline = add_working_days(date(2033, 9, 28), 10, CALENDAR)
    assert deadline.ends_on == date(2033, 10, 12)
    assert deadline.provisional
    assert [one.code for one in deadline.reasons] == ["core.workdays.counted", "core.workdays.provisional"]
    assert is_provisional(deadline.reasons)
    assert unknown_years(date(2026, 12, 31), date(2027, 1, 1), CALENDAR) == [
        reason("core.workdays.provisional", year=2027)
    ]


def test_december_days_of_the_next_years_notice_do_not_make_the_year_known():
    calendar = WorkdayCalendar.of_days([(date(2027, 12, 31), False), (date(2028, 1, 1), False)])
    assert calendar.years == {2028}


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


def test_a_deadline_is_counted_anew_from_its_own_reasons():
    why = reason("tasks.renewal", number="1", ends_on=date(2026, 12, 31))
    old = add_working_days(date(2026, 12, 31), 3, CALENDAR)
    new_year = [(date(2027, 1, day), False) for day in (1, 2, 3)]
    calendar = WorkdayCalendar.of_days(new_year)
    new = counted_anew((why, *old.reasons), calendar)
    assert (old.ends_on, new.ends_on, new.provisional) == (date(2027, 1, 5), date(2027, 1, 6), False)
    moved = reason("core.workdays.moved", was_on=old.ends_on, document="国办发明电〔2026〕9号")
    words = recounted((*old.reasons, why), new, moved)
    assert [one.code for one in words] == [
        "core.workdays.counted", "core.workdays.holiday", "core.workdays.moved", "tasks.renewal",
    ]  # fmt: skip
    assert counted_anew((why,), calendar) is None


@given(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.integers(1, 60))
def test_a_term_ends_on_a_working_day_and_holds_exactly_its_days(from_on, days):
    ends_on = add_working_days(from_on, days, CALENDAR).ends_on
    assert CALENDAR.is_working(ends_on)
    after = [from_on + timedelta(days=passed) for passed in range(1, (ends_on - from_on).days + 1)]
    assert sum(map(CALENDAR.is_working, after)) == days


def test_a_term_is_not_negative():
    with pytest.raises(ValueError):
        add_working_days(date(2026, 1, 1), -1, CALENDAR)
