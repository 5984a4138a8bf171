"""Guards of the numbers: what was submitted is what it was."""

from __future__ import annotations

from app.core.guards.guard import Guard, append_only, changed, legal_move, set_again, set_otherwise

_OF_A_FROZEN_RUN = "EXISTS (SELECT 1 FROM indicator_runs r WHERE r.id = OLD.run_id AND r.is_frozen)"
_INTO_A_FROZEN_RUN = "EXISTS (SELECT 1 FROM indicator_runs r WHERE r.id = NEW.run_id AND r.is_frozen)"
_SUBMISSION = ("area_code", "period", "number", "run_id", "digest", "submitted_at", "submitted_by")
_TRAINING = ("area_code", "agency_id", "held_on", "topic", "title", "place", "teacher", "half_hours", "recorded_by")
_RUN = ("area_code", "period", "first_on", "cut_off", "settings", "rule_set", "computed_at")

_ORDER = (
    "area_code", "year", "serial", "number", "agency_id", "place", "matter", "period", "as_of", "demand", "case_count", "reply_by",
    "issued_at", "issued_by",
)  # fmt: skip
_OF_AN_ENDED_ORDER = (
    "EXISTS (SELECT 1 FROM supervision_orders o WHERE o.id = OLD.order_id AND o.state IN ('closed', 'withdrawn'))"
)
_COMPARISON = ("county_code", "upload", "file_sha256", "as_of", "row_count", "key_file", "compared_at", "compared_by")
# the index of the difference finds it at once; after a change of its key only the word itself does
_SAID_BY_NOBODY = (
    "NEW.decision IS NOT NULL AND (NEW.said_before IS NULL OR NEW.said_before <> NEW.decision "
    "OR NEW.said_before_at IS NULL OR NEW.said_before_at <> NEW.decided_at "
    "OR (NOT EXISTS (SELECT 1 FROM national_findings f WHERE f.same_as = NEW.same_as "
    "AND f.decision = NEW.decision AND f.decided_at = NEW.decided_at AND f.decided_by = NEW.decided_by) "
    "AND NOT EXISTS (SELECT 1 FROM national_findings f "
    "WHERE f.decision = NEW.decision AND f.decided_at = NEW.decided_at AND f.decided_by = NEW.decided_by)))"
)
_SCHEME = ("area_code", "year", "number", "title", "items", "term_days", "submission_key", "proposed_at", "proposed_by")
_APPRAISAL = ("area_code", "period", "scheme_id", "run_id", "made_at", "made_by")
_OBJECTION = ("appraisal_id", "unit_kind", "unit", "source", "text", "made_at", "made_by")
_NOT_PREVIEWED = "NOT EXISTS (SELECT 1 FROM appraisals a WHERE a.id = NEW.appraisal_id AND a.state = 'preview')"
_NOT_PUBLISHED = "NOT EXISTS (SELECT 1 FROM appraisals a WHERE a.id = NEW.appraisal_id AND a.state = 'published')"
_SAMPLE = (
    "area_code", "year", "serial", "number", "subject", "percent", "least", "high", "items", "item_count", "method", "seed",
    "seed_is_given", "frame_count", "frame_digest", "drawn_count", "drawn_on", "drawn_at", "drawn_by", "submission_key",
)  # fmt: skip
_SAMPLE_UNIT = ("sample_id", "agency_id", "frame", "frame_high", "frame_rest", "drawn_high", "drawn_rest")
_MORE_UNITS_THAN_DRAWN = (
    "EXISTS (SELECT 1 FROM samples s WHERE s.id = NEW.sample_id AND (s.state <> 'running' OR "
    "(SELECT COALESCE(SUM(u.drawn_high + u.drawn_rest), 0) FROM sample_units u WHERE u.sample_id = s.id) "
    "+ NEW.drawn_high + NEW.drawn_rest > s.drawn_count OR "
    "(SELECT COALESCE(SUM(u.frame_high + u.frame_rest), 0) FROM sample_units u WHERE u.sample_id = s.id) "
    "+ NEW.frame_high + NEW.frame_rest > s.frame_count))"
)
_MORE_RECORDS_THAN_DRAWN = (
    "(SELECT COUNT(*) FROM sample_records r WHERE r.sample_id = NEW.sample_id AND r.agency_id = NEW.agency_id) >= "
    "(SELECT u.drawn_high + u.drawn_rest FROM sample_units u "
    "WHERE u.sample_id = NEW.sample_id AND u.agency_id = NEW.agency_id)"
)
_SAMPLE_NOT_CHECKED = (
    "NEW.state = 'closed' AND EXISTS (SELECT 1 FROM sample_records r WHERE r.sample_id = NEW.id AND r.unable IS NULL AND "
    "(SELECT COUNT(*) FROM sample_marks m WHERE m.record_id = r.id) < NEW.item_count)"
)
_OF_AN_ENDED_SAMPLE = "EXISTS (SELECT 1 FROM samples s WHERE s.id = OLD.sample_id AND s.state <> 'running')"
_OF_A_SAMPLE_NOT_CLOSED = "NOT EXISTS (SELECT 1 FROM samples s WHERE s.id = NEW.sample_id AND s.state = 'closed')"
_MARK_OF_AN_ENDED_SAMPLE = (
    "EXISTS (SELECT 1 FROM sample_records r JOIN samples s ON s.id = r.sample_id "
    "WHERE r.id = NEW.record_id AND s.state <> 'running')"
)

GUARDS: tuple[Guard, ...] = (
    Guard("guard_indicator_runs_no_delete", "indicator_runs", "DELETE", "OLD.is_frozen"),
    Guard("guard_indicator_runs_thaw", "indicator_runs", "UPDATE", "OLD.is_frozen AND NOT NEW.is_frozen"),
    Guard("guard_indicator_runs_frozen", "indicator_runs", "UPDATE", changed(*_RUN)),
    *(
        Guard(f"guard_{table}_{name}", table, event, when)
        for table in ("indicator_members", "indicator_values")
        for name, event, when in (
            ("no_insert", "INSERT", _INTO_A_FROZEN_RUN),
            ("no_update", "UPDATE", _OF_A_FROZEN_RUN),
            ("no_delete", "DELETE", _OF_A_FROZEN_RUN),
        )
    ),
    # a submission stands as it was made; only the second person's word is added
    Guard("guard_report_submissions_no_delete", "report_submissions", "DELETE", "TRUE"),
    Guard("guard_report_submissions_frozen", "report_submissions", "UPDATE", changed(*_SUBMISSION)),
    Guard(
        "guard_report_submissions_of_frozen",
        "report_submissions",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM indicator_runs r WHERE r.id = NEW.run_id AND r.is_frozen)",
    ),
    legal_move("report_submissions", "state"),
    *append_only("report_documents"),
    *append_only("report_papers"),
    *append_only("training_attendees"),
    Guard("guard_training_sessions_no_delete", "training_sessions", "DELETE", "TRUE"),
    Guard("guard_training_sessions_frozen", "training_sessions", "UPDATE", changed(*_TRAINING)),
    # an order stands as it was sent; to its cases only what the unit did is added, and only while it is open
    Guard("guard_supervision_orders_no_delete", "supervision_orders", "DELETE", "TRUE"),
    Guard("guard_supervision_orders_frozen", "supervision_orders", "UPDATE", changed(*_ORDER)),
    legal_move("supervision_orders", "state"),
    Guard("guard_supervision_cases_no_delete", "supervision_cases", "DELETE", "TRUE"),
    Guard(
        "guard_supervision_cases_frozen",
        "supervision_cases",
        "UPDATE",
        f"{changed('order_id', 'kind', 'subject_id', 'area_code', 'because')} OR {set_otherwise('patient_id')}",
    ),
    Guard("guard_supervision_cases_ended", "supervision_cases", "UPDATE", _OF_AN_ENDED_ORDER),
    *append_only("supervision_steps"),
    # a comparison is what was found that day; a person says what becomes of a finding, and it goes after its term
    Guard("guard_national_comparisons_no_delete", "national_comparisons", "DELETE", "TRUE"),
    Guard(
        "guard_national_comparisons_frozen",
        "national_comparisons",
        "UPDATE",
        f"{changed(*_COMPARISON)} OR {set_again('counts', 'forgotten_at')}",
    ),
    Guard(
        "guard_national_findings_frozen",
        "national_findings",
        "UPDATE",
        f"{changed('comparison_id')} OR {set_otherwise('sheet', 'row_number')}",
    ),
    Guard(
        "guard_national_findings_of_forgotten",
        "national_findings",
        "INSERT",
        "EXISTS (SELECT 1 FROM national_comparisons c WHERE c.id = NEW.comparison_id AND c.forgotten_at IS NOT NULL)",
    ),
    # decided from the first is only what somebody had said of the same difference before, word for word
    Guard("guard_national_findings_taken_over", "national_findings", "INSERT", _SAID_BY_NOBODY),
    Guard(
        "guard_national_findings_kept",
        "national_findings",
        "DELETE",
        "EXISTS (SELECT 1 FROM national_comparisons c WHERE c.id = OLD.comparison_id AND c.forgotten_at IS NULL)",
    ),
    legal_move("national_findings", "kind"),
    # a scheme is what the second person read; marks are what was previewed; a correction stands beside its mark
    Guard("guard_appraisal_schemes_no_delete", "appraisal_schemes", "DELETE", "TRUE"),
    Guard("guard_appraisal_schemes_frozen", "appraisal_schemes", "UPDATE", changed(*_SCHEME)),
    legal_move("appraisal_schemes", "state"),
    Guard("guard_appraisals_no_delete", "appraisals", "DELETE", "TRUE"),
    Guard(
        "guard_appraisals_frozen",
        "appraisals",
        "UPDATE",
        f"{changed(*_APPRAISAL)} OR {set_again('published_at', 'published_by', 'objections_until', 'final_at')}",
    ),
    Guard(
        "guard_appraisals_of_frozen",
        "appraisals",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM indicator_runs r WHERE r.id = NEW.run_id AND r.is_frozen) OR NOT EXISTS "
        "(SELECT 1 FROM appraisal_schemes s WHERE s.id = NEW.scheme_id AND s.state = 'adopted')",
    ),
    Guard(
        "guard_appraisals_answered",
        "appraisals",
        "UPDATE",
        "NEW.state = 'final' AND EXISTS "
        "(SELECT 1 FROM appraisal_objections o WHERE o.appraisal_id = NEW.id AND o.state = 'open')",
    ),
    legal_move("appraisals", "state"),
    Guard("guard_appraisal_marks_previewed", "appraisal_marks", "INSERT", _NOT_PREVIEWED),
    *append_only("appraisal_marks"),
    Guard("guard_appraisal_objections_no_delete", "appraisal_objections", "DELETE", "TRUE"),
    Guard(
        "guard_appraisal_objections_frozen",
        "appraisal_objections",
        "UPDATE",
        f"{changed(*_OBJECTION)} OR OLD.state <> 'open'",
    ),
    Guard("guard_appraisal_objections_published", "appraisal_objections", "INSERT", _NOT_PUBLISHED),
    # whoever published does not answer for it
    Guard(
        "guard_appraisal_objections_answered",
        "appraisal_objections",
        "UPDATE",
        "EXISTS (SELECT 1 FROM appraisals a WHERE a.id = NEW.appraisal_id AND a.published_by = NEW.answered_by)",
    ),
    legal_move("appraisal_objections", "state"),
    # a sample is what its seed drew; what is found is added while it runs, the institution's own word once it is closed
    Guard("guard_samples_no_delete", "samples", "DELETE", "TRUE"),
    Guard(
        "guard_samples_frozen",
        "samples",
        "UPDATE",
        f"OLD.state <> 'running' OR {changed(*_SAMPLE)} OR {set_otherwise('first_on', 'last_on')}",
    ),
    Guard("guard_samples_checked", "samples", "UPDATE", _SAMPLE_NOT_CHECKED),
    legal_move("samples", "state"),
    Guard("guard_sample_units_no_delete", "sample_units", "DELETE", "TRUE"),
    Guard("guard_sample_units_drawn", "sample_units", "INSERT", _MORE_UNITS_THAN_DRAWN),
    Guard(
        "guard_sample_units_frozen",
        "sample_units",
        "UPDATE",
        f"{changed(*_SAMPLE_UNIT)} OR {set_again('comment', 'commented_at', 'commented_by')} OR {_OF_A_SAMPLE_NOT_CLOSED}",
    ),
    Guard("guard_sample_records_no_delete", "sample_records", "DELETE", "TRUE"),
    Guard("guard_sample_records_drawn", "sample_records", "INSERT", _MORE_RECORDS_THAN_DRAWN),
    Guard(
        "guard_sample_records_frozen",
        "sample_records",
        "UPDATE",
        f"{changed('public_id', 'sample_id', 'agency_id', 'serial', 'stratum', 'key', 'patient_id')} "
        f"OR {set_otherwise('visit_id')} OR {_OF_AN_ENDED_SAMPLE}",
    ),
    Guard("guard_sample_marks_no_delete", "sample_marks", "DELETE", "TRUE"),
    Guard("guard_sample_marks_running", "sample_marks", "INSERT", _MARK_OF_AN_ENDED_SAMPLE),
    Guard(
        "guard_sample_marks_frozen",
        "sample_marks",
        "UPDATE",
        f"{changed('record_id', 'item')} OR {_MARK_OF_AN_ENDED_SAMPLE}",
    ),
)
