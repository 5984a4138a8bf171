"""History of the risk level (危险性等级 0–5) and the quarterly reassessments."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, UtcDateTime, new_public_id


class LevelSource(StrEnum):
    VISIT = "visit"
    REASSESSMENT = "reassessment"
    OPENING = "opening"  # loaded with the roster


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
    assessed_on: Mapped[date]
    level_before: Mapped[int | None]
    level: Mapped[int]
    conclusion_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
