"""The bodies of the jobs, a few lines each: they call a room's use case in the transaction that the runner owns, or, where a look takes
long, in transactions of their own.

Every body may be run again without harm; what it makes is guarded by unique keys in the rooms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts import sign_in
from app.audit import chain
from app.benefits.service import enrolling as benefits
from app.benefits.service import gone
from app.core.actor import Actor
from app.core.db import Database
from app.core.files import purge_files
from app.core.quarter import Quarter
from app.core.work import purge_work
from app.discharges import service as discharges
from app.guardians.service import sweeping
from app.messages.service import reminding
from app.messages.service.settling import settle
from app.numbers.service.nightly import compute_everywhere
from app.patients.service import plans, treatment, watching
from app.risk import service as risk
from app.roster import service as roster
from app.subsidies.service import booking, late_facts
from app.subsidies.service import watching as money
from app.subsidies.service.telling import owe_payment_notices
from app.tasks import service as tasks
from app.visits.service.drafts import forget_drafts
from app.visits.service.sync import forget_contents
from scheduler.house import House
from scheduler.messages import messages_a_round, sender_of
from scheduler.work import do_next

IMPORT_ROWS_KEPT = timedelta(days=30)
WORK_ITEMS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Made:
    """What a run made, and what it found already made."""

    made: int
    already: int = 0


# (session, period, business day, instant) → what came of it; the session's transaction is the runner's
Body = Callable[[Session, str, date, datetime], Made]
# says how far a long job is, between its transactions; it renews the claim, and raises `LostClaim` for whoever has lost it
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Long:
    """A body that opens its own transactions, so that nobody waits for the whole of it: (database, business day, instant, progress)."""

    take: Callable[[Database, date, datetime, Progress], Made]


# work without a period opens its own transactions; returns how much was done
Pulse = Callable[[House], int]


def open_reassessments(session: Session, period: str, _today: date, now: datetime) -> Made:
    counts = risk.open_reassessments(session, Actor.operator(), Quarter.parse(period), now)
    return Made(counts.made, counts.already)


def reassess_joiners(session: Session, _period: str, today: date, now: datetime) -> Made:
    counts = risk.open_reassessments(session, Actor.operator(), Quarter.of(today), now)
    return Made(counts.made, counts.already)


def enrol_inpatients(session: Session, _period: str, today: date, now: datetime) -> Made:
    counts = benefits.open_for_admissions(session, Actor.operator(), today, now)
    return Made(counts.made, counts.already)


def open_benefit_renewals(session: Session, _period: str, today: date, now: datetime) -> Made:
    counts = benefits.open_benefit_renewals(session, Actor.operator(), today, now)
    return Made(counts.made, counts.already)


def end_referrals_of_gone(session: Session, _period: str, today: date, now: datetime) -> Made:
    counts = gone.end_referrals_of_gone(session, Actor.operator(), today, now)
    return Made(counts.made, counts.already)


def open_renewals(session: Session, _period: str, today: date, now: datetime) -> Made:
    counts = tasks.open_renewals(session, today, now)
    return Made(counts.made, counts.already)


def open_duty_checks(session: Session, _period: str, today: date, now: datetime) -> Made:
    counts = sweeping.open_duty_checks(session, Actor.operator(), today, now)
    return Made(counts.made, counts.already)


def open_examinations(session: Session, _period: str, today: date, now: datetime) -> Made:
    counts = treatment.open_examinations(session, Actor.operator(), today, now)
    return Made(counts.made, counts.already)


def open_watches(session: Session, _period: str, today: date, now: datetime) -> Made:
    counts = watching.open_watches(session, Actor.operator(), today, now)
    return Made(counts.made, counts.already)


def open_late_plan_steps(session: Session, _period: str, today: date, now: datetime) -> Made:
    counts = plans.open_late_steps(session, Actor.operator(), today, now)
    return Made(counts.made, counts.already)


def close_fund_year(session: Session, _period: str, today: date, now: datetime) -> Made:
    return Made(booking.close_years(session, Actor.operator(), today, now))


def watch_money(database: Database, today: date, now: datetime, progress: Progress) -> Made:
    """Every night: a death may be learned, an account changed back, a level lowered long after the run."""
    seen = money.watch_money(database.reading, database.transaction, Actor.operator(), today, now, progress=progress)
    return Made(seen.made, seen.already)


def find_late_facts(database: Database, today: date, now: datetime, progress: Progress) -> Made:
    found = late_facts.find_late_facts_everywhere(
        database.reading, database.transaction, Actor.operator(), today, now, progress
    )
    return Made(found.made)


def compute_numbers(database: Database, today: date, now: datetime, progress: Progress) -> Made:
    return Made(compute_everywhere(database.reading, database.transaction, Actor.operator(), today, now, progress))


def purge_expired(session: Session, _period: str, _today: date, now: datetime) -> Made:
    gone = purge_files(session, now) + purge_work(session, now - WORK_ITEMS_KEPT) + sign_in.purge(session, now)
    gone += roster.purge_rows(session, now - IMPORT_ROWS_KEPT) + forget_contents(session, now)
    gone += forget_drafts(session, now) + roster.forget_comparisons(session, now)
    return Made(gone)


def owe_reminders(session: Session, _period: str, today: date, now: datetime) -> Made:
    """What is due soon or late, to families that agreed and to offices; sent later, by the sender."""
    counts = reminding.owe_reminders(session, today, now)
    made, already = owe_payment_notices(session, today, now)
    return Made(counts.made + made, counts.already + already)


def send_messages(house: House) -> int:
    with house.app.app_context():
        return sender_of(house).work(messages_a_round(house))


def settle_messages(house: House) -> int:
    with house.app.app_context():
        return settle(sender_of(house))


def follow_hand_overs(house: House) -> int:
    """First visits, new stays, deaths and moves of people whose discharge is being handed over."""
    return _in_parts(house, discharges.follow_part)


def escalate_hand_overs(house: House) -> int:
    """Forms that nobody has received after 24, 48 and 72 hours; what downtime left is made up at once."""
    return _in_parts(house, discharges.escalate_part)


def _in_parts(house: House, take: Callable[[Session, int, datetime], discharges.Part]) -> int:
    """A transaction for each part, so that whoever wants to write does not wait for the whole county."""

    def part(after: int) -> discharges.Part:
        with house.database.transaction() as session:
            return take(session, after, house.clock.now())

    return discharges.all_parts(part)


def seal_audit(house: House) -> int:
    """Chain what has happened since."""
    return chain.seal_all(house.database.transaction, house.clock.now)


def anchor_audit(house: House) -> int:
    with house.database.transaction() as session:
        return chain.anchor(session, house.settings.instance / chain.ANCHORS, house.clock.now()).sequence


def do_waiting_work(house: House) -> int:
    done = 0
    while do_next(house):
        done += 1
    return done
