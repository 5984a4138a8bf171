"""What looks like a pattern of fraud: found by rule, named to a person, explained by one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.subsidies.rules.watch import FlagState, Pattern


class ReviewFlag(Base):
    """One pattern on one subject in one period, with its because and whose work it touches."""

    __tablename__ = "review_flags"
    __table_args__ = (
        UniqueConstraint("pattern", "subject_kind", "subject_id", "period"),
        Index("ix_review_flags_county_code_state", "county_code", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    area_code: Mapped[str] = mapped_column(String(12))
    pattern: Mapped[Pattern] = mapped_column(Coded(Pattern))
    # what it is about: subsidy_line, patient, person, user, policy, … and its public id
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    period: Mapped[str] = mapped_column(String(10))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("subsidy_lines.id", ondelete="SET NULL"), index=True)
    # whose work it is about; None where no single person's
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # list of Reasons
    because: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    state: Mapped[FlagState] = mapped_column(Coded(FlagState), default=FlagState.OPEN)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # `Grounds.stored()`
    ground: Mapped[str | None] = mapped_column(String(100))


class HomeCheck(Base):
    """One payment that was drawn for a check at home from a frozen run, and whether the family was met. A run's content is drawn once.

    It names the family by the agreement, not by the line: what was drawn outlives a run that is drawn up anew.
    """

    __tablename__ = "home_checks"
    __table_args__ = (UniqueConstraint("run_id", "run_digest", "line_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    run_id: Mapped[int] = mapped_column(ForeignKey("subsidy_runs.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    # who is paid, and where the family lived when it was drawn
    payee_person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    # what was frozen when it was drawn, the drawn line's own content, and the number published afterwards
    run_digest: Mapped[str] = mapped_column(String(64))
    line_digest: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(40))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drawn_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # None: the town has not reported yet
    is_met: Mapped[bool | None]
    checked_on: Mapped[date | None]
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
