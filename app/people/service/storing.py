"""Storing people, one or an import's thousands: identity sealed under a key of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.core.batches import number_rows, reserve_ids
from app.core.pinyin import sort_key
from app.people.commands import PersonDraft
from app.people.models import PayeeAccount, Person, PersonKey, Phone
from app.people.service.sealing import account_of, phone_of, seal_number
from app.people.vault import Vault


def create_person(session: Session, vault: Vault, draft: PersonDraft, now: datetime) -> Person:
    return create_people(session, vault, [draft], now)[0]


def discard_person(session: Session, person: Person) -> None:
    """Forget a row that turned out to be somebody who is stored already, key and all; nothing may refer to it any more."""
    for model in (Phone, PersonKey):
        session.execute(delete(model).where(model.person_id == person.id))
    session.delete(person)
    session.flush()


def create_people(session: Session, vault: Vault, drafts: Sequence[PersonDraft], now: datetime) -> list[Person]:
    """Store many people in one flush, in the order of `drafts`.

    Drafts are normalised here; whether they are acceptable is asked before (`PersonDraft.checked`). A number that is already
    somebody's breaks the unique index: look it up first (`find_ids_by_id_numbers`).
    """
    people: list[Person] = []
    rows: list[Any] = []
    for person_id, raw in zip(reserve_ids(session, Person, len(drafts)), drafts, strict=True):
        draft = raw.normalised()
        key = vault.new_key(person_id)
        person = Person(
            id=person_id,
            name=draft.name,
            name_sort=sort_key(draft.name),
            sex=int(draft.sex),
            born_on=draft.born_on,
            id_kind=draft.id_kind.value,
            post=draft.post,
            created_at=now,
        )
        if draft.id_number:
            seal_number(vault, person, draft.id_kind, draft.id_number)
        people.append(person)
        rows.append(key)
        if draft.phone:
            rows.append(phone_of(vault, person, draft.phone))
        if draft.account:
            rows.append(account_of(vault, person, draft.account, None, now))
    session.add_all(people)
    session.flush()
    for model in (Phone, PayeeAccount):
        number_rows(session, model, [row for row in rows if isinstance(row, model)])
    session.add_all(rows)
    session.flush()
    return people
