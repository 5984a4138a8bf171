"""Many processes, sudden deaths: nothing happens twice, nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text

from app.audit.models import AuditEvent
from app.core import logs
from app.core.db import Database
from app.core.jobs import CLAIM_LAPSES_AFTER
from app.core.models import JobRun
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from config import ROOT, Settings
from scheduler.house import House
from scheduler.process import Process
from scheduler.runner import run_due, run_period
from scheduler.schedule import JOBS
from tests.conftest import NOW, TODAY
from tests.faults.killed import Killer
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
    return {
        "ANHU_ENV": "test",
        "ANHU_INSTANCE": str(settings.instance),
        "ANHU_DATABASE_URL": settings.database_url,
        "ANHU_TODAY": TODAY.isoformat(),
        "ANHU_LOG_LEVEL": "ERROR",
        "FLASK_APP": "wsgi.py",
    }


def count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


# what the jobs of the first night open for people without papers, by kind: one for each
ONCE_EACH = (TaskKind.REASSESSMENT, TaskKind.EXAMINATION, TaskKind.IDENTIFY)


def made(database: Database) -> dict[TaskKind, int]:
    """Duties by kind: every sweep of the night opens its own."""
    with database.reading() as session:
        return dict(session.execute(select(Task.kind, func.count()).group_by(Task.kind)).all())


def test_eight_commands_at_once_raise_each_task_once(
    database: Database, settings: Settings, environment: dict[str, str], killer: Killer, patients: int
) -> None:
    command = ["job", "run", "open-reassessments", "--period", "2026Q4", "--json"]
    ends = killer.run(settings.instance, environment, command, times=8)
    assert {end.status for end in ends} == {0}
    said = [json.loads(end.said) for end in ends]
    assert sorted((one["made"], one["already"]) for one in said) == [(0, patients)] * 7 + [(patients, 0)]
    assert (count(database, Task), count(database, AuditEvent), count(database, JobRun)) == (patients, 1, 1)


@pytest.mark.parametrize("schedulers", [2, 5])
def test_several_schedulers_do_each_job_once_and_stop_when_asked(
    app: Flask, database: Database, patients: int, schedulers: int
) -> None:
    with ready_schedulers(app, schedulers) as running:
        wait_until(lambda: finished_runs(database) == len(JOBS))
        for child in running:
            os.kill(child, signal.SIGTERM)
        ends = [ended_well(child) for child in running]
    assert all(ends)
    assert made(database) == dict.fromkeys(ONCE_EACH, patients)
    assert count(database, AuditEvent) == len(made(database))


@contextmanager
def ready_schedulers(app: Flask, number: int) -> Iterator[list[int]]:
    """So many scheduler processes, let go at the same moment; all have said that they started."""
    gate, opened = os.pipe()
    heard, says = os.pipe()

    def work(house: House) -> None:
        os.close(opened)
        process = Process(house)
        logs.configure("INFO", os.fdopen(says, "w", buffering=1))
        logs.log().info("ready")
        os.read(gate, 1)  # ends for all at once when the gate is opened
        process.run()

    children = [in_a_child(app, NOW, work) for _ in range(number)]
    os.close(says)
    os.close(gate)
    try:
        with os.fdopen(heard) as lines:
            wait_for_words(lines, '"ready"', number)
            os.close(opened)
            wait_for_words(lines, '"started"', number)
            yield children
    finally:
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def start_scheduler(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "scheduler"],
        cwd=ROOT,
        env=os.environ | environment | {"ANHU_LOG_LEVEL": "INFO"},
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_start(process: subprocess.Popen[str]) -> None:
    """Before it says so, a signal finds no handler yet."""
    assert process.stderr is not None
    wait_for_words(process.stderr, '"started"', 1)


def wait_for_words(lines: Iterable[str], words: str, times: int) -> None:
    heard = sum(1 for _ in islice((line for line in lines if words in line), times))
    assert heard == times


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
    app: Flask, database: Database, environment: dict[str, str], patients: int
) -> None:
    first = in_a_child(app, None, lambda house: Process(house).run())
    wait_until(lambda: finished_runs(database) == len(JOBS))
    os.kill(first, signal.SIGKILL)
    assert not ended_well(first)
    with database.transaction() as session:
        session.query(JobRun).filter(JobRun.job == "open-renewals").delete()
    second = start_scheduler(environment)
    try:
        wait_for_start(second)
        wait_until(lambda: finished_runs(database) == len(JOBS))
    finally:
        second.terminate()
    assert second.wait(DEADLINE_SECONDS) == 0
    assert made(database) == dict.fromkeys(ONCE_EACH, patients)


# -- frozen and woken ---------------------------------------------------------------------------------------------------


def in_a_child(app: Flask, at: datetime | None, work: Callable[[House], object]) -> int:
    """Another scheduler's process, with a clock of its own where a time is given; its process id. It inherits the application and no
    connection, and ends with 0 when `work` came to its end."""
    app.extensions["anhu.db"].engine.dispose()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work(House.of(app, StoppedClock(at=at) if at else None))
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return child


def sweep_and_freeze(when: str) -> Callable[[House], object]:
    """The sweep, stopped once: between its claim and its work, or inside its work's transaction."""

    def work(house: House) -> None:
        pauses = iter([signal.SIGSTOP])

        def freeze(*_: object) -> None:
            for pause in pauses:
                os.kill(os.getpid(), pause)

        if when == "after its claim":
            event.listen(house.database.engine, "checkin", freeze)
        else:
            event.listen(
                house.database.engine,
                "after_cursor_execute",
                lambda _connection, _cursor, statement, *_: freeze() if "FROM patients" in statement else None,
            )
        assert run_due(house, (SWEEP,)) == [], "what was taken over is not done again"

    return work


def wait_until_frozen(child: int) -> None:
    assert os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1])


def ended_well(child: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def others_take_over(app: Flask, schedulers: int) -> None:
    """So many look at the same moment, when the claim has lapsed; they are held back until all stand ready."""
    gate, opened = os.pipe()

    def work(house: House) -> None:
        os.close(opened)
        os.read(gate, 1)  # ends for all at once when the gate is opened
        run_due(house, (SWEEP,))

    lapsed = NOW + CLAIM_LAPSES_AFTER + timedelta(seconds=1)
    children = [in_a_child(app, lapsed, work) for _ in range(schedulers)]
    os.close(gate)
    os.close(opened)
    ends = [ended_well(child) for child in children]
    assert all(ends)


def end_idle_transactions(database: Database) -> None:
    """What the server does by itself after a minute (`idle_in_transaction_session_timeout`), at once."""
    with database.engine.connect() as connection:
        ended = connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()"
            )
        ).all()
    assert len(ended) == 1


@pytest.mark.parametrize("others", [1, 4])
def test_a_scheduler_frozen_beyond_its_claim_adds_nothing_when_it_wakes(
    app: Flask, database: Database, patients: int, others: int
) -> None:
    frozen = in_a_child(app, NOW, sweep_and_freeze("after its claim"))
    wait_until_frozen(frozen)
    others_take_over(app, others)
    assert (count(database, Task), count(database, AuditEvent), finished_runs(database)) == (patients, 1, 1)
    os.kill(frozen, signal.SIGCONT)
    assert ended_well(frozen)
    assert (count(database, Task), count(database, AuditEvent), count(database, JobRun)) == (patients, 1, 1)


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("others", [1, 4])
def test_a_scheduler_frozen_in_the_middle_of_its_work_adds_nothing_when_it_wakes(
    app: Flask, database: Database, patients: int, others: int
) -> None:
    """On SQLite whoever is frozen while writing holds the only lock, and everybody waits."""
    frozen = in_a_child(app, NOW, sweep_and_freeze("in its work"))
    wait_until_frozen(frozen)
    end_idle_transactions(database)
    others_take_over(app, others)
    assert (count(database, Task), count(database, AuditEvent), finished_runs(database)) == (patients, 1, 1)
    os.kill(frozen, signal.SIGCONT)
    assert ended_well(frozen)
    assert (count(database, Task), count(database, AuditEvent), count(database, JobRun)) == (patients, 1, 1)


# -- death at every statement ------------------------------------------------------------------------------------------


def die_at_statement(app: Flask, number: int) -> bool:
    """Run the sweep in a process of its own that is killed before its so-many-th statement; False when it got through."""

    def work(house: House) -> None:
        seen = iter(range(1, 1_000_000))

        def kill_at(*_: object) -> None:
            if next(seen) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(house.database.engine, "before_cursor_execute", kill_at)
        run_period(house, SWEEP, "2026Q4")

    return os.WIFSIGNALED(os.waitpid(in_a_child(app, NOW, work), 0)[1])


def test_a_sweep_killed_at_any_statement_is_finished_by_the_next_look(
    app: Flask, database: Database, patients: int
) -> None:
    later = House.of(app, StoppedClock(at=NOW + CLAIM_LAPSES_AFTER + timedelta(seconds=1)))
    number = 1
    while True:
        died = die_at_statement(app, number)
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


def test_the_lock_file_is_in_the_instance_folder_and_holds_nothing(
    settings: Settings, app: Flask, county: County
) -> None:
    from scheduler.leader import FileLock

    path: Path = settings.instance / "scheduler.lock"
    lock = FileLock(path)
    assert lock.held()
    assert path.read_bytes() == b""
    lock.release()
