"""Incidents of insured people of which the insurer has not been told, while its hours run: that there is one, and how it stands with the
hours. Neither day nor matter: those are asked of whoever knows them when the claim is written down (roles.md, incidents: Y)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.areas.queries import full_names
from app.benefits.queries.standing import name_for
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.scope import within
from app.incidents.models import Incident
from app.incidents.rules.incidents import IncidentState, Insurance
from app.insurance.models import Claim, Enrolment, InsurancePolicy
from app.insurance.queries.policies import of_county
from app.insurance.rules.claims import ClaimState, ReportClock, clock_of
from app.insurance.rules.policies import PolicyState
from app.patients.models import Patient
from app.people.models import Person

LOOKED_BACK = timedelta(days=30)
MOST_SHOWN = 50
# nothing to tell: nobody is insured by it, or it was asked for elsewhere
_SETTLED = (Insurance.NOT_INSURED, Insurance.ASKED, Insurance.PAID)


@dataclass(frozen=True, slots=True)
class Unreported:
    incident: str
    patient: str
    name: str | None
    village: str
    policy: InsurancePolicy
    clock: ReportClock


def list_unreported(session: Session, actor: Actor, now: datetime) -> Sequence[Unreported]:
    """One line for each policy that covered the day, the oldest first: its hours are the first to end."""
    require(actor, Action.SEE_INSURED)
    rows = session.execute(
        _unreported(actor, now)
        .with_only_columns(
            Incident.public_id.label("incident"),
            Incident.happened_at,
            Patient.public_id.label("patient"),
            Patient.area_code,
            Person.name,
            InsurancePolicy,
        )
        .order_by(Incident.happened_at, Incident.id, InsurancePolicy.id)
        .limit(MOST_SHOWN)
    ).all()
    villages = full_names(session, {row.area_code for row in rows})
    return [
        Unreported(
            row.incident,
            row.patient,
            name_for(actor, row.name),
            villages[row.area_code],
            row.InsurancePolicy,
            clock_of(row.happened_at, row.InsurancePolicy.report_within_hours, now),
        )
        for row in rows
    ]


def unreported_counted(actor: Actor, now: datetime) -> Select[int]:
    """How many, for a home."""
    return _unreported(actor, now).with_only_columns(func.count(func.distinct(Incident.id)))


def _unreported(actor: Actor, now: datetime) -> Select[Any]:
    told = exists().where(
        Claim.incident_id == Incident.id, Claim.policy_id == InsurancePolicy.id, Claim.state != ClaimState.WITHDRAWN
    )
    insured = and_(
        Enrolment.patient_id == Incident.patient_id,
        Enrolment.from_on <= Incident.happened_on,
        or_(Enrolment.to_on.is_(None), Enrolment.to_on > Incident.happened_on),
    )
    return (
        select(Incident.id)
        .join(Patient, Patient.id == Incident.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(Enrolment, insured)
        .join(InsurancePolicy, InsurancePolicy.id == Enrolment.policy_id)
        .where(
            within(Patient.area_code, actor),
            of_county(actor),
            InsurancePolicy.state == PolicyState.CONFIRMED,
            Incident.happened_on.between(InsurancePolicy.from_on, InsurancePolicy.to_on),
            Incident.happened_on >= business_day(now) - LOOKED_BACK,
            Incident.state != IncidentState.DISMISSED,
            Incident.insurance.is_(None) | Incident.insurance.not_in(_SETTLED),
            ~told,
        )
    )
