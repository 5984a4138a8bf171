"""Samples that were drawn, whose they are to read, and what was found of their records."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.areas.queries import full_names
from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor
from app.core.batches import slices
from app.core.errors import NotFound
from app.core.identity import mask_name
from app.core.scope import within
from app.numbers.models import Sample, SampleMark, SampleRecord, SampleUnit
from app.numbers.rules.sampling import Item, SampleState, Tally, Verdict, find_items, tally
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault

SHOWN = 200  # samples of a list
NOTE = "sample_records.note"


@dataclass(frozen=True, slots=True)
class Unit:
    """An institution of a sample, and what came of its records."""

    unit: SampleUnit
    agency: Agency
    tally: Tally


@dataclass(frozen=True, slots=True)
class Found:
    """A drawn record with what was found of it; `marks` are empty of one that could not be checked."""

    record: SampleRecord
    marks: Mapping[str, Verdict]
    tally: Tally


@dataclass(frozen=True, slots=True)
class Named:
    """Whose record it is, as far as the reader may know."""

    name: str | None
    record_number: str | None
    place: str
    opens: str | None


# what a list of records holds: name in the address → whether a record is on it
RECORD_LISTS: Final[Mapping[str, Callable[[Tally], bool]]] = {
    "drawn": lambda _one: True,
    "left": lambda one: not one.done,
    "checked": lambda one: bool(one.checked),
    "wrong": lambda one: bool(one.wrong),
    "unable": lambda one: bool(one.unable),
}
# what a list of items holds: name in the address → verdicts
ITEM_LISTS: Final[Mapping[str, frozenset[Verdict]]] = {
    "items": frozenset({Verdict.MATCH, Verdict.MISMATCH}),
    "errors": frozenset({Verdict.MISMATCH}),
    "unverifiable": frozenset({Verdict.UNVERIFIABLE}),
}


def visible(actor: Actor) -> ColumnElement[bool]:
    """The county's samples for whoever draws or verifies them; a unit or a town learns of one when it is closed."""
    if may(actor, Action.VERIFY_SAMPLES):
        return within(Sample.area_code, actor)
    own = exists(
        select(1)
        .select_from(SampleUnit)
        .join(Agency, Agency.id == SampleUnit.agency_id)
        .where(SampleUnit.sample_id == Sample.id, _own(actor))
    )
    return and_(Sample.state == SampleState.CLOSED, own)


def _own(actor: Actor) -> ColumnElement[bool]:
    """Institutions of the reader's: of a town those in it, of an institution itself."""
    if may(actor, Action.VERIFY_SAMPLES):
        return within(Agency.area_code, actor)
    if may(actor, Action.OPEN_SAMPLES):
        return Agency.id == (actor.agency_id or 0)
    return within(Agency.area_code, actor)


def get_sample(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> Sample:
    wanted = select(Sample).where(Sample.public_id == public_id, visible(actor))
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound()
    return found


def list_samples(session: Session, actor: Actor) -> list[Sample]:
    """The newest first."""
    return list(session.scalars(select(Sample).where(visible(actor)).order_by(Sample.id.desc()).limit(SHOWN)))


def find_by_key(session: Session, actor: Actor, submission_key: str) -> Sample | None:
    return session.scalar(select(Sample).where(Sample.submission_key == submission_key, visible(actor)))


def find_same(session: Session, actor: Actor, area_code: str, frame_digest: str, seed: str) -> Sample | None:
    """The sample that was drawn from the same records by the same seed."""
    same = (Sample.area_code == area_code, Sample.frame_digest == frame_digest, Sample.seed == seed)
    return session.scalar(select(Sample).where(visible(actor), *same))


def items_for(actor: Actor, sample: Sample) -> tuple[Item, ...]:
    """What the reader compares, or may read the verdict of."""
    return tuple(one for one in find_items(sample.subject, sample.items) if sees(actor, one.tells) is not Grant.NONE)


def list_units(session: Session, actor: Actor, sample: Sample, only: str = "") -> list[Unit]:
    """The sample's institutions as far as they are the reader's, in the order of places; `only` one by public id."""
    rows = session.execute(
        select(SampleUnit, Agency)
        .join(Agency, Agency.id == SampleUnit.agency_id)
        .where(SampleUnit.sample_id == sample.id, _own(actor), *([Agency.public_id == only] if only else []))
        .order_by(Agency.area_code, Agency.id)
    ).all()
    if only and not rows:
        raise NotFound()
    found = list_found(session, sample, [unit.agency_id for unit, _agency in rows])
    return [
        Unit(unit, agency, sum((one.tally for one in found if one.record.agency_id == unit.agency_id), Tally()))
        for unit, agency in rows
    ]


def list_found(session: Session, sample: Sample, agency_ids: Iterable[int]) -> list[Found]:
    """All records of these institutions with what was found, in the order of the draw."""
    wanted = set(agency_ids)
    marks: defaultdict[int, dict[str, Verdict]] = defaultdict(dict)
    rows = select(SampleMark.record_id, SampleMark.item, SampleMark.verdict).join(
        SampleRecord, SampleRecord.id == SampleMark.record_id
    )
    for record_id, item, verdict in session.execute(rows.where(SampleRecord.sample_id == sample.id)):
        marks[record_id][item] = verdict
    records = session.scalars(
        select(SampleRecord)
        .where(SampleRecord.sample_id == sample.id)
        .order_by(SampleRecord.agency_id, SampleRecord.serial)
    )
    return [_found(sample, one, marks[one.id]) for one in records if one.agency_id in wanted]


def _found(sample: Sample, record: SampleRecord, marks: Mapping[str, Verdict]) -> Found:
    """A mark that was made before the record turned out not to be checkable counts for nothing."""
    is_unable = record.unable is not None
    is_done = is_unable or len(marks) >= sample.item_count
    return Found(record, {} if is_unable else marks, tally(list(marks.values()), is_done, is_unable))


def get_record(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> tuple[SampleRecord, Sample]:
    """A drawn record and its sample, of an institution that the reader may open. Locked, the sample does not end meanwhile."""
    if lock:
        of_record = select(SampleRecord.sample_id).where(SampleRecord.public_id == public_id).scalar_subquery()
        session.execute(select(Sample.id).where(Sample.id == of_record).with_for_update(read=True))
    wanted = (
        select(SampleRecord, Sample)
        .join(Sample, Sample.id == SampleRecord.sample_id)
        .join(Agency, Agency.id == SampleRecord.agency_id)
        .where(SampleRecord.public_id == public_id, visible(actor), _own(actor))
    )
    found = session.execute(wanted.with_for_update(of=SampleRecord) if lock else wanted).one_or_none()
    if found is None:
        raise NotFound()
    record, sample = found
    return record, sample


def found_of(session: Session, sample: Sample, record: SampleRecord) -> Found:
    rows = session.execute(select(SampleMark.item, SampleMark.verdict).where(SampleMark.record_id == record.id))
    return _found(sample, record, dict(rows.all()))


def reads_note(actor: Actor, record: SampleRecord) -> bool:
    """By the field table, the county's office by opening the record, which is noted; and whoever wrote it reads the own words."""
    is_own = record.noted_by is not None and record.noted_by == actor.user_id
    return is_own or sees(actor, Field.FREE_TEXT) in (Grant.FULL, Grant.MASKED)


def notes_of(session: Session, vault: Vault, actor: Actor, records: Iterable[SampleRecord]) -> dict[int, str]:
    """record id → what was noted of it, of those whose note the reader reads."""
    noted = [one for one in records if one.note_sealed is not None and reads_note(actor, one)]
    people = people_of(session, {one.patient_id for one in noted})
    vault.warm(people.values())
    return {one.id: vault.open(people[one.patient_id], NOTE, one.note_sealed) or "" for one in noted}


def people_of(session: Session, patients: Iterable[int]) -> dict[int, int]:
    """patient → the person whose key seals what was noted; of a merged registration its own, which stays."""
    found: dict[int, int] = {}
    for part in slices(patients):
        found.update(dict(session.execute(select(Patient.id, Patient.person_id).where(Patient.id.in_(part))).all()))
    return found


def name_records(session: Session, actor: Actor, records: Sequence[SampleRecord]) -> dict[int, Named]:
    """record id → whose it is: by name, by masked name, or not at all, of people who are in the reader's area today."""
    grant, opens = sees(actor, Field.PATIENT_NAME), may(actor, Action.SEE_REGISTER)
    people: dict[int, tuple[str, str, str | None, str]] = {}
    for part in slices({one.patient_id for one in records}):
        rows = select(Patient.id, Patient.public_id, Person.name, Patient.record_number, Patient.area_code)
        here = rows.join(Person, Person.id == Patient.person_id).where(
            Patient.id.in_(part), within(Patient.area_code, actor)
        )
        people.update({row[0]: (row[1], row[2], row[3], row[4]) for row in session.execute(here)})
    places = full_names(session, {area for *_rest, area in people.values()})
    found = {}
    for one in records:
        if one.patient_id not in people or grant not in (Grant.FULL, Grant.MASKED):
            found[one.id] = Named(None, None, "", None)
            continue
        public_id, name, number, area = people[one.patient_id]
        is_whole = grant is Grant.FULL
        shown = name if is_whole else mask_name(name)
        found[one.id] = Named(shown, number, places[area], public_id if is_whole and opens else None)
    return found


def list_wrong(
    session: Session, actor: Actor, county: str, year: int, serial: int
) -> dict[int, list[tuple[int, str, int]]] | None:
    """institution → (patient, place today, items that differ) of a closed sample by its number, of whoever is still in the reader's area;
    None where there is none."""
    numbered = (Sample.area_code == county, Sample.year == year, Sample.serial == serial)
    sample = session.scalar(select(Sample).where(visible(actor), Sample.state == SampleState.CLOSED, *numbered))
    if sample is None:
        return None
    units = [one.unit.agency_id for one in list_units(session, actor, sample)]
    errors: Counter[tuple[int, int]] = Counter()
    for one in list_found(session, sample, units):
        if one.tally.errors:
            errors[one.record.agency_id, one.record.patient_id] += one.tally.errors
    places: dict[int, str] = {}
    for part in slices({patient for _agency, patient in errors}):
        here = select(Patient.id, Patient.area_code).where(Patient.id.in_(part), within(Patient.area_code, actor))
        places.update(dict(session.execute(here).all()))
    found: defaultdict[int, list[tuple[int, str, int]]] = defaultdict(list)
    for (agency, patient), count in errors.items():
        if patient in places:
            found[agency].append((patient, places[patient], count))
    return found


def frame_of(session: Session, sample: Sample) -> list[tuple[str, SampleUnit]]:
    """Every institution's public id with its row, the frame included: to draw again."""
    rows = select(Agency.public_id, SampleUnit).join(SampleUnit, SampleUnit.agency_id == Agency.id)
    return [(unit, row) for unit, row in session.execute(rows.where(SampleUnit.sample_id == sample.id))]


def keys_of(session: Session, sample: Sample) -> dict[str, list[str]]:
    """institution's public id → keys that were drawn, in their order."""
    rows = select(Agency.public_id, SampleRecord.key).join(SampleRecord, SampleRecord.agency_id == Agency.id)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for unit, key in session.execute(rows.where(SampleRecord.sample_id == sample.id).order_by(SampleRecord.serial)):
        found[unit].append(key)
    return found
