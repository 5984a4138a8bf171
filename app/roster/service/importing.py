"""An import from its checked rows to the register: all or nothing, or the good rows, or only what would happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows, slices, take_stock
from app.core.reasons import Reason, reason
from app.guardians.models import Agreement, Guardianship
from app.patients.models import Patient, PatientSpan
from app.people.models import NameKey, Person, PersonKey, Phone
from app.people.vault import Vault
from app.roster.commands import ImportResult, Mode, Outcome, RowResult
from app.roster.models import ImportRow, RosterImport
from app.roster.queries import Register, is_same_account, load_register, patients_imported_from
from app.roster.rules.comparing import Comparison, compare
from app.roster.rules.entry import Finding, RosterRow
from app.roster.rules.rows import RosterReading
from app.roster.service.checking import check_against_register
from app.roster.service.filling import fill_known
from app.roster.service.hand import Hand
from app.roster.service.knowing import known_patient
from app.roster.service.storing import first_visit_days, store_new
from app.tasks.models import Task

BATCH = 500


@dataclass(frozen=True)
class _Planned:
    """What shall become of a row. `patient_id` is None for a patient who is new."""

    row: RosterRow
    patient_id: int | None
    comparison: Comparison

    @property
    def outcome(self) -> Outcome:
        if self.patient_id is None:
            return Outcome.CREATED
        return Outcome.FILLED if self.comparison.gaps else Outcome.UNCHANGED


def import_roster(
    session: Session,
    vault: Vault,
    actor: Actor,
    reading: RosterReading,
    file_sha256: str,
    mode: Mode,
    today: date,
    now: datetime,
) -> ImportResult:
    """Compare the reading with the register and store what the mode allows; nothing is stored twice.

    Known patients only have empty fields filled; differences come back as proposals. Rows that an earlier import of the same file
    took over are left alone. Raises `Forbidden`.
    """
    require(actor, Action.IMPORT_ROSTER)
    if reading.refused:
        return ImportResult(mode, reading.count, False, refused=reading.refused)
    plan, findings = _plan(session, vault, actor, reading, file_sha256)
    result = ImportResult(
        mode,
        reading.count,
        False,
        tuple(_result(planned) for planned in plan),
        tuple(sorted((*reading.errors, *findings), key=_order(reading))),
        reading.warnings,
    )
    if mode is Mode.DRY_RUN or (mode is Mode.ALL and result.has_errors):
        return result
    return _store(session, vault, Hand(actor, today, now), reading, file_sha256, plan, result)


def _plan(
    session: Session, vault: Vault, actor: Actor, reading: RosterReading, file_sha256: str
) -> tuple[list[_Planned], list[Finding]]:
    taken = patients_imported_from(session, file_sha256)
    plan: list[_Planned] = []
    findings: list[Finding] = []
    for part in slices(reading.rows, BATCH):
        register = load_register(session, vault.keyring, part)
        wrong = check_against_register(actor, register, part, reading.mappings)
        bad = {(one.sheet, one.row) for one in wrong}
        findings += wrong
        plan += [_planned(session, vault, register, row, taken) for row in part if (row.sheet, row.row) not in bad]
    return plan, findings


def _planned(session: Session, vault: Vault, register: Register, row: RosterRow, taken: set[int]) -> _Planned:
    patient = register.patient_of(row.patient)
    if patient is None:
        return _Planned(row, None, Comparison(frozenset(), _other_account(vault, register, row)))
    if patient.id in taken:
        return _Planned(row, patient.id, Comparison(frozenset(), ()))
    return _Planned(row, patient.id, compare(row, known_patient(session, vault.keyring, register, patient, row)))


def _other_account(vault: Vault, register: Register, row: RosterRow) -> tuple[Reason, ...]:
    """A new patient's guardian may be known with another account, which stays."""
    person = register.person_of(row.first.person) if row.first else None
    account = register.accounts.get(person.id) if person else None
    written = row.first.account if row.first else None
    if account and written and not is_same_account(vault.keyring, account, written.number):
        return (reason("roster.differs.account"),)
    return ()


def _store(
    session: Session,
    vault: Vault,
    hand: Hand,
    reading: RosterReading,
    file_sha256: str,
    plan: Sequence[_Planned],
    result: ImportResult,
) -> ImportResult:
    changes = [planned for planned in plan if planned.outcome is not Outcome.UNCHANGED]
    created: dict[tuple[str, int], int] = {}
    first_visits = first_visit_days(_new_rows(changes), hand.today)
    for part in slices(changes, BATCH):
        register = load_register(session, vault.keyring, [planned.row for planned in part])
        for row, patient in store_new(session, vault, hand, register, _new_rows(part), first_visits):
            created[row.sheet, row.row] = patient.id
        for planned in part:
            if planned.patient_id is not None:
                fill_known(session, vault, hand, register, planned.row, planned.comparison.gaps)
        take_stock(session, Person, PersonKey, Phone, NameKey, Patient, PatientSpan, Guardianship, Agreement, Task)
    results = tuple(
        replace(one, patient_id=one.patient_id or created.get((one.sheet, one.row))) for one in result.results
    )
    stored = replace(result, is_stored=True, results=results)
    if not changes:
        return stored
    public_id = _remember(session, hand, reading, file_sha256, stored)
    return replace(stored, public_id=public_id)


def _new_rows(part: Sequence[_Planned]) -> list[RosterRow]:
    return [planned.row for planned in part if planned.patient_id is None]


def _remember(session: Session, hand: Hand, reading: RosterReading, file_sha256: str, result: ImportResult) -> str:
    kept = RosterImport(
        file_sha256=file_sha256,
        area_code=hand.actor.area_prefix.ljust(12, "0"),
        mapping={one.sheet: {column.letter: column.field for column in one.columns} for one in reading.mappings},
        counts=counts_of(result),
        imported_at=hand.now,
        imported_by=hand.actor.user_id,
    )
    session.add(kept)
    session.flush()
    insert_rows(session, ImportRow, [{"import_id": kept.id, **row} for row in row_records(result)])
    note(
        session,
        hand.actor,
        "roster.imported",
        now=hand.now,
        subject=("roster_import", kept.public_id),
        area_code=kept.area_code,
        count=result.stored,
        detail={**counts_of(result), "digest": file_sha256},
    )
    return kept.public_id


def purge_rows(session: Session, before: datetime) -> int:
    """Forget what became of each row of the imports before an instant; returns how many rows went. For a daily job."""
    old = select(RosterImport.id).where(RosterImport.imported_at < before)
    return session.connection().execute(delete(ImportRow).where(ImportRow.import_id.in_(old))).rowcount


def row_records(result: ImportResult) -> list[dict[str, Any]]:
    """What became of each row, as rows of the table that keeps it for thirty days."""
    taken = [
        {
            "row_number": one.row,
            "outcome": one.outcome.value,
            "patient_id": one.patient_id,
            "visit": one.visit[1] if one.visit else None,
            "remarks": [why.to_json() for why in one.proposals],
        }
        for one in result.results
    ]
    errors: dict[tuple[str, int], list[Any]] = {}
    for finding in result.errors:
        told = {"column": finding.column, **finding.why.to_json()}
        errors.setdefault((finding.sheet, finding.row), []).append(told)
    refused = [
        {"row_number": row, "outcome": Outcome.REFUSED.value, "patient_id": None, "visit": None, "remarks": remarks}
        for (_sheet, row), remarks in errors.items()
    ]
    return [*taken, *refused]


def counts_of(result: ImportResult) -> dict[str, int]:
    """The figures that are kept and shown; of a dry run, what would be created and filled."""
    counts = result.is_stored or result.mode is Mode.DRY_RUN
    return {
        "rows": result.rows,
        "stored": result.stored,
        "created": result.count(Outcome.CREATED) if counts else 0,
        "filled": result.count(Outcome.FILLED) if counts else 0,
        "unchanged": result.count(Outcome.UNCHANGED),
        "errors": result.bad_rows,
        "proposals": sum(bool(one.proposals) for one in result.results),
    }


def _result(planned: _Planned) -> RowResult:
    found = planned.comparison.proposals
    return RowResult(planned.row.sheet, planned.row.row, planned.outcome, planned.patient_id, found)


def _order(reading: RosterReading) -> Callable[[Finding], tuple[int, int]]:
    """Findings in the order of sheets and rows."""
    places: Mapping[str, int] = {mapping.sheet: at for at, mapping in enumerate(reading.mappings)}
    return lambda one: (places.get(one.sheet, 0), one.row)
