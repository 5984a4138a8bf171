"""History of the risk level (危险性等级 0–5) and the quarterly reassessments."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id


class LevelSource(StrEnum):
    VISIT = "visit"
    REASSESSMENT = "reassessment"
    OPENING = "opening"  # loaded with the roster
    EMERGENCY = "emergency"  # at an emergency response
    INCIDENT = "incident"  # what people concluded from an incident


class RiskLevel(Base):
    """One rating by a clinician, as of a day. The newest not withdrawn is the patient's level."""

    __tablename__ = "risk_levels"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 5", name="level"),
        Index("ix_risk_levels_patient_id_assessed_on", "patient_id", "assessed_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    level: Mapped[int]
    assessed_on: Mapped[date]
    source: Mapped[LevelSource] = mapped_column(Coded(LevelSource))
    # the visit or reassessment that it was made at
    source_id: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SessionState(StrEnum):
    OPEN = "open"
    SIGNED = "signed"


class ReassessmentSession(Base):
    """The quarterly assessment meeting of a town (季度集中评估会): one signed sheet for all its patients."""

    __tablename__ = "reassessment_sessions"
    __table_args__ = (
        UniqueConstraint("area_code", "quarter"),
        CheckConstraint("(state = 'signed') = (signed_at IS NOT NULL)", name="signed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # town
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    quarter: Mapped[str] = mapped_column(String(6))
    held_on: Mapped[date]
    # who sat at the table: [{"part": ..., "name": ..., "post": ...}]
    panel: Mapped[list[Any]] = mapped_column(JsonText, default=list)
    state: Mapped[SessionState] = mapped_column(Coded(SessionState), default=SessionState.OPEN)
    # over the results in order, printed on the sheet
    digest: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[int]
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[int | None]


class Reassessment(Base):
    """The recorded result of one patient's quarterly reassessment (季度评估)."""

    __tablename__ = "reassessments"
    __table_args__ = (
        UniqueConstraint("patient_id", "quarter"),
        CheckConstraint("level BETWEEN 0 AND 5", name="level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    # "2026Q4"
    quarter: Mapped[str] = mapped_column(String(6))
    # the session that decided it; None where it was decided outside one
    session_id: Mapped[int | None] = mapped_column(ForeignKey("reassessment_sessions.id"))
    # what the quarter's visits proposed
    level_proposed: Mapped[int | None]
    # confirmed together with others, unchanged
    is_together: Mapped[bool] = mapped_column(default=False, server_default=false())
    # a Reason: why it was changed, or why a level of 3 and above stands
    because: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    assessed_on: Mapped[date]
    level_before: Mapped[int | None]
    level: Mapped[int]
    conclusion_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
