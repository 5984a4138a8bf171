"""What somebody has typed for a patient and not yet saved."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.visits.models.devices import VisitDraft


def find_draft(session: Session, actor: Actor, patient_id: int) -> VisitDraft | None:
    """The actor's own draft for a patient whom a scoped query handed out; nobody reads another's."""
    return session.scalar(
        select(VisitDraft).where(VisitDraft.user_id == actor.user_id, VisitDraft.patient_id == patient_id)
    )
