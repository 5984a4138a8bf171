"""Whether the form is filled in as the paper asks: every code known, every required item answered (domain 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.core.reasons import Label, Reason, reason
from app.visits.rules.due import needs_trend
from app.visits.rules.form import (
    BEHAVIOUR_COUNTS,
    CLINICAL_FIELDS,
    FIELDS,
    FORM,
    MEDICINE_LINES,
    Adherence,
    AdverseReaction,
    AdverseSeverity,
    Behaviour,
    DeathCause,
    Field,
    Hospitalisation,
    Need,
    RehabMeasure,
    Symptom,
    YesNo,
)
from app.visits.rules.record import Finding, Medicine, Severity, VisitContext, VisitRecord

_DOSE = re.compile(r"\d{1,4}(\.\d{1,3})?", re.ASCII)
_LONGEST_INTERVAL_WEEKS = 26


def is_dose(text: str) -> bool:
    """Milligrams as written: 2.5."""
    return _DOSE.fullmatch(text) is not None


def error(field: str, why: Reason) -> Finding:
    return Finding(field, Severity.ERROR, why)


def required(name: str) -> Finding:
    return error(name, reason("visit.required", field=Label(FIELDS[name].label)))


def unknown_codes(record: VisitRecord) -> Iterator[Finding]:
    """Codes and flags that the form does not have."""
    for field in FORM:
        value = getattr(record, field.name)
        if field.options and value is not None and not _is_known(field, value):
            yield error(field.name, reason("visit.unknown_code", field=Label(field.label)))


def missing_answers(record: VisitRecord) -> Iterator[Finding]:
    """Required items of a visit at which the patient was neither lost nor dead."""
    for field in FORM:
        value = getattr(record, field.name)
        if field.need is Need.CLINICAL and (value is None or (field.is_multiple and not value)):
            yield required(field.name)


def lost_or_dead(record: VisitRecord, context: VisitContext) -> Iterator[Finding]:
    """A lost or dead patient's form: its own items, and nothing clinical beside them."""
    if record.is_lost and record.is_death:
        yield error("lost_reason", reason("visit.lost_and_dead"))
    for name in CLINICAL_FIELDS:
        if _is_answered(FIELDS[name], getattr(record, name)):
            yield error(name, reason("visit.clinical_when_lost_or_dead", field=Label(FIELDS[name].label)))
    if record.is_death:
        yield from _death(record, context)
    elif record.lost_reason == 4 and context.attempts_in_a_row < context.rules.lost_after_attempts:
        yield error(
            "lost_reason",
            reason(
                "visit.lost_needs_attempts",
                needed=context.rules.lost_after_attempts,
                found=context.attempts_in_a_row,
            ),
        )


def conditional_answers(record: VisitRecord, context: VisitContext) -> Iterator[Finding]:
    """Items that another answer asks for."""
    yield from _symptoms(record)
    yield from _behaviours(record)
    yield from _adverse_reaction(record)
    yield from _medicines(record)
    if record.hospitalisation == Hospitalisation.BEFORE and record.last_discharge_on is None:
        yield required("last_discharge_on")
    if record.last_discharge_on and record.last_discharge_on > record.visited_on:
        yield error("last_discharge_on", reason("visit.discharge_after_visit"))
    if record.lab_test == YesNo.YES and not record.lab_text.strip():
        yield required("lab_text")
    if record.referral == YesNo.YES:
        yield from (required(name) for name in ("referral_reason", "referral_org") if not getattr(record, name))
    if (record.rehab_measures or 0) & RehabMeasure.OTHER and not record.rehab_other.strip():
        yield required("rehab_other")
    if record.post_intervention_trend is None and _is_later_check(record, context):
        yield required("post_intervention_trend")


def _is_later_check(record: VisitRecord, context: VisitContext) -> bool:
    previous = context.previous.visit_class if context.previous else None
    return record.chosen_class is not None and needs_trend(record.chosen_class, previous)


def _is_known(field: Field, value: Any) -> bool:
    if field.is_multiple:
        return 0 <= value <= field.all_flags and not value & ~field.all_flags
    return value in field.codes


def _is_answered(field: Field, value: Any) -> bool:
    """0 is an answer only where the form has it as a code."""
    return bool(value) or (value == 0 and 0 in field.codes)


def _death(record: VisitRecord, context: VisitContext) -> Iterator[Finding]:
    if record.died_on is None:
        yield required("died_on")
    elif record.died_on > context.today:
        yield error("died_on", reason("visit.death_in_future"))
    elif context.born_on and record.died_on < context.born_on:
        yield error("died_on", reason("visit.death_before_birth"))
    else:
        yield from (error("died_on", why) for why in context.signs_of_life)
    if record.death_cause is None:
        yield required("death_cause")
    if record.death_cause == DeathCause.PHYSICAL_ILLNESS and record.death_physical_cause is None:
        yield required("death_physical_cause")
    if record.death_cause != DeathCause.PHYSICAL_ILLNESS and record.death_physical_cause is not None:
        yield error("death_physical_cause", reason("visit.physical_cause_without_illness"))


def _symptoms(record: VisitRecord) -> Iterator[Finding]:
    ticked = record.symptoms or 0
    if ticked & Symptom.NONE and ticked != Symptom.NONE:
        yield error("symptoms", reason("visit.none_excludes_others", field=Label(FIELDS["symptoms"].label)))
    if ticked & Symptom.OTHER and not record.symptoms_other.strip():
        yield required("symptoms_other")


def _behaviours(record: VisitRecord) -> Iterator[Finding]:
    ticked = record.behaviours or 0
    if ticked & Behaviour.NONE and ticked != Behaviour.NONE:
        yield error("behaviours", reason("visit.none_excludes_others", field=Label(FIELDS["behaviours"].label)))
    for behaviour, counted in BEHAVIOUR_COUNTS.items():
        count = getattr(record, counted)
        if ticked & behaviour and count < 1:
            yield error(counted, reason("visit.count_needed", field=Label(FIELDS[counted].label)))
        if count < 0 or (count and not ticked & behaviour):
            yield error(counted, reason("visit.count_without_tick", field=Label(FIELDS[counted].label)))


def _adverse_reaction(record: VisitRecord) -> Iterator[Finding]:
    not_taking = (Adherence.NOT_TAKEN, Adherence.NOT_NEEDED)
    if record.adverse_reaction == AdverseReaction.NOT_APPLICABLE and record.adherence not in not_taking:
        yield error("adverse_reaction", reason("visit.adverse_not_applicable"))
    if record.adverse_reaction == AdverseReaction.PRESENT:
        if not record.adverse_text.strip():
            yield required("adverse_text")
        if not record.adverse_severity:
            yield required("adverse_severity")
    elif record.adverse_severity not in (None, AdverseSeverity.NONE):
        yield error("adverse_severity", reason("visit.adverse_severity_without_reaction"))


def _medicines(record: VisitRecord) -> Iterator[Finding]:
    if record.adherence in (Adherence.REGULAR, Adherence.INTERMITTENT) and not record.medicines:
        yield error("medicines", reason("visit.medicine_needed"))
    for name in ("medicines", "guidance"):
        lines: tuple[Medicine, ...] = getattr(record, name)
        if len(lines) > MEDICINE_LINES:
            yield error(name, reason("visit.too_many_medicines", most=MEDICINE_LINES))
        for number, line in enumerate(lines, start=1):
            code = _medicine_error(line)
            if code:
                yield error(name, reason(code, line=number))


def _medicine_error(line: Medicine) -> str | None:
    if not line.name.strip():
        return "visit.medicine.name"
    doses = (line.morning_mg, line.noon_mg, line.night_mg, line.long_acting_mg)
    if any(dose and not is_dose(dose) for dose in doses):
        return "visit.medicine.dose"
    if bool(line.every_weeks) != bool(line.long_acting_mg):
        return "visit.medicine.long_acting"
    if line.every_weeks and not 1 <= line.every_weeks <= _LONGEST_INTERVAL_WEEKS:
        return "visit.medicine.weeks"
    return None if any(doses) else "visit.medicine.no_dose"
