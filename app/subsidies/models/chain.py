"""Between submission and the bank: what offices mark, lines put on hold late, the public notice, objections, reopenings, and what
each approval printed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.subsidies.rules.chain import HoldSource, ObjectionSource, ObjectionState, Office, ReopeningState


class LineMark(Base):
    """An office of the joint approval says *yes* to its question about a line that it is asked to sign; sent back, the line is held."""

    __tablename__ = "line_marks"
    __table_args__ = (
        UniqueConstraint("line_id", "office"),
        Index("ix_line_marks_run_id_office", "run_id", "office"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("subsidy_runs.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("subsidy_lines.id", ondelete="CASCADE"))
    office: Mapped[Office] = mapped_column(Coded(Office))
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    marked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class LineHold(Base):
    """A frozen line that somebody put on hold, and why. Append-only; who decides the line afterwards stands on the line."""

    __tablename__ = "line_holds"
    __table_args__ = (UniqueConstraint("line_id", "source", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("subsidy_lines.id", ondelete="CASCADE"))
    source: Mapped[HoldSource] = mapped_column(Coded(HoldSource))
    # what it came from: the objection's or the hit's public id, or the signing office
    key: Mapped[str] = mapped_column(String(32))
    # a Reason
    because: Mapped[dict[str, Any]] = mapped_column(JsonText)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    placed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class RunNotice(Base):
    """The public notice of an approved run: counts and sums by town, from a day to a day. One for each approved content."""

    __tablename__ = "run_notices"
    __table_args__ = (
        UniqueConstraint("run_id", "digest"),
        CheckConstraint("until_on >= posted_on", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    run_id: Mapped[int] = mapped_column(ForeignKey("subsidy_runs.id"))
    # the run's, which was approved
    digest: Mapped[str] = mapped_column(String(64))
    posted_on: Mapped[date]
    # the last day of the notice
    until_on: Mapped[date]
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    posted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class RunObjection(Base):
    """Somebody objects during the notice: received, looked into, upheld or dismissed, answered."""

    __tablename__ = "run_objections"
    __table_args__ = (Index("ix_run_objections_run_id_state", "run_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("subsidy_runs.id"))
    # the line that it is about, where it names one
    line_id: Mapped[int | None] = mapped_column(ForeignKey("subsidy_lines.id", ondelete="SET NULL"))
    source: Mapped[ObjectionSource] = mapped_column(Coded(ObjectionSource))
    # what is objected to: a code
    ground: Mapped[str] = mapped_column(String(40))
    received_on: Mapped[date]
    state: Mapped[ObjectionState] = mapped_column(Coded(ObjectionState), default=ObjectionState.OPEN)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # the paper of the decision
    reference: Mapped[str] = mapped_column(String(40), default="")


_ASKED = text("state = 'asked'")


class RunReopening(Base):
    """An approved run is opened again: asked for with a reason by one person, allowed by another."""

    __tablename__ = "run_reopenings"
    __table_args__ = (
        Index("uq_run_reopenings_asked", "run_id", unique=True, sqlite_where=_ASKED, postgresql_where=_ASKED),
        CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> asked_by", name="two_hands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    run_id: Mapped[int] = mapped_column(ForeignKey("subsidy_runs.id"))
    # `Grounds.stored()`
    ground: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[ReopeningState] = mapped_column(Coded(ReopeningState), default=ReopeningState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class RunEdition(Base):
    """What was approved, as its ledger was printed then: kept, so that the first print can be made again after a reopening."""

    __tablename__ = "run_editions"
    __table_args__ = (UniqueConstraint("run_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    run_id: Mapped[int] = mapped_column(ForeignKey("subsidy_runs.id"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    pay_count: Mapped[int]
    total_fen: Mapped[int] = mapped_column(BigInteger)
    ledger_file_id: Mapped[int] = mapped_column(ForeignKey("kept_files.id"))
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
