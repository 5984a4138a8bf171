"""What the record says of a patient that a plan could begin with."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.desk.queries.teams import Gap, gaps_of
from app.desk.rules_plan import PlanFacts
from app.patients.models import Examination, MedicineSupply, Patient
from app.patients.queries.treatment import find_course
from app.visits.queries import find_last_visit


def plan_facts(session: Session, actor: Actor, patient: Patient, today: date) -> PlanFacts:
    """`patient` was read as the actor."""
    last = find_last_visit(session, actor, patient)
    visit = last.visit if last else None
    course = find_course(session, actor, patient, today)
    gaps = gaps_of(session, actor, patient, today)
    return PlanFacts(
        adherence=visit.adherence if visit else None,
        injection_days_late=course.days_late if course else None,
        runs_out_on=_runs_out_on(session, patient),
        adverse_reaction=visit.adverse_reaction if visit else None,
        is_examined=_is_examined(session, patient, today),
        last_seen_on=patient.last_seen_on,
        self_care=visit.sf_self_care if visit else None,
        social=visit.sf_social if visit else None,
        rehab_measures=visit.rehab_measures if visit else None,
        locked_up=visit.locked_up if visit else None,
        has_visit=visit is not None,
        has_guardian=Gap.GUARDIAN not in gaps,
        has_agreement=Gap.AGREEMENT not in gaps,
        has_team=Gap.VILLAGE not in gaps and Gap.POLICE not in gaps,
        has_dependants=bool(patient.has_dependants),
        economic_status=patient.economic_status,
    )


def _runs_out_on(session: Session, patient: Patient) -> date | None:
    """When the medicine that was handed out last is used up."""
    return session.scalar(
        select(MedicineSupply.runs_out_on)
        .where(MedicineSupply.patient_id == patient.id, MedicineSupply.withdrawn_at.is_(None))
        .order_by(MedicineSupply.given_on.desc(), MedicineSupply.id.desc())
        .limit(1)
    )


def _is_examined(session: Session, patient: Patient, today: date) -> bool:
    """This year, or refused this year."""
    found = select(Examination.id).where(
        Examination.patient_id == patient.id,
        Examination.examined_on >= date(today.year, 1, 1),
        Examination.withdrawn_at.is_(None),
    )
    return session.scalar(found.limit(1)) is not None
