"""Whom somebody may refer: clinicians anybody of their area, a hospital those who lie there now and nobody else."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency
from app.benefits.models import RehabReferral
from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.core.scope import within
from app.patients.models import Admission, Patient
from app.patients.queries import get_patient


def get_patient_to_refer(session: Session, actor: Actor, public_id: str) -> Patient:
    """Raises `NotFound`. To a hospital whoever has left it, never lay there or does not exist is the same: its list of who lies there
    is all that it knows of the register."""
    require(actor, Action.REFER_TO_REHAB)
    if actor.role is not Role.HOSPITAL:
        return get_patient(session, actor, public_id)
    found = session.scalars(
        select(Patient)
        .join(Admission, Admission.patient_id == Patient.id)
        .join(Agency, Agency.name == Admission.hospital)
        .where(
            Patient.public_id == public_id,
            Agency.id == actor.agency_id,
            Admission.to_on.is_(None),
            Admission.withdrawn_at.is_(None),
            within(Patient.area_code, actor),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def may_refer(session: Session, actor: Actor, patient: Patient) -> bool:
    """Whether the actor may refer the patient now, and print what goes along."""
    try:
        return get_patient_to_refer(session, actor, patient.public_id) is patient
    except NotFound:
        return False


def made_here(actor: Actor) -> ColumnElement[bool]:
    """Referrals that the actor's own hospital made."""
    return exists().where(User.id == RehabReferral.recorded_by, User.agency_id == actor.agency_id)
