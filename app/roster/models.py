"""Workbooks that came in, and what became of each row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.roster.rules.national import Decision, FindingKind

_OF_PATIENTS = text("kind IN ('died', 'moved', 'differing', 'same', 'missing_there')")


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


class NationalComparison(Base):
    """The county's register beside one export of the national system: the export as it came, the register as it stands whenever it is read.

    Its findings go after a term; from then on `counts` says what they were.
    """

    __tablename__ = "national_comparisons"
    __table_args__ = (
        UniqueConstraint("upload"),
        Index("ix_national_comparisons_county_code_id", "county_code", "id"),
        CheckConstraint("row_count > 0", name="has_rows"),
        CheckConstraint("(counts IS NULL) = (forgotten_at IS NULL)", name="counts_of_forgotten"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # the uploaded file's public id: one upload is compared once, however often it is asked for
    upload: Mapped[str] = mapped_column(String(22))
    file_sha256: Mapped[str] = mapped_column(String(64))
    # the day on which it was exported
    as_of: Mapped[date]
    row_count: Mapped[int]
    # item → in how many rows its cell could not be read and was not compared
    unread_cells: Mapped[dict[str, int]] = mapped_column(JsonText)
    # how somebody mapped its columns, found again under the same header
    mapping: Mapped[dict[str, Any]] = mapped_column(JsonText)
    # kept file with the key that opens the cells of its findings; it goes when they go
    key_file: Mapped[str] = mapped_column(String(22))
    compared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    compared_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    counts: Mapped[dict[str, int] | None] = mapped_column(JsonText)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NationalFinding(Base):
    """One row of the export, or one patient whom no row names, and what a person has said of it."""

    __tablename__ = "national_findings"
    __table_args__ = (
        UniqueConstraint("comparison_id", "sheet", "row_number"),
        # a patient is compared with one row
        Index(
            "uq_national_findings_patient",
            "comparison_id",
            "patient_id",
            unique=True,
            sqlite_where=_OF_PATIENTS,
            postgresql_where=_OF_PATIENTS,
        ),
        Index("ix_national_findings_comparison_id_kind_area_code_id", "comparison_id", "kind", "area_code", "id"),
        Index("ix_national_findings_patient_id", "patient_id"),
        Index("ix_national_findings_same_as", "same_as"),
        CheckConstraint("(kind = 'missing_there') = (row_number IS NULL)", name="of_a_row"),
        CheckConstraint(
            "kind NOT IN ('died', 'moved', 'differing', 'same', 'missing_there', 'possible') OR patient_id IS NOT NULL",
            name="of_a_patient",
        ),
        CheckConstraint("kind NOT IN ('missing_here', 'gone') OR patient_id IS NULL", name="of_nobody"),
        CheckConstraint("kind NOT IN ('died', 'moved', 'differing') OR differs > 0", name="differs"),
        CheckConstraint("kind <> 'same' OR differs = 0", name="same"),
        CheckConstraint("kind <> 'unreadable' OR why IS NOT NULL", name="unreadable_why"),
        CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)", name="decided"
        ),
        CheckConstraint(
            "decision IS NULL OR kind IN ('missing_here', 'missing_there', 'moved', 'died', 'differing', 'unreadable')",
            name="decidable",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    comparison_id: Mapped[int] = mapped_column(ForeignKey("national_comparisons.id"))
    kind: Mapped[FindingKind] = mapped_column(Coded(FindingKind))
    # where it stands in the workbook, the sheet by its place; none for whom no row names
    sheet: Mapped[int | None]
    row_number: Mapped[int | None]
    # whom it was compared with, or may be about
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    # the patient's place of that day, else what the row names in the county, else the county
    area_code: Mapped[str] = mapped_column(String(12))
    # Differs
    differs: Mapped[int] = mapped_column(default=0)
    # why a row could not be compared: a code of texts
    why: Mapped[str | None] = mapped_column(String(40))
    # what the row says, under the comparison's key; nothing of rows without a difference
    cells_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # blind: the same difference of the same person in another comparison
    same_as: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    decision: Mapped[Decision | None] = mapped_column(Coded(Decision))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # what was said of the same difference in an earlier comparison
    said_before: Mapped[Decision | None] = mapped_column(Coded(Decision))
    said_before_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
