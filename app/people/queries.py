"""Finding people: by number, by telephone, by account; and whom an actor may ask about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, bindparam, column, func, or_, select, table
from sqlalchemy.orm import Session

from app.core.access import Field
from app.core.actor import Actor
from app.core.batches import slices
from app.core.crypto import Keyring, WrappedKey
from app.core.errors import NotFound
from app.core.identity import normalise_id_number
from app.core.phones import check_phone
from app.core.scope import within
from app.people.models import FormerIdNumber, NameKey, PayeeAccount, Person, PersonKey, Phone
from app.people.vault import Vault

ID, ID_TAIL4, ID_TAIL6, PHONE, ACCOUNT = "id", "id4", "id6", "phone", "account"

# The registration behind a person: the room above owns the table, only its keys are read here.
_patients = table("patients", column("id"), column("person_id"), column("area_code"))
_OF_PATIENT = (Field.PATIENT_NAME, Field.PATIENT_ID_NUMBER, Field.PATIENT_PHONE)


def find_area(session: Session, person_id: int) -> str:
    """The village of the patient whom the person is or looks after, by the keys under which they are found; empty for others."""
    return session.scalar(select(func.min(NameKey.area_code)).where(NameKey.person_id == person_id)) or ""


def find_by_id_number(session: Session, keyring: Keyring, number: str) -> Person | None:
    indexes = keyring.indexes(ID, normalise_id_number(number))
    return session.scalars(select(Person).where(Person.id_index.in_(indexes))).one_or_none()


def find_ids_by_id_numbers(session: Session, keyring: Keyring, numbers: Iterable[str]) -> dict[str, int]:
    """number as given → person id, for the numbers that are known."""
    by_index: dict[bytes, str] = {}
    for number in numbers:
        by_index.update(dict.fromkeys(keyring.indexes(ID, normalise_id_number(number)), number))
    found: dict[str, int] = {}
    for part in slices(by_index):
        rows = session.execute(select(Person.id_index, Person.id).where(Person.id_index.in_(part)))
        found.update({by_index[index]: person_id for index, person_id in rows if index is not None})
    return found


def ids_by_whole_numbers(session: Session, keyring: Keyring, numbers: Iterable[str]) -> set[int]:
    """Whose number is, or once was, one of these."""
    wanted = {index for number in numbers for index in keyring.indexes(ID, normalise_id_number(number))}
    found: set[int] = set()
    for part in slices(wanted):
        found.update(session.scalars(select(Person.id).where(Person.id_index.in_(part))))
        former = select(FormerIdNumber.person_id).where(FormerIdNumber.number_index.in_(part))
        found.update(session.scalars(former))
    return found


def list_people(session: Session, person_ids: Iterable[int]) -> dict[int, Person]:
    found: dict[int, Person] = {}
    for part in slices(set(person_ids)):
        found.update({person.id: person for person in session.scalars(select(Person).where(Person.id.in_(part)))})
    return found


def lock_people(session: Session, person_ids: Iterable[int]) -> dict[int, Person]:
    """Known people as stored now; nobody else gives them another part until the transaction ends.

    A patient is nobody's first guardian: each side reads the other's rows, so both take the person first, in one order.
    """
    found: dict[int, Person] = {}
    for part in slices(sorted(set(person_ids))):
        locked = select(Person).where(Person.id.in_(part)).order_by(Person.id).with_for_update(key_share=True)
        found.update({person.id: person for person in session.scalars(locked)})
    return found


def find_main_phone(session: Session, vault: Vault, person_id: int) -> str | None:
    sealed = session.scalar(select(Phone.number_sealed).where(Phone.person_id == person_id, Phone.is_main))
    return vault.open(person_id, "phones.number", sealed)


def list_main_phones(session: Session, vault: Vault, person_ids: Iterable[int]) -> dict[int, str]:
    """person id → main number; one query a slice, keys and numbers together."""
    phones: dict[int, str] = {}
    for part in slices(set(person_ids)):
        found = session.connection().execute(_MAIN_PHONES, {"people": part}).all()
        vault.learn((at, WrappedKey(kek_id, wrapped)) for at, _sealed, kek_id, wrapped in found)
        phones |= {at: vault.open(at, "phones.number", sealed) or "" for at, sealed, _kek_id, _wrapped in found}
    return phones


# Built once: it runs for every page of a work list.
_MAIN_PHONES = (
    select(Phone.person_id, Phone.number_sealed, PersonKey.kek_id, PersonKey.wrapped)
    .join(PersonKey, PersonKey.person_id == Phone.person_id)
    .where(Phone.person_id.in_(bindparam("people", expanding=True)), Phone.is_main)
)


def find_account(session: Session, person_id: int, day: date | None = None) -> PayeeAccount | None:
    """The account that holds on `day`; the open one without a day."""
    accounts = select(PayeeAccount).where(PayeeAccount.person_id == person_id)
    if day is None:
        return session.scalars(accounts.where(PayeeAccount.to_on.is_(None))).one_or_none()
    holds = accounts.where(PayeeAccount.from_on <= day, or_(PayeeAccount.to_on.is_(None), PayeeAccount.to_on > day))
    return session.scalars(holds.order_by(PayeeAccount.from_on.desc()).limit(1)).first()


def get_person(session: Session, actor: Actor, public_id: str, field: Field) -> Person:
    """A person whom `field` speaks of (a patient, or a patient's guardian) within the actor's area; raises `NotFound`."""
    person = session.scalars(
        select(Person).where(Person.public_id == public_id, _reachable(actor, field).exists())
    ).one_or_none()
    if person is None:
        raise NotFound()
    return person


def person_ids_by_phone(keyring: Keyring, number: str) -> Select[int]:
    """Whose telephone this is, as a subquery."""
    return select(Phone.person_id).where(Phone.number_index.in_(keyring.indexes(PHONE, check_phone(number).number)))


def person_ids_by_id_number(keyring: Keyring, text: str) -> list[Select[int]]:
    """Subqueries of people whose number ends in the four or six characters typed, or is or was the whole of it.

    One subquery an index; none for texts of other lengths.
    """
    number = normalise_id_number(text)
    if len(number) == 4:
        return [select(Person.id).where(Person.id_tail4_index.in_(keyring.indexes(ID_TAIL4, number)))]
    if len(number) == 6:
        return [select(Person.id).where(Person.id_tail6_index.in_(keyring.indexes(ID_TAIL6, number)))]
    if len(number) < 8:
        return []
    whole = keyring.indexes(ID, number)
    return [
        select(Person.id).where(Person.id_index.in_(whole)),
        select(FormerIdNumber.person_id).where(FormerIdNumber.number_index.in_(whole)),
    ]


def _reachable(actor: Actor, field: Field) -> Select[int]:
    is_patient = _patients.c.person_id == Person.id
    if field in _OF_PATIENT:
        return select(_patients.c.id).where(is_patient, within(_patients.c.area_code, actor))
    own = select(_patients.c.id).where(_patients.c.id == NameKey.patient_id, _patients.c.person_id == NameKey.person_id)
    return select(NameKey.patient_id).where(
        NameKey.person_id == Person.id, within(NameKey.area_code, actor), ~own.exists()
    )
