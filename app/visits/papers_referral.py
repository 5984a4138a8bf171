"""双向转诊单 of a visit, as whoever may read the visit. In Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from app.areas.models import Agency
from app.core.actor import Actor
from app.guardians.papers import person_on_paper
from app.guardians.queries.page import GuardianCard
from app.patients.labels import DIAGNOSIS_LABELS
from app.patients.queries import PatientHeader
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.papers import dose_in_words
from app.visits.rules.form import FIELDS
from app.visits.rules.referral import RECEIPT_WITHIN_DAYS
from reports.forms.referral import ReferralDocument, render_referral
from reports.forms.sheet import Imprint


def referral_pdf(
    patient: PatientHeader,
    guards: Iterable[GuardianCard],
    agency: Agency | None,
    visit: FollowUpVisit,
    lines: Sequence[VisitMedicine],
    why: str,
    actor: Actor,
    now: datetime,
) -> bytes:
    """`why` is the reason of the visit's form; empty where the reader may not read it, to be written by hand."""
    return render_referral(
        ReferralDocument(
            Imprint(patient.agency or "", actor.name, now),
            person_on_paper(patient, guards),
            phone=patient.phone.text if patient.phone and not patient.phone.is_masked else "",
            referred_on=visit.visited_on,
            org=visit.referral_org or "",
            dept=visit.referral_dept or "",
            reason=why,
            impression=DIAGNOSIS_LABELS[patient.diagnosis] if patient.diagnosis else "",
            condition="；".join(_condition(visit)),
            medicines="；".join(dose_in_words(line) for line in lines if not line.is_guidance),
            doctor=patient.doctor or actor.name,
            doctor_phone=(agency.phone or "") if agency else "",
            receipt_by=visit.visited_on + timedelta(days=RECEIPT_WITHIN_DAYS),
        )
    )


def _condition(visit: FollowUpVisit) -> Iterator[str]:
    if visit.visit_class:
        yield f"{visit.visited_on.month}月{visit.visited_on.day}日随访分类{FIELDS['visit_class'].label_of(visit.visit_class)}"
    if visit.risk_level is not None:
        yield f"危险性评估{visit.risk_level}级"
    if visit.symptoms:
        yield "目前症状：" + "、".join(FIELDS["symptoms"].labels_of(visit.symptoms))
