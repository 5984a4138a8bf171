"""Legal moves of clues, transfers and requests of two people; a span for every responsible doctor.

The doctor was a bare column; from now on it is a kept copy of a span, so that a hand-over has a date.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOVES: dict[str, list[tuple[str, str]]] = {
    "clues.state": [("received", "looking"), ("received", "closed"), ("looking", "closed")],
    "transfers.state": [("proposed", "accepted"), ("proposed", "refused"), ("proposed", "withdrawn")],
    "register_requests.state": [
        ("proposed", "done"),
        ("proposed", "refused"),
        ("proposed", "withdrawn"),
        ("done", "undone"),
    ],
}

DOCTORS = """
INSERT INTO patient_spans (patient_id, what, value, from_on, recorded_at, recorded_by)
SELECT id, 'doctor', CAST(doctor_id AS VARCHAR(32)), COALESCE(registered_on, date(created_at)), created_at, created_by
FROM patients WHERE doctor_id IS NOT NULL
"""

legal_moves = sa.table("legal_moves", sa.column("what"), sa.column("from_state"), sa.column("to_state"))


def upgrade() -> None:
    op.bulk_insert(
        legal_moves,
        [{"what": what, "from_state": a, "to_state": b} for what, moves in MOVES.items() for a, b in moves],
    )
    op.execute(DOCTORS)


def downgrade() -> None:
    op.execute("DELETE FROM patient_spans WHERE what IN ('doctor', 'stand_in')")
    op.execute(sa.delete(legal_moves).where(legal_moves.c.what.in_(list(MOVES))))
