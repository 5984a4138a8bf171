"""Submitted reports, their revisions by two people, and their papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOVES = [("proposed", "submitted"), ("proposed", "refused"), ("proposed", "withdrawn")]
WHAT = "report_submissions.state"

legal_moves = sa.table("legal_moves", sa.column("what"), sa.column("from_state"), sa.column("to_state"))


def upgrade() -> None:
    op.create_table(
        "report_submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed' OR number = 1) = (decided_at IS NULL)", name=op.f("ck_report_submissions_decided")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR state = 'withdrawn' OR decided_by <> submitted_by",
            name=op.f("ck_report_submissions_two_hands"),
        ),
        sa.CheckConstraint("number > 1 OR state = 'submitted'", name=op.f("ck_report_submissions_first_is_submitted")),
        sa.CheckConstraint(
            "(number > 1) = (reason IS NOT NULL)", name=op.f("ck_report_submissions_revision_has_reason")
        ),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_report_submissions_area_code_areas")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_report_submissions_decided_by_users")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["indicator_runs.id"], name=op.f("fk_report_submissions_run_id_indicator_runs")
        ),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name=op.f("fk_report_submissions_submitted_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_submissions")),
        sa.UniqueConstraint(
            "area_code", "period", "number", name=op.f("uq_report_submissions_area_code_period_number")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_submissions_public_id")),
        sa.UniqueConstraint("run_id", name=op.f("uq_report_submissions_run_id")),
    )
    op.create_index(
        "uq_report_submissions_proposed",
        "report_submissions",
        ["area_code", "period"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "report_papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("ending", sa.String(length=8), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["kept_files.id"], name=op.f("fk_report_papers_file_id_kept_files")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["report_submissions.id"], name=op.f("fk_report_papers_submission_id_report_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_papers")),
        sa.UniqueConstraint("submission_id", "ending", name=op.f("uq_report_papers_submission_id_ending")),
    )
    op.bulk_insert(legal_moves, [{"what": WHAT, "from_state": a, "to_state": b} for a, b in MOVES])


def downgrade() -> None:
    op.execute(sa.delete(legal_moves).where(legal_moves.c.what == WHAT))
    op.drop_table("report_papers")
    op.drop_table("report_submissions")
