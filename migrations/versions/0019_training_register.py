"""The training register: sessions and who took part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("teacher", sa.String(length=60), nullable=False),
        sa.Column("half_hours", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_training_sessions_withdrawn")
        ),
        sa.CheckConstraint("half_hours BETWEEN 1 AND 48", name=op.f("ck_training_sessions_half_hours")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_training_sessions_agency_id_agencies")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_training_sessions_area_code_areas")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_training_sessions_recorded_by_users")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["users.id"], name=op.f("fk_training_sessions_withdrawn_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_sessions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_training_sessions_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_training_sessions_submission_key")),
    )
    op.create_index(
        "ix_training_sessions_area_code_held_on", "training_sessions", ["area_code", "held_on"], unique=False
    )
    op.create_table(
        "training_attendees",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=True),
        sa.Column("unit", sa.String(length=60), nullable=True),
        sa.CheckConstraint(
            "(user_id IS NULL) = (name IS NOT NULL AND unit IS NOT NULL)", name=op.f("ck_training_attendees_who")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_training_attendees_agency_id_agencies")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_sessions.id"], name=op.f("fk_training_attendees_session_id_training_sessions")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_training_attendees_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_attendees")),
    )
    op.create_index(op.f("ix_training_attendees_session_id"), "training_attendees", ["session_id"], unique=False)
    op.create_index(op.f("ix_training_attendees_user_id"), "training_attendees", ["user_id"], unique=False)
    op.create_index(
        "uq_training_attendees_user",
        "training_attendees",
        ["session_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("user_id IS NOT NULL"),
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("training_attendees")
    op.drop_table("training_sessions")
