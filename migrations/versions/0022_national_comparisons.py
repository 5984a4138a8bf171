"""The national system's export beside the register: comparisons and what they found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

WHAT = "national_findings.kind"
# only a row that may be about somebody becomes something else, by a person's word
MOVES = [("possible", to) for to in ("same", "moved", "died", "differing", "missing_here", "gone")]

legal_moves = sa.table("legal_moves", sa.column("what"), sa.column("from_state"), sa.column("to_state"))


def upgrade() -> None:
    op.create_table(
        "national_comparisons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("upload", sa.String(length=22), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("unread_cells", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("key_file", sa.String(length=22), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("compared_by", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(counts IS NULL) = (forgotten_at IS NULL)", name=op.f("ck_national_comparisons_counts_of_forgotten")
        ),
        sa.CheckConstraint("row_count > 0", name=op.f("ck_national_comparisons_has_rows")),
        sa.ForeignKeyConstraint(["compared_by"], ["users.id"], name=op.f("fk_national_comparisons_compared_by_users")),
        sa.ForeignKeyConstraint(
            ["county_code"], ["areas.code"], name=op.f("fk_national_comparisons_county_code_areas")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_national_comparisons")),
        sa.UniqueConstraint("public_id", name=op.f("uq_national_comparisons_public_id")),
        sa.UniqueConstraint("upload", name=op.f("uq_national_comparisons_upload")),
    )
    op.create_index(
        "ix_national_comparisons_county_code_id", "national_comparisons", ["county_code", "id"], unique=False
    )
    op.create_table(
        "national_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("comparison_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=True),
        sa.Column("row_number", sa.Integer(), nullable=True),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("differs", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("cells_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("same_as", sa.LargeBinary(length=16), nullable=True),
        sa.Column("decision", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("said_before", sa.String(length=32), nullable=True),
        sa.Column("said_before_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'missing_there') = (row_number IS NULL)", name=op.f("ck_national_findings_of_a_row")
        ),
        sa.CheckConstraint(
            "decision IS NULL OR kind IN ('missing_here', 'missing_there', 'moved', 'died', 'differing', 'unreadable')",
            name=op.f("ck_national_findings_decidable"),
        ),
        sa.CheckConstraint("kind <> 'same' OR differs = 0", name=op.f("ck_national_findings_same")),
        sa.CheckConstraint("kind <> 'unreadable' OR why IS NOT NULL", name=op.f("ck_national_findings_unreadable_why")),
        sa.CheckConstraint(
            "kind NOT IN ('died', 'moved', 'differing') OR differs > 0", name=op.f("ck_national_findings_differs")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('died', 'moved', 'differing', 'same', 'missing_there', 'possible') OR patient_id IS NOT NULL",
            name=op.f("ck_national_findings_of_a_patient"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('missing_here', 'gone') OR patient_id IS NULL", name=op.f("ck_national_findings_of_nobody")
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_national_findings_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["comparison_id"],
            ["national_comparisons.id"],
            name=op.f("fk_national_findings_comparison_id_national_comparisons"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_national_findings_decided_by_users")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_national_findings_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_national_findings")),
        sa.UniqueConstraint(
            "comparison_id", "sheet", "row_number", name=op.f("uq_national_findings_comparison_id_sheet_row_number")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_national_findings_public_id")),
    )
    op.create_index(
        "ix_national_findings_comparison_id_kind_area_code_id",
        "national_findings",
        ["comparison_id", "kind", "area_code", "id"],
        unique=False,
    )
    op.create_index("ix_national_findings_patient_id", "national_findings", ["patient_id"], unique=False)
    op.create_index("ix_national_findings_same_as", "national_findings", ["same_as"], unique=False)
    op.create_index(
        "uq_national_findings_patient",
        "national_findings",
        ["comparison_id", "patient_id"],
        unique=True,
        sqlite_where=sa.text("kind IN ('died', 'moved', 'differing', 'same', 'missing_there')"),
        postgresql_where=sa.text("kind IN ('died', 'moved', 'differing', 'same', 'missing_there')"),
    )
    op.bulk_insert(legal_moves, [{"what": WHAT, "from_state": a, "to_state": b} for a, b in MOVES])


def downgrade() -> None:
    op.execute(sa.delete(legal_moves).where(legal_moves.c.what == WHAT))
    op.drop_table("national_findings")
    op.drop_table("national_comparisons")
