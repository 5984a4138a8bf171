"""Other expenses that a county takes over out of its fund, one by one: promised, given back, paid.

The room above knows whom and what for; here stand a key, a sum and a paper's number, and never a name.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Conflict
from app.core.money import Money
from app.core.reasons import reason
from app.core.refusals import said_by
from app.subsidies.models import FundEntry
from app.subsidies.queries.fund import balances_of, has_fund, postings_of
from app.subsidies.rules.fund import EntryKind, FundSide
from app.subsidies.service.booking import entry_of, freed, hold_year, post

GUARDS = {"guard_fund_postings_overdrawn": "subsidies.fund.overdrawn"}


def commit_expense(
    session: Session, actor: Actor, county_code: str, key: str, amount: Money, document: str, now: datetime
) -> None:
    """At its approval the sum leaves the pool of that day's year; `Conflict` says by how much the pool is short.

    `key` names the expense (`back:<id>`), so that it is booked once. A county that keeps no fund here is not held to one.
    """
    year = business_day(now).year
    if not has_fund(session, county_code, year):
        return
    hold_year(session, county_code, year)
    shortage = balances_of(session, county_code, year).shortage(amount)
    if shortage:
        raise Conflict(reason("subsidies.fund.short", year=year, short=shortage))
    entry = entry_of(county_code, year, EntryKind.BACK_COMMIT, f"{key}:commit", business_day(now), actor, now)
    entry.document_number = document
    with said_by(session, GUARDS):
        post(session, entry, [(year, FundSide.POOL, FundSide.COMMITTED, amount)])


def release_expense(session: Session, actor: Actor, key: str, now: datetime) -> None:
    """An expense that is not paid after all gives back what it took."""
    taken = _taken(session, key)
    if taken is None:
        return
    entry = entry_of(
        taken.county_code, taken.year, EntryKind.BACK_RELEASE, f"{key}:release", business_day(now), actor, now
    )
    entry.reverses_id, entry.document_number = taken.id, taken.document_number
    post(session, entry, freed(session, entry, FundSide.COMMITTED, _sum(session, taken)))


def pay_expense(session: Session, actor: Actor, key: str, slip: str, on_day: date, now: datetime) -> None:
    """The bank has paid it."""
    taken = _taken(session, key)
    if taken is None:
        return
    hold_year(session, taken.county_code, taken.year)
    entry = entry_of(taken.county_code, taken.year, EntryKind.BACK_PAY, f"{key}:pay", on_day, actor, now)
    entry.document_number = slip
    post(session, entry, [(taken.year, FundSide.COMMITTED, FundSide.PAID, _sum(session, taken))])


def _taken(session: Session, key: str) -> FundEntry | None:
    return session.scalars(select(FundEntry).where(FundEntry.key == f"{key}:commit")).one_or_none()


def _sum(session: Session, entry: FundEntry) -> Money:
    return Money.total(Money(posting.amount_fen) for posting in postings_of(session, entry))
