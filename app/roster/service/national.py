"""The county's register compared with an export of the national system.

Nothing of the register is changed here: a finding leads to the form that mends it, or to the list of what is to be corrected there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.areas.queries import names_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows, slices
from app.core.clock import business_day
from app.core.crypto import Keyring
from app.core.errors import Invalid
from app.core.files import keep_file
from app.core.reasons import reason
from app.patients.rules import RegistryStatus
from app.people.queries import ID, ID_TAIL4
from app.roster.models import NationalComparison, NationalFinding
from app.roster.queries_national import find_comparison_of
from app.roster.queries_registered import health_centres, load_register
from app.roster.rules.national import COMPARED, Differs, FindingKind
from app.roster.rules.national_compare import Ours, Register, compare
from app.roster.rules.national_rows import NationalReading, NationalRow
from app.roster.service.findings import SAID_SAME, Found, Record, answers_before, named_by, nobody, record_of, take_over

KEPT = timedelta(days=400)  # an export meets the one of half a year before and that of a year before
KEY_FILE = "national_key"
ROWS_A_STEP = 2_000
_KEY_BYTES_NAME = "key"

Transaction = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Export:
    """An uploaded export as it was read. `county` is its county's code."""

    upload: str
    sha256: str
    as_of: date
    county: str
    reading: NationalReading
    mapping: Mapping[str, Any] = field(default_factory=dict)


def check_as_of(as_of: date, today: date) -> None:
    """An export cannot be of a day that has not come."""
    if as_of > today:
        raise Invalid({"as_of": [reason("subsidies.checklist.in_future")]})


def compare_export(
    reading: Transaction,
    transaction: Transaction,
    keyring: Keyring,
    actor: Actor,
    export: Export,
    now: datetime,
    progress: Progress,
) -> str:
    """Compare, and keep what was found, all or nothing; the public id of the comparison. Asked again, it is the same one."""
    require(actor, Action.COMPARE_NATIONAL)
    if export.reading.refused:
        raise Invalid({"file": list(export.reading.refused)})
    check_as_of(export.as_of, business_day(now))
    with reading() as session:
        register, everybody = load_register(session, actor, export.county, export.as_of)
        agencies = health_centres(session, export.county, names_of(session, [export.county])[export.county])
    found, unsure = _of_rows(keyring, register, export, agencies, progress)
    with reading() as session:
        answers = answers_before(session, keyring, actor, export.county, unsure)
    found += _of_unsure(unsure, answers, found, agencies)
    found += _of_nobody(everybody, found)
    key, _wrapped = keyring.new_data_key()
    records = [record_of(keyring, key, export.county, one) for one in found]
    with transaction() as session:
        known = find_comparison_of(session, actor, export.upload)
        return known.public_id if known else _store(session, keyring, actor, export, key, records, now).public_id


# -- comparing --------------------------------------------------------------------------------------------------------


def _of_rows(
    keyring: Keyring, register: Register, export: Export, agencies: Mapping[str, int], progress: Progress
) -> tuple[list[Found], list[tuple[NationalRow, Ours]]]:
    """Rows that are surely somebody's or nobody's, and those that may be somebody's: nobody who is named is taken for a namesake."""
    rows, compared, found, done = export.reading.rows, set[int](), list[Found](), 0
    unsure: list[tuple[NationalRow, Ours]] = []
    for part in slices(rows, ROWS_A_STEP):
        for row in part:
            one = _of_row(keyring, register, row, agencies)
            if one.kind is FindingKind.POSSIBLE and one.ours:
                unsure.append((row, one.ours))
            elif one.kind in COMPARED and one.patient_id in compared:
                found.append(Found(FindingKind.UNREADABLE, row, one.ours, one.patient_id, why="twice"))
            else:
                if one.patient_id and one.kind in COMPARED:
                    compared.add(one.patient_id)
                found.append(one)
        done += len(part)
        progress(done, len(rows))
    return found, unsure


def _of_unsure(
    unsure: Sequence[tuple[NationalRow, Ours]],
    answers: Mapping[tuple[str, int], bool],
    found: Sequence[Found],
    agencies: Mapping[str, int],
) -> list[Found]:
    """Rows of somebody's name and birth date: what a person said of them before, else possible while nobody else is compared with them."""
    compared = {one.patient_id for one in found if one.kind in COMPARED}
    of_them: list[Found] = []
    # whoever was said to be the patient comes before whoever may be
    for row, ours in sorted(unsure, key=lambda one: not answers.get((named_by(one[0]), one[1].id))):
        said = answers.get((named_by(row), ours.id))
        if ours.id in compared or said is False:
            of_them.append(nobody(row, ours.id if said is False else None))
        elif said:
            compared.add(ours.id)
            of_them.append(confirmed(row, ours, agencies))
        else:
            of_them.append(Found(FindingKind.POSSIBLE, row, ours, ours.id))
    return of_them


def confirmed(row: NationalRow, ours: Ours, agencies: Mapping[str, int]) -> Found:
    """A row that a person has said to be the patient's."""
    kind, differs = compare(row, ours, None, agencies)
    return Found(kind, row, ours, ours.id, differs, SAID_SAME)


def _of_nobody(everybody: Mapping[int, Ours], found: Sequence[Found]) -> list[Found]:
    """Whom no row names."""
    named = {one.patient_id for one in found}
    return [
        Found(FindingKind.MISSING_THERE, None, ours, ours.id)
        for ours in everybody.values()
        if ours.id not in named and is_owed(ours)
    ]


def is_owed(ours: Ours) -> bool:
    """Whom the national system ought to have: on the register and alive."""
    return ours.status is RegistryStatus.REGISTERED and not ours.is_dead


def _of_row(keyring: Keyring, register: Register, row: NationalRow, agencies: Mapping[str, int]) -> Found:
    numbers = keyring.indexes(ID, row.number) if row.number else []
    tails = keyring.indexes(ID_TAIL4, row.tail) if row.tail else []
    whose = register.whose(row, numbers, tails)
    if why := row.why or whose.why:
        ours = None if row.why == "twice" else whose.sure or whose.likely
        return Found(FindingKind.UNREADABLE, row, ours, ours.id if ours else None, why=why)
    if whose.sure:
        is_same = whose.sure.number_index in numbers if row.number and whose.sure.number_index else None
        kind, differs = compare(row, whose.sure, is_same, agencies)
        return Found(kind, row, whose.sure, whose.sure.id, differs)
    if whose.likely:
        return Found(FindingKind.POSSIBLE, row, whose.likely, whose.likely.id)
    left = next((register.left[one] for one in numbers if one in register.left), None)
    if left is not None and not row.is_gone:
        return Found(FindingKind.MOVED, row, None, left, Differs.PLACE)
    return nobody(row)


# -- keeping ----------------------------------------------------------------------------------------------------------


def _store(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    export: Export,
    key: bytes,
    records: Sequence[Record],
    now: datetime,
) -> NationalComparison:
    kept = keep_file(
        session,
        keyring,
        KEY_FILE,
        _KEY_BYTES_NAME,
        "application/octet-stream",
        key,
        export.county,
        actor,
        now,
        now + KEPT,
    )
    comparison = NationalComparison(
        county_code=export.county,
        upload=export.upload,
        file_sha256=export.sha256,
        as_of=export.as_of,
        row_count=len(export.reading.rows),
        unread_cells=dict(export.reading.unread_cells),
        mapping=dict(export.mapping),
        key_file=kept.public_id,
        compared_at=now,
        compared_by=actor.user_id or 0,
    )
    session.add(comparison)
    session.flush()
    take_over(session, export.county, records)
    for part in slices(records, ROWS_A_STEP):
        insert_rows(session, NationalFinding, [one.values | {"comparison_id": comparison.id} for one in part])
    note_comparison(session, actor, "roster.national_compared", comparison, len(export.reading.rows), now)
    return comparison


def note_comparison(
    session: Session, actor: Actor, code: str, comparison: NationalComparison, count: int, now: datetime, **detail: Any
) -> None:
    """In the audit, under the comparison; `detail` names no person."""
    subject = ("national_comparison", comparison.public_id)
    area = comparison.county_code
    note(session, actor, code, now=now, subject=subject, area_code=area, count=count, detail=detail)
