"""Tables of the ground: rule sets, calendar, job claims, long work, kept files, legal moves."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id


class RuleSet(Base):
    """One version of a set of rules (visit intervals, reassessment, …). Append-only: a new version from a date ends the last."""

    __tablename__ = "rule_sets"
    __table_args__ = (UniqueConstraint("kind", "version"), UniqueConstraint("kind", "valid_from"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    version: Mapped[str] = mapped_column(String(32))
    # first business day on which this version decides
    valid_from: Mapped[date]
    # the thresholds by name, as the room's frozen dataclass writes them
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    # where the values come from (norm, county document)
    source: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Workday(Base):
    """One day that differs from Mon–Fri: a holiday or a make-up working day of the State Council's yearly notice."""

    __tablename__ = "workdays"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    # the holiday that it belongs to, as the notice names it
    name: Mapped[str] = mapped_column(String(32), default="", server_default="")
    # the notice that it comes from, with its number where one was given
    source: Mapped[str] = mapped_column(String(100))


class JobRun(Base):
    """The claim of one job for one period: whoever inserts the row runs the job; nobody else can."""

    __tablename__ = "job_runs"
    __table_args__ = (UniqueConstraint("job", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(64))
    # "2026Q4", "2026-11-21", …: what makes a second run the same run
    period: Mapped[str] = mapped_column(String(32))
    # random; a runner that lost its claim to another may no longer write
    token: Mapped[str] = mapped_column(String(32))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[dict[str, Any] | None] = mapped_column(JsonText)


class WorkState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class WorkItem(Base):
    """Long work that a page asked for and the scheduler process does: prints, imports, preparing a run."""

    __tablename__ = "work_items"
    __table_args__ = (
        Index(
            "uq_work_items_live_key",
            "live_key",
            unique=True,
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        Index("ix_work_items_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(32))
    args: Mapped[dict[str, Any]] = mapped_column(JsonText)
    # asking twice while it is under way finds the first
    live_key: Mapped[str] = mapped_column(String(200))
    asked_by: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[WorkState] = mapped_column(Coded(WorkState), default=WorkState.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    # a claim that has not moved for a while belongs to a dead process and is taken over
    token: Mapped[str | None] = mapped_column(String(32))
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # a Reason (code, args) when it failed
    failure: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    result: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    file_id: Mapped[int | None]


class KeptFile(Base):
    """Bytes that were handed out (pay file, print, rejects), sealed, with the hash of what is inside."""

    __tablename__ = "kept_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(32))
    # the name offered on download; says nothing about illness or persons
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    # of the plain bytes
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    kek_id: Mapped[str] = mapped_column(String(16))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    area_code: Mapped[str] = mapped_column(String(12))
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # None: a voucher, kept; otherwise purged by a job
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LegalMove(Base):
    """One legal state transition; the database's guard triggers read this table and refuse all else."""

    __tablename__ = "legal_moves"

    # table.column, e.g. "patients.registry_status"
    what: Mapped[str] = mapped_column(String(64), primary_key=True)
    from_state: Mapped[str] = mapped_column(String(32), primary_key=True)
    to_state: Mapped[str] = mapped_column(String(32), primary_key=True)


class HouseFact(Base):
    """Single facts about this installation (which demonstration is loaded, last anchored head)."""

    __tablename__ = "house_facts"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
