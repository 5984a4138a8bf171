"""Running jobs: claim (job, period) once, do the work and close the claim in one transaction, catch up after any downtime."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.core.clock import business_day
from app.core.jobs import Claim, Standing, claim_run, drop_run, find_newest_run, finish_run, renew_run
from app.core.logs import log
from app.core.models import JobRun
from app.core.work import LostClaim
from scheduler.house import House
from scheduler.jobs import Long, Made
from scheduler.schedule import JOBS, Job, due_periods, period_now

LOOK_AGAIN_SECONDS = 0.2


@dataclass(frozen=True)
class Outcome:
    """What became of a wish to run `job` for `period`. `ran` is False when this or another process had run it before."""

    job: str
    period: str
    made: int
    already: int
    ran: bool


def run_due(house: House, jobs: Sequence[Job] = JOBS) -> list[Outcome]:
    """Run whatever is due and not done, oldest period first; what another process is doing is left to it."""
    outcomes = []
    for job in jobs:
        outcomes += _run_due_periods(house, job)
    return outcomes


def _run_due_periods(house: House, job: Job) -> list[Outcome]:
    """Stops at the first period that could not be run, so that an older one is never forgotten behind a newer."""
    outcomes: list[Outcome] = []
    for period in _due(house, job):
        try:
            outcome = run_period(house, job, period)
        except Exception as error:  # one job's trouble must not stop the others; it is tried again at the next look
            log().error("job failed", job=job.name, period=period, error=type(error).__name__)
            break
        if outcome is None:
            break
        if outcome.ran:
            outcomes.append(outcome)
    return outcomes


def run_period(house: House, job: Job, period: str) -> Outcome | None:
    """Run the job for the period unless that is done; None while another process is at it."""
    with house.database.transaction() as session:
        claim = claim_run(session, job.name, period, house.clock.now())
    if claim.standing is Standing.RUNNING:
        return None
    if claim.standing is Standing.FINISHED:
        found = claim.result or {}
        return Outcome(job.name, period, 0, int(found.get("made", 0)) + int(found.get("already", 0)), False)
    try:
        made = _work(house, job, period, claim)
    except LostClaim:
        log().warning("job taken over", job=job.name, period=period)
        return None
    except Exception:
        _give_back(house, claim)
        raise
    if made.made:
        log().info("job", job=job.name, period=period, made=made.made, already=made.already)
    return Outcome(job.name, period, made.made, made.already, True)


def run_to_the_end(house: House, job: Job, period: str) -> Outcome:
    """As `run_period`, waiting for another process to finish, or for its claim to lapse when it died."""
    while True:
        outcome = run_period(house, job, period)
        if outcome is not None:
            return outcome
        time.sleep(LOOK_AGAIN_SECONDS)


def _work(house: House, job: Job, period: str, claim: Claim) -> Made:
    """The body and the end of its claim, stored together or not at all; a long body has stored its parts by then."""
    if isinstance(job.body, Long):
        return _work_long(house, job.body, claim)
    with house.app.app_context(), house.database.transaction() as session:
        made = job.body(session, period, _today(house), house.clock.now())
        if job.leaves_empty_open and not made.made and not made.already:
            drop_run(session, claim)
        else:
            finish_run(session, claim, {"made": made.made, "already": made.already}, house.clock.now())
    return made


def _work_long(house: House, body: Long, claim: Claim) -> Made:
    def renew(_done: int, _total: int) -> None:
        with house.database.transaction() as session:
            renew_run(session, claim, house.clock.now())

    with house.app.app_context():
        made = body.take(house.database, _today(house), house.clock.now(), renew)
        with house.database.transaction() as session:
            finish_run(session, claim, {"made": made.made, "already": made.already}, house.clock.now())
    return made


def _give_back(house: House, claim: Claim) -> None:
    """So that the next look tries again at once; where even that fails, the claim lapses by itself."""
    with suppress(LostClaim, SQLAlchemyError), house.database.transaction() as session:
        drop_run(session, claim)


def _due(house: House, job: Job) -> list[str]:
    current = period_now(job, house.clock.now(), house.fixed_today)
    with house.database.reading() as session:
        newest = find_newest_run(session, job.name)
        return due_periods(job, newest.period if newest else None, _unfinished(session, job.name), current)


def _unfinished(session: Session, job: str) -> Sequence[str]:
    return session.scalars(select(JobRun.period).where(JobRun.job == job, JobRun.finished_at.is_(None))).all()


def _today(house: House) -> date:
    return house.fixed_today or business_day(house.clock.now())
