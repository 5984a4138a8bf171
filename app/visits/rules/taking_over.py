"""A visit found in the national system: what our rules make of it, and where that differs from what stands there.

Its form has no item for the screen's own questions (domain 2.2), and a workbook may lack columns: what is not known counts as
unremarkable, and the because says so. A class worse than ours and a day earlier than ours stand, as a clinician may choose them freely;
a better class or a later day does not, and is kept beside ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.core.reasons import Label, Reason, reason
from app.visits.rules.checks import assessment_of
from app.visits.rules.classification import Classification, classify
from app.visits.rules.due import Due, needs_trend, next_due
from app.visits.rules.form import FIELDS, SOCIAL_FUNCTION, AdverseReaction, Symptom, Trend, VisitClass
from app.visits.rules.record import Medicine, PreviousVisit, VisitRecord
from app.visits.rules.ruleset import VisitRules

_UNREMARKABLE: Mapping[str, Any] = {"insight": 1, **dict.fromkeys(SOCIAL_FUNCTION, 1)}
_TEXTS = frozenset(
    ("symptoms_other", "lab_text", "adverse_text", "referral_reason", "referral_org", "referral_dept", "rehab_other")
)
_MEDICINES = frozenset(("medicines", "guidance"))


@dataclass(frozen=True, slots=True)
class TakenOver:
    """`record` has class and next day as they stand here; `says` is what stands there instead (field → code or ISO date)."""

    record: VisitRecord
    computed: VisitClass | None
    class_because: tuple[Reason, ...]
    due_because: tuple[Reason, ...]
    latest_due_on: date | None
    says: dict[str, Any]


def take_over(theirs: VisitRecord, previous: PreviousVisit | None, rules: VisitRules) -> TakenOver:
    """What stands here of a visit that stands there. A lost patient's form has neither class nor next day."""
    if theirs.is_lost:
        return TakenOver(replace(theirs, visit_class=None, next_due_on=None), None, (), (), None, {})
    computed, assumed = _computed(theirs, rules)
    stands, class_because = _class(theirs, computed, assumed)
    due = _due(theirs, stands, previous, rules)
    next_due_on, due_because = _day(theirs.next_due_on, due)
    says: dict[str, Any] = {}
    if theirs.visit_class not in (None, int(stands)):
        says["visit_class"] = theirs.visit_class
    if theirs.next_due_on is not None and theirs.next_due_on != next_due_on:
        says["next_due_on"] = theirs.next_due_on.isoformat()
    record = replace(theirs, visit_class=int(stands), next_due_on=next_due_on)
    own = computed.visit_class if computed else None
    return TakenOver(record, own, class_because, due_because, due.on, says)


def differences(ours: VisitRecord, theirs: VisitRecord, given: frozenset[str]) -> dict[str, Any]:
    """Items that the workbook answers otherwise than the visit here; texts and medicines only by name."""
    found: dict[str, Any] = {}
    for name in FIELDS:
        if name not in given:
            continue
        here, there = getattr(ours, name), getattr(theirs, name)
        if name in _TEXTS:
            if here.strip() != there.strip():
                found[name] = None
        elif name in _MEDICINES:
            if _doses(here) != _doses(there):
                found[name] = None
        elif here != there:
            found[name] = there.isoformat() if isinstance(there, date) else there
    return found


def _doses(lines: tuple[Medicine, ...]) -> set[tuple[Any, ...]]:
    return {
        (one.name.strip(), one.morning_mg, one.noon_mg, one.night_mg, one.every_weeks, one.long_acting_mg)
        for one in lines
    }


def _computed(theirs: VisitRecord, rules: VisitRules) -> tuple[Classification | None, tuple[str, ...]]:
    """Our class of the answers that are there, and the labels of those that had to be assumed; None without a level."""
    if theirs.risk_level is None:
        return None, ()
    missing = [name for name in _UNREMARKABLE if getattr(theirs, name) is None]
    has_symptoms = bool((theirs.symptoms or 0) & ~Symptom.NONE)
    whole = replace(
        theirs,
        **{name: _UNREMARKABLE[name] for name in missing},
        psychotic_symptoms=int(has_symptoms),
        adverse_severity=int(theirs.adverse_reaction == AdverseReaction.PRESENT),
        physical_illness=0,
        other_abnormal=False,
    )
    assessment = assessment_of(whole)
    assumed = [*missing, "physical_illness", "other_abnormal"]
    return classify(assessment, rules) if assessment else None, tuple(FIELDS[name].label for name in assumed)


def _class(
    theirs: VisitRecord, computed: Classification | None, assumed: tuple[str, ...]
) -> tuple[VisitClass, tuple[Reason, ...]]:
    chosen = theirs.chosen_class
    if computed is None:
        if chosen is None:
            raise ValueError("a visit needs a level or a class")
        return chosen, (reason("visit.national.class_theirs"),)
    because = list(computed.reasons)
    if computed.visit_class is not VisitClass.UNSTABLE:
        because.append(reason("visit.national.assumed", items=[Label(label) for label in assumed]))
    if chosen is not None and chosen < computed.visit_class:
        return chosen, (*because, reason("visit.national.class_worse"))
    if chosen is not None and chosen > computed.visit_class:
        label = Label(FIELDS["visit_class"].label_of(int(chosen)))
        because.append(reason("visit.national.class_better", theirs=label))
    return computed.visit_class, tuple(because)


def _due(theirs: VisitRecord, stands: VisitClass, previous: PreviousVisit | None, rules: VisitRules) -> Due:
    """The table's day; class 2 after class 2 without a trend: the longer term bounds their day, the shorter one stands alone."""
    before = previous.visit_class if previous else None
    trend = None
    if needs_trend(stands, before):
        trend = Trend.STABILISING if theirs.next_due_on else Trend.NOT_STABLE
    return next_due(theirs.visited_on, stands, before, trend, rules)


def _day(theirs: date | None, due: Due) -> tuple[date, tuple[Reason, ...]]:
    if theirs is None or theirs == due.on:
        return due.on, due.reasons
    if theirs < due.on:
        return theirs, (reason("visit.national.due_earlier", on=theirs),)
    return due.on, (*due.reasons, reason("visit.national.due_later", on=theirs))
