"""Whom the rows of a list of visits are about: by ID number, else by record number, else by name and birth date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.batches import slices
from app.core.crypto import Keyring
from app.core.scope import within
from app.patients.models import Patient
from app.patients.rules import NOT_LIVE
from app.people.models import Person
from app.people.queries import find_ids_by_id_numbers
from app.roster.rules.visit_rows import VisitRow, Who


@dataclass(frozen=True, slots=True)
class Known:
    """A patient of the actor's, as far as a list can name one."""

    id: int
    public_id: str
    name: str
    born_on: date | None
    area_code: str
    has_id_number: bool


@dataclass
class Directory:
    """The actor's patients by each of the three keys."""

    by_id_number: dict[str, Known] = field(default_factory=dict)
    by_record_number: dict[str, Known] = field(default_factory=dict)
    by_name: dict[tuple[str, date | None], list[Known]] = field(default_factory=dict)

    def sure(self, who: Who) -> Known | None:
        """By either number; a record number does not outweigh another ID number."""
        numbered = (self.by_record_number[number] for number in who.record_numbers if number in self.by_record_number)
        fitting = (one for one in numbered if not (who.id_number and one.has_id_number))
        return self.by_id_number.get(who.id_number) or next(fitting, None)

    def likely(self, who: Who) -> list[Known]:
        """Those of that name and birth date; whoever has another ID number here is somebody else."""
        found = self.by_name.get((who.name, who.born_on), []) if who.born_on else []
        return [one for one in found if not (who.id_number and one.has_id_number)]


def load_directory(session: Session, keyring: Keyring, actor: Actor, rows: Sequence[VisitRow]) -> Directory:
    found, whos = Directory(), {row.who for row in rows}
    numbers = find_ids_by_id_numbers(session, keyring, sorted({who.id_number for who in whos} - {""}))
    by_person = {one_id: number for number, one_id in numbers.items()}
    for ids in slices(by_person):
        for person_id, known in _patients(session, actor, Person.id.in_(ids)):
            found.by_id_number[by_person[person_id]] = known
    _load_by_record_number(session, actor, found, {number for who in whos for number in who.record_numbers})
    unsure = {who.name for who in whos if found.sure(who) is None}
    for part in slices(unsure):
        for _person_id, known in _patients(session, actor, Person.name.in_(part)):
            found.by_name.setdefault((known.name, known.born_on), []).append(known)
    return found


def _load_by_record_number(session: Session, actor: Actor, found: Directory, numbers: Iterable[str]) -> None:
    for part in slices(numbers):
        wanted = _query(actor, Patient.record_number.in_(part)).add_columns(Patient.record_number)
        found.by_record_number.update({row.record_number: _known(row) for row in session.execute(wanted)})


def _patients(session: Session, actor: Actor, condition: ColumnElement[bool]) -> list[tuple[int, Known]]:
    return [(row.person_id, _known(row)) for row in session.execute(_query(actor, condition))]


def _query(actor: Actor, condition: ColumnElement[bool]) -> Select[int, str, int, str, str, date | None, bool]:
    return (
        select(
            Patient.id,
            Patient.public_id,
            Patient.person_id,
            Patient.area_code,
            Person.name,
            Person.born_on,
            Person.id_index.is_not(None).label("has_id_number"),
        )
        .join(Person, Person.id == Patient.person_id)
        .where(condition, within(Patient.area_code, actor), Patient.registry_status.not_in(NOT_LIVE))
    )


def _known(row: Any) -> Known:
    return Known(row.id, row.public_id, row.name, row.born_on, row.area_code, row.has_id_number)
