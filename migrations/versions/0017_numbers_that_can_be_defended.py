"""Indicators: computations, who is in which set, totals by place, residents and targets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area_populations",
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("residents", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("residents > 0", name=op.f("ck_area_populations_residents")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_area_populations_area_code_areas")),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name=op.f("fk_area_populations_set_by_users")),
        sa.PrimaryKeyConstraint("area_code", "year", name=op.f("pk_area_populations")),
    )
    op.create_table(
        "indicator_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("cut_off", sa.Date(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.String(length=32), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("computed_by", sa.Integer(), nullable=True),
        sa.Column("is_frozen", sa.Boolean(), nullable=False),
        sa.CheckConstraint("first_on <= cut_off", name=op.f("ck_indicator_runs_window")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_indicator_runs_area_code_areas")),
        sa.ForeignKeyConstraint(["computed_by"], ["users.id"], name=op.f("fk_indicator_runs_computed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_runs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_indicator_runs_public_id")),
    )
    op.create_index(
        "ix_indicator_runs_area_code_period_id", "indicator_runs", ["area_code", "period", "id"], unique=False
    )
    op.create_table(
        "indicator_targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("per_10000", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("per_10000 BETWEEN 0 AND 10000", name=op.f("ck_indicator_targets_share")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_indicator_targets_area_code_areas")),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name=op.f("fk_indicator_targets_set_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_targets")),
        sa.UniqueConstraint(
            "area_code", "indicator", "year", name=op.f("uq_indicator_targets_area_code_indicator_year")
        ),
    )
    op.create_table(
        "indicator_members",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("bits", sa.BigInteger(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("visits_in_time", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["indicator_runs.id"], name=op.f("fk_indicator_members_run_id_indicator_runs")
        ),
        sa.PrimaryKeyConstraint("run_id", "kind", "subject_id", name=op.f("pk_indicator_members")),
    )
    op.create_index("ix_indicator_members_run_id_area_code", "indicator_members", ["run_id", "area_code"], unique=False)
    op.create_table(
        "indicator_values",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["indicator_runs.id"], name=op.f("fk_indicator_values_run_id_indicator_runs")
        ),
        sa.PrimaryKeyConstraint("run_id", "area_code", name=op.f("pk_indicator_values")),
    )
    op.create_index("ix_patient_spans_what_value", "patient_spans", ["what", "value"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_patient_spans_what_value", table_name="patient_spans")
    op.drop_table("indicator_values")
    op.drop_table("indicator_members")
    op.drop_table("indicator_targets")
    op.drop_table("indicator_runs")
    op.drop_table("area_populations")
