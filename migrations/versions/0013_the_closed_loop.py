"""The closed loop: discharges and their forms, incidents and conferences, messages, insurance and benefits; and their legal moves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOVES: dict[str, list[tuple[str, str]]] = {
    "benefit_requests.state": [
        ("asked", "granted"),
        ("asked", "refused"),
        ("asked", "taken_up"),
        ("asked", "withdrawn"),
        ("taken_up", "granted"),
        ("taken_up", "refused"),
        ("taken_up", "withdrawn"),
    ],
    "backstop_requests.state": [
        ("approved", "paid"),
        ("approved", "withdrawn"),
        ("asked", "approved"),
        ("asked", "refused"),
        ("asked", "withdrawn"),
    ],
    "rehab_referrals.state": [
        ("accepted", "attending"),
        ("accepted", "withdrawn"),
        ("asked", "accepted"),
        ("asked", "refused"),
        ("asked", "waiting"),
        ("asked", "withdrawn"),
        ("attending", "ended"),
        ("waiting", "accepted"),
        ("waiting", "refused"),
        ("waiting", "withdrawn"),
    ],
    "discharges.state": [
        ("planned", "opened"),
        ("planned", "closed"),
        ("planned", "withdrawn"),
        ("opened", "dispatched"),
        ("opened", "closed"),
        ("dispatched", "received"),
        ("dispatched", "acting"),
        ("dispatched", "closed"),
        ("received", "acting"),
        ("received", "closed"),
        ("received", "dispatched"),
        ("acting", "closed"),
        ("acting", "dispatched"),
        ("acting", "received"),
    ],
    "handover_forms.state": [
        ("dispatched", "received"),
        ("dispatched", "acting"),
        ("dispatched", "closed"),
        ("dispatched", "stopped"),
        ("received", "acting"),
        ("received", "closed"),
        ("received", "stopped"),
        ("acting", "closed"),
        ("acting", "stopped"),
    ],
    "incidents.state": [
        ("reported", "confirmed"),
        ("reported", "dismissed"),
        ("confirmed", "closed"),
        ("confirmed", "dismissed"),
        ("closed", "confirmed"),
        ("dismissed", "confirmed"),
    ],
    "emergency_receptions.state": [
        ("asked", "accepted"),
        ("asked", "refused"),
        ("asked", "called_off"),
        ("accepted", "arrived"),
        ("accepted", "called_off"),
        ("accepted", "refused"),
        ("asked", "arrived"),
    ],
    "green_requests.state": [
        ("asked", "accepted"),
        ("asked", "refused"),
        ("asked", "called_off"),
        ("accepted", "under_way"),
        ("accepted", "refused"),
        ("accepted", "called_off"),
        ("under_way", "done"),
        ("under_way", "refused"),
        ("under_way", "called_off"),
    ],
    "delivery_rounds.state": [("planned", "under_way"), ("under_way", "closed")],
    "delivery_lines.state": [
        ("planned", "received"),
        ("planned", "not_met"),
        ("planned", "returned"),
        ("not_met", "received"),
        ("not_met", "returned"),
    ],
    "crisis_calls.state": [("open", "closed")],
    "conferences.state": [("planned", "held"), ("planned", "called_off"), ("held", "minuted")],
    "conference_decisions.state": [
        ("open", "taken"),
        ("open", "done"),
        ("open", "refused"),
        ("open", "withdrawn"),
        ("taken", "done"),
        ("taken", "refused"),
        ("taken", "withdrawn"),
        ("refused", "open"),
    ],
    "insurance_policies.state": [("proposed", "confirmed"), ("proposed", "refused"), ("proposed", "withdrawn")],
    "claims.state": [
        ("accepted", "paid"),
        ("papers_complete", "accepted"),
        ("papers_complete", "refused"),
        ("papers_complete", "withdrawn"),
        ("reported", "papers_complete"),
        ("reported", "refused"),
        ("reported", "withdrawn"),
    ],
    "reliefs.state": [
        ("approved", "paid"),
        ("proposed", "approved"),
        ("proposed", "refused"),
        ("proposed", "withdrawn"),
    ],
    "messages.state": [
        ("queued", "claimed"),
        ("queued", "cancelled"),
        ("queued", "expired"),
        ("queued", "not_sent"),
        ("queued", "refused"),
        ("queued", "failed"),
        ("claimed", "queued"),
        ("claimed", "sent"),
        ("claimed", "unknown"),
        ("claimed", "delivered"),
        ("claimed", "failed"),
        ("claimed", "refused"),
        ("claimed", "cancelled"),
        ("claimed", "expired"),
        ("claimed", "not_sent"),
        ("unknown", "sent"),
        ("unknown", "delivered"),
        ("unknown", "failed"),
        ("failed", "delivered"),
        ("sent", "delivered"),
        ("sent", "failed"),
    ],
    "message_templates.state": [("proposed", "approved"), ("proposed", "returned"), ("approved", "retired")],
}

legal_moves = sa.table("legal_moves", sa.column("what"), sa.column("from_state"), sa.column("to_state"))


def upgrade() -> None:
    op.create_table(
        "dropped_callbacks",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "why", name=op.f("pk_dropped_callbacks")),
    )
    op.create_table(
        "gateway_pauses",
        sa.Column("gateway", sa.String(length=16), nullable=False),
        sa.Column("troubles", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_gateway_pauses")),
    )
    op.create_table(
        "conferences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("meets_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("chair", sa.String(length=50), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_by", sa.Integer(), nullable=False),
        sa.Column("minuted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minuted_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_conferences_area_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conferences")),
        sa.UniqueConstraint("area_code", "number", name=op.f("uq_conferences_area_code_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_conferences_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_conferences_submission_key")),
    )
    op.create_table(
        "delivery_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_delivery_rounds_area_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_rounds")),
        sa.UniqueConstraint("public_id", name=op.f("uq_delivery_rounds_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_delivery_rounds_submission_key")),
    )
    op.create_table(
        "benefit_offices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_benefit_offices_agency_id_agencies")),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_benefit_offices_county_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_offices")),
        sa.UniqueConstraint("county_code", "kind", name=op.f("uq_benefit_offices_county_code_kind")),
    )
    op.create_table(
        "conference_invitees",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("conference_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column("attendee", sa.String(length=50), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("was_present", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_conference_invitees_agency_id_agencies")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_conference_invitees_conference_id_conferences")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference_invitees")),
        sa.UniqueConstraint("conference_id", "agency_id", name=op.f("uq_conference_invitees_conference_id_agency_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_conference_invitees_public_id")),
    )
    op.create_table(
        "rehab_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_rehab_places_capacity")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_rehab_places_agency_id_agencies")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_rehab_places_area_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehab_places")),
        sa.UniqueConstraint("area_code", "name", name=op.f("uq_rehab_places_area_code_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rehab_places_public_id")),
    )
    op.create_table(
        "agency_contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_agency_contacts_rank")),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_agency_contacts_span")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_contacts_agency_id_agencies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_agency_contacts_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_contacts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agency_contacts_public_id")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("good_to", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_api_keys_revoked")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_api_keys_agency_id_agencies")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_api_keys_made_by_users")),
        sa.ForeignKeyConstraint(["revoked_by"], ["users.id"], name=op.f("fk_api_keys_revoked_by_users")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_keys_public_id")),
    )
    op.create_table(
        "insurance_policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("insurer", sa.String(length=100), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("premium_fen", sa.BigInteger(), nullable=False),
        sa.Column("proration", sa.String(length=32), nullable=False),
        sa.Column("person_limit_fen", sa.BigInteger(), nullable=True),
        sa.Column("accident_limit_fen", sa.BigInteger(), nullable=True),
        sa.Column("year_limit_fen", sa.BigInteger(), nullable=True),
        sa.Column("report_within_hours", sa.Integer(), nullable=False),
        sa.Column("settle_working_days", sa.Integer(), nullable=False),
        sa.Column("eligible_rule", sa.String(length=32), nullable=False),
        sa.Column("covers_late_found", sa.Boolean(), nullable=False),
        sa.Column("exclusions", sa.String(length=500), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=False),
        sa.Column("renewed_from_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by",
            name=op.f("ck_insurance_policies_two_hands"),
        ),
        sa.CheckConstraint("premium_fen > 0", name=op.f("ck_insurance_policies_premium")),
        sa.CheckConstraint(
            "report_within_hours > 0 AND settle_working_days > 0", name=op.f("ck_insurance_policies_deadlines")
        ),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_insurance_policies_term")),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_insurance_policies_county_code_areas")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_insurance_policies_decided_by_users")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_insurance_policies_proposed_by_users")),
        sa.ForeignKeyConstraint(
            ["renewed_from_id"],
            ["insurance_policies.id"],
            name=op.f("fk_insurance_policies_renewed_from_id_insurance_policies"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_policies")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insurance_policies_public_id")),
        sa.UniqueConstraint("renewed_from_id", name=op.f("uq_insurance_policies_renewed_from_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_insurance_policies_submission_key")),
    )
    op.create_table(
        "message_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_zh", sa.String(length=300), nullable=False),
        sa.Column("text_en", sa.String(length=300), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("provider_ids", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_hand", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_hand", sa.String(length=40), nullable=True),
        sa.CheckConstraint("state = 'proposed' OR decided_by IS NOT NULL", name=op.f("ck_message_templates_decided")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_message_templates_two_accounts")
        ),
        sa.CheckConstraint(
            "decided_hand IS NULL OR decided_hand <> proposed_hand", name=op.f("ck_message_templates_two_hands")
        ),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_message_templates_county_code_areas")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_message_templates_decided_by_users")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_message_templates_proposed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_templates")),
        sa.UniqueConstraint(
            "county_code", "kind", "version", name=op.f("uq_message_templates_county_code_kind_version")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_message_templates_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_message_templates_submission_key")),
    )
    op.create_table(
        "staff_addresses",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_staff_addresses_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_staff_addresses")),
    )
    op.create_table(
        "backstop_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("hospital", sa.String(length=100), nullable=False),
        sa.Column("bill_number", sa.String(length=60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("bill_fen", sa.BigInteger(), nullable=False),
        sa.Column("insured_fen", sa.BigInteger(), nullable=False),
        sa.Column("family_fen", sa.BigInteger(), nullable=False),
        sa.Column("asked_fen", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("refusal", sa.String(length=32), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("slip_number", sa.String(length=60), nullable=False),
        sa.Column("paid_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_backstop_requests_refusal")),
        sa.CheckConstraint(
            "decided_by IS NULL OR state = 'withdrawn' OR decided_by <> asked_by",
            name=op.f("ck_backstop_requests_two_hands"),
        ),
        sa.CheckConstraint(
            "asked_fen > 0 AND asked_fen <= bill_fen - insured_fen - family_fen",
            name=op.f("ck_backstop_requests_asked"),
        ),
        sa.CheckConstraint(
            "paid_by IS NULL OR (paid_by <> asked_by AND paid_by <> decided_by)",
            name=op.f("ck_backstop_requests_third_hand"),
        ),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_backstop_requests_stay")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_backstop_requests_asked_by_users")),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_backstop_requests_county_code_areas")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_backstop_requests_decided_by_users")),
        sa.ForeignKeyConstraint(["paid_by"], ["users.id"], name=op.f("fk_backstop_requests_paid_by_users")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_backstop_requests_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backstop_requests")),
        sa.UniqueConstraint("county_code", "hospital", "bill_number", name="uq_backstop_requests_bill"),
        sa.UniqueConstraint("public_id", name=op.f("uq_backstop_requests_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_backstop_requests_submission_key")),
    )
    op.create_table(
        "benefit_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("is_green_channel", sa.Boolean(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("refusal", sa.String(length=32), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_benefit_requests_refusal")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_benefit_requests_agency_id_agencies")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_benefit_requests_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_requests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_benefit_requests_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_benefit_requests_submission_key")),
    )
    op.create_table(
        "benefits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("renew_by", sa.Date(), nullable=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("grade IS NULL OR grade BETWEEN 1 AND 4", name=op.f("ck_benefits_grade")),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_benefits_span")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_benefits_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefits")),
        sa.UniqueConstraint("public_id", name=op.f("uq_benefits_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_benefits_submission_key")),
    )
    op.create_table(
        "conference_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("conference_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("source_key", sa.String(length=48), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_conference_items_area_code_areas")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_conference_items_conference_id_conferences")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_conference_items_patient_id_patients")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_conference_items_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference_items")),
        sa.UniqueConstraint(
            "conference_id", "source", "source_key", name=op.f("uq_conference_items_conference_id_source_source_key")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_conference_items_public_id")),
    )
    op.create_table(
        "contact_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("given_by", sa.String(length=32), nullable=False),
        sa.Column("is_safe", sa.Boolean(), nullable=False),
        sa.Column("patient_agrees", sa.Boolean(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_because", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_contact_consents_patient_id_patients")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_contact_consents_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_consents")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_consents_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_contact_consents_submission_key")),
    )
    op.create_table(
        "enrolment_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("premium_fen", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_enrolment_batches_made_by_users")),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["insurance_policies.id"], name=op.f("fk_enrolment_batches_policy_id_insurance_policies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_batches")),
        sa.UniqueConstraint(
            "policy_id", "kind", "effective_on", name=op.f("uq_enrolment_batches_policy_id_kind_effective_on")
        ),
        sa.UniqueConstraint("policy_id", "number", name=op.f("uq_enrolment_batches_policy_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_enrolment_batches_public_id")),
    )
    op.create_table(
        "rehab_referrals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("consent", sa.String(length=32), nullable=False),
        sa.Column("consented_on", sa.Date(), nullable=False),
        sa.Column("referred_on", sa.Date(), nullable=False),
        sa.Column("aims", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("refusal", sa.String(length=32), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name=op.f("ck_rehab_referrals_end_reason")),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_rehab_referrals_refusal")),
        sa.CheckConstraint("consented_on <= referred_on", name=op.f("ck_rehab_referrals_consent_first")),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_rehab_referrals_span")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_rehab_referrals_patient_id_patients")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["rehab_places.id"], name=op.f("fk_rehab_referrals_place_id_rehab_places")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehab_referrals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rehab_referrals_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_rehab_referrals_submission_key")),
    )
    op.create_table(
        "conference_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("conference_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("refusal", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_conference_decisions_refused_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_conference_decisions_agency_id_agencies")
        ),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_conference_decisions_area_code_areas")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_conference_decisions_conference_id_conferences")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["conference_items.id"], name=op.f("fk_conference_decisions_item_id_conference_items")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_conference_decisions_patient_id_patients")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference_decisions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_conference_decisions_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_conference_decisions_submission_key")),
    )
    op.create_table(
        "discharges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("hospital_id", sa.Integer(), nullable=True),
        sa.Column("hospital_name", sa.String(length=100), nullable=False),
        sa.Column("hospital_key", sa.String(length=130), nullable=False),
        sa.Column("hospital_number", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("is_on_behalf", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("clue_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("registered_code", sa.String(length=12), nullable=True),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("draft_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("admitted_on", sa.Date(), nullable=True),
        sa.Column("discharged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_by", sa.String(length=32), nullable=True),
        sa.Column("discharge_type", sa.String(length=32), nullable=True),
        sa.Column("discharge_to", sa.String(length=32), nullable=True),
        sa.Column("risk_level", sa.Integer(), nullable=True),
        sa.Column("behaviours", sa.Integer(), nullable=False),
        sa.Column("is_law_30", sa.Boolean(), nullable=False),
        sa.Column("is_guardian_present", sa.Boolean(), nullable=False),
        sa.Column("is_guardian_phone_checked", sa.Boolean(), nullable=False),
        sa.Column("has_guardian", sa.Boolean(), nullable=False),
        sa.Column("is_refused", sa.Boolean(), nullable=False),
        sa.Column("help_needed", sa.Integer(), nullable=False),
        sa.Column("identity_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("clinical_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("medicines_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("guidance_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("close_reason", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (close_reason IS NOT NULL)", name=op.f("ck_discharges_closed_has_reason")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'withdrawn') OR (discharged_at IS NOT NULL AND submitted_at IS NOT NULL)",
            name=op.f("ck_discharges_submitted"),
        ),
        sa.CheckConstraint("is_on_behalf OR received_at IS NULL", name=op.f("ck_discharges_paper_is_on_behalf")),
        sa.CheckConstraint("risk_level IS NULL OR risk_level BETWEEN 0 AND 5", name=op.f("ck_discharges_risk_level")),
        sa.ForeignKeyConstraint(["clue_id"], ["clues.id"], name=op.f("fk_discharges_clue_id_clues")),
        sa.ForeignKeyConstraint(["hospital_id"], ["agencies.id"], name=op.f("fk_discharges_hospital_id_agencies")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_discharges_patient_id_patients")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_discharges_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discharges")),
        sa.UniqueConstraint("hospital_key", "hospital_number", name=op.f("uq_discharges_hospital_key_hospital_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_discharges_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_discharges_submission_key")),
    )
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("guardian_person_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=True),
        sa.Column("premium_fen", sa.BigInteger(), nullable=False),
        sa.Column("added_batch_id", sa.Integer(), nullable=False),
        sa.Column("removed_batch_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(to_on IS NULL) = (removed_batch_id IS NULL)", name=op.f("ck_enrolments_removed_by_batch")),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_enrolments_span")),
        sa.ForeignKeyConstraint(
            ["added_batch_id"], ["enrolment_batches.id"], name=op.f("fk_enrolments_added_batch_id_enrolment_batches")
        ),
        sa.ForeignKeyConstraint(
            ["guardian_person_id"], ["people.id"], name=op.f("fk_enrolments_guardian_person_id_people")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_enrolments_patient_id_patients")),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["insurance_policies.id"], name=op.f("fk_enrolments_policy_id_insurance_policies")
        ),
        sa.ForeignKeyConstraint(
            ["removed_batch_id"],
            ["enrolment_batches.id"],
            name=op.f("fk_enrolments_removed_batch_id_enrolment_batches"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("policy_id", "number", name=op.f("uq_enrolments_policy_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_enrolments_public_id")),
    )
    op.create_table(
        "green_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("hospital", sa.String(length=100), nullable=False),
        sa.Column("drug", sa.String(length=60), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("refusal", sa.String(length=32), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("supply_id", sa.Integer(), nullable=True),
        sa.Column("admission_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind <> 'delivery' OR drug <> ''", name=op.f("ck_green_requests_delivery_names_drug")),
        sa.CheckConstraint("days IS NULL OR days BETWEEN 1 AND 366", name=op.f("ck_green_requests_days")),
        sa.ForeignKeyConstraint(
            ["admission_id"], ["admissions.id"], name=op.f("fk_green_requests_admission_id_admissions")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_green_requests_agency_id_agencies")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_green_requests_area_code_areas")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_green_requests_patient_id_patients")),
        sa.ForeignKeyConstraint(
            ["supply_id"], ["medicine_supplies.id"], name=op.f("fk_green_requests_supply_id_medicine_supplies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_green_requests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_green_requests_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_green_requests_submission_key")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=32), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("guardianship_id", sa.Integer(), nullable=True),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("callback_path", sa.String(length=22), nullable=False),
        sa.Column("gateway", sa.String(length=16), nullable=True),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("phone_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("provider_id", sa.String(length=64), nullable=True),
        sa.Column("provider_status", sa.String(length=24), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("answerable_id", sa.Integer(), nullable=True),
        sa.Column("seen_to_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'claimed') = (claim IS NOT NULL)", name=op.f("ck_messages_claim")),
        sa.CheckConstraint(
            "patient_id IS NOT NULL OR recipient_id IS NOT NULL OR recipient = 'area'",
            name=op.f("ck_messages_recipient"),
        ),
        sa.CheckConstraint("expires_at > not_before", name=op.f("ck_messages_span")),
        sa.ForeignKeyConstraint(["answerable_id"], ["users.id"], name=op.f("fk_messages_answerable_id_users")),
        sa.ForeignKeyConstraint(
            ["guardianship_id"], ["guardianships.id"], name=op.f("fk_messages_guardianship_id_guardianships")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_messages_patient_id_patients")),
        sa.ForeignKeyConstraint(
            ["phone_id"], ["phones.id"], name=op.f("fk_messages_phone_id_phones"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["users.id"], name=op.f("fk_messages_settled_by_users")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["message_templates.id"], name=op.f("fk_messages_template_id_message_templates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("callback_path", name=op.f("uq_messages_callback_path")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_messages_dedupe_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_messages_public_id")),
    )
    op.create_table(
        "rehab_attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("days BETWEEN 0 AND 31", name=op.f("ck_rehab_attendance_days")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["rehab_referrals.id"], name=op.f("fk_rehab_attendance_referral_id_rehab_referrals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehab_attendance")),
        sa.UniqueConstraint("referral_id", "month", name=op.f("uq_rehab_attendance_referral_id_month")),
    )
    op.create_table(
        "conference_decision_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("refusal", sa.String(length=32), nullable=True),
        sa.Column("paper_number", sa.String(length=60), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["conference_decisions.id"],
            name=op.f("fk_conference_decision_events_decision_id_conference_decisions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference_decision_events")),
    )
    op.create_table(
        "delivery_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("drug", sa.String(length=60), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("receiver", sa.String(length=32), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("supply_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'received') = (supply_id IS NOT NULL)", name=op.f("ck_delivery_lines_received_is_supply")
        ),
        sa.CheckConstraint("days BETWEEN 1 AND 366", name=op.f("ck_delivery_lines_days")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_delivery_lines_patient_id_patients")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["green_requests.id"], name=op.f("fk_delivery_lines_request_id_green_requests")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["delivery_rounds.id"], name=op.f("fk_delivery_lines_round_id_delivery_rounds")
        ),
        sa.ForeignKeyConstraint(
            ["supply_id"], ["medicine_supplies.id"], name=op.f("fk_delivery_lines_supply_id_medicine_supplies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_lines")),
        sa.UniqueConstraint("public_id", name=op.f("uq_delivery_lines_public_id")),
        sa.UniqueConstraint("round_id", "patient_id", "drug", name=op.f("uq_delivery_lines_round_id_patient_id_drug")),
    )
    op.create_table(
        "emergency_receptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("emergency_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hospital_id", sa.Integer(), nullable=True),
        sa.Column("hospital", sa.String(length=100), nullable=False),
        sa.Column("transport", sa.String(length=32), nullable=False),
        sa.Column("escorts_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_name", sa.String(length=50), nullable=False),
        sa.Column("refusal", sa.String(length=32), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_by", sa.Integer(), nullable=True),
        sa.Column("received_name", sa.String(length=50), nullable=False),
        sa.CheckConstraint(
            "(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_emergency_receptions_refused_says_why")
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR answered_at >= asked_at", name=op.f("ck_emergency_receptions_answered_after_asked")
        ),
        sa.CheckConstraint(
            "arrived_at IS NULL OR arrived_at >= asked_at", name=op.f("ck_emergency_receptions_arrived_after_asked")
        ),
        sa.ForeignKeyConstraint(
            ["emergency_id"], ["emergencies.id"], name=op.f("fk_emergency_receptions_emergency_id_emergencies")
        ),
        sa.ForeignKeyConstraint(
            ["hospital_id"], ["agencies.id"], name=op.f("fk_emergency_receptions_hospital_id_agencies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_receptions")),
        sa.UniqueConstraint("emergency_id", "number", name=op.f("uq_emergency_receptions_emergency_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_emergency_receptions_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_emergency_receptions_submission_key")),
    )
    op.create_table(
        "green_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["green_requests.id"], name=op.f("fk_green_events_request_id_green_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_green_events")),
    )
    op.create_table(
        "handover_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("discharge_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("addressee", sa.String(length=100), nullable=False),
        sa.Column("guardianship_id", sa.Integer(), nullable=True),
        sa.Column("second_guardianship_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("is_information", sa.Boolean(), nullable=False),
        sa.Column("legal_basis", sa.String(length=32), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receive_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_received_on_behalf", sa.Boolean(), nullable=False),
        sa.Column("act_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contacts_needed", sa.Integer(), nullable=False),
        sa.Column("contacts_noted", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_reason", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'closed') <= (closed_at IS NOT NULL)", name=op.f("ck_handover_forms_closed")),
        sa.CheckConstraint(
            "(state = 'dispatched') <= (received_at IS NULL)", name=op.f("ck_handover_forms_unreceived")
        ),
        sa.CheckConstraint(
            "(state = 'stopped') = (stopped_reason IS NOT NULL)", name=op.f("ck_handover_forms_stopped")
        ),
        sa.CheckConstraint("contacts_noted >= 0", name=op.f("ck_handover_forms_contacts")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_handover_forms_agency_id_agencies")),
        sa.ForeignKeyConstraint(
            ["discharge_id"], ["discharges.id"], name=op.f("fk_handover_forms_discharge_id_discharges")
        ),
        sa.ForeignKeyConstraint(
            ["guardianship_id"], ["guardianships.id"], name=op.f("fk_handover_forms_guardianship_id_guardianships")
        ),
        sa.ForeignKeyConstraint(
            ["second_guardianship_id"],
            ["guardianships.id"],
            name=op.f("fk_handover_forms_second_guardianship_id_guardianships"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_forms")),
        sa.UniqueConstraint("discharge_id", "kind", "round", name=op.f("uq_handover_forms_discharge_id_kind_round")),
        sa.UniqueConstraint("public_id", name=op.f("uq_handover_forms_public_id")),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("what_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("trigger_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reporter", sa.String(length=32), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("emergency_id", sa.Integer(), nullable=True),
        sa.Column("loss_fen", sa.Integer(), nullable=True),
        sa.Column("police_case_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("whereabouts", sa.String(length=32), nullable=True),
        sa.Column("was_managed", sa.Boolean(), nullable=True),
        sa.Column("managed_since", sa.Date(), nullable=True),
        sa.Column("insurance", sa.String(length=32), nullable=True),
        sa.Column("has_sought_help", sa.Boolean(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("dismissal", sa.String(length=32), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(patient_id IS NOT NULL) OR category <> 'managed'", name=op.f("ck_incidents_managed_is_patient")
        ),
        sa.CheckConstraint(
            "(state = 'dismissed') = (dismissal IS NOT NULL)", name=op.f("ck_incidents_dismissed_says_why")
        ),
        sa.CheckConstraint("loss_fen IS NULL OR loss_fen >= 0", name=op.f("ck_incidents_loss")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_incidents_agency_id_agencies")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_incidents_area_code_areas")),
        sa.ForeignKeyConstraint(
            ["emergency_id"], ["emergencies.id"], name=op.f("fk_incidents_emergency_id_emergencies")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_incidents_patient_id_patients")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_incidents_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("public_id", name=op.f("uq_incidents_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_incidents_submission_key")),
    )
    op.create_table(
        "message_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_events_message_id_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_events")),
    )
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("guardian_person_id", sa.Integer(), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("harm", sa.String(length=32), nullable=False),
        sa.Column("insurer_reference", sa.String(length=60), nullable=False),
        sa.Column("asked_fen", sa.BigInteger(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("is_covered", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("papers_on", sa.Date(), nullable=True),
        sa.Column("settle_by", sa.Date(), nullable=True),
        sa.Column("agreed_fen", sa.BigInteger(), nullable=True),
        sa.Column("refusal", sa.String(length=32), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("paid_fen", sa.BigInteger(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'paid') = (paid_fen IS NOT NULL)", name=op.f("ck_claims_paid")),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_claims_refusal")),
        sa.CheckConstraint("asked_fen > 0", name=op.f("ck_claims_asked")),
        sa.CheckConstraint("reported_at >= happened_at", name=op.f("ck_claims_reported_after")),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_claims_county_code_areas")),
        sa.ForeignKeyConstraint(
            ["guardian_person_id"], ["people.id"], name=op.f("fk_claims_guardian_person_id_people")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_claims_incident_id_incidents")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_claims_patient_id_patients")),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["insurance_policies.id"], name=op.f("fk_claims_policy_id_insurance_policies")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_claims_recorded_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("number", name=op.f("uq_claims_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_claims_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_claims_submission_key")),
    )
    op.create_table(
        "crisis_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=False),
        sa.Column("caller", sa.String(length=32), nullable=True),
        sa.Column("age", sa.String(length=32), nullable=False),
        sa.Column("caller_phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("danger", sa.String(length=32), nullable=True),
        sa.Column("dangers", sa.Integer(), nullable=False),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("told_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("police_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("police_told", sa.String(length=32), nullable=True),
        sa.Column("police_told_by", sa.Integer(), nullable=True),
        sa.Column("no_police", sa.String(length=20), nullable=True),
        sa.Column("ambulance_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ambulance_told_by", sa.Integer(), nullable=True),
        sa.Column("family_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("family_told_by", sa.Integer(), nullable=True),
        sa.Column("family_told_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("emergency_id", sa.Integer(), nullable=True),
        sa.Column("clue_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_crisis_calls_closed")),
        sa.CheckConstraint(
            "(police_told_at IS NULL) = (police_told IS NULL)", name=op.f("ck_crisis_calls_police_told")
        ),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_crisis_calls_area_code_areas")),
        sa.ForeignKeyConstraint(["clue_id"], ["clues.id"], name=op.f("fk_crisis_calls_clue_id_clues")),
        sa.ForeignKeyConstraint(
            ["emergency_id"], ["emergencies.id"], name=op.f("fk_crisis_calls_emergency_id_emergencies")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_crisis_calls_incident_id_incidents")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_crisis_calls_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_calls")),
        sa.UniqueConstraint("public_id", name=op.f("uq_crisis_calls_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_crisis_calls_submission_key")),
    )
    op.create_table(
        "handover_escalations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("named", sa.String(length=170), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_handover_escalations_agency_id_agencies")
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["handover_forms.id"], name=op.f("fk_handover_escalations_form_id_handover_forms")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_handover_escalations_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_escalations")),
        sa.UniqueConstraint("form_id", "hours", name=op.f("uq_handover_escalations_form_id_hours")),
    )
    op.create_table(
        "handover_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=True),
        sa.Column("discharge_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("is_on_behalf", sa.Boolean(), nullable=False),
        sa.Column("paper", sa.String(length=60), nullable=False),
        sa.Column("paper_on", sa.Date(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("is_on_behalf OR paper = ''", name=op.f("ck_handover_events_paper")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["handover_events.id"], name=op.f("fk_handover_events_corrects_id_handover_events")
        ),
        sa.ForeignKeyConstraint(
            ["discharge_id"], ["discharges.id"], name=op.f("fk_handover_events_discharge_id_discharges")
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["handover_forms.id"], name=op.f("fk_handover_events_form_id_handover_forms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_events")),
        sa.UniqueConstraint("public_id", name=op.f("uq_handover_events_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_handover_events_submission_key")),
    )
    op.create_table(
        "incident_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(number = 1) = (corrects_id IS NULL)", name=op.f("ck_incident_findings_corrects_the_last")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["incident_findings.id"], name=op.f("fk_incident_findings_corrects_id_incident_findings")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_incident_findings_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_findings")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_incident_findings_corrects_id")),
        sa.UniqueConstraint(
            "incident_id", "matter", "number", name=op.f("uq_incident_findings_incident_id_matter_number")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_incident_findings_public_id")),
    )
    op.create_table(
        "incident_harms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("victim", sa.String(length=32), nullable=False),
        sa.Column("harm", sa.String(length=32), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("medical_fen", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("medical_fen IS NULL OR medical_fen >= 0", name=op.f("ck_incident_harms_medical")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_incident_harms_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_harms")),
        sa.UniqueConstraint("public_id", name=op.f("uq_incident_harms_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_incident_harms_submission_key")),
    )
    op.create_table(
        "claim_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_claim_events_by_users")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_events_claim_id_claims")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_events")),
    )
    op.create_table(
        "claim_papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_papers_claim_id_claims")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_claim_papers_recorded_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_papers")),
        sa.UniqueConstraint("claim_id", "kind", name=op.f("uq_claim_papers_claim_id_kind")),
    )
    op.create_table(
        "incident_finding_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["incident_findings.id"],
            name=op.f("fk_incident_finding_members_finding_id_incident_findings"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_incident_finding_members_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_finding_members")),
        sa.UniqueConstraint("finding_id", "user_id", name=op.f("uq_incident_finding_members_finding_id_user_id")),
    )
    op.create_table(
        "reliefs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("submission_key", sa.String(length=22), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("injured_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("harm", sa.String(length=32), nullable=False),
        sa.Column("ground", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("receipt_number", sa.String(length=60), nullable=False),
        sa.CheckConstraint("(state = 'paid') = (paid_on IS NOT NULL)", name=op.f("ck_reliefs_paid")),
        sa.CheckConstraint(
            "decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by", name=op.f("ck_reliefs_two_hands")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_reliefs_amount")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_reliefs_claim_id_claims")),
        sa.ForeignKeyConstraint(["county_code"], ["areas.code"], name=op.f("fk_reliefs_county_code_areas")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_reliefs_decided_by_users")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_reliefs_patient_id_patients")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_reliefs_proposed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reliefs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reliefs_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_reliefs_submission_key")),
    )
    op.create_index("ix_conferences_area_code_meets_at", "conferences", ["area_code", "meets_at"], unique=False)
    op.create_index(
        "ix_delivery_rounds_area_code_planned_on", "delivery_rounds", ["area_code", "planned_on"], unique=False
    )
    op.create_index("ix_conference_invitees_agency_id", "conference_invitees", ["agency_id"], unique=False)
    op.create_index(op.f("ix_rehab_places_agency_id"), "rehab_places", ["agency_id"], unique=False)
    op.create_index("ix_agency_contacts_user_id", "agency_contacts", ["user_id"], unique=False)
    op.create_index(
        "uq_agency_contacts_open_rank",
        "agency_contacts",
        ["agency_id", "rank"],
        unique=True,
        sqlite_where=sa.text("to_on IS NULL"),
        postgresql_where=sa.text("to_on IS NULL"),
    )
    op.create_index(op.f("ix_api_keys_agency_id"), "api_keys", ["agency_id"], unique=False)
    op.create_index(
        "ix_insurance_policies_county_code_from_on", "insurance_policies", ["county_code", "from_on"], unique=False
    )
    op.create_index(
        "uq_insurance_policies_number",
        "insurance_policies",
        ["insurer", "number"],
        unique=True,
        sqlite_where=sa.text("state IN ('proposed', 'confirmed')"),
        postgresql_where=sa.text("state IN ('proposed', 'confirmed')"),
    )
    op.create_index(
        "uq_message_templates_approved",
        "message_templates",
        ["county_code", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'approved'"),
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_index(
        "uq_message_templates_proposed",
        "message_templates",
        ["county_code", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index(
        "ix_backstop_requests_county_code_state", "backstop_requests", ["county_code", "state"], unique=False
    )
    op.create_index("ix_backstop_requests_patient_id", "backstop_requests", ["patient_id"], unique=False)
    op.create_index("ix_benefit_requests_agency_id_state", "benefit_requests", ["agency_id", "state"], unique=False)
    op.create_index(
        "uq_benefit_requests_open",
        "benefit_requests",
        ["patient_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked', 'taken_up')"),
        postgresql_where=sa.text("state IN ('asked', 'taken_up')"),
    )
    op.create_index("ix_benefits_patient_id", "benefits", ["patient_id"], unique=False)
    op.create_index(
        "ix_benefits_renew_by",
        "benefits",
        ["renew_by"],
        unique=False,
        sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_index(
        "uq_benefits_open",
        "benefits",
        ["patient_id", "kind"],
        unique=True,
        sqlite_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("to_on IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_index(op.f("ix_conference_items_patient_id"), "conference_items", ["patient_id"], unique=False)
    op.create_index("ix_contact_consents_person_id", "contact_consents", ["person_id"], unique=False)
    op.create_index(
        "uq_contact_consents_open",
        "contact_consents",
        ["patient_id", "person_id", "channel"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_rehab_referrals_place_id_state", "rehab_referrals", ["place_id", "state"], unique=False)
    op.create_index(
        "uq_rehab_referrals_open",
        "rehab_referrals",
        ["patient_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked', 'waiting', 'accepted', 'attending')"),
        postgresql_where=sa.text("state IN ('asked', 'waiting', 'accepted', 'attending')"),
    )
    op.create_index(
        "ix_conference_decisions_agency_id_state", "conference_decisions", ["agency_id", "state"], unique=False
    )
    op.create_index(
        "ix_conference_decisions_area_code_state", "conference_decisions", ["area_code", "state"], unique=False
    )
    op.create_index("ix_conference_decisions_conference_id", "conference_decisions", ["conference_id"], unique=False)
    op.create_index(op.f("ix_conference_decisions_patient_id"), "conference_decisions", ["patient_id"], unique=False)
    op.create_index("ix_discharges_area_code", "discharges", ["area_code"], unique=False)
    op.create_index(
        "ix_discharges_county_code_submitted_at", "discharges", ["county_code", "submitted_at"], unique=False
    )
    op.create_index("ix_discharges_hospital_id_id", "discharges", ["hospital_id", "id"], unique=False)
    op.create_index(
        "ix_discharges_live",
        "discharges",
        ["county_code"],
        unique=False,
        sqlite_where=sa.text("state NOT IN ('planned', 'closed', 'withdrawn')"),
        postgresql_where=sa.text("state NOT IN ('planned', 'closed', 'withdrawn')"),
    )
    op.create_index("ix_discharges_patient_id", "discharges", ["patient_id"], unique=False)
    op.create_index("ix_discharges_person_id", "discharges", ["person_id"], unique=False)
    op.create_index("ix_enrolments_added_batch_id", "enrolments", ["added_batch_id"], unique=False)
    op.create_index("ix_enrolments_patient_id", "enrolments", ["patient_id"], unique=False)
    op.create_index("ix_enrolments_removed_batch_id", "enrolments", ["removed_batch_id"], unique=False)
    op.create_index(
        "uq_enrolments_open",
        "enrolments",
        ["policy_id", "patient_id"],
        unique=True,
        sqlite_where=sa.text("to_on IS NULL"),
        postgresql_where=sa.text("to_on IS NULL"),
    )
    op.create_index("ix_green_requests_area_code_state", "green_requests", ["area_code", "state"], unique=False)
    op.create_index("ix_green_requests_patient_id", "green_requests", ["patient_id"], unique=False)
    op.create_index("ix_messages_area_code_state_id", "messages", ["area_code", "state", "id"], unique=False)
    op.create_index("ix_messages_patient_id", "messages", ["patient_id"], unique=False)
    op.create_index(
        "ix_messages_queued",
        "messages",
        ["next_try_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_messages_under_way",
        "messages",
        ["claimed_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('claimed', 'unknown')"),
        postgresql_where=sa.text("state IN ('claimed', 'unknown')"),
    )
    op.create_index("uq_messages_provider_id", "messages", ["gateway", "provider_id"], unique=True)
    op.create_index(
        "ix_conference_decision_events_decision_id", "conference_decision_events", ["decision_id"], unique=False
    )
    op.create_index(
        "ix_emergency_receptions_hospital_id_state", "emergency_receptions", ["hospital_id", "state"], unique=False
    )
    op.create_index("ix_green_events_request_id", "green_events", ["request_id"], unique=False)
    op.create_index(
        "ix_handover_forms_open",
        "handover_forms",
        ["agency_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('dispatched', 'received', 'acting')"),
        postgresql_where=sa.text("state IN ('dispatched', 'received', 'acting')"),
    )
    op.create_index(
        "ix_handover_forms_unreceived",
        "handover_forms",
        ["dispatched_at"],
        unique=False,
        sqlite_where=sa.text("state = 'dispatched'"),
        postgresql_where=sa.text("state = 'dispatched'"),
    )
    op.create_index("ix_incidents_area_code_state", "incidents", ["area_code", "state"], unique=False)
    op.create_index("ix_incidents_patient_id_happened_on", "incidents", ["patient_id", "happened_on"], unique=False)
    op.create_index("ix_incidents_reported_by", "incidents", ["reported_by"], unique=False)
    op.create_index("uq_message_events_status", "message_events", ["message_id", "status"], unique=True)
    op.create_index(op.f("ix_claims_county_code"), "claims", ["county_code"], unique=False)
    op.create_index("ix_claims_patient_id", "claims", ["patient_id"], unique=False)
    op.create_index("ix_claims_policy_id_state", "claims", ["policy_id", "state"], unique=False)
    op.create_index("ix_crisis_calls_area_code_state", "crisis_calls", ["area_code", "state"], unique=False)
    op.create_index("ix_handover_events_discharge_id", "handover_events", ["discharge_id"], unique=False)
    op.create_index("ix_handover_events_form_id", "handover_events", ["form_id"], unique=False)
    op.create_index("ix_incident_harms_incident_id", "incident_harms", ["incident_id"], unique=False)
    op.create_index("ix_claim_events_claim_id", "claim_events", ["claim_id"], unique=False)
    op.create_index("ix_reliefs_county_code_state", "reliefs", ["county_code", "state"], unique=False)
    op.create_index("ix_reliefs_patient_id", "reliefs", ["patient_id"], unique=False)
    op.bulk_insert(
        legal_moves,
        [{"what": what, "from_state": a, "to_state": b} for what, moves in MOVES.items() for a, b in moves],
    )


def downgrade() -> None:
    op.execute(sa.delete(legal_moves).where(legal_moves.c.what.in_(list(MOVES))))
    op.drop_table("reliefs")
    op.drop_table("incident_finding_members")
    op.drop_table("claim_papers")
    op.drop_table("claim_events")
    op.drop_table("incident_harms")
    op.drop_table("incident_findings")
    op.drop_table("handover_events")
    op.drop_table("handover_escalations")
    op.drop_table("crisis_calls")
    op.drop_table("claims")
    op.drop_table("message_events")
    op.drop_table("incidents")
    op.drop_table("handover_forms")
    op.drop_table("green_events")
    op.drop_table("emergency_receptions")
    op.drop_table("delivery_lines")
    op.drop_table("conference_decision_events")
    op.drop_table("rehab_attendance")
    op.drop_table("messages")
    op.drop_table("green_requests")
    op.drop_table("enrolments")
    op.drop_table("discharges")
    op.drop_table("conference_decisions")
    op.drop_table("rehab_referrals")
    op.drop_table("enrolment_batches")
    op.drop_table("contact_consents")
    op.drop_table("conference_items")
    op.drop_table("benefits")
    op.drop_table("benefit_requests")
    op.drop_table("backstop_requests")
    op.drop_table("staff_addresses")
    op.drop_table("message_templates")
    op.drop_table("insurance_policies")
    op.drop_table("api_keys")
    op.drop_table("agency_contacts")
    op.drop_table("rehab_places")
    op.drop_table("conference_invitees")
    op.drop_table("benefit_offices")
    op.drop_table("delivery_rounds")
    op.drop_table("conferences")
    op.drop_table("gateway_pauses")
    op.drop_table("dropped_callbacks")
