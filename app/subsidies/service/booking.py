"""Bookings of the county's fund: promised at the approval of a run, gone when the bank has paid, dealt with at the year's end.

A county that keeps no fund here is not held to one. Every movement is an entry of postings; nothing is edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import AreaSetting
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Conflict
from app.core.money import Money
from app.core.reasons import reason
from app.subsidies.models import FundAccount, FundEntry, FundPosting, PayFileLine, SubsidyRun
from app.subsidies.queries.fund import (
    YEAR_END,
    balances_of,
    count_commitments,
    has_fund,
    is_closed,
    postings_of,
    standing_commitment,
    year_end_of,
)
from app.subsidies.rules.fund import EntryKind, FundSide, YearEnd
from app.subsidies.rules.transitions import PaymentState
from app.subsidies.service.floors import refuse_unexplained_pool

# year, from, to, how much; a sum that crosses into the next year leaves one year and enters the other
Move = tuple[int, FundSide, FundSide, Money]

# -- a run takes from it -----------------------------------------------------------------------------------------------


def commit_run(session: Session, actor: Actor, run: SubsidyRun, now: datetime, today: date) -> None:
    """At its approval a run's sum leaves the pool of that day's year; `Conflict` says by how much the pool is short."""
    year = today.year
    if not has_fund(session, run.county_code, year):
        return
    hold_year(session, run.county_code, year)
    refuse_unexplained_pool(session, run.county_code, year)
    shortage = balances_of(session, run.county_code, year).shortage(Money(run.total_fen))
    if shortage:
        raise Conflict(reason("subsidies.fund.short", year=year, short=shortage))
    key = f"run:{run.id}:commit:{count_commitments(session, run) + 1}"
    entry = entry_of(run.county_code, year, EntryKind.COMMIT, key, today, actor, now, run)
    post(session, entry, [(year, FundSide.POOL, FundSide.COMMITTED, Money(run.total_fen))])


def release_run(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> None:
    """An approval that is voided gives back what it took."""
    taken = standing_commitment(session, run)
    if taken is None:
        return
    key = f"release:{taken.id}"
    entry = entry_of(run.county_code, taken.year, EntryKind.RELEASE, key, business_day(now), actor, now, run)
    entry.reverses_id = taken.id
    amount = Money.total(Money(posting.amount_fen) for posting in postings_of(session, taken))
    post(session, entry, freed(session, entry, FundSide.COMMITTED, amount))


def settle_in_fund(
    session: Session, actor: Actor, run: SubsidyRun, lines: Sequence[PayFileLine], now: datetime, today: date
) -> None:
    """What the bank paid is paid; what was withheld or returned is available again."""
    taken = standing_commitment(session, run)
    if taken is None:
        return
    paid = _sum(lines, PaymentState.PAID)
    free = Money.total(Money(posting.amount_fen) for posting in postings_of(session, taken)) - paid
    entry = entry_of(run.county_code, taken.year, EntryKind.PAY, f"run:{run.id}:pay", today, actor, now, run)
    moves = [(taken.year, FundSide.COMMITTED, FundSide.PAID, paid)]
    post(session, entry, [*moves, *freed(session, entry, FundSide.COMMITTED, free)])


def bounce_in_fund(
    session: Session, actor: Actor, run: SubsidyRun, lines: Sequence[PayFileLine], now: datetime, today: date
) -> None:
    """Lines that came back after the payment had been attested are available again."""
    taken, returned = standing_commitment(session, run), _sum(lines, PaymentState.RETURNED)
    if taken is None or not returned:
        return
    key = f"run:{run.id}:bounce"
    entry = entry_of(run.county_code, taken.year, EntryKind.BOUNCE, key, today, actor, now, run)
    post(session, entry, freed(session, entry, FundSide.PAID, returned))


def receive_in_fund(
    session: Session, actor: Actor, run: SubsidyRun, key: str, slip: str, on_day: date, amount: Money, now: datetime
) -> None:
    """Money that a guardian paid back is no longer paid, and available again. It belongs to no run any more: its slip says whence it came."""
    taken = standing_commitment(session, run)
    if taken is None:
        return
    entry = entry_of(run.county_code, taken.year, EntryKind.RECOVER, key, on_day, actor, now)
    entry.document_number = slip
    post(session, entry, freed(session, entry, FundSide.PAID, amount))


# -- the year ends -----------------------------------------------------------------------------------------------------


def set_year_end(session: Session, actor: Actor, county_code: str, rule: YearEnd, now: datetime) -> None:
    """The county's rule for what is left on the year's last day."""
    require(actor, Action.PROPOSE_FUND)
    setting = session.get(AreaSetting, (county_code, YEAR_END))
    if setting is None:
        setting = AreaSetting(area_code=county_code, name=YEAR_END)
        session.add(setting)
    setting.value, setting.set_at, setting.set_by = rule.value, now, actor.user_id
    session.flush()
    subject, detail = ("area", county_code), {"rule": rule.value}
    note(session, actor, "subsidies.fund_year_end_set", now=now, subject=subject, area_code=county_code, detail=detail)


def close_years(session: Session, actor: Actor, today: date, now: datetime) -> int:
    """Deal with what the past year left, county by county, by its rule; a second time nothing is left to do.

    Returns how many counties' years were closed.
    """
    last = today.year - 1
    closed = select(FundEntry.county_code).where(FundEntry.kind == EntryKind.CLOSE, FundEntry.year == last)
    counties = session.scalars(
        select(FundAccount.county_code)
        .where(FundAccount.year == last, FundAccount.county_code.not_in(closed))
        .distinct()
    ).all()
    for county in counties:
        _close_year(session, actor, county, last, now)
    return len(counties)


def _close_year(session: Session, actor: Actor, county: str, year: int, now: datetime) -> None:
    hold_year(session, county, year)
    rest, rule = balances_of(session, county, year)[FundSide.POOL], year_end_of(session, county)
    entry = entry_of(county, year, EntryKind.CLOSE, f"close:{county}:{year}", date(year, 12, 31), actor, now)
    post(session, entry, _over(year, FundSide.POOL, rest, rule))
    detail = {"year": year, "rule": rule.value, "rest_fen": rest.fen}
    note(
        session,
        actor,
        "subsidies.fund_closed",
        now=now,
        subject=("area", county),
        area_code=county,
        detail=detail,
    )


def freed(session: Session, entry: FundEntry, side: FundSide, amount: Money) -> list[Move]:
    """Back to the pool; of a year that is closed, on the way that its rest went."""
    hold_year(session, entry.county_code, entry.year)
    if not is_closed(session, entry.county_code, entry.year):
        return [(entry.year, side, FundSide.POOL, amount)]
    rule = year_end_of(session, entry.county_code)
    *moves, (year, source, target, _) = _over(entry.year, side, amount, rule)
    while target is FundSide.POOL and is_closed(session, entry.county_code, year):  # and on through years closed since
        moves.append((year, source, FundSide.CARRIED_OUT, amount))
        year += 1
    return [*moves, (year, source, target, amount)]


def _over(year: int, side: FundSide, amount: Money, rule: YearEnd) -> list[Move]:
    if rule is YearEnd.LAPSE:
        return [(year, side, FundSide.LAPSED, amount)]
    return [
        (year, side, FundSide.CARRIED_OUT, amount),
        (year + 1, FundSide.CARRIED_IN, FundSide.POOL, amount),
    ]


# -- posting -----------------------------------------------------------------------------------------------------------


def entry_of(
    county: str,
    year: int,
    kind: EntryKind,
    key: str,
    on_day: date,
    actor: Actor,
    now: datetime,
    run: SubsidyRun | None = None,
) -> FundEntry:
    return FundEntry(
        county_code=county,
        year=year,
        kind=kind,
        key=key,
        on_day=on_day,
        run_id=run.id if run else None,
        recorded_at=now,
        recorded_by=actor.user_id,
    )


def post(session: Session, entry: FundEntry, moves: Iterable[Move]) -> None:
    """Store the entry with its postings; the accounts are held until the transaction ends, so that nobody overdraws them."""
    session.add(entry)
    session.flush()
    for year, source, target, amount in moves:
        if not amount:
            continue
        accounts = hold_year(session, entry.county_code, year)
        session.add(
            FundPosting(
                entry_id=entry.id,
                from_account_id=accounts[source].id,
                to_account_id=accounts[target].id,
                amount_fen=amount.fen,
            )
        )
        session.flush()


def turn_back(
    session: Session, actor: Actor, turned: FundEntry, kind: EntryKind, key: str, now: datetime, document: str = ""
) -> None:
    entry = entry_of(turned.county_code, turned.year, kind, key, business_day(now), actor, now)
    entry.run_id, entry.reverses_id, entry.document_number = turned.run_id, turned.id, document
    hold_year(session, turned.county_code, turned.year)
    session.add(entry)
    session.flush()
    for posting in postings_of(session, turned):
        session.add(
            FundPosting(
                entry_id=entry.id,
                from_account_id=posting.to_account_id,
                to_account_id=posting.from_account_id,
                amount_fen=posting.amount_fen,
            )
        )
    session.flush()


def hold_year(session: Session, county: str, year: int) -> dict[FundSide, FundAccount]:
    """The year's accounts, nobody else's until the transaction ends; a new year gets its own."""
    wanted = (
        select(FundAccount)
        .where(FundAccount.county_code == county, FundAccount.year == year)
        .order_by(FundAccount.id)
        .with_for_update()
    )
    found = {account.side: account for account in session.scalars(wanted)}
    if len(found) == len(FundSide):
        return found
    try:
        with session.begin_nested():
            session.add_all(
                FundAccount(county_code=county, year=year, side=side) for side in FundSide if side not in found
            )
    except IntegrityError:
        pass  # somebody else opened the year at this moment
    return {account.side: account for account in session.scalars(wanted)}


def _sum(lines: Sequence[PayFileLine], state: PaymentState) -> Money:
    return Money.total(Money(line.amount_fen) for line in lines if line.state is state)
