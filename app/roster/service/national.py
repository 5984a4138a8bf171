"""The county's register compared with an export of the national system, and a person's word on what was found.

Nothing of the register is changed here: a finding leads to the form that mends it, or to the list of what is to be corrected there. What an
export says of somebody is sealed under a key of the comparison's own, and goes with it after its term.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.queries import names_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows, slices
from app.core.crypto import Keyring, seal
from app.core.db import canonical_json, new_public_id
from app.core.errors import Invalid
from app.core.files import keep_file
from app.core.reasons import reason
from app.patients.rules import RegistryStatus
from app.people.queries import ID, ID_TAIL4
from app.roster.models import NationalComparison, NationalFinding
from app.roster.queries_national import PLACE, find_comparison_of
from app.roster.queries_registered import health_centres, load_register
from app.roster.rules.national import COMPARED, NOTHING, TO_SETTLE, Decision, Differs, FindingKind
from app.roster.rules.national_compare import Ours, Register, compare
from app.roster.rules.national_rows import NationalReading, NationalRow

KEPT = timedelta(days=180)  # two exports a year are compared with one another
KEY_FILE = "national_key"
SAME_AS = "national_finding"
ROWS_A_STEP = 2_000
_KEY_BYTES_NAME = "key"
# goes over to the next comparison as it is: somebody looked, or there is still to be corrected
_GOES_ON = (Decision.NO_CHANGE, Decision.CORRECT_THERE)

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


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a row, or of a registration that no row names."""

    kind: FindingKind
    row: NationalRow | None = None
    ours: Ours | None = None
    patient_id: int | None = None
    differs: Differs = NOTHING
    why: str = ""


def check_as_of(as_of: date, today: date) -> None:
    """An export cannot be of a day that has not come; one of long ago says nothing of today."""
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
    with reading() as session:
        register, everybody = load_register(session, actor, export.county, export.as_of)
        agencies = health_centres(session, export.county, names_of(session, [export.county])[export.county])
    found = list(_found(keyring, register, everybody, export, agencies, progress))
    key, _wrapped = keyring.new_data_key()
    records = [record_of(keyring, key, export.county, one) for one in found]
    with transaction() as session:
        known = find_comparison_of(session, actor, export.upload)
        return known.public_id if known else _store(session, keyring, actor, export, key, records, now).public_id


# -- comparing --------------------------------------------------------------------------------------------------------


def _found(
    keyring: Keyring,
    register: Register,
    everybody: Mapping[int, Ours],
    export: Export,
    agencies: Mapping[str, int],
    progress: Progress,
) -> Iterator[Found]:
    """Rows that are surely somebody's first, so that nobody who is named is taken for a namesake; then whom no row names."""
    rows, compared, named, done = export.reading.rows, set[int](), set[int](), 0
    unsure: list[tuple[NationalRow, Ours]] = []
    for part in slices(rows, ROWS_A_STEP):
        for row in part:
            one = _of_row(keyring, register, row, agencies)
            if one.kind is FindingKind.POSSIBLE and one.ours:
                unsure.append((row, one.ours))
            elif one.kind in COMPARED and one.patient_id in compared:
                yield Found(FindingKind.UNREADABLE, row, one.ours, one.patient_id, why="twice")
            else:
                if one.patient_id:
                    (compared if one.kind in COMPARED else named).add(one.patient_id)
                yield one
        done += len(part)
        progress(done, len(rows))
    for row, ours in unsure:
        is_free = ours.id not in compared
        yield Found(FindingKind.POSSIBLE, row, ours, ours.id) if is_free else nobody(row)
    named |= compared | {ours.id for _row, ours in unsure}
    for ours in everybody.values():
        if ours.id not in named and is_owed(ours):
            yield Found(FindingKind.MISSING_THERE, None, ours, ours.id)


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


def nobody(row: NationalRow) -> Found:
    """A row that is nobody of ours: to be looked for, unless they are gone there too."""
    return Found(FindingKind.GONE if row.is_gone else FindingKind.MISSING_HERE, row)


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
    _take_over(session, export.county, records)
    for part in slices(records, ROWS_A_STEP):
        insert_rows(session, NationalFinding, [one.values | {"comparison_id": comparison.id} for one in part])
    note_comparison(session, actor, "roster.national_compared", comparison, len(export.reading.rows), now)
    return comparison


@dataclass(frozen=True, slots=True)
class Record:
    """A finding as a row of the table, made before anything is written, and the indexes that it may stand under in another comparison."""

    values: dict[str, Any]
    same_as: list[bytes]


def record_of(keyring: Keyring, key: bytes, county: str, one: Found) -> Record:
    """A finding ready to be stored, its cells sealed under the comparison's key."""
    public_id = new_public_id()
    same_as = keyring.indexes(SAME_AS, difference_of(county, one)) if one.kind in TO_SETTLE else []
    values = {
        "public_id": public_id,
        "kind": one.kind,
        "sheet": one.row.sheet if one.row else None,
        "row_number": one.row.row if one.row else None,
        "patient_id": one.patient_id,
        "area_code": one.ours.area_code if one.ours else (one.row and one.row.area_code) or county,
        "differs": one.differs.value,
        "why": one.why or None,
        "cells_sealed": _sealed(key, public_id, one),
        "same_as": same_as[0] if same_as else None,
        "decision": None,
        "decided_at": None,
        "decided_by": None,
        "said_before": None,
        "said_before_at": None,
    }
    return Record(values, same_as)


def _sealed(key: bytes, public_id: str, one: Found) -> bytes | None:
    if one.row is None or one.kind is FindingKind.SAME:
        return None
    return seal(key, json.dumps(one.row.stored(), ensure_ascii=False).encode(), f"{PLACE}:{public_id}")


def difference_of(county: str, one: Found) -> str:
    """Whose, and what each side says in the items that differ: equal in two comparisons when nothing has changed since."""
    row, ours = one.row, one.ours
    who = f"patient:{one.patient_id}" if one.patient_id else ""
    if not who and row:
        who = row.number or row.record_number or f"{row.name}:{row.born_on}"
    return canonical_json([county, one.kind.value, who, one.why, *_sides(one.differs, row, ours)])


def _sides(differs: Differs, row: NationalRow | None, ours: Ours | None) -> Iterator[str]:
    pairs = {
        Differs.NAME: ("name", "name"),
        Differs.ID_NUMBER: ("number", "record_number"),
        Differs.BIRTH: ("born_on", "born_on"),
        Differs.DIAGNOSIS: ("diagnosis", "diagnosis"),
        Differs.LEVEL: ("level", "level"),
        Differs.STATE: ("state", "management"),
        Differs.VISIT: ("visited_on", "visited_on"),
        Differs.DEATH: ("died_on", "died_on"),
        Differs.PLACE: ("area_code", "area_code"),
        Differs.AGENCY: ("agency", "agency_id"),
    }
    for item, (theirs, here) in pairs.items():
        if differs & item:
            yield f"{item.value}:{getattr(row, theirs, '')}:{getattr(ours, here, '')}"


def _take_over(session: Session, county: str, records: Sequence[Record]) -> None:
    """What was said of the same difference before: it goes on, unless it was to be corrected here and was not."""
    wanted = {same_as: one.values for one in records for same_as in one.same_as}
    for part in slices(wanted):
        earlier = (
            select(
                NationalFinding.same_as,
                NationalFinding.decision,
                NationalFinding.decided_at,
                NationalFinding.decided_by,
            )
            .join(NationalComparison, NationalComparison.id == NationalFinding.comparison_id)
            .where(
                NationalComparison.county_code == county,
                NationalFinding.same_as.in_(part),
                NationalFinding.decision.is_not(None),
            )
            .order_by(NationalFinding.id)  # the newest word is taken last
        )
        for same_as, decision, at, by in session.execute(earlier):
            row = wanted[same_as or b""]
            row["said_before"], row["said_before_at"] = decision, at
            goes_on = decision in _GOES_ON
            row["decision"], row["decided_at"], row["decided_by"] = (decision, at, by) if goes_on else (None,) * 3


def note_comparison(
    session: Session, actor: Actor, code: str, comparison: NationalComparison, count: int, now: datetime, **detail: Any
) -> None:
    """In the audit, under the comparison; `detail` names no person."""
    subject = ("national_comparison", comparison.public_id)
    area = comparison.county_code
    note(session, actor, code, now=now, subject=subject, area_code=area, count=count, detail=detail)
