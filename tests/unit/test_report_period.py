"""Windows of a report: cumulative from 1 January, or the period by itself where a county says so."""

from __future__ import annotations

from datetime import date

import pytest

from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import PeriodMode


@pytest.mark.parametrize(
    ("text", "cumulative", "alone", "last"),
    [
        ("2026M01", date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 31)),
        ("2024M02", date(2024, 1, 1), date(2024, 2, 1), date(2024, 2, 29)),
        ("2026M12", date(2026, 1, 1), date(2026, 12, 1), date(2026, 12, 31)),
        ("2026Q1", date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 31)),
        ("2026Q3", date(2026, 1, 1), date(2026, 7, 1), date(2026, 9, 30)),
        ("2026Y", date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-09-17", date(2026, 1, 1), date(2026, 1, 1), date(2026, 9, 17)),
    ],
)
def test_months_and_quarters_add_up_from_the_first_of_january_unless_counted_by_themselves(
    text: str, cumulative: date, alone: date, last: date
) -> None:
    period = ReportPeriod.parse(text)
    modes = (PeriodMode.CUMULATIVE, PeriodMode.ALONE)
    assert [period.counted_from(mode) for mode in modes] == [cumulative, alone]
    assert period.cut_off(date(2030, 1, 1)) == last
