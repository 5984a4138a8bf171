"""The schedule: one row a job. What is due is computed from these rows, the day and the runs that are stored; nothing is remembered.

A *period* is what makes a second run the same run: the quarter or the day. It begins at the job's hour, Shanghai time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from app.core.clock import SHANGHAI
from app.core.dates import parse_date
from app.core.quarter import Quarter
from scheduler import jobs
from scheduler.jobs import Body, Long, Pulse
from scheduler.messages import SEND_EVERY_SECONDS


@dataclass(frozen=True)
class Rhythm:
    """How days become periods, and which period follows another. Periods are written so that they sort by time.

    `after` raises ValueError for what is not a period.
    """

    period_of: Callable[[date], str]
    after: Callable[[str], str]

    def is_near(self, period: str, current: str) -> bool:
        """The present period or the one before: a run for a later one would keep the job from its turn until then."""
        return period == current or self.after(period) == current

    def is_period(self, text: str) -> bool:
        try:
            self.after(text)
        except ValueError:
            return False
        return True


QUARTERLY = Rhythm(lambda day: str(Quarter.of(day)), lambda period: str(Quarter.parse(period).next()))
DAILY = Rhythm(lambda day: day.isoformat(), lambda period: (parse_date(period) + timedelta(days=1)).isoformat())


class CatchUp(Enum):
    """What downtime leaves to be done: each period that was missed, oldest first, or only the present one."""

    EACH = "each"
    NEWEST = "newest"


@dataclass(frozen=True)
class Job:
    """`at` is when its period begins on the period's first day; `leaves_empty_open` lets a run that met nobody be run again."""

    name: str
    rhythm: Rhythm
    at: time
    catch_up: CatchUp
    body: Body | Long
    leaves_empty_open: bool = False


@dataclass(frozen=True)
class Beat:
    """Work that has no period: it looks every few seconds whether something waits."""

    name: str
    seconds: int
    pulse: Pulse


JOBS: tuple[Job, ...] = (
    # on the first night of the quarter; a county that loads its register later gets its quarter then
    Job("open-reassessments", QUARTERLY, time(0, 0), CatchUp.EACH, jobs.open_reassessments, leaves_empty_open=True),
    # who came under management since
    Job("reassess-joiners", DAILY, time(0, 20), CatchUp.NEWEST, jobs.reassess_joiners),
    Job("open-renewals", DAILY, time(0, 30), CatchUp.NEWEST, jobs.open_renewals),
    # whoever is in hospital and not known to be insured, and what families have to renew
    Job("enrol-inpatients", DAILY, time(0, 45), CatchUp.NEWEST, jobs.enrol_inpatients),
    Job("open-benefit-renewals", DAILY, time(0, 46), CatchUp.NEWEST, jobs.open_benefit_renewals),
    # a seat in rehabilitation does not outlive whoever had it
    Job("end-referrals-of-gone", DAILY, time(0, 47), CatchUp.NEWEST, jobs.end_referrals_of_gone),
    # each quarter's check of every agreement that holds; one that is signed later gets its check the next night
    Job("open-duty-checks", DAILY, time(0, 35), CatchUp.NEWEST, jobs.open_duty_checks),
    # one a year for everybody under management; newcomers get theirs the next night
    Job("open-examinations", DAILY, time(0, 40), CatchUp.NEWEST, jobs.open_examinations),
    # what is asked of those who are not simply visited: in hospital, in custody, lost, refusing, unidentified, of age today
    Job("open-watches", DAILY, time(0, 50), CatchUp.NEWEST, jobs.open_watches),
    # steps of individual plans whose day has passed without a tick
    Job("open-late-plan-steps", DAILY, time(0, 55), CatchUp.NEWEST, jobs.open_late_plan_steps),
    # the first night of a year carries the fund's rest over; later nights find it done
    Job("close-fund-year", DAILY, time(0, 10), CatchUp.NEWEST, jobs.close_fund_year),
    # what looks like a pattern of fraud, for the auditor's and the reviewer's page
    Job("watch-money", DAILY, time(1, 30), CatchUp.NEWEST, jobs.Long(jobs.watch_money)),
    # a death, a stay or an ended agreement learned after the payment becomes a case without waiting for the next run
    Job("find-late-facts", DAILY, time(1, 10), CatchUp.NEWEST, jobs.Long(jobs.find_late_facts)),
    # every county's month, quarter and year, with what was entered during the day
    Job("compute-numbers", DAILY, time(2, 0), CatchUp.NEWEST, jobs.Long(jobs.compute_numbers)),
    # in the morning, before quiet hours end: reminders of what is due, alerts to offices that are late
    Job("owe-reminders", DAILY, time(7, 30), CatchUp.NEWEST, jobs.owe_reminders),
    Job("purge-expired", DAILY, time(3, 0), CatchUp.NEWEST, jobs.purge_expired),
)

BEATS: tuple[Beat, ...] = (
    Beat("seal-audit", 5, jobs.seal_audit),
    Beat("anchor-audit", 300, jobs.anchor_audit),
    Beat("work-items", 2, jobs.do_waiting_work),
    Beat("follow-hand-overs", 60, jobs.follow_hand_overs),
    Beat("escalate-hand-overs", 120, jobs.escalate_hand_overs),
    Beat("send-messages", SEND_EVERY_SECONDS, jobs.send_messages),
    Beat("settle-messages", 60, jobs.settle_messages),
)


def find_job(name: str) -> Job | None:
    return next((job for job in JOBS if job.name == name), None)


def find_beat(name: str) -> Beat | None:
    return next((beat for beat in BEATS if beat.name == name), None)


def period_now(job: Job, now: datetime, fixed_today: date | None = None) -> str:
    """The period that the instant lies in; a pinned business day wins over the clock."""
    if fixed_today is not None:
        return job.rhythm.period_of(fixed_today)
    local = now.astimezone(SHANGHAI)
    day = local.date() if local.time() >= job.at else local.date() - timedelta(days=1)
    return job.rhythm.period_of(day)


def due_periods(job: Job, newest: str | None, unfinished: Sequence[str], current: str) -> list[str]:
    """Periods to run, oldest first: claims whose process died, then what was missed since `newest`, up to `current`.

    A job that never ran owes the current period only: what lay before the installation is not its business.
    """
    owed = set(unfinished)
    if newest is None or (job.catch_up is CatchUp.NEWEST and newest < current):
        owed.add(current)
    elif job.catch_up is CatchUp.EACH:
        period = job.rhythm.after(newest)
        while period <= current:
            owed.add(period)
            period = job.rhythm.after(period)
    return sorted(owed)
