from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.visits.rules.due import (
    TrendNeededError,
    check_chosen_day,
    needs_trend,
    next_due,
)
from app.visits.rules.form import Trend, VisitClass
from app.visits.rules.ruleset import VisitRules

RULES = VisitRules()
UNSTABLE, BASICALLY, STABLE = VisitClass
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
PREVIOUS = st.none() | st.sampled_from(VisitClass)


@pytest.mark.parametrize(
    ("visited_on", "visit_class", "previous", "trend", "due_on"),
    [
        (date(2024, 1, 31), STABLE, None, None, date(2024, 4, 30)),
        (date(2024, 2, 20), BASICALLY, None, None, date(2024, 3, 5)),
        (date(2024, 2, 20), BASICALLY, STABLE, None, date(2024, 3, 5)),
        (date(2024, 2, 20), BASICALLY, UNSTABLE, None, date(2024, 3, 5)),
        (date(2024, 5, 31), BASICALLY, BASICALLY, Trend.NOT_STABLE, date(2024, 6, 30)),
        (date(2023, 11, 30), BASICALLY, BASICALLY, Trend.STABILISING, date(2024, 2, 29)),
        (date(2024, 2, 20), UNSTABLE, UNSTABLE, None, date(2024, 3, 5)),
        (date(2023, 11, 30), STABLE, BASICALLY, None, date(2024, 2, 29)),
        (date(2024, 12, 25), UNSTABLE, None, None, date(2025, 1, 8)),
    ],
)
def test_the_next_visit_is_due_as_the_table_says(visited_on, visit_class, previous, trend, due_on):
    due = next_due(visited_on, visit_class, previous, trend, RULES)
    assert due.on == due_on
    assert due.reasons[0].args["on"] == due_on.isoformat()


def test_class_two_after_class_two_cannot_be_answered_without_the_trend():
    with pytest.raises(TrendNeededError):
        next_due(date(2024, 1, 1), BASICALLY, BASICALLY, None, RULES)
    assert needs_trend(BASICALLY, BASICALLY)
    assert not needs_trend(STABLE, STABLE)


@given(DAYS, st.sampled_from(VisitClass), PREVIOUS, st.sampled_from(Trend))
def test_the_next_visit_always_lies_after_this_one_and_within_three_months(visited_on, visit_class, previous, trend):
    due = next_due(visited_on, visit_class, previous, trend, RULES)
    assert visited_on + timedelta(days=14) <= due.on <= visited_on + timedelta(days=92)
    assert check_chosen_day(due.on, visited_on, due) == ()
    assert check_chosen_day(visited_on + timedelta(days=1), visited_on, due) == ()
    assert check_chosen_day(due.on + timedelta(days=1), visited_on, due)[0].code == "visit.due.too_late"
    assert check_chosen_day(visited_on, visited_on, due)[0].code == "visit.due.not_after_visit"
