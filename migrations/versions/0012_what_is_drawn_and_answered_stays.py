"""A home check names the family by its agreement and outlives a run that is drawn up anew; a bank's answer that names no file is
somebody's word, with its grounds. The guards over both, and over what people have decided, come with `app/core/guards.py`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None

FROM_LINE = (
    "UPDATE home_checks SET {column} = (SELECT l.{source} FROM subsidy_lines l WHERE l.id = home_checks.line_id)"
)
COPIED = {
    "agreement_id": "agreement_id",
    "payee_person_id": "payee_person_id",
    "area_code": "area_code",
    "line_digest": "digest",
}
# the line as it stands now: the one that was drawn where it still is, else the family's in the same run
TO_LINE = (
    "UPDATE home_checks SET line_id = (SELECT min(l.id) FROM subsidy_lines l WHERE l.run_id = home_checks.run_id "
    "AND l.agreement_id = home_checks.agreement_id AND {which})"
)


def upgrade() -> None:
    op.drop_index("ix_home_checks_run_id", table_name="home_checks")
    with op.batch_alter_table("home_checks") as checks:
        checks.add_column(sa.Column("agreement_id", sa.Integer(), nullable=True))
        checks.add_column(sa.Column("payee_person_id", sa.Integer(), nullable=True))
        checks.add_column(sa.Column("area_code", sa.String(length=12), nullable=True))
        checks.add_column(sa.Column("line_digest", sa.String(length=64), nullable=True))
    for column, source in COPIED.items():
        op.execute(FROM_LINE.format(column=column, source=source))
    with op.batch_alter_table("home_checks") as checks:
        for column, kind in (
            ("agreement_id", sa.Integer()),
            ("payee_person_id", sa.Integer()),
            ("area_code", sa.String(length=12)),
            ("line_digest", sa.String(length=64)),
        ):
            checks.alter_column(column, existing_type=kind, nullable=False)
        checks.drop_constraint("uq_home_checks_line_id_run_digest", type_="unique")
        checks.drop_constraint("fk_home_checks_line_id_subsidy_lines", type_="foreignkey")
        checks.drop_column("line_id")
        checks.create_unique_constraint(
            "uq_home_checks_run_id_run_digest_line_digest", ["run_id", "run_digest", "line_digest"]
        )
        checks.create_foreign_key("fk_home_checks_agreement_id_agreements", "agreements", ["agreement_id"], ["id"])
        checks.create_foreign_key("fk_home_checks_payee_person_id_people", "people", ["payee_person_id"], ["id"])
    op.create_index("ix_home_checks_agreement_id", "home_checks", ["agreement_id"], unique=False)
    with op.batch_alter_table("pay_files") as files:
        files.add_column(sa.Column("returns_taken_by", sa.Integer(), nullable=True))
        files.add_column(sa.Column("returns_ground", sa.String(length=100), nullable=True))
        files.create_foreign_key("fk_pay_files_returns_taken_by_users", "users", ["returns_taken_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("pay_files") as files:
        files.drop_constraint("fk_pay_files_returns_taken_by_users", type_="foreignkey")
        files.drop_column("returns_ground")
        files.drop_column("returns_taken_by")
    op.drop_index("ix_home_checks_agreement_id", table_name="home_checks")
    with op.batch_alter_table("home_checks") as checks:
        checks.add_column(sa.Column("line_id", sa.Integer(), nullable=True))
    op.execute(TO_LINE.format(which="l.digest = home_checks.line_digest"))
    op.execute(TO_LINE.format(which="1 = 1") + " WHERE line_id IS NULL")
    # a family that the run no longer pays has no line to hang on: the older schema cannot say it
    op.execute("DELETE FROM home_checks WHERE line_id IS NULL")
    with op.batch_alter_table("home_checks") as checks:
        checks.alter_column("line_id", existing_type=sa.Integer(), nullable=False)
        checks.drop_constraint("fk_home_checks_payee_person_id_people", type_="foreignkey")
        checks.drop_constraint("fk_home_checks_agreement_id_agreements", type_="foreignkey")
        checks.drop_constraint("uq_home_checks_run_id_run_digest_line_digest", type_="unique")
        checks.drop_column("line_digest")
        checks.drop_column("area_code")
        checks.drop_column("payee_person_id")
        checks.drop_column("agreement_id")
        checks.create_unique_constraint("uq_home_checks_line_id_run_digest", ["line_id", "run_digest"])
        checks.create_foreign_key(
            "fk_home_checks_line_id_subsidy_lines", "subsidy_lines", ["line_id"], ["id"], ondelete="CASCADE"
        )
    op.create_index("ix_home_checks_run_id", "home_checks", ["run_id"], unique=False)
