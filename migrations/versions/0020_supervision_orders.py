"""Supervision orders, their cases and the steps since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOVES = [
    ("issued", "received"),
    ("received", "replied"),
    ("sent_back", "replied"),
    ("replied", "sent_back"),
    ("replied", "closed"),
    ("issued", "withdrawn"),
    ("received", "withdrawn"),
    ("replied", "withdrawn"),
    ("sent_back", "withdrawn"),
]
WHAT = "supervision_orders.state"

legal_moves = sa.table("legal_moves", sa.column("what"), sa.column("from_state"), sa.column("to_state"))


def upgrade() -> None:
    op.create_table(
        "supervision_orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=12), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("demand", sa.String(length=32), nullable=False),
        sa.Column("case_count", sa.Integer(), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("case_count > 0", name=op.f("ck_supervision_orders_has_cases")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_supervision_orders_agency_id_agencies")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_supervision_orders_area_code_areas")),
        sa.ForeignKeyConstraint(["issued_by"], ["users.id"], name=op.f("fk_supervision_orders_issued_by_users")),
        sa.ForeignKeyConstraint(["place"], ["areas.code"], name=op.f("fk_supervision_orders_place_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_orders")),
        sa.UniqueConstraint("area_code", "year", "serial", name=op.f("uq_supervision_orders_area_code_year_serial")),
        sa.UniqueConstraint("public_id", name=op.f("uq_supervision_orders_public_id")),
    )
    op.create_index(
        "uq_supervision_orders_open",
        "supervision_orders",
        ["agency_id", "place", "matter", "period"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('closed', 'withdrawn')"),
        postgresql_where=sa.text("state NOT IN ('closed', 'withdrawn')"),
    )
    op.create_table(
        "supervision_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["supervision_orders.id"], name=op.f("fk_supervision_cases_order_id_supervision_orders")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_supervision_cases_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_cases")),
        sa.UniqueConstraint(
            "order_id", "kind", "subject_id", name=op.f("uq_supervision_cases_order_id_kind_subject_id")
        ),
    )
    op.create_index(op.f("ix_supervision_cases_patient_id"), "supervision_cases", ["patient_id"], unique=False)
    op.create_table(
        "supervision_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_supervision_steps_by_users")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["supervision_orders.id"], name=op.f("fk_supervision_steps_order_id_supervision_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_steps")),
    )
    op.create_index(op.f("ix_supervision_steps_order_id"), "supervision_steps", ["order_id"], unique=False)
    op.bulk_insert(legal_moves, [{"what": WHAT, "from_state": a, "to_state": b} for a, b in MOVES])


def downgrade() -> None:
    op.execute(sa.delete(legal_moves).where(legal_moves.c.what == WHAT))
    op.drop_table("supervision_steps")
    op.drop_table("supervision_cases")
    op.drop_table("supervision_orders")
