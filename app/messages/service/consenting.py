"""Agreeing to be told by text message, and taking it back: any way of saying so is good, and texts stop with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.errors import Conflict, Invalid
from app.core.phones import check_phone
from app.core.reasons import Reason
from app.core.refusals import said_by
from app.guardians.models import Guardianship
from app.messages.commands import GiveConsent
from app.messages.models import ContactConsent
from app.messages.rules.templates import ConsentChannel, ConsentEnd
from app.patients.models import Patient
from app.people.models import Phone
from app.people.queries import person_ids_by_phone

GUARDS = {
    "uq_contact_consents_open": "messages.consent.standing",
    "contact_consents.patient_id": "messages.consent.standing",
}


def give_consent(
    session: Session, actor: Actor, patient: Patient, command: GiveConsent, today: date, now: datetime
) -> ContactConsent:
    """One of the patient's present guardians agrees. Sent twice, it is found. Raises `Invalid`, `Conflict` while one stands."""
    require(actor, Action.KEEP_TEXT_CONSENTS)
    found = session.scalars(
        select(ContactConsent).where(ContactConsent.submission_key == command.submission_key)
    ).one_or_none()
    if found is not None:
        return found
    if not _guards(session, patient, command.person_id, today):
        raise Invalid({"person": [Reason("messages.consent.not_guardian")]})
    consent = ContactConsent(
        submission_key=command.submission_key,
        patient_id=patient.id,
        person_id=command.person_id,
        channel=ConsentChannel.SMS,
        language=command.language,
        given_by=command.given_by,
        is_safe=command.is_safe,
        patient_agrees=command.patient_agrees,
        given_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, GUARDS):
        session.add(consent)
    note(
        session,
        actor,
        "messages.consent_given",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"given_by": command.given_by.value, "is_safe": command.is_safe},
    )
    return consent


def end_consent(session: Session, actor: Actor, patient: Patient, public_id: str, now: datetime) -> ContactConsent:
    """Taken back before an office; what is queued finds no consent any more. Raises `Conflict` when there is none."""
    require(actor, Action.KEEP_TEXT_CONSENTS)
    consent = session.scalars(
        select(ContactConsent)
        .where(
            ContactConsent.public_id == public_id,
            ContactConsent.patient_id == patient.id,
            ContactConsent.ended_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if consent is None:
        raise Conflict(Reason("messages.consent.none"))
    _end(session, [consent], actor.user_id, ConsentEnd.SAID, now)
    note(
        session,
        actor,
        "messages.consent_ended",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"because": ConsentEnd.SAID.value},
    )
    return consent


def end_for_number(session: Session, phone_id: int | None, because: ConsentEnd, now: datetime) -> int:
    """Whoever has this number wants no more texts, about whomever; how many agreements ended."""
    person_id = session.scalar(select(Phone.person_id).where(Phone.id == phone_id))
    return _end_of_people(session, [person_id] if person_id else [], because, now)


def end_for_reply(session: Session, keyring: Keyring, number: str, because: ConsentEnd, now: datetime) -> int:
    """Somebody answered from this number that they want no more texts."""
    checked = check_phone(number)
    if not checked.valid:
        return 0
    people = session.scalars(person_ids_by_phone(keyring, checked.number)).all()
    return _end_of_people(session, people, because, now)


def _end_of_people(session: Session, people: Collection[int], because: ConsentEnd, now: datetime) -> int:
    standing = session.scalars(
        select(ContactConsent).where(ContactConsent.person_id.in_(people), ContactConsent.ended_at.is_(None))
    ).all()
    _end(session, standing, None, because, now)
    if standing:
        detail = {"because": because.value}
        note(session, None, "messages.consent_ended", now=now, count=len(standing), detail=detail)
    return len(standing)


def _end(
    session: Session, consents: Collection[ContactConsent], by: int | None, because: ConsentEnd, now: datetime
) -> None:
    for consent in consents:
        consent.ended_at, consent.ended_by, consent.ended_because = now, by, because
    session.flush()


def _guards(session: Session, patient: Patient, person_id: int, today: date) -> bool:
    guards = select(Guardianship.id).where(
        Guardianship.patient_id == patient.id,
        Guardianship.person_id == person_id,
        Guardianship.from_on <= today,
        (Guardianship.to_on.is_(None)) | (Guardianship.to_on > today),
        Guardianship.withdrawn_at.is_(None),
    )
    return session.scalar(guards.limit(1)) is not None
