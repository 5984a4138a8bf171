"""The visit that stands already where somebody is about to enter one: of the same day, or out of the same page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.patients.models import Patient
from app.visits.models import FollowUpVisit


@dataclass(frozen=True)
class Twin:
    """`recorder` is None for a visit that nobody typed here."""

    public_id: str
    visited_on: date
    recorded_at: datetime
    recorder: str | None
    is_correctable: bool


def find_twin(session: Session, patient: Patient, visit_id: int | None = None, key: str | None = None) -> Twin | None:
    """By its id, or else by the submission key; only among the visits of the patient, whom the caller may see."""
    if visit_id is None and not key:
        return None
    is_it = FollowUpVisit.submission_key == key if visit_id is None else FollowUpVisit.id == visit_id
    found = session.execute(
        select(FollowUpVisit, User.display_name)
        .outerjoin(User, User.id == FollowUpVisit.recorded_by)
        .where(is_it, FollowUpVisit.patient_id == patient.id)
    ).first()
    if found is None:
        return None
    visit, recorder = found
    is_open = visit.withdrawn_at is None and not visit.is_opening and visit.death_cause is None
    return Twin(visit.public_id, visit.visited_on, visit.recorded_at, recorder, is_open)
