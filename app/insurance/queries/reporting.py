"""What a claim is held against: what was told before, the incident of its day, what the policy has paid already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.access import Action, may, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import NotFound
from app.core.money import Money
from app.core.scope import within
from app.incidents.models import Incident
from app.incidents.rules.incidents import IncidentState
from app.insurance.commands import ReportClaim
from app.insurance.models import Claim, InsurancePolicy
from app.insurance.rules.claims import ClaimState, policy_year
from app.insurance.rules.policies import Limits
from app.patients.models import Patient
from app.patients.queries.merges import records_of


def find_same(
    session: Session, actor: Actor, patient: Patient, policy: InsurancePolicy, told: ReportClaim
) -> str | None:
    """The number of a claim that says the same of the same moment, as the insurer numbers it; None where this one is another."""
    require(actor, Action.SEE_INSURANCE)
    return session.scalar(
        select(Claim.number)
        .where(
            Claim.policy_id == policy.id,
            Claim.patient_id.in_(records_of(session, patient.id)),
            Claim.happened_at == told.happened_at,
            Claim.harm == told.harm,
            Claim.asked_fen == told.asked.fen,
            Claim.insurer_reference == told.insurer_reference.strip(),
            Claim.state != ClaimState.WITHDRAWN,
        )
        .order_by(Claim.id)
        .limit(1)
    )


def claims_of_incident(session: Session, actor: Actor, incident_id: int) -> Sequence[Claim]:
    """Claims that stand on an incident, in the order of their reports."""
    require(actor, Action.SEE_INSURED)
    return session.scalars(
        select(Claim)
        .join(Patient, Patient.id == Claim.patient_id)
        .where(Claim.incident_id == incident_id, within(Patient.area_code, actor))
        .order_by(Claim.id)
    ).all()


def incident_behind(session: Session, actor: Actor, claim: Claim) -> str | None:
    """Where a reader of the claim, who reads no incident itself, sees what follows from it; None for roles that decide nothing of it."""
    if claim.incident_id is None or not may(actor, Action.DECIDE_ON_INCIDENTS):
        return None
    known = Incident.state.not_in((IncidentState.REPORTED, IncidentState.DISMISSED))
    return session.scalar(
        select(Incident.public_id).where(Incident.id == claim.incident_id, known, within(Incident.area_code, actor))
    )


def find_incident(
    session: Session, actor: Actor, patient: Patient, happened_at: datetime, public_id: str = ""
) -> Incident | None:
    """The incident on record that a claim stands on: the one that is named, else the nearest of the claim's day. Whoever keeps claims
    reads no incident's day, so the claim's is asked for and compared. Raises `NotFound` for another family's."""
    standing = select(Incident).where(
        Incident.patient_id.in_(records_of(session, patient.id)),
        Incident.state != IncidentState.DISMISSED,
        within(Incident.area_code, actor),
    )
    if public_id:
        named = session.scalars(standing.where(Incident.public_id == public_id)).one_or_none()
        if named is None:
            raise NotFound()
        return named
    of_day = session.scalars(standing.where(Incident.happened_on == business_day(happened_at))).all()
    return min(of_day, key=lambda one: (abs(one.happened_at - happened_at), one.id), default=None)


def limits_of(policy: InsurancePolicy) -> Limits:
    fen = (policy.person_limit_fen, policy.accident_limit_fen, policy.year_limit_fen)
    return Limits(*(None if one is None else Money(one) for one in fen))


def paid_before(session: Session, actor: Actor, claim: Claim, policy: InsurancePolicy) -> tuple[Money, Money]:
    """What the policy has paid or agreed to for the same accident, and in its year, besides this claim."""
    require(actor, Action.SEE_INSURANCE)
    happened_on = business_day(claim.happened_at)
    year_from = policy_year(policy.from_on, happened_on)
    others = session.execute(
        select(Claim.patient_id, Claim.happened_at, func.coalesce(Claim.paid_fen, Claim.agreed_fen)).where(
            Claim.policy_id == policy.id,
            Claim.id != claim.id,
            Claim.state.in_((ClaimState.ACCEPTED, ClaimState.PAID)),
        )
    ).all()
    accident = year = 0
    for patient_id, at, fen in others:
        if policy_year(policy.from_on, business_day(at)) != year_from:
            continue
        year += fen
        if patient_id == claim.patient_id and business_day(at) == happened_on:
            accident += fen
    return Money(accident), Money(year)
