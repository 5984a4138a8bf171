"""Papers photographed or scanned: the picture sealed, with what it is, of whom, when and by whom."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, UtcDateTime, new_public_id
from app.documents.rules import DocumentKind, DocumentSubject


class Document(Base):
    """One page or file of a paper. Its bytes are a kept file without position or device data; withdrawn, never deleted."""

    __tablename__ = "documents"
    __table_args__ = (
        Index("ix_documents_subject_kind_subject_id", "subject_kind", "subject_id"),
        Index("ix_documents_patient_id_kind", "patient_id", "kind"),
        CheckConstraint("patient_id IS NOT NULL OR subject_kind = 'handover_form'", name="of_somebody"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    kind: Mapped[DocumentKind] = mapped_column(Coded(DocumentKind))
    subject_kind: Mapped[DocumentSubject] = mapped_column(Coded(DocumentSubject))
    subject_id: Mapped[str] = mapped_column(String(22))
    # None: a hand-over's slip of somebody who is not registered yet
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    # the day on the paper, where it bears one
    on_day: Mapped[date | None]
    file_id: Mapped[int] = mapped_column(ForeignKey("kept_files.id"))
    # of the bytes as they are kept
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # a code of `WITHDRAWAL_REASONS`
    withdrawn_reason: Mapped[str | None] = mapped_column(String(40))
