"""Workbooks that came in, and what became of each row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, JsonText, UtcDateTime, new_public_id


class RosterImport(Base):
    """One import that stored rows. The same file again finds this row."""

    __tablename__ = "imports"
    __table_args__ = (Index("ix_imports_file_sha256", "file_sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    file_sha256: Mapped[str] = mapped_column(String(64))
    area_code: Mapped[str] = mapped_column(String(12))
    # roster | visits
    kind: Mapped[str] = mapped_column(String(20), default="roster", server_default="roster")
    # which column was read as which field
    mapping: Mapped[dict[str, Any]] = mapped_column(JsonText)
    # rows, stored, changed, unchanged, errors
    counts: Mapped[dict[str, int]] = mapped_column(JsonText)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    imported_by: Mapped[int | None]
    rejects_file_id: Mapped[int | None] = mapped_column(ForeignKey("kept_files.id"))


class ImportRow(Base):
    """What one row became; kept for 30 days."""

    __tablename__ = "import_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), index=True)
    row_number: Mapped[int]
    # created | filled | matched | unchanged | refused
    outcome: Mapped[str] = mapped_column(String(20))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"), index=True)
    # the public id of the visit that a row of visits became or was found to be
    visit: Mapped[str | None] = mapped_column(String(22))
    # Reasons: errors of a refused row, or changes that wait for a person
    remarks: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
