"""Who did, saw, printed or exported what. Append-only; a sealer chains the events afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, JsonText, UtcDateTime


class AuditEvent(Base):
    """One act, inserted in the act's own transaction. Holds opaque ids and a salted commitment, never a personal value."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_subject", "subject_kind", "subject_id"),
        Index("ix_audit_events_at", "at"),
        Index("ix_audit_events_actor_user_id_at", "actor_user_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # None for the operator of the machine and for jobs
    actor_user_id: Mapped[int | None]
    actor_role: Mapped[str] = mapped_column(String(32))
    # dotted code, e.g. "visits.recorded", "people.revealed"; rendered late
    action: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    # the subject's public id; empty for a set-based act
    subject_id: Mapped[str] = mapped_column(String(64), default="")
    area_code: Mapped[str] = mapped_column(String(12), default="")
    # how many rows a set-based act touched
    count: Mapped[int] = mapped_column(default=1)
    # codes, counts and digests only
    detail: Mapped[dict[str, Any]] = mapped_column(JsonText)
    # SHA-256 over salt and the canonical form of what changed; proves a value later without holding it
    commitment: Mapped[str] = mapped_column(String(64), default="")
    salt: Mapped[str] = mapped_column(String(32), default="")


class AuditLink(Base):
    """One event sealed into the chain: hash = SHA-256(sequence, previous hash, event hash)."""

    __tablename__ = "audit_links"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_events.id"), unique=True)
    event_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PrintedPaper(Base):
    """One print: who let what be printed when. The serial and the check code stand on the paper and lead back to this row."""

    __tablename__ = "printed_papers"
    __table_args__ = (Index("ix_printed_papers_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # `2026-0000123`
    serial: Mapped[str] = mapped_column(String(16), unique=True)
    # the audit's word for it: "subsidies.ledger_printed", …
    kind: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64), default="")
    area_code: Mapped[str] = mapped_column(String(12))
    # digest of what was printed
    fingerprint: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(16))
    printed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    printed_by: Mapped[int | None]
    # of the file as it was handed out; None when drawing it failed
    sha256: Mapped[str | None] = mapped_column(String(64))
