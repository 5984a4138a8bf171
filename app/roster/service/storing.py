"""New patients of a roster with everything around them, in batches: people, registrations, guardians, agreements, opening data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.core.reasons import Reason, reason
from app.patients.commands import ConsentDraft, DiagnosisDraft, RegisterPatient, Supplement
from app.patients.models import Patient
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus, is_visit_owed
from app.patients.service import register_patients
from app.people.models import Person
from app.people.service import set_phone
from app.people.vault import Vault
from app.risk.models import LevelSource
from app.risk.service import note_levels
from app.roster.queries import Register
from app.roster.rules.entry import RosterRow
from app.roster.service.guarding import Guarded, draft_of, store_guardians
from app.roster.service.hand import Hand
from app.roster.service.paying import store_payments
from app.tasks.rules import first_visit_due
from app.tasks.service import FIRST_VISIT, open_follow_ups
from app.visits.commands import OpeningVisit
from app.visits.service.opening import record_opening_visits

# Who has, or had, said yes to being looked after.
_CONSENTED = (ManagementStatus.MANAGED, ManagementStatus.LOST)


def store_new(
    session: Session,
    vault: Vault,
    hand: Hand,
    register: Register,
    rows: Sequence[RosterRow],
    position: int = 0,
) -> list[tuple[RosterRow, Patient]]:
    """Register the rows' patients with guardians, agreements, level, last visit and payments, in the order of `rows`.

    `position` says how many first visits the import owes already, so that they go on spreading evenly.
    """
    if not rows:
        return []
    commands = [_command(register, row, hand.today) for row in rows]
    patients = register_patients(session, vault, hand.actor, commands, hand.today, hand.now)
    stored = list(zip(rows, patients, strict=True))
    _other_phones(session, vault, stored)
    guarded = [Guarded(patient, row) for row, patient in stored]
    store_guardians(session, vault, hand, register, guarded)
    with session.no_autoflush:  # levels and due days go out as one change of a patient
        due = _first_visits(stored, hand, position)
        store_levels(session, hand, stored)
    open_follow_ups(session, due, hand.now)
    store_visits(session, hand, stored)
    store_payments(session, hand, guarded)
    return stored


def _first_visits(
    stored: Sequence[tuple[RosterRow, Patient]], hand: Hand, position: int
) -> list[tuple[Patient, date, str, list[Reason]]]:
    """Managed patients who came without a last visit are visited over the next fourteen days, not all on one."""
    owed = [patient for row, patient in stored if row.visit is None and is_visit_owed(*_states(patient))]
    due = []
    for place, patient in enumerate(owed, position):
        patient.next_due_on = first_visit_due(place, hand.today)
        because = reason("tasks.first_visit", on=patient.next_due_on)
        due.append((patient, patient.next_due_on, FIRST_VISIT, [because]))
    return due


def _states(patient: Patient) -> tuple[RegistryStatus, ManagementStatus | None, CareSetting | None]:
    return patient.registry_status, patient.management_status, patient.care_setting


def store_levels(session: Session, hand: Hand, stored: Iterable[tuple[RosterRow, Patient]]) -> None:
    """The roster's level, as of today unless the last visit says the same."""
    ratings = []
    for row, patient in stored:
        if row.level is None or (row.visit and row.visit.level in (None, row.level)):
            continue  # the visit carries it
        ratings.append((patient.id, row.level, hand.today, None))
        patient.risk_level, patient.risk_assessed_on = row.level, hand.today
    note_levels(session, hand.actor, ratings, LevelSource.OPENING, hand.now)


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


def _other_phones(session: Session, vault: Vault, stored: Sequence[tuple[RosterRow, Patient]]) -> None:
    """Further numbers of the few who have several; the first stays the main one."""
    for row, patient in stored:
        if len(row.patient.phones) > 1:
            person = session.get_one(Person, patient.person_id)
            for number in (*row.patient.phones[1:], row.patient.phones[0]):
                set_phone(session, vault, person, number)
