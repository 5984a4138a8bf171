"""`flask job list` and `flask job run`: what the scheduler does, by hand."""

from __future__ import annotations

from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from app.core.clock import Clock, current_clock
from app.core.commands import answer, json_option, on_a_database, plainly, refuse
from app.core.db import reading
from app.core.jobs import find_newest_run
from app.core.models import JobRun
from scheduler.house import House
from scheduler.runner import run_to_the_end
from scheduler.schedule import BEATS, JOBS, Beat, Job, find_beat, find_job, period_now

job = AppGroup("job", help="what the scheduler does, by hand")


@job.command("list")
@json_option
@on_a_database
def list_jobs(as_json: bool) -> None:
    """Every job with its present period and its newest run."""
    clock = current_clock()
    with reading() as session:
        rows = [
            _row(one, find_newest_run(session, one.name), period_now(one, clock.now(), clock.fixed_today))
            for one in JOBS
        ]
    rows += [{"job": beat.name, "every_seconds": beat.seconds} for beat in BEATS]
    answer({"jobs": rows}, as_json, "\n".join(_line(row) for row in rows))


@job.command("run")
@click.argument("name")
@click.option("--period", metavar="P", help="2026Q4 or 2026-11-21; by default the present one")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="the business day that the job shall believe in")
@json_option
@plainly
def run_job(name: str, period: str | None, today: datetime | None, as_json: bool) -> None:
    """Run NAME for a period. A second run for the same period says so and changes nothing."""
    clock = Clock(today.date()) if today else current_clock()
    house = House.of(current_app._get_current_object(), clock)  # type: ignore[attr-defined]  # behind the proxy
    beat, found = find_beat(name), find_job(name)
    if beat is not None:
        _pulse(house, beat, as_json)
    elif found is not None:
        _run(house, found, period, as_json)
    else:
        names = [one.name for one in JOBS] + [one.name for one in BEATS]
        refuse(f"there is no job {name}; there are: {', '.join(names)}")


def _run(house: House, found: Job, period: str | None, as_json: bool) -> None:
    if period is not None and not found.rhythm.is_period(period):
        refuse(f"{found.name} has periods like {found.rhythm.period_of(house.clock.today())}, not {period}", 2)
    current = period_now(found, house.clock.now(), house.fixed_today)
    chosen = period or current
    if not found.rhythm.is_near(chosen, current):
        refuse(f"{found.name} runs for the present period, {current}, or the one before it, not for {chosen}", 2)
    outcome = run_to_the_end(house, found, chosen)
    counts = {"job": outcome.job, "period": outcome.period, "made": outcome.made, "already": outcome.already}
    if outcome.ran:
        said = f"{outcome.job} {outcome.period}: {outcome.made} made, {outcome.already} stood already"
    else:
        said = f"{outcome.job} {outcome.period} has been run already; nothing changed ({outcome.already} stand)"
    answer(counts, as_json, said)


def _pulse(house: House, beat: Beat, as_json: bool) -> None:
    made = beat.pulse(house)
    counts = {"job": beat.name, "period": None, "made": made, "already": 0}
    answer(counts, as_json, f"{beat.name}: {made} done")


def _row(one: Job, run: JobRun | None, current: str) -> dict[str, object]:
    return {
        "job": one.name,
        "at": one.at.isoformat("minutes"),
        "period": current,
        "newest_run": run.period if run else None,
        "finished_at": run.finished_at.isoformat() if run and run.finished_at else None,
        "result": run.result if run else None,
    }


def _line(row: dict[str, object]) -> str:
    if "every_seconds" in row:
        return f"{row['job']:<20} every {row['every_seconds']} s"
    ran = f"{row['newest_run']} {row['result'] or 'under way'}" if row["newest_run"] else "never"
    return f"{row['job']:<20} {row['at']} Asia/Shanghai, now {row['period']}, newest run: {ran}"


COMMANDS = (job,)
