"""New patients of a roster with everything around them, in batches: people, registrations, guardians, agreements, opening data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.patients.commands import ConsentDraft, DiagnosisDraft, RegisterPatient, Supplement
from app.patients.models import Patient
from app.patients.rules import ManagementStatus, is_visit_owed
from app.patients.service import register_patients
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.service import set_phone
from app.people.vault import Vault
from app.risk.models import LevelSource
from app.risk.service import note_levels
from app.roster.queries import Register
from app.roster.rules.entry import PersonPart, RosterRow
from app.roster.service.guarding import Guarded, store_guardians
from app.roster.service.hand import Hand
from app.roster.service.paying import store_payments
from app.visits.commands import OpeningVisit
from app.visits.service.opening import record_opening_visits

# Who has, or had, said yes to being looked after.
_CONSENTED = (ManagementStatus.MANAGED, ManagementStatus.LOST)


def store_new(
    session: Session, vault: Vault, hand: Hand, register: Register, rows: Sequence[RosterRow]
) -> list[tuple[RosterRow, Patient]]:
    """Register the rows' patients with guardians, agreements, level, last visit and payments, in the order of `rows`."""
    if not rows:
        return []
    commands = [_command(register, row, hand.today) for row in rows]
    patients = register_patients(session, vault, hand.actor, commands, hand.today, hand.now)
    stored = list(zip(rows, patients, strict=True))
    _other_phones(session, vault, stored)
    guarded = [Guarded(patient, row) for row, patient in stored]
    store_guardians(session, vault, hand, register, guarded)
    store_levels(session, hand, stored)
    store_visits(session, hand, stored)
    store_payments(session, hand, guarded)
    return stored


def first_visit_owed(patient: Patient) -> bool:
    """Managed here, and nobody knows of a visit yet."""
    is_owed = is_visit_owed(patient.registry_status, patient.management_status, patient.care_setting)
    return is_owed and patient.last_visit_id is None


def store_levels(session: Session, hand: Hand, stored: Iterable[tuple[RosterRow, Patient]]) -> None:
    """The roster's level, as of today unless the last visit says the same."""
    ratings = []
    for row, patient in stored:
        if row.level is None or (row.visit and row.visit.level in (None, row.level)):
            continue  # the visit carries it
        ratings.append((patient.id, row.level, hand.today, None))
        patient.risk_level, patient.risk_assessed_on = row.level, hand.today
    note_levels(session, hand.actor, ratings, LevelSource.OPENING, hand.now)
    session.flush()


def store_visits(session: Session, hand: Hand, stored: Iterable[tuple[RosterRow, Patient]]) -> None:
    """The last visits; a level rated after the visit stays the patient's level."""
    visits, rated = [], []
    for row, patient in stored:
        if row.visit is None:
            continue
        visit = row.visit
        level = row.level if visit.level is None else visit.level
        visits.append(
            OpeningVisit(patient.id, visit.visited_on, visit.form, visit.visit_class, level, visit.next_due_on)
        )
        if row.level is not None and row.level != level:
            rated.append((patient, row.level))
    record_opening_visits(session, visits, hand.actor, hand.now)
    for patient, newer in rated:
        patient.risk_level, patient.risk_assessed_on = newer, hand.today
    session.flush()


def registered_since(row: RosterRow, today: date) -> date:
    """The earliest day on which the roster shows the patient in care; today where it shows none."""
    known = (row.consent_on, row.agreement and row.agreement.from_on, row.visit and row.visit.visited_on)
    return min([day for day in known if day and day <= today] + [today])


def diagnosis_draft(row: RosterRow) -> DiagnosisDraft:
    found = row.diagnosis
    return DiagnosisDraft(found.category, found.icd10, found.hospital, found.diagnosed_on)


def _command(register: Register, row: RosterRow, today: date) -> RegisterPatient:
    known = register.person_of(row.patient)
    consented = row.consent_on is not None and row.management in _CONSENTED
    is_managed = row.management is ManagementStatus.MANAGED
    return RegisterPatient(
        area_code=row.area_code,
        person=None if known else draft_of(row.patient),
        person_id=known.id if known else None,
        registered_on=registered_since(row, today),
        management_status=row.management,
        managed_from=row.consent_on if is_managed else None,
        diagnosis=diagnosis_draft(row),
        consent=ConsentDraft(row.consent_on) if consented and row.consent_on else None,
        address=row.patient.address or None,
        supplement=Supplement(ethnic_code=row.ethnic_code, first_onset=row.diagnosis.onset, is_insured=row.is_insured),
        is_opening=True,
    )


def draft_of(part: PersonPart, post: str | None = None) -> PersonDraft:
    return PersonDraft(
        name=part.name,
        sex=part.sex,
        born_on=part.born_on,
        id_kind=part.id_kind,
        id_number=part.id_number or None,
        phone=part.phones[0] if part.phones else None,
        post=post,
    )


def _other_phones(session: Session, vault: Vault, stored: Sequence[tuple[RosterRow, Patient]]) -> None:
    """Further numbers of the few who have several; the first stays the main one."""
    for row, patient in stored:
        if len(row.patient.phones) > 1:
            person = session.get_one(Person, patient.person_id)
            for number in (*row.patient.phones[1:], row.patient.phones[0]):
                set_phone(session, vault, person, number)
