"""危险性季度评估表 of one patient who was looked at singly, from the record. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from app.core.actor import Actor
from app.core.reasons import Reason
from app.desk.texts import VISIT_FORMS
from app.guardians.papers import person_on_paper
from app.guardians.queries import GuardianCard
from app.patients.labels import CARE_LABELS, CLASS_LABELS
from app.patients.queries import PatientHeader
from app.risk.models import Reassessment, ReassessmentSession
from app.risk.papers import paper_quarter
from app.visits.models import FollowUpVisit
from app.visits.papers import behaviours_in, symptoms_in
from reports.forms.risk_assessment import QuarterVisit, RiskAssessmentDocument, render_risk_assessment
from reports.forms.sheet import Imprint


def reassessment_pdf(
    result: Reassessment,
    conclusion: str,
    held: ReassessmentSession | None,
    patient: PatientHeader,
    guards: Sequence[GuardianCard],
    visits: Sequence[FollowUpVisit],
    actor: Actor,
    now: datetime,
    *,
    previous_on: date | None = None,
    other_symptoms: str = "",
) -> bytes:
    """`visits` are the quarter's completed ones, the oldest first; `other_symptoms` what the last of them says after 其他;
    `previous_on` when the level before was given.
    """
    why = str(Reason.from_json(result.because)) if result.because else ""
    panel = held.panel if held else []
    last = visits[-1] if visits else None
    symptoms, said = symptoms_in(last.symptoms, other_symptoms) if last else ((), "")
    return render_risk_assessment(
        RiskAssessmentDocument(
            Imprint(patient.agency or "", actor.name, now),
            person_on_paper(patient, guards),
            quarter=paper_quarter(result.quarter),
            care_setting=CARE_LABELS[patient.care_setting] if patient.care_setting else "",
            previous_level=result.level_before,
            previous_on=previous_on,
            visits=tuple(_visit(one) for one in visits),
            behaviours=behaviours_in(visits),
            symptoms=symptoms,
            symptoms_other=said,
            adherence=last.adherence if last else None,
            proposed_level=result.level_proposed,
            proposed_because=_proposed(visits, result.level_proposed),
            decided_level=result.level,
            reason="；".join(filter(None, (why, conclusion))),
            assessed_on=result.assessed_on,
            members=tuple("　".join(filter(None, (one["name"], one["post"]))) for one in panel),
        )
    )


def _visit(visit: FollowUpVisit) -> QuarterVisit:
    return QuarterVisit(
        visit.visited_on,
        VISIT_FORMS.get(visit.form, ""),
        visit.risk_level,
        CLASS_LABELS[visit.visit_class] if visit.visit_class else "",
    )


def _proposed(visits: Sequence[FollowUpVisit], level: int | None) -> str:
    if level is None:
        return ""
    return f"本季度 {len(visits)} 次随访中的最高等级" if visits else "本季度没有随访，按上次评定"
