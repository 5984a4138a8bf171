"""Who stands around a patient."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.scope import within
from app.patients.models import CareTeamMember, Patient
from app.patients.rules import TeamPart

_ORDER = {part: place for place, part in enumerate(TeamPart)}


def list_team(session: Session, actor: Actor, patient: Patient) -> list[CareTeamMember]:
    """The members who hold a place now, in the order of the places."""
    found = session.scalars(
        select(CareTeamMember)
        .join(Patient, Patient.id == CareTeamMember.patient_id)
        .where(
            CareTeamMember.patient_id == patient.id,
            CareTeamMember.to_on.is_(None),
            CareTeamMember.withdrawn_at.is_(None),
            within(Patient.area_code, actor),
        )
    ).all()
    return sorted(found, key=lambda member: _ORDER[member.part])


def list_former_members(session: Session, actor: Actor, patient: Patient) -> Sequence[CareTeamMember]:
    """Who held a place before, the newest first."""
    return session.scalars(
        select(CareTeamMember)
        .join(Patient, Patient.id == CareTeamMember.patient_id)
        .where(
            CareTeamMember.patient_id == patient.id,
            CareTeamMember.to_on.is_not(None),
            CareTeamMember.withdrawn_at.is_(None),
            within(Patient.area_code, actor),
        )
        .order_by(CareTeamMember.to_on.desc(), CareTeamMember.id.desc())
    ).all()
