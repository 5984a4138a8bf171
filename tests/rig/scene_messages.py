"""What a scene has of messages: one whose outcome nobody knows, words that wait for a second person, an agreement that was taken back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.db import new_public_id
from app.guardians.models import Guardianship
from app.messages.commands import GiveConsent, Owed, ProposeTemplate, Relation
from app.messages.rules.kinds import MessageKind, MessageState
from app.messages.rules.templates import EventSource, GivenBy
from app.messages.service import owe
from app.messages.service.consenting import end_consent, give_consent
from app.messages.service.states import move
from app.messages.service.wording import propose_template
from app.messages.suggested import SUGGESTED
from app.patients.models import Patient
from app.tasks.models import Task
from tests.rig.clock import NOW, TODAY


def say_something(session: Session, actors: dict[str, Actor], patient: Patient) -> tuple[str, str, str]:
    """Public ids of the message, the template and the agreement."""
    doctor = actors["doctor"]
    guardian = session.scalars(select(Guardianship).where(Guardianship.patient_id == patient.id)).first()
    task = session.scalars(select(Task).where(Task.patient_id == patient.id)).first()
    assert guardian is not None
    assert task is not None
    agreed = GiveConsent(guardian.person_id, GivenBy.PAPER, True, new_public_id())
    consent = give_consent(session, doctor, patient, agreed, TODAY, NOW)
    message = owe(
        session,
        Owed(
            kind=MessageKind.VISIT_DUE,
            dedupe_key=f"scene:{patient.id}",
            patient=patient,
            recipient=Relation.first_guardian(),
            subject=("task", task.id),
            parameters={"day": TODAY},
            expires_at=NOW + timedelta(days=2),
        ),
        NOW,
    )
    message.state, message.claim, message.claimed_at, message.gateway = MessageState.CLAIMED, "scene", NOW, "twilio"
    session.flush()
    move(session, message, MessageState.UNKNOWN, EventSource.SENDER, NOW)
    end_consent(session, doctor, patient, consent.public_id, NOW)
    zh, en = SUGGESTED[MessageKind.VISIT_DUE]
    words = ProposeTemplate(MessageKind.VISIT_DUE, zh, en, new_public_id())
    template = propose_template(session, actors["county_office"], words, NOW)
    return message.public_id, template.public_id, consent.public_id
