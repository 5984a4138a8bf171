"""A patient's visits in order, with everything that a count of a county reads of them, on PostgreSQL."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_NAME = "ix_follow_up_visits_patient_id_visited_on"
_COUNTED = (
    "id", "next_due_on", "adherence", "visit_class", "locked_up", "form", "objects", "public_order_incidents", "criminal_incidents",
    "is_late_entry", "is_complete", "withdrawn_at", "needs_confirmation", "confirmed_at",
)  # fmt: skip


def upgrade() -> None:
    _replace(_COUNTED)


def downgrade() -> None:
    _replace(())


def _replace(carried: tuple[str, ...]) -> None:
    """SQLite has no such indexes and keeps its own."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(_NAME, table_name="follow_up_visits")
        op.create_index(_NAME, "follow_up_visits", ["patient_id", "visited_on"], postgresql_include=list(carried))
