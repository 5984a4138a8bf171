"""Money that is to come back: one case a paid line and cause, and what happened to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.subsidies.rules.recovery import RecoveryState, RecoveryStep


class Recovery(Base):
    """What a line paid too much, by facts learned later. The county decides; nothing is debited by itself."""

    __tablename__ = "recoveries"
    __table_args__ = (
        UniqueConstraint("line_id", "cause"),
        Index("ix_recoveries_county_code_state", "county_code", "state"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("received_fen BETWEEN 0 AND amount_fen", name="received"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    area_code: Mapped[str] = mapped_column(String(12))
    # the paid line
    line_id: Mapped[int] = mapped_column(ForeignKey("subsidy_lines.id"))
    # what makes it another case than the last: the digest of the facts that it was computed from
    cause: Mapped[str] = mapped_column(String(40))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    received_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    # list of Reasons: what was learned, and how the amount comes about
    because: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    # what it was computed from, by value
    snapshot: Mapped[dict[str, Any]] = mapped_column(JsonText)
    state: Mapped[RecoveryState] = mapped_column(Coded(RecoveryState), default=RecoveryState.FOUND)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class RecoveryEvent(Base):
    """One step of a case. Append-only."""

    __tablename__ = "recovery_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    recovery_id: Mapped[int] = mapped_column(ForeignKey("recoveries.id"), index=True)
    step: Mapped[RecoveryStep] = mapped_column(Coded(RecoveryStep))
    # of a proposal: what the county is to decide, and until when the money is to be back
    proposes: Mapped[RecoveryStep | None] = mapped_column(Coded(RecoveryStep))
    due_on: Mapped[date | None]
    amount_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    # of the decision, or of the bank's slip
    reference: Mapped[str] = mapped_column(String(40), default="")
    on_day: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    hand: Mapped[str] = mapped_column(String(32), default="")
