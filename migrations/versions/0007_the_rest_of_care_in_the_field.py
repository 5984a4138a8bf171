"""The rest of care in the field: who has taken a duty up, who ticked a step of a plan, how a group's members are reached,
what the national system says of a visit, which kind of list an import read, what a consent to another purpose is about, and the
words that an emergency record prints beside its codes, why an attempt, a consent or a group's meeting was taken back as a
mistake, and what is known of a patient who is lost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EMERGENCY_WORDS = (
    "reporter_name_sealed",
    "reason_text_sealed",
    "diagnosis_sealed",
    "measures_text_sealed",
    "effect_text_sealed",
    "consent_name_sealed",
)

STANDING = sa.text("withdrawn_at IS NULL")
STATES = (
    "area_code",
    "registry_status",
    "management_status",
    "care_setting",
    "risk_level",
    "last_seen_on",
    "managed_from",
)


def upgrade() -> None:
    op.add_column("tasks", sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tasks", sa.Column("taken_up_by", sa.Integer(), nullable=True))
    op.add_column("care_plan_steps", sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("care_plan_steps", sa.Column("done_by", sa.Integer(), nullable=True))
    op.add_column("joint_group_members", sa.Column("phone", sa.String(length=20), nullable=True))
    op.add_column("follow_up_visits", sa.Column("national_says", sa.Text(), nullable=True))
    op.add_column("imports", sa.Column("kind", sa.String(length=20), server_default="roster", nullable=False))
    op.add_column("import_rows", sa.Column("visit", sa.String(length=22), nullable=True))
    op.add_column("consents", sa.Column("purpose_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("consents", sa.Column("receiver_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("consents", sa.Column("witness_name_sealed", sa.LargeBinary(), nullable=True))
    for name in EMERGENCY_WORDS:
        op.add_column("emergencies", sa.Column(name, sa.LargeBinary(), nullable=True))
    op.add_column("emergencies", sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("visit_attempts", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("visit_attempts", sa.Column("withdrawn_by", sa.Integer(), nullable=True))
    op.add_column("visit_attempts", sa.Column("mistake", sa.String(length=20), nullable=True))
    op.add_column("consents", sa.Column("mistake", sa.String(length=20), nullable=True))
    with op.batch_alter_table("group_meetings") as meetings:
        meetings.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        meetings.add_column(sa.Column("withdrawn_by", sa.Integer(), nullable=True))
        meetings.add_column(sa.Column("mistake", sa.String(length=20), nullable=True))
        meetings.drop_constraint("uq_group_meetings_group_id_held_on", type_="unique")
    op.create_index(
        "uq_group_meetings_standing",
        "group_meetings",
        ["group_id", "held_on"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    op.create_table(
        "losses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=True),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("found_how_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason IS NULL OR reason BETWEEN 1 AND 5", name=op.f("ck_losses_reason")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_losses_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_losses")),
        sa.UniqueConstraint("patient_id", "from_on", name=op.f("uq_losses_patient_id_from_on")),
    )
    op.create_index("ix_patients_area_code_states", "patients", list(STATES))
    op.execute("UPDATE tasks SET kind = 'search_lost' WHERE kind = 'check_status' AND period LIKE 'lost-%'")


def downgrade() -> None:
    op.execute("UPDATE tasks SET kind = 'check_status' WHERE kind = 'search_lost' AND period LIKE 'lost-%'")
    op.drop_index("ix_patients_area_code_states", "patients")
    op.drop_table("losses")
    op.drop_index("uq_group_meetings_standing", "group_meetings")
    with op.batch_alter_table("group_meetings") as meetings:
        meetings.create_unique_constraint("uq_group_meetings_group_id_held_on", ["group_id", "held_on"])
        meetings.drop_column("mistake")
        meetings.drop_column("withdrawn_by")
        meetings.drop_column("withdrawn_at")
    op.drop_column("consents", "mistake")
    op.drop_column("visit_attempts", "mistake")
    op.drop_column("visit_attempts", "withdrawn_by")
    op.drop_column("visit_attempts", "withdrawn_at")
    op.drop_column("emergencies", "reported_at")
    for name in reversed(EMERGENCY_WORDS):
        op.drop_column("emergencies", name)
    op.drop_column("consents", "witness_name_sealed")
    op.drop_column("consents", "receiver_sealed")
    op.drop_column("consents", "purpose_sealed")
    op.drop_column("import_rows", "visit")
    op.drop_column("imports", "kind")
    op.drop_column("follow_up_visits", "national_says")
    op.drop_column("joint_group_members", "phone")
    op.drop_column("care_plan_steps", "done_by")
    op.drop_column("care_plan_steps", "done_at")
    op.drop_column("tasks", "taken_up_by")
    op.drop_column("tasks", "taken_up_at")
