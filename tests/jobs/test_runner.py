"""Running jobs: once a period, together with its claim, caught up after downtime, taken over after death."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import date as Date

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import SignInFailure, UserSession
from app.audit.models import AuditEvent, AuditLink
from app.core.db import Database
from app.core.jobs import CLAIM_LAPSES_AFTER, Standing, claim_run
from app.core.models import HouseFact, JobRun
from app.roster.models import ImportRow, RosterImport
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from scheduler.clock_guard import ClockGuard
from scheduler.house import House
from scheduler.jobs import Made, purge_expired, seal_audit
from scheduler.leader import SILENT_AFTER, FileLock, Leadership
from scheduler.runner import run_due, run_period, run_to_the_end
from scheduler.schedule import JOBS, Job
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patients
from tests.rig.clock import StoppedClock
from tests.rig.county import County

SWEEP = JOBS[0]
HouseAt = Callable[[datetime], House]


@pytest.fixture
def house_at(app: Flask) -> HouseAt:
    return lambda at: House.of(app, StoppedClock(at=at))


@pytest.fixture
def patients(database: Database, county: County) -> int:
    with database.transaction() as session:
        return len(add_patients(session, 3))


def periods(database: Database, job: str) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(JobRun.period).where(JobRun.job == job).order_by(JobRun.id)))


def count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def count_reassessments(database: Database) -> int:
    """The sweep's own duties: other jobs of the same nights open theirs beside them."""
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Task.kind == TaskKind.REASSESSMENT)) or 0


def test_a_job_runs_once_a_period(house_at: HouseAt, database: Database, patients: int) -> None:
    house = house_at(NOW)
    first, second = run_to_the_end(house, SWEEP, "2026Q4"), run_to_the_end(house, SWEEP, "2026Q4")
    assert (first.made, first.already, first.ran) == (patients, 0, True)
    assert (second.made, second.already, second.ran) == (0, patients, False)
    assert count_reassessments(database) == patients


def test_what_is_due_is_run_once_and_then_nothing_is_due(house_at: HouseAt, database: Database, patients: int) -> None:
    ran = run_due(house_at(NOW))
    assert [outcome.job for outcome in ran] == [job.name for job in JOBS]
    assert run_due(house_at(NOW)) == []
    assert run_due(house_at(NOW + timedelta(hours=1))) == []


def test_downtime_across_a_quarter_is_caught_up_exactly_once(
    house_at: HouseAt, database: Database, patients: int
) -> None:
    run_due(house_at(datetime(2026, 8, 25, 2, 0, tzinfo=UTC)))
    run_due(house_at(datetime(2026, 10, 4, 2, 0, tzinfo=UTC)))
    run_due(house_at(datetime(2026, 10, 4, 2, 1, tzinfo=UTC)))
    assert periods(database, "open-reassessments") == ["2026Q3", "2026Q4"]
    assert periods(database, "open-renewals") == ["2026-08-25", "2026-10-04"]
    assert count_reassessments(database) == 2 * patients


def test_a_year_of_sleep_leaves_each_quarter_its_own_reassessments(
    house_at: HouseAt, database: Database, patients: int
) -> None:
    run_due(house_at(datetime(2026, 1, 5, 2, 0, tzinfo=UTC)))
    ran = run_due(house_at(datetime(2026, 12, 5, 2, 0, tzinfo=UTC)), (SWEEP,))
    assert [outcome.period for outcome in ran] == ["2026Q2", "2026Q3", "2026Q4"]


def test_a_county_without_patients_gets_its_quarter_when_they_come(
    house_at: HouseAt, database: Database, county: County
) -> None:
    assert run_to_the_end(house_at(NOW), SWEEP, "2026Q4").made == 0
    with database.transaction() as session:
        add_patients(session, 2)
    assert run_to_the_end(house_at(NOW), SWEEP, "2026Q4").made == 2


def test_who_joins_during_the_quarter_is_swept_up_the_next_night(
    house_at: HouseAt, database: Database, patients: int
) -> None:
    run_due(house_at(NOW))
    with database.transaction() as session:
        add_patients(session, 2)
    run_due(house_at(NOW + timedelta(days=1)))
    assert count_reassessments(database) == patients + 2


def test_a_claim_is_left_alone_until_it_lapses_and_then_taken_over(
    house_at: HouseAt, database: Database, patients: int
) -> None:
    with database.transaction() as session:  # a process that claimed and died
        assert claim_run(session, SWEEP.name, "2026Q4", NOW).standing is Standing.MINE
    assert run_due(house_at(NOW + CLAIM_LAPSES_AFTER), (SWEEP,)) == []
    ran = run_due(house_at(NOW + CLAIM_LAPSES_AFTER + timedelta(seconds=1)), (SWEEP,))
    assert [(outcome.period, outcome.made) for outcome in ran] == [("2026Q4", patients)]


def test_a_process_that_wakes_after_losing_its_claim_writes_nothing(
    house_at: HouseAt, database: Database, patients: int
) -> None:
    late = house_at(NOW + timedelta(hours=1))

    def frozen_meanwhile(session: Session, period: str, today: Date, now: datetime) -> Made:
        session.add(HouseFact(name="written by the loser", value=period))
        session.flush()
        return Made(1)

    sleeper = replace(SWEEP, body=frozen_meanwhile)
    claims = []

    def lose_it(session: Session, period: str, today: Date, now: datetime) -> Made:
        run = session.scalars(select(JobRun).where(JobRun.job == SWEEP.name)).one()
        run.token = "of another process"
        claims.append(run.id)
        session.flush()
        return frozen_meanwhile(session, period, today, now)

    assert run_period(late, replace(sleeper, body=lose_it), "2026Q4") is None
    assert claims and count(database, HouseFact) == 0


def test_a_failing_job_is_tried_again_and_does_not_stop_the_others(
    house_at: HouseAt, database: Database, patients: int
) -> None:
    def stumble(session: Session, period: str, today: Date, now: datetime) -> Made:
        session.add(HouseFact(name="half done", value=period))
        session.flush()
        raise ZeroDivisionError

    jobs: tuple[Job, ...] = (replace(SWEEP, body=stumble), *JOBS[1:])
    assert [outcome.job for outcome in run_due(house_at(NOW), jobs)] == [job.name for job in JOBS[1:]]
    assert count(database, HouseFact) == 0
    assert [outcome.job for outcome in run_due(house_at(NOW))] == [SWEEP.name]


def test_a_newer_period_waits_for_an_older_one_that_failed(
    house_at: HouseAt, database: Database, patients: int
) -> None:
    run_due(house_at(datetime(2026, 1, 5, 2, 0, tzinfo=UTC)))

    def stumble(session: Session, period: str, today: Date, now: datetime) -> Made:
        raise ZeroDivisionError

    now = datetime(2026, 12, 5, 2, 0, tzinfo=UTC)
    assert run_due(house_at(now), (replace(SWEEP, body=stumble),)) == []
    assert [outcome.period for outcome in run_due(house_at(now), (SWEEP,))] == ["2026Q2", "2026Q3", "2026Q4"]


# -- leading -----------------------------------------------------------------------------------------------------------


def test_one_leads_until_it_resigns(house_at: HouseAt, county: County) -> None:
    first, second = Leadership(house_at(NOW)), Leadership(house_at(NOW))
    assert (first.leads(), second.leads(), first.leads()) == (True, False, True)
    first.resign()
    assert second.leads()
    second.resign()


def test_a_silent_leader_is_stood_in_for_until_it_is_heard_again(house_at: HouseAt, county: County) -> None:
    frozen, stand_by = Leadership(house_at(NOW)), Leadership(house_at(NOW))
    assert frozen.leads()
    later = NOW + SILENT_AFTER + timedelta(seconds=1)
    object.__setattr__(stand_by, "_house", house_at(later))
    assert stand_by.leads() and stand_by.leads()
    object.__setattr__(frozen, "_house", house_at(later + timedelta(seconds=1)))
    assert frozen.leads()
    assert not stand_by.leads()
    frozen.resign()


def test_a_file_lock_is_held_by_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("lock") / "scheduler.lock"
    one, other = FileLock(path), FileLock(path)
    assert (one.held(), one.held(), other.held()) == (True, True, False)
    one.release()
    assert other.held()
    other.release()


# -- the clock ---------------------------------------------------------------------------------------------------------


def test_a_clock_behind_the_last_event_is_not_trusted(session: Session, county: County) -> None:
    guard = ClockGuard(NOW)
    assert guard.is_safe(session, NOW)
    session.add(AuditEvent(at=NOW, actor_role="operator", action="x", subject_kind="", detail={}))
    session.flush()
    assert guard.is_safe(session, NOW - timedelta(minutes=2))
    assert not guard.is_safe(session, NOW - timedelta(minutes=2, seconds=1))


def test_a_clock_that_jumps_ahead_within_one_process_is_not_trusted(session: Session, county: County) -> None:
    guard = ClockGuard(NOW)
    assert guard.is_safe(session, NOW + timedelta(hours=26))
    assert not guard.is_safe(session, NOW + timedelta(hours=26, minutes=1))


# -- bodies ------------------------------------------------------------------------------------------------------------


def test_what_has_expired_goes_and_the_rest_stays(session: Session, county: County) -> None:
    for days in (31, 29):
        imported = RosterImport(
            file_sha256="0", area_code="3", mapping={}, counts={}, imported_at=NOW - timedelta(days=days)
        )
        session.add(imported)
        session.flush()
        session.add(ImportRow(import_id=imported.id, row_number=1, outcome="created", remarks=[]))
    for ends in (NOW - timedelta(seconds=1), NOW + timedelta(hours=1)):
        session.add(
            UserSession(
                token_hash=ends.isoformat().encode()[:32], user_id=county.users["doctor"], epoch=1, started_at=NOW,
                seen_at=NOW, expires_at=ends,
            )
        )  # fmt: skip
    session.flush()
    assert purge_expired(session, "2026-11-21", TODAY, NOW).made == 2
    assert session.scalar(select(func.count()).select_from(ImportRow)) == 1
    assert session.scalar(select(func.count()).select_from(UserSession)) == 1
    assert session.scalar(select(func.count()).select_from(SignInFailure)) == 0


def test_events_are_sealed_while_the_product_runs(house_at: HouseAt, database: Database, patients: int) -> None:
    house = house_at(NOW)
    run_to_the_end(house, SWEEP, "2026Q4")
    assert seal_audit(house) == 1
    assert seal_audit(house) == 0
    assert count(database, AuditLink) == 1
