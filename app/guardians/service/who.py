"""Which person a guardian is: known by id, by number, or (officers mostly) by name and telephone; else stored now, once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.batches import slices
from app.core.errors import Invalid
from app.core.names import normalise_name
from app.core.phones import check_phone
from app.core.reasons import reason
from app.guardians.commands import AddGuardian
from app.guardians.models import Guardianship
from app.patients.models import Patient
from app.people.commands import PersonDraft
from app.people.models import Person, Phone
from app.people.queries import PHONE, lock_people
from app.people.service import create_people, find_ids_by_id_numbers, set_account, set_phone
from app.people.vault import Vault


def people_of(
    session: Session, vault: Vault, actor: Actor, pairs: Sequence[tuple[Patient, AddGuardian]], now: datetime
) -> list[Person]:
    """Each command's person: known by id, by number, or (without one) by name and telephone; else stored now, once."""
    drafts = [command.person for _, command in pairs if command.person]
    known = _known(session, vault, drafts)
    by_id = lock_people(session, {command.person_id for _, command in pairs if command.person_id})
    fresh = {key: draft for draft in drafts if (key := _key(draft)) not in known}
    created = dict(zip(fresh, create_people(session, vault, list(fresh.values()), now), strict=True))
    people: list[Person] = []
    for _, command in pairs:
        draft = command.person
        if draft is None:
            people.append(by_id[command.person_id or 0])
            continue
        person = created.get(_key(draft)) or known[_key(draft)]
        if person.name != draft.name:
            raise Invalid({"id_number": [reason("people.id.other_name")]})
        if _key(draft) in known:
            _complete(session, vault, actor, person, draft, now)
        people.append(person)
    return people


_Key = tuple[str, str]


def _key(draft: PersonDraft) -> _Key:
    """What tells people apart: the number; without one, name and telephone."""
    return ("", draft.id_number) if draft.id_number else (draft.name, draft.phone or "")


def _known(session: Session, vault: Vault, drafts: Iterable[PersonDraft]) -> dict[_Key, Person]:
    drafts = list(drafts)
    by_number = find_ids_by_id_numbers(session, vault.keyring, [d.id_number for d in drafts if d.id_number])
    people = lock_people(session, by_number.values())
    found: dict[_Key, Person] = {("", number): people[person_id] for number, person_id in by_number.items()}
    found.update(_known_by_phone(session, vault, {d.phone for d in drafts if d.phone and not d.id_number}))
    return found


def _known_by_phone(session: Session, vault: Vault, phones: set[str]) -> dict[_Key, Person]:
    """People without a number who already guard somebody (officers mostly), by name and telephone."""
    indexes = {index: phone for phone in phones for index in vault.keyring.indexes(PHONE, check_phone(phone).number)}
    found: dict[_Key, Person] = {}
    for part in slices(indexes):
        rows = (
            select(Phone.number_index, Person)
            .join(Person, Person.id == Phone.person_id)
            .where(Phone.number_index.in_(part), Person.id_index.is_(None), Phone.is_main)
            .where(select(Guardianship.id).where(Guardianship.person_id == Person.id).exists())
            .order_by(Person.id.desc())
        )
        for index, person in session.execute(rows):
            found[normalise_name(person.name), indexes[index]] = person
    return found


def _complete(session: Session, vault: Vault, actor: Actor, person: Person, draft: PersonDraft, now: datetime) -> None:
    """A person who was known already learns the telephone, account and post that were given now."""
    set_phone(session, vault, person, draft.phone)
    if draft.account:
        set_account(session, vault, person, draft.account, actor, now)
    if draft.post:
        person.post = draft.post
    person.born_on = person.born_on or draft.born_on
    person.sex = person.sex or int(draft.sex)
