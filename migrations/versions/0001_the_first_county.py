"""the first county."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "areas",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("replaced_by", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["parent_code"], ["areas.code"], name=op.f("fk_areas_parent_code_areas")),
        sa.ForeignKeyConstraint(["replaced_by"], ["areas.code"], name=op.f("fk_areas_replaced_by_areas")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_areas")),
    )
    with op.batch_alter_table("areas", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_areas_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_user_id", sa.Integer(), nullable=True),
        sa.Column("actor_role", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index("ix_audit_events_actor_user_id_at", ["actor_user_id", "at"], unique=False)
        batch_op.create_index("ix_audit_events_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_events_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "house_facts",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_house_facts")),
    )
    op.create_table(
        "job_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
        sa.UniqueConstraint("job", "period", name=op.f("uq_job_runs_job_period")),
    )
    op.create_table(
        "kept_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("kek_id", sa.String(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_files")),
        sa.UniqueConstraint("public_id", name=op.f("uq_kept_files_public_id")),
    )
    op.create_table(
        "legal_moves",
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("from_state", sa.String(length=32), nullable=False),
        sa.Column("to_state", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("what", "from_state", "to_state", name=op.f("pk_legal_moves")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("name_sort", sa.String(length=200), nullable=False),
        sa.Column("sex", sa.Integer(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("id_kind", sa.String(length=2), nullable=False),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("id_tail4_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("id_tail6_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("index_key_id", sa.String(length=16), nullable=True),
        sa.Column("post", sa.String(length=60), nullable=True),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("died_on_precision", sa.String(length=32), nullable=True),
        sa.Column("death_cause", sa.Integer(), nullable=True),
        sa.Column("death_physical_cause", sa.Integer(), nullable=True),
        sa.Column("death_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("death_recorded_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "died_on IS NULL OR born_on IS NULL OR died_on >= born_on", name=op.f("ck_people_died_after_birth")
        ),
        sa.CheckConstraint("sex IN (0, 1, 2, 9)", name=op.f("ck_people_sex")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("id_index", name=op.f("uq_people_id_index")),
        sa.UniqueConstraint("public_id", name=op.f("uq_people_public_id")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index("ix_people_id_tail4_index", ["id_tail4_index"], unique=False)
        batch_op.create_index("ix_people_id_tail6_index", ["id_tail6_index"], unique=False)

    op.create_table(
        "rule_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_sets")),
        sa.UniqueConstraint("kind", "valid_from", name=op.f("uq_rule_sets_kind_valid_from")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_rule_sets_kind_version")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("source_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    with op.batch_alter_table("sign_in_failures", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_failures_name_hash_at", ["name_hash", "at"], unique=False)
        batch_op.create_index("ix_sign_in_failures_source_hash_at", ["source_hash", "at"], unique=False)

    op.create_table(
        "work_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("live_key", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_items")),
        sa.UniqueConstraint("public_id", name=op.f("uq_work_items_public_id")),
    )
    with op.batch_alter_table("work_items", schema=None) as batch_op:
        batch_op.create_index("ix_work_items_state_id", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_work_items_live_key",
            ["live_key"],
            unique=True,
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        )

    op.create_table(
        "workdays",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_workdays")),
    )
    op.create_table(
        "agencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_agencies_area_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agencies_public_id")),
    )
    with op.batch_alter_table("agencies", schema=None) as batch_op:
        batch_op.create_index("uq_agencies_area_code_kind_name", ["area_code", "kind", "name"], unique=True)

    op.create_table(
        "audit_links",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_events.id"], name=op.f("fk_audit_links_event_id_audit_events")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_links")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_links_event_id")),
    )
    op.create_table(
        "former_id_numbers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("id_kind", sa.String(length=2), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("index_key_id", sa.String(length=16), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_former_id_numbers_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_id_numbers")),
    )
    with op.batch_alter_table("former_id_numbers", schema=None) as batch_op:
        batch_op.create_index("ix_former_id_numbers_number_index", ["number_index"], unique=False)
        batch_op.create_index("ix_former_id_numbers_person_id", ["person_id"], unique=False)

    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Integer(), nullable=True),
        sa.Column("rejects_file_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["rejects_file_id"], ["kept_files.id"], name=op.f("fk_imports_rejects_file_id_kept_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_imports_public_id")),
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index("ix_imports_file_sha256", ["file_sha256"], unique=False)

    op.create_table(
        "payee_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("bank_name", sa.String(length=60), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("holder_name", sa.String(length=50), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("is_opening", sa.Boolean(), nullable=False),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_payee_accounts_span")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_payee_accounts_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_accounts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payee_accounts_public_id")),
    )
    with op.batch_alter_table("payee_accounts", schema=None) as batch_op:
        batch_op.create_index("ix_payee_accounts_number_index", ["number_index"], unique=False)
        batch_op.create_index(
            "uq_payee_accounts_open",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("to_on IS NULL"),
            postgresql_where=sa.text("to_on IS NULL"),
        )

    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kek_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_keys_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_keys")),
    )
    with op.batch_alter_table("person_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_keys_kek_id"), ["kek_id"], unique=False)

    op.create_table(
        "phones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("worked_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_phones_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phones")),
    )
    with op.batch_alter_table("phones", schema=None) as batch_op:
        batch_op.create_index("ix_phones_number_index", ["number_index"], unique=False)
        batch_op.create_index("ix_phones_person_id", ["person_id"], unique=False)
        batch_op.create_index(
            "uq_phones_main",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("is_main"),
            postgresql_where=sa.text("is_main"),
        )

    op.create_table(
        "subsidy_policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_subsidy_policies_county_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_policies")),
        sa.UniqueConstraint("county_code", "valid_from", name=op.f("uq_subsidy_policies_county_code_valid_from")),
        sa.UniqueConstraint("county_code", "version", name=op.f("uq_subsidy_policies_county_code_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_subsidy_policies_public_id")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_users_agency_id_agencies")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_users_area_code_areas")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_users_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_users_public_id")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_area_code"), ["area_code"], unique=False)

    op.create_table(
        "patients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("record_number", sa.String(length=20), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("doctor_id", sa.Integer(), nullable=True),
        sa.Column("registry_status", sa.String(length=32), nullable=False),
        sa.Column("management_status", sa.String(length=32), nullable=True),
        sa.Column("care_setting", sa.String(length=32), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("managed_from", sa.Date(), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ethnic_code", sa.String(length=2), nullable=True),
        sa.Column("marital_code", sa.String(length=2), nullable=True),
        sa.Column("household_type", sa.Integer(), nullable=True),
        sa.Column("employment", sa.Integer(), nullable=True),
        sa.Column("economic_status", sa.Integer(), nullable=True),
        sa.Column("committee_contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("first_onset", sa.String(length=10), nullable=True),
        sa.Column("first_antipsychotic", sa.String(length=10), nullable=True),
        sa.Column("past_symptoms", sa.Integer(), nullable=True),
        sa.Column("past_behaviours", sa.Text(), nullable=True),
        sa.Column("past_locked_up", sa.Integer(), nullable=True),
        sa.Column("outpatient_history", sa.Integer(), nullable=True),
        sa.Column("psychiatric_admissions", sa.Integer(), nullable=True),
        sa.Column("last_treatment_effect", sa.Integer(), nullable=True),
        sa.Column("specialist_advice_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("notes_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_insured", sa.Boolean(), nullable=True),
        sa.Column("diagnosis_category", sa.String(length=32), nullable=True),
        sa.Column("risk_level", sa.Integer(), nullable=True),
        sa.Column("risk_assessed_on", sa.Date(), nullable=True),
        sa.Column("visit_class", sa.Integer(), nullable=True),
        sa.Column("last_visit_id", sa.Integer(), nullable=True),
        sa.Column("last_visit_on", sa.Date(), nullable=True),
        sa.Column("last_visit_form", sa.Integer(), nullable=True),
        sa.Column("last_seen_on", sa.Date(), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("is_opening", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(registry_status = 'registered') = (care_setting IS NOT NULL)", name=op.f("ck_patients_care")
        ),
        sa.CheckConstraint(
            "(registry_status = 'registered') = (management_status IS NOT NULL)", name=op.f("ck_patients_management")
        ),
        sa.CheckConstraint("risk_level IS NULL OR risk_level BETWEEN 0 AND 5", name=op.f("ck_patients_risk_level")),
        sa.CheckConstraint("visit_class IS NULL OR visit_class BETWEEN 1 AND 3", name=op.f("ck_patients_visit_class")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_patients_agency_id_agencies")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_patients_area_code_areas")),
        sa.ForeignKeyConstraint(["doctor_id"], ["users.id"], name=op.f("fk_patients_doctor_id_users")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_patients_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients")),
        sa.UniqueConstraint("public_id", name=op.f("uq_patients_public_id")),
        sa.UniqueConstraint("record_number", name=op.f("uq_patients_record_number")),
    )
    with op.batch_alter_table("patients", schema=None) as batch_op:
        batch_op.create_index("ix_patients_area_code_id", ["area_code", "id"], unique=False)
        batch_op.create_index("ix_patients_area_code_next_due_on", ["area_code", "next_due_on"], unique=False)
        batch_op.create_index("ix_patients_area_code_risk_level", ["area_code", "risk_level"], unique=False)
        batch_op.create_index(batch_op.f("ix_patients_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_patients_live_person",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("registry_status NOT IN ('excluded', 'transferred_out', 'merged')"),
            postgresql_where=sa.text("registry_status NOT IN ('excluded', 'transferred_out', 'merged')"),
        )

    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id_users")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "subsidy_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("rule_version", sa.String(length=32), nullable=False),
        sa.Column("decided_as_of", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("pay_count", sa.Integer(), nullable=False),
        sa.Column("hold_count", sa.Integer(), nullable=False),
        sa.Column("refuse_count", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("prepared_by", sa.Integer(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exported_by", sa.Integer(), nullable=True),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_subsidy_runs_approved_by_users")),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_subsidy_runs_county_code_areas")),
        sa.ForeignKeyConstraint(["exported_by"], ["users.id"], name=op.f("fk_subsidy_runs_exported_by_users")),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["subsidy_policies.id"], name=op.f("fk_subsidy_runs_policy_id_subsidy_policies")
        ),
        sa.ForeignKeyConstraint(["prepared_by"], ["users.id"], name=op.f("fk_subsidy_runs_prepared_by_users")),
        sa.ForeignKeyConstraint(["settled_by"], ["users.id"], name=op.f("fk_subsidy_runs_settled_by_users")),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name=op.f("fk_subsidy_runs_submitted_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_runs")),
        sa.UniqueConstraint(
            "county_code", "period", "kind", "number", name=op.f("uq_subsidy_runs_county_code_period_kind_number")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_subsidy_runs_public_id")),
    )
    op.create_table(
        "admissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("hospital", sa.String(length=100), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_admissions_span")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_admissions_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admissions")),
    )
    with op.batch_alter_table("admissions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_admissions_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index(
            "uq_admissions_open",
            ["patient_id"],
            unique=True,
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )

    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("is_agreed", sa.Boolean(), nullable=False),
        sa.Column("signer", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_consents_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index(
            "uq_consents_open",
            ["patient_id", "kind"],
            unique=True,
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )

    op.create_table(
        "diagnoses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("icd10", sa.String(length=12), nullable=False),
        sa.Column("hospital", sa.String(length=100), nullable=False),
        sa.Column("diagnosed_on", sa.String(length=10), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_diagnoses_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnoses")),
    )
    with op.batch_alter_table("diagnoses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_diagnoses_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index(
            "uq_diagnoses_open",
            ["patient_id"],
            unique=True,
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )

    op.create_table(
        "follow_up_visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("objects", sa.Integer(), nullable=False),
        sa.Column("lost_reason", sa.Integer(), nullable=True),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("death_cause", sa.Integer(), nullable=True),
        sa.Column("death_physical_cause", sa.Integer(), nullable=True),
        sa.Column("risk_level", sa.Integer(), nullable=True),
        sa.Column("psychotic_symptoms", sa.Integer(), nullable=True),
        sa.Column("symptoms", sa.Integer(), nullable=True),
        sa.Column("symptoms_other_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("insight", sa.Integer(), nullable=True),
        sa.Column("sleep", sa.Integer(), nullable=True),
        sa.Column("diet", sa.Integer(), nullable=True),
        sa.Column("sf_self_care", sa.Integer(), nullable=True),
        sa.Column("sf_housework", sa.Integer(), nullable=True),
        sa.Column("sf_work", sa.Integer(), nullable=True),
        sa.Column("sf_learning", sa.Integer(), nullable=True),
        sa.Column("sf_social", sa.Integer(), nullable=True),
        sa.Column("behaviours", sa.Integer(), nullable=True),
        sa.Column("minor_disturbances", sa.Integer(), nullable=False),
        sa.Column("public_order_incidents", sa.Integer(), nullable=False),
        sa.Column("criminal_incidents", sa.Integer(), nullable=False),
        sa.Column("other_harms", sa.Integer(), nullable=False),
        sa.Column("self_harms", sa.Integer(), nullable=False),
        sa.Column("suicide_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_up", sa.Integer(), nullable=True),
        sa.Column("hospitalisation", sa.Integer(), nullable=True),
        sa.Column("last_discharge_on", sa.Date(), nullable=True),
        sa.Column("lab_test", sa.Integer(), nullable=True),
        sa.Column("lab_text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("adherence", sa.Integer(), nullable=True),
        sa.Column("adverse_reaction", sa.Integer(), nullable=True),
        sa.Column("adverse_severity", sa.Integer(), nullable=True),
        sa.Column("adverse_text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("physical_illness", sa.Integer(), nullable=True),
        sa.Column("other_abnormal", sa.Boolean(), nullable=True),
        sa.Column("treatment_effect", sa.Integer(), nullable=True),
        sa.Column("referral", sa.Integer(), nullable=True),
        sa.Column("referral_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("referral_org", sa.String(length=100), nullable=True),
        sa.Column("referral_dept", sa.String(length=100), nullable=True),
        sa.Column("rehab_measures", sa.Integer(), nullable=True),
        sa.Column("rehab_other_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("post_intervention_trend", sa.Integer(), nullable=True),
        sa.Column("notes_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("computed_class", sa.Integer(), nullable=True),
        sa.Column("visit_class", sa.Integer(), nullable=True),
        sa.Column("class_because", sa.Text(), nullable=False),
        sa.Column("override_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_flagged", sa.Boolean(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("latest_due_on", sa.Date(), nullable=True),
        sa.Column("due_because", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("rule_set_version", sa.String(length=32), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("is_late_entry", sa.Boolean(), nullable=False),
        sa.Column("back_entry_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("correction_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_opening", sa.Boolean(), nullable=False),
        sa.Column("doctor_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "is_complete = (visit_class IS NOT NULL AND lost_reason IS NULL AND death_cause IS NULL)",
            name=op.f("ck_follow_up_visits_complete_has_class"),
        ),
        sa.CheckConstraint(
            "next_due_on IS NULL OR next_due_on > visited_on", name=op.f("ck_follow_up_visits_next_after_visit")
        ),
        sa.CheckConstraint(
            "risk_level IS NULL OR risk_level < 3 OR visit_class = 1",
            name=op.f("ck_follow_up_visits_level_3_is_unstable"),
        ),
        sa.CheckConstraint(
            "risk_level IS NULL OR risk_level BETWEEN 0 AND 5", name=op.f("ck_follow_up_visits_risk_level")
        ),
        sa.CheckConstraint(
            "visit_class IS NULL OR visit_class BETWEEN 1 AND 3", name=op.f("ck_follow_up_visits_visit_class")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_follow_up_visits_agency_id_agencies")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["follow_up_visits.id"], name=op.f("fk_follow_up_visits_corrects_id_follow_up_visits")
        ),
        sa.ForeignKeyConstraint(["doctor_id"], ["users.id"], name=op.f("fk_follow_up_visits_doctor_id_users")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_follow_up_visits_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_visits")),
        sa.UniqueConstraint("public_id", name=op.f("uq_follow_up_visits_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_follow_up_visits_submission_key")),
    )
    with op.batch_alter_table("follow_up_visits", schema=None) as batch_op:
        batch_op.create_index("ix_follow_up_visits_area_code_visited_on", ["area_code", "visited_on"], unique=False)
        batch_op.create_index("ix_follow_up_visits_patient_id_visited_on", ["patient_id", "visited_on"], unique=False)

    op.create_table(
        "guardianships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.String(length=32), nullable=False),
        sa.Column("relation", sa.String(length=32), nullable=False),
        sa.Column("legal_basis", sa.String(length=32), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=True),
        sa.Column("lives_together", sa.Boolean(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("rank IN ('first', 'second')", name=op.f("ck_guardianships_rank")),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_guardianships_span")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_guardianships_patient_id_patients")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_guardianships_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardianships")),
        sa.UniqueConstraint("public_id", name=op.f("uq_guardianships_public_id")),
    )
    with op.batch_alter_table("guardianships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guardianships_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_guardianships_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_guardianships_open",
            ["patient_id", "rank"],
            unique=True,
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )

    op.create_table(
        "import_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_rows_import_id_imports")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_import_rows_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rows")),
    )
    with op.batch_alter_table("import_rows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_rows_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_rows_patient_id"), ["patient_id"], unique=False)

    op.create_table(
        "name_keys",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_name_keys_patient_id_patients")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_name_keys_person_id_people")),
        sa.PrimaryKeyConstraint("key", "area_code", "person_id", "patient_id", name=op.f("pk_name_keys")),
    )
    with op.batch_alter_table("name_keys", schema=None) as batch_op:
        batch_op.create_index("ix_name_keys_patient_id", ["patient_id"], unique=False)
        batch_op.create_index("ix_name_keys_person_id", ["person_id"], unique=False)

    op.create_table(
        "patient_spans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_patient_spans_span")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_patient_spans_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_spans")),
    )
    with op.batch_alter_table("patient_spans", schema=None) as batch_op:
        batch_op.create_index(
            "ix_patient_spans_patient_id_what_from_on", ["patient_id", "what", "from_on"], unique=False
        )
        batch_op.create_index(
            "uq_patient_spans_open",
            ["patient_id", "what"],
            unique=True,
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )

    op.create_table(
        "pay_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("run_digest", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("withheld_count", sa.Integer(), nullable=False),
        sa.Column("withheld_fen", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attested_by", sa.Integer(), nullable=True),
        sa.Column("returns_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["kept_files.id"], name=op.f("fk_pay_files_file_id_kept_files")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_pay_files_made_by_users")),
        sa.ForeignKeyConstraint(["run_id"], ["subsidy_runs.id"], name=op.f("fk_pay_files_run_id_subsidy_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_files")),
        sa.UniqueConstraint("number", name=op.f("uq_pay_files_number")),
        sa.UniqueConstraint("run_id", name=op.f("uq_pay_files_run_id")),
    )
    op.create_table(
        "risk_levels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("level BETWEEN 0 AND 5", name=op.f("ck_risk_levels_level")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_risk_levels_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_levels")),
    )
    with op.batch_alter_table("risk_levels", schema=None) as batch_op:
        batch_op.create_index("ix_risk_levels_patient_id_assessed_on", ["patient_id", "assessed_on"], unique=False)

    op.create_table(
        "run_approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("hand", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_run_approvals_by_users")),
        sa.ForeignKeyConstraint(["run_id"], ["subsidy_runs.id"], name=op.f("fk_run_approvals_run_id_subsidy_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_approvals")),
    )
    with op.batch_alter_table("run_approvals", schema=None) as batch_op:
        batch_op.create_index("ix_run_approvals_run_id_id", ["run_id", "id"], unique=False)

    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_tasks_agency_id_agencies")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_tasks_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tasks_public_id")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tasks_open_area_due",
            ["area_code", "due_on", "kind"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_tasks_patient_id", ["patient_id"], unique=False)
        batch_op.create_index(
            "uq_tasks_open_follow_up",
            ["patient_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'follow_up' AND state = 'open'"),
            postgresql_where=sa.text("kind = 'follow_up' AND state = 'open'"),
        )
        batch_op.create_index(
            "uq_tasks_standing",
            ["kind", "patient_id", "period"],
            unique=True,
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        )

    op.create_table(
        "visit_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("attempted_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("notes_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_visit_attempts_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_attempts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_visit_attempts_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_visit_attempts_submission_key")),
    )
    with op.batch_alter_table("visit_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_visit_attempts_patient_id_attempted_on", ["patient_id", "attempted_on"], unique=False)

    op.create_table(
        "agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("guardianship_id", sa.Integer(), nullable=False),
        sa.Column("second_guardianship_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= from_on", name=op.f("ck_agreements_ended")),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_agreements_span")),
        sa.ForeignKeyConstraint(
            ["guardianship_id"], ["guardianships.id"], name=op.f("fk_agreements_guardianship_id_guardianships")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_agreements_patient_id_patients")),
        sa.ForeignKeyConstraint(
            ["second_guardianship_id"],
            ["guardianships.id"],
            name=op.f("fk_agreements_second_guardianship_id_guardianships"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        sa.UniqueConstraint("number", name=op.f("uq_agreements_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agreements_public_id")),
    )
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreements_guardianship_id"), ["guardianship_id"], unique=False)
        batch_op.create_index("ix_agreements_patient_id_from_on", ["patient_id", "from_on"], unique=False)

    op.create_table(
        "reassessments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("level_before", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("conclusion_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 5", name=op.f("ck_reassessments_level")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_reassessments_patient_id_patients")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_reassessments_task_id_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassessments")),
        sa.UniqueConstraint("patient_id", "quarter", name=op.f("uq_reassessments_patient_id_quarter")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reassessments_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_reassessments_submission_key")),
    )
    op.create_table(
        "visit_medicines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("is_guidance", sa.Boolean(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("morning_mg", sa.String(length=10), nullable=True),
        sa.Column("noon_mg", sa.String(length=10), nullable=True),
        sa.Column("night_mg", sa.String(length=10), nullable=True),
        sa.Column("every_weeks", sa.Integer(), nullable=True),
        sa.Column("long_acting_mg", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["follow_up_visits.id"], name=op.f("fk_visit_medicines_visit_id_follow_up_visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_medicines")),
        sa.UniqueConstraint(
            "visit_id", "is_guidance", "line", name=op.f("uq_visit_medicines_visit_id_is_guidance_line")
        ),
    )
    with op.batch_alter_table("visit_medicines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_medicines_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "subsidy_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("rank", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("payee_person_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("decision", sa.String(length=32), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(length=200), nullable=True),
        sa.CheckConstraint("decision <> 'pay' OR amount_fen > 0", name=op.f("ck_subsidy_lines_pay_has_amount")),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_subsidy_lines_amount")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["payee_accounts.id"], name=op.f("fk_subsidy_lines_account_id_payee_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_subsidy_lines_agreement_id_agreements")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_subsidy_lines_decided_by_users")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_subsidy_lines_patient_id_patients")),
        sa.ForeignKeyConstraint(
            ["payee_person_id"], ["people.id"], name=op.f("fk_subsidy_lines_payee_person_id_people")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["subsidy_runs.id"], name=op.f("fk_subsidy_lines_run_id_subsidy_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_lines")),
        sa.UniqueConstraint("public_id", name=op.f("uq_subsidy_lines_public_id")),
        sa.UniqueConstraint(
            "run_id", "agreement_id", "rank", "kind", name=op.f("uq_subsidy_lines_run_id_agreement_id_rank_kind")
        ),
    )
    with op.batch_alter_table("subsidy_lines", schema=None) as batch_op:
        batch_op.create_index("ix_subsidy_lines_patient_id_period", ["patient_id", "period"], unique=False)
        batch_op.create_index("ix_subsidy_lines_payee_person_id", ["payee_person_id"], unique=False)
        batch_op.create_index("ix_subsidy_lines_run_id_area_code_id", ["run_id", "area_code", "id"], unique=False)
        batch_op.create_index(
            "uq_subsidy_lines_live_payment",
            ["agreement_id", "period", "rank"],
            unique=True,
            sqlite_where=sa.text("kind = 'ordinary' AND decision = 'pay' AND is_live"),
            postgresql_where=sa.text("kind = 'ordinary' AND decision = 'pay' AND is_live"),
        )

    op.create_table(
        "pay_file_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pay_file_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["line_id"], ["subsidy_lines.id"], name=op.f("fk_pay_file_lines_line_id_subsidy_lines")
        ),
        sa.ForeignKeyConstraint(
            ["pay_file_id"], ["pay_files.id"], name=op.f("fk_pay_file_lines_pay_file_id_pay_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_file_lines")),
        sa.UniqueConstraint("line_id", name=op.f("uq_pay_file_lines_line_id")),
        sa.UniqueConstraint("pay_file_id", "sequence", name=op.f("uq_pay_file_lines_pay_file_id_sequence")),
    )


def downgrade() -> None:
    op.drop_table("pay_file_lines")
    with op.batch_alter_table("subsidy_lines", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_subsidy_lines_live_payment",
            sqlite_where=sa.text("kind = 'ordinary' AND decision = 'pay' AND is_live"),
            postgresql_where=sa.text("kind = 'ordinary' AND decision = 'pay' AND is_live"),
        )
        batch_op.drop_index("ix_subsidy_lines_run_id_area_code_id")
        batch_op.drop_index("ix_subsidy_lines_payee_person_id")
        batch_op.drop_index("ix_subsidy_lines_patient_id_period")

    op.drop_table("subsidy_lines")
    with op.batch_alter_table("visit_medicines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_medicines_visit_id"))

    op.drop_table("visit_medicines")
    op.drop_table("reassessments")
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.drop_index("ix_agreements_patient_id_from_on")
        batch_op.drop_index(batch_op.f("ix_agreements_guardianship_id"))

    op.drop_table("agreements")
    with op.batch_alter_table("visit_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_attempts_patient_id_attempted_on")

    op.drop_table("visit_attempts")
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tasks_standing",
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        )
        batch_op.drop_index(
            "uq_tasks_open_follow_up",
            sqlite_where=sa.text("kind = 'follow_up' AND state = 'open'"),
            postgresql_where=sa.text("kind = 'follow_up' AND state = 'open'"),
        )
        batch_op.drop_index("ix_tasks_patient_id")
        batch_op.drop_index(
            "ix_tasks_open_area_due", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )

    op.drop_table("tasks")
    with op.batch_alter_table("run_approvals", schema=None) as batch_op:
        batch_op.drop_index("ix_run_approvals_run_id_id")

    op.drop_table("run_approvals")
    with op.batch_alter_table("risk_levels", schema=None) as batch_op:
        batch_op.drop_index("ix_risk_levels_patient_id_assessed_on")

    op.drop_table("risk_levels")
    op.drop_table("pay_files")
    with op.batch_alter_table("patient_spans", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_patient_spans_open",
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )
        batch_op.drop_index("ix_patient_spans_patient_id_what_from_on")

    op.drop_table("patient_spans")
    with op.batch_alter_table("name_keys", schema=None) as batch_op:
        batch_op.drop_index("ix_name_keys_person_id")
        batch_op.drop_index("ix_name_keys_patient_id")

    op.drop_table("name_keys")
    with op.batch_alter_table("import_rows", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_rows_patient_id"))
        batch_op.drop_index(batch_op.f("ix_import_rows_import_id"))

    op.drop_table("import_rows")
    with op.batch_alter_table("guardianships", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_guardianships_open",
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_guardianships_person_id"))
        batch_op.drop_index(batch_op.f("ix_guardianships_patient_id"))

    op.drop_table("guardianships")
    with op.batch_alter_table("follow_up_visits", schema=None) as batch_op:
        batch_op.drop_index("ix_follow_up_visits_patient_id_visited_on")
        batch_op.drop_index("ix_follow_up_visits_area_code_visited_on")

    op.drop_table("follow_up_visits")
    with op.batch_alter_table("diagnoses", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_diagnoses_open",
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_diagnoses_patient_id"))

    op.drop_table("diagnoses")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_consents_open",
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_consents_patient_id"))

    op.drop_table("consents")
    with op.batch_alter_table("admissions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_admissions_open",
            sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_admissions_patient_id"))

    op.drop_table("admissions")
    op.drop_table("subsidy_runs")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_user_id"))

    op.drop_table("sessions")
    with op.batch_alter_table("patients", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_patients_live_person",
            sqlite_where=sa.text("registry_status NOT IN ('excluded', 'transferred_out', 'merged')"),
            postgresql_where=sa.text("registry_status NOT IN ('excluded', 'transferred_out', 'merged')"),
        )
        batch_op.drop_index(batch_op.f("ix_patients_person_id"))
        batch_op.drop_index("ix_patients_area_code_risk_level")
        batch_op.drop_index("ix_patients_area_code_next_due_on")
        batch_op.drop_index("ix_patients_area_code_id")

    op.drop_table("patients")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_users_area_code"))

    op.drop_table("users")
    op.drop_table("subsidy_policies")
    with op.batch_alter_table("phones", schema=None) as batch_op:
        batch_op.drop_index("uq_phones_main", sqlite_where=sa.text("is_main"), postgresql_where=sa.text("is_main"))
        batch_op.drop_index("ix_phones_person_id")
        batch_op.drop_index("ix_phones_number_index")

    op.drop_table("phones")
    with op.batch_alter_table("person_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_keys_kek_id"))

    op.drop_table("person_keys")
    with op.batch_alter_table("payee_accounts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_payee_accounts_open", sqlite_where=sa.text("to_on IS NULL"), postgresql_where=sa.text("to_on IS NULL")
        )
        batch_op.drop_index("ix_payee_accounts_number_index")

    op.drop_table("payee_accounts")
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_index("ix_imports_file_sha256")

    op.drop_table("imports")
    with op.batch_alter_table("former_id_numbers", schema=None) as batch_op:
        batch_op.drop_index("ix_former_id_numbers_person_id")
        batch_op.drop_index("ix_former_id_numbers_number_index")

    op.drop_table("former_id_numbers")
    op.drop_table("audit_links")
    with op.batch_alter_table("agencies", schema=None) as batch_op:
        batch_op.drop_index("uq_agencies_area_code_kind_name")

    op.drop_table("agencies")
    op.drop_table("workdays")
    with op.batch_alter_table("work_items", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_work_items_live_key",
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        )
        batch_op.drop_index("ix_work_items_state_id")

    op.drop_table("work_items")
    with op.batch_alter_table("sign_in_failures", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_failures_source_hash_at")
        batch_op.drop_index("ix_sign_in_failures_name_hash_at")

    op.drop_table("sign_in_failures")
    op.drop_table("rule_sets")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index("ix_people_id_tail6_index")
        batch_op.drop_index("ix_people_id_tail4_index")

    op.drop_table("people")
    op.drop_table("legal_moves")
    op.drop_table("kept_files")
    op.drop_table("job_runs")
    op.drop_table("house_facts")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_events_subject")
        batch_op.drop_index("ix_audit_events_at")
        batch_op.drop_index("ix_audit_events_actor_user_id_at")

    op.drop_table("audit_events")
    with op.batch_alter_table("areas", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_areas_parent_code"))

    op.drop_table("areas")
