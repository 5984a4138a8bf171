"""Consents beside the one to management: a family that agrees to emergencies, one that agrees to a referral and takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.desk.demo.moments import Moments
from app.desk.demo.settling import County
from app.guardians.commands import SignConsent
from app.guardians.rules import ConsentAnswer, is_minor
from app.guardians.service import sign_consent
from app.patients.models import Patient
from app.patients.rules import ConsentKind
from app.people.models import Person
from app.people.vault import Vault

_MONTH = timedelta(days=30)


def agree(session: Session, vault: Vault, county: County, moments: Moments, patients: Sequence[Patient]) -> None:
    """Who is of age signs; the second takes one paper back."""
    of_age = [one for one in patients if _is_of_age(session, one, moments.today)]
    for number, patient in enumerate(of_age):
        day = moments.today - (2 + number) * _MONTH
        said = [
            SignConsent(ConsentKind.EMERGENCY_TREATMENT, ConsentAnswer.AGREED, "patient", day),
            SignConsent(
                ConsentKind.OTHER_PURPOSE,
                ConsentAnswer.AGREED,
                "patient",
                day,
                purpose="申请残疾人居家康复服务",
                receiver="安和县残疾人联合会：姓名、住址和康复需要",
            ),
        ]
        if number:
            said.append(SignConsent(ConsentKind.OTHER_PURPOSE, ConsentAnswer.WITHDRAWN, "patient", day + _MONTH))
        for one in said:
            at = moments.on(one.signed_on, 200)
            sign_consent(session, vault, county.actors["doctor"], patient, one, at)


def _is_of_age(session: Session, patient: Patient, today: date) -> bool:
    born_on = session.get_one(Person, patient.person_id).born_on
    return born_on is not None and not is_minor(born_on, today - 3 * _MONTH)
