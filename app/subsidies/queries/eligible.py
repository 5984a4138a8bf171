"""Whom a county's policy makes eligible today, as a condition on patients (domain 5.2, `eligible_rule`)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session

from app.areas.rules import PREFIX_LENGTHS, AreaLevel, prefix_of
from app.core.actor import Actor
from app.core.scope import within_prefix
from app.incidents.models import Incident
from app.incidents.rules.incidents import IncidentKind, IncidentState
from app.patients.models import Patient
from app.subsidies.models import SubsidyPolicy
from app.subsidies.rules.policy import PolicyTerms
from app.visits.models import FollowUpVisit


def eligible_patients(session: Session, actor: Actor, today: date) -> ColumnElement[bool]:
    """Patients of the counties in or around the actor's area whose level or past incident meets the policy in force on `today`.

    Nobody where no policy is in force, or where the scheme has ended. States and agreements are the caller's question.
    """
    return or_(
        false(),
        *(
            and_(within_prefix(Patient.area_code, prefix_of(county)), _meets(terms))
            for county, terms in _in_force(session, actor.area_prefix, today).items()
            if terms.is_open
        ),
    )


def _in_force(session: Session, prefix: str, today: date) -> dict[str, PolicyTerms]:
    """By county; the later version wins."""
    versions = session.scalars(
        select(SubsidyPolicy)
        .where(
            within_prefix(SubsidyPolicy.county_code, prefix[: PREFIX_LENGTHS[AreaLevel.COUNTY]]),
            SubsidyPolicy.valid_from <= today,
        )
        .order_by(SubsidyPolicy.valid_from)
    )
    return {one.county_code: PolicyTerms.from_json(one.terms) for one in versions}


def _meets(terms: PolicyTerms) -> ColumnElement[bool]:
    needed = terms.eligible_rule.level
    if needed is None:
        return true()
    visit = FollowUpVisit
    had_incident = exists().where(
        visit.patient_id == Patient.id,
        visit.withdrawn_at.is_(None),
        or_(visit.public_order_incidents > 0, visit.criminal_incidents > 0),
    )
    on_record = exists().where(
        Incident.patient_id == Patient.id,
        Incident.state != IncidentState.DISMISSED,
        Incident.kind != IncidentKind.MINOR,
    )
    return or_(Patient.risk_level >= needed, had_incident, on_record)
