"""A patient who stands already: only what was empty is filled, by the services of the rooms that own it."""

from __future__ import annotations

from collections.abc import Set

from sqlalchemy.orm import Session

from app.core.reasons import reason
from app.guardians.models import Agreement
from app.guardians.rules import Rank
from app.patients.commands import ConsentDraft
from app.patients.models import Patient
from app.patients.service import set_consent, set_diagnosis
from app.people.commands import AccountDraft
from app.people.models import Person
from app.people.service import set_account, set_phone
from app.people.vault import Vault
from app.roster.queries import Register
from app.roster.rules.comparing import Gap
from app.roster.rules.entry import RosterRow
from app.roster.service.guarding import Guarded, store_guardians
from app.roster.service.hand import Hand
from app.roster.service.knowing import new_payments
from app.roster.service.paying import store_payments, store_payments_of
from app.roster.service.storing import diagnosis_draft, registered_since, store_levels, store_visits
from app.tasks.service import close_follow_up


def fill_known(session: Session, vault: Vault, hand: Hand, register: Register, row: RosterRow, gaps: Set[Gap]) -> None:
    patient = register.patient_of(row.patient)
    if patient is None:
        return
    _fill_person(session, vault, hand, register, patient, row, gaps)
    _fill_illness(session, hand, patient, row, gaps)
    _fill_guardians(session, vault, hand, register, patient, row, gaps)
    session.flush()


def _fill_person(
    session: Session,
    vault: Vault,
    hand: Hand,
    register: Register,
    patient: Patient,
    row: RosterRow,
    gaps: Set[Gap],
) -> None:
    if Gap.PHONE in gaps:
        set_phone(session, vault, register.people[patient.person_id], row.patient.phones[0])
    if Gap.ADDRESS in gaps:
        patient.address_sealed = vault.seal(patient.person_id, "patients.address", row.patient.address)
    if Gap.ETHNICITY in gaps:
        patient.ethnic_code = row.ethnic_code
    if Gap.ONSET in gaps:
        patient.first_onset = row.diagnosis.onset
    if Gap.INSURED in gaps:
        patient.is_insured = row.is_insured
    guardianship = register.guardianships.get((patient.id, Rank.FIRST))
    if Gap.ACCOUNT in gaps and guardianship and row.first and row.first.account:
        account = row.first.account
        person = session.get_one(Person, guardianship.person_id)
        if person.id not in register.accounts:
            draft = AccountDraft(
                account.kind, account.number, guardianship.from_on, account.bank, account.holder, is_opening=True
            )
            register.accounts[person.id] = set_account(session, vault, person, draft, hand.actor, hand.now)


def _fill_illness(session: Session, hand: Hand, patient: Patient, row: RosterRow, gaps: Set[Gap]) -> None:
    if Gap.DIAGNOSIS in gaps:
        since = registered_since(row, hand.today)
        set_diagnosis(session, hand.actor, patient, diagnosis_draft(row), since, hand.now)
    if Gap.CONSENT in gaps and row.consent_on:
        set_consent(session, hand.actor, patient, ConsentDraft(row.consent_on), hand.now)
    if Gap.VISIT in gaps:
        close_follow_up(session, hand.actor, patient, reason("roster.outcome.visited_before"), hand.now)
        store_visits(session, hand, [(row, patient)])
    if Gap.LEVEL in gaps:
        store_levels(session, hand, [(row, patient)])


def _fill_guardians(
    session: Session,
    vault: Vault,
    hand: Hand,
    register: Register,
    patient: Patient,
    row: RosterRow,
    gaps: Set[Gap],
) -> None:
    ranks = tuple(rank for rank, gap in ((Rank.FIRST, Gap.FIRST), (Rank.SECOND, Gap.SECOND)) if gap in gaps)
    one = Guarded(patient, row, ranks, Gap.AGREEMENT in gaps)
    if ranks or one.has_agreement:
        store_guardians(session, vault, hand, register, [one])
        store_payments(session, hand, [one])
    if Gap.PAYMENTS in gaps:
        agreements: list[Agreement] = register.agreements_of.get(patient.id, [])
        store_payments_of(session, hand, new_payments(session, agreements, row))
