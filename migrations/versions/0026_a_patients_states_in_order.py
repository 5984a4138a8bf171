"""A patient's dated states in order, with what held and until when, on PostgreSQL."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_NAME = "ix_patient_spans_patient_id_what_from_on"


def upgrade() -> None:
    _replace("to_on", "value", "withdrawn_at")


def downgrade() -> None:
    _replace()


def _replace(*carried: str) -> None:
    """SQLite has no such indexes and keeps its own."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(_NAME, table_name="patient_spans")
        op.create_index(_NAME, "patient_spans", ["patient_id", "what", "from_on"], postgresql_include=list(carried))
