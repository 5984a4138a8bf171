"""Signs of life: what the record knows of a person later than a day that is given as the day of death (domain 3.1).

The rooms above this one know meetings that the register does not; each adds its own finder when it is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.core.reasons import Reason, reason
from app.patients.models import Consent, Patient

PATIENT_SIGNS = "patient"  # as a consent paper names its signer
_MOST_NAMED = 5  # days in one sentence; the rest are found once these are put right

Finder = Callable[[Session, Patient, date], Sequence[Reason]]
_FINDERS: list[Finder] = []


def finds_signs_of_life(finder: Finder) -> Finder:
    """Ask this function too before a death is recorded."""
    _FINDERS.append(finder)
    return finder


def list_signs_of_life(session: Session, patient: Patient, died_on: date) -> list[Reason]:
    """Why the person cannot have died on `died_on`, the days named; empty when nothing speaks against it."""
    return [why for finder in _FINDERS for why in finder(session, patient, died_on)]


def registrations_of(patient: Patient) -> Select[int]:
    """The ids of all registrations of the patient's person: an earlier one may have met the person too."""
    return select(Patient.id).where(Patient.person_id == patient.person_id)


def name_days(code: str, days: Sequence[date]) -> list[Reason]:
    """One sentence for the newest of these days; none for none."""
    newest = sorted(set(days), reverse=True)[:_MOST_NAMED]
    return [reason(code, days=sorted(newest))] if newest else []


@finds_signs_of_life
def _papers_signed(session: Session, patient: Patient, died_on: date) -> list[Reason]:
    signed = select(Consent.from_on).where(
        Consent.patient_id.in_(registrations_of(patient)),
        Consent.signer == PATIENT_SIGNS,
        Consent.from_on > died_on,
        Consent.withdrawn_at.is_(None),
    )
    return name_days("patients.death.signed_later", session.scalars(signed).all())
