"""What only the register knows against a row: numbers of other people, guardians who are patients, agreements of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.areas.rules import is_within
from app.core.actor import Actor
from app.core.reasons import Reason, reason
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.roster.queries import Register
from app.roster.rules.columns import Field
from app.roster.rules.entry import Finding, RosterRow
from app.roster.rules.header import SheetMapping

Found = Iterator[tuple[Field, Reason]]


def check_against_register(
    actor: Actor, register: Register, rows: Sequence[RosterRow], mappings: Sequence[SheetMapping]
) -> list[Finding]:
    by_sheet = {mapping.sheet: mapping for mapping in mappings}
    return [
        _finding(row, by_sheet[row.sheet], field, why)
        for row in rows
        for check in _CHECKS
        for field, why in check(actor, register, row)
    ]


def _finding(row: RosterRow, mapping: SheetMapping, field: Field, why: Reason) -> Finding:
    column = mapping.column(field)
    header, letter = (column.header, column.letter) if column else ("", "")
    return Finding(row.sheet, row.row, header, field.value, why, letter)


def _patient(actor: Actor, register: Register, row: RosterRow) -> Found:
    person = register.person_of(row.patient)
    if not is_within(row.area_code, actor.area_prefix):
        yield Field.VILLAGE, reason("roster.place.outside")
    if person is None:
        return
    if person.name != row.patient.name:
        yield Field.PATIENT_NAME, reason("roster.patient.other_name")
    patient = register.patients.get(person.id)
    if patient is not None and not is_within(patient.area_code, actor.area_prefix):
        yield Field.PATIENT_ID, reason("roster.patient.elsewhere")
    if patient is None and person.id in register.first_guardians:
        yield Field.PATIENT_ID, reason("roster.patient.is_guardian")
    if patient is None and person.died_on:
        yield Field.PATIENT_ID, reason("roster.patient.dead")


def _first(_actor: Actor, register: Register, row: RosterRow) -> Found:
    person = register.person_of(row.first.person) if row.first else None
    if row.first is None or person is None:
        return
    if person.name != row.first.person.name:
        yield Field.FIRST_NAME, reason("roster.first.other_name_stored")
    if _is_registered(register.patients.get(person.id)):
        yield Field.FIRST_ID, reason("roster.first.is_registered")
    elif person.died_on:
        yield Field.FIRST_ID, reason("roster.first.dead", died_on=person.died_on)


def _is_registered(patient: Patient | None) -> bool:
    return patient is not None and patient.registry_status is RegistryStatus.REGISTERED


def _second(_actor: Actor, register: Register, row: RosterRow) -> Found:
    person = register.person_of(row.second.person) if row.second else None
    if row.second is not None and person is not None and person.name != row.second.person.name:
        yield Field.SECOND_NAME, reason("roster.second.other_name_stored")


def _agreement(_actor: Actor, register: Register, row: RosterRow) -> Found:
    patient = register.patient_of(row.patient)
    stored = register.agreements.get(row.agreement.number) if row.agreement else None
    if stored is not None and (patient is None or stored.patient_id != patient.id):
        yield Field.AGREEMENT_NUMBER, reason("roster.agreement.taken")


def _payments(_actor: Actor, register: Register, row: RosterRow) -> Found:
    """A payment belongs to an agreement: the row's own, or one that is stored."""
    patient = register.patient_of(row.patient)
    spans = (
        [(one.from_on, one.ended_on or one.to_on) for one in register.agreements_of.get(patient.id, [])]
        if patient
        else []
    )
    if row.agreement:
        spans.append((row.agreement.from_on, row.agreement.to_on))
    for payment in row.payments:
        quarter = payment.quarter
        if not any(first <= quarter.last_day and quarter.first_day <= last for first, last in spans):
            yield Field.PAID_AMOUNT, reason("roster.paid.no_agreement", quarter=quarter)


_CHECKS: tuple[Callable[[Actor, Register, RosterRow], Found], ...] = (_patient, _first, _second, _agreement, _payments)
