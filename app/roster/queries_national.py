"""The county's register as an export can be compared with it, and what comparisons have found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, tuple_
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.areas.rules import prefix_of
from app.core.actor import Actor
from app.core.batches import slices
from app.core.crypto import Keyring, unseal
from app.core.errors import NotFound
from app.core.files import get_file, open_file
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within, within_prefix
from app.patients.models import Patient, PatientSpan
from app.patients.rules import NOT_LIVE, RegistryStatus, SpanKind
from app.people.models import FormerIdNumber, Person
from app.people.vault import Vault
from app.roster.models import NationalComparison, NationalFinding
from app.roster.rules.national import TO_SETTLE, Decision, Differs, FindingKind
from app.roster.rules.national_compare import Ours, Register, plain_agency
from app.roster.rules.national_rows import NationalRow, row_of
from app.visits.models import FollowUpVisit

RECENT = 12
PLACE = "national_findings.cells"


# -- the register -----------------------------------------------------------------------------------------------------


def load_register(session: Session, actor: Actor, county: str, as_of: date) -> tuple[Register, dict[int, Ours]]:
    """Every registration of the county, by what an export can name it by, and by its key. Live ones speak before others."""
    found, everybody = Register(), dict[int, Ours]()
    rows = session.execute(_registrations(actor, county)).all()
    latest = last_visits(session, as_of, rows)
    people: dict[int, Ours] = {}
    for row in sorted(rows, key=lambda one: one.registry_status in NOT_LIVE):
        ours = _ours(row, latest)
        everybody[ours.id] = ours
        people.setdefault(row.person_id, ours)
        if ours.number_index:
            found.by_number.setdefault(ours.number_index, ours)
        if ours.record_number:
            found.by_record.setdefault(ours.record_number, ours)
        if ours.born_on and people[row.person_id] is ours:
            found.by_name.setdefault((ours.name, ours.born_on), []).append(ours)
    for part in slices(people):
        former = select(FormerIdNumber.number_index, FormerIdNumber.person_id)
        for index, person_id in session.execute(former.where(FormerIdNumber.person_id.in_(part))):
            found.by_number.setdefault(index, people[person_id])
    found.left = _left(session, county)
    return found, everybody


def list_ours(session: Session, actor: Actor, ids: Iterable[int], as_of: date) -> dict[int, Ours]:
    """Registrations as they stand now, for a page of findings; visits up to the day of the export."""
    found = [
        row for part in slices(ids) for row in session.execute(_registrations(actor, None).where(Patient.id.in_(part)))
    ]
    latest = last_visits(session, as_of, found)
    return {row.id: _ours(row, latest) for row in found}


def _registrations(actor: Actor, county: str | None) -> Select[*tuple[Any, ...]]:
    wanted = (
        select(
            Patient.id,
            Patient.public_id,
            Patient.person_id,
            Patient.record_number,
            Patient.area_code,
            Patient.agency_id,
            Patient.registry_status,
            Patient.management_status,
            Patient.diagnosis_category,
            Patient.risk_level,
            Patient.last_visit_on,
            Person.name,
            Person.born_on,
            Person.died_on,
            Person.id_index,
            Person.id_tail4_index,
        )
        .join(Person, Person.id == Patient.person_id)
        .where(within(Patient.area_code, actor), Patient.registry_status != RegistryStatus.MERGED)
        .order_by(Patient.id.desc())
    )
    return wanted.where(within_prefix(Patient.area_code, prefix_of(county))) if county else wanted


def _ours(one: Any, latest: Mapping[int, date | None]) -> Ours:
    return Ours(
        id=one.id,
        public_id=one.public_id,
        person_id=one.person_id,
        name=one.name,
        born_on=one.born_on,
        area_code=one.area_code,
        agency_id=one.agency_id,
        status=one.registry_status,
        management=one.management_status,
        diagnosis=one.diagnosis_category,
        level=one.risk_level,
        visited_on=latest.get(one.id, one.last_visit_on),
        died_on=one.died_on,
        number_index=one.id_index,
        tail_index=one.id_tail4_index,
        record_number=one.record_number,
    )


def last_visits(session: Session, as_of: date, patients: Iterable[Any]) -> dict[int, date | None]:
    """The last visit up to the day of the export, of those who have been visited since."""
    since = [one.id for one in patients if one.last_visit_on and one.last_visit_on > as_of]
    found: dict[int, date | None] = dict.fromkeys(since)
    for part in slices(since):
        rows = (
            select(FollowUpVisit.patient_id, func.max(FollowUpVisit.visited_on))
            .where(
                FollowUpVisit.patient_id.in_(part),
                FollowUpVisit.visited_on <= as_of,
                FollowUpVisit.withdrawn_at.is_(None),
            )
            .group_by(FollowUpVisit.patient_id)
        )
        found.update(dict(session.execute(rows).all()))
    return found


def _left(session: Session, county: str) -> dict[bytes, int]:
    """Who has been in the county and is registered elsewhere by now; no more of them than the index of their number."""
    inside = prefix_of(county)
    rows = (
        select(Person.id_index, Patient.id)
        .select_from(PatientSpan)
        .join(Patient, Patient.id == PatientSpan.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            PatientSpan.what == SpanKind.AREA,
            within_prefix(PatientSpan.value, inside),
            PatientSpan.withdrawn_at.is_(None),
            ~within_prefix(Patient.area_code, inside),
            Patient.registry_status.not_in(NOT_LIVE),
            Person.id_index.is_not(None),
        )
    )
    return {index: patient_id for index, patient_id in session.execute(rows) if index is not None}


def health_centres(session: Session, county: str, county_name: str) -> dict[str, int]:
    """Every way in which an export may write the name of a health centre of the county → the agency."""
    rows = session.execute(
        select(Agency.id, Agency.name).where(
            Agency.kind == AgencyKind.HEALTH_CENTRE, within_prefix(Agency.area_code, prefix_of(county))
        )
    )
    found: dict[str, int] = {}
    for agency_id, name in rows:
        plain = plain_agency(name)
        short = plain.removeprefix(plain_agency(county_name))
        found |= dict.fromkeys((plain, short, plain_agency(county_name) + short), agency_id)
    return found


# -- comparisons ------------------------------------------------------------------------------------------------------


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
    """Which findings: of a kind (None: of all), with an item, without a word (`is_open`) or with one."""

    kind: FindingKind | None = None
    item: Differs | None = None
    word: Decision | None = None
    is_open: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        return [
            condition
            for is_asked, condition in (
                (self.kind, NationalFinding.kind == self.kind),
                (self.item, _has(self.item or Differs.NAME)),
                (self.word, NationalFinding.decision == self.word),
                (self.is_open, NationalFinding.decision.is_(None)),
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
    vault = Vault(session, keyring)
    shown = []
    for one in findings:
        registered = ours.get(one.patient_id or 0)
        if registered and one.differs & Differs.ID_NUMBER:
            registered = replace(registered, number=_number(session, vault, registered))
        shown.append(Shown(one, theirs_of(key, one), registered))
    return shown


def _number(session: Session, vault: Vault, ours: Ours) -> str:
    sealed = session.scalar(select(Person.id_number_sealed).where(Person.id == ours.person_id))
    return vault.open(ours.person_id, "people.id_number", sealed) or ""


def key_of(session: Session, keyring: Keyring, actor: Actor, comparison: NationalComparison) -> bytes:
    return open_file(session, keyring, get_file(session, actor, comparison.key_file))


def theirs_of(key: bytes, finding: NationalFinding) -> NationalRow | None:
    """What the export says; None for whom no row names, and of a row without a difference."""
    if finding.cells_sealed is None or finding.row_number is None:
        return None
    stored = json.loads(unseal(key, finding.cells_sealed, f"{PLACE}:{finding.public_id}"))
    return row_of(finding.sheet or 0, finding.row_number, stored)
