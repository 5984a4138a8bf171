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
from app.people.vault import Vault

WITNESS, GUARDIAN = "witness", "guardian"
_ABOUT = ("purpose", "receiver")


def sign_consent(
    session: Session, vault: Vault, actor: Actor, patient: Patient, command: SignConsent, now: datetime
) -> Consent:
    """One of the three papers was signed, refused or taken back; a withdrawal holds from the next day.

    Raises `Invalid` at `signer` for who may not sign (a minor, a second guardian, a witness to anything but a refusal) and at
    `from_on` for a day to come; at `purpose`, `receiver` and `witness_name` where the paper would not say what, to whom or who saw it.
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
    _refuse_unsaid(command)
    person_id = guardian.person_id if guardian else None
    if command.answer is ConsentAnswer.WITHDRAWN:
        return withdraw_consent(
            session, actor, patient, command.kind, command.signer, command.signed_on, now, person_id
        )
    is_agreed = command.answer is ConsentAnswer.AGREED
    draft = ConsentDraft(command.signed_on, is_agreed, command.signer, command.kind, person_id)
    consent = set_consent(session, actor, patient, draft, now)
    for name in ("purpose", "receiver", "witness_name"):
        sealed = vault.seal(patient.person_id, f"consents.{name}", getattr(command, name))
        setattr(consent, f"{name}_sealed", sealed)
    session.flush()
    return consent


def _refuse_unsaid(command: SignConsent) -> None:
    """What the paper must say in words; a withdrawal takes back what was written."""
    if command.answer is ConsentAnswer.WITHDRAWN:
        return
    needed = [*(_ABOUT if command.kind is ConsentKind.OTHER_PURPOSE else ())]
    needed += ["witness_name"] if command.signer == WITNESS else []
    missing = {name: [reason(f"guardians.consent.{name}")] for name in needed if not getattr(command, name)}
    if missing:
        raise Invalid(missing)


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
