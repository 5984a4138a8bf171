"""Guards of the numbers: what was submitted is what it was."""

from __future__ import annotations

from app.core.guards.guard import Guard, append_only, changed, legal_move

_OF_A_FROZEN_RUN = "EXISTS (SELECT 1 FROM indicator_runs r WHERE r.id = OLD.run_id AND r.is_frozen)"
_INTO_A_FROZEN_RUN = "EXISTS (SELECT 1 FROM indicator_runs r WHERE r.id = NEW.run_id AND r.is_frozen)"
_SUBMISSION = ("area_code", "period", "number", "run_id", "digest", "submitted_at", "submitted_by")
_TRAINING = ("area_code", "agency_id", "held_on", "topic", "title", "place", "teacher", "half_hours", "recorded_by")
_RUN = ("area_code", "period", "first_on", "cut_off", "settings", "rule_set", "computed_at")

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
    *append_only("report_papers"),
    *append_only("training_attendees"),
    Guard("guard_training_sessions_no_delete", "training_sessions", "DELETE", "TRUE"),
    Guard("guard_training_sessions_frozen", "training_sessions", "UPDATE", changed(*_TRAINING)),
)
