"""Name keys: under which names a patient is found, always within the patient's area."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.core.batches import insert_missing
from app.core.pinyin import name_keys
from app.people.models import NameKey, Person


class Registration(Protocol):
    """What name keys need to know of a patient."""

    id: Any
    area_code: Any


def index_names(session: Session, patient: Registration, persons: Iterable[Person]) -> None:
    """Make a patient findable by these people's names, within the patient's area."""
    index_many(session, [(patient, person) for person in persons])


def index_many(session: Session, pairs: Iterable[tuple[Registration, Person]]) -> None:
    """As `index_names`, for many patients at once."""
    insert_missing(
        session,
        NameKey,
        [
            {"key": key, "area_code": patient.area_code, "person_id": person.id, "patient_id": patient.id}
            for patient, person in pairs
            for key in sorted(name_keys(person.name))
        ],
    )


def move_keys(session: Session, patient: Registration) -> None:
    """After a patient moved: all names under which they are found follow to the new area."""
    session.execute(update(NameKey).where(NameKey.patient_id == patient.id).values(area_code=patient.area_code))


def forget_names(session: Session, patient: Registration, person_id: int) -> None:
    """A guardian of the past no longer leads to the patient."""
    session.execute(delete(NameKey).where(NameKey.patient_id == patient.id, NameKey.person_id == person_id))


def rename_keys(session: Session, person: Person) -> None:
    """After a new name: its keys replace the old ones wherever they stood."""
    places = session.execute(
        select(NameKey.patient_id, NameKey.area_code).where(NameKey.person_id == person.id).distinct()
    ).all()
    session.execute(delete(NameKey).where(NameKey.person_id == person.id))
    insert_missing(
        session,
        NameKey,
        [
            {"key": key, "area_code": area_code, "person_id": person.id, "patient_id": patient_id}
            for patient_id, area_code in places
            for key in sorted(name_keys(person.name))
        ],
    )
