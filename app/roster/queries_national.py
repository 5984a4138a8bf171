"""What comparisons with the national system's export have found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, tuple_
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.batches import slices
from app.core.crypto import Keyring, unseal
from app.core.errors import NotFound
from app.core.files import get_file, open_file
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within, within_prefix
from app.people.models import Person
from app.people.vault import Vault
from app.roster.models import NationalComparison, NationalFinding
from app.roster.queries_registered import list_ours
from app.roster.rules.national import TO_SETTLE, Decision, Differs, FindingKind
from app.roster.rules.national_compare import Ours
from app.roster.rules.national_rows import NationalRow, row_of

RECENT = 12
PLACE = "national_findings.cells"


@dataclass(frozen=True)
class Counted:
    """How many findings there are: of each kind, of each kind and word, of each item among the differing."""

    kinds: Mapping[FindingKind, int]
    words: Mapping[tuple[FindingKind, Decision | None], int] = field(default_factory=dict)
    items: Mapping[Differs, int] = field(default_factory=dict)

    def of(self, *kinds: FindingKind) -> int:
        return sum(self.kinds.get(kind, 0) for kind in kinds)

    def of_kind(self, name: str) -> int:
        return self.of(FindingKind(name))

    def open(self, kind: FindingKind) -> int:
        return self.words.get((kind, None), 0)

    @property
    def to_settle(self) -> int:
        """What somebody is to look at, also where somebody has."""
        return self.of(*TO_SETTLE)

    @property
    def open_ones(self) -> int:
        return sum(self.open(kind) for kind in TO_SETTLE)

    @property
    def corrections(self) -> int:
        """What stands on the list for correction there."""
        return sum(count for (_kind, decision), count in self.words.items() if decision is Decision.CORRECT_THERE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with both sides: the export's as it was, ours as it is now; ours is None where it is not in the reader's area."""

    finding: NationalFinding
    theirs: NationalRow | None
    ours: Ours | None


def list_comparisons(session: Session, actor: Actor) -> list[NationalComparison]:
    found = select(NationalComparison).where(within(NationalComparison.county_code, actor))
    return list(session.scalars(found.order_by(NationalComparison.id.desc()).limit(RECENT)))


def get_comparison(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> NationalComparison:
    wanted = select(NationalComparison).where(
        NationalComparison.public_id == public_id, within(NationalComparison.county_code, actor)
    )
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound()
    return found


def find_comparison_of(session: Session, actor: Actor, upload: str) -> NationalComparison | None:
    """The comparison that an upload has become."""
    return session.scalar(
        select(NationalComparison).where(
            NationalComparison.upload == upload, within(NationalComparison.county_code, actor)
        )
    )


def newest_mapping(session: Session, actor: Actor) -> Mapping[str, Any]:
    """How the county's last export was mapped."""
    newest = (
        select(NationalComparison.mapping)
        .where(within(NationalComparison.county_code, actor))
        .order_by(NationalComparison.id.desc())
    )
    return session.scalar(newest.limit(1)) or {}


def count_many(session: Session, comparisons: Sequence[NationalComparison]) -> dict[int, Counted]:
    """comparison → its counts, from the rows that the lists show; of one whose lists are gone what was counted then."""
    words: dict[int, dict[tuple[FindingKind, Decision | None], int]] = {one.id: {} for one in comparisons}
    rows = session.execute(
        select(NationalFinding.comparison_id, NationalFinding.kind, NationalFinding.decision, func.count())
        .where(NationalFinding.comparison_id.in_(words))
        .group_by(NationalFinding.comparison_id, NationalFinding.kind, NationalFinding.decision)
    )
    for comparison_id, kind, decision, count in rows:
        words[comparison_id][kind, decision] = count
    return {
        one.id: Counted({FindingKind(kind): count for kind, count in one.counts.items()})
        if one.counts is not None
        else Counted(_kinds(words[one.id]), words[one.id])
        for one in comparisons
    }


def _kinds(words: Mapping[tuple[FindingKind, Decision | None], int]) -> Counter[FindingKind]:
    kinds: Counter[FindingKind] = Counter()
    for (kind, _decision), count in words.items():
        kinds[kind] += count
    return kinds


def count_findings(session: Session, comparison: NationalComparison) -> Counted:
    """One comparison's counts, with the items among those that differ."""
    counted = count_many(session, [comparison])[comparison.id]
    if comparison.counts is not None:
        return counted
    ours = NationalFinding.comparison_id == comparison.id
    flags = [func.coalesce(func.sum(case((_has(item), 1), else_=0)), 0) for item in Differs]
    counts = session.execute(select(*flags).where(ours, NationalFinding.kind == FindingKind.DIFFERING)).one()
    items = {item: int(count) for item, count in zip(Differs, counts, strict=True) if count}
    return replace(counted, items=items)


def _has(item: Differs) -> ColumnElement[bool]:
    return NationalFinding.differs.bitwise_and(item.value) != 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings: of a kind (None: of all), with an item, without a word (`is_open`) or with one, in a place by its prefix."""

    kind: FindingKind | None = None
    item: Differs | None = None
    word: Decision | None = None
    is_open: bool = False
    place: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        return [
            condition
            for is_asked, condition in (
                (self.kind, NationalFinding.kind == self.kind),
                (self.item, _has(self.item or Differs.NAME)),
                (self.word, NationalFinding.decision == self.word),
                (self.is_open, NationalFinding.decision.is_(None)),
                (self.place, within_prefix(NationalFinding.area_code, self.place)),
            )
            if is_asked
        ]


def count_wanted(session: Session, comparison: NationalComparison, wanted: Wanted) -> int:
    ours = NationalFinding.comparison_id == comparison.id
    return session.scalar(select(func.count()).select_from(NationalFinding).where(ours, *wanted.conditions())) or 0


def list_findings(
    session: Session, comparison: NationalComparison, wanted: Wanted, after: str | None, size: int = PAGE_SIZE
) -> Page[NationalFinding]:
    """A page of findings, by place."""
    rows = (
        select(NationalFinding)
        .where(NationalFinding.comparison_id == comparison.id, *wanted.conditions())
        .order_by(NationalFinding.area_code, NationalFinding.id)
        .limit(size + 1)
    )
    if (key := decode_cursor(after, 2)) is not None and isinstance(key[0], str) and isinstance(key[1], int):
        rows = rows.where(tuple_(NationalFinding.area_code, NationalFinding.id) > key)
    return page_of(session.scalars(rows).all(), size, lambda row: (row.area_code, row.id))


def get_findings(
    session: Session, comparison: NationalComparison, public_ids: Iterable[str], *, lock: bool = False
) -> list[NationalFinding]:
    """Those of a comparison that was handed out, in one order."""
    found: list[NationalFinding] = []
    for part in slices(public_ids):
        rows = (
            select(NationalFinding)
            .where(NationalFinding.comparison_id == comparison.id, NationalFinding.public_id.in_(part))
            .order_by(NationalFinding.id)
        )
        found += session.scalars(rows.with_for_update() if lock else rows)
    return found


def show(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    comparison: NationalComparison,
    findings: Sequence[NationalFinding],
) -> list[Shown]:
    key = key_of(session, keyring, actor, comparison)
    ours = list_ours(
        session, actor, {one.patient_id for one in findings if one.patient_id is not None}, comparison.as_of
    )
    asked = [
        ours[one.patient_id or 0] for one in findings if one.patient_id in ours and one.differs & Differs.ID_NUMBER
    ]
    numbers, shown = _numbers(session, keyring, {one.person_id for one in asked}), []
    for one in findings:
        registered = ours.get(one.patient_id or 0)
        if registered and one.differs & Differs.ID_NUMBER:
            registered = replace(registered, number=numbers[registered.person_id])
        shown.append(Shown(one, theirs_of(key, one), registered))
    return shown


def _numbers(session: Session, keyring: Keyring, people: set[int]) -> dict[int, str]:
    """person → ID number, opened to be shown masked beside another."""
    vault, found = Vault(session, keyring), dict.fromkeys(people, "")
    vault.warm(people)
    for part in slices(people):
        rows = select(Person.id, Person.id_number_sealed).where(Person.id.in_(part))
        found |= {
            person: vault.open(person, "people.id_number", sealed) or "" for person, sealed in session.execute(rows)
        }
    return found


def key_of(session: Session, keyring: Keyring, actor: Actor, comparison: NationalComparison) -> bytes:
    return open_file(session, keyring, get_file(session, actor, comparison.key_file))


def theirs_of(key: bytes, finding: NationalFinding) -> NationalRow | None:
    """What the export says; None for whom no row names, and of a row without a difference."""
    if finding.cells_sealed is None or finding.row_number is None:
        return None
    stored = json.loads(unseal(key, finding.cells_sealed, f"{PLACE}:{finding.public_id}"))
    return row_of(finding.sheet or 0, finding.row_number, stored)
