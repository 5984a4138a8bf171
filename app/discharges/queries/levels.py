"""The hospital's level at a discharge, for whoever rates next: the register's level changes by a rating and never by itself."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.clock import business_day
from app.discharges.models import Discharge
from app.discharges.rules.states import CloseReason
from app.patients.models import Patient
from app.risk.queries import said

_NO_WORD = (CloseReason.WRONG_ENTRY, CloseReason.NO_LOOP)


def find_level_said(session: Session, patient: Patient) -> said.Said | None:
    """Of the last record that was sent and stands."""
    found = session.scalars(
        select(Discharge)
        .where(
            Discharge.patient_id == patient.id,  # a merge moves records of discharge
            Discharge.submitted_at.is_not(None),
            or_(Discharge.close_reason.is_(None), Discharge.close_reason.not_in(_NO_WORD)),
        )
        .order_by(Discharge.discharged_at.desc(), Discharge.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None or found.risk_level is None or found.discharged_at is None:
        return None
    return said.Said(found.risk_level, business_day(found.discharged_at), found.hospital_name)


said.register(find_level_said)
