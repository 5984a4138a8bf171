"""Reports that were submitted: the computation they froze, who stands for them, and the papers as they went out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.numbers.rules.submission import LONGEST_REASON, SubmissionState

_PROPOSED = text("state = 'proposed'")


class ReportSubmission(Base):
    """One report of a county and period, or a later revision of it. Of those submitted the one with the highest number speaks."""

    __tablename__ = "report_submissions"
    __table_args__ = (
        UniqueConstraint("area_code", "period", "number"),
        Index(
            "uq_report_submissions_proposed",
            "area_code",
            "period",
            unique=True,
            sqlite_where=_PROPOSED,
            postgresql_where=_PROPOSED,
        ),
        CheckConstraint("(number > 1) = (reason IS NOT NULL)", name="revision_has_reason"),
        CheckConstraint("number > 1 OR state = 'submitted'", name="first_is_submitted"),
        CheckConstraint("(state = 'proposed' OR number = 1) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> submitted_by", name="two_hands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # county
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # as `IndicatorRun.period`
    period: Mapped[str] = mapped_column(String(10))
    # 1 is the report, 2 and on are its revisions
    number: Mapped[int]
    # the computation, frozen with this row
    run_id: Mapped[int] = mapped_column(ForeignKey("indicator_runs.id"), unique=True)
    # SHA-256 over window, settings and every member of every set
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[SubmissionState] = mapped_column(Coded(SubmissionState))
    # why a revision is needed
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # the second person's word on a revision
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class ReportDocument(Base):
    """Everything that the papers of a submitted report say, by value, as it was when it was submitted: they are drawn from nothing else."""

    __tablename__ = "report_documents"

    submission_id: Mapped[int] = mapped_column(ForeignKey("report_submissions.id"), primary_key=True)
    # `ReadReport` by value: counts and words, nobody's name but of who submitted
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)


class ReportPaper(Base):
    """One file of a submitted report, byte for byte as it was drawn then."""

    __tablename__ = "report_papers"
    __table_args__ = (UniqueConstraint("submission_id", "ending"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("report_submissions.id"))
    # pdf | xlsx | docx
    ending: Mapped[str] = mapped_column(String(8))
    file_id: Mapped[int] = mapped_column(ForeignKey("kept_files.id"))
