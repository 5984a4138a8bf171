"""A row against what is stored of the same patient: empty fields are filled, differences are only proposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.reasons import Reason, reason
from app.patients.rules import DiagnosisCategory
from app.roster.rules.entry import RosterRow


class Gap(StrEnum):
    """What a stored registration lacks and the roster gives."""

    PHONE = "phone"
    ADDRESS = "address"
    ETHNICITY = "ethnicity"
    ONSET = "onset"
    INSURED = "insured"
    DIAGNOSIS = "diagnosis"
    CONSENT = "consent"
    LEVEL = "level"
    FIRST = "first"
    SECOND = "second"
    ACCOUNT = "account"
    AGREEMENT = "agreement"
    VISIT = "visit"
    PAYMENTS = "payments"


@dataclass(frozen=True)
class KnownGuardian:
    """An open guardianship: whether the roster names the same person, and what account that person has."""

    is_same: bool
    from_on: date = date.min
    has_account: bool = False
    is_same_account: bool = False

    @property
    def has_other_account(self) -> bool:
        return self.is_same and self.has_account and not self.is_same_account


@dataclass(frozen=True)
class KnownPatient:
    """What is stored, as plain answers."""

    area_code: str
    is_registered: bool
    died_on: date | None
    has_phone: bool
    has_address: bool
    ethnic_code: str | None
    first_onset: str | None
    is_insured: bool | None
    category: DiagnosisCategory | None
    has_consent: bool
    level: int | None
    has_visit: bool
    first: KnownGuardian | None
    second: KnownGuardian | None
    # the agreement of the row's number, and the days of all agreements
    agreement: tuple[date, date] | None
    agreement_spans: tuple[tuple[date, date], ...]
    # quarters of the row whose payment is not known yet
    has_new_payments: bool


@dataclass(frozen=True)
class Comparison:
    gaps: frozenset[Gap]
    proposals: tuple[Reason, ...]


def compare(row: RosterRow, known: KnownPatient) -> Comparison:
    """Of somebody who died or is not (yet) registered nothing is filled; the difference is said."""
    if known.died_on:
        return Comparison(frozenset(), (reason("roster.differs.dead", died_on=known.died_on),))
    if not known.is_registered:
        return Comparison(frozenset(), (reason("roster.differs.not_registered"),))
    return Comparison(frozenset(_gaps(row, known)), tuple(_differences(row, known)))


def _gaps(row: RosterRow, known: KnownPatient) -> Iterator[Gap]:
    wanted = {
        Gap.PHONE: bool(row.patient.phones) and not known.has_phone,
        Gap.ADDRESS: bool(row.patient.address) and not known.has_address,
        Gap.ETHNICITY: bool(row.ethnic_code) and not known.ethnic_code,
        Gap.ONSET: bool(row.diagnosis.onset) and not known.first_onset,
        Gap.INSURED: row.is_insured is not None and known.is_insured is None,
        Gap.DIAGNOSIS: known.category is None,
        Gap.CONSENT: row.consent_on is not None and not known.has_consent,
        Gap.LEVEL: row.level is not None and known.level is None,
        Gap.FIRST: row.first is not None and known.first is None,
        Gap.SECOND: row.second is not None and known.second is None,
        Gap.ACCOUNT: bool(row.first and row.first.account and known.first)
        and bool(known.first and known.first.is_same and not known.first.has_account),
        Gap.AGREEMENT: _agreement_fits(row, known),
        Gap.VISIT: row.visit is not None and not known.has_visit,
        Gap.PAYMENTS: known.has_new_payments,
    }
    yield from (gap for gap, is_open in wanted.items() if is_open)


def _agreement_fits(row: RosterRow, known: KnownPatient) -> bool:
    if row.agreement is None or known.agreement is not None or _overlaps(row, known):
        return False
    if known.first is None:
        return row.first is not None
    return known.first.is_same and known.first.from_on <= row.agreement.from_on


def _overlaps(row: RosterRow, known: KnownPatient) -> bool:
    return row.agreement is not None and any(
        first <= row.agreement.to_on and row.agreement.from_on <= last for first, last in known.agreement_spans
    )


def _differences(row: RosterRow, known: KnownPatient) -> Iterator[Reason]:
    if known.area_code != row.area_code:
        yield reason("roster.differs.place")
    if known.category is not None and known.category is not row.diagnosis.category:
        yield reason("roster.differs.diagnosis")
    if known.level is not None and row.level is not None and known.level != row.level:
        yield reason("roster.differs.level", stored=known.level, written=row.level)
    if row.first and known.first and not known.first.is_same:
        yield reason("roster.differs.first")
    if row.second and known.second and not known.second.is_same:
        yield reason("roster.differs.second")
    if row.first and row.first.account and known.first and known.first.has_other_account:
        yield reason("roster.differs.account")
    if row.agreement and known.agreement not in (None, (row.agreement.from_on, row.agreement.to_on)):
        yield reason("roster.differs.agreement", number=row.agreement.number)
    elif row.agreement and known.agreement is None and _overlaps(row, known):
        yield reason("roster.differs.agreement_overlaps", number=row.agreement.number)
