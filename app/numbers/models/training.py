"""The training register: sessions and who took part."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, UtcDateTime, new_public_id
from app.numbers.rules.training import (
    LONGEST_NAME,
    LONGEST_PLACE,
    LONGEST_TEACHER,
    LONGEST_TOPIC,
    LONGEST_UNIT,
    TrainingTopic,
)

_WITH_ACCOUNT = text("user_id IS NOT NULL")


class TrainingSession(Base):
    """One session: when, about what, by whom, for how long. A slip is withdrawn, never deleted."""

    __tablename__ = "training_sessions"
    __table_args__ = (
        Index("ix_training_sessions_area_code_held_on", "area_code", "held_on"),
        CheckConstraint("half_hours BETWEEN 1 AND 48", name="half_hours"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # one form is one session, however often it is sent
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    # county or town whose register it stands in
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # the institution that held it
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    held_on: Mapped[date]
    topic: Mapped[TrainingTopic] = mapped_column(Coded(TrainingTopic))
    title: Mapped[str] = mapped_column(String(LONGEST_TOPIC))
    place: Mapped[str] = mapped_column(String(LONGEST_PLACE))
    teacher: Mapped[str] = mapped_column(String(LONGEST_TEACHER))
    half_hours: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class TrainingAttendee(Base):
    """Somebody who took part: a member of staff with an account, or another by name and unit."""

    __tablename__ = "training_attendees"
    __table_args__ = (
        Index(
            "uq_training_attendees_user",
            "session_id",
            "user_id",
            unique=True,
            sqlite_where=_WITH_ACCOUNT,
            postgresql_where=_WITH_ACCOUNT,
        ),
        CheckConstraint("(user_id IS NULL) = (name IS NOT NULL AND unit IS NOT NULL)", name="who"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_sessions.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    # the unit on that day (kept copy: people change posts)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    # of somebody without an account
    name: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    unit: Mapped[str | None] = mapped_column(String(LONGEST_UNIT))
