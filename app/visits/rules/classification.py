"""The class of a visit by the decision table (domain 2.2, 2.3), and what a clinician may choose instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.reasons import Label, Reason, reason
from app.visits.rules.form import (
    FIELDS,
    SOCIAL_FUNCTION,
    AdverseSeverity,
    Insight,
    PhysicalIllness,
    PsychoticSymptoms,
    Quality,
    VisitClass,
)
from app.visits.rules.ruleset import SocialPoor, VisitRules


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the table reads. `social_function` is in the order of the form; only work may be 9 (n/a).

    ValueError, naming the field, for a code that the form does not have.
    """

    risk_level: int
    psychotic_symptoms: int
    insight: int
    social_function: tuple[int, int, int, int, int]
    adverse_severity: int
    physical_illness: int
    other_abnormal: bool

    def __post_init__(self) -> None:
        for name in ("risk_level", "psychotic_symptoms", "insight", "adverse_severity", "physical_illness"):
            if getattr(self, name) not in FIELDS[name].codes:
                raise ValueError(name)
        if len(self.social_function) != len(SOCIAL_FUNCTION) or any(
            code not in FIELDS[name].codes for name, code in zip(SOCIAL_FUNCTION, self.social_function, strict=True)
        ):
            raise ValueError("social_function")


@dataclass(frozen=True, slots=True)
class Classification:
    """The table's answer: the class, the row that decided (A to G) and every reason that speaks for it."""

    visit_class: VisitClass
    row: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """A chosen class beside the computed one. Flagged choices are sampled by the county."""

    errors: tuple[Reason, ...] = ()
    is_flagged: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    applies: Callable[[Assessment, VisitRules], bool]
    code: str
    args: Callable[[Assessment, VisitRules], dict[str, int]] = lambda _assessment, _rules: {}


_UNSTABLE_ROWS = (
    _Row(
        "A",
        lambda a, rules: a.risk_level >= rules.police_level,
        "visit.class.risk",
        lambda a, rules: {"level": a.risk_level, "threshold": rules.police_level},
    ),
    _Row("B", lambda a, _: a.psychotic_symptoms == PsychoticSymptoms.PRONOUNCED, "visit.class.symptoms"),
    _Row("C", lambda a, _: a.insight == Insight.LACKING, "visit.class.insight"),
    _Row("D", lambda a, _: a.adverse_severity == AdverseSeverity.SEVERE, "visit.class.adverse"),
    _Row("E", lambda a, _: a.physical_illness == PhysicalIllness.SEVERE, "visit.class.physical"),
)


def classify(assessment: Assessment, rules: VisitRules) -> Classification:
    """First row that matches decides; the others that match are named as well."""
    matching = [row for row in _UNSTABLE_ROWS if row.applies(assessment, rules)]
    if matching:
        reasons = tuple(reason(row.code, **row.args(assessment, rules)) for row in matching)
        return Classification(VisitClass.UNSTABLE, matching[0].name, reasons)
    gaps = _gaps(assessment, rules)
    if gaps:
        return Classification(VisitClass.BASICALLY_STABLE, "G", gaps)
    return Classification(VisitClass.STABLE, "F", (reason("visit.class.stable"),))


def check_override(
    computed: Classification, chosen: VisitClass, risk_level: int, written_reason: str, rules: VisitRules
) -> Override:
    """Toward a worse class: free. Toward a better one: never from the police level on, else only in writing."""
    if chosen <= computed.visit_class:
        return Override()
    if risk_level >= rules.police_level:
        return Override((reason("visit.override.forbidden", threshold=rules.police_level),))
    if not written_reason.strip():
        return Override((reason("visit.override.needs_reason"),), is_flagged=True)
    return Override(is_flagged=True)


def poor_social_items(assessment: Assessment) -> tuple[str, ...]:
    """The names of the social-function items rated poor."""
    pairs = zip(SOCIAL_FUNCTION, assessment.social_function, strict=True)
    return tuple(name for name, code in pairs if code == Quality.POOR)


def is_socially_poor(assessment: Assessment, rules: VisitRules) -> bool:
    poor = len(poor_social_items(assessment))
    if rules.social_poor is SocialPoor.ANY:
        return poor > 0
    applicable = sum(code != Quality.NOT_APPLICABLE for code in assessment.social_function)
    return 2 * poor > applicable


def _gaps(assessment: Assessment, rules: VisitRules) -> tuple[Reason, ...]:
    """What keeps somebody who is not unstable from being stable (row F fails, row G holds)."""
    found = []
    if assessment.risk_level > 0:
        found.append(reason("visit.class.low_risk", level=assessment.risk_level))
    if assessment.psychotic_symptoms != PsychoticSymptoms.GONE:
        found.append(reason("visit.class.symptoms_present"))
    if assessment.insight != Insight.FULL:
        found.append(reason("visit.class.insight_partial"))
    if is_socially_poor(assessment, rules):
        items = [Label(FIELDS[name].label) for name in poor_social_items(assessment)]
        found.append(reason("visit.class.social", items=items))
    if assessment.physical_illness != PhysicalIllness.NONE_OR_STABLE:
        found.append(reason("visit.class.physical_unstable"))
    if assessment.other_abnormal:
        found.append(reason("visit.class.other_abnormal"))
    return tuple(found)
