"""Another office's list compared with the people whom subsidies concern: what matches is handed on, everybody else is forgotten at once.

People are compared under blind indexes in memory: the list's numbers are never written anywhere, and the register's are not opened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.areas.rules import AreaLevel, code_of, level_of, prefix_of
from app.core.actor import Actor
from app.core.batches import slices
from app.core.crypto import Keyring
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.core.scope import within_prefix
from app.core.workbooks.sheet import Sheet
from app.guardians.models import Agreement, Guardianship
from app.patients.models import Patient
from app.people.models import FormerIdNumber, Person
from app.people.queries import ID, ID_TAIL4
from app.roster.rules.header import Override
from app.roster.rules.listed_mapping import mapping_to_remember
from app.roster.rules.listed_rows import ListedReading, ListedRow
from app.subsidies.commands import StoreCheckList
from app.subsidies.models import CheckList
from app.subsidies.queries.hits import find_same_list
from app.subsidies.rules.checks import OF_PATIENTS_ONLY, Found, HitKind, ListKind
from app.subsidies.service.checks import check_as_of, compare_again, require_kind, store_list

# whose agreement ended longer ago is paid by no run that could still be prepared
CONCERNED_AFTER_END = timedelta(days=731)
ROWS_A_STEP = 2_000

Transaction = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int], None]
# what the clock says when it is asked: comparing takes minutes, and what is written down says when it was written
Moment = Callable[[], datetime]


@dataclass(frozen=True)
class ListFile:
    """A list as it was sent and read, with a person's own mapping. `as_of` is the day up to which the office says that it is complete."""

    kind: ListKind
    as_of: date
    sha256: str
    sheets: Sequence[Sheet]
    reading: ListedReading
    overrides: Mapping[str, Override] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """`is_new` is False for a file that was loaded before."""

    kept: CheckList
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Person:
    id: int
    area_code: str
    born_on: date | None
    tail: bytes | None


@dataclass
class Concerned:
    """The county's patients with an agreement, and their guardians, as a list can be compared with them."""

    by_number: dict[bytes, _Person] = field(default_factory=dict)
    by_name: dict[str, list[_Person]] = field(default_factory=lambda: defaultdict(list))


def load_check_list(
    reading: Transaction,
    transaction: Transaction,
    keyring: Keyring,
    actor: Actor,
    file: ListFile,
    today: date,
    moment: Moment,
    progress: Progress | None = None,
) -> Loaded:
    """Compare and keep a list, all or nothing. `Invalid` for a list that cannot be read.

    The same file again is compared with whom the register holds by now: it adds people and takes nobody away.
    """
    require_kind(actor, file.kind)
    county = county_of_actor(actor)
    if file.reading.refused:
        raise Invalid({"file": list(file.reading.refused)})
    if wrong := check_as_of(file.as_of, today):
        raise Invalid({"as_of": list(wrong)})
    compared_at = moment()
    with reading() as session:
        known = find_same_list(session, county, file.kind, file.sha256)
        concerned = load_concerned(session, county, file.kind, known.as_of if known else file.as_of)
    found = tuple(_matched(keyring, concerned, file.reading.rows, progress))
    command = _command(county, file, compared_at, found)
    try:
        return _store(transaction, actor, command, moment)
    except IntegrityError:  # somebody stored the same file meanwhile: now it is there to be compared again
        return _store(transaction, actor, command, moment)


def _store(transaction: Transaction, actor: Actor, command: StoreCheckList, moment: Moment) -> Loaded:
    with transaction() as session:
        known = find_same_list(session, command.county_code, command.kind, command.sha256, lock=True)
        if known:
            return Loaded(compare_again(session, actor, known, command, moment()), False)
        return Loaded(store_list(session, actor, command, moment()), True)


def list_counts(kept: CheckList) -> dict[str, int]:
    """The figures of a list: all that is shown of whoever was not found."""
    nobody = kept.row_count - kept.unread_count - kept.hit_count - kept.near_count
    return {
        "rows": kept.row_count,
        "hits": kept.hit_count,
        "near": kept.near_count,
        "none": max(nobody, 0),
        "unread": kept.unread_count,
    }


def county_of_actor(actor: Actor) -> str:
    """The county whose lists the actor keeps; `Conflict` for whoever has a smaller or larger place."""
    county = code_of(actor.area_prefix) if actor.area_prefix else ""
    if not county or level_of(county) is not AreaLevel.COUNTY:
        raise Conflict(reason("roster.list.no_county"))
    return county


def load_concerned(session: Session, county: str, kind: ListKind, as_of: date) -> Concerned:
    """Everybody whom the county's agreements name, by blind index and by name; of lists of patients only the patients."""
    concerned = Concerned()
    people: dict[int, _Person] = {}
    roles = [_patients(county, as_of)]
    if kind not in OF_PATIENTS_ONLY:
        roles.append(_guardians(county, as_of))
    for query in roles:
        for person_id, name, born_on, number, tail, area_code in session.execute(query):
            if person_id in people:
                continue
            person = people[person_id] = _Person(person_id, area_code, born_on, tail)
            concerned.by_name[name].append(person)
            if number is not None:
                concerned.by_number[number] = person
    for part in slices(people):
        former = select(FormerIdNumber.number_index, FormerIdNumber.person_id)
        for index, person_id in session.execute(former.where(FormerIdNumber.person_id.in_(part))):
            concerned.by_number.setdefault(index, people[person_id])
    return concerned


def match_row(keyring: Keyring, concerned: Concerned, row: ListedRow) -> Iterator[Found]:
    """The person with the row's number; without one, everybody of the same name who was born on its day or has its last four."""
    if row.number:
        for index in keyring.indexes(ID, row.number):
            if person := concerned.by_number.get(index):
                yield Found(person.id, person.area_code, HitKind.HIT, row.from_on, row.to_on)
                return
    namesakes = concerned.by_name.get(row.name) if row.name else None
    if not namesakes:
        return
    tails = keyring.indexes(ID_TAIL4, row.tail) if row.tail else []
    for person in namesakes:
        if (row.born_on and person.born_on == row.born_on) or (person.tail is not None and person.tail in tails):
            yield Found(person.id, person.area_code, HitKind.NEAR, row.from_on, row.to_on)


def _matched(
    keyring: Keyring, concerned: Concerned, rows: Sequence[ListedRow], progress: Progress | None
) -> Iterator[Found]:
    """Each person and first day once; an equal number outweighs an equal name."""
    best: dict[tuple[int, date | None], Found] = {}
    done = 0
    for part in slices(rows, ROWS_A_STEP):
        for row in part:
            for found in match_row(keyring, concerned, row):
                key = (found.person_id, found.from_on)
                if key not in best or (found.hit is HitKind.HIT and best[key].hit is HitKind.NEAR):
                    best[key] = found
        done += len(part)
        if progress:
            progress(done, len(rows))
    yield from best.values()


def _concerned(
    person_id: InstrumentedAttribute[int], county: str, as_of: date
) -> Select[int, str, date | None, bytes | None, bytes | None, str]:
    return (
        select(Person.id, Person.name, Person.born_on, Person.id_index, Person.id_tail4_index, Patient.area_code)
        .select_from(Agreement)
        .join(Patient, Patient.id == Agreement.patient_id)
        .join(Guardianship, Guardianship.patient_id == Patient.id)
        .join(Person, Person.id == person_id)
        .where(
            within_prefix(Patient.area_code, prefix_of(county)),
            Agreement.withdrawn_at.is_(None),
            func.coalesce(Agreement.ended_on, Agreement.to_on) >= as_of - CONCERNED_AFTER_END,
            or_(
                Guardianship.id == Agreement.guardianship_id,
                Guardianship.id == Agreement.second_guardianship_id,
            ),
        )
        .order_by(Agreement.id)
    )


def _patients(county: str, as_of: date) -> Select[int, str, date | None, bytes | None, bytes | None, str]:
    return _concerned(Patient.person_id, county, as_of)


def _guardians(county: str, as_of: date) -> Select[int, str, date | None, bytes | None, bytes | None, str]:
    return _concerned(Guardianship.person_id, county, as_of)


def _command(county: str, file: ListFile, compared_at: datetime, found: tuple[Found, ...]) -> StoreCheckList:
    return StoreCheckList(
        county_code=county,
        kind=file.kind,
        as_of=file.as_of,
        compared_at=compared_at,
        sha256=file.sha256,
        row_count=file.reading.count,
        unread_count=len(file.reading.unread),
        found=found,
        mapping=mapping_to_remember(file.sheets, file.reading.mappings, file.overrides),
    )
