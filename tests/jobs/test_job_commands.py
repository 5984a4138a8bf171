"""`flask job`: what the scheduler does, by hand."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.service import note
from app.core.db import Database
from app.core.models import JobRun
from app.tasks.models import Task
from scheduler.cli import job
from tests.conftest import NOW
from tests.rig.caseload import add_patients
from tests.rig.county import County


@pytest.fixture
def patients(database: Database, county: County) -> int:
    with database.transaction() as session:
        return len(add_patients(session, 3))


def run(app: Flask, *arguments: str) -> tuple[int, str, str]:
    result = app.test_cli_runner().invoke(job, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_a_second_run_for_the_same_period_says_so_and_changes_nothing(app: Flask, patients: int) -> None:
    command = ("run", "open-reassessments", "--period", "2026Q4", "--json")
    made = {"job": "open-reassessments", "period": "2026Q4", "made": patients, "already": 0}
    again = {"job": "open-reassessments", "period": "2026Q4", "made": 0, "already": patients}
    assert json.loads(run(app, *command)[1]) == made
    assert json.loads(run(app, *command)[1]) == again
    assert "already" in run(app, *command[:-1])[1]


def test_without_a_period_it_is_the_present_one(app: Flask, patients: int) -> None:
    assert json.loads(run(app, "run", "open-reassessments", "--json")[1])["period"] == "2026Q4"
    assert json.loads(run(app, "run", "open-reassessments", "--today", "2027-01-01", "--json")[1])["period"] == "2027Q1"


@pytest.mark.parametrize("arguments", [("no-such-job",), ("open-reassessments", "--period", "2026Q5")])
def test_a_wrong_name_or_period_is_refused_in_one_sentence(
    app: Flask, patients: int, arguments: tuple[str, ...]
) -> None:
    status, out, error = run(app, "run", *arguments)
    assert status != 0 and out == "" and len(error.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("open-reassessments", "2020Q1"),
        ("open-reassessments", "2027Q1"),
        ("open-reassessments", "2035Q1"),
        ("purge-expired", "2035-01-01"),
    ],
)
def test_a_period_that_is_long_past_or_yet_to_come_is_refused_in_words_and_changes_nothing(
    app: Flask, database: Database, patients: int, name: str, period: str
) -> None:
    status, out, error = run(app, "run", name, "--today", "2026-11-21", "--period", period)
    assert status != 0 and out == "" and f"not for {period}" in error and "or the one before it" in error
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Task)) == 0
        assert session.scalar(select(func.count()).select_from(JobRun)) == 0


def test_the_quarter_before_may_still_be_run_by_hand(app: Flask, patients: int) -> None:
    command = ("run", "open-reassessments", "--today", "2026-11-21", "--period", "2026Q3", "--json")
    assert json.loads(run(app, *command)[1])["made"] == patients


def test_the_list_names_every_job_and_its_newest_run(app: Flask, patients: int) -> None:
    run(app, "run", "open-reassessments")
    jobs = {row["job"]: row for row in json.loads(run(app, "list", "--json")[1])["jobs"]}
    assert jobs["open-reassessments"]["result"] == {"made": patients, "already": 0}
    assert jobs["open-renewals"]["newest_run"] is None
    assert "seal-audit" in run(app, "list")[1]


def test_work_without_a_period_can_be_asked_for_too(app: Flask, database: Database, county: County) -> None:
    with database.transaction() as session:
        note(session, None, "accounts.sign_in_refused", now=NOW)
    sealed = {"job": "seal-audit", "period": None, "made": 1, "already": 0}
    assert json.loads(run(app, "run", "seal-audit", "--json")[1]) == sealed


def test_what_a_job_noted_is_sealed_when_its_command_ends(app: Flask, patients: int) -> None:
    run(app, "run", "open-reassessments")
    assert json.loads(run(app, "run", "seal-audit", "--json")[1])["made"] == 0
