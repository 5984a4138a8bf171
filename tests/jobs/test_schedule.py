"""What is due: computed from the schedule, the instant and the stored runs."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from scheduler.schedule import BEATS, DAILY, JOBS, QUARTERLY, due_periods, find_job, period_now

SWEEP, DAILY_JOB = JOBS[0], JOBS[2]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "period"),
    [
        ("2024-03-31T15:59:59", "2024Q1"),
        ("2024-03-31T16:00:00", "2024Q2"),
        ("2024-06-30T15:59:59", "2024Q2"),
        ("2024-06-30T16:00:00", "2024Q3"),
        ("2024-09-30T16:00:00", "2024Q4"),
        ("2024-12-31T15:59:59", "2024Q4"),
        ("2024-12-31T16:00:00", "2025Q1"),
    ],
)
def test_a_quarter_begins_at_midnight_in_shanghai(at: str, period: str) -> None:
    assert period_now(SWEEP, instant(at)) == period


def test_a_daily_period_begins_at_the_jobs_hour() -> None:
    assert DAILY_JOB.at.isoformat() == "00:30:00"
    assert period_now(DAILY_JOB, instant("2026-11-20T16:29:59")) == "2026-11-20"
    assert period_now(DAILY_JOB, instant("2026-11-20T16:30:00")) == "2026-11-21"


def test_a_pinned_business_day_wins_over_the_clock() -> None:
    assert period_now(SWEEP, instant("2026-11-21T02:00:00"), date(2027, 1, 1)) == "2027Q1"


def test_a_job_that_never_ran_owes_the_present_period_only() -> None:
    assert due_periods(SWEEP, None, [], "2026Q4") == ["2026Q4"]


def test_nothing_is_due_twice() -> None:
    assert due_periods(SWEEP, "2026Q4", [], "2026Q4") == []
    assert due_periods(DAILY_JOB, "2026-11-21", [], "2026-11-21") == []


def test_every_missed_quarter_is_caught_up_oldest_first() -> None:
    assert due_periods(SWEEP, "2026Q1", [], "2026Q4") == ["2026Q2", "2026Q3", "2026Q4"]


def test_forty_missed_days_are_one_look() -> None:
    assert due_periods(DAILY_JOB, "2026-10-12", [], "2026-11-21") == ["2026-11-21"]


def test_a_claim_whose_process_died_is_due_before_anything_newer() -> None:
    assert due_periods(SWEEP, "2026Q3", ["2026Q3"], "2026Q4") == ["2026Q3", "2026Q4"]


def test_a_clock_set_back_owes_nothing() -> None:
    assert due_periods(SWEEP, "2027Q1", [], "2026Q4") == []


@pytest.mark.parametrize("text", ["2026Q5", "2026-11-21", "", "２０２６Q4"])
def test_only_quarters_are_periods_of_a_quarterly_job(text: str) -> None:
    assert not QUARTERLY.is_period(text)


@pytest.mark.parametrize("text", ["2026Q4", "2026-02-30", "2026-2-3"])
def test_only_days_are_periods_of_a_daily_job(text: str) -> None:
    assert not DAILY.is_period(text)


def test_names_are_unique_and_known() -> None:
    names = [job.name for job in JOBS] + [beat.name for beat in BEATS]
    assert len(set(names)) == len(names)
    assert find_job("open-reassessments") is SWEEP
