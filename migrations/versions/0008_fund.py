"""The county's fund: accounts of a year, proposals of two people, entries and their postings; and the legal moves of a proposal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOVES = [("proposed", "approved"), ("proposed", "refused"), ("proposed", "withdrawn")]

legal_moves = sa.table("legal_moves", sa.column("what"), sa.column("from_state"), sa.column("to_state"))


def upgrade() -> None:
    op.create_table(
        "fund_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_fund_accounts_county_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_accounts")),
        sa.UniqueConstraint("county_code", "year", "side", name=op.f("uq_fund_accounts_county_code_year_side")),
    )
    op.create_table(
        "fund_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_fund_entries_county_code_areas")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_fund_entries_recorded_by_users")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["fund_entries.id"], name=op.f("fk_fund_entries_reverses_id_fund_entries")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["subsidy_runs.id"], name=op.f("fk_fund_entries_run_id_subsidy_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_fund_entries_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fund_entries_public_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_fund_entries_reverses_id")),
    )
    op.create_index("ix_fund_entries_county_code_year_id", "fund_entries", ["county_code", "year", "id"], unique=False)
    op.create_index(op.f("ix_fund_entries_run_id"), "fund_entries", ["run_id"], unique=False)
    op.create_table(
        "fund_postings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("from_account_id", sa.Integer(), nullable=False),
        sa.Column("to_account_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_fund_postings_amount")),
        sa.CheckConstraint("from_account_id <> to_account_id", name=op.f("ck_fund_postings_two_accounts")),
        sa.ForeignKeyConstraint(["entry_id"], ["fund_entries.id"], name=op.f("fk_fund_postings_entry_id_fund_entries")),
        sa.ForeignKeyConstraint(
            ["from_account_id"], ["fund_accounts.id"], name=op.f("fk_fund_postings_from_account_id_fund_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["to_account_id"], ["fund_accounts.id"], name=op.f("fk_fund_postings_to_account_id_fund_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_postings")),
    )
    op.create_index(op.f("ix_fund_postings_entry_id"), "fund_postings", ["entry_id"], unique=False)
    op.create_index(op.f("ix_fund_postings_from_account_id"), "fund_postings", ["from_account_id"], unique=False)
    op.create_index(op.f("ix_fund_postings_to_account_id"), "fund_postings", ["to_account_id"], unique=False)
    op.create_table(
        "fund_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=True),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by",
            name=op.f("ck_fund_proposals_two_hands"),
        ),
        sa.CheckConstraint("(side IS NULL) <> (reverses_id IS NULL)", name=op.f("ck_fund_proposals_one_purpose")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_fund_proposals_amount")),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_fund_proposals_county_code_areas")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_fund_proposals_decided_by_users")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_fund_proposals_proposed_by_users")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["fund_entries.id"], name=op.f("fk_fund_proposals_reverses_id_fund_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_proposals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fund_proposals_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_fund_proposals_submission_key")),
    )
    op.create_index("ix_fund_proposals_county_code_state", "fund_proposals", ["county_code", "state"], unique=False)
    op.bulk_insert(legal_moves, [{"what": "fund_proposals.state", "from_state": a, "to_state": b} for a, b in MOVES])


def downgrade() -> None:
    op.execute(sa.delete(legal_moves).where(legal_moves.c.what == "fund_proposals.state"))

    op.drop_index("ix_fund_proposals_county_code_state", table_name="fund_proposals")
    op.drop_table("fund_proposals")
    op.drop_index(op.f("ix_fund_postings_to_account_id"), table_name="fund_postings")
    op.drop_index(op.f("ix_fund_postings_from_account_id"), table_name="fund_postings")
    op.drop_index(op.f("ix_fund_postings_entry_id"), table_name="fund_postings")
    op.drop_table("fund_postings")
    op.drop_index(op.f("ix_fund_entries_run_id"), table_name="fund_entries")
    op.drop_index("ix_fund_entries_county_code_year_id", table_name="fund_entries")
    op.drop_table("fund_entries")
    op.drop_table("fund_accounts")
