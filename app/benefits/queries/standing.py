"""What one family receives and what it is entitled to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.benefits.models import Benefit
from app.benefits.rules.benefit import (
    BenefitKind,
    Gap,
    Situation,
    Standing,
    gap,
    is_renewal_due,
)
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.identity import mask_name
from app.core.reasons import Reason
from app.core.scope import within
from app.patients.models import Patient
from app.patients.queries.merges import records_of
from app.patients.rules import ManagementStatus, RegistryStatus

OPEN = (Benefit.to_on.is_(None), Benefit.withdrawn_at.is_(None))


@dataclass(frozen=True, slots=True)
class BenefitLine:
    """One benefit on a patient's page: the record that stands, if any, and how it stands against the rule."""

    kind: BenefitKind
    benefit: Benefit | None
    gap: Gap
    because: Reason
    is_to_renew: bool


def situation_of(patient: Patient, standing: Mapping[BenefitKind, Standing]) -> Situation:
    return Situation(
        is_registered=patient.registry_status is RegistryStatus.REGISTERED,
        is_managed=patient.management_status is ManagementStatus.MANAGED,
        registered_on=patient.registered_on,
        economic_status=patient.economic_status,
        standing=standing,
    )


def list_lines(session: Session, actor: Actor, patient: Patient, today: date) -> list[BenefitLine]:
    """Every benefit in the order of the page."""
    require(actor, Action.SEE_BENEFITS)
    open_ones = {one.kind: one for one in _own_last(session, patient)}
    situation = situation_of(patient, {kind: Standing(one.state, one.grade) for kind, one in open_ones.items()})
    lines = []
    for kind in BenefitKind:
        stands = open_ones.get(kind)
        how, because = gap(kind, situation, today)
        lines.append(
            BenefitLine(kind, stands, how, because, stands is not None and is_renewal_due(stands.renew_by, today))
        )
    return lines


def list_history(session: Session, actor: Actor, patient: Patient) -> list[Benefit]:
    """What stood before, the newest first; what was withdrawn as a mistake is left out."""
    require(actor, Action.SEE_BENEFITS)
    return list(
        session.scalars(
            select(Benefit)
            .where(_of(session, patient), Benefit.to_on.is_not(None), Benefit.withdrawn_at.is_(None))
            .order_by(Benefit.from_on.desc(), Benefit.id.desc())
        )
    )


def find_open(session: Session, patient: Patient, kind: BenefitKind) -> Benefit | None:
    """How the benefit stands, of a patient who was handed out."""
    return next((one for one in reversed(_own_last(session, patient)) if one.kind is kind), None)


def _own_last(session: Session, patient: Patient) -> list[Benefit]:
    """Whatever stands for the patient; the record's own word after one of a record that was merged into it."""
    standing = select(Benefit).where(_of(session, patient), *OPEN)
    return list(session.scalars(standing.order_by(Benefit.patient_id == patient.id, Benefit.id)))


def _of(session: Session, patient: Patient) -> ColumnElement[bool]:
    return Benefit.patient_id.in_(records_of(session, patient.id))


def find_sent_benefit(session: Session, actor: Actor, submission_key: str) -> Benefit | None:
    return session.scalars(
        select(Benefit)
        .join(Patient, Patient.id == Benefit.patient_id)
        .where(Benefit.submission_key == submission_key, within(Patient.area_code, actor))
    ).one_or_none()


def get_benefit(session: Session, actor: Actor, public_id: str) -> tuple[Benefit, Patient]:
    """A record that stands, with its patient; raises `NotFound`."""
    require(actor, Action.KEEP_BENEFITS)
    found = session.execute(
        select(Benefit, Patient)
        .join(Patient, Patient.id == Benefit.patient_id)
        .where(Benefit.public_id == public_id, Benefit.withdrawn_at.is_(None), within(Patient.area_code, actor))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def name_for(actor: Actor, name: str) -> str | None:
    """A patient's name as the role sees it on a list of its own."""
    grant = sees(actor, Field.PATIENT_NAME)
    if grant is Grant.FULL:
        return name
    return mask_name(name) if grant is Grant.MASKED else None
