"""What the patient's page says of treatment: medicines, the course of injections, with whom to come, emergencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor
from app.core.i18n import N_, _
from app.core.reasons import Reason
from app.incidents.labels import REASONS
from app.incidents.models import Emergency
from app.incidents.queries import list_of_patient
from app.patients.models import Patient
from app.patients.queries.treatment import find_course
from app.patients.rules_treatment import InjectionStanding
from app.tasks.rules import TaskKind
from app.visits.models import VisitMedicine
from app.visits.queries import find_last_visit

CALLS_FOR_COMPANY = "visit.joint_visit"  # the warning of a visit form
EMERGENCIES_SHOWN = 3
# What is done about an open duty, beside the two that the page has had from the beginning: (page, who, words, by the task's id)
_DEEDS = {
    TaskKind.UNLOCKING: ("patients.end_locking", Action.END_LOCKING, N_("登记解锁"), False),
    TaskKind.INJECTION: ("patients.new_injection", Action.KEEP_TREATMENT, N_("登记注射"), False),
    TaskKind.SUPPLY: ("patients.new_supply", Action.KEEP_TREATMENT, N_("登记领药"), False),
    TaskKind.EXAMINATION: ("patients.new_examination", Action.KEEP_TREATMENT, N_("登记体检"), False),
    TaskKind.PLAN_REVIEW: ("desk.plan", Action.KEEP_PLANS, N_("查看计划"), False),
    TaskKind.SET_UP_TEAM: ("desk.team", Action.KEEP_TEAMS, N_("确定成员"), False),
    TaskKind.REFERRAL: ("visits.list_of_referrals", Action.LOG_VISIT, N_("登记回执"), False),
    TaskKind.EMERGENCY_RECORD: ("incidents.answer", Action.KEEP_EMERGENCIES, N_("处理应急记录"), True),
    TaskKind.EMERGENCY_CHECK: ("incidents.answer", Action.KEEP_EMERGENCIES, N_("登记核查"), True),
    TaskKind.CHECK_STATUS: ("patients.answer_duty", Action.KEEP_REGISTER, N_("登记核实"), True),
    TaskKind.CONTACT: ("patients.answer_duty", Action.KEEP_REGISTER, N_("登记联系"), True),
    TaskKind.SEARCH_LOST: ("patients.answer_duty", Action.KEEP_REGISTER, N_("登记查找"), True),
    TaskKind.DIAGNOSIS_REVIEW: ("patients.answer_duty", Action.KEEP_REGISTER, N_("登记复核"), True),
    TaskKind.IDENTIFY: ("patients.answer_duty", Action.KEEP_REGISTER, N_("登记核查"), True),
    TaskKind.COMES_OF_AGE: ("patients.answer_duty", Action.KEEP_REGISTER, N_("重新签署"), True),
    TaskKind.DYNAMIC_ENROLMENT: ("benefits.of_patient", Action.KEEP_BENEFITS, N_("登记参保"), False),
    TaskKind.BENEFIT_RENEWAL: ("benefits.of_patient", Action.KEEP_BENEFITS, N_("登记续办"), False),
    TaskKind.COMPARE_PAPERS: ("patients.correct", Action.CORRECT_IDENTITY, N_("比对证件"), False),
}


@dataclass(frozen=True, slots=True)
class Care:
    """`joint` says with whom to come and until when; `calls_for_company` when the last visit asked for it and nobody has set it."""

    medicines: Sequence[str]
    visited_on: date | None
    course: InjectionStanding | None
    joint: Reason | None
    joint_until: date | None
    calls_for_company: bool
    emergencies: Sequence[tuple[Emergency, str]]


def care_of(session: Session, actor: Actor, patient: Patient, today: date) -> Care | None:
    """None for roles that see nothing clinical."""
    if sees(actor, Field.CLINICAL) is not Grant.FULL:
        return None
    last = find_last_visit(session, actor, patient)
    until = patient.joint_visit_until
    runs = until is not None and until >= today
    warned = {why.get("code") for why in last.visit.warnings} if last else set()
    own = list_of_patient(session, actor, patient)[:EMERGENCIES_SHOWN] if may(actor, Action.KEEP_EMERGENCIES) else []
    return Care(
        medicines=[_dose(line) for line in last.lines if not line.is_guidance] if last else [],
        visited_on=last.visit.visited_on if last else None,
        course=find_course(session, actor, patient, today),
        joint=Reason.from_json(patient.joint_visit_because) if runs and patient.joint_visit_because else None,
        joint_until=until if runs else None,
        calls_for_company=CALLS_FOR_COMPANY in warned and not runs,
        emergencies=[(one, _(REASONS[one.reason])) for one in own],
    )


def deeds_for(actor: Actor) -> dict[TaskKind, tuple[str, str, bool]]:
    """kind → (page, words, whether the task's id leads there), for what this actor may do."""
    return {kind: (page, _(words), by_task) for kind, (page, who, words, by_task) in _DEEDS.items() if may(actor, who)}


def _dose(line: VisitMedicine) -> str:
    """`利培酮 1 – 0 – 2.5 mg` by morning, noon and night, or the injection's rhythm."""
    if line.every_weeks:
        return _(
            "%(name)s 每 %(weeks)s 周 %(dose)s mg",
            name=line.name,
            weeks=line.every_weeks,
            dose=line.long_acting_mg or "—",
        )
    parts = (line.morning_mg, line.noon_mg, line.night_mg)
    return f"{line.name} {' – '.join(part or '0' for part in parts)} mg" if any(parts) else line.name
