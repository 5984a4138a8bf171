"""Guard triggers: what a constraint cannot say, refused by both databases.

One list. `create_guards` drops and re-creates all of them; it runs after every migration (a batch rebuild on SQLite drops
triggers), and `flask db check` compares what stands with the list. Messages begin with ``guard:`` and the guard's name, so that a use
case can turn them into words.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text


@dataclass(frozen=True)
class Guard:
    """A trigger `name` on `table`. `when` is SQL that is true for what must not be; NEW and OLD are the rows.

    `event` is INSERT, UPDATE or DELETE, optionally `UPDATE OF column`.
    """

    name: str
    table: str
    event: str
    when: str

    def sqlite(self) -> list[str]:
        return [
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW WHEN {self.when} "
            f"BEGIN SELECT RAISE(ABORT, 'guard:{self.name}'); END"
        ]

    def postgresql(self) -> list[str]:
        returned = "OLD" if self.event == "DELETE" else "NEW"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {self.when} THEN RAISE EXCEPTION 'guard:{self.name}' USING ERRCODE = 'integrity_constraint_violation'; "
            f"END IF; RETURN {returned}; END $$",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


def _append_only(table: str) -> list[Guard]:
    return [Guard(f"guard_{table}_no_{event.lower()}", table, event, "TRUE") for event in ("UPDATE", "DELETE")]


def _legal_move(table: str, column: str) -> Guard:
    return Guard(
        f"guard_{table}_{column}_move",
        table,
        f"UPDATE OF {column}",
        f"OLD.{column} <> NEW.{column} AND NOT EXISTS (SELECT 1 FROM legal_moves m WHERE m.what = '{table}.{column}' "  # noqa: S608 - names from the list below
        f"AND m.from_state = OLD.{column} AND m.to_state = NEW.{column})",
    )


def _changed(*columns: str) -> str:
    """True when one of these columns, none of which is ever null, is given another value."""
    return " OR ".join(f"OLD.{column} <> NEW.{column}" for column in columns)


def _set_otherwise(*columns: str) -> str:
    """True when one of these columns, which may be null, is given another value, or taken or given one."""
    return " OR ".join(f"(OLD.{one} IS NULL) <> (NEW.{one} IS NULL) OR OLD.{one} <> NEW.{one}" for one in columns)


def _set_again(*columns: str) -> str:
    """True when one of these columns had been filled and is changed or emptied."""
    return " OR ".join(f"(OLD.{one} IS NOT NULL AND (NEW.{one} IS NULL OR OLD.{one} <> NEW.{one}))" for one in columns)


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
# a fund's holding account gives no more than it has received
_OVERDRAWN = (
    "EXISTS (SELECT 1 FROM fund_accounts a WHERE a.id = NEW.from_account_id AND a.side IN ('pool', 'committed', 'paid')) "
    "AND NEW.amount_fen > (SELECT COALESCE(SUM(CASE WHEN p.to_account_id = NEW.from_account_id THEN p.amount_fen "
    "ELSE -p.amount_fen END), 0) FROM fund_postings p "
    "WHERE p.to_account_id = NEW.from_account_id OR p.from_account_id = NEW.from_account_id)"
)
_FUND_PROPOSAL = ("county_code", "year", "amount_fen", "document_number", "on_day", "proposed_by")
_POLICY_PROPOSAL = ("county_code", "valid_from", "terms", "proposed_by")
_TWO_YEARS = (
    "NOT EXISTS (SELECT 1 FROM fund_accounts a JOIN fund_accounts b ON b.county_code = a.county_code AND b.year = a.year "
    "WHERE a.id = NEW.from_account_id AND b.id = NEW.to_account_id)"
)
_LINE_OF_SIGNED_RUN = (
    "EXISTS (SELECT 1 FROM subsidy_runs r WHERE r.id = OLD.run_id AND r.state NOT IN ('preparing', 'draft'))"
)
_LINE_OF_FINISHED_RUN = (
    "EXISTS (SELECT 1 FROM subsidy_runs r WHERE r.id = NEW.run_id AND r.kind <> 'opening' AND r.state <> 'preparing')"
)
# Periods are written 2026Q3, 2026H1, 2026Y4 (app/core/period.py): the quarter with which one ends, and how many it has.
_LAST_QUARTER = (
    "(CAST(SUBSTR({0}.period, 1, 4) AS INTEGER) * 4 + CAST(SUBSTR({0}.period, 6, 1) AS INTEGER) "
    "* CASE SUBSTR({0}.period, 5, 1) WHEN 'H' THEN 2 ELSE 1 END)"
)
_QUARTERS = "CASE SUBSTR({0}.period, 5, 1) WHEN 'Q' THEN 1 WHEN 'H' THEN 2 ELSE 4 END"
_NEW_LAST, _OLD_LAST = _LAST_QUARTER.format("NEW"), _LAST_QUARTER.format("l")
# a live payment of a period that shares days with this one, under another code (the same code is the unique index's to refuse)
_DAYS_PAID = (
    "NEW.kind IN ('ordinary', 'repayment') AND NEW.decision = 'pay' AND NEW.is_live AND EXISTS "  # noqa: S608 - the names above
    "(SELECT 1 FROM subsidy_lines l WHERE l.agreement_id = NEW.agreement_id AND l.rank = NEW.rank "
    "AND l.period <> NEW.period "
    "AND l.kind IN ('ordinary', 'repayment') AND l.decision = 'pay' AND l.is_live "
    f"AND {_OLD_LAST} > {_NEW_LAST} - {_QUARTERS.format('NEW')} AND {_NEW_LAST} > {_OLD_LAST} - {_QUARTERS.format('l')})"
)
_LINE = (
    "run_id", "kind", "agreement_id", "period", "rank", "patient_id", "payee_person_id", "area_code",
    "decision", "amount_fen", "days", "projected_days", "snapshot", "reasons", "digest",
)  # fmt: skip
_LINE_CHANGED = (
    f"{_changed(*_LINE)} OR COALESCE(OLD.account_id, 0) <> COALESCE(NEW.account_id, 0) "
    "OR COALESCE(OLD.corrects_line_id, 0) <> COALESCE(NEW.corrects_line_id, 0) "
    "OR COALESCE(OLD.cause, '') <> COALESCE(NEW.cause, '')"
)
_DECIDER_CHANGED = (
    "COALESCE(OLD.decided_by, 0) <> COALESCE(NEW.decided_by, 0) "
    "OR COALESCE(OLD.decision_note, '') <> COALESCE(NEW.decision_note, '') "
    "OR (OLD.decided_at IS NULL) <> (NEW.decided_at IS NULL) OR OLD.decided_at <> NEW.decided_at"
)
# a line that goes with its draft takes its holds along: it is gone itself by then, or its run is unsigned
_HOLD_OF_SIGNED_RUN = (
    "EXISTS (SELECT 1 FROM subsidy_lines l JOIN subsidy_runs r ON r.id = l.run_id "
    "WHERE l.id = OLD.line_id AND r.state NOT IN ('preparing', 'draft'))"
)
_SAME_HANDS = (
    "NEW.approved_by IN (NEW.prepared_by, NEW.submitted_by) "
    "OR NEW.exported_by IN (NEW.prepared_by, NEW.submitted_by, NEW.approved_by) "
    "OR NEW.settled_by IN (NEW.prepared_by, NEW.submitted_by, NEW.approved_by)"
)
_DIGEST_CHANGED = (
    "NEW.state IN ('approved', 'exported', 'settled') AND OLD.digest IS NOT NULL "
    "AND (NEW.digest IS NULL OR OLD.digest <> NEW.digest)"
)
_PAY_FILE = (
    "run_id", "file_id", "number", "layout", "sha256", "run_digest", "count", "total_fen", "withheld_count", "withheld_fen",
    "made_at", "made_by",
)  # fmt: skip
_ANSWER = ("attested_at", "attested_by", "returns_sha256", "returns_taken_by", "returns_ground")
_PAY_FILE_CHANGED = f"{_changed(*_PAY_FILE)} OR {_set_otherwise('cover_file_id')} OR {_set_again(*_ANSWER)}"
_ANSWER_OF_ANOTHER = (
    "EXISTS (SELECT 1 FROM pay_files f WHERE f.returns_sha256 = NEW.returns_sha256 AND f.id <> NEW.id) "
    "AND COALESCE(OLD.returns_sha256, '') <> NEW.returns_sha256"
)
_PAY_FILE_LINE_CHANGED = f"{_changed('pay_file_id', 'line_id', 'amount_fen')} OR {_set_otherwise('sequence')}"
# what was said stays as it was said, and a decision as it was taken; a line that is drawn up anew leaves the objection to it behind
_OBJECTION_CHANGED = (
    f"{_changed('run_id', 'source', 'ground', 'received_on', 'recorded_by')} "
    f"OR {_set_again('decided_at', 'decided_by')} OR (OLD.state <> 'open' AND OLD.reference <> NEW.reference) "
    "OR (NEW.line_id IS NOT NULL AND (OLD.line_id IS NULL OR OLD.line_id <> NEW.line_id))"
)
_SHARING_CHANGED = (
    f"{_changed('account_id', 'number_index', 'county_code', 'reference', 'until_on', 'proposed_by')} "
    f"OR {_set_again('decided_at', 'decided_by')}"
)
_HIT_CHANGED = (
    f"{_changed('list_id', 'person_id')} OR {_set_otherwise('from_on', 'to_on')} "
    f"OR {_set_again('decided_at', 'decided_by', 'ground')} OR (OLD.state <> 'open' AND OLD.hit <> NEW.hit)"
)
_HOME_CHECK_CHANGED = (
    f"{_changed('run_id', 'agreement_id', 'run_digest', 'line_digest', 'number', 'drawn_by', 'drawn_at')} "
    f"OR {_set_again('is_met', 'checked_on', 'recorded_at', 'recorded_by')}"
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


def _patients_of(person: str) -> str:
    """The ids of the patients to whom a person belongs: as the patient, or as a guardian of either rank at present."""
    return (
        f"SELECT p.id FROM patients p WHERE p.person_id = {person} UNION "  # noqa: S608 - names from this file
        f"SELECT g.patient_id FROM guardianships g WHERE g.person_id = {person} AND g.to_on IS NULL AND g.withdrawn_at IS NULL"
    )


def _own_family(user: str, patient: str, payee: str) -> str:
    """The user's person is the payee or belongs to the patient."""
    return (
        f"EXISTS (SELECT 1 FROM users u WHERE u.id = {user} AND (u.person_id = {payee} "  # noqa: S608 - names from this file
        f"OR {patient} IN ({_patients_of('u.person_id')})))"
    )


def _own_line(user: str, line: str) -> str:
    """The same by the line that money is paid on."""
    of = "(SELECT l.{} FROM subsidy_lines l WHERE l.id = {})"
    return _own_family(user, of.format("patient_id", line), of.format("payee_person_id", line))


def _own_person(user: str, person: str) -> str:
    """The user is the person, or both belong to one patient."""
    return (
        f"EXISTS (SELECT 1 FROM users u WHERE u.id = {user} AND (u.person_id = {person} OR EXISTS ("  # noqa: S608 - names from this file
        f"SELECT 1 FROM patients k WHERE k.id IN ({_patients_of('u.person_id')}) AND k.id IN ({_patients_of(person)}))))"
    )


_OF_CHECK = "(SELECT c.patient_id FROM duty_checks c WHERE c.id = NEW.duty_check_id)"
_MESSAGE = ("dedupe_key", "kind", "recipient", "subject_kind", "subject_id", "parameters", "area_code", "callback_path")
_TEMPLATE = ("county_code", "kind", "version", "text_zh", "text_en", "parameters", "proposed_by", "proposed_hand")
_KEPT = (
    "check_lists", "check_hits", "run_objections", "run_reopenings", "shared_accounts", "guardian_contacts", "help_visits",
    "review_flags", "home_checks",
)  # fmt: skip
_DUTY_CHECK = (
    "agreement_id", "quarter", "way", "checked_on", "result", "failed_duties", "remarked_duties",
    "recorded_by",
)  # fmt: skip

_OWN_RUN = (
    "NEW.step IN ('submitted', 'police_signed', 'town_signed', 'health_signed', 'approved', 'exported') "  # noqa: S608 - names from this file
    "AND EXISTS (SELECT 1 FROM users u JOIN subsidy_lines l ON l.payee_person_id = u.person_id "
    f"OR l.patient_id IN ({_patients_of('u.person_id')}) "
    "WHERE u.id = NEW.\"by\" AND l.run_id = NEW.run_id AND l.decision = 'pay' AND l.is_live)"
)
_OF_ACCOUNT = "(SELECT a.person_id FROM payee_accounts a WHERE a.id = NEW.account_id)"
_OF_RECOVERY = "(SELECT r.line_id FROM recoveries r WHERE r.id = NEW.recovery_id)"
_OF_AGREEMENT = "(SELECT a.patient_id FROM agreements a WHERE a.id = NEW.agreement_id)"
# nobody has a hand in their own family's money (domain 5.6), whatever account or statement it is
_OWN_MONEY = (
    Guard("guard_run_approvals_own", "run_approvals", "INSERT", _OWN_RUN),
    Guard(
        "guard_subsidy_lines_own",
        "subsidy_lines",
        "UPDATE OF decided_by",
        f"({_DECIDER_CHANGED}) AND {_own_family('NEW.decided_by', 'NEW.patient_id', 'NEW.payee_person_id')}",
    ),
    Guard("guard_line_marks_own", "line_marks", "INSERT", _own_line("NEW.marked_by", "NEW.line_id")),
    Guard("guard_recovery_events_own", "recovery_events", "INSERT", _own_line('NEW."by"', _OF_RECOVERY)),
    Guard("guard_account_calls_own", "account_calls", "INSERT", _own_person("NEW.recorded_by", _OF_ACCOUNT)),
    Guard("guard_shared_accounts_own_insert", "shared_accounts", "INSERT", _own_person("NEW.proposed_by", _OF_ACCOUNT)),
    Guard(
        "guard_shared_accounts_own_update",
        "shared_accounts",
        "UPDATE OF decided_by",
        _own_person("NEW.decided_by", _OF_ACCOUNT),
    ),
    Guard("guard_check_hits_own", "check_hits", "UPDATE OF decided_by", _own_person("NEW.decided_by", "NEW.person_id")),
    Guard(
        "guard_run_objections_own",
        "run_objections",
        "UPDATE OF decided_by",
        _own_line("NEW.decided_by", "NEW.line_id"),
    ),
    Guard(
        "guard_home_checks_own",
        "home_checks",
        "UPDATE OF recorded_by",
        _own_family("NEW.recorded_by", _OF_AGREEMENT, "NEW.payee_person_id"),
    ),
)


def _guards_in_incident(incident: str, user: str) -> str:
    """The user's person guards the patient of the incident, at present or since it happened."""
    return (
        "EXISTS (SELECT 1 FROM incidents i JOIN guardianships g ON g.patient_id = i.patient_id "  # noqa: S608 - names from this file
        f"JOIN users u ON u.person_id = g.person_id WHERE i.id = {incident} AND u.id = {user} AND g.withdrawn_at IS NULL "
        "AND (g.to_on IS NULL OR g.to_on > i.happened_on))"
    )


_FINDING_OF_MEMBER = (
    "EXISTS (SELECT 1 FROM incident_findings f WHERE f.id = NEW.finding_id "  # noqa: S608 - names from this file
    f"AND {_guards_in_incident('f.incident_id', 'NEW.user_id')})"
)
_MINUTED = "EXISTS (SELECT 1 FROM conferences c WHERE c.id = {0}.conference_id AND c.state = 'minuted')"
_DECISION = ("conference_id", "item_id", "area_code", "kind", "agency_id", "due_on", "decided_by")
_INCIDENTS = (
    *(
        one
        for table in ("incident_findings", "incident_finding_members", "green_events", "conference_decision_events")
        for one in _append_only(table)
    ),
    *(
        _legal_move(table, "state")
        for table in (
            "incidents",
            "emergency_receptions",
            "green_requests",
            "delivery_rounds",
            "delivery_lines",
            "crisis_calls",
            "conferences",
            "conference_decisions",
        )
    ),
    *(
        Guard(f"guard_{table}_no_delete", table, "DELETE", "TRUE")
        for table in (
            "incidents",
            "incident_harms",
            "emergency_receptions",
            "green_requests",
            "delivery_rounds",
            "delivery_lines",
            "crisis_calls",
            "conferences",
            "conference_decisions",
        )
    ),
    # whoever guards a patient has no part in what is decided about that guardian (domain 3.4)
    Guard(
        "guard_incident_findings_own",
        "incident_findings",
        "INSERT",
        "NEW.matter IN ('guardian_at_fault', 'agreement', 'quarter') AND "
        + _guards_in_incident("NEW.incident_id", 'NEW."by"'),
    ),
    Guard("guard_incident_finding_members_own", "incident_finding_members", "INSERT", _FINDING_OF_MEMBER),
    # a closed record stands until it is opened again; a call that was closed stays as it was
    Guard("guard_incidents_closed", "incidents", "UPDATE", "OLD.state = 'closed' AND NEW.state = 'closed'"),
    Guard(
        "guard_crisis_calls_closed",
        "crisis_calls",
        "UPDATE",
        "OLD.state = 'closed' AND (" + _changed("danger", "dangers", "outcome", "closed_at", "closed_by") + ")",
    ),
    # what stands in the minutes stands
    Guard("guard_conference_items_minuted_insert", "conference_items", "INSERT", _MINUTED.format("NEW")),
    Guard("guard_conference_items_minuted_update", "conference_items", "UPDATE", _MINUTED.format("OLD")),
    Guard("guard_conference_items_minuted_delete", "conference_items", "DELETE", _MINUTED.format("OLD")),
    Guard("guard_conference_decisions_minuted", "conference_decisions", "INSERT", _MINUTED.format("NEW")),
    Guard("guard_conference_decisions_frozen", "conference_decisions", "UPDATE", _changed(*_DECISION)),
)

_DECIDED_BENEFITS = (
    "insurance_policies", "claims", "reliefs", "benefit_requests", "backstop_requests", "rehab_referrals",
)  # fmt: skip
_INSURANCE_POLICY = (
    "county_code", "kind", "insurer", "number", "holder", "from_on", "to_on", "premium_fen", "proration",
    "report_within_hours", "settle_working_days", "eligible_rule", "covers_late_found", "exclusions", "proposed_by",
)  # fmt: skip
_ENROLMENT_CHANGED = (
    f"{_changed('policy_id', 'patient_id', 'number', 'from_on', 'added_batch_id')} "
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
    *_append_only("audit_events"),
    *_append_only("audit_links"),
    *_append_only("rule_sets"),
    *_append_only("subsidy_policies"),
    *_append_only("run_approvals"),
    *_append_only("fund_accounts"),
    *_append_only("fund_entries"),
    *_append_only("fund_postings"),
    *_append_only("application_events"),
    *_append_only("duty_signatures"),
    *_append_only("recovery_events"),
    *_append_only("account_calls"),
    *_append_only("run_notices"),
    *_append_only("run_editions"),
    Guard("guard_pay_files_no_delete", "pay_files", "DELETE", "TRUE"),
    Guard("guard_pay_file_lines_no_delete", "pay_file_lines", "DELETE", "TRUE"),
    _legal_move("patients", "registry_status"),
    _legal_move("patients", "management_status"),
    _legal_move("clues", "state"),
    _legal_move("transfers", "state"),
    _legal_move("register_requests", "state"),
    _legal_move("subsidy_runs", "state"),
    _legal_move("pay_file_lines", "state"),
    _legal_move("fund_proposals", "state"),
    _legal_move("policy_proposals", "state"),
    _legal_move("agreement_applications", "state"),
    _legal_move("run_objections", "state"),
    _legal_move("run_reopenings", "state"),
    _legal_move("shared_accounts", "state"),
    _legal_move("check_hits", "state"),
    _legal_move("recoveries", "state"),
    _legal_move("review_flags", "state"),
    Guard("guard_policy_proposals_frozen", "policy_proposals", "UPDATE", _changed(*_POLICY_PROPOSAL)),
    Guard("guard_policy_proposals_no_delete", "policy_proposals", "DELETE", "TRUE"),
    Guard("guard_fund_proposals_frozen", "fund_proposals", "UPDATE", _changed(*_FUND_PROPOSAL)),
    Guard("guard_fund_proposals_no_delete", "fund_proposals", "DELETE", "TRUE"),
    Guard("guard_fund_postings_overdrawn", "fund_postings", "INSERT", _OVERDRAWN),
    Guard("guard_fund_postings_one_year", "fund_postings", "INSERT", _TWO_YEARS),
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
    # a line is born while its run is prepared; once submitted, what it pays, to whom and why cannot change
    Guard("guard_subsidy_lines_born", "subsidy_lines", "INSERT", _LINE_OF_FINISHED_RUN),
    Guard("guard_subsidy_lines_frozen", "subsidy_lines", "UPDATE", f"({_LINE_CHANGED}) AND {_LINE_OF_SIGNED_RUN}"),
    # who decided a hold is one of the run's makers: no other person may approve or pay in that one's stead
    Guard("guard_subsidy_lines_decider", "subsidy_lines", "UPDATE", f"({_DECIDER_CHANGED}) AND {_LINE_OF_SIGNED_RUN}"),
    # no day is paid twice, also where a county changes its period
    Guard("guard_subsidy_lines_days_paid_insert", "subsidy_lines", "INSERT", _DAYS_PAID),
    Guard("guard_subsidy_lines_days_paid_update", "subsidy_lines", "UPDATE OF decision", _DAYS_PAID),
    # what was withheld or returned never comes back to life: another line pays
    Guard("guard_subsidy_lines_revived", "subsidy_lines", "UPDATE OF is_live", "NEW.is_live AND NOT OLD.is_live"),
    Guard("guard_subsidy_lines_no_delete", "subsidy_lines", "DELETE", _LINE_OF_SIGNED_RUN),
    # maker, checker and payer are never the same account; that they are different people, the use case sees to
    Guard("guard_subsidy_runs_hands", "subsidy_runs", "UPDATE", _SAME_HANDS),
    Guard("guard_subsidy_runs_digest", "subsidy_runs", "UPDATE", _DIGEST_CHANGED),
    Guard("guard_subsidy_runs_no_delete", "subsidy_runs", "DELETE", "TRUE"),
    # an account is never edited: a new one ends the last
    Guard(
        "guard_payee_accounts_frozen",
        "payee_accounts",
        "UPDATE",
        _changed("person_id", "number_sealed", "from_on"),
    ),
    # what went to the bank stays what it was
    Guard("guard_pay_files_frozen", "pay_files", "UPDATE", _PAY_FILE_CHANGED),
    # an answer of the bank settles one file
    Guard("guard_pay_files_answered_once", "pay_files", "UPDATE OF returns_sha256", _ANSWER_OF_ANOTHER),
    Guard("guard_pay_file_lines_frozen", "pay_file_lines", "UPDATE", _PAY_FILE_LINE_CHANGED),
    # what a village signed for a screening round stands
    Guard("guard_screening_returns_signed", "screening_returns", "UPDATE", "OLD.signed_at IS NOT NULL"),
    # why a frozen line was put on hold stands as long as the line
    Guard("guard_line_holds_no_update", "line_holds", "UPDATE", "TRUE"),
    Guard("guard_line_holds_no_delete", "line_holds", "DELETE", _HOLD_OF_SIGNED_RUN),
    # what a signed run was compared with stays named
    Guard("guard_run_checks_no_delete", "run_checks", "DELETE", _LINE_OF_SIGNED_RUN),
    # what was said, found and explained by people is evidence
    *(Guard(f"guard_{table}_no_delete", table, "DELETE", "TRUE") for table in _KEPT),
    Guard("guard_run_objections_frozen", "run_objections", "UPDATE", _OBJECTION_CHANGED),
    Guard("guard_shared_accounts_frozen", "shared_accounts", "UPDATE", _SHARING_CHANGED),
    Guard("guard_check_hits_frozen", "check_hits", "UPDATE", _HIT_CHANGED),
    Guard("guard_home_checks_frozen", "home_checks", "UPDATE", _HOME_CHECK_CHANGED),
    *_OWN_MONEY,
    # what was checked, found and paid back is evidence
    Guard("guard_duty_checks_no_delete", "duty_checks", "DELETE", "TRUE"),
    Guard("guard_duty_checks_frozen", "duty_checks", "UPDATE", _changed(*_DUTY_CHECK)),
    # whoever guards a patient has no hand in judging how that patient is guarded (domain 5.4)
    Guard("guard_duty_checks_own", "duty_checks", "INSERT", _guard_of_patient("NEW.patient_id", "NEW.recorded_by")),
    Guard("guard_duty_signatures_own", "duty_signatures", "INSERT", _guard_of_patient(_OF_CHECK, 'NEW."by"')),
    Guard(
        "guard_guardian_assessments_own",
        "guardian_assessments",
        "INSERT",
        _guard_of_patient("NEW.patient_id", "NEW.confirmed_by"),
    ),
    *_append_only("guardian_assessments"),
    Guard("guard_recoveries_no_delete", "recoveries", "DELETE", "TRUE"),
    Guard("guard_recoveries_frozen", "recoveries", "UPDATE", _changed("line_id", "cause", "amount_fen", "snapshot")),
    Guard("guard_documents_no_delete", "documents", "DELETE", "TRUE"),
    Guard(
        "guard_documents_frozen",
        "documents",
        "UPDATE",
        f"(OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NULL) OR {_changed('kind', 'subject_kind', 'sha256', 'file_id')}",
    ),
    # no two neighbouring steps of an application are one person's
    Guard("guard_application_events_hands", "application_events", "INSERT", _SAME_HAND_AS_BEFORE),
    Guard("guard_printed_papers_no_delete", "printed_papers", "DELETE", "TRUE"),
    # a signed session and its results stand
    Guard("guard_reassessment_sessions_signed", "reassessment_sessions", "UPDATE", "OLD.state = 'signed'"),
    Guard("guard_reassessments_signed", "reassessments", "UPDATE", _OF_SIGNED_SESSION),
    Guard("guard_reassessments_no_delete", "reassessments", "DELETE", _OF_SIGNED_SESSION),
    # a finished emergency record is evidence
    Guard("guard_emergencies_finished", "emergencies", "UPDATE", "OLD.finished_at IS NOT NULL"),
    Guard("guard_emergencies_no_delete", "emergencies", "DELETE", "TRUE"),
    # a message says what it was owed to say, to whom it was owed, and what became of it stays written
    *_append_only("message_events"),
    _legal_move("messages", "state"),
    _legal_move("message_templates", "state"),
    Guard("guard_messages_frozen", "messages", "UPDATE", _changed(*_MESSAGE)),
    Guard("guard_messages_no_delete", "messages", "DELETE", "TRUE"),
    Guard("guard_message_templates_frozen", "message_templates", "UPDATE", _changed(*_TEMPLATE)),
    Guard("guard_message_templates_no_delete", "message_templates", "DELETE", "TRUE"),
    Guard("guard_contact_consents_no_delete", "contact_consents", "DELETE", "TRUE"),
    # a hand-over is evidence: what was said is corrected by another row, and forms move one way
    *_append_only("handover_events"),
    *_append_only("handover_escalations"),
    _legal_move("discharges", "state"),
    _legal_move("handover_forms", "state"),
    Guard("guard_discharges_no_delete", "discharges", "DELETE", "TRUE"),
    Guard("guard_handover_forms_no_delete", "handover_forms", "DELETE", "TRUE"),
    # the record that was sent stands; only its way through the loop is written on
    Guard(
        "guard_discharges_sent",
        "discharges",
        "UPDATE",
        "OLD.submitted_at IS NOT NULL AND (OLD.submitted_at <> NEW.submitted_at OR NEW.submitted_at IS NULL "
        "OR OLD.discharged_at <> NEW.discharged_at OR OLD.hospital_number <> NEW.hospital_number "
        "OR OLD.discharge_type <> NEW.discharge_type OR OLD.risk_level <> NEW.risk_level)",
    ),
    *_INCIDENTS,
    Guard("guard_kept_files_voucher", "kept_files", "DELETE", "OLD.expires_at IS NULL"),
    # insurance: what the papers said stands, each step and batch is evidence
    *_append_only("enrolment_batches"),
    *_append_only("claim_events"),
    *(_legal_move(table, "state") for table in _DECIDED_BENEFITS),
    *(
        Guard(f"guard_{table}_no_delete", table, "DELETE", "TRUE")
        for table in (*_DECIDED_BENEFITS, "enrolments", "benefits")
    ),
    Guard("guard_insurance_policies_frozen", "insurance_policies", "UPDATE", _changed(*_INSURANCE_POLICY)),
    Guard("guard_enrolments_frozen", "enrolments", "UPDATE", _ENROLMENT_CHANGED),
    Guard("guard_enrolments_overlap", "enrolments", "INSERT", _ENROLMENT_OVERLAP),
    Guard("guard_claims_frozen", "claims", "UPDATE", _changed(*_CLAIM)),
    Guard("guard_reliefs_frozen", "reliefs", "UPDATE", _changed(*_RELIEF)),
    Guard("guard_benefits_frozen", "benefits", "UPDATE", _changed("patient_id", "kind", "state", "from_on")),
    Guard("guard_backstop_requests_frozen", "backstop_requests", "UPDATE", _changed(*_BACKSTOP)),
    # a place takes in no more than it has seats
    Guard("guard_rehab_referrals_seats", "rehab_referrals", "UPDATE OF state", _NO_SEAT_LEFT),
)


def drop_guards(connection: Connection) -> None:
    """Take every guard trigger away: a rebuilt table may be named by the trigger of another."""
    for name, table in standing_guards(connection):
        on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{on}"))


def create_guards(connection: Connection) -> None:
    """Drop every guard trigger that stands and create the list anew, for tables that exist."""
    drop_guards(connection)
    tables = set(_tables(connection))
    for guard in GUARDS:
        if guard.table in tables:
            statements = guard.sqlite() if connection.dialect.name == "sqlite" else guard.postgresql()
            for statement in statements:
                connection.exec_driver_sql(statement)


def standing_guards(connection: Connection) -> list[tuple[str, str]]:
    """(name, table) of every guard trigger in the database."""
    if connection.dialect.name == "sqlite":
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%' ORDER BY name"
    else:
        sql = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgname LIKE 'guard_%' AND c.relnamespace = current_schema()::regnamespace "
            "ORDER BY t.tgname"
        )
    return [(row[0], row[1]) for row in connection.execute(text(sql))]


def missing_guards(connection: Connection) -> list[str]:
    """Guards of the list that do not stand, and standing ones that are not in the list."""
    standing = {name for name, _ in standing_guards(connection)}
    wanted = {guard.name for guard in GUARDS}
    return sorted(standing ^ wanted)


def _tables(connection: Connection) -> list[str]:
    return inspect(connection).get_table_names()
