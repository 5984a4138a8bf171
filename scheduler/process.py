"""The scheduler process: APScheduler only wakes us; what is due is a question to the database."""

from __future__ import annotations

import signal
from functools import partial
from threading import Event
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import SHANGHAI
from app.core.logs import log
from scheduler.clock_guard import ClockGuard
from scheduler.house import House
from scheduler.leader import Leadership
from scheduler.runner import run_due
from scheduler.schedule import BEATS, JOBS, Beat, Job

LOOK_EVERY_SECONDS = 15


class Process:
    """Wakes at each job's hour, and every few seconds to lead, to catch up and to do what waits."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._leadership = Leadership(house)
        self._guard = ClockGuard(house.clock.now())
        self._leads = False
        self._stopping = Event()
        self._scheduler = BackgroundScheduler(
            timezone=SHANGHAI,
            executors={"default": ThreadPoolExecutor(len(BEATS) + 2)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def run(self) -> None:
        """Until SIGTERM or SIGINT; what is under way is finished first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for job in JOBS:
            at = CronTrigger(hour=job.at.hour, minute=job.at.minute, timezone=SHANGHAI)
            self._scheduler.add_job(partial(self._run, job), at, id=job.name)
        for beat in BEATS:
            self._scheduler.add_job(partial(self._beat, beat), IntervalTrigger(seconds=beat.seconds), id=beat.name)
        self._scheduler.start()
        log().info("scheduler", state="started")
        self._look()
        while not self._stopping.wait(LOOK_EVERY_SECONDS):
            self._look()
        self._leads = False
        self._scheduler.shutdown(wait=True)
        self._leadership.resign()
        log().info("scheduler", state="stopped")

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    def _look(self) -> None:
        try:
            self._leads = self._leadership.leads()
            if self._leads and self._clock_is_safe():
                run_due(self._house)
        except SQLAlchemyError as error:  # the database is away; the next look finds it again
            log().error("database", where="scheduler", error=type(error).__name__)

    def _run(self, job: Job) -> None:
        if self._leads and self._clock_is_safe():
            run_due(self._house, (job,))

    def _beat(self, beat: Beat) -> None:
        if not self._leads:
            return
        try:
            beat.pulse(self._house)
        except SQLAlchemyError as error:
            log().error("database", where=beat.name, error=type(error).__name__)

    def _clock_is_safe(self) -> bool:
        if self._house.fixed_today is not None:
            return True
        with self._house.database.reading() as session:
            is_safe = self._guard.is_safe(session, self._house.clock.now())
        if not is_safe:
            log().error("clock", where="scheduler", state="not trusted")
        return is_safe
