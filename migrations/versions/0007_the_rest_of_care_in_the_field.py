"""The rest of care in the field: who has taken a duty up, who ticked a step of a plan, how a group's members are reached,
what the national system says of a visit, and which kind of list an import read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tasks", sa.Column("taken_up_by", sa.Integer(), nullable=True))
    op.add_column("care_plan_steps", sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("care_plan_steps", sa.Column("done_by", sa.Integer(), nullable=True))
    op.add_column("joint_group_members", sa.Column("phone", sa.String(length=20), nullable=True))
    op.add_column("follow_up_visits", sa.Column("national_says", sa.Text(), nullable=True))
    op.add_column("imports", sa.Column("kind", sa.String(length=20), server_default="roster", nullable=False))
    op.add_column("import_rows", sa.Column("visit", sa.String(length=22), nullable=True))


def downgrade() -> None:
    op.drop_column("import_rows", "visit")
    op.drop_column("imports", "kind")
    op.drop_column("follow_up_visits", "national_says")
    op.drop_column("joint_group_members", "phone")
    op.drop_column("care_plan_steps", "done_by")
    op.drop_column("care_plan_steps", "done_at")
    op.drop_column("tasks", "taken_up_by")
    op.drop_column("tasks", "taken_up_at")
