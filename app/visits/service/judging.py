"""Looking at a filled form with everything that is known around it: class, due day, findings. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.dates import add_months
from app.core.reasons import Reason, reason
from app.core.workdays import WorkdayCalendar
from app.patients.models import Patient
from app.patients.queries import list_admissions, list_signs_of_life
from app.patients.rules import CareSetting, ManagementStatus
from app.visits.queries import get_rules, load_attempts, load_calendar, load_life
from app.visits.rules.attempts import attempts_in_a_row
from app.visits.rules.checks import check_visit, computed_class, computed_due
from app.visits.rules.classification import Classification
from app.visits.rules.due import Due, needs_trend
from app.visits.rules.form import FIELDS, SOCIAL_FUNCTION, Hospitalisation, VisitClass
from app.visits.rules.history import History
from app.visits.rules.prompts import DOUBTS
from app.visits.rules.record import Finding, VisitContext, VisitRecord
from app.visits.rules.ruleset import VisitRules

# What follows from other answers is not asked for while those are missing.
_DERIVED = frozenset({"visit_class", "next_due_on"})
# Warnings about when a form was entered.
_OF_ENTRY = frozenset({"visit.late_entry", "visit.back_entry"})
_TABLE_READS = (
    "risk_level",
    "psychotic_symptoms",
    "insight",
    *SOCIAL_FUNCTION,
    "physical_illness",
    "other_abnormal",
)
# 肇事, 肇祸, 其他危害行为, as the supplement form's codes
_HARM_CODES = ("2", "3", "4")


@dataclass(frozen=True, slots=True)
class Rest:
    """The due date rests; `check_on` is when somebody asks how things stand."""

    check_on: date
    why: Reason


@dataclass(frozen=True, slots=True)
class Judgement:
    """The form with class and next day filled in, and all that is to be said about it."""

    record: VisitRecord
    context: VisitContext
    computed: Classification | None
    due: Due | None
    rest: Rest | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> dict[str, list[Reason]]:
        found = [finding for finding in self.findings if finding.is_error]
        if any(finding.field not in _DERIVED for finding in found):
            found = [one for one in found if one.reason.code != "visit.required" or one.field not in _DERIVED]
        by_field: dict[str, list[Reason]] = {}
        for finding in found:
            by_field.setdefault(finding.field, []).append(finding.reason)
        return by_field

    @property
    def warnings(self) -> list[Reason]:
        return [finding.reason for finding in self.findings if not finding.is_error]

    @property
    def doubts(self) -> list[Reason]:
        """Warnings that somebody has to confirm before the form is stored."""
        return [why for why in self.warnings if why.code in DOUBTS]

    @property
    def is_completed_visit(self) -> bool:
        return not (self.record.is_lost or self.record.is_death)

    @property
    def is_override(self) -> bool:
        return self.computed is not None and self.record.visit_class != self.computed.visit_class

    @property
    def because(self) -> tuple[Reason, ...]:
        """Why this class."""
        reasons = self.computed.reasons if self.computed else ()
        return (*reasons, reason("visit.class.chosen")) if self.is_override else reasons


def judge(
    session: Session,
    actor: Actor,
    patient: Patient,
    record: VisitRecord,
    history: History,
    today: date,
    is_correction: bool = False,
) -> Judgement:
    """Everything that the rules say about this form of this patient, entered today.

    A correction lies in the past by its nature: nobody is asked about that again.
    """
    context = _context(session, actor, patient, record, history, today)
    if record.died_on and not is_correction:  # a correction is checked when the form that it replaces is withdrawn
        signs = list_signs_of_life(session, patient, record.died_on)
        context = replace(context, signs_of_life=tuple(signs))
    computed = computed_class(record, context)
    due = None
    if not (record.is_lost or record.is_death):
        record = _with_class(record, context, computed)
        due = computed_due(record, context)
        record = replace(record, next_due_on=record.next_due_on or (due.on if due else None))
    rest = rest_of(patient, record, context.rules)
    findings = [
        finding for finding in check_visit(record, context) if not (is_correction and finding.reason.code in _OF_ENTRY)
    ]
    return Judgement(record, context, computed, due, rest, tuple(findings))


def _with_class(record: VisitRecord, context: VisitContext, computed: Classification | None) -> VisitRecord:
    """The class of the table unless another is chosen; a trend only where the table asks for one."""
    if record.visit_class is None and computed:
        record = replace(record, visit_class=int(computed.visit_class))
    keeps_trend = record.post_intervention_trend is None or asks_for_trend(record, context)
    return record if keeps_trend else replace(record, post_intervention_trend=None)


def asks_for_trend(record: VisitRecord, context: VisitContext) -> bool:
    previous = context.previous.visit_class if context.previous else None
    chosen = next((one for one in VisitClass if one == record.visit_class), None)
    return chosen is not None and needs_trend(chosen, previous)


def missing_for_class(record: VisitRecord) -> list[str]:
    """The labels of what the decision table still needs."""
    return [FIELDS[name].label for name in _TABLE_READS if getattr(record, name) is None]


def unanswered(judged: Judgement) -> list[str]:
    """The labels of what else is required before the form can be saved, in the form's order."""
    open_fields = {name for name, found in judged.errors.items() if any(why.code == "visit.required" for why in found)}
    return [FIELDS[name].label for name in FIELDS if name in open_fields - _DERIVED]


def _context(
    session: Session, actor: Actor, patient: Patient, record: VisitRecord, history: History, today: date
) -> VisitContext:
    rules = get_rules(session, record.visited_on)
    born_on, died_on = load_life(session, patient.person_id)
    return VisitContext(
        today=today,
        rules=rules,
        calendar=_calendar(session, record.visited_on, today, rules),
        born_on=born_on,
        registered_on=patient.registered_on,
        died_on=died_on,
        previous=history.before(record.visited_on),
        latest_visit_on=history.latest_on,
        last_seen_on=history.last_seen_on,
        other_visit_that_day=history.newest_on(record.visited_on),
        attempts_in_a_row=_attempts(session, patient, history) if record.is_lost else 0,
        has_violent_past=history.has_harmed_others or _harmed_others_before(patient),
        is_consent_pending=patient.management_status is ManagementStatus.PENDING_CONSENT,
        knows_stay=_knows_stay(session, actor, patient, record),
    )


def _knows_stay(session: Session, actor: Actor, patient: Patient, record: VisitRecord) -> bool:
    """Asked only where the form tells of a stay that is over (domain 9, case 9)."""
    if record.hospitalisation != Hospitalisation.BEFORE or record.last_discharge_on is None:
        return True
    stays = list_admissions(session, actor, patient)
    return any(stay.to_on == record.last_discharge_on for stay in stays)


def _calendar(session: Session, visited_on: date, today: date, rules: VisitRules) -> WorkdayCalendar:
    """So many working days are never fewer than so many days: a visit entered before needs no calendar."""
    is_in_time = (today - visited_on).days <= rules.late_entry_working_days
    return WorkdayCalendar() if is_in_time else load_calendar(session, visited_on)


def _attempts(session: Session, patient: Patient, history: History) -> int:
    return attempts_in_a_row(load_attempts(session, patient.id, history.latest_on), history.latest_on)


def _harmed_others_before(patient: Patient) -> bool:
    past = patient.past_behaviours or {}
    return any(past.get(code) for code in _HARM_CODES)


def rest_of(patient: Patient, record: VisitRecord, rules: VisitRules) -> Rest | None:
    """In hospital by this form, or in custody by the register: nobody is to be visited (domain 2.6)."""
    if record.hospitalisation == Hospitalisation.NOW:
        months = rules.inpatient_check_months
        why = reason("visit.inpatient", visited_on=record.visited_on, months=months)
    elif patient.care_setting is CareSetting.CUSTODY:
        months = rules.custody_check_months
        why = reason("visit.custody", months=months)
    else:
        return None
    return Rest(add_months(record.visited_on, months), why)
