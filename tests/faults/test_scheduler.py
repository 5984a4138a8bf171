"""Many processes, sudden deaths: nothing happens twice, nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app import create_app
from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.jobs import CLAIM_LAPSES_AFTER
from app.core.models import JobRun
from app.tasks.models import Task
from config import ROOT, Settings
from scheduler.house import House
from scheduler.runner import run_due, run_period
from scheduler.schedule import JOBS
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patients
from tests.rig.clock import StoppedClock
from tests.rig.county import County

SWEEP = JOBS[0]
DEADLINE_SECONDS = 240


@pytest.fixture
def patients(database: Database, county: County) -> int:
    with database.transaction() as session:
        return len(add_patients(session, 40))


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    return os.environ | {
        "ANHU_ENV": "test",
        "ANHU_INSTANCE": str(settings.instance),
        "ANHU_DATABASE_URL": settings.database_url,
        "ANHU_TODAY": TODAY.isoformat(),
        "FLASK_APP": "wsgi.py",
    }


def count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_eight_commands_at_once_raise_each_task_once(
    database: Database, environment: dict[str, str], patients: int
) -> None:
    command = [sys.executable, "-m", "flask", "job", "run", "open-reassessments", "--period", "2026Q4", "--json"]
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    said = [json.loads(process.communicate(timeout=DEADLINE_SECONDS)[0]) for process in running]
    assert {process.returncode for process in running} == {0}
    assert sorted((one["made"], one["already"]) for one in said) == [(0, patients)] * 7 + [(patients, 0)]
    assert (count(database, Task), count(database, AuditEvent), count(database, JobRun)) == (patients, 1, 1)


@pytest.mark.parametrize("schedulers", [2, 5])
def test_several_schedulers_do_each_job_once_and_stop_when_asked(
    database: Database, environment: dict[str, str], patients: int, schedulers: int
) -> None:
    running = [start_scheduler(environment) for _ in range(schedulers)]
    try:
        for process in running:
            wait_for_start(process)
        wait_until(lambda: finished_runs(database) == len(JOBS))
    finally:
        for process in running:
            process.terminate()
    assert [process.wait(DEADLINE_SECONDS) for process in running] == [0] * schedulers
    assert (count(database, Task), count(database, AuditEvent)) == (patients, 1)


def start_scheduler(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "scheduler"],
        cwd=ROOT,
        env=environment | {"ANHU_LOG_LEVEL": "INFO"},
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_start(process: subprocess.Popen[str]) -> None:
    """Before it says so, a signal finds no handler yet."""
    assert process.stderr is not None
    assert any('"started"' in line for line in process.stderr)


def finished_runs(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(JobRun.finished_at.is_not(None))) or 0


def wait_until(holds: Callable[[], bool]) -> None:
    """Looks until it holds; the deadline only keeps a broken run from hanging."""
    ends = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < ends, "it never came to hold"
        time.sleep(0.1)


def test_a_leader_that_is_killed_is_followed_by_another(
    database: Database, environment: dict[str, str], patients: int
) -> None:
    first = start_scheduler(environment)
    wait_until(lambda: finished_runs(database) == len(JOBS))
    first.kill()
    first.wait()
    with database.transaction() as session:
        session.query(JobRun).filter(JobRun.job == "open-renewals").delete()
    second = start_scheduler(environment)
    try:
        wait_for_start(second)
        wait_until(lambda: finished_runs(database) == len(JOBS))
    finally:
        second.terminate()
    assert second.wait(DEADLINE_SECONDS) == 0
    assert count(database, Task) == patients


# -- death at every statement ------------------------------------------------------------------------------------------


def die_at_statement(settings: Settings, number: int) -> bool:
    """Run the sweep in a process of its own that is killed before its so-many-th statement; False when it got through."""
    child = os.fork()
    if child == 0:
        try:
            app = create_app(settings)
            house = House.of(app, StoppedClock(at=NOW))
            seen = iter(range(1, 1_000_000))

            def kill_at(*_: object) -> None:
                if next(seen) == number:
                    os.kill(os.getpid(), signal.SIGKILL)

            event.listen(house.database.engine, "before_cursor_execute", kill_at)
            run_period(house, SWEEP, "2026Q4")
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.fixture
def forkable(app: Flask, database: Database) -> Iterator[None]:
    """No connection of the parent is carried into a child."""
    database.engine.dispose()
    yield


def test_a_sweep_killed_at_any_statement_is_finished_by_the_next_look(
    app: Flask, settings: Settings, database: Database, patients: int, forkable: None
) -> None:
    later = House.of(app, StoppedClock(at=NOW + CLAIM_LAPSES_AFTER + timedelta(seconds=1)))
    number = 1
    while True:
        died = die_at_statement(settings, number)
        assert count(database, Task) == (0 if died else patients)
        run_due(later, (SWEEP,))
        assert (count(database, Task), count(database, AuditEvent)) == (patients, 1)
        if not died:
            break
        forget_everything(database)
        number += 1
    assert number > 5


def forget_everything(database: Database) -> None:
    """Back to before the sweep; audit events are append-only, so their guard is lifted for the test's own database."""
    with database.transaction() as session:
        session.query(Task).delete()
        session.query(JobRun).delete()
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS guard_audit_events_no_delete")
        else:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS guard_audit_events_no_delete ON audit_events")
        session.query(AuditEvent).delete()
    database.engine.dispose()


def test_the_lock_file_is_in_the_instance_folder_and_holds_nothing(
    settings: Settings, app: Flask, county: County
) -> None:
    from scheduler.leader import FileLock

    path: Path = settings.instance / "scheduler.lock"
    lock = FileLock(path)
    assert lock.held()
    assert path.read_bytes() == b""
    lock.release()
