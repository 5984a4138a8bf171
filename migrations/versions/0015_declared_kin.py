"""Relatives whom members of staff declare, and their yearly word that all are declared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STANDS = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "declared_kin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(length=11), nullable=False),
        sa.Column("label", sa.String(length=50), nullable=False),
        sa.Column("declared_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_declared_kin_ended")),
        sa.CheckConstraint("ended_by IS NULL OR ended_by <> user_id", name=op.f("ck_declared_kin_two_hands")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_declared_kin_ended_by_users")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_declared_kin_person_id_people")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_declared_kin_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_kin")),
        sa.UniqueConstraint("public_id", name=op.f("uq_declared_kin_public_id")),
    )
    op.create_index(op.f("ix_declared_kin_person_id"), "declared_kin", ["person_id"], unique=False)
    op.create_index(
        "uq_declared_kin_standing",
        "declared_kin",
        ["user_id", "person_id"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )
    op.create_table(
        "kin_statements",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("stated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_kin_statements_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "year", name=op.f("pk_kin_statements")),
    )


def downgrade() -> None:
    op.drop_table("kin_statements")
    op.drop_table("declared_kin")
