"""New patients of a roster with everything around them, in batches: people, registrations, guardians, agreements, opening data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
_REGISTERED = RegistryStatus.REGISTERED
NOT_RATED = -1  # below level 0 in the order

Place = tuple[str, int]  # sheet and row


def store_new(
    session: Session,
    vault: Vault,
    hand: Hand,
    register: Register,
    rows: Sequence[RosterRow],
    first_visits: Mapping[Place, date],
) -> list[tuple[RosterRow, Patient]]:
    """Register the rows' patients with guardians, agreements, level, last visit and payments, in the order of `rows`.

    `first_visits` are the days of the whole import (`first_visit_days`).
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
        due = _first_visits(stored, first_visits)
        store_levels(session, hand, stored)
    open_follow_ups(session, due, hand.now)
    store_visits(session, hand, stored)
    store_payments(session, hand, guarded)
    return stored


def first_visit_days(rows: Iterable[RosterRow], today: date) -> dict[Place, date]:
    """Managed patients who came without a last visit are visited over the next fourteen days, the highest level first."""
    owed = [row for row in rows if row.visit is None and is_visit_owed(_REGISTERED, row.management, CareSetting.HOME)]
    owed.sort(key=lambda row: NOT_RATED if row.level is None else row.level, reverse=True)
    return {(row.sheet, row.row): first_visit_due(at, len(owed), today) for at, row in enumerate(owed)}


def _first_visits(
    stored: Sequence[tuple[RosterRow, Patient]], days: Mapping[Place, date]
) -> list[tuple[Patient, date, str, list[Reason]]]:
    due = []
    for row, patient in stored:
        on = days.get((row.sheet, row.row))
        if on is not None:
            patient.next_due_on = on
            due.append((patient, on, FIRST_VISIT, [reason("tasks.first_visit", on=on)]))
    return due


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
