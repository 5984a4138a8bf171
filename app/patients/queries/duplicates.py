"""Who may be this person already: found while a registration is typed, within the actor's county.

A record of the actor's own area is named; of one elsewhere in the county nothing is told but that the county office should be asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.areas.queries import full_names
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, is_within
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.identity import normalise_id_number
from app.core.names import normalise_name
from app.core.phones import check_phone
from app.core.scope import within_prefix
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import NameKey, Person
from app.people.queries import person_ids_by_id_number, person_ids_by_phone

MOST = 10
SHORTEST_NUMBER = 8


@dataclass(frozen=True, slots=True)
class Lookalike:
    """`why` is a code of `texts`; name, place and page are None for a record that is not the actor's."""

    why: str
    public_id: str | None = None
    name: str | None = None
    born_on: date | None = None
    place: str | None = None


def find_lookalikes(
    session: Session, actor: Actor, keyring: Keyring, name: str, born_on: date | None, id_number: str, phone: str
) -> list[Lookalike]:
    """The strongest reason first, each record once."""
    found: dict[int, Lookalike] = {}
    for why, which in _signs(keyring, name, born_on, id_number, phone):
        for patient, person in session.execute(_in_county(actor).where(which).limit(MOST)):
            found.setdefault(patient.id, _told(session, actor, why, patient, person))
    return list(dict.fromkeys(found.values()))


def _signs(
    keyring: Keyring, name: str, born_on: date | None, id_number: str, phone: str
) -> list[tuple[str, ColumnElement[bool]]]:
    signs: list[tuple[str, ColumnElement[bool]]] = []
    if len(normalise_id_number(id_number)) >= SHORTEST_NUMBER:
        signs += [("patients.twice.number", Person.id.in_(ids)) for ids in person_ids_by_id_number(keyring, id_number)]
    if name.strip() and born_on:
        signs.append(("patients.twice.birth", (Person.name == normalise_name(name)) & (Person.born_on == born_on)))
    if check_phone(phone).valid:
        whose = person_ids_by_phone(keyring, phone)
        signs.append(
            ("patients.twice.phone", Patient.id.in_(select(NameKey.patient_id).where(NameKey.person_id.in_(whose))))
        )
    return signs


def _in_county(actor: Actor):  # type: ignore[no-untyped-def]  # the type of two joined entities says nothing
    county = actor.area_prefix[: PREFIX_LENGTHS[AreaLevel.COUNTY]]
    return (
        select(Patient, Person)
        .join(Person, Person.id == Patient.person_id)
        .where(within_prefix(Patient.area_code, county), Patient.registry_status != RegistryStatus.MERGED)
        .order_by(Patient.id)
    )


def _told(session: Session, actor: Actor, why: str, patient: Patient, person: Person) -> Lookalike:
    if not is_within(patient.area_code, actor.area_prefix) or sees(actor, Field.PATIENT_NAME) is not Grant.FULL:
        return Lookalike(why)
    place = full_names(session, [patient.area_code])[patient.area_code]
    return Lookalike(why, patient.public_id, person.name, person.born_on, place)
