"""The claim of one job for one period (`job_runs`): whoever holds it may run the job, everybody else learns that it is run.

Safety is the unique key; the token (fencing) and the lapse only save work: a process that was frozen and lost its claim finds that
out in the transaction that would store what it did.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.models import JobRun
from app.core.work import LostClaim

# Longer than any job's one transaction may take, and a long one renews it between its own; a claim that is older and not finished belongs to a dead process.
CLAIM_LAPSES_AFTER = timedelta(seconds=60)


class Standing(Enum):
    MINE = "mine"
    FINISHED = "finished"
    RUNNING = "running"  # another process holds it


@dataclass(frozen=True)
class Claim:
    """`token` is set when it is mine, `result` when it is finished."""

    standing: Standing
    run_id: int
    token: str = ""
    result: Mapping[str, Any] | None = None


def claim_run(session: Session, job: str, period: str, now: datetime) -> Claim:
    """Take the run, or learn how it stands. The claim counts once the caller commits."""
    run = find_run(session, job, period)
    if run is None:
        run = JobRun(job=job, period=period, token=secrets.token_hex(16), claimed_at=now)
        try:
            with session.begin_nested():
                session.add(run)
            return Claim(Standing.MINE, run.id, run.token)
        except IntegrityError:  # somebody was faster by a moment
            run = session.scalars(select(JobRun).where(JobRun.job == job, JobRun.period == period)).one()
    if run.finished_at is not None:
        return Claim(Standing.FINISHED, run.id, result=run.result)
    return _take_over(session, run, now)


def finish_run(session: Session, claim: Claim, result: Mapping[str, Any], now: datetime) -> None:
    """Close the run in the transaction that stores its work; raises `LostClaim`, which rolls that work back."""
    done = session.execute(
        update(JobRun)
        .where(JobRun.id == claim.run_id, JobRun.token == claim.token, JobRun.finished_at.is_(None))
        .values(finished_at=now, result=dict(result))
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # a statement that writes has a row count
        raise LostClaim()


def renew_run(session: Session, claim: Claim, now: datetime) -> None:
    """Say that a long job is still at it; raises `LostClaim`."""
    renewed = session.execute(
        update(JobRun)
        .where(JobRun.id == claim.run_id, JobRun.token == claim.token, JobRun.finished_at.is_(None))
        .values(claimed_at=now)
        .execution_options(synchronize_session=False)
    )
    if renewed.rowcount != 1:  # type: ignore[attr-defined]  # a statement that writes has a row count
        raise LostClaim()


def drop_run(session: Session, claim: Claim) -> None:
    """Give the claim back as if it had never been taken: there was nothing to do yet. Raises `LostClaim`."""
    gone = session.execute(
        delete(JobRun)
        .where(JobRun.id == claim.run_id, JobRun.token == claim.token, JobRun.finished_at.is_(None))
        .execution_options(synchronize_session=False)
    )
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a statement that writes has a row count
        raise LostClaim()


def find_run(session: Session, job: str, period: str) -> JobRun | None:
    return session.scalar(select(JobRun).where(JobRun.job == job, JobRun.period == period))


def find_newest_run(session: Session, job: str) -> JobRun | None:
    """The run of the latest period: periods of one job sort as text."""
    return session.scalar(select(JobRun).where(JobRun.job == job).order_by(JobRun.period.desc()).limit(1))


def _take_over(session: Session, run: JobRun, now: datetime) -> Claim:
    token = secrets.token_hex(16)
    taken = session.execute(
        update(JobRun)
        .where(
            JobRun.id == run.id,
            JobRun.token == run.token,
            JobRun.finished_at.is_(None),
            JobRun.claimed_at < now - CLAIM_LAPSES_AFTER,
        )
        .values(token=token, claimed_at=now)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount == 1:  # type: ignore[attr-defined]  # a statement that writes has a row count
        return Claim(Standing.MINE, run.id, token)
    return Claim(Standing.RUNNING, run.id)
