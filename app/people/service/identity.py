"""Who somebody is as papers change: a former number stays findable; a death has one home."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.identity import IdKind, normalise_id_number
from app.core.pinyin import sort_key
from app.core.reasons import reason
from app.people.commands import PersonDraft
from app.people.models import DatePrecision, Person
from app.people.queries import find_by_id_number
from app.people.rules import estimated_day
from app.people.service.naming import rename_keys
from app.people.service.noting import note_person
from app.people.service.sealing import former_of, seal_number
from app.people.vault import Vault


def change_identity(
    session: Session, vault: Vault, actor: Actor, person: Person, draft: PersonDraft, now: datetime
) -> bool:
    """Name, sex, birth date, papers as they are now; a number that changes is kept as a former one. True if anything did."""
    draft = draft.normalised()
    before = (person.name, person.sex, person.born_on, person.id_kind, person.post)
    renamed = person.name != draft.name
    person.name, person.sex, person.born_on = draft.name, int(draft.sex), draft.born_on
    person.post = draft.post if draft.post is not None else person.post
    number_changed = change_id_number(session, vault, actor, person, draft.id_kind, draft.id_number, now)
    if renamed:
        person.name_sort = sort_key(person.name)
        rename_keys(session, person)
    changed = number_changed or before != (person.name, person.sex, person.born_on, person.id_kind, person.post)
    if changed:
        note_person(session, actor, "people.identity_changed", person, now)
    return changed


def change_id_number(
    session: Session,
    vault: Vault,
    actor: Actor,
    person: Person,
    id_kind: IdKind,
    number: str | None,
    now: datetime,
) -> bool:
    """A corrected or renewed number; the old one stays findable (domain 9, case 18). Raises `Invalid` for somebody else's."""
    number = normalise_id_number(number) if number else None
    current = open_id_number(vault, person)
    if number == current:
        changed = person.id_kind != id_kind.value
        person.id_kind = id_kind.value
        return changed
    if number:
        holder = find_by_id_number(session, vault.keyring, number)
        if holder is not None and holder.id != person.id:
            raise Invalid({"id_number": [reason("people.id.taken")]})
    if current:
        session.add(former_of(vault, actor, person, current, now))
    if number:
        seal_number(vault, person, id_kind, number)
    else:
        person.id_number_sealed = person.id_index = person.id_tail4_index = person.id_tail6_index = None
        person.id_kind = IdKind.NONE.value
    return True


def open_id_number(vault: Vault, person: Person) -> str | None:
    return vault.open(person.id, "people.id_number", person.id_number_sealed)


def record_death(
    session: Session,
    actor: Actor,
    person: Person,
    died_on: date,
    precision: DatePrecision,
    cause: int | None,
    now: datetime,
    physical_cause: int | None = None,
) -> None:
    """The one home of a death; what must end is read from it (agreements, payments, work)."""
    day = estimated_day(died_on, precision)
    if person.born_on and day < person.born_on:
        raise Invalid({"died_on": [reason("people.died_before_birth", born_on=person.born_on)]})
    if person.died_on is not None:
        raise Conflict(reason("people.already_dead", died_on=person.died_on))
    person.died_on, person.died_on_precision = day, precision
    person.death_cause, person.death_physical_cause = cause, physical_cause
    person.death_recorded_at, person.death_recorded_by = now, actor.user_id
    session.flush()
    note_person(session, actor, "people.death_recorded", person, now)
