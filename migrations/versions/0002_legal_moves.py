"""Legal state moves, which the guard triggers read.

The pairs of domain 1.4 and of the quarter's run as they stand today; a later change is a later migration.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REGISTRY = ["suspected", "under_review", "registered", "excluded", "transferred_out", "dead", "merged"]

MOVES: dict[str, list[tuple[str, str]]] = {
    "patients.registry_status": [
        ("suspected", "under_review"),
        ("suspected", "registered"),
        ("suspected", "excluded"),
        ("under_review", "registered"),
        ("under_review", "excluded"),
        ("registered", "excluded"),
        ("registered", "transferred_out"),
        ("transferred_out", "registered"),
        ("excluded", "registered"),
        ("merged", "registered"),
        ("dead", "registered"),
        *[(state, "dead") for state in REGISTRY if state != "dead"],
        *[(state, "merged") for state in REGISTRY if state != "merged"],
    ],
    "patients.management_status": [
        ("pending_consent", "managed"),
        ("pending_consent", "refused"),
        ("pending_consent", "lost"),
        ("managed", "refused"),
        ("managed", "lost"),
        ("refused", "managed"),
        ("refused", "lost"),
        ("lost", "managed"),
    ],
    "subsidy_runs.state": [
        ("preparing", "draft"),
        ("draft", "preparing"),  # prepared anew
        ("draft", "submitted"),
        ("submitted", "draft"),  # returned by the reviewer, or voided by a change
        ("submitted", "approved"),
        ("approved", "draft"),  # voided by a change
        ("approved", "exported"),
        ("exported", "settled"),
    ],
    "pay_file_lines.state": [
        ("sent", "paid"),
        ("sent", "returned"),
        ("paid", "returned"),  # a return file that comes after an attestation wins
    ],
}

legal_moves = sa.table("legal_moves", sa.column("what"), sa.column("from_state"), sa.column("to_state"))


def upgrade() -> None:
    op.bulk_insert(
        legal_moves,
        [{"what": what, "from_state": a, "to_state": b} for what, moves in MOVES.items() for a, b in moves],
    )


def downgrade() -> None:
    op.execute(sa.delete(legal_moves).where(legal_moves.c.what.in_(list(MOVES))))
