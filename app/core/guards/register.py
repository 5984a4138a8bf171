"""Guards of people: the register, guardians, agreements, duty, papers and meetings."""

from __future__ import annotations

from app.core.guards.guard import Guard, append_only, changed, legal_move

_REGISTERED_PERSON = (
    "EXISTS (SELECT 1 FROM patients p WHERE p.person_id = NEW.person_id AND p.registry_status = 'registered')"
)
_FIRST_GUARDIAN = "NEW.rank = 'first' AND NEW.to_on IS NULL AND NEW.withdrawn_at IS NULL"
_IS_OPEN_FIRST_GUARDIAN = (
    "NEW.registry_status = 'registered' AND EXISTS (SELECT 1 FROM guardianships g WHERE g.person_id = NEW.person_id "
    "AND g.rank = 'first' AND g.to_on IS NULL AND g.withdrawn_at IS NULL)"
)
_OWN_GUARDIAN = "EXISTS (SELECT 1 FROM patients p WHERE p.id = NEW.patient_id AND p.person_id = NEW.person_id)"
_AGREEMENT_OVERLAP = (
    "NEW.withdrawn_at IS NULL AND EXISTS (SELECT 1 FROM agreements a WHERE a.patient_id = NEW.patient_id AND a.id <> NEW.id "
    "AND a.withdrawn_at IS NULL AND a.from_on <= COALESCE(NEW.ended_on, NEW.to_on) "
    "AND COALESCE(a.ended_on, a.to_on) >= NEW.from_on)"
)
_SPAN_OVERLAP = (
    "NEW.withdrawn_at IS NULL AND EXISTS (SELECT 1 FROM patient_spans s WHERE s.patient_id = NEW.patient_id "
    "AND s.what = NEW.what AND s.id <> NEW.id AND s.withdrawn_at IS NULL "
    "AND s.from_on < COALESCE(NEW.to_on, '9999-12-31') AND COALESCE(s.to_on, '9999-12-31') > NEW.from_on)"
)
_SAME_HAND_AS_BEFORE = (
    "NEW.step IN ('first_check', 'second_check', 'sign') AND NEW.hand = (SELECT e.hand FROM application_events e "
    "WHERE e.application_id = NEW.application_id AND e.step IN ('apply', 'first_check', 'second_check') "
    "ORDER BY e.id DESC LIMIT 1)"
)
_OF_SIGNED_SESSION = "EXISTS (SELECT 1 FROM reassessment_sessions s WHERE s.id = OLD.session_id AND s.state = 'signed')"


def _guard_of_patient(patient: str, user: str) -> str:
    """The user's person guards the patient at present."""
    return (
        "EXISTS (SELECT 1 FROM guardianships g JOIN users u ON u.person_id = g.person_id "  # noqa: S608 - names from this file
        f"WHERE g.patient_id = {patient} AND u.id = {user} AND g.to_on IS NULL AND g.withdrawn_at IS NULL)"
    )


_OF_CHECK = "(SELECT c.patient_id FROM duty_checks c WHERE c.id = NEW.duty_check_id)"
_DUTY_CHECK = (
    "agreement_id", "quarter", "way", "checked_on", "result", "failed_duties", "remarked_duties",
    "recorded_by",
)  # fmt: skip

GUARDS: tuple[Guard, ...] = (
    *append_only("audit_events"),
    *append_only("audit_links"),
    *append_only("application_events"),
    *append_only("duty_signatures"),
    legal_move("patients", "registry_status"),
    legal_move("patients", "management_status"),
    legal_move("clues", "state"),
    legal_move("transfers", "state"),
    legal_move("register_requests", "state"),
    legal_move("agreement_applications", "state"),
    # a registered patient cannot be anybody's first guardian, and nobody guards themselves (domain 5.4, case 5)
    Guard(
        "guard_guardianships_not_patient",
        "guardianships",
        "INSERT",
        f"({_FIRST_GUARDIAN} AND {_REGISTERED_PERSON}) OR {_OWN_GUARDIAN}",
    ),
    Guard("guard_patients_not_guardian_insert", "patients", "INSERT", _IS_OPEN_FIRST_GUARDIAN),
    Guard("guard_patients_not_guardian_update", "patients", "UPDATE OF registry_status", _IS_OPEN_FIRST_GUARDIAN),
    # agreements of a patient never overlap, so no day is paid twice
    Guard("guard_agreements_overlap_insert", "agreements", "INSERT", _AGREEMENT_OVERLAP),
    Guard("guard_agreements_overlap_update", "agreements", "UPDATE", _AGREEMENT_OVERLAP),
    Guard("guard_patient_spans_overlap_insert", "patient_spans", "INSERT", _SPAN_OVERLAP),
    Guard("guard_patient_spans_overlap_update", "patient_spans", "UPDATE", _SPAN_OVERLAP),
    # what a village signed for a screening round stands
    Guard("guard_screening_returns_signed", "screening_returns", "UPDATE", "OLD.signed_at IS NOT NULL"),
    # what was checked, found and paid back is evidence
    Guard("guard_duty_checks_no_delete", "duty_checks", "DELETE", "TRUE"),
    Guard("guard_duty_checks_frozen", "duty_checks", "UPDATE", changed(*_DUTY_CHECK)),
    # whoever guards a patient has no hand in judging how that patient is guarded (domain 5.4)
    Guard("guard_duty_checks_own", "duty_checks", "INSERT", _guard_of_patient("NEW.patient_id", "NEW.recorded_by")),
    Guard("guard_duty_signatures_own", "duty_signatures", "INSERT", _guard_of_patient(_OF_CHECK, 'NEW."by"')),
    Guard(
        "guard_guardian_assessments_own",
        "guardian_assessments",
        "INSERT",
        _guard_of_patient("NEW.patient_id", "NEW.confirmed_by"),
    ),
    *append_only("guardian_assessments"),
    Guard("guard_documents_no_delete", "documents", "DELETE", "TRUE"),
    Guard(
        "guard_documents_frozen",
        "documents",
        "UPDATE",
        f"(OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NULL) OR {changed('kind', 'subject_kind', 'sha256', 'file_id')}",
    ),
    # no two neighbouring steps of an application are one person's
    Guard("guard_application_events_hands", "application_events", "INSERT", _SAME_HAND_AS_BEFORE),
    Guard("guard_printed_papers_no_delete", "printed_papers", "DELETE", "TRUE"),
    # a signed session and its results stand
    Guard("guard_reassessment_sessions_signed", "reassessment_sessions", "UPDATE", "OLD.state = 'signed'"),
    Guard("guard_reassessments_signed", "reassessments", "UPDATE", _OF_SIGNED_SESSION),
    Guard("guard_reassessments_no_delete", "reassessments", "DELETE", _OF_SIGNED_SESSION),
    Guard("guard_kept_files_voucher", "kept_files", "DELETE", "OLD.expires_at IS NULL"),
)
