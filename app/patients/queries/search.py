"""One search box: characters and fragments, full pinyin, initials from the front, end or whole of a number, telephone, guardian.

A name is a range of `name_keys` within the actor's area, the same on both databases; a number is a blind index.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, case, func, null, select, union_all
from sqlalchemy.orm import Session, aliased

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.identity import normalise_id_number
from app.core.phones import check_phone
from app.core.pinyin import is_spelling, search_key
from app.core.scope import within
from app.patients.models import Patient
from app.patients.queries.register import RegisterRow, as_rows, columns_for
from app.patients.rules import RegistryStatus
from app.people.models import NameKey, Person
from app.people.queries import person_ids_by_id_number, person_ids_by_phone

LIMIT = 50
_AFTER_LETTERS = "{"  # follows "z"


def search_patients(
    session: Session, actor: Actor, keyring: Keyring, text: str, limit: int = LIMIT
) -> list[RegisterRow]:
    """Up to `limit` patients of the actor's area, best known names first. Nothing for an empty text.

    Numbers are only searched by roles that may see them, so that a search tells no more than a page would.
    """
    text = text.strip()[:80]
    if not text:
        return []
    if _is_number(text):
        return _by_number(session, actor, keyring, text, limit)
    return _by_name(session, actor, search_key(text), limit)


def _is_number(text: str) -> bool:
    """Numbers of papers and telephones have a digit in them; names have none."""
    plain = normalise_id_number(text)
    return plain.isascii() and any(sign.isdigit() for sign in plain)


def _by_number(session: Session, actor: Actor, keyring: Keyring, text: str, limit: int) -> list[RegisterRow]:
    rows = (
        select(*columns_for(actor), null().label("found_by"))
        .join(Person, Person.id == Patient.person_id)
        .where(Patient.id.in_(union_all(*_number_matches(actor, keyring, text))), *_visible(actor))
        .order_by(Person.name_sort, Patient.id)
        .limit(limit)
    )
    return as_rows(session, rows)


def _number_matches(actor: Actor, keyring: Keyring, text: str) -> list[Select[int]]:
    """Patients' ids, a subquery for each index that the text may be found in."""
    matches = [select(Patient.id).where(Patient.record_number == normalise_id_number(text))]
    people: list[Select[int]] = []
    if sees(actor, Field.PATIENT_ID_NUMBER) is not Grant.NONE:
        people += person_ids_by_id_number(keyring, text)
    if check_phone(text).valid:
        whose = person_ids_by_phone(keyring, text)
        if sees(actor, Field.PATIENT_PHONE) is not Grant.NONE:
            people.append(whose)
        if sees(actor, Field.GUARDIAN_PHONE) is not Grant.NONE:
            matches.append(select(NameKey.patient_id).where(NameKey.person_id.in_(whose)))
    return matches + [select(Patient.id).where(Patient.person_id.in_(ids)) for ids in people]


def _by_name(session: Session, actor: Actor, key: str, limit: int) -> list[RegisterRow]:
    if not key:
        return []
    matches = matching_keys(actor, key).limit(limit * 2).subquery()
    owner = aliased(Person)
    # the patient's own name wins over a guardian's
    other = func.max(case((matches.c.person_id != Patient.person_id, owner.name)))
    own = func.max(case((matches.c.person_id == Patient.person_id, 1), else_=0))
    columns = columns_for(actor)
    rows = (
        select(*columns, case((own == 1, null()), else_=other).label("found_by"))
        .join(matches, matches.c.patient_id == Patient.id)
        .join(Person, Person.id == Patient.person_id)
        .join(owner, owner.id == matches.c.person_id)
        .where(*_visible(actor))
        .group_by(Patient.id, Person.id)
        .order_by(own.desc(), Person.name_sort, Patient.id)
        .limit(limit)
    )
    return as_rows(session, rows, found_by=True)


def matching_keys(actor: Actor, key: str) -> Select[int, int]:
    """(patient, person) pairs whose name has the key: in index order, so that the first few come without reading the rest."""
    found = select(NameKey.patient_id, NameKey.person_id).where(within(NameKey.area_code, actor))
    if is_spelling(key):
        return found.where(NameKey.key >= key, NameKey.key < key + _AFTER_LETTERS).distinct()
    if len(key) <= 2:
        return found.where(NameKey.key == key)
    # a longer fragment: its first two characters by index, the whole of it by looking at the name
    plain = func.replace(func.replace(func.lower(Person.name), "·", ""), " ", "")
    return found.join(Person, Person.id == NameKey.person_id).where(
        NameKey.key == key[:2], plain.contains(key, autoescape=True)
    )


def _visible(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return within(Patient.area_code, actor), Patient.registry_status != RegistryStatus.MERGED
