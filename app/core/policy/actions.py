"""Role × action, a row each: the word for it, who may, and what it is. What a role may not do answers 403."""

from __future__ import annotations

from enum import StrEnum

from app.core.actor import Role
from app.core.policy.fields import FIELDS, ROLE_ORDER, Field, Grant

_EVERYBODY = frozenset(ROLE_ORDER)
_WHO_UNMASKS = frozenset(role for role in ROLE_ORDER if any(grants[role] is Grant.MASKED for grants in FIELDS.values()))
_WHO_SEES_MESSAGES = frozenset(role for role in ROLE_ORDER if FIELDS[Field.MESSAGE_STATE][role] is not Grant.NONE)
_WHO_SEES_STATES = frozenset(role for role in ROLE_ORDER if FIELDS[Field.MESSAGE_STATE][role] is Grant.STATE)


class Action(StrEnum):
    """What somebody may do; the value is also the audit's and the log's word for it."""

    _value_: str
    roles: frozenset[Role]

    def __new__(cls, word: str, roles: str | frozenset[Role] = "") -> Action:
        """`roles`: their names, a space between two."""
        one = str.__new__(cls, word)
        one._value_, one.roles = word, frozenset(map(Role, roles.split())) if isinstance(roles, str) else roles
        return one

    SIGN_IN = "sign_in", _EVERYBODY  # everybody, also before signing in
    USE_OWN_ACCOUNT = "use_own_account", _EVERYBODY  # home, language, password, sign-out: every signed-in user
    # the register as a list and a patient's page
    SEE_REGISTER = "see_register", "doctor village_doctor health_lead county_office coordinator"
    # register and edit patients, guardians, consent
    KEEP_REGISTER = "keep_register", "doctor village_doctor health_lead county_office"
    LOG_VISIT = "log_visit", "doctor village_doctor health_lead county_office"
    # shows the whole form again, free text included
    CORRECT_VISIT = "correct_visit", "doctor village_doctor health_lead"
    # an offline store on one's own phone, and the forms that come from it
    WORK_OFFLINE = "work_offline", "doctor village_doctor health_lead"
    KEEP_DEVICES = "keep_devices", "health_lead admin"  # the list of phones that may work offline, and revoking one
    # tell the health centre of somebody who may need care, and see that it was received
    REPORT_CLUE = "report_clue", "doctor county_office hospital village_worker police"
    SEE_CLUES = "see_clues", "doctor health_lead county_office"  # look at clues, answer the nine questions, close
    SEE_DANGER_CLUES = "see_danger_clues", "police"  # open clues of the place in which there is danger now
    MOVE_PATIENTS = "move_patients", "doctor health_lead county_office"  # propose, answer and withdraw transfers
    # who waits to be received where, and since when
    SEE_TRANSFERS = "see_transfers", "doctor health_lead county_office coordinator"
    PUT_RIGHT = "put_right", "county_office"  # exclude, undo a wrong death, merge: two people of the county office
    # a number, sex or birth date that the police corrected
    CORRECT_IDENTITY = "correct_identity", "health_lead county_office"
    # record a psychiatrist's word on somebody suspected
    REVIEW_SUSPECTED = "review_suspected", "doctor health_lead county_office"
    OPEN_SCREENING = "open_screening", "county_office"  # a round of the county
    SEE_SCREENING = "see_screening", "county_office coordinator town"  # how far a round has come, in counts
    SCREEN_VILLAGE = "screen_village", "town village_worker"  # sign a village's answer; towns on behalf
    # injections, supplies of medicine, yearly examinations
    KEEP_TREATMENT = "keep_treatment", "doctor village_doctor health_lead county_office"
    SET_JOINT_VISITS = "set_joint_visits", "doctor health_lead county_office"
    END_LOCKING = "end_locking", "doctor health_lead county_office"  # how a locking-up was ended
    # open, fill in, finish and print emergency records
    KEEP_EMERGENCIES = "keep_emergencies", "doctor health_lead county_office"
    # whether the county checks every four hours afterwards
    SET_EMERGENCY_CHECKS = "set_emergency_checks", "county_office"
    REPORT_FROM_REGISTER = "report_from_register", "doctor"  # the same from a patient's page
    # tell of one in a minute, and see that it was received
    REPORT_INCIDENTS = "report_incidents", "doctor hospital town village_worker police"
    # the records of the area, whole
    SEE_INCIDENTS = "see_incidents", "doctor health_lead county_office coordinator town"
    # complete a record: what it cost, who was hurt
    KEEP_INCIDENTS = "keep_incidents", "doctor health_lead county_office coordinator town"
    SETTLE_INCIDENTS = "settle_incidents", "county_office coordinator"  # say what it was and whose, close, open again
    # level, visits, the guardian, the agreement, the quarter: each one's own
    DECIDE_ON_INCIDENTS = "decide_on_incidents", "doctor health_lead county_office coordinator town clerk reviewer"
    ASK_HOSPITALS = "ask_hospitals", "doctor health_lead county_office"  # ask one to receive somebody of an emergency
    ANSWER_RECEPTIONS = "answer_receptions", "hospital"  # the hospital's own word, by day and night
    KEEP_GREEN = "keep_green", "doctor village_doctor health_lead county_office"  # green-channel requests
    # what is to be bought for a town, and the rounds that bring it
    KEEP_ROUNDS = "keep_rounds", "doctor health_lead county_office"
    TAKE_CALLS = "take_calls", "doctor health_lead county_office coordinator town"  # crisis calls
    HOLD_CONFERENCES = "hold_conferences", "coordinator town"  # agenda, invitations, decisions, minutes
    # what a conference asks of one's own agency
    ANSWER_DECISIONS = (
        "answer_decisions",
        "doctor health_lead county_office coordinator town village_worker police clerk partner",
    )
    SEE_ALERTS = "see_alerts", "doctor health_lead county_office coordinator"
    SEE_TASKS = "see_tasks", "doctor village_doctor health_lead county_office"
    CONFIRM_LOST = "confirm_lost", "health_lead county_office"
    # give patients another responsible doctor, or somebody who stands in
    HAND_OVER = "hand_over", "health_lead county_office"
    CONFIRM_VISITS = "confirm_visits", "doctor health_lead"  # the town's word on a village doctor's visit
    SET_CONFIRMATION = "set_confirmation", "county_office"  # whether the county wants that word
    # what is still to be entered in the national system
    SEE_NATIONAL = "see_national", "doctor health_lead county_office"
    ENTER_NATIONAL = "enter_national", "doctor health_lead"  # copy a visit there and say that it stands there
    IMPORT_VISITS = "import_visits", "health_lead county_office"  # take over visits from a workbook exported there
    REASSESS = "reassess", "health_lead county_office"
    HOLD_ASSESSMENTS = "hold_assessments", "health_lead"  # open, confirm and sign a town's quarterly meeting
    # how far the towns' meetings have come, in counts
    SEE_ASSESSMENTS = "see_assessments", "health_lead county_office coordinator"
    # who stands around a patient, and the card for the family
    KEEP_TEAMS = "keep_teams", "doctor village_doctor health_lead county_office"
    # the individual plan with its own words, and its print for the family
    # a plan is free text, which the county's office reads masked
    KEEP_PLANS = "keep_plans", "doctor village_doctor health_lead"
    # patients without a full team or agreement
    SEE_TEAM_GAPS = "see_team_gaps", "health_lead county_office coordinator"
    # tell civil affairs of a child or elder at home without a carer
    REPORT_DEPENDANTS = "report_dependants", "doctor village_doctor health_lead county_office"
    ANSWER_DEPENDANTS = "answer_dependants", "town clerk"  # take that up and say how it ended
    # joint groups of towns and villages, their members and meetings
    KEEP_GROUPS = "keep_groups", "health_lead county_office town village_worker"
    # which places have a group, and which have met
    SEE_GROUPS = "see_groups", "health_lead county_office coordinator town village_worker"
    REVEAL = "reveal", _WHO_UNMASKS
    IMPORT_ROSTER = "import_roster", "county_office"
    KEEP_AGREEMENTS = "keep_agreements", "town village_worker clerk"
    # a patient's guardians and agreements, for whoever keeps the one or the other
    SEE_GUARDIANS = "see_guardians", "doctor village_doctor health_lead county_office town village_worker clerk"
    # that a paper is kept; what stands on it only by the field table
    SEE_DOCUMENTS = (
        "see_documents",
        "doctor village_doctor health_lead county_office town village_worker clerk reviewer auditor",
    )
    # photograph papers, take down what was wrong
    KEEP_DOCUMENTS = "keep_documents", "doctor village_doctor health_lead county_office town village_worker clerk"
    # write a guardian's bank account, which nobody reads back
    KEEP_ACCOUNTS_OF_PAYEES = "keep_accounts_of_payees", "clerk"
    # check how guardians perform, enter sheets, print them; contacts on behalf
    KEEP_DUTY_CHECKS = "keep_duty_checks", "town village_worker clerk"
    # put one's own name under a check
    SIGN_DUTY_CHECKS = "sign_duty_checks", "doctor village_doctor health_lead town village_worker clerk"
    # a visit with help: what was given, what is needed
    RECORD_HELP = "record_help", "doctor village_doctor health_lead town village_worker clerk"
    RECORD_CONTACTS = "record_contacts", "town village_worker police clerk"  # the second guardian's monthly contact
    # confirm a guardian's year, decide on another guardian, see what families need
    ASSESS_GUARDIANS = "assess_guardians", "town clerk"
    SET_POLICY = "set_policy", "clerk"  # a version by one hand, by command
    PROPOSE_POLICY = "propose_policy", "clerk"
    ADOPT_POLICY = "adopt_policy", "reviewer"  # the second person's word on it
    SET_FLOORS = "set_floors", "admin"  # what a city asks of its counties' policies and funds at least
    PROPOSE_FUND = "propose_fund", "clerk"  # write down money for the county's pool, the rule for the year's end
    APPROVE_FUND = "approve_fund", "reviewer"  # the second person's word on it
    # which were changed lately, which several payees use; by their last four
    SEE_PAYEE_ACCOUNTS = "see_payee_accounts", "clerk reviewer auditor"
    # call back on the number known before an account was changed
    # another person than who changed it: where a county has one clerk, the reviewer calls
    CALL_PAYEES = "call_payees", "clerk reviewer"
    SEE_SUBSIDY = "see_subsidy", "clerk reviewer finance auditor"
    # recompute frozen lines: says which differ, names nobody
    VERIFY_SUBSIDY = "verify_subsidy", "clerk reviewer finance auditor"
    PREPARE_SUBSIDY = "prepare_subsidy", "clerk"  # prepare, submit, decide a hold
    APPROVE_SUBSIDY = "approve_subsidy", "reviewer"
    SIGN_SUBSIDY = "sign_subsidy", "county_office town police"  # an office's part in the joint approval
    # on a form that lists the families, of which the few are marked
    MARK_SUBSIDY = "mark_subsidy", "county_office town"
    # without a list: by the numbers of those whom the office itself knows of
    ANSWER_SUBSIDY = "answer_subsidy", "police"
    PAY_SUBSIDY = "pay_subsidy", "finance"  # export and settle
    # load other offices' lists before a run, and say who of ours is on them
    KEEP_CHECK_LISTS = "keep_check_lists", "county_office clerk"
    # of these, the ones with days of care: hospital stays and custody
    # whoever pays reads days of care only as a number (roles.md), and does not overrule a list alone
    KEEP_CARE_LISTS = "keep_care_lists", "county_office"
    OVERRULE_CHECK_LISTS = "overrule_check_lists", "county_office"  # say of an equal ID number that the list is wrong
    SEE_FLAGS = "see_flags", "reviewer auditor"  # what looks like a pattern of fraud, and whose work it touches
    DECIDE_FLAGS = "decide_flags", "reviewer"  # explain such a flag or hand it on
    # draw the families that are visited, write down whom the towns have met
    DRAW_HOME_CHECKS = "draw_home_checks", "reviewer"
    PRINT_SUBSIDY = "print_subsidy", "clerk reviewer finance auditor"  # ledger, notices
    # papers that say why somebody is not paid, and ledgers that were kept with their reasons
    PRINT_REASONS = "print_reasons", "clerk reviewer auditor"
    # the quarter by town and village, in counts and sums
    PRINT_SUMMARY = "print_summary", "coordinator clerk reviewer finance auditor"
    # policies, counts and sums, and who is eligible but not covered
    SEE_INSURANCE = "see_insurance", "coordinator clerk reviewer auditor"
    SEE_INSURED = "see_insured", "clerk reviewer auditor"  # who is insured, claims and relief, person by person
    # that a claim has its papers; what stands on them only by the field table
    SEE_CLAIM_PAPERS = "see_claim_papers", "county_office clerk reviewer auditor"
    # write down policies, report people to the insurer, keep claims; the insurer's lists
    KEEP_INSURANCE = "keep_insurance", "clerk"
    DECIDE_INSURANCE = "decide_insurance", "reviewer"  # the second person's word on a policy or on relief
    # what families receive, and what they are entitled to and do not
    SEE_BENEFITS = "see_benefits", "doctor village_doctor health_lead county_office coordinator clerk"
    # record a benefit, ask the office that decides, print the family's sheet
    KEEP_BENEFITS = "keep_benefits", "doctor village_doctor health_lead county_office clerk"
    SET_BENEFIT_OFFICES = "set_benefit_offices", "clerk"  # which office decides on which benefit
    # requests to offices; a partner sees its own alone
    SEE_BENEFIT_REQUESTS = "see_benefit_requests", "doctor village_doctor health_lead county_office clerk partner"
    ANSWER_BENEFIT_REQUESTS = "answer_benefit_requests", "clerk partner"  # take one up, grant or refuse it
    SEE_BACKSTOPS = "see_backstops", "clerk reviewer finance auditor"  # hospital bills that the county takes over
    ASK_BACKSTOP = "ask_backstop", "clerk"
    APPROVE_BACKSTOP = "approve_backstop", "reviewer"
    PAY_BACKSTOP = "pay_backstop", "finance"
    # rehabilitation places and referrals; a partner or a hospital sees its own alone
    SEE_REHAB = "see_rehab", "doctor village_doctor health_lead county_office hospital coordinator partner"
    KEEP_REHAB_PLACES = "keep_rehab_places", "county_office"
    # a hospital only whom it has in its wards
    REFER_TO_REHAB = "refer_to_rehab", "doctor village_doctor health_lead county_office hospital"
    ANSWER_REHAB = "answer_rehab", "county_office partner"  # accept, refuse, begin, end; the months of attendance
    SEE_MESSAGES = "see_messages", _WHO_SEES_MESSAGES  # what was to be said and what became of it: states, or counts
    SEE_MESSAGE_STATES = "see_message_states", _WHO_SEES_STATES  # one message: each state when it came
    # say how an unknown outcome ended, see to what did not arrive
    SETTLE_MESSAGES = "settle_messages", "doctor health_lead county_office"
    KEEP_TEMPLATES = "keep_templates", "county_office clerk"  # propose words for messages; approve another person's
    # who agreed to be told by text message, and who no longer does
    KEEP_TEXT_CONSENTS = "keep_text_consents", "doctor village_doctor health_lead county_office"
    # the page of what this role may print
    SEE_REPORTS = "see_reports", "health_lead county_office coordinator town clerk reviewer finance auditor"
    # coordinator's first page and lists of what is late
    SEE_COMPLIANCE = "see_compliance", "health_lead county_office coordinator town"
    # indicators, dashboards and what is listed behind a figure, as far as the role may see
    SEE_NUMBERS = "see_numbers", "doctor health_lead county_office coordinator town auditor city_viewer"
    # the same of a county, its towns and villages, one by one
    SEE_PLACE_NUMBERS = "see_place_numbers", "doctor health_lead county_office coordinator town auditor"
    # who is behind a figure, and count anew
    OPEN_NUMBERS = "open_numbers", "doctor health_lead county_office coordinator"
    SET_NUMBERS = "set_numbers", "county_office coordinator"  # how the county counts, residents, targets
    # freeze a report; another person's word on a revision
    SUBMIT_REPORTS = "submit_reports", "county_office coordinator"
    # supervision orders (督办单) to units, and whether a reply will do
    SEND_ORDERS = "send_orders", "county_office coordinator"
    # what was sent, or what is addressed to one's own unit
    SEE_ORDERS = "see_orders", "health_lead county_office hospital coordinator town police clerk"
    # reply to an order addressed to one's own unit
    ANSWER_ORDERS = "answer_orders", "health_lead hospital town police clerk"
    # what one's own unit lost marks for, and object; the county sees all
    SEE_APPRAISAL = "see_appraisal", "health_lead county_office coordinator town"
    OBJECT_TO_APPRAISAL = "object_to_appraisal", "health_lead town"  # a unit's word against one of its own marks
    KEEP_APPRAISAL = "keep_appraisal", "county_office coordinator"  # scheme, preview, publish, answer objections
    # records that lack or contradict something, each with whose it is
    SEE_QUALITY = "see_quality", "doctor health_lead county_office coordinator"
    # how many the national system's export has otherwise than the register, in counts
    SEE_COMPARISON = "see_comparison", "county_office coordinator"
    # load such an export, see who it is, say what becomes of each
    # an export is diagnoses, days of birth and ID numbers from end to end, which the coordinator does not read (roles.md)
    COMPARE_NATIONAL = "compare_national", "county_office"
    KEEP_TRAINING = "keep_training", "health_lead county_office coordinator"  # sessions, attendees, hours
    # what supervision sampling found, by institution
    SEE_SAMPLES = "see_samples", "health_lead county_office coordinator town auditor"
    # the drawn records and what was found of each; an institution its own once closed
    # a town reads counts: a name on the list is that of a patient, which a town reads on a task alone
    OPEN_SAMPLES = "open_samples", "health_lead county_office coordinator auditor"
    # draw, check on site, close
    # the auditor reads samples and never writes (roles.md)
    DRAW_SAMPLES = "draw_samples", "county_office coordinator"
    # draw again from the kept frame by the kept seed
    VERIFY_SAMPLES = "verify_samples", "county_office coordinator auditor"
    COMMENT_ON_SAMPLES = "comment_on_samples", "health_lead"  # the checked institution's own word
    SEE_TOWN = "see_town", "town"
    READ_AUDIT = "read_audit", "auditor"
    # the State's yearly list of holidays, by which offices' deadlines are counted
    KEEP_WORKDAYS = "keep_workdays", "coordinator admin"
    KEEP_ACCOUNTS = "keep_accounts", "admin"  # make accounts, give roles and areas
    KEEP_API_KEYS = "keep_api_keys", "admin"  # give other systems keys of the interface, and revoke them
    HELP_ACCOUNTS = "help_accounts", "town admin"  # reset and disable: administrators, and towns for their villages
    SEE_COUNTS = "see_counts", "county_office coordinator town city_viewer"
    # who answers for an office when nobody has answered
    KEEP_CONTACTS = "keep_contacts", "county_office coordinator town admin"
    # prepare, send and look at a hospital's discharge records
    SUBMIT_DISCHARGE = "submit_discharge", "county_office hospital"
    # one's own part of the hand-over: records, board or inbox
    SEE_HANDOVERS = "see_handovers", "doctor health_lead county_office hospital coordinator town village_worker police"
    SEE_LOOPS = "see_loops", "county_office coordinator"  # every loop of the area, each form and its clock
    # receive the forms addressed to one's own unit, and report back
    ANSWER_FORMS = "answer_forms", "doctor health_lead county_office town village_worker police"
    # take a form away on paper; the police do not
    PRINT_FORMS = "print_forms", "doctor health_lead county_office town village_worker"
    # say that a guardian signed the notice, and print it
    CONFIRM_NOTICES = "confirm_notices", "doctor health_lead county_office hospital"
    ANSWER_ON_BEHALF = "answer_on_behalf", "county_office town"  # enter a unit's stamped paper
    CLOSE_LOOPS = "close_loops", "coordinator"  # end a loop with a reason
    SET_POLICE_BASES = "set_police_bases", "county_office"  # on what the police are told of a discharge


ACTIONS: dict[Action, frozenset[Role]] = {one: one.roles for one in Action}

# The operator of the machine runs commands; it reads no field of a person and signs no money.
OPERATOR_ACTIONS = frozenset(
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
