"""What is known of a patient's being lost, beside the state itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, JsonText, UtcDateTime


class Loss(Base):
    """失访登记: one a time that a patient is lost. When that ended is read from the state (`patient_spans`)."""

    __tablename__ = "losses"
    __table_args__ = (
        UniqueConstraint("patient_id", "from_on"),
        CheckConstraint("reason IS NULL OR reason BETWEEN 1 AND 5", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    # the first day of the state
    from_on: Mapped[date]
    # code of the visit form
    reason: Mapped[int | None]
    place_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # who was told: [{"office": ..., "person": ..., "at": ISO instant, "way": ...}]
    told: Mapped[list[Any]] = mapped_column(JsonText, default=list)
    found_how_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing
