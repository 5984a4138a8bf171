"""One search box: characters and fragments, full pinyin, initials from the front, end or whole of a number, telephone, guardian.

A name is a range of `name_keys` within the actor's area, the same on both databases; a number is a blind index.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, case, func, null, select, union_all
from sqlalchemy.orm import Session, aliased

from app.core.access import Field, Grant, sees
from app.core.actor import Actor, Role
from app.core.crypto import Keyring
from app.core.identity import normalise_id_number
from app.core.phones import check_phone
from app.core.pinyin import is_spelling, search_key
from app.core.scope import area_values, within, within_range
from app.patients.models import Patient
from app.patients.queries.register import RegisterRow, as_rows, columns_for
from app.patients.rules import RegistryStatus
from app.people.models import NameKey, Person
from app.people.queries import person_ids_by_id_number, person_ids_by_phone

LIMIT = 50
_AFTER_LETTERS = "{"  # follows "z"
_IS_STANDING = Patient.registry_status != RegistryStatus.MERGED


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
        select(*columns_for(actor.role), null().label("found_by"))
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
    values = {**area_values(actor), **_values(key), "size": limit, "most_keys": limit * 2}
    return as_rows(session, _name_statement(actor.role, _shape(key)), values, found_by=True)


class _Shape(StrEnum):
    """How a name is asked for: each is a range of keys of its own."""

    SPELLED = "spelled"  # pinyin or initials, from the front
    GRAM = "gram"  # one or two characters anywhere
    LONGER = "longer"  # a longer fragment: its first two characters by index, the whole of it by looking at the name


def _shape(key: str) -> _Shape:
    if is_spelling(key):
        return _Shape.SPELLED
    return _Shape.GRAM if len(key) <= 2 else _Shape.LONGER


def _values(key: str) -> dict[str, str]:
    shape = _shape(key)
    if shape is _Shape.SPELLED:
        return {"key": key, "key_end": key + _AFTER_LETTERS}
    if shape is _Shape.GRAM:
        return {"key": key}
    whole = key.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return {"key": key[:2], "whole": f"%{whole}%"}


@cache
def _name_statement(role: Role, shape: _Shape) -> Select[Any]:
    """Built once for a role and a shape: a search is asked with every few letters."""
    matches = _keys_of(shape).limit(bindparam("most_keys", type_=Integer)).subquery()
    owner = aliased(Person)
    # the patient's own name wins over a guardian's
    other = func.max(case((matches.c.person_id != Patient.person_id, owner.name)))
    own = func.max(case((matches.c.person_id == Patient.person_id, 1), else_=0))
    return (
        select(*columns_for(role), case((own == 1, null()), else_=other).label("found_by"))
        .join(matches, matches.c.patient_id == Patient.id)
        .join(Person, Person.id == Patient.person_id)
        .join(owner, owner.id == matches.c.person_id)
        .where(within_range(Patient.area_code), _IS_STANDING)
        .group_by(Patient.id, Person.id)
        .order_by(own.desc(), Person.name_sort, Patient.id)
        .limit(bindparam("size", type_=Integer))
    )


def matching_keys(actor: Actor, key: str) -> Select[int, int]:
    """(patient, person) pairs whose name has the key: in index order, so that the first few come without reading the rest."""
    return _keys_of(_shape(key)).params({**area_values(actor), **_values(key)})


def _keys_of(shape: _Shape) -> Select[int, int]:
    found = select(NameKey.patient_id, NameKey.person_id).where(within_range(NameKey.area_code))
    if shape is _Shape.SPELLED:
        return found.where(NameKey.key >= bindparam("key"), NameKey.key < bindparam("key_end")).distinct()
    if shape is _Shape.GRAM:
        return found.where(NameKey.key == bindparam("key"))
    plain = func.replace(func.replace(func.lower(Person.name), "·", ""), " ", "")
    return found.join(Person, Person.id == NameKey.person_id).where(
        NameKey.key == bindparam("key"), plain.like(bindparam("whole"), escape="/")
    )


def _visible(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return within(Patient.area_code, actor), _IS_STANDING
