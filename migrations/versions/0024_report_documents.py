"""What the papers of a submitted report say, by value."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_documents",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["report_submissions.id"],
            name=op.f("fk_report_documents_submission_id_report_submissions"),
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_report_documents")),
    )


def downgrade() -> None:
    op.drop_table("report_documents")
