"""Who may be registered twice in a county: pairs with the reason why they are shown, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, literal, select
from sqlalchemy.orm import Session, aliased

from app.areas.queries import full_names
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.scope import within
from app.guardians.models import Guardianship
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import FormerIdNumber, Person, Phone

MOST = 200
_One, _Other, _OnePerson, _OtherPerson = aliased(Patient), aliased(Patient), aliased(Person), aliased(Person)
# Reasons, the strongest first; codes of `texts`.
SAME_NUMBER, SAME_BIRTH, SAME_GUARDIAN = "desk.twice.number", "desk.twice.birth", "desk.twice.guardian"


@dataclass(frozen=True, slots=True)
class Record:
    public_id: str
    name: str
    sex: int
    born_on: date | None
    place: str
    registered_on: date | None


@dataclass(frozen=True, slots=True)
class Pair:
    one: Record
    other: Record
    reasons: tuple[str, ...]


def list_duplicates(session: Session, actor: Actor) -> list[Pair]:
    """Pairs of registered records of the actor's area that may be one human being; three statements, whatever the number."""
    require(actor, Action.PUT_RIGHT)
    why: dict[tuple[int, int], list[str]] = {}
    for code, pairs in (
        (SAME_NUMBER, _same_number(actor)),
        (SAME_BIRTH, _same_birth(actor)),
        (SAME_GUARDIAN, _same_guardian(actor)),
    ):
        for one, other in session.execute(pairs.limit(MOST)):
            why.setdefault((min(one, other), max(one, other)), []).append(code)
    records = _records(session, actor, {at for pair in why for at in pair})
    found = [Pair(records[one], records[other], tuple(dict.fromkeys(codes))) for (one, other), codes in why.items()]
    return sorted(found, key=lambda pair: (-len(pair.reasons), pair.one.name, pair.one.public_id))


def _pairs(actor: Actor) -> Select[int, int]:
    return (
        select(_One.id, _Other.id)
        .join(_OnePerson, _OnePerson.id == _One.person_id)
        .join(_OtherPerson, literal(True))
        .join(_Other, _Other.person_id == _OtherPerson.id)
        .where(
            within(_One.area_code, actor),
            within(_Other.area_code, actor),
            _One.registry_status == RegistryStatus.REGISTERED,
            _Other.registry_status == RegistryStatus.REGISTERED,
        )
    )


def _same_birth(actor: Actor) -> Select[int, int]:
    """Name and birth date alike."""
    return (
        _pairs(actor)
        .where(
            _OtherPerson.name_sort == _OnePerson.name_sort,
            _OtherPerson.name == _OnePerson.name,
            _OtherPerson.born_on == _OnePerson.born_on,
            _One.id < _Other.id,
        )
        .order_by(_One.id, _Other.id)
    )


def _same_number(actor: Actor) -> Select[int, int]:
    """A number that one has today is a former number of the other."""
    return (
        _pairs(actor)
        .join(
            FormerIdNumber,
            and_(FormerIdNumber.person_id == _OnePerson.id, FormerIdNumber.number_index == _OtherPerson.id_index),
        )
        .where(_OtherPerson.id != _OnePerson.id)
        .order_by(_One.id, _Other.id)
    )


def _same_guardian(actor: Actor) -> Select[int, int]:
    """A telephone of both first guardians alike, and names that sound alike: brothers share a guardian, not a name."""
    mine, theirs = aliased(Guardianship), aliased(Guardianship)
    here, there = aliased(Phone), aliased(Phone)

    def guards(link: type[Guardianship], patient: type[Patient]) -> object:
        return and_(link.patient_id == patient.id, link.to_on.is_(None), link.withdrawn_at.is_(None))

    return (
        select(_One.id, _Other.id)
        .join(_OnePerson, _OnePerson.id == _One.person_id)
        .join(mine, guards(mine, _One))  # type: ignore[arg-type]  # an alias stands for its class
        .join(here, here.person_id == mine.person_id)
        .join(there, there.number_index == here.number_index)
        .join(theirs, and_(theirs.person_id == there.person_id, theirs.to_on.is_(None), theirs.withdrawn_at.is_(None)))
        .join(_Other, _Other.id == theirs.patient_id)
        .join(_OtherPerson, _OtherPerson.id == _Other.person_id)
        .where(
            within(_One.area_code, actor),
            within(_Other.area_code, actor),
            _One.registry_status == RegistryStatus.REGISTERED,
            _Other.registry_status == RegistryStatus.REGISTERED,
            _One.id < _Other.id,
            _OtherPerson.name_sort == _OnePerson.name_sort,
        )
        .distinct()
        .order_by(_One.id, _Other.id)
    )


def _records(session: Session, actor: Actor, ids: set[int]) -> dict[int, Record]:
    rows = session.execute(
        select(Patient, Person)
        .join(Person, Person.id == Patient.person_id)
        .where(Patient.id.in_(ids), within(Patient.area_code, actor))
    ).all()
    places = full_names(session, {patient.area_code for patient, _person in rows})
    return {
        patient.id: Record(
            patient.public_id,
            person.name,
            person.sex,
            person.born_on,
            places[patient.area_code],
            patient.registered_on,
        )
        for patient, person in rows
    }
