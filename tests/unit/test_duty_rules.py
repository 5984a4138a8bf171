"""How a duty check and a guardian's year are judged."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.quarter import Quarter
from app.core.workdays import WorkdayCalendar
from app.guardians.rules.duty import AssessmentMark, DutyMark, check_by, propose_assessment

P, R, F = DutyMark.PASSED, DutyMark.REMARKS, DutyMark.FAILED


@pytest.mark.parametrize(
    ("marks", "faults", "result"),
    [
        ([P, P, P, P], [], AssessmentMark.EXCELLENT),
        ([P, P, P, R], [], AssessmentMark.QUALIFIED),
        ([P, P, P], [], AssessmentMark.QUALIFIED),
        ([P, F, P, P], [], AssessmentMark.QUALIFIED),
        ([F, P, F, P], [], AssessmentMark.UNQUALIFIED),
        ([P, P, P, P], [date(2026, 5, 1)], AssessmentMark.UNQUALIFIED),
    ],
)
def test_a_year_is_judged_from_its_quarters_and_faults(
    marks: list[DutyMark], faults: list[date], result: AssessmentMark
) -> None:
    quarters = {Quarter(2026, number): mark for number, mark in enumerate(marks, start=1)}
    proposed = propose_assessment(quarters, faults, 0)
    assert proposed is not None
    assert proposed[0] is result


def test_a_year_without_a_check_is_not_judged() -> None:
    assert propose_assessment({}, [], 0) is None


def test_an_incident_that_nobody_decided_on_is_said_and_does_not_condemn() -> None:
    proposed = propose_assessment({Quarter(2026, 1): P}, [], 1)
    assert proposed is not None
    assert proposed[0] is AssessmentMark.QUALIFIED
    assert "guardians.assessment.undecided" in [one.code for one in proposed[1]]


def test_edge_38_a_duty_check_is_due_ten_working_days_after_the_quarter() -> None:
    """Spring Festival and the make-up days beside it are in the calendar (domain 9, case 38)."""
    free = [(date(2027, 1, 1), False), (date(2027, 1, 4), False), (date(2027, 1, 9), True)]
    assert check_by(Quarter(2026, 4), WorkdayCalendar.of_days(free)).ends_on == date(2027, 1, 15)
