"""Warnings of the form: what does not fit together, and what the visit calls for (domain 2.4, 2.5, 3.1)."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.dates import add_months
from app.core.reasons import Reason, reason
from app.core.workdays import add_working_days
from app.visits.rules.form import (
    Adherence,
    AdverseSeverity,
    Behaviour,
    Hospitalisation,
    LockedUp,
    PsychoticSymptoms,
    Symptom,
    TreatmentEffect,
    VisitClass,
    VisitForm,
    VisitObject,
    YesNo,
)
from app.visits.rules.record import Finding, Severity, VisitContext, VisitRecord

# Warnings that question the form itself: somebody has to say that it is right. The others say what comes next.
DOUBTS = frozenset(
    {
        "visit.late_entry",
        "visit.back_entry",
        "visit.same_day",
        "visit.no_consent",
        "visit.self_harm_but_risk",
        "visit.incident_but_risk",
        "visit.harming_but_no_risk",
    }
)
_SELF = Behaviour.SELF_HARM | Behaviour.SUICIDE_ATTEMPT
_INCIDENTS = Behaviour.PUBLIC_ORDER_INCIDENT | Behaviour.CRIMINAL_INCIDENT
_TO_OTHERS = _INCIDENTS | Behaviour.OTHER_HARM


def warning(field: str, why: Reason) -> Finding:
    return Finding(field, Severity.WARNING, why)


def entry(record: VisitRecord, context: VisitContext) -> Iterator[Finding]:
    """How the visit was entered: late, back-dated, perhaps twice."""
    if is_late_entry(record, context):
        days = context.rules.late_entry_working_days
        yield warning("visited_on", reason("visit.late_entry", days=days))
    if context.latest_visit_on and record.visited_on < context.latest_visit_on:
        yield warning("visited_on", reason("visit.back_entry", latest_on=context.latest_visit_on))
    if context.other_visit_that_day is not None:
        yield warning("visited_on", reason("visit.same_day"))
    if context.is_consent_pending:
        yield warning("", reason("visit.no_consent"))


def is_late_entry(record: VisitRecord, context: VisitContext) -> bool:
    """Entered later than so many working days after the visit; stamped and never hidden."""
    days = context.rules.late_entry_working_days
    return context.today > add_working_days(record.visited_on, days, context.calendar).ends_on


def disagreements(record: VisitRecord, context: VisitContext) -> Iterator[Finding]:
    """Answers that rarely go together."""
    if record.risk_level is None:
        return
    rules = context.rules
    if record.did(_SELF) and record.risk_level < rules.self_harm_level:
        yield warning("risk_level", reason("visit.self_harm_but_risk", level=rules.self_harm_level))
    if record.did(_INCIDENTS) and record.risk_level < rules.police_level:
        yield warning("risk_level", reason("visit.incident_but_risk", level=rules.police_level))
    if (record.symptoms or 0) & Symptom.HARMING_OR_SMASHING and record.risk_level == 0:
        yield warning("risk_level", reason("visit.harming_but_no_risk"))


def tasks(record: VisitRecord, context: VisitContext) -> Iterator[Finding]:
    """What somebody must now do."""
    if record.did(_INCIDENTS):
        yield warning("behaviours", reason("visit.open_incident"))
    emergency = emergency_reasons(record, context)
    if emergency:
        yield warning("", reason("visit.emergency", because=emergency))
    if record.locked_up == LockedUp.YES:
        yield warning("locked_up", reason("visit.unlocking"))
    if record.hospitalisation == Hospitalisation.BEFORE and not context.knows_stay:
        yield warning("last_discharge_on", reason("visit.ask_hospital"))
    if (record.risk_level or 0) >= context.rules.police_level:
        yield warning("risk_level", reason("visit.tell_police", level=context.rules.police_level))
    if record.visit_class == VisitClass.UNSTABLE and record.referral == YesNo.NO:
        yield warning("referral", reason("visit.refer"))


def company(record: VisitRecord, context: VisitContext) -> Iterator[Finding]:
    """With whom to come, and whether somebody has seen the patient at all."""
    if joint_visit_required(record, context):
        yield warning("next_due_on", reason("visit.joint_visit"))
    if _ill_without_medicine(record):
        yield warning("adherence", reason("visit.with_psychiatrist"))
    if _unseen_too_long(record, context):
        yield warning("form", reason("visit.unseen", months=context.rules.unseen_months))


def emergency_reasons(record: VisitRecord, context: VisitContext) -> list[Reason]:
    """The triggers of an emergency response (应急医疗处置, domain 2.5) that the form shows."""
    found = []
    if record.did(_SELF):
        found.append(reason("visit.emergency.self"))
    if record.did(_TO_OTHERS) or (record.risk_level or 0) >= context.rules.self_harm_level:
        found.append(reason("visit.emergency.others"))
    if _relapsed(record, context):
        found.append(reason("visit.emergency.relapse"))
    if record.adverse_severity == AdverseSeverity.SEVERE:
        found.append(reason("visit.emergency.drug"))
    return found


def emergency_triggers(record: VisitRecord, context: VisitContext, level_before: int | None) -> list[Reason]:
    """What asks for an emergency record: the signs of the form, and a level of 3 and above that was lower before.

    A family may report such a level on the telephone (case 23): it asks just the same.
    """
    level = record.risk_level or 0
    has_risen = level >= context.rules.police_level and level > (level_before or 0)
    behaved = record.did(_TO_OTHERS)
    found = [
        why
        for why in emergency_reasons(record, context)
        if why.code != "visit.emergency.others" or behaved or has_risen
    ]
    if has_risen and not found:
        found.append(reason("visit.emergency.risen", level=level))
    return found


def joint_visit_required(record: VisitRecord, context: VisitContext) -> bool:
    """Shorter intervals, together with committee and police (2018 norm, domain 2.4)."""
    harming = (record.symptoms or 0) & Symptom.HARMING_OR_SMASHING
    risk = (record.risk_level or 0) >= context.rules.joint_visit_level
    return bool(harming) or risk or record.did(_TO_OTHERS) or context.has_violent_past


def _relapsed(record: VisitRecord, context: VisitContext) -> bool:
    if record.psychotic_symptoms != PsychoticSymptoms.PRONOUNCED:
        return False
    was_better = context.previous is not None and context.previous.visit_class != VisitClass.UNSTABLE
    return was_better or record.treatment_effect == TreatmentEffect.WORSE


def _ill_without_medicine(record: VisitRecord) -> bool:
    not_taking = (Adherence.INTERMITTENT, Adherence.NOT_TAKEN)
    return bool(record.psychotic_symptoms) and record.adherence in not_taking


def _unseen_too_long(record: VisitRecord, context: VisitContext) -> bool:
    in_person = record.form != VisitForm.TELEPHONE and record.objects & VisitObject.PATIENT
    if in_person or context.last_seen_on is None:
        return False
    return record.visited_on > add_months(context.last_seen_on, context.rules.unseen_months)
