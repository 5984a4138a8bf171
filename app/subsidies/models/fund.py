"""The county's fund: accounts of a year, entries made of postings, and what two people must agree on before money comes in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, UtcDateTime, new_public_id
from app.subsidies.rules.fund import EntryKind, FundSide, ProposalState


class FundAccount(Base):
    """One side of a county's year. Its balance is what was posted to it less what was posted from it."""

    __tablename__ = "fund_accounts"
    __table_args__ = (UniqueConstraint("county_code", "year", "side"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    year: Mapped[int]
    side: Mapped[FundSide] = mapped_column(Coded(FundSide))


class FundProposal(Base):
    """Money for the pool, or the turning back of an entry: written by one person, agreed to by another."""

    __tablename__ = "fund_proposals"
    __table_args__ = (
        Index("ix_fund_proposals_county_code_state", "county_code", "state"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("(side IS NULL) <> (reverses_id IS NULL)", name="one_purpose"),
        CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by", name="two_hands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    year: Mapped[int]
    # where the money comes from; None for a reversal
    side: Mapped[FundSide | None] = mapped_column(Coded(FundSide))
    # the entry that is turned back
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("fund_entries.id"))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    # the paper that orders it
    document_number: Mapped[str] = mapped_column(String(60))
    on_day: Mapped[date]
    state: Mapped[ProposalState] = mapped_column(Coded(ProposalState), default=ProposalState.PROPOSED)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class FundEntry(Base):
    """One movement with its cause. Append-only; `key` names what it is about, so that nothing is booked twice."""

    __tablename__ = "fund_entries"
    __table_args__ = (Index("ix_fund_entries_county_code_year_id", "county_code", "year", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    year: Mapped[int]
    kind: Mapped[EntryKind] = mapped_column(Coded(EntryKind))
    # `proposal:<id>`, `run:<id>:commit:<n>`, `close:<county>:<year>`
    key: Mapped[str] = mapped_column(String(80), unique=True)
    on_day: Mapped[date]
    document_number: Mapped[str] = mapped_column(String(60), default="")
    run_id: Mapped[int | None] = mapped_column(ForeignKey("subsidy_runs.id"), index=True)
    # an entry is turned back once, and wholly
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("fund_entries.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class FundPosting(Base):
    """An amount that left one account and reached another. Append-only; no holding account falls below zero (trigger)."""

    __tablename__ = "fund_postings"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("from_account_id <> to_account_id", name="two_accounts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("fund_entries.id"), index=True)
    from_account_id: Mapped[int] = mapped_column(ForeignKey("fund_accounts.id"), index=True)
    to_account_id: Mapped[int] = mapped_column(ForeignKey("fund_accounts.id"), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
