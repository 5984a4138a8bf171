"""What becomes of an unanswered transfer when the registration that it was about ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.reasons import reason
from app.patients.models import Patient, Transfer
from app.patients.rules import TransferState


def end_open_transfer(session: Session, actor: Actor, patient: Patient, now: datetime) -> None:
    """Nobody takes over who has died, was excluded or merged: what is unanswered is withdrawn."""
    session.execute(
        update(Transfer)
        .where(Transfer.patient_id == patient.id, Transfer.state == TransferState.PROPOSED)
        .values(
            state=TransferState.WITHDRAWN,
            decided_at=now,
            decided_by=actor.user_id,
            because=reason("patients.because.registration_ended").to_json(),
            version=Transfer.version + 1,
        )
    )
