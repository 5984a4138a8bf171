"""One due engine: what must be done, for whom, by when, and because of what."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.tasks.rules import TaskKind


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


_OPEN_FOLLOW_UP = text("kind = 'follow_up' AND state = 'open'")
_STANDING = text("state <> 'cancelled'")
_OPEN = text("state = 'open'")


class Task(Base):
    """One duty. Its because is code + arguments, so that it prints in two languages and can be counted."""

    __tablename__ = "tasks"
    __table_args__ = (
        # one duty of a kind for a subject and period, done or open: a second sweep finds the first
        Index(
            "uq_tasks_standing",
            "kind",
            "patient_id",
            "period",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        Index(
            "uq_tasks_open_follow_up",
            "patient_id",
            unique=True,
            sqlite_where=_OPEN_FOLLOW_UP,
            postgresql_where=_OPEN_FOLLOW_UP,
        ),
        # every work list and its counts, answered from the index alone
        Index(
            "ix_tasks_open_area_due",
            "area_code",
            "due_on",
            "kind",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_tasks_patient_id", "patient_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    kind: Mapped[TaskKind] = mapped_column(Coded(TaskKind))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    # what makes it this duty and no other: "2026Q4", "visit:<id>", "agreement:<id>"
    period: Mapped[str] = mapped_column(String(40))
    # the patient's area and responsible agency (kept copies; a transfer moves open tasks along)
    area_code: Mapped[str] = mapped_column(String(12))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    due_on: Mapped[date]
    # hour clocks (emergency record, four-hourly checks); due_on is their day
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    because: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    state: Mapped[TaskState] = mapped_column(Coded(TaskState), default=TaskState.OPEN)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # an office has said that it is on it, while the duty is still open
    taken_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_up_by: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None]
    # how it ended, as a Reason
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
