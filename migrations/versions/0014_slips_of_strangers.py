"""The stamped slip of a hand-over may be kept before the person is registered: it belongs to its form, and to the registration once
there is one. Every other paper has a registration from the start.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OF_SOMEBODY = "patient_id IS NOT NULL OR subject_kind = 'handover_form'"


def upgrade() -> None:
    with op.batch_alter_table("documents") as documents:
        documents.alter_column("patient_id", existing_type=sa.Integer(), nullable=True)
        documents.create_check_constraint(op.f("ck_documents_of_somebody"), OF_SOMEBODY)


def downgrade() -> None:
    """Refused while a slip has no registration: the older schema cannot say it, and no paper is thrown away."""
    with op.batch_alter_table("documents") as documents:
        documents.drop_constraint(op.f("ck_documents_of_somebody"), type_="check")
        documents.alter_column("patient_id", existing_type=sa.Integer(), nullable=False)
