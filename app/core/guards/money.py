"""Guards of the money: policy, fund, runs, lines, pay files, recoveries, and whose hands may touch whose."""

from __future__ import annotations

from app.core.guards.guard import Guard, append_only, changed, legal_move, set_again, set_otherwise

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
    f"{changed(*_LINE)} OR COALESCE(OLD.account_id, 0) <> COALESCE(NEW.account_id, 0) "
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
_PAY_FILE_CHANGED = f"{changed(*_PAY_FILE)} OR {set_otherwise('cover_file_id')} OR {set_again(*_ANSWER)}"
_ANSWER_OF_ANOTHER = (
    "EXISTS (SELECT 1 FROM pay_files f WHERE f.returns_sha256 = NEW.returns_sha256 AND f.id <> NEW.id) "
    "AND COALESCE(OLD.returns_sha256, '') <> NEW.returns_sha256"
)
_PAY_FILE_LINE_CHANGED = f"{changed('pay_file_id', 'line_id', 'amount_fen')} OR {set_otherwise('sequence')}"
# what was said stays as it was said, and a decision as it was taken; a line that is drawn up anew leaves the objection to it behind
_OBJECTION_CHANGED = (
    f"{changed('run_id', 'source', 'ground', 'received_on', 'recorded_by')} "
    f"OR {set_again('decided_at', 'decided_by')} OR (OLD.state <> 'open' AND OLD.reference <> NEW.reference) "
    "OR (NEW.line_id IS NOT NULL AND (OLD.line_id IS NULL OR OLD.line_id <> NEW.line_id))"
)
_SHARING_CHANGED = (
    f"{changed('account_id', 'number_index', 'county_code', 'reference', 'until_on', 'proposed_by')} "
    f"OR {set_again('decided_at', 'decided_by')}"
)
_HIT_CHANGED = (
    f"{changed('list_id', 'person_id')} OR {set_otherwise('from_on', 'to_on')} "
    f"OR {set_again('decided_at', 'decided_by', 'ground')} OR (OLD.state <> 'open' AND OLD.hit <> NEW.hit)"
)
_HOME_CHECK_CHANGED = (
    f"{changed('run_id', 'agreement_id', 'run_digest', 'line_digest', 'number', 'drawn_by', 'drawn_at')} "
    f"OR {set_again('is_met', 'checked_on', 'recorded_at', 'recorded_by')}"
)


def _patients_of(person: str) -> str:
    """The ids of the patients to whom a person belongs: as the patient, or as a guardian of either rank at present."""
    return (
        f"SELECT p.id FROM patients p WHERE p.person_id = {person} UNION "  # noqa: S608 - names from this file
        f"SELECT g.patient_id FROM guardianships g WHERE g.person_id = {person} AND g.to_on IS NULL AND g.withdrawn_at IS NULL"
    )


def _people_of(user: str) -> str:
    """The user as a person, and the relatives that they have declared."""
    return (
        f"SELECT u.person_id FROM users u WHERE u.id = {user} AND u.person_id IS NOT NULL UNION "  # noqa: S608 - names from this file
        f"SELECT k.person_id FROM declared_kin k WHERE k.user_id = {user} AND k.ended_at IS NULL"
    )


def _own_family(user: str, patient: str, payee: str) -> str:
    """One of the user's people is the payee or belongs to the patient."""
    return (
        f"EXISTS (SELECT 1 FROM ({_people_of(user)}) me WHERE me.person_id = {payee} "  # noqa: S608 - names from this file
        f"OR {patient} IN ({_patients_of('me.person_id')}))"
    )


def _own_line(user: str, line: str) -> str:
    """The same by the line that money is paid on."""
    of = "(SELECT l.{} FROM subsidy_lines l WHERE l.id = {})"
    return _own_family(user, of.format("patient_id", line), of.format("payee_person_id", line))


def _own_person(user: str, person: str) -> str:
    """One of the user's people is the person, or both belong to one patient."""
    return (
        f"EXISTS (SELECT 1 FROM ({_people_of(user)}) me WHERE me.person_id = {person} OR EXISTS ("  # noqa: S608 - names from this file
        f"SELECT 1 FROM patients o WHERE o.id IN ({_patients_of('me.person_id')}) AND o.id IN ({_patients_of(person)})))"
    )


_KEPT = (
    "check_lists", "check_hits", "run_objections", "run_reopenings", "shared_accounts", "guardian_contacts", "help_visits",
    "review_flags", "home_checks",
)  # fmt: skip
_BY = 'NEW."by"'
_OWN_RUN = (
    "NEW.step IN ('submitted', 'police_signed', 'town_signed', 'health_signed', 'approved', 'exported') "  # noqa: S608 - names from this file
    f"AND EXISTS (SELECT 1 FROM ({_people_of(_BY)}) me JOIN subsidy_lines l ON l.payee_person_id = me.person_id "
    f"OR l.patient_id IN ({_patients_of('me.person_id')}) "
    "WHERE l.run_id = NEW.run_id AND l.decision = 'pay' AND l.is_live)"
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

GUARDS: tuple[Guard, ...] = (
    *append_only("rule_sets"),
    *append_only("subsidy_policies"),
    *append_only("run_approvals"),
    *append_only("fund_accounts"),
    *append_only("fund_entries"),
    *append_only("fund_postings"),
    *append_only("recovery_events"),
    *append_only("account_calls"),
    *append_only("run_notices"),
    *append_only("run_editions"),
    Guard("guard_pay_files_no_delete", "pay_files", "DELETE", "TRUE"),
    Guard("guard_pay_file_lines_no_delete", "pay_file_lines", "DELETE", "TRUE"),
    legal_move("subsidy_runs", "state"),
    legal_move("pay_file_lines", "state"),
    legal_move("fund_proposals", "state"),
    legal_move("policy_proposals", "state"),
    legal_move("run_objections", "state"),
    legal_move("run_reopenings", "state"),
    legal_move("shared_accounts", "state"),
    legal_move("check_hits", "state"),
    legal_move("recoveries", "state"),
    legal_move("review_flags", "state"),
    Guard("guard_policy_proposals_frozen", "policy_proposals", "UPDATE", changed(*_POLICY_PROPOSAL)),
    Guard("guard_policy_proposals_no_delete", "policy_proposals", "DELETE", "TRUE"),
    Guard("guard_fund_proposals_frozen", "fund_proposals", "UPDATE", changed(*_FUND_PROPOSAL)),
    Guard("guard_fund_proposals_no_delete", "fund_proposals", "DELETE", "TRUE"),
    Guard("guard_fund_postings_overdrawn", "fund_postings", "INSERT", _OVERDRAWN),
    Guard("guard_fund_postings_one_year", "fund_postings", "INSERT", _TWO_YEARS),
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
        changed("person_id", "number_sealed", "from_on"),
    ),
    # what went to the bank stays what it was
    Guard("guard_pay_files_frozen", "pay_files", "UPDATE", _PAY_FILE_CHANGED),
    # an answer of the bank settles one file
    Guard("guard_pay_files_answered_once", "pay_files", "UPDATE OF returns_sha256", _ANSWER_OF_ANOTHER),
    Guard("guard_pay_file_lines_frozen", "pay_file_lines", "UPDATE", _PAY_FILE_LINE_CHANGED),
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
    Guard("guard_recoveries_no_delete", "recoveries", "DELETE", "TRUE"),
    Guard("guard_recoveries_frozen", "recoveries", "UPDATE", changed("line_id", "cause", "amount_fen", "snapshot")),
)
