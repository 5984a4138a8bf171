"""Guards of insurance, benefits and rehabilitation."""

from __future__ import annotations

from app.core.guards.guard import Guard, append_only, changed, legal_move

_DECIDED_BENEFITS = (
    "insurance_policies", "claims", "reliefs", "benefit_requests", "backstop_requests", "rehab_referrals",
)  # fmt: skip
_INSURANCE_POLICY = (
    "county_code", "kind", "insurer", "number", "holder", "from_on", "to_on", "premium_fen", "proration",
    "report_within_hours", "settle_working_days", "eligible_rule", "covers_late_found", "exclusions", "proposed_by",
)  # fmt: skip
_ENROLMENT_CHANGED = (
    f"{changed('policy_id', 'patient_id', 'number', 'from_on', 'added_batch_id')} "
    "OR (OLD.to_on IS NOT NULL AND (NEW.to_on IS NULL OR OLD.to_on <> NEW.to_on))"
)
# nobody is insured twice on a day under one policy
_ENROLMENT_OVERLAP = (
    "EXISTS (SELECT 1 FROM enrolments e WHERE e.policy_id = NEW.policy_id AND e.patient_id = NEW.patient_id "
    "AND COALESCE(e.to_on, '9999-12-31') > NEW.from_on)"
)
_CLAIM = (
    "policy_id", "patient_id", "happened_at", "reported_at", "harm", "asked_fen", "is_late", "is_covered", "recorded_by",
)  # fmt: skip
_RELIEF = ("patient_id", "injured_sealed", "happened_on", "harm", "ground", "amount_fen", "proposed_by")
_BACKSTOP = (
    "patient_id", "hospital", "bill_number", "from_on", "to_on", "bill_fen", "insured_fen", "family_fen", "asked_fen",
    "ground", "asked_by",
)  # fmt: skip
_NO_SEAT_LEFT = (
    "NEW.state = 'accepted' AND OLD.state <> 'accepted' AND (SELECT COUNT(*) FROM rehab_referrals r "
    "WHERE r.place_id = NEW.place_id AND r.state IN ('accepted', 'attending')) "
    ">= (SELECT p.capacity FROM rehab_places p WHERE p.id = NEW.place_id)"
)

GUARDS: tuple[Guard, ...] = (
    # insurance: what the papers said stands, each step and batch is evidence
    *append_only("enrolment_batches"),
    *append_only("claim_events"),
    *(legal_move(table, "state") for table in _DECIDED_BENEFITS),
    *(
        Guard(f"guard_{table}_no_delete", table, "DELETE", "TRUE")
        for table in (*_DECIDED_BENEFITS, "enrolments", "benefits")
    ),
    Guard("guard_insurance_policies_frozen", "insurance_policies", "UPDATE", changed(*_INSURANCE_POLICY)),
    Guard("guard_enrolments_frozen", "enrolments", "UPDATE", _ENROLMENT_CHANGED),
    Guard("guard_enrolments_overlap", "enrolments", "INSERT", _ENROLMENT_OVERLAP),
    Guard("guard_claims_frozen", "claims", "UPDATE", changed(*_CLAIM)),
    Guard("guard_reliefs_frozen", "reliefs", "UPDATE", changed(*_RELIEF)),
    Guard("guard_benefits_frozen", "benefits", "UPDATE", changed("patient_id", "kind", "state", "from_on")),
    Guard("guard_backstop_requests_frozen", "backstop_requests", "UPDATE", changed(*_BACKSTOP)),
    # a place takes in no more than it has seats
    Guard("guard_rehab_referrals_seats", "rehab_referrals", "UPDATE OF state", _NO_SEAT_LEFT),
)
