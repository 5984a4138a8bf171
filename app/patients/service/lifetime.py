"""No paper, stay or illness lies before its person's birth or after today, and no minor signs a consent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from app.core.dates import age_on, partial_span
from app.core.errors import Invalid
from app.core.reasons import Reason, reason
from app.patients.commands import ConsentDraft, RegisterPatient
from app.patients.models import Patient
from app.patients.rules import is_partial_date
from app.patients.rules_watch import FULL_AGE
from app.people.models import Person

Days = Mapping[str, date | str | None]


def refuse_outside_life(session: Session, patient: Patient, days: Days) -> None:
    """`days` are days or partial dates by field; raises `Invalid` for each that lies before the patient's birth."""
    born_on = session.get_one(Person, patient.person_id).born_on
    _refuse(_problems(days, born_on, None))


def refuse_contradictions(session: Session, command: RegisterPatient, today: date) -> None:
    """The days of a new registration against birth and today; what is wrong with the person itself is said elsewhere."""
    diagnosis, consent, form = command.diagnosis, command.consent, command.supplement
    days: Days = {
        "registered_on": command.registered_on,
        "consent_on": consent.from_on if consent else None,
        "diagnosed_on": diagnosis.diagnosed_on if diagnosis else None,
        "first_onset": form.first_onset,
        "first_antipsychotic": form.first_antipsychotic,
    }
    born_on = _born_on(session, command, today)
    signing = {} if command.is_opening or consent is None else _signing_problems(consent, born_on)
    _refuse(_problems(days, born_on, today) | signing)


def refuse_signer(session: Session, patient: Patient, consent: ConsentDraft) -> None:
    """Raises `Invalid` at `consent_signer` for who may not sign where no guardian is named yet (domain 3.6, case 14)."""
    _refuse(_signing_problems(consent, session.get_one(Person, patient.person_id).born_on))


def _signing_problems(consent: ConsentDraft, born_on: date | None) -> dict[str, list[Reason]]:
    """A minor's guardian signs; a witness testifies to a refusal only."""
    if consent.signer == "patient" and born_on and age_on(born_on, consent.from_on) < FULL_AGE:
        return {"consent_signer": [reason("patients.consent.minor")]}
    if consent.signer == "witness" and consent.is_agreed:
        return {"consent_signer": [reason("patients.consent.witness")]}
    return {}


def _born_on(session: Session, command: RegisterPatient, today: date) -> date | None:
    if command.person is not None:
        return command.person.checked(today)[0].born_on
    return session.get_one(Person, command.person_id).born_on if command.person_id else None


def _problems(days: Days, born_on: date | None, today: date | None) -> dict[str, list[Reason]]:
    found: dict[str, list[Reason]] = {}
    for field, day in days.items():
        span = _span(day)
        if span is None:
            continue
        if born_on and span[1] < born_on:
            found[field] = [reason("patients.before_birth", born_on=born_on)]
        elif today and span[0] > today:
            found[field] = [reason("patients.date_in_future")]
    return found


def _span(day: date | str | None) -> tuple[date, date] | None:
    if isinstance(day, date):
        return day, day
    return partial_span(day) if day and is_partial_date(day) else None


def _refuse(problems: dict[str, list[Reason]]) -> None:
    if problems:
        raise Invalid(problems)
