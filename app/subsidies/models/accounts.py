"""Accounts that somebody must vouch for: calls after a change, and one account for several payees."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, UtcDateTime, new_public_id
from app.subsidies.rules.bank import CallBack, SharingState


class AccountCall(Base):
    """A call on the number known before an account was changed. Append-only; the last one counts."""

    __tablename__ = "account_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("payee_accounts.id"), index=True)
    called_on: Mapped[date]
    answer: Mapped[CallBack] = mapped_column(Coded(CallBack))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    hand: Mapped[str] = mapped_column(String(32))


_STANDS = text("state IN ('proposed', 'approved')")


class SharedAccount(Base):
    """A payee may be paid to an account that others use too: on evidence, by two people, until a day."""

    __tablename__ = "shared_accounts"
    __table_args__ = (
        Index("uq_shared_accounts_standing", "account_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="two_hands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("payee_accounts.id"))
    number_index: Mapped[bytes] = mapped_column(LargeBinary(16), index=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # the number of the paper that proves it
    reference: Mapped[str] = mapped_column(String(40))
    until_on: Mapped[date]
    state: Mapped[SharingState] = mapped_column(Coded(SharingState), default=SharingState.PROPOSED)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
