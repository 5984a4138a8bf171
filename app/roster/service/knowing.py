"""From stored rows to the plain answers that `rules/comparing.py` asks for."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.roster.queries import Register, is_same_account
from app.roster.rules.comparing import KnownGuardian, KnownPatient
from app.roster.rules.entry import GuardianPart, PaymentPart, RosterRow
from app.subsidies.models import SubsidyLine


def known_patient(
    session: Session, keyring: Keyring, register: Register, patient: Patient, row: RosterRow
) -> KnownPatient:
    person = register.people[patient.person_id]
    standing = register.agreements_of.get(patient.id, [])
    same = register.agreements.get(row.agreement.number) if row.agreement else None
    return KnownPatient(
        area_code=patient.area_code,
        is_registered=patient.registry_status is RegistryStatus.REGISTERED,
        died_on=person.died_on,
        has_phone=person.id in register.with_phone,
        has_address=patient.address_sealed is not None,
        ethnic_code=patient.ethnic_code,
        first_onset=patient.first_onset,
        is_insured=patient.is_insured,
        category=patient.diagnosis_category,
        has_consent=patient.id in register.with_consent,
        level=patient.risk_level,
        has_visit=patient.last_visit_id is not None,
        first=_guardian(keyring, register, register.guardianships.get((patient.id, Rank.FIRST)), row.first),
        second=_guardian(keyring, register, register.guardianships.get((patient.id, Rank.SECOND)), row.second),
        agreement=(same.from_on, same.to_on) if same else None,
        agreement_spans=tuple((one.from_on, one.ended_on or one.to_on) for one in standing),
        has_new_payments=bool(new_payments(session, standing, row)),
    )


def _guardian(
    keyring: Keyring, register: Register, guardianship: Guardianship | None, part: GuardianPart | None
) -> KnownGuardian | None:
    if guardianship is None:
        return None
    if part is None:
        return KnownGuardian(is_same=True, from_on=guardianship.from_on)
    account = register.accounts.get(guardianship.person_id)
    return KnownGuardian(
        is_same=_is_same(register, guardianship, part),
        from_on=guardianship.from_on,
        has_account=account is not None,
        is_same_account=bool(account and part.account and is_same_account(keyring, account, part.account.number)),
    )


def _is_same(register: Register, guardianship: Guardianship, part: GuardianPart) -> bool:
    """The same person; of an officer without number and telephone, the same name and post."""
    if register.guardian_id(part) == guardianship.person_id:
        return True
    if part.person.id_number or part.person.phones:
        return False
    person = register.people.get(guardianship.person_id)
    return person is not None and (person.name, guardianship.post or "") == (part.person.name, part.post)


def new_payments(session: Session, agreements: list[Agreement], row: RosterRow) -> list[tuple[PaymentPart, Agreement]]:
    """Payments of the row that no live line of a stored agreement knows yet, each with its agreement."""
    found = []
    for payment in row.payments:
        quarter = payment.quarter
        agreement = next(
            (
                one
                for one in agreements
                if one.from_on <= quarter.last_day and quarter.first_day <= (one.ended_on or one.to_on)
            ),
            None,
        )
        if agreement is None:
            continue
        known = session.scalar(
            select(SubsidyLine.id)
            .where(SubsidyLine.agreement_id == agreement.id, SubsidyLine.period == str(quarter), SubsidyLine.is_live)
            .limit(1)
        )
        if known is None:
            found.append((payment, agreement))
    return found
