"""What a comparison finds as rows of its table: sealed, and found again in the next comparison.

What an export says of somebody is sealed under a key of the comparison's own, and goes with it after its term. What a person has said goes
over to the next comparison under blind indexes: a word on the same difference, and whether a row of a name and birth date is the patient's.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.batches import slices
from app.core.crypto import Keyring, seal
from app.core.db import canonical_json, new_public_id
from app.roster.models import NationalComparison, NationalFinding
from app.roster.queries_national import PLACE, key_of, theirs_of
from app.roster.rules.national import COMPARED, NOTHING, TO_SETTLE, Decision, Differs, FindingKind
from app.roster.rules.national_compare import Ours
from app.roster.rules.national_rows import NationalRow

SAME_AS = "national_finding"
# a person said whose row it is, here or in a comparison before
SAID_SAME: Final = "said_same"
SAID_OTHER: Final = "said_other"
# goes over to the next comparison as it is: somebody looked, or there is still to be corrected
_GOES_ON = (Decision.NO_CHANGE, Decision.CORRECT_THERE)


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a row, or of a registration that no row names. `not_of` is the patient whose row a person said that it is not."""

    kind: FindingKind
    row: NationalRow | None = None
    ours: Ours | None = None
    patient_id: int | None = None
    differs: Differs = NOTHING
    why: str = ""
    not_of: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A finding as a row of the table, made before anything is written, and the indexes that it may stand under in another comparison."""

    values: dict[str, Any]
    same_as: list[bytes]


def nobody(row: NationalRow, not_of: int | None = None) -> Found:
    """A row that is nobody of ours: to be looked for, unless they are gone there too."""
    kind = FindingKind.GONE if row.is_gone else FindingKind.MISSING_HERE
    return Found(kind, row, why=SAID_OTHER if not_of else "", not_of=not_of)


def record_of(keyring: Keyring, key: bytes, county: str, one: Found) -> Record:
    """A finding ready to be stored, its cells sealed under the comparison's key."""
    public_id = new_public_id()
    same_as = _indexes(keyring, county, one)
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
    """Nothing of whoever agrees, unless a person said who it is: the next export's row is told by it."""
    if one.row is None or (one.kind is FindingKind.SAME and one.why != SAID_SAME):
        return None
    return seal(key, json.dumps(one.row.stored(), ensure_ascii=False).encode(), f"{PLACE}:{public_id}")


def _indexes(keyring: Keyring, county: str, one: Found) -> list[bytes]:
    if one.kind not in TO_SETTLE and not one.not_of:
        return []
    said = _difference(county, one)
    return keyring.indexes(SAME_AS, said) if said else []


def _difference(county: str, one: Found) -> str:
    """Whose, and what each side says in the items that differ: equal in two comparisons when nothing has changed since. Empty of a row
    that names nobody."""
    who = f"patient:{one.patient_id}" if one.patient_id else named_by(one.row)
    why = "" if one.why == SAID_SAME else f"{one.why}:{one.not_of}" if one.not_of else one.why
    kind = "nobody" if one.not_of else one.kind.value  # whose row it is not does not hang on what it says else
    return canonical_json([county, kind, who, why, *_sides(one.differs, one.row, one.ours)]) if who else ""


def named_by(row: NationalRow | None) -> str:
    """By what a row tells whose it is."""
    if row is None:
        return ""
    return row.number or row.record_number or (f"{row.name}:{row.born_on}" if row.name else "")


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


def take_over(session: Session, county: str, records: Sequence[Record]) -> None:
    """What was said of the same difference before: it goes on, unless it was to be corrected here and was not. Of rows that cannot be told
    from one another nobody knows which was meant."""
    wanted: defaultdict[bytes, list[dict[str, Any]]] = defaultdict(list)
    for one in records:
        for same_as in one.same_as if one.values["kind"] in TO_SETTLE else ():
            wanted[same_as].append(one.values)
    for part in slices(same_as for same_as, values in wanted.items() if len(values) == 1):
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
        for known_as, decision, at, by in session.execute(earlier):
            (row,) = wanted[known_as or b""]
            row["said_before"], row["said_before_at"] = decision, at
            goes_on = decision in _GOES_ON
            row["decision"], row["decided_at"], row["decided_by"] = (decision, at, by) if goes_on else (None,) * 3


def answers_before(
    session: Session, keyring: Keyring, actor: Actor, county: str, unsure: Sequence[tuple[NationalRow, Ours]]
) -> dict[tuple[str, int], bool]:
    """(what a row is named by, patient) → whether a person said last that it is theirs. Nothing of who was not asked about."""
    found: list[tuple[int, tuple[str, int], bool]] = []
    denied = {
        index: (named_by(row), ours.id)
        for row, ours in unsure
        for index in _indexes(keyring, county, nobody(row, ours.id))
    }
    of_county = (
        select(NationalFinding, NationalComparison)
        .join(NationalComparison, NationalComparison.id == NationalFinding.comparison_id)
        .where(NationalComparison.county_code == county)
    )
    for part in slices(denied):
        rows = of_county.where(NationalFinding.same_as.in_(part), NationalFinding.why == SAID_OTHER)
        found += [(one.id, denied[one.same_as or b""], False) for one, _comparison in session.execute(rows)]
    keys: dict[int, bytes] = {}
    for ids in slices({ours.id for _row, ours in unsure}):
        rows = of_county.where(
            NationalFinding.patient_id.in_(ids),
            NationalFinding.kind.in_(COMPARED),
            NationalFinding.why == SAID_SAME,
        )
        for answered, comparison in session.execute(rows):
            if comparison.id not in keys:
                keys[comparison.id] = key_of(session, keyring, actor, comparison)
            row = theirs_of(keys[comparison.id], answered)
            found.append((answered.id, (named_by(row), answered.patient_id or 0), True))
    return {whose: is_same for _id, whose, is_same in sorted(found)}
