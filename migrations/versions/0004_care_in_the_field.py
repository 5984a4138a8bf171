"""Care in the field: clues, transfers, requests of two people, treatment, care teams, devices, sessions, emergencies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area_settings",
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("value", sa.String(length=100), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_area_settings_area_code_areas")),
        sa.PrimaryKeyConstraint("area_code", "name", name=op.f("pk_area_settings")),
    )
    op.create_table(
        "joint_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_joint_groups_area_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_groups")),
        sa.UniqueConstraint("area_code", "kind", name=op.f("uq_joint_groups_area_code_kind")),
        sa.UniqueConstraint("public_id", name=op.f("uq_joint_groups_public_id")),
    )
    op.create_table(
        "reassessment_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'signed') = (signed_at IS NOT NULL)", name=op.f("ck_reassessment_sessions_signed")
        ),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_reassessment_sessions_area_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassessment_sessions")),
        sa.UniqueConstraint("area_code", "quarter", name=op.f("uq_reassessment_sessions_area_code_quarter")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reassessment_sessions_public_id")),
    )
    op.create_table(
        "screening_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("period", sa.String(length=12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_screening_rounds_area_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_rounds")),
        sa.UniqueConstraint("area_code", "period", name=op.f("uq_screening_rounds_area_code_period")),
        sa.UniqueConstraint("public_id", name=op.f("uq_screening_rounds_public_id")),
    )
    op.create_table(
        "group_meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("present", sa.Text(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["joint_groups.id"], name=op.f("fk_group_meetings_group_id_joint_groups")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_meetings")),
        sa.UniqueConstraint("group_id", "held_on", name=op.f("uq_group_meetings_group_id_held_on")),
    )
    op.create_table(
        "joint_group_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["joint_groups.id"], name=op.f("fk_joint_group_members_group_id_joint_groups")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_group_members")),
    )
    with op.batch_alter_table("joint_group_members", schema=None) as batch_op:
        batch_op.create_index("ix_joint_group_members_group_id", ["group_id"], unique=False)

    op.create_table(
        "screening_returns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("clue_count", sa.Integer(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.Column("is_on_behalf", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL)", name=op.f("ck_screening_returns_signed")),
        sa.CheckConstraint("clue_count >= 0", name=op.f("ck_screening_returns_clue_count")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_screening_returns_area_code_areas")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["screening_rounds.id"], name=op.f("fk_screening_returns_round_id_screening_rounds")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_returns")),
        sa.UniqueConstraint("public_id", name=op.f("uq_screening_returns_public_id")),
        sa.UniqueConstraint("round_id", "area_code", name=op.f("uq_screening_returns_round_id_area_code")),
    )
    with op.batch_alter_table("screening_returns", schema=None) as batch_op:
        batch_op.create_index("ix_screening_returns_area_code", ["area_code"], unique=False)

    op.create_table(
        "devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("kek_id", sa.String(length=16), nullable=False),
        sa.Column("server_part_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("opening_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unsent_count", sa.Integer(), nullable=False),
        sa.Column("unsent_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("unsent_count >= 0", name=op.f("ck_devices_unsent_count")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_devices_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("public_id", name=op.f("uq_devices_public_id")),
    )
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.create_index("ix_devices_user_id", ["user_id"], unique=False)

    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("query", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_views_public_id")),
        sa.UniqueConstraint("user_id", "page", "name", name=op.f("uq_saved_views_user_id_page_name")),
    )
    op.create_table(
        "care_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("wishes_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("review_on > made_on", name=op.f("ck_care_plans_review_after_made")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_care_plans_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plans")),
        sa.UniqueConstraint("public_id", name=op.f("uq_care_plans_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_care_plans_submission_key")),
    )
    with op.batch_alter_table("care_plans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_plans_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index(
            "uq_care_plans_open",
            ["patient_id"],
            unique=True,
            sqlite_where=sa.text("to_on IS NULL"),
            postgresql_where=sa.text("to_on IS NULL"),
        )

    op.create_table(
        "care_team_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_care_team_members_patient_id_patients")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_care_team_members_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_team_members")),
    )
    with op.batch_alter_table("care_team_members", schema=None) as batch_op:
        batch_op.create_index("ix_care_team_members_patient_id", ["patient_id"], unique=False)
        batch_op.create_index(
            "uq_care_team_members_open",
            ["patient_id", "part"],
            unique=True,
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )

    op.create_table(
        "clues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("signs", sa.Integer(), nullable=False),
        sa.Column("notes_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("found_signs", sa.Integer(), nullable=True),
        sa.Column("findings_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_danger", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("screening_return_id", sa.Integer(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_clues_closed_has_outcome")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_clues_agency_id_agencies")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_clues_area_code_areas")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_clues_patient_id_patients")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_clues_person_id_people")),
        sa.ForeignKeyConstraint(
            ["screening_return_id"],
            ["screening_returns.id"],
            name=op.f("fk_clues_screening_return_id_screening_returns"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clues")),
        sa.UniqueConstraint("public_id", name=op.f("uq_clues_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_clues_submission_key")),
    )
    with op.batch_alter_table("clues", schema=None) as batch_op:
        batch_op.create_index("ix_clues_area_code_state", ["area_code", "state"], unique=False)
        batch_op.create_index("ix_clues_reported_by", ["reported_by"], unique=False)
        batch_op.create_index("ix_clues_patient_id", ["patient_id"], unique=False)

    op.create_table(
        "examinations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("examined_on", sa.Date(), nullable=False),
        sa.Column("agreed_by", sa.String(length=20), nullable=True),
        sa.Column("systolic_mmhg", sa.Integer(), nullable=True),
        sa.Column("diastolic_mmhg", sa.Integer(), nullable=True),
        sa.Column("weight_hg", sa.Integer(), nullable=True),
        sa.Column("white_cells", sa.String(length=12), nullable=True),
        sa.Column("neutrophils", sa.String(length=12), nullable=True),
        sa.Column("alt", sa.String(length=12), nullable=True),
        sa.Column("glucose", sa.String(length=12), nullable=True),
        sa.Column("ecg", sa.Integer(), nullable=True),
        sa.Column("findings_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_examinations_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examinations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_examinations_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_examinations_submission_key")),
    )
    with op.batch_alter_table("examinations", schema=None) as batch_op:
        batch_op.create_index("ix_examinations_patient_id_examined_on", ["patient_id", "examined_on"], unique=False)

    op.create_table(
        "injections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("drug", sa.String(length=60), nullable=False),
        sa.Column("dose_mg", sa.String(length=10), nullable=False),
        sa.Column("interval_weeks", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=False),
        sa.Column("site", sa.String(length=20), nullable=True),
        sa.Column("facility", sa.String(length=100), nullable=False),
        sa.Column("reaction_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("interval_weeks BETWEEN 1 AND 26", name=op.f("ck_injections_interval")),
        sa.CheckConstraint("next_due_on > given_on", name=op.f("ck_injections_next_after_given")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_injections_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_injections")),
        sa.UniqueConstraint("public_id", name=op.f("uq_injections_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_injections_submission_key")),
    )
    with op.batch_alter_table("injections", schema=None) as batch_op:
        batch_op.create_index("ix_injections_patient_id_given_on", ["patient_id", "given_on"], unique=False)

    op.create_table(
        "medicine_supplies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("drug", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("runs_out_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("days BETWEEN 1 AND 366", name=op.f("ck_medicine_supplies_days")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_medicine_supplies_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medicine_supplies")),
        sa.UniqueConstraint("public_id", name=op.f("uq_medicine_supplies_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_medicine_supplies_submission_key")),
    )
    with op.batch_alter_table("medicine_supplies", schema=None) as batch_op:
        batch_op.create_index("ix_medicine_supplies_patient_id_given_on", ["patient_id", "given_on"], unique=False)

    op.create_table(
        "register_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("kept_patient_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("moved", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'merge') = (kept_patient_id IS NOT NULL)", name=op.f("ck_register_requests_merge_has_kept")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by",
            name=op.f("ck_register_requests_two_hands"),
        ),
        sa.CheckConstraint(
            "kept_patient_id IS NULL OR kept_patient_id <> patient_id", name=op.f("ck_register_requests_two_records")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_register_requests_decided_by_users")),
        sa.ForeignKeyConstraint(
            ["kept_patient_id"], ["patients.id"], name=op.f("fk_register_requests_kept_patient_id_patients")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_register_requests_patient_id_patients")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_register_requests_proposed_by_users")),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_register_requests_undone_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_requests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_register_requests_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_register_requests_submission_key")),
    )
    with op.batch_alter_table("register_requests", schema=None) as batch_op:
        batch_op.create_index("ix_register_requests_area_code_state", ["area_code", "state"], unique=False)
        batch_op.create_index(
            "uq_register_requests_open",
            ["patient_id"],
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )

    op.create_table(
        "transfers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("from_area_code", sa.String(length=12), nullable=False),
        sa.Column("from_agency_id", sa.Integer(), nullable=True),
        sa.Column("to_area_code", sa.String(length=12), nullable=False),
        sa.Column("to_agency_id", sa.Integer(), nullable=True),
        sa.Column("to_place", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_due_provisional", sa.Boolean(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_area_code <> to_area_code", name=op.f("ck_transfers_other_place")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_transfers_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_transfers_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_transfers_submission_key")),
    )
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index("ix_transfers_from_area_code", ["from_area_code"], unique=False)
        batch_op.create_index("ix_transfers_to_area_code", ["to_area_code"], unique=False)
        batch_op.create_index(
            "uq_transfers_open",
            ["patient_id"],
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )

    op.create_table(
        "visit_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("based_on_visit_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_visit_drafts_patient_id_patients")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_visit_drafts_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_drafts")),
        sa.UniqueConstraint("user_id", "patient_id", name=op.f("uq_visit_drafts_user_id_patient_id")),
    )
    op.create_table(
        "care_plan_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("aim", sa.String(length=32), nullable=False),
        sa.Column("what_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("by_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plans.id"], name=op.f("fk_care_plan_steps_plan_id_care_plans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan_steps")),
        sa.UniqueConstraint("plan_id", "line", name=op.f("uq_care_plan_steps_plan_id_line")),
    )
    op.create_table(
        "device_submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("based_on_visit_id", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["visit_attempts.id"], name=op.f("fk_device_submissions_attempt_id_visit_attempts")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_device_submissions_device_id_devices")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_device_submissions_patient_id_patients")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_device_submissions_user_id_users")),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["follow_up_visits.id"], name=op.f("fk_device_submissions_visit_id_follow_up_visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_submissions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_device_submissions_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_device_submissions_submission_key")),
    )
    with op.batch_alter_table("device_submissions", schema=None) as batch_op:
        batch_op.create_index("ix_device_submissions_patient_id", ["patient_id"], unique=False)
        batch_op.create_index("ix_device_submissions_state", ["state", "area_code"], unique=False)

    op.create_table(
        "emergencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("reporter", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("risk_level", sa.Integer(), nullable=True),
        sa.Column("scene_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("measures", sa.Integer(), nullable=True),
        sa.Column("effect", sa.String(length=32), nullable=True),
        sa.Column("disposal", sa.String(length=20), nullable=True),
        sa.Column("hospital", sa.String(length=100), nullable=False),
        sa.Column("consent_signer", sa.String(length=20), nullable=True),
        sa.Column("consent_reason", sa.String(length=20), nullable=True),
        sa.Column("police_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("police_told", sa.String(length=20), nullable=True),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("record_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(patient_id IS NOT NULL) OR category <> 'managed'", name=op.f("ck_emergencies_managed_is_patient")
        ),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_emergencies_ends_after_start")),
        sa.CheckConstraint("finished_at IS NULL OR ended_at IS NOT NULL", name=op.f("ck_emergencies_finished_has_end")),
        sa.CheckConstraint("risk_level IS NULL OR risk_level BETWEEN 0 AND 5", name=op.f("ck_emergencies_risk_level")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_emergencies_patient_id_patients")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_emergencies_person_id_people")),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["follow_up_visits.id"], name=op.f("fk_emergencies_visit_id_follow_up_visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergencies")),
        sa.UniqueConstraint("public_id", name=op.f("uq_emergencies_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_emergencies_submission_key")),
    )
    with op.batch_alter_table("emergencies", schema=None) as batch_op:
        batch_op.create_index("ix_emergencies_area_code_started_at", ["area_code", "started_at"], unique=False)
        batch_op.create_index("ix_emergencies_patient_id", ["patient_id"], unique=False)

    op.create_table(
        "emergency_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("emergency_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("is_stable", sa.Boolean(), nullable=True),
        sa.Column("notes_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["emergency_id"], ["emergencies.id"], name=op.f("fk_emergency_checks_emergency_id_emergencies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_checks")),
        sa.UniqueConstraint("emergency_id", "number", name=op.f("uq_emergency_checks_emergency_id_number")),
    )
    with op.batch_alter_table("follow_up_visits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=32), server_default="page", nullable=False))
        batch_op.add_column(sa.Column("needs_confirmation", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("confirmed_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("national_due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("national_entered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("national_entered_by", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_follow_up_visits_national_owed",
            ["area_code", "national_due_on"],
            unique=False,
            sqlite_where=sa.text(
                "national_due_on IS NOT NULL AND national_entered_at IS NULL AND withdrawn_at IS NULL"
            ),
            postgresql_where=sa.text(
                "national_due_on IS NOT NULL AND national_entered_at IS NULL AND withdrawn_at IS NULL"
            ),
        )
        batch_op.create_index(
            "ix_follow_up_visits_unconfirmed",
            ["area_code", "visited_on"],
            unique=False,
            sqlite_where=sa.text("needs_confirmation AND confirmed_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("needs_confirmation AND confirmed_at IS NULL AND withdrawn_at IS NULL"),
        )

    with op.batch_alter_table("patients", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stand_in_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("has_dependants", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("joint_visit_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("joint_visit_because", sa.Text(), nullable=True))
        batch_op.create_index(
            "ix_patients_in_doubt",
            ["area_code"],
            unique=False,
            sqlite_where=sa.text("registry_status IN ('suspected', 'under_review')"),
            postgresql_where=sa.text("registry_status IN ('suspected', 'under_review')"),
        )

    with op.batch_alter_table("reassessments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("session_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("level_proposed", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("is_together", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("because", sa.Text(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_reassessments_session_id_reassessment_sessions"),
            "reassessment_sessions",
            ["session_id"],
            ["id"],
        )

    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signer_person_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_consents_signer_person_id_people"), "people", ["signer_person_id"], ["id"]
        )

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("death_news_from", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("death_evidence", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("death_evidence_number_sealed", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("former_id_numbers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("because", sa.Text(), nullable=True))
    with op.batch_alter_table("diagnoses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("psychiatrist", sa.String(length=50), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("former_id_numbers", schema=None) as batch_op:
        batch_op.drop_column("because")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("death_evidence_number_sealed")
        batch_op.drop_column("death_evidence")
        batch_op.drop_column("death_news_from")
    with op.batch_alter_table("diagnoses", schema=None) as batch_op:
        batch_op.drop_column("psychiatrist")

    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_consents_signer_person_id_people"), type_="foreignkey")
        batch_op.drop_column("signer_person_id")

    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_column("due_at")

    with op.batch_alter_table("reassessments", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_reassessments_session_id_reassessment_sessions"), type_="foreignkey")
        batch_op.drop_column("because")
        batch_op.drop_column("is_together")
        batch_op.drop_column("level_proposed")
        batch_op.drop_column("session_id")

    with op.batch_alter_table("patients", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_patients_in_doubt",
            sqlite_where=sa.text("registry_status IN ('suspected', 'under_review')"),
            postgresql_where=sa.text("registry_status IN ('suspected', 'under_review')"),
        )
        batch_op.drop_column("joint_visit_because")
        batch_op.drop_column("joint_visit_until")
        batch_op.drop_column("has_dependants")
        batch_op.drop_column("stand_in_id")

    with op.batch_alter_table("follow_up_visits", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_follow_up_visits_unconfirmed",
            sqlite_where=sa.text("needs_confirmation AND confirmed_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("needs_confirmation AND confirmed_at IS NULL AND withdrawn_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_follow_up_visits_national_owed",
            sqlite_where=sa.text(
                "national_due_on IS NOT NULL AND national_entered_at IS NULL AND withdrawn_at IS NULL"
            ),
            postgresql_where=sa.text(
                "national_due_on IS NOT NULL AND national_entered_at IS NULL AND withdrawn_at IS NULL"
            ),
        )
        batch_op.drop_column("national_entered_by")
        batch_op.drop_column("national_entered_at")
        batch_op.drop_column("national_due_on")
        batch_op.drop_column("confirmed_by")
        batch_op.drop_column("confirmed_at")
        batch_op.drop_column("needs_confirmation")
        batch_op.drop_column("channel")

    op.drop_table("emergency_checks")
    with op.batch_alter_table("emergencies", schema=None) as batch_op:
        batch_op.drop_index("ix_emergencies_patient_id")
        batch_op.drop_index("ix_emergencies_area_code_started_at")

    op.drop_table("emergencies")
    with op.batch_alter_table("device_submissions", schema=None) as batch_op:
        batch_op.drop_index("ix_device_submissions_state")
        batch_op.drop_index("ix_device_submissions_patient_id")

    op.drop_table("device_submissions")
    op.drop_table("care_plan_steps")
    op.drop_table("visit_drafts")
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_transfers_open",
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )
        batch_op.drop_index("ix_transfers_to_area_code")
        batch_op.drop_index("ix_transfers_from_area_code")

    op.drop_table("transfers")
    with op.batch_alter_table("register_requests", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_register_requests_open",
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )
        batch_op.drop_index("ix_register_requests_area_code_state")

    op.drop_table("register_requests")
    with op.batch_alter_table("medicine_supplies", schema=None) as batch_op:
        batch_op.drop_index("ix_medicine_supplies_patient_id_given_on")

    op.drop_table("medicine_supplies")
    with op.batch_alter_table("injections", schema=None) as batch_op:
        batch_op.drop_index("ix_injections_patient_id_given_on")

    op.drop_table("injections")
    with op.batch_alter_table("examinations", schema=None) as batch_op:
        batch_op.drop_index("ix_examinations_patient_id_examined_on")

    op.drop_table("examinations")
    with op.batch_alter_table("clues", schema=None) as batch_op:
        batch_op.drop_index("ix_clues_patient_id")
        batch_op.drop_index("ix_clues_reported_by")
        batch_op.drop_index("ix_clues_area_code_state")

    op.drop_table("clues")
    with op.batch_alter_table("care_team_members", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_care_team_members_open",
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )
        batch_op.drop_index("ix_care_team_members_patient_id")

    op.drop_table("care_team_members")
    with op.batch_alter_table("care_plans", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_care_plans_open", sqlite_where=sa.text("to_on IS NULL"), postgresql_where=sa.text("to_on IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_care_plans_patient_id"))

    op.drop_table("care_plans")
    op.drop_table("saved_views")
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.drop_index("ix_devices_user_id")

    op.drop_table("devices")
    with op.batch_alter_table("screening_returns", schema=None) as batch_op:
        batch_op.drop_index("ix_screening_returns_area_code")

    op.drop_table("screening_returns")
    with op.batch_alter_table("joint_group_members", schema=None) as batch_op:
        batch_op.drop_index("ix_joint_group_members_group_id")

    op.drop_table("joint_group_members")
    op.drop_table("group_meetings")
    op.drop_table("screening_rounds")
    op.drop_table("reassessment_sessions")
    op.drop_table("joint_groups")
    op.drop_table("area_settings")
