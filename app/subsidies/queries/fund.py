"""The county's fund: balances of a year, its entries, what waits for a second person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.models import AreaSetting
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.money import Money
from app.core.scope import within
from app.subsidies.models import FundAccount, FundEntry, FundPosting, FundProposal, RunKind, SubsidyRun
from app.subsidies.rules.fund import SOURCES, Balances, EntryKind, FundSide, ProposalState, YearEnd
from app.subsidies.rules.transitions import RunState

YEAR_END = "fund_year_end"  # the county's setting


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting with its entry, as the statement shows it."""

    entry: FundEntry
    source: FundSide
    target: FundSide
    amount: Money
    by: str
    # "2026Q3-R01" of the run that it belongs to
    run: str | None
    run_public_id: str | None
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal with the people behind it."""

    proposal: FundProposal
    proposed_by: str
    decided_by: str | None


def has_fund(session: Session, county_code: str, year: int) -> bool:
    """Whether the county keeps its money of this year here; without a fund nothing is checked against one."""
    return session.scalar(_accounts(county_code, year).limit(1)) is not None


def is_closed(session: Session, county_code: str, year: int) -> bool:
    """Whether the year's rest has been dealt with: money that came into its pool now would never leave it."""
    closing = select(FundEntry.id).where(
        FundEntry.county_code == county_code, FundEntry.year == year, FundEntry.kind == EntryKind.CLOSE
    )
    return session.scalar(closing.limit(1)) is not None


def list_years(session: Session, county_code: str) -> list[int]:
    """Years with a fund, the newest first."""
    years = select(FundAccount.year).where(FundAccount.county_code == county_code).distinct()
    return list(session.scalars(years.order_by(FundAccount.year.desc())))


def balances_of(session: Session, county_code: str, year: int) -> Balances:
    """Every side of the year: received less given away; sources and what came from last year as what they gave."""
    return _balances(session, _MOVED.where(FundAccount.county_code == county_code, FundAccount.year == year))


def booked_for(session: Session, run: SubsidyRun) -> Balances:
    """What one run's entries have moved, of all years."""
    own = _MOVED.join(FundEntry, FundEntry.id == FundPosting.entry_id).where(FundEntry.run_id == run.id)
    return _balances(session, own)


_MOVED = (
    select(
        FundAccount.side,
        func.sum(
            case((FundPosting.to_account_id == FundAccount.id, FundPosting.amount_fen), else_=-FundPosting.amount_fen)
        ),
    )
    .join(FundPosting, (FundPosting.to_account_id == FundAccount.id) | (FundPosting.from_account_id == FundAccount.id))
    .group_by(FundAccount.side)
)


def _balances(session: Session, moved: Select[FundSide, Any]) -> Balances:
    gave = {*SOURCES, FundSide.CARRIED_IN}
    rows = session.execute(moved)
    return Balances({side: Money(-int(fen) if side in gave else int(fen)) for side, fen in rows})


def list_movements(session: Session, county_code: str, year: int) -> list[Movement]:
    """The year's postings, the newest first: three a run and a few of January, so that the whole year is one page."""
    source, target, turned = aliased(FundAccount), aliased(FundAccount), aliased(FundEntry)
    rows = session.execute(
        select(FundEntry, source.side, target.side, FundPosting.amount_fen, User.display_name, SubsidyRun, turned.id)
        .join(FundPosting, FundPosting.entry_id == FundEntry.id)
        .join(source, source.id == FundPosting.from_account_id)
        .join(target, target.id == FundPosting.to_account_id)
        .join(User, User.id == FundEntry.recorded_by, isouter=True)
        .join(SubsidyRun, SubsidyRun.id == FundEntry.run_id, isouter=True)
        .join(turned, turned.reverses_id == FundEntry.id, isouter=True)
        .where(FundEntry.county_code == county_code, (source.year == year) | (target.year == year))
        .where((source.year == year) & (target.year == year))
        .order_by(FundEntry.id.desc(), FundPosting.id.desc())
    )
    return [
        Movement(
            entry, left, reached, Money(fen), by or "", run.short_name if run else None,
            run.public_id if run else None, turned_by is not None,
        )
        for entry, left, reached, fen, by, run, turned_by in rows
    ]  # fmt: skip


def list_proposals(session: Session, actor: Actor, county_code: str) -> list[Waiting]:
    """What waits for the second person."""
    proposer, decider = aliased(User), aliased(User)
    rows = session.execute(
        select(FundProposal, proposer.display_name, decider.display_name)
        .join(proposer, proposer.id == FundProposal.proposed_by)
        .join(decider, decider.id == FundProposal.decided_by, isouter=True)
        .where(
            FundProposal.county_code == county_code,
            FundProposal.state == ProposalState.PROPOSED,
            within(FundProposal.county_code, actor),
        )
        .order_by(FundProposal.id)
    )
    return [Waiting(*row) for row in rows]


def get_proposal(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> FundProposal:
    """Within the actor's area; raises `NotFound`."""
    wanted = select(FundProposal).where(FundProposal.public_id == public_id, within(FundProposal.county_code, actor))
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound()
    return found


def get_entry(session: Session, actor: Actor, public_id: str) -> FundEntry:
    """Within the actor's area; raises `NotFound`."""
    found = session.scalar(
        select(FundEntry).where(FundEntry.public_id == public_id, within(FundEntry.county_code, actor))
    )
    if found is None:
        raise NotFound()
    return found


def postings_of(session: Session, entry: FundEntry) -> Sequence[FundPosting]:
    return session.scalars(select(FundPosting).where(FundPosting.entry_id == entry.id).order_by(FundPosting.id)).all()


def standing_commitment(session: Session, run: SubsidyRun) -> FundEntry | None:
    """The entry by which the run's approval took its sum from the pool, unless it was turned back."""
    turned = aliased(FundEntry)
    return session.scalar(
        select(FundEntry)
        .join(turned, turned.reverses_id == FundEntry.id, isouter=True)
        .where(FundEntry.run_id == run.id, FundEntry.kind == EntryKind.COMMIT, turned.id.is_(None))
    )


def count_commitments(session: Session, run: SubsidyRun) -> int:
    own = (FundEntry.run_id == run.id) & (FundEntry.kind == EntryKind.COMMIT)
    return session.scalar(select(func.count()).select_from(FundEntry).where(own)) or 0


@dataclass(frozen=True, slots=True)
class RunInFund:
    """How a run stands to the fund of the year in which it is approved."""

    year: int
    available: Money
    shortage: Money


def run_in_fund(session: Session, run: SubsidyRun, today: date) -> RunInFund | None:
    """Before its approval: what the pool holds and what it lacks. None without a fund, or once approved."""
    if run.kind is RunKind.OPENING or run.state not in (RunState.DRAFT, RunState.SUBMITTED):
        return None
    if not has_fund(session, run.county_code, today.year):
        return None
    balances = balances_of(session, run.county_code, today.year)
    return RunInFund(today.year, balances[FundSide.POOL], balances.shortage(Money(run.total_fen)))


def year_end_of(session: Session, county_code: str) -> YearEnd:
    """Without a decision the rest is carried over."""
    setting = session.get(AreaSetting, (county_code, YEAR_END))
    return YearEnd(setting.value) if setting else YearEnd.CARRY


def _accounts(county_code: str, year: int) -> Select[int]:
    return select(FundAccount.id).where(FundAccount.county_code == county_code, FundAccount.year == year)


@dataclass(frozen=True, slots=True)
class FundSheet:
    """Everything that the fund's page and its statement show of one year."""

    county_code: str
    year: int
    balances: Balances
    movements: Sequence[Movement]
    read_at: datetime


def fund_sheet(session: Session, county_code: str, year: int, now: datetime) -> FundSheet:
    return FundSheet(
        county_code, year, balances_of(session, county_code, year), list_movements(session, county_code, year), now
    )
