"""The quarter close: duty and its checks, applications, papers, policies of two people, joint approval, lists of other offices,
corrections and recoveries, accounts vouched for, flags, prints; and their legal moves.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOVES: dict[str, list[tuple[str, str]]] = {
    "policy_proposals.state": [("proposed", "adopted"), ("proposed", "refused"), ("proposed", "withdrawn")],
    "run_objections.state": [("open", "upheld"), ("open", "dismissed")],
    "run_reopenings.state": [("asked", "done"), ("asked", "refused"), ("asked", "withdrawn")],
    "shared_accounts.state": [
        ("proposed", "approved"),
        ("proposed", "refused"),
        ("proposed", "ended"),
        ("approved", "ended"),
    ],
    "check_hits.state": [("open", "confirmed"), ("open", "dismissed")],
    "review_flags.state": [("open", "explained"), ("open", "handed_on"), ("handed_on", "explained")],
    "recoveries.state": [
        ("found", "asked"),
        ("found", "waived"),
        ("found", "withdrawn"),
        ("asked", "partly"),
        ("asked", "repaid"),
        ("asked", "waived"),
        ("asked", "written_off"),
        ("asked", "withdrawn"),
        ("partly", "repaid"),
        ("partly", "waived"),
        ("partly", "written_off"),
        ("partly", "withdrawn"),
    ],
    "agreement_applications.state": [
        ("applied", "first_checked"),
        ("first_checked", "second_checked"),
        ("second_checked", "signed"),
        ("applied", "returned"),
        ("first_checked", "returned"),
        ("second_checked", "returned"),
        ("returned", "applied"),
        ("applied", "refused"),
        ("first_checked", "refused"),
        ("second_checked", "refused"),
        ("applied", "withdrawn"),
        ("returned", "withdrawn"),
        ("first_checked", "withdrawn"),
        ("second_checked", "withdrawn"),
    ],
}

# a payment made again is a payment: the guard against paying twice covers both
LIVE = "kind IN ('ordinary', 'repayment') AND decision = 'pay' AND is_live"
LIVE_BEFORE = "kind = 'ordinary' AND decision = 'pay' AND is_live"

legal_moves = sa.table("legal_moves", sa.column("what"), sa.column("from_state"), sa.column("to_state"))


def _live_payment(condition: str) -> None:
    op.create_index(
        "uq_subsidy_lines_live_payment",
        "subsidy_lines",
        ["agreement_id", "period", "rank"],
        unique=True,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def upgrade() -> None:
    op.create_table(
        "printed_papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_papers")),
        sa.UniqueConstraint("serial", name=op.f("uq_printed_papers_serial")),
    )
    op.create_table(
        "account_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("called_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("hand", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["payee_accounts.id"], name=op.f("fk_account_calls_account_id_payee_accounts")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_account_calls_recorded_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_calls")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_account_calls_submission_key")),
    )
    op.create_table(
        "check_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("hit_count", sa.Integer(), nullable=False),
        sa.Column("near_count", sa.Integer(), nullable=False),
        sa.Column("unread_count", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_check_lists_county_code_areas")),
        sa.ForeignKeyConstraint(["loaded_by"], ["users.id"], name=op.f("fk_check_lists_loaded_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_lists")),
        sa.UniqueConstraint("county_code", "kind", "sha256", name=op.f("uq_check_lists_county_code_kind_sha256")),
        sa.UniqueConstraint("public_id", name=op.f("uq_check_lists_public_id")),
    )
    op.create_table(
        "policy_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by",
            name=op.f("ck_policy_proposals_two_hands"),
        ),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_policy_proposals_county_code_areas")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_policy_proposals_decided_by_users")),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["subsidy_policies.id"], name=op.f("fk_policy_proposals_policy_id_subsidy_policies")
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_policy_proposals_proposed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_proposals")),
        sa.UniqueConstraint("policy_id", name=op.f("uq_policy_proposals_policy_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_policy_proposals_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_policy_proposals_submission_key")),
    )
    op.create_table(
        "shared_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_shared_accounts_two_hands")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["payee_accounts.id"], name=op.f("fk_shared_accounts_account_id_payee_accounts")
        ),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_shared_accounts_county_code_areas")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_shared_accounts_decided_by_users")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_shared_accounts_proposed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_accounts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shared_accounts_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_shared_accounts_submission_key")),
    )
    op.create_table(
        "check_hits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("hit", sa.String(length=32), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("ground", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_check_hits_decided_by_users")),
        sa.ForeignKeyConstraint(["list_id"], ["check_lists.id"], name=op.f("fk_check_hits_list_id_check_lists")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_check_hits_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_hits")),
        sa.UniqueConstraint("list_id", "person_id", "from_on", name=op.f("uq_check_hits_list_id_person_id_from_on")),
        sa.UniqueConstraint("public_id", name=op.f("uq_check_hits_public_id")),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=22), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_documents_withdrawn")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name=op.f("ck_documents_withdrawn_reason")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["kept_files.id"], name=op.f("fk_documents_file_id_kept_files")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_documents_patient_id_patients")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_documents_recorded_by_users")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["users.id"], name=op.f("fk_documents_withdrawn_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("public_id", name=op.f("uq_documents_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_documents_submission_key")),
    )
    op.create_table(
        "help_visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("office", sa.String(length=32), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("cash_fen", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_help_visits_patient_id_patients")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_help_visits_recorded_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_visits")),
        sa.UniqueConstraint("public_id", name=op.f("uq_help_visits_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_help_visits_submission_key")),
    )
    op.create_table(
        "run_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=True),
        sa.Column("is_overtaken", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["check_lists.id"], name=op.f("fk_run_checks_list_id_check_lists")),
        sa.ForeignKeyConstraint(["run_id"], ["subsidy_runs.id"], name=op.f("fk_run_checks_run_id_subsidy_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_checks")),
        sa.UniqueConstraint("run_id", "kind", name=op.f("uq_run_checks_run_id_kind")),
    )
    op.create_table(
        "run_editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pay_count", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("ledger_file_id", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger_file_id"], ["kept_files.id"], name=op.f("fk_run_editions_ledger_file_id_kept_files")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["subsidy_runs.id"], name=op.f("fk_run_editions_run_id_subsidy_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_editions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_run_editions_public_id")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_run_editions_run_id_number")),
    )
    op.create_table(
        "run_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("until_on >= posted_on", name=op.f("ck_run_notices_span")),
        sa.ForeignKeyConstraint(["posted_by"], ["users.id"], name=op.f("fk_run_notices_posted_by_users")),
        sa.ForeignKeyConstraint(["run_id"], ["subsidy_runs.id"], name=op.f("fk_run_notices_run_id_subsidy_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_notices")),
        sa.UniqueConstraint("public_id", name=op.f("uq_run_notices_public_id")),
        sa.UniqueConstraint("run_id", "digest", name=op.f("uq_run_notices_run_id_digest")),
    )
    op.create_table(
        "run_reopenings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "decided_by IS NULL OR state = 'withdrawn' OR decided_by <> asked_by",
            name=op.f("ck_run_reopenings_two_hands"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_run_reopenings_asked_by_users")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_run_reopenings_decided_by_users")),
        sa.ForeignKeyConstraint(["run_id"], ["subsidy_runs.id"], name=op.f("fk_run_reopenings_run_id_subsidy_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_reopenings")),
        sa.UniqueConstraint("public_id", name=op.f("uq_run_reopenings_public_id")),
    )
    op.create_table(
        "guardian_assessments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("guardianship_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["users.id"], name=op.f("fk_guardian_assessments_confirmed_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["guardianship_id"],
            ["guardianships.id"],
            name=op.f("fk_guardian_assessments_guardianship_id_guardianships"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_guardian_assessments_patient_id_patients")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_assessments")),
        sa.UniqueConstraint("guardianship_id", "year", name=op.f("uq_guardian_assessments_guardianship_id_year")),
        sa.UniqueConstraint("public_id", name=op.f("uq_guardian_assessments_public_id")),
    )
    op.create_table(
        "guardian_contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("guardianship_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("contacted_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("found", sa.String(length=32), nullable=False),
        sa.Column("is_log_seen", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guardianship_id"], ["guardianships.id"], name=op.f("fk_guardian_contacts_guardianship_id_guardianships")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_guardian_contacts_patient_id_patients")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_guardian_contacts_recorded_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_contacts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_guardian_contacts_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_guardian_contacts_submission_key")),
    )
    op.create_table(
        "agreement_applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("guardianship_id", sa.Integer(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("papers_seen", sa.String(length=200), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_applications_agreement_id_agreements")
        ),
        sa.ForeignKeyConstraint(
            ["guardianship_id"],
            ["guardianships.id"],
            name=op.f("fk_agreement_applications_guardianship_id_guardianships"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_agreement_applications_patient_id_patients")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["users.id"], name=op.f("fk_agreement_applications_recorded_by_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_applications")),
        sa.UniqueConstraint("agreement_id", name=op.f("uq_agreement_applications_agreement_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agreement_applications_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_agreement_applications_submission_key")),
    )
    op.create_table(
        "duty_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("failed_duties", sa.Integer(), nullable=False),
        sa.Column("remarked_duties", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(result = 'failed') = (failed_duties > 0)", name=op.f("ck_duty_checks_failed_named")),
        sa.CheckConstraint(
            "result <> 'passed' OR remarked_duties = 0", name=op.f("ck_duty_checks_passed_without_remark")
        ),
        sa.CheckConstraint(
            "failed_duties BETWEEN 0 AND 255 AND remarked_duties BETWEEN 0 AND 255", name=op.f("ck_duty_checks_duties")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_duty_checks_agreement_id_agreements")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_duty_checks_patient_id_patients")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_duty_checks_recorded_by_users")),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["duty_checks.id"], name=op.f("fk_duty_checks_replaced_by_id_duty_checks")
        ),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["users.id"], name=op.f("fk_duty_checks_withdrawn_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_checks")),
        sa.UniqueConstraint("public_id", name=op.f("uq_duty_checks_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_duty_checks_submission_key")),
    )
    op.create_table(
        "application_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("hand", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["agreement_applications.id"],
            name=op.f("fk_application_events_application_id_agreement_applications"),
        ),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_application_events_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_events")),
    )
    op.create_table(
        "duty_signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("duty_check_id", sa.Integer(), nullable=False),
        sa.Column("signer", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("hand", sa.String(length=32), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_duty_signatures_by_users")),
        sa.ForeignKeyConstraint(
            ["duty_check_id"], ["duty_checks.id"], name=op.f("fk_duty_signatures_duty_check_id_duty_checks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_signatures")),
        sa.UniqueConstraint("duty_check_id", "signer", name=op.f("uq_duty_signatures_duty_check_id_signer")),
    )
    op.create_table(
        "home_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("run_digest", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.Integer(), nullable=False),
        sa.Column("is_met", sa.Boolean(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["drawn_by"], ["users.id"], name=op.f("fk_home_checks_drawn_by_users")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["subsidy_lines.id"], name=op.f("fk_home_checks_line_id_subsidy_lines"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_home_checks_recorded_by_users")),
        sa.ForeignKeyConstraint(["run_id"], ["subsidy_runs.id"], name=op.f("fk_home_checks_run_id_subsidy_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_checks")),
        sa.UniqueConstraint("line_id", "run_digest", name=op.f("uq_home_checks_line_id_run_digest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_home_checks_public_id")),
    )
    op.create_table(
        "line_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["subsidy_lines.id"], name=op.f("fk_line_holds_line_id_subsidy_lines"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["placed_by"], ["users.id"], name=op.f("fk_line_holds_placed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_holds")),
        sa.UniqueConstraint("line_id", "source", "key", name=op.f("uq_line_holds_line_id_source_key")),
    )
    op.create_table(
        "line_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=32), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["subsidy_lines.id"], name=op.f("fk_line_marks_line_id_subsidy_lines"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["marked_by"], ["users.id"], name=op.f("fk_line_marks_marked_by_users")),
        sa.ForeignKeyConstraint(["run_id"], ["subsidy_runs.id"], name=op.f("fk_line_marks_run_id_subsidy_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_marks")),
        sa.UniqueConstraint("line_id", "office", name=op.f("uq_line_marks_line_id_office")),
    )
    op.create_table(
        "recoveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("received_fen", sa.BigInteger(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_recoveries_amount")),
        sa.CheckConstraint("received_fen BETWEEN 0 AND amount_fen", name=op.f("ck_recoveries_received")),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_recoveries_county_code_areas")),
        sa.ForeignKeyConstraint(["line_id"], ["subsidy_lines.id"], name=op.f("fk_recoveries_line_id_subsidy_lines")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recoveries")),
        sa.UniqueConstraint("line_id", "cause", name=op.f("uq_recoveries_line_id_cause")),
        sa.UniqueConstraint("public_id", name=op.f("uq_recoveries_public_id")),
    )
    op.create_table(
        "review_flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("pattern", sa.String(length=32), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("ground", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_review_flags_county_code_areas")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_review_flags_decided_by_users")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["subsidy_lines.id"], name=op.f("fk_review_flags_line_id_subsidy_lines"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_review_flags_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_flags")),
        sa.UniqueConstraint(
            "pattern",
            "subject_kind",
            "subject_id",
            "period",
            name=op.f("uq_review_flags_pattern_subject_kind_subject_id_period"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_flags_public_id")),
    )
    op.create_table(
        "run_objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_run_objections_decided_by_users")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["subsidy_lines.id"], name=op.f("fk_run_objections_line_id_subsidy_lines"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_run_objections_recorded_by_users")),
        sa.ForeignKeyConstraint(["run_id"], ["subsidy_runs.id"], name=op.f("fk_run_objections_run_id_subsidy_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_objections")),
        sa.UniqueConstraint("public_id", name=op.f("uq_run_objections_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_run_objections_submission_key")),
    )
    op.create_table(
        "recovery_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("recovery_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("proposes", sa.String(length=32), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("hand", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_recovery_events_by_users")),
        sa.ForeignKeyConstraint(
            ["recovery_id"], ["recoveries.id"], name=op.f("fk_recovery_events_recovery_id_recoveries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_events")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_recovery_events_submission_key")),
    )
    op.create_index("ix_printed_papers_subject", "printed_papers", ["subject_kind", "subject_id"], unique=False)
    op.create_index(op.f("ix_account_calls_account_id"), "account_calls", ["account_id"], unique=False)
    op.create_index(
        "ix_check_lists_county_code_kind_as_of", "check_lists", ["county_code", "kind", "as_of"], unique=False
    )
    op.create_index("ix_policy_proposals_county_code_state", "policy_proposals", ["county_code", "state"], unique=False)
    op.create_index(op.f("ix_shared_accounts_number_index"), "shared_accounts", ["number_index"], unique=False)
    op.create_index(
        "uq_shared_accounts_standing",
        "shared_accounts",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('proposed', 'approved')"),
        postgresql_where=sa.text("state IN ('proposed', 'approved')"),
    )
    op.create_index("ix_check_hits_area_code_state", "check_hits", ["area_code", "state"], unique=False)
    op.create_index("ix_check_hits_person_id_state", "check_hits", ["person_id", "state"], unique=False)
    op.create_index("ix_documents_patient_id_kind", "documents", ["patient_id", "kind"], unique=False)
    op.create_index(op.f("ix_documents_sha256"), "documents", ["sha256"], unique=False)
    op.create_index("ix_documents_subject_kind_subject_id", "documents", ["subject_kind", "subject_id"], unique=False)
    op.create_index("ix_help_visits_patient_id_visited_on", "help_visits", ["patient_id", "visited_on"], unique=False)
    op.create_index(
        "uq_run_reopenings_asked",
        "run_reopenings",
        ["run_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index(op.f("ix_guardian_assessments_area_code"), "guardian_assessments", ["area_code"], unique=False)
    op.create_index(
        "ix_guardian_contacts_patient_id_contacted_on",
        "guardian_contacts",
        ["patient_id", "contacted_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_agreement_applications_patient_id"), "agreement_applications", ["patient_id"], unique=False
    )
    op.create_index(
        "uq_agreement_applications_live",
        "agreement_applications",
        ["patient_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('signed', 'refused', 'withdrawn')"),
        postgresql_where=sa.text("state NOT IN ('signed', 'refused', 'withdrawn')"),
    )
    op.create_index("ix_duty_checks_area_code_quarter", "duty_checks", ["area_code", "quarter"], unique=False)
    op.create_index("ix_duty_checks_patient_id_quarter", "duty_checks", ["patient_id", "quarter"], unique=False)
    op.create_index(
        "uq_duty_checks_standing",
        "duty_checks",
        ["agreement_id", "quarter"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL AND replaced_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL AND replaced_at IS NULL"),
    )
    op.create_index(
        op.f("ix_application_events_application_id"), "application_events", ["application_id"], unique=False
    )
    op.create_index(op.f("ix_home_checks_run_id"), "home_checks", ["run_id"], unique=False)
    op.create_index("ix_line_marks_run_id_office", "line_marks", ["run_id", "office"], unique=False)
    op.create_index("ix_recoveries_county_code_state", "recoveries", ["county_code", "state"], unique=False)
    op.create_index("ix_review_flags_county_code_state", "review_flags", ["county_code", "state"], unique=False)
    op.create_index(op.f("ix_review_flags_line_id"), "review_flags", ["line_id"], unique=False)
    op.create_index("ix_run_objections_run_id_state", "run_objections", ["run_id", "state"], unique=False)
    op.create_index(op.f("ix_recovery_events_recovery_id"), "recovery_events", ["recovery_id"], unique=False)
    op.drop_index("uq_subsidy_lines_live_payment", table_name="subsidy_lines")
    with op.batch_alter_table("subsidy_lines") as lines:
        lines.add_column(sa.Column("corrects_line_id", sa.Integer(), nullable=True))
        lines.add_column(sa.Column("cause", sa.String(length=40), nullable=True))
        lines.add_column(sa.Column("projected_days", sa.Integer(), server_default="0", nullable=False))
        lines.drop_constraint("uq_subsidy_lines_run_id_agreement_id_rank_kind", type_="unique")
        lines.create_unique_constraint(
            "uq_subsidy_lines_run_id_agreement_id_rank_kind_period",
            ["run_id", "agreement_id", "rank", "kind", "period"],
        )
        lines.create_unique_constraint("uq_subsidy_lines_corrects_line_id_cause", ["corrects_line_id", "cause"])
        lines.create_foreign_key(
            "fk_subsidy_lines_corrects_line_id_subsidy_lines", "subsidy_lines", ["corrects_line_id"], ["id"]
        )
        lines.create_check_constraint("corrects", "(kind = 'ordinary') = (corrects_line_id IS NULL)")
        lines.create_check_constraint("cause", "(corrects_line_id IS NULL) = (cause IS NULL)")
    _live_payment(LIVE)
    with op.batch_alter_table("pay_files") as files:
        files.add_column(sa.Column("layout", sa.String(length=32), server_default="xlsx", nullable=False))
        files.add_column(sa.Column("cover_file_id", sa.Integer(), nullable=True))
        files.create_foreign_key("fk_pay_files_cover_file_id_kept_files", "kept_files", ["cover_file_id"], ["id"])
    with op.batch_alter_table("payee_accounts") as accounts:
        accounts.add_column(sa.Column("known_phone_id", sa.Integer(), nullable=True))
        accounts.create_foreign_key(
            "fk_payee_accounts_known_phone_id_phones", "phones", ["known_phone_id"], ["id"], ondelete="SET NULL"
        )
    op.bulk_insert(
        legal_moves,
        [{"what": what, "from_state": a, "to_state": b} for what, moves in MOVES.items() for a, b in moves],
    )


def downgrade() -> None:
    op.execute(sa.delete(legal_moves).where(legal_moves.c.what.in_(list(MOVES))))
    with op.batch_alter_table("payee_accounts") as accounts:
        accounts.drop_constraint("fk_payee_accounts_known_phone_id_phones", type_="foreignkey")
        accounts.drop_column("known_phone_id")
    with op.batch_alter_table("pay_files") as files:
        files.drop_constraint("fk_pay_files_cover_file_id_kept_files", type_="foreignkey")
        files.drop_column("cover_file_id")
        files.drop_column("layout")
    op.drop_index("uq_subsidy_lines_live_payment", table_name="subsidy_lines")
    with op.batch_alter_table("subsidy_lines") as lines:
        lines.drop_constraint("cause", type_="check")
        lines.drop_constraint("corrects", type_="check")
        lines.drop_constraint("fk_subsidy_lines_corrects_line_id_subsidy_lines", type_="foreignkey")
        lines.drop_constraint("uq_subsidy_lines_corrects_line_id_cause", type_="unique")
        lines.drop_constraint("uq_subsidy_lines_run_id_agreement_id_rank_kind_period", type_="unique")
        lines.create_unique_constraint(
            "uq_subsidy_lines_run_id_agreement_id_rank_kind", ["run_id", "agreement_id", "rank", "kind"]
        )
        lines.drop_column("projected_days")
        lines.drop_column("cause")
        lines.drop_column("corrects_line_id")
    _live_payment(LIVE_BEFORE)
    op.drop_table("recovery_events")
    op.drop_table("run_objections")
    op.drop_table("review_flags")
    op.drop_table("recoveries")
    op.drop_table("line_marks")
    op.drop_table("line_holds")
    op.drop_table("home_checks")
    op.drop_table("duty_signatures")
    op.drop_table("application_events")
    op.drop_table("duty_checks")
    op.drop_table("agreement_applications")
    op.drop_table("guardian_contacts")
    op.drop_table("guardian_assessments")
    op.drop_table("run_reopenings")
    op.drop_table("run_notices")
    op.drop_table("run_editions")
    op.drop_table("run_checks")
    op.drop_table("help_visits")
    op.drop_table("documents")
    op.drop_table("check_hits")
    op.drop_table("shared_accounts")
    op.drop_table("policy_proposals")
    op.drop_table("check_lists")
    op.drop_table("account_calls")
    op.drop_table("printed_papers")
