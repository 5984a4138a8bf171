"""Supervision sampling: samples, institutions, drawn records and what was found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MOVES = {"samples.state": [("running", "closed"), ("running", "withdrawn")]}

legal_moves = sa.table("legal_moves", sa.column("what"), sa.column("from_state"), sa.column("to_state"))


def upgrade() -> None:
    op.create_table(
        "samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("seed_is_given", sa.Boolean(), nullable=False),
        sa.Column("frame_count", sa.Integer(), nullable=False),
        sa.Column("frame_digest", sa.String(length=64), nullable=False),
        sa.Column("drawn_count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(state = 'running') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)",
            name=op.f("ck_samples_ended"),
        ),
        sa.CheckConstraint("(state = 'withdrawn') = (why IS NOT NULL)", name=op.f("ck_samples_why")),
        sa.CheckConstraint(
            "(subject = 'visits') = (first_on IS NOT NULL) AND (first_on IS NULL) = (last_on IS NULL)",
            name=op.f("ck_samples_period"),
        ),
        sa.CheckConstraint("drawn_count BETWEEN 1 AND frame_count", name=op.f("ck_samples_counts")),
        sa.CheckConstraint("first_on IS NULL OR first_on <= last_on", name=op.f("ck_samples_days")),
        sa.CheckConstraint(
            "percent BETWEEN 0 AND 100 AND least BETWEEN 0 AND 100 AND high BETWEEN 0 AND 100",
            name=op.f("ck_samples_sizes"),
        ),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_samples_area_code_areas")),
        sa.ForeignKeyConstraint(["drawn_by"], ["users.id"], name=op.f("fk_samples_drawn_by_users")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_samples_ended_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_samples")),
        sa.UniqueConstraint("area_code", "frame_digest", "seed", name=op.f("uq_samples_area_code_frame_digest_seed")),
        sa.UniqueConstraint("area_code", "year", "serial", name=op.f("uq_samples_area_code_year_serial")),
        sa.UniqueConstraint("public_id", name=op.f("uq_samples_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_samples_submission_key")),
    )
    op.create_table(
        "sample_units",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.Column("frame_high", sa.Integer(), nullable=False),
        sa.Column("frame_rest", sa.Integer(), nullable=False),
        sa.Column("drawn_high", sa.Integer(), nullable=False),
        sa.Column("drawn_rest", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=True),
        sa.Column("commented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("commented_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(comment IS NULL) = (commented_at IS NULL) AND (comment IS NULL) = (commented_by IS NULL)",
            name=op.f("ck_sample_units_commented"),
        ),
        sa.CheckConstraint(
            "drawn_high BETWEEN 0 AND frame_high AND drawn_rest BETWEEN 0 AND frame_rest",
            name=op.f("ck_sample_units_drawn"),
        ),
        sa.CheckConstraint(
            "frame_high >= 0 AND frame_rest >= 0 AND frame_high + frame_rest > 0", name=op.f("ck_sample_units_frame")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_sample_units_agency_id_agencies")),
        sa.ForeignKeyConstraint(["commented_by"], ["users.id"], name=op.f("fk_sample_units_commented_by_users")),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name=op.f("fk_sample_units_sample_id_samples")),
        sa.PrimaryKeyConstraint("sample_id", "agency_id", name=op.f("pk_sample_units")),
    )
    op.create_table(
        "sample_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=22), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("unable", sa.String(length=32), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(checked_at IS NULL) = (checked_by IS NULL)", name=op.f("ck_sample_records_checked")),
        sa.CheckConstraint(
            "(unable IS NULL AND note_sealed IS NULL) OR checked_at IS NOT NULL", name=op.f("ck_sample_records_found")
        ),
        sa.CheckConstraint("(note_sealed IS NULL) = (noted_by IS NULL)", name=op.f("ck_sample_records_noted")),
        sa.ForeignKeyConstraint(["checked_by"], ["users.id"], name=op.f("fk_sample_records_checked_by_users")),
        sa.ForeignKeyConstraint(["noted_by"], ["users.id"], name=op.f("fk_sample_records_noted_by_users")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_sample_records_patient_id_patients")),
        sa.ForeignKeyConstraint(
            ["sample_id", "agency_id"],
            ["sample_units.sample_id", "sample_units.agency_id"],
            name=op.f("fk_sample_records_sample_id_sample_units"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["follow_up_visits.id"], name=op.f("fk_sample_records_visit_id_follow_up_visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_records")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sample_records_public_id")),
        sa.UniqueConstraint(
            "sample_id", "agency_id", "serial", name=op.f("uq_sample_records_sample_id_agency_id_serial")
        ),
        sa.UniqueConstraint("sample_id", "key", name=op.f("uq_sample_records_sample_id_key")),
    )
    op.create_index(op.f("ix_sample_records_patient_id"), "sample_records", ["patient_id"], unique=False)
    op.create_table(
        "sample_marks",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["sample_records.id"], name=op.f("fk_sample_marks_record_id_sample_records")
        ),
        sa.PrimaryKeyConstraint("record_id", "item", name=op.f("pk_sample_marks")),
    )
    op.bulk_insert(
        legal_moves,
        [{"what": what, "from_state": a, "to_state": b} for what, moves in MOVES.items() for a, b in moves],
    )


def downgrade() -> None:
    op.execute(sa.delete(legal_moves).where(legal_moves.c.what.in_(MOVES)))
    op.drop_table("sample_marks")
    op.drop_table("sample_records")
    op.drop_table("sample_units")
    op.drop_table("samples")
