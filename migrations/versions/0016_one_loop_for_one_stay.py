"""One discharge of one person is one loop, under however many numbers it is sent at one moment; a loop that had ended by itself
may go on when its last act turns out to be none.

Records of before have no index: who they are of is sealed, and what is sent after them is compared with them as ever.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STANDS = sa.text("close_reason IS NULL OR close_reason <> 'wrong_entry'")
MOVES: dict[str, list[tuple[str, str]]] = {
    "discharges.state": [("closed", "dispatched"), ("closed", "received"), ("closed", "acting")],
    "handover_forms.state": [("closed", "received"), ("closed", "acting")],
}

legal_moves = sa.table("legal_moves", sa.column("what"), sa.column("from_state"), sa.column("to_state"))


def upgrade() -> None:
    op.add_column("discharges", sa.Column("stay_index", sa.LargeBinary(length=16), nullable=True))
    op.create_index(
        "uq_discharges_stay_index",
        "discharges",
        ["stay_index"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )
    op.bulk_insert(
        legal_moves,
        [{"what": what, "from_state": a, "to_state": b} for what, moves in MOVES.items() for a, b in moves],
    )


def downgrade() -> None:
    for what, moves in MOVES.items():
        for a, b in moves:
            is_it = (legal_moves.c.what == what, legal_moves.c.from_state == a, legal_moves.c.to_state == b)
            op.execute(sa.delete(legal_moves).where(*is_it))
    op.drop_index("uq_discharges_stay_index", table_name="discharges")
    with op.batch_alter_table("discharges") as discharges:
        discharges.drop_column("stay_index")
