"""All checks of the follow-up form in one call (domain 3.1): E blocks, W warns."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.reasons import reason
from app.visits.rules import completeness, prompts
from app.visits.rules.classification import Assessment, Classification, check_override, classify
from app.visits.rules.completeness import error
from app.visits.rules.due import Due, TrendNeededError, check_chosen_day, next_due
from app.visits.rules.form import SOCIAL_FUNCTION, AdverseSeverity
from app.visits.rules.record import Finding, VisitContext, VisitRecord


def check_visit(record: VisitRecord, context: VisitContext) -> list[Finding]:
    """Every finding, in the order of the form's life: dates, answers, class and due day, then warnings."""
    found = [*_dates(record, context), *completeness.unknown_codes(record)]
    if record.is_lost or record.is_death:
        found += completeness.lost_or_dead(record, context)
        return found + list(prompts.entry(record, context))
    found += completeness.missing_answers(record)
    found += completeness.conditional_answers(record, context)
    found += _class_and_due(record, context)
    found += prompts.entry(record, context)
    found += prompts.disagreements(record, context)
    found += prompts.tasks(record, context)
    found += prompts.company(record, context)
    return found


def assessment_of(record: VisitRecord) -> Assessment | None:
    """What the decision table reads from the form; None while something that it needs is unanswered."""
    social = tuple(getattr(record, name) for name in SOCIAL_FUNCTION)
    severity = record.adverse_severity if record.adverse_severity is not None else AdverseSeverity.NONE
    answers = (
        record.risk_level,
        record.psychotic_symptoms,
        record.insight,
        social,
        severity,
        record.physical_illness,
        record.other_abnormal,
    )
    if None in answers or None in social:
        return None
    try:
        return Assessment(*answers)  # type: ignore[arg-type]  # no None is left
    except ValueError:
        return None


def computed_class(record: VisitRecord, context: VisitContext) -> Classification | None:
    """The table's class, live while the form is being filled in."""
    assessment = assessment_of(record)
    return classify(assessment, context.rules) if assessment else None


def computed_due(record: VisitRecord, context: VisitContext) -> Due | None:
    """The latest day allowed for the next visit, for the class that stands on the form; None while unknown."""
    if record.chosen_class is None:
        return None
    previous = context.previous.visit_class if context.previous else None
    try:
        return next_due(record.visited_on, record.chosen_class, previous, record.trend, context.rules)
    except TrendNeededError:
        return None


def _dates(record: VisitRecord, context: VisitContext) -> Iterator[Finding]:
    if record.visited_on > context.today:
        yield error("visited_on", reason("visit.in_future", today=context.today))
    if context.born_on and record.visited_on < context.born_on:
        yield error("visited_on", reason("visit.before_birth"))
    if context.registered_on and record.visited_on < context.registered_on:
        yield error("visited_on", reason("visit.before_registration", registered_on=context.registered_on))
    if context.died_on and record.visited_on > context.died_on:
        yield error("visited_on", reason("visit.after_death", died_on=context.died_on))


def _class_and_due(record: VisitRecord, context: VisitContext) -> Iterator[Finding]:
    computed, chosen = computed_class(record, context), record.chosen_class
    if computed and chosen and record.risk_level is not None:
        override = check_override(computed, chosen, record.risk_level, record.override_reason, context.rules)
        field = "override_reason" if override.is_flagged else "visit_class"
        yield from (error(field, why) for why in override.errors)
    due = computed_due(record, context)
    if due and record.next_due_on:
        reasons = check_chosen_day(record.next_due_on, record.visited_on, due)
        yield from (error("next_due_on", why) for why in reasons)
