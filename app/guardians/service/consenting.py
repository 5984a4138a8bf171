"""Consent to a patient's care: who signed, and whether they could (domain 3.6, case 14)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.guardians.commands import SignConsent
from app.guardians.models import Guardianship
from app.guardians.rules import ConsentAnswer, refuse_signer
from app.patients.commands import ConsentDraft
from app.patients.models import Consent, Patient
from app.patients.rules import ConsentKind, RegistryStatus
from app.patients.service import set_consent, withdraw_consent
from app.people.models import Person

WITNESS, GUARDIAN = "witness", "guardian"


def sign_consent(session: Session, actor: Actor, patient: Patient, command: SignConsent, now: datetime) -> Consent:
    """One of the three papers was signed, refused or taken back; a withdrawal holds from the next day.

    Raises `Invalid` at `signer` for who may not sign (a minor, a second guardian, a witness to anything but a refusal) and at
    `from_on` for a day to come.
    """
    if command.signed_on > business_day(now):
        raise Invalid({"from_on": [reason("patients.date_in_future")]})
    if command.kind is ConsentKind.COMMUNITY_MANAGEMENT and patient.registry_status is not RegistryStatus.REGISTERED:
        raise Conflict(reason("patients.state.not_registered"))
    guardian = _guardian(session, patient, command)
    born_on = session.get_one(Person, patient.person_id).born_on
    refusal = refuse_signer(
        command.signer,
        is_refusal=command.answer is ConsentAnswer.REFUSED,
        guardian=(guardian.rank, guardian.relation, guardian.legal_basis) if guardian else None,
        born_on=born_on,
        signed_on=command.signed_on,
    )
    if refusal is not None:
        raise Invalid({"signer": [refusal]})
    person_id = guardian.person_id if guardian else None
    if command.answer is ConsentAnswer.WITHDRAWN:
        return withdraw_consent(
            session, actor, patient, command.kind, command.signer, command.signed_on, now, person_id
        )
    is_agreed = command.answer is ConsentAnswer.AGREED
    draft = ConsentDraft(command.signed_on, is_agreed, command.signer, command.kind, person_id)
    return set_consent(session, actor, patient, draft, now)


def _guardian(session: Session, patient: Patient, command: SignConsent) -> Guardianship | None:
    """The guardianship that is named, on the day of the signature; somebody else's is as if it were not there."""
    if command.signer != GUARDIAN:
        return None
    found = session.scalars(
        select(Guardianship).where(
            Guardianship.public_id == command.guardianship_id,
            Guardianship.patient_id == patient.id,
            Guardianship.withdrawn_at.is_(None),
            Guardianship.from_on <= command.signed_on,
            Guardianship.to_on.is_(None) | (Guardianship.to_on > command.signed_on),
        )
    ).one_or_none()
    if found is None:
        raise Invalid({"signer": [reason("guardians.consent.no_guardian")]})
    return found
