"""What becomes of every row about the two of whom one was registered twice: one place that says it for each table, so that none is
forgotten. A test asks for a word about every column that leads to a patient or a person.

Whatever moves stands in the pictures (`service.pictures`), so that an undone merge gives it back exactly.
"""

from __future__ import annotations

# All rows go to the record that stays, their sealed texts under the key of its person.
MOVES = (
    "clues.patient_id",
    "conference_decisions.patient_id",
    "discharges.patient_id",
    "documents.patient_id",
    "examinations.patient_id",
    "follow_up_visits.patient_id",
    "green_requests.patient_id",
    "guardian_contacts.patient_id",
    "help_visits.patient_id",
    "injections.patient_id",
    "medicine_supplies.patient_id",
    "messages.patient_id",
    "risk_levels.patient_id",
    "visit_attempts.patient_id",
    "former_id_numbers.person_id",
    "users.person_id",
)

# Moves as far as it can stand beside what the other record has: column → which rows do not.
SETTLED = {
    "admissions.patient_id": "an open stay that both records have",
    "agreement_applications.patient_id": "one under way where the other record has one, and one that goes with an agreement that stays",
    "agreements.patient_id": "one that shares days with an agreement of the other record: no day is paid twice",
    "benefit_requests.patient_id": "one under way where the other record asks for the same: the office answers both",
    "care_plans.patient_id": "none: of two that hold, the merged record's ends",
    "care_team_members.patient_id": "a part that the other record has filled",
    "conference_items.patient_id": "what stands in minutes",
    "consents.patient_id": "none: of two that hold, the later paper goes on",
    "contact_consents.patient_id": "an agreement of somebody who agreed for the other record too: the more careful word holds",
    "delivery_lines.patient_id": "the same drug on the same round",
    "diagnoses.patient_id": "none: the chosen one goes on",
    "duty_checks.patient_id": "those of an agreement that stays",
    "emergencies.patient_id": "finished records, which are evidence; the pages read them through the merge",
    "guardianships.patient_id": "none: of two of a rank, the chosen one goes on",
    "incidents.patient_id": "closed records, which stand; `incidents.queries.facts` reads them through the merge",
    "name_keys.patient_id": "none: they are made anew",
    "phones.person_id": "all but the main number, where the other record has none or it was chosen",
    "rehab_referrals.patient_id": "one under way where the other record has one",
    "tasks.patient_id": "what the other record's state asks for anyway, which ends, and what has ended",
    "visit_drafts.patient_id": "where the same colleague has begun a form for the other record",
}

# Stays, because the database keeps it as it was; read through the merge: column → by whom.
READ = {
    "backstop_requests.patient_id": "money; `benefits.queries.backstops`",
    "benefits.patient_id": "dated states that are never rewritten; `benefits.queries.standing`, `gaps` and `benefits.service.enrolling`",
    "check_hits.person_id": "what an office's list said of whom; `subsidies.queries.checks` and `hits`",
    "claims.patient_id": "what the papers said; `insurance.queries.claims`",
    "enrolments.patient_id": "cover; `insurance.queries.enrolment`",
    "guardian_assessments.patient_id": "signed; `guardians.queries.duty_page`",
    "patient_spans.patient_id": "the record's own history; where somebody was cared for, `subsidies.queries.facts`",
    "sample_records.patient_id": "a sample is what its seed drew; what the register says of it now, `numbers.sampled_facts`",
    "supervision_cases.patient_id": "an order as it was sent; whether a case was mended is asked of its duty or figure, which moved",
    "subsidy_lines.patient_id": "money never moves; `desk.queries.payments` and `subsidies.queries.one_person`",
}

# Stays on purpose: column → because.
STAYS = {
    "clues.person_id": "whose key seals the texts",
    "conference_items.person_id": "whose key seals the texts",
    "crisis_calls.person_id": "whose key seals the texts; the call leads on through its incident, emergency or clue",
    "discharges.person_id": "whose key seals the texts",
    "emergencies.person_id": "whose key seals the texts",
    "incidents.person_id": "whose key seals the texts",
    "person_keys.person_id": "the key of what stays sealed under it",
    "patients.person_id": "the record's own person",
    "name_keys.person_id": "whose name it is",
    "claims.guardian_person_id": "the guardian of that day, a person apart",
    "consents.signer_person_id": "who signed",
    "contact_consents.person_id": "who is told",
    "enrolments.guardian_person_id": "the guardian of that day, a person apart",
    "guardianships.person_id": "who guards; whoever guards others at present is not merged away",
    "home_checks.payee_person_id": "who was paid",
    "payee_accounts.person_id": "accounts are payees', and whoever guards at present is not merged away",
    "subsidy_lines.payee_person_id": "money never moves",
    "declared_kin.person_id": "whom a colleague declared, by number",
    "device_submissions.patient_id": "what a phone sent; a merge waits for forms that nobody has looked at",
    "import_rows.patient_id": "where the record came from",
    "national_findings.patient_id": "what an export said beside which record; the next comparison finds the record that stands",
    "losses.patient_id": "goes with the span of being lost, which is the record's own",
    "reassessments.patient_id": "signed results of a table of the town",
    "register_requests.patient_id": "says that it was merged",
    "register_requests.kept_patient_id": "says into what",
    "reliefs.patient_id": "money for whom somebody hurt; its page names the record it was asked under, which leads to the one that stands",
    "transfers.patient_id": "moves of that record; an open one is decided first",
}

# Sealed under the key of the person whom the row itself names.
OWN_PERSON = frozenset({"clues", "conference_items", "discharges", "emergencies", "incidents"})


def tables_by(column: str) -> tuple[str, ...]:
    """Tables whose rows a merge may change, by the column that leads to the one of the two."""
    named = (one.split(".") for one in (*MOVES, *SETTLED, "patient_spans.patient_id"))
    return tuple(sorted(table for table, at in named if at == column))


def moves_by(column: str) -> tuple[str, ...]:
    """Tables whose rows go over as they are."""
    return tuple(table for table, at in (one.split(".") for one in MOVES) if at == column)
