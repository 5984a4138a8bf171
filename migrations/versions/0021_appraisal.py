"""Appraisal: schemes, marks, objections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOVES = {
    "appraisal_schemes.state": [("proposed", "adopted"), ("proposed", "refused"), ("proposed", "withdrawn")],
    "appraisals.state": [("preview", "published"), ("preview", "dropped"), ("published", "final")],
    "appraisal_objections.state": [("open", "upheld"), ("open", "turned_down")],
}

legal_moves = sa.table("legal_moves", sa.column("what"), sa.column("from_state"), sa.column("to_state"))


def upgrade() -> None:
    op.create_table(
        "appraisal_schemes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("term_days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_appraisal_schemes_decided")),
        sa.CheckConstraint(
            "decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by",
            name=op.f("ck_appraisal_schemes_two_hands"),
        ),
        sa.CheckConstraint("term_days BETWEEN 1 AND 30", name=op.f("ck_appraisal_schemes_term")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_appraisal_schemes_area_code_areas")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_appraisal_schemes_decided_by_users")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_appraisal_schemes_proposed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_schemes")),
        sa.UniqueConstraint("area_code", "year", "number", name=op.f("uq_appraisal_schemes_area_code_year_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appraisal_schemes_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_appraisal_schemes_submission_key")),
    )
    op.create_index(
        "uq_appraisal_schemes_proposed",
        "appraisal_schemes",
        ["area_code", "year"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "appraisals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("objections_until", sa.Date(), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'final') = (final_at IS NOT NULL)", name=op.f("ck_appraisals_final")),
        sa.CheckConstraint(
            "(state IN ('published', 'final')) = (published_at IS NOT NULL)", name=op.f("ck_appraisals_published")
        ),
        sa.CheckConstraint("(published_at IS NULL) = (objections_until IS NULL)", name=op.f("ck_appraisals_term")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_appraisals_area_code_areas")),
        sa.ForeignKeyConstraint(["final_by"], ["users.id"], name=op.f("fk_appraisals_final_by_users")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_appraisals_made_by_users")),
        sa.ForeignKeyConstraint(["published_by"], ["users.id"], name=op.f("fk_appraisals_published_by_users")),
        sa.ForeignKeyConstraint(["run_id"], ["indicator_runs.id"], name=op.f("fk_appraisals_run_id_indicator_runs")),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["appraisal_schemes.id"], name=op.f("fk_appraisals_scheme_id_appraisal_schemes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appraisals_public_id")),
    )
    op.create_index(
        "uq_appraisals_standing",
        "appraisals",
        ["area_code", "period"],
        unique=True,
        sqlite_where=sa.text("state <> 'dropped'"),
        postgresql_where=sa.text("state <> 'dropped'"),
    )
    op.create_table(
        "appraisal_marks",
        sa.Column("appraisal_id", sa.Integer(), nullable=False),
        sa.Column("unit_kind", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=22), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("full_marks", sa.Integer(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("deduction", sa.Integer(), nullable=True),
        sa.CheckConstraint("(deduction IS NULL) = (denominator = 0)", name=op.f("ck_appraisal_marks_scored")),
        sa.CheckConstraint(
            "deduction IS NULL OR deduction BETWEEN 0 AND full_marks", name=op.f("ck_appraisal_marks_deduction")
        ),
        sa.ForeignKeyConstraint(
            ["appraisal_id"], ["appraisals.id"], name=op.f("fk_appraisal_marks_appraisal_id_appraisals")
        ),
        sa.PrimaryKeyConstraint("appraisal_id", "unit_kind", "unit", "source", name=op.f("pk_appraisal_marks")),
    )
    op.create_table(
        "appraisal_objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("appraisal_id", sa.Integer(), nullable=False),
        sa.Column("unit_kind", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=22), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("corrected", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (answered_at IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name=op.f("ck_appraisal_objections_answered"),
        ),
        sa.CheckConstraint(
            "(state = 'upheld') = (corrected IS NOT NULL)", name=op.f("ck_appraisal_objections_corrected")
        ),
        sa.CheckConstraint(
            "answered_by IS NULL OR answered_by <> made_by", name=op.f("ck_appraisal_objections_two_hands")
        ),
        sa.CheckConstraint("corrected IS NULL OR corrected >= 0", name=op.f("ck_appraisal_objections_corrected_marks")),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name=op.f("fk_appraisal_objections_answered_by_users")),
        sa.ForeignKeyConstraint(
            ["appraisal_id"], ["appraisals.id"], name=op.f("fk_appraisal_objections_appraisal_id_appraisals")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_appraisal_objections_made_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_objections")),
        sa.UniqueConstraint(
            "appraisal_id",
            "unit_kind",
            "unit",
            "source",
            name=op.f("uq_appraisal_objections_appraisal_id_unit_kind_unit_source"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_appraisal_objections_public_id")),
    )
    op.bulk_insert(
        legal_moves,
        [{"what": what, "from_state": a, "to_state": b} for what, moves in MOVES.items() for a, b in moves],
    )


def downgrade() -> None:
    op.execute(sa.delete(legal_moves).where(legal_moves.c.what.in_(MOVES)))
    op.drop_table("appraisal_objections")
    op.drop_table("appraisal_marks")
    op.drop_table("appraisals")
    op.drop_table("appraisal_schemes")
