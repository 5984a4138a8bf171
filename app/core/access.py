"""The one policy table: role × field group and role × action (roles.md), and the guards that read it.

What a role may not see is not loaded; what it may not do answers 403. `tests/` hold the field half against
`tests/data/roles_fields.csv`, which was written apart from this file.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import g

from app.core.actor import Actor, Role
from app.core.errors import Forbidden

P = ParamSpec("P")
R = TypeVar("R")


class Grant(StrEnum):
    """How much of a field group a role sees within its own area or agency (legend of roles.md)."""

    FULL = "F"
    MASKED = "M"  # revealed by reason, logged
    LAST_FOUR = "L4"
    TASK = "T"  # only on an open task or form addressed to the user's agency
    TASK_LAST_FOUR = "TL4"
    OWN_HOSPITAL = "O"
    YES_NO = "Y"  # with a reason code
    STATE = "S"
    DAYS = "D"  # number of days not counted and reason code; no date, no place
    COUNTS = "A"
    OWN_REPORTS = "W"  # for 24 hours
    PAY_FILE = "X"  # inside the pay file only
    NONE = "-"


class Field(StrEnum):
    PATIENT_NAME = "patient_name"
    PATIENT_ID_NUMBER = "patient_id_number"
    PATIENT_BIRTH_DATE = "patient_birth_date"
    CLINICAL = "clinical"
    RISK_LEVEL = "risk_level"
    ADVICE_CODE = "advice_code"
    INCIDENTS = "incidents"
    ADDRESS = "address_below_village"
    PATIENT_PHONE = "patient_phone"
    GUARDIAN_NAME = "guardian_name_relation"
    GUARDIAN_PHONE = "guardian_phone"
    GUARDIAN_ID_NUMBER = "guardian_id_number"
    PAYEE_ACCOUNT = "payee_account"
    AMOUNT = "amount_and_payment_state"
    CARE_SPANS = "care_span_dates_and_places"
    CONSENT = "consent"
    MESSAGE_STATE = "message_state"
    FREE_TEXT = "free_text_notes"
    WHO_LOOKED = "who_looked"
    STATISTICS = "statistics_own_area"


_ROLE_ORDER = (
    Role.DOCTOR, Role.VILLAGE_DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE, Role.HOSPITAL, Role.COORDINATOR, Role.TOWN,
    Role.VILLAGE_WORKER, Role.POLICE, Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.PARTNER, Role.AUDITOR,
    Role.CITY_VIEWER, Role.ADMIN,
)  # fmt: skip

# One row per field group, one column per role in the order above: the table of roles.md.
_FIELD_ROWS = {
    #                          doc vdoc lead offi hosp coor town vwor poli cler revi fina part audi city admi
    Field.PATIENT_NAME:       "F   F    F    F    O    F    T    T    T    M    M    -    T    M    -    -",
    Field.PATIENT_ID_NUMBER:  "M   L4   M    M    O    -    -    -    TL4  L4   L4   -    TL4  L4   -    -",
    Field.PATIENT_BIRTH_DATE: "F   F    F    F    O    -    -    -    -    -    -    -    T    -    -    -",
    Field.CLINICAL:           "F   F    F    F    O    -    -    -    -    -    -    -    -    -    -    -",
    Field.RISK_LEVEL:         "F   F    F    F    O    F    -    -    -    Y    Y    -    -    Y    -    -",
    Field.ADVICE_CODE:        "F   F    F    F    O    F    T    T    T    -    -    -    -    -    -    -",
    Field.INCIDENTS:          "F   T    F    F    -    F    F    W    W    Y    Y    -    -    Y    -    -",
    Field.ADDRESS:            "F   F    F    F    O    -    T    T    T    -    -    -    T    -    -    -",
    Field.PATIENT_PHONE:      "F   F    F    M    O    -    -    -    -    -    -    -    T    -    -    -",
    Field.GUARDIAN_NAME:      "F   F    F    F    O    F    F    T    T    F    F    F    T    F    -    -",
    Field.GUARDIAN_PHONE:     "F   F    F    M    O    -    M    T    T    M    M    -    T    L4   -    -",
    Field.GUARDIAN_ID_NUMBER: "-   -    -    -    -    -    -    -    -    M    L4   X    -    L4   -    -",
    Field.PAYEE_ACCOUNT:      "-   -    -    -    -    -    -    -    -    L4   L4   X    -    L4   -    -",
    Field.AMOUNT:             "-   -    -    -    -    A    A    -    -    F    F    F    -    F    A    -",
    Field.CARE_SPANS:         "F   F    F    F    O    S    -    -    -    D    D    -    -    D    -    -",
    Field.CONSENT:            "F   F    F    F    -    Y    Y    -    -    Y    Y    -    -    F    -    -",
    Field.MESSAGE_STATE:      "S   -    S    S    -    A    -    -    -    S    -    -    -    S    -    A",
    Field.FREE_TEXT:          "F   F    F    M    O    -    -    -    -    -    -    -    -    -    -    -",
    Field.WHO_LOOKED:         "-   -    -    -    -    -    -    -    -    -    -    -    -    F    -    -",
    Field.STATISTICS:         "F   F    F    F    -    F    F    -    -    F    F    -    -    F    A    -",
}  # fmt: skip

FIELDS: dict[Field, dict[Role, Grant]] = {
    name: dict(zip(_ROLE_ORDER, map(Grant, row.split()), strict=True)) for name, row in _FIELD_ROWS.items()
}


class Action(StrEnum):
    """What somebody may do; the value is also the audit's and the log's word for it."""

    SIGN_IN = "sign_in"  # everybody, also before signing in
    USE_OWN_ACCOUNT = "use_own_account"  # home, language, password, sign-out: every signed-in user
    SEE_REGISTER = "see_register"  # the register as a list and a patient's page
    KEEP_REGISTER = "keep_register"  # register and edit patients, guardians, consent
    LOG_VISIT = "log_visit"
    CORRECT_VISIT = "correct_visit"  # shows the whole form again, free text included
    WORK_OFFLINE = "work_offline"  # an offline store on one's own phone, and the forms that come from it
    KEEP_DEVICES = "keep_devices"  # the list of phones that may work offline, and revoking one
    REPORT_CLUE = "report_clue"  # tell the health centre of somebody who may need care, and see that it was received
    SEE_CLUES = "see_clues"  # look at clues, answer the nine questions, close
    SEE_DANGER_CLUES = "see_danger_clues"  # open clues of the place in which there is danger now
    MOVE_PATIENTS = "move_patients"  # propose, answer and withdraw transfers
    SEE_TRANSFERS = "see_transfers"  # who waits to be received where, and since when
    PUT_RIGHT = "put_right"  # exclude, undo a wrong death, merge: two people of the county office
    CORRECT_IDENTITY = "correct_identity"  # a number, sex or birth date that the police corrected
    REVIEW_SUSPECTED = "review_suspected"  # record a psychiatrist's word on somebody suspected
    OPEN_SCREENING = "open_screening"  # a round of the county
    SEE_SCREENING = "see_screening"  # how far a round has come, in counts
    SCREEN_VILLAGE = "screen_village"  # sign a village's answer; towns on behalf
    KEEP_TREATMENT = "keep_treatment"  # injections, supplies of medicine, yearly examinations
    SET_JOINT_VISITS = "set_joint_visits"
    END_LOCKING = "end_locking"  # how a locking-up was ended
    KEEP_EMERGENCIES = "keep_emergencies"  # open, fill in, finish and print emergency records
    SET_EMERGENCY_CHECKS = "set_emergency_checks"  # whether the county checks every four hours afterwards
    REPORT_FROM_REGISTER = "report_from_register"  # the same from a patient's page
    REPORT_INCIDENTS = "report_incidents"  # tell of one in a minute, and see that it was received
    SEE_INCIDENTS = "see_incidents"  # the records of the area, whole
    KEEP_INCIDENTS = "keep_incidents"  # complete a record: what it cost, who was hurt
    SETTLE_INCIDENTS = "settle_incidents"  # say what it was and whose, close, open again
    DECIDE_ON_INCIDENTS = (
        "decide_on_incidents"  # level, visits, the guardian, the agreement, the quarter: each one's own
    )
    ASK_HOSPITALS = "ask_hospitals"  # ask one to receive somebody of an emergency
    ANSWER_RECEPTIONS = "answer_receptions"  # the hospital's own word, by day and night
    KEEP_GREEN = "keep_green"  # green-channel requests
    KEEP_ROUNDS = "keep_rounds"  # what is to be bought for a town, and the rounds that bring it
    TAKE_CALLS = "take_calls"  # crisis calls
    HOLD_CONFERENCES = "hold_conferences"  # agenda, invitations, decisions, minutes
    ANSWER_DECISIONS = "answer_decisions"  # what a conference asks of one's own agency
    SEE_ALERTS = "see_alerts"
    SEE_TASKS = "see_tasks"
    CONFIRM_LOST = "confirm_lost"
    HAND_OVER = "hand_over"  # give patients another responsible doctor, or somebody who stands in
    CONFIRM_VISITS = "confirm_visits"  # the town's word on a village doctor's visit
    SET_CONFIRMATION = "set_confirmation"  # whether the county wants that word
    SEE_NATIONAL = "see_national"  # what is still to be entered in the national system
    ENTER_NATIONAL = "enter_national"  # copy a visit there and say that it stands there
    IMPORT_VISITS = "import_visits"  # take over visits from a workbook exported there
    REASSESS = "reassess"
    HOLD_ASSESSMENTS = "hold_assessments"  # open, confirm and sign a town's quarterly meeting
    SEE_ASSESSMENTS = "see_assessments"  # how far the towns' meetings have come, in counts
    KEEP_TEAMS = "keep_teams"  # who stands around a patient, and the card for the family
    KEEP_PLANS = "keep_plans"  # the individual plan with its own words, and its print for the family
    SEE_TEAM_GAPS = "see_team_gaps"  # patients without a full team or agreement
    REPORT_DEPENDANTS = "report_dependants"  # tell civil affairs of a child or elder at home without a carer
    ANSWER_DEPENDANTS = "answer_dependants"  # take that up and say how it ended
    KEEP_GROUPS = "keep_groups"  # joint groups of towns and villages, their members and meetings
    SEE_GROUPS = "see_groups"  # which places have a group, and which have met
    REVEAL = "reveal"
    IMPORT_ROSTER = "import_roster"
    KEEP_AGREEMENTS = "keep_agreements"
    SEE_GUARDIANS = "see_guardians"  # a patient's guardians and agreements, for whoever keeps the one or the other
    SEE_DOCUMENTS = "see_documents"  # that a paper is kept; what stands on it only by the field table
    KEEP_DOCUMENTS = "keep_documents"  # photograph papers, take down what was wrong
    KEEP_ACCOUNTS_OF_PAYEES = "keep_accounts_of_payees"  # write a guardian's bank account, which nobody reads back
    KEEP_DUTY_CHECKS = "keep_duty_checks"  # check how guardians perform, enter sheets, print them; contacts on behalf
    SIGN_DUTY_CHECKS = "sign_duty_checks"  # put one's own name under a check
    RECORD_HELP = "record_help"  # a visit with help: what was given, what is needed
    RECORD_CONTACTS = "record_contacts"  # the second guardian's monthly contact
    ASSESS_GUARDIANS = (
        "assess_guardians"  # confirm a guardian's year, decide on another guardian, see what families need
    )
    SET_POLICY = "set_policy"  # a version by one hand, by command
    PROPOSE_POLICY = "propose_policy"
    ADOPT_POLICY = "adopt_policy"  # the second person's word on it
    SET_FLOORS = "set_floors"  # what a city asks of its counties' policies and funds at least
    PROPOSE_FUND = "propose_fund"  # write down money for the county's pool, the rule for the year's end
    APPROVE_FUND = "approve_fund"  # the second person's word on it
    SEE_PAYEE_ACCOUNTS = "see_payee_accounts"  # which were changed lately, which several payees use; by their last four
    CALL_PAYEES = "call_payees"  # call back on the number known before an account was changed
    SEE_SUBSIDY = "see_subsidy"
    VERIFY_SUBSIDY = "verify_subsidy"  # recompute frozen lines: says which differ, names nobody
    PREPARE_SUBSIDY = "prepare_subsidy"  # prepare, submit, decide a hold
    APPROVE_SUBSIDY = "approve_subsidy"
    SIGN_SUBSIDY = "sign_subsidy"  # an office's part in the joint approval
    MARK_SUBSIDY = "mark_subsidy"  # on a form that lists the families, of which the few are marked
    ANSWER_SUBSIDY = "answer_subsidy"  # without a list: by the numbers of those whom the office itself knows of
    PAY_SUBSIDY = "pay_subsidy"  # export and settle
    KEEP_CHECK_LISTS = "keep_check_lists"  # load other offices' lists before a run, and say who of ours is on them
    KEEP_CARE_LISTS = "keep_care_lists"  # of these, the ones with days of care: hospital stays and custody
    OVERRULE_CHECK_LISTS = "overrule_check_lists"  # say of an equal ID number that the list is wrong
    SEE_FLAGS = "see_flags"  # what looks like a pattern of fraud, and whose work it touches
    DECIDE_FLAGS = "decide_flags"  # explain such a flag or hand it on
    DRAW_HOME_CHECKS = "draw_home_checks"  # draw the families that are visited, write down whom the towns have met
    PRINT_SUBSIDY = "print_subsidy"  # ledger, notices
    PRINT_REASONS = (
        "print_reasons"  # papers that say why somebody is not paid, and ledgers that were kept with their reasons
    )
    PRINT_SUMMARY = "print_summary"  # the quarter by town and village, in counts and sums
    SEE_INSURANCE = "see_insurance"  # policies, counts and sums, and who is eligible but not covered
    SEE_INSURED = "see_insured"  # who is insured, claims and relief, person by person
    SEE_CLAIM_PAPERS = "see_claim_papers"  # that a claim has its papers; what stands on them only by the field table
    KEEP_INSURANCE = (
        "keep_insurance"  # write down policies, report people to the insurer, keep claims; the insurer's lists
    )
    DECIDE_INSURANCE = "decide_insurance"  # the second person's word on a policy or on relief
    SEE_BENEFITS = "see_benefits"  # what families receive, and what they are entitled to and do not
    KEEP_BENEFITS = "keep_benefits"  # record a benefit, ask the office that decides, print the family's sheet
    SET_BENEFIT_OFFICES = "set_benefit_offices"  # which office decides on which benefit
    SEE_BENEFIT_REQUESTS = "see_benefit_requests"  # requests to offices; a partner sees its own alone
    ANSWER_BENEFIT_REQUESTS = "answer_benefit_requests"  # take one up, grant or refuse it
    SEE_BACKSTOPS = "see_backstops"  # hospital bills that the county takes over
    ASK_BACKSTOP = "ask_backstop"
    APPROVE_BACKSTOP = "approve_backstop"
    PAY_BACKSTOP = "pay_backstop"
    SEE_REHAB = "see_rehab"  # rehabilitation places and referrals; a partner or a hospital sees its own alone
    KEEP_REHAB_PLACES = "keep_rehab_places"
    REFER_TO_REHAB = "refer_to_rehab"  # a hospital only whom it has in its wards
    ANSWER_REHAB = "answer_rehab"  # accept, refuse, begin, end; the months of attendance
    SEE_MESSAGES = "see_messages"  # what was to be said and what became of it: states, or counts
    SEE_MESSAGE_STATES = "see_message_states"  # one message: each state when it came
    SETTLE_MESSAGES = "settle_messages"  # say how an unknown outcome ended, see to what did not arrive
    KEEP_TEMPLATES = "keep_templates"  # propose words for messages; approve another person's
    KEEP_TEXT_CONSENTS = "keep_text_consents"  # who agreed to be told by text message, and who no longer does
    SEE_REPORTS = "see_reports"  # the page of what this role may print
    SEE_COMPLIANCE = "see_compliance"  # coordinator's first page and lists of what is late
    SEE_NUMBERS = "see_numbers"  # indicators, dashboards and what is listed behind a figure, as far as the role may see
    SEE_PLACE_NUMBERS = "see_place_numbers"  # the same of a county, its towns and villages, one by one
    OPEN_NUMBERS = "open_numbers"  # who is behind a figure, and count anew
    SET_NUMBERS = "set_numbers"  # how the county counts, residents, targets
    SUBMIT_REPORTS = "submit_reports"  # freeze a report; another person's word on a revision
    SEND_ORDERS = "send_orders"  # supervision orders (督办单) to units, and whether a reply will do
    SEE_ORDERS = "see_orders"  # what was sent, or what is addressed to one's own unit
    ANSWER_ORDERS = "answer_orders"  # reply to an order addressed to one's own unit
    SEE_APPRAISAL = "see_appraisal"  # what one's own unit lost marks for, and object; the county sees all
    OBJECT_TO_APPRAISAL = "object_to_appraisal"  # a unit's word against one of its own marks
    KEEP_APPRAISAL = "keep_appraisal"  # scheme, preview, publish, answer objections
    SEE_QUALITY = "see_quality"  # records that lack or contradict something, each with whose it is
    SEE_COMPARISON = (
        "see_comparison"  # how many the national system's export has otherwise than the register, in counts
    )
    COMPARE_NATIONAL = "compare_national"  # load such an export, see who it is, say what becomes of each
    KEEP_TRAINING = "keep_training"  # sessions, attendees, hours
    SEE_SAMPLES = "see_samples"  # what supervision sampling found, by institution
    OPEN_SAMPLES = "open_samples"  # the drawn records and what was found of each; an institution its own once closed
    DRAW_SAMPLES = "draw_samples"  # draw, check on site, close
    VERIFY_SAMPLES = "verify_samples"  # draw again from the kept frame by the kept seed
    COMMENT_ON_SAMPLES = "comment_on_samples"  # the checked institution's own word
    SEE_TOWN = "see_town"
    READ_AUDIT = "read_audit"
    KEEP_WORKDAYS = "keep_workdays"  # the State's yearly list of holidays, by which offices' deadlines are counted
    KEEP_ACCOUNTS = "keep_accounts"  # make accounts, give roles and areas
    KEEP_API_KEYS = "keep_api_keys"  # give other systems keys of the interface, and revoke them
    HELP_ACCOUNTS = "help_accounts"  # reset and disable: administrators, and towns for their villages
    SEE_COUNTS = "see_counts"
    KEEP_CONTACTS = "keep_contacts"  # who answers for an office when nobody has answered
    SUBMIT_DISCHARGE = "submit_discharge"  # prepare, send and look at a hospital's discharge records
    SEE_HANDOVERS = "see_handovers"  # one's own part of the hand-over: records, board or inbox
    SEE_LOOPS = "see_loops"  # every loop of the area, each form and its clock
    ANSWER_FORMS = "answer_forms"  # receive the forms addressed to one's own unit, and report back
    PRINT_FORMS = "print_forms"  # take a form away on paper; the police do not
    CONFIRM_NOTICES = "confirm_notices"  # say that a guardian signed the notice, and print it
    ANSWER_ON_BEHALF = "answer_on_behalf"  # enter a unit's stamped paper
    CLOSE_LOOPS = "close_loops"  # end a loop with a reason
    SET_POLICE_BASES = "set_police_bases"  # on what the police are told of a discharge


def _has_masked_field(role: Role) -> bool:
    return any(grants[role] is Grant.MASKED for grants in FIELDS.values())


_EVERYBODY = frozenset(_ROLE_ORDER)
_CLINICAL = frozenset({Role.DOCTOR, Role.VILLAGE_DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE})
# to whom families bring papers
_PAPERS = _CLINICAL | {Role.VILLAGE_WORKER, Role.TOWN, Role.CLERK}
# who answers for an emergency, a locking-up, a visit together with the police
_RESPONDERS = _CLINICAL - {Role.VILLAGE_DOCTOR}
_ORDERS_SENT_BY = frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE})
_SAMPLES_DRAWN_BY = frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE})
_ORDERS_ANSWERED_BY = frozenset({Role.HEALTH_LEAD, Role.TOWN, Role.HOSPITAL, Role.POLICE, Role.CLERK})

ACTIONS: dict[Action, frozenset[Role]] = {
    Action.SIGN_IN: _EVERYBODY,
    Action.USE_OWN_ACCOUNT: _EVERYBODY,
    Action.SEE_REGISTER: _CLINICAL | {Role.COORDINATOR},
    Action.KEEP_REGISTER: _CLINICAL,
    Action.LOG_VISIT: _CLINICAL,
    Action.CORRECT_VISIT: _CLINICAL - {Role.COUNTY_OFFICE},
    Action.WORK_OFFLINE: frozenset({Role.DOCTOR, Role.VILLAGE_DOCTOR, Role.HEALTH_LEAD}),
    Action.KEEP_DEVICES: frozenset({Role.HEALTH_LEAD, Role.ADMIN}),
    Action.REPORT_CLUE: frozenset({Role.VILLAGE_WORKER, Role.DOCTOR, Role.POLICE, Role.HOSPITAL, Role.COUNTY_OFFICE}),
    Action.SEE_CLUES: frozenset({Role.DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Action.SEE_DANGER_CLUES: frozenset({Role.POLICE}),
    Action.MOVE_PATIENTS: frozenset({Role.DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Action.SEE_TRANSFERS: frozenset({Role.DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE, Role.COORDINATOR}),
    Action.PUT_RIGHT: frozenset({Role.COUNTY_OFFICE}),
    Action.CORRECT_IDENTITY: frozenset({Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Action.REVIEW_SUSPECTED: frozenset({Role.DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Action.OPEN_SCREENING: frozenset({Role.COUNTY_OFFICE}),
    Action.SEE_SCREENING: frozenset({Role.COUNTY_OFFICE, Role.COORDINATOR, Role.TOWN}),
    Action.SCREEN_VILLAGE: frozenset({Role.VILLAGE_WORKER, Role.TOWN}),
    Action.KEEP_TREATMENT: _CLINICAL,
    Action.SET_JOINT_VISITS: _RESPONDERS,
    Action.END_LOCKING: _RESPONDERS,
    Action.KEEP_EMERGENCIES: _RESPONDERS,
    Action.SET_EMERGENCY_CHECKS: frozenset({Role.COUNTY_OFFICE}),
    Action.REPORT_FROM_REGISTER: frozenset({Role.DOCTOR}),
    Action.REPORT_INCIDENTS: frozenset({Role.VILLAGE_WORKER, Role.POLICE, Role.DOCTOR, Role.TOWN, Role.HOSPITAL}),
    Action.SEE_INCIDENTS: _RESPONDERS | {Role.COORDINATOR, Role.TOWN},
    Action.KEEP_INCIDENTS: _RESPONDERS | {Role.COORDINATOR, Role.TOWN},
    Action.SETTLE_INCIDENTS: frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE}),
    Action.DECIDE_ON_INCIDENTS: _RESPONDERS | {Role.COORDINATOR, Role.TOWN, Role.CLERK, Role.REVIEWER},
    Action.ASK_HOSPITALS: _RESPONDERS,
    Action.ANSWER_RECEPTIONS: frozenset({Role.HOSPITAL}),
    Action.KEEP_GREEN: _CLINICAL,
    Action.KEEP_ROUNDS: _RESPONDERS,
    Action.TAKE_CALLS: frozenset({Role.DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE, Role.COORDINATOR, Role.TOWN}),
    Action.HOLD_CONFERENCES: frozenset({Role.COORDINATOR, Role.TOWN}),
    Action.ANSWER_DECISIONS: _RESPONDERS
    | {Role.PARTNER, Role.POLICE, Role.TOWN, Role.VILLAGE_WORKER, Role.CLERK, Role.COORDINATOR},
    Action.SEE_ALERTS: _RESPONDERS | {Role.COORDINATOR},
    Action.SEE_TASKS: _CLINICAL,
    Action.CONFIRM_LOST: frozenset({Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Action.HAND_OVER: frozenset({Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Action.CONFIRM_VISITS: frozenset({Role.DOCTOR, Role.HEALTH_LEAD}),
    Action.SET_CONFIRMATION: frozenset({Role.COUNTY_OFFICE}),
    Action.SEE_NATIONAL: frozenset({Role.DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Action.ENTER_NATIONAL: frozenset({Role.DOCTOR, Role.HEALTH_LEAD}),
    Action.IMPORT_VISITS: frozenset({Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Action.REASSESS: frozenset({Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Action.HOLD_ASSESSMENTS: frozenset({Role.HEALTH_LEAD}),
    Action.SEE_ASSESSMENTS: frozenset({Role.HEALTH_LEAD, Role.COUNTY_OFFICE, Role.COORDINATOR}),
    Action.KEEP_TEAMS: _CLINICAL,
    # a plan is free text, which the county's office reads masked
    Action.KEEP_PLANS: _CLINICAL - {Role.COUNTY_OFFICE},
    Action.SEE_TEAM_GAPS: frozenset({Role.HEALTH_LEAD, Role.COUNTY_OFFICE, Role.COORDINATOR}),
    Action.REPORT_DEPENDANTS: _CLINICAL,
    Action.ANSWER_DEPENDANTS: frozenset({Role.TOWN, Role.CLERK}),
    Action.KEEP_GROUPS: frozenset({Role.TOWN, Role.VILLAGE_WORKER, Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Action.SEE_GROUPS: frozenset(
        {Role.TOWN, Role.VILLAGE_WORKER, Role.HEALTH_LEAD, Role.COUNTY_OFFICE, Role.COORDINATOR}
    ),
    Action.REVEAL: frozenset(role for role in _ROLE_ORDER if _has_masked_field(role)),
    Action.IMPORT_ROSTER: frozenset({Role.COUNTY_OFFICE}),
    Action.KEEP_AGREEMENTS: frozenset({Role.VILLAGE_WORKER, Role.TOWN, Role.CLERK}),
    Action.SEE_GUARDIANS: _CLINICAL | {Role.VILLAGE_WORKER, Role.TOWN, Role.CLERK},
    Action.SEE_DOCUMENTS: _PAPERS | {Role.REVIEWER, Role.AUDITOR},
    Action.KEEP_DOCUMENTS: _PAPERS,
    Action.KEEP_ACCOUNTS_OF_PAYEES: frozenset({Role.CLERK}),
    Action.KEEP_DUTY_CHECKS: frozenset({Role.VILLAGE_WORKER, Role.TOWN, Role.CLERK}),
    Action.SIGN_DUTY_CHECKS: frozenset(
        {Role.VILLAGE_WORKER, Role.TOWN, Role.CLERK, Role.DOCTOR, Role.VILLAGE_DOCTOR, Role.HEALTH_LEAD}
    ),
    Action.RECORD_HELP: frozenset(
        {Role.VILLAGE_WORKER, Role.TOWN, Role.CLERK, Role.DOCTOR, Role.VILLAGE_DOCTOR, Role.HEALTH_LEAD}
    ),
    Action.RECORD_CONTACTS: frozenset({Role.VILLAGE_WORKER, Role.TOWN, Role.CLERK, Role.POLICE}),
    Action.ASSESS_GUARDIANS: frozenset({Role.TOWN, Role.CLERK}),
    Action.SET_POLICY: frozenset({Role.CLERK}),
    Action.PROPOSE_POLICY: frozenset({Role.CLERK}),
    Action.ADOPT_POLICY: frozenset({Role.REVIEWER}),
    Action.SET_FLOORS: frozenset({Role.ADMIN}),
    Action.PROPOSE_FUND: frozenset({Role.CLERK}),
    Action.APPROVE_FUND: frozenset({Role.REVIEWER}),
    Action.SEE_PAYEE_ACCOUNTS: frozenset({Role.CLERK, Role.REVIEWER, Role.AUDITOR}),
    # another person than who changed it: where a county has one clerk, the reviewer calls
    Action.CALL_PAYEES: frozenset({Role.CLERK, Role.REVIEWER}),
    Action.SEE_SUBSIDY: frozenset({Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.AUDITOR}),
    Action.VERIFY_SUBSIDY: frozenset({Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.AUDITOR}),
    Action.PREPARE_SUBSIDY: frozenset({Role.CLERK}),
    Action.APPROVE_SUBSIDY: frozenset({Role.REVIEWER}),
    Action.SIGN_SUBSIDY: frozenset({Role.POLICE, Role.TOWN, Role.COUNTY_OFFICE}),
    Action.MARK_SUBSIDY: frozenset({Role.TOWN, Role.COUNTY_OFFICE}),
    Action.ANSWER_SUBSIDY: frozenset({Role.POLICE}),
    Action.PAY_SUBSIDY: frozenset({Role.FINANCE}),
    Action.KEEP_CHECK_LISTS: frozenset({Role.CLERK, Role.COUNTY_OFFICE}),
    # whoever pays reads days of care only as a number (roles.md), and does not overrule a list alone
    Action.KEEP_CARE_LISTS: frozenset({Role.COUNTY_OFFICE}),
    Action.OVERRULE_CHECK_LISTS: frozenset({Role.COUNTY_OFFICE}),
    Action.SEE_FLAGS: frozenset({Role.REVIEWER, Role.AUDITOR}),
    Action.DECIDE_FLAGS: frozenset({Role.REVIEWER}),
    Action.DRAW_HOME_CHECKS: frozenset({Role.REVIEWER}),
    Action.PRINT_SUBSIDY: frozenset({Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.AUDITOR}),
    Action.PRINT_REASONS: frozenset({Role.CLERK, Role.REVIEWER, Role.AUDITOR}),
    Action.PRINT_SUMMARY: frozenset({Role.COORDINATOR, Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.AUDITOR}),
    Action.SEE_INSURANCE: frozenset({Role.CLERK, Role.REVIEWER, Role.AUDITOR, Role.COORDINATOR}),
    Action.SEE_INSURED: frozenset({Role.CLERK, Role.REVIEWER, Role.AUDITOR}),
    Action.SEE_CLAIM_PAPERS: frozenset({Role.CLERK, Role.REVIEWER, Role.AUDITOR, Role.COUNTY_OFFICE}),
    Action.KEEP_INSURANCE: frozenset({Role.CLERK}),
    Action.DECIDE_INSURANCE: frozenset({Role.REVIEWER}),
    Action.SEE_BENEFITS: _CLINICAL | {Role.CLERK, Role.COORDINATOR},
    Action.KEEP_BENEFITS: _CLINICAL | {Role.CLERK},
    Action.SET_BENEFIT_OFFICES: frozenset({Role.CLERK}),
    Action.SEE_BENEFIT_REQUESTS: _CLINICAL | {Role.CLERK, Role.PARTNER},
    Action.ANSWER_BENEFIT_REQUESTS: frozenset({Role.PARTNER, Role.CLERK}),
    Action.SEE_BACKSTOPS: frozenset({Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.AUDITOR}),
    Action.ASK_BACKSTOP: frozenset({Role.CLERK}),
    Action.APPROVE_BACKSTOP: frozenset({Role.REVIEWER}),
    Action.PAY_BACKSTOP: frozenset({Role.FINANCE}),
    Action.SEE_REHAB: _CLINICAL | {Role.PARTNER, Role.COORDINATOR, Role.HOSPITAL},
    Action.KEEP_REHAB_PLACES: frozenset({Role.COUNTY_OFFICE}),
    Action.REFER_TO_REHAB: _CLINICAL | {Role.HOSPITAL},
    Action.ANSWER_REHAB: frozenset({Role.PARTNER, Role.COUNTY_OFFICE}),
    Action.SEE_MESSAGES: frozenset(role for role in _ROLE_ORDER if FIELDS[Field.MESSAGE_STATE][role] is not Grant.NONE),
    Action.SEE_MESSAGE_STATES: frozenset(
        role for role in _ROLE_ORDER if FIELDS[Field.MESSAGE_STATE][role] is Grant.STATE
    ),
    Action.SETTLE_MESSAGES: frozenset({Role.DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Action.KEEP_TEMPLATES: frozenset({Role.CLERK, Role.COUNTY_OFFICE}),
    Action.KEEP_TEXT_CONSENTS: _CLINICAL,
    Action.SEE_COMPLIANCE: frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE, Role.HEALTH_LEAD, Role.TOWN}),
    Action.SEE_REPORTS: frozenset(
        {
            Role.CLERK,
            Role.REVIEWER,
            Role.FINANCE,
            Role.AUDITOR,
            Role.COORDINATOR,
            Role.COUNTY_OFFICE,
            Role.HEALTH_LEAD,
            Role.TOWN,
        }
    ),
    Action.SEE_NUMBERS: frozenset(
        {
            Role.COORDINATOR,
            Role.COUNTY_OFFICE,
            Role.HEALTH_LEAD,
            Role.DOCTOR,
            Role.TOWN,
            Role.AUDITOR,
            Role.CITY_VIEWER,
        }
    ),
    Action.SEE_PLACE_NUMBERS: frozenset(
        {Role.COORDINATOR, Role.COUNTY_OFFICE, Role.HEALTH_LEAD, Role.DOCTOR, Role.TOWN, Role.AUDITOR}
    ),
    Action.OPEN_NUMBERS: frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE, Role.HEALTH_LEAD, Role.DOCTOR}),
    Action.SET_NUMBERS: frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE}),
    Action.SUBMIT_REPORTS: frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE}),
    Action.SEND_ORDERS: _ORDERS_SENT_BY,
    Action.SEE_ORDERS: _ORDERS_SENT_BY | _ORDERS_ANSWERED_BY,
    Action.ANSWER_ORDERS: _ORDERS_ANSWERED_BY,
    Action.SEE_APPRAISAL: frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE, Role.HEALTH_LEAD, Role.TOWN}),
    Action.OBJECT_TO_APPRAISAL: frozenset({Role.HEALTH_LEAD, Role.TOWN}),
    Action.KEEP_APPRAISAL: frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE}),
    Action.SEE_QUALITY: frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE, Role.HEALTH_LEAD, Role.DOCTOR}),
    Action.SEE_COMPARISON: frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE}),
    # an export is diagnoses, days of birth and ID numbers from end to end, which the coordinator does not read (roles.md)
    Action.COMPARE_NATIONAL: frozenset({Role.COUNTY_OFFICE}),
    Action.KEEP_TRAINING: frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE, Role.HEALTH_LEAD}),
    Action.SEE_SAMPLES: _SAMPLES_DRAWN_BY | {Role.AUDITOR, Role.HEALTH_LEAD, Role.TOWN},
    # a town reads counts: a name on the list is that of a patient, which a town reads on a task alone
    Action.OPEN_SAMPLES: _SAMPLES_DRAWN_BY | {Role.AUDITOR, Role.HEALTH_LEAD},
    # the auditor reads samples and never writes (roles.md)
    Action.DRAW_SAMPLES: _SAMPLES_DRAWN_BY,
    Action.VERIFY_SAMPLES: _SAMPLES_DRAWN_BY | {Role.AUDITOR},
    Action.COMMENT_ON_SAMPLES: frozenset({Role.HEALTH_LEAD}),
    Action.SEE_TOWN: frozenset({Role.TOWN}),
    Action.READ_AUDIT: frozenset({Role.AUDITOR}),
    Action.KEEP_WORKDAYS: frozenset({Role.ADMIN, Role.COORDINATOR}),
    Action.KEEP_ACCOUNTS: frozenset({Role.ADMIN}),
    Action.KEEP_API_KEYS: frozenset({Role.ADMIN}),
    Action.HELP_ACCOUNTS: frozenset({Role.ADMIN, Role.TOWN}),
    Action.KEEP_CONTACTS: frozenset({Role.TOWN, Role.COORDINATOR, Role.COUNTY_OFFICE, Role.ADMIN}),
    Action.SUBMIT_DISCHARGE: frozenset({Role.HOSPITAL, Role.COUNTY_OFFICE}),
    Action.SEE_HANDOVERS: frozenset(
        {
            Role.HOSPITAL,
            Role.COORDINATOR,
            Role.COUNTY_OFFICE,
            Role.DOCTOR,
            Role.HEALTH_LEAD,
            Role.POLICE,
            Role.TOWN,
            Role.VILLAGE_WORKER,
        }
    ),
    Action.SEE_LOOPS: frozenset({Role.COORDINATOR, Role.COUNTY_OFFICE}),
    Action.ANSWER_FORMS: frozenset(
        {Role.DOCTOR, Role.HEALTH_LEAD, Role.POLICE, Role.TOWN, Role.VILLAGE_WORKER, Role.COUNTY_OFFICE}
    ),
    Action.PRINT_FORMS: frozenset({Role.DOCTOR, Role.HEALTH_LEAD, Role.TOWN, Role.VILLAGE_WORKER, Role.COUNTY_OFFICE}),
    Action.CONFIRM_NOTICES: frozenset({Role.HOSPITAL, Role.COUNTY_OFFICE, Role.DOCTOR, Role.HEALTH_LEAD}),
    Action.ANSWER_ON_BEHALF: frozenset({Role.COUNTY_OFFICE, Role.TOWN}),
    Action.CLOSE_LOOPS: frozenset({Role.COORDINATOR}),
    Action.SET_POLICE_BASES: frozenset({Role.COUNTY_OFFICE}),
    Action.SEE_COUNTS: frozenset({Role.CITY_VIEWER, Role.COORDINATOR, Role.COUNTY_OFFICE, Role.TOWN}),
}

# The operator of the machine runs commands; it reads no field of a person and signs no money.
_OPERATOR_ACTIONS = frozenset(
    {
        Action.SET_POLICY,
        Action.SET_FLOORS,
        Action.VERIFY_SUBSIDY,
        Action.KEEP_ACCOUNTS,
        Action.HELP_ACCOUNTS,
        Action.IMPORT_ROSTER,
        Action.IMPORT_VISITS,
        Action.KEEP_WORKDAYS,
        # the nightly count by hand, and its figures; the people behind them are not asked of a command line
        Action.SEE_NUMBERS,
    }
)


def sees(actor: Actor, field: Field) -> Grant:
    return FIELDS[field].get(actor.role, Grant.NONE)


def may(actor: Actor, action: Action) -> bool:
    if actor.role is Role.OPERATOR:
        return action in _OPERATOR_ACTIONS
    return actor.role in ACTIONS[action]


def require(actor: Actor, action: Action) -> None:
    """The same guard for use cases that commands and jobs reach without a route; raises `Forbidden`."""
    if not may(actor, action):
        raise Forbidden()


class NotSignedIn(Exception):
    """A guarded route was asked for without a session; the edge answers with the sign-in page."""


def permit(action: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a view: only roles that may do `action` reach it. Every route wears exactly one; a test counts them.

    `Action.SIGN_IN` leaves the route open to everybody.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if action is not Action.SIGN_IN and not may(current_actor(), action):
                raise Forbidden()
            return view(*args, **kwargs)

        guarded.permits = action  # type: ignore[attr-defined]  # read by the test that walks all routes
        return guarded

    return guard


def current_actor() -> Actor:
    """The signed-in user of this request; for views only."""
    actor = cast("Actor | None", g.get("actor"))
    if actor is None:
        raise NotSignedIn
    return actor
