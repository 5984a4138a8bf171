"""Clues (线索) of a person who may need care, and the quarterly screening rounds (集中摸排) that ask every village for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.patients.rules import ClueOutcome, ClueSource, ClueState


class Clue(Base):
    """Who, where, which of the nine signs, danger now: reported in a minute, looked at by the town health centre."""

    __tablename__ = "clues"
    __table_args__ = (
        Index("ix_clues_area_code_state", "area_code", "state"),
        Index("ix_clues_reported_by", "reported_by"),
        Index("ix_clues_patient_id", "patient_id"),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="closed_has_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    # the person as the reporter knows them; identity is settled when the clue is looked at
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    # village where the person is
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # the town health centre that looks at it
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    # where below the village, sealed under the person's key
    place_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # the nine questions as flags (domain 1.2)
    signs: Mapped[int]
    notes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # the same nine as the health centre answered them, and its remarks; the report stays as it came
    found_signs: Mapped[int | None]
    findings_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # danger now: the police of the place see the clue too
    is_danger: Mapped[bool] = mapped_column(default=False)
    source: Mapped[ClueSource] = mapped_column(Coded(ClueSource))
    state: Mapped[ClueState] = mapped_column(Coded(ClueState), default=ClueState.RECEIVED)
    outcome: Mapped[ClueOutcome | None] = mapped_column(Coded(ClueOutcome))
    # the registration that came of it
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    screening_return_id: Mapped[int | None] = mapped_column(ForeignKey("screening_returns.id"))
    reported_on: Mapped[date]
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_by: Mapped[int]
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_by: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None]


class ScreeningRound(Base):
    """One round of a county: every village answers with clues or a signed zero report."""

    __tablename__ = "screening_rounds"
    __table_args__ = (UniqueConstraint("area_code", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # county
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # "2026Q4", or "2026Q4-2" for another round of the quarter
    period: Mapped[str] = mapped_column(String(12))
    from_on: Mapped[date]
    due_on: Mapped[date]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[int | None]


class ScreeningReturn(Base):
    """A village's part of a round: owed from the opening on; answered when signed."""

    __tablename__ = "screening_returns"
    __table_args__ = (
        UniqueConstraint("round_id", "area_code"),
        Index("ix_screening_returns_area_code", "area_code"),
        CheckConstraint("clue_count >= 0", name="clue_count"),
        CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL)", name="signed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    round_id: Mapped[int] = mapped_column(ForeignKey("screening_rounds.id"))
    # village
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # clues of this village since the round opened; 0 with a signature is the zero report
    clue_count: Mapped[int] = mapped_column(default=0)
    # how it was looked for: a list of codes (households visited, meeting, ...)
    how: Mapped[list[Any]] = mapped_column(JsonText, default=list)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[int | None]
    # typed in for the village from its signed paper (代录)
    is_on_behalf: Mapped[bool] = mapped_column(default=False)
