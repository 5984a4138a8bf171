"""Storing who somebody is: sealed fields, blind indexes, name keys; and looking at a masked value with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from app.audit.queries import count_acts, start_of_day
from app.audit.service import note
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.bank_account import check_account
from app.core.batches import insert_missing, number_rows, reserve_ids
from app.core.clock import business_day
from app.core.crypto import Keyring
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.identity import IdKind, normalise_id_number
from app.core.names import normalise_name
from app.core.phones import check_phone
from app.core.pinyin import name_keys, sort_key
from app.core.reasons import Reason, reason
from app.people.commands import AccountDraft, PersonDraft
from app.people.models import DatePrecision, FormerIdNumber, NameKey, PayeeAccount, Person, Phone
from app.people.queries import (
    ACCOUNT,
    ID,
    ID_TAIL4,
    ID_TAIL6,
    PHONE,
    find_account,
    find_by_id_number,
    find_ids_by_id_numbers,
    find_main_phone,
)
from app.people.rules import REVEALS_A_DAY, check_payee_account, estimated_day, reveal_problems
from app.people.vault import Vault

__all__ = [
    "change_id_number", "change_identity", "create_people", "create_person", "find_by_id_number", "find_ids_by_id_numbers",
    "forget_names", "index_many", "index_names", "move_keys", "open_id_number", "record_death", "rename_keys", "reveal",
    "set_account", "set_phone",
]  # fmt: skip


REVEALED = "people.revealed"  # the audit's word for a look behind a mask
REVEAL_LOCK = 7_230_116


class Registration(Protocol):
    """What name keys need to know of a patient."""

    id: Any
    area_code: Any


def create_person(session: Session, vault: Vault, draft: PersonDraft, now: datetime) -> Person:
    return create_people(session, vault, [draft], now)[0]


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
            _seal_number(vault, person, draft.id_kind, draft.id_number)
        people.append(person)
        rows.append(key)
        if draft.phone:
            rows.append(_phone(vault, person, draft.phone))
        if draft.account:
            rows.append(_account(vault, person, draft.account, None, now))
    session.add_all(people)
    session.flush()
    for model in (Phone, PayeeAccount):
        number_rows(session, model, [row for row in rows if isinstance(row, model)])
    session.add_all(rows)
    session.flush()
    return people


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
        note(session, actor, "people.identity_changed", now=now, subject=("person", person.public_id))
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
        session.add(_former(vault, actor, person, current, now))
    if number:
        _seal_number(vault, person, id_kind, number)
    else:
        person.id_number_sealed = person.id_index = person.id_tail4_index = person.id_tail6_index = None
        person.id_kind = IdKind.NONE.value
    return True


def open_id_number(vault: Vault, person: Person) -> str | None:
    return vault.open(person.id, "people.id_number", person.id_number_sealed)


def set_phone(session: Session, vault: Vault, person: Person, number: str | None) -> bool:
    """The person's main number; earlier ones stay as other numbers. True if it changed. Raises `Invalid` at `phone`."""
    if not number:
        return False
    checked = check_phone(number)
    if checked.errors:
        raise Invalid({"phone": checked.errors})
    if find_main_phone(session, vault, person.id) == checked.number:
        return False
    session.execute(update(Phone).where(Phone.person_id == person.id, Phone.is_main).values(is_main=False))
    same = session.scalars(
        select(Phone).where(
            Phone.person_id == person.id, Phone.number_index.in_(vault.keyring.indexes(PHONE, checked.number))
        )
    ).first()
    if same:
        same.is_main = True
    else:
        session.add(_phone(vault, person, checked.number))
    session.flush()
    return True


def set_account(
    session: Session, vault: Vault, person: Person, draft: AccountDraft, actor: Actor, now: datetime
) -> PayeeAccount:
    """A new account from a day; it ends the last. The same number again changes nothing. Raises `Invalid` by field."""
    errors, _warnings = check_payee_account(draft.kind, draft.number, draft.holder_name, person.name)
    if errors:
        raise Invalid(errors)
    last = find_account(session, person.id)
    if last is not None:
        number = check_account(draft.number, draft.kind).number
        if vault.open(person.id, "payee_accounts.number", last.number_sealed) == number:
            return last
        if draft.from_on < last.from_on:
            raise Conflict(reason("people.account.before_last", from_on=last.from_on))
        last.to_on = draft.from_on
        session.flush()
    account = _account(vault, person, draft, actor, now)
    session.add(account)
    session.flush()
    note(session, actor, "people.account_set", now=now, subject=("person", person.public_id))
    return account


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
    note(session, actor, "people.death_recorded", now=now, subject=("person", person.public_id))


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


def reveal(
    session: Session,
    vault: Vault,
    actor: Actor,
    field: Field,
    person: Person,
    reason_code: str,
    now: datetime,
    *,
    case_number: str = "",
    today: date | None = None,
) -> str:
    """The whole value behind a mask, noted with its reason.

    Raises `Forbidden` where the field table does not mask, `Invalid` at `reason` or `case`, `Conflict` beyond the day's budget.
    """
    require(actor, Action.REVEAL)
    if sees(actor, field) is not Grant.MASKED:
        raise Forbidden()
    problems = reveal_problems(reason_code, case_number)
    if problems:
        raise Invalid(problems)
    _refuse_beyond_budget(session, actor, today or business_day(now))
    value = _REVEALED[field](session, vault, person) if field in _REVEALED else None
    if value is None:
        raise NotFound()
    note(
        session,
        actor,
        REVEALED,
        now=now,
        subject=("person", person.public_id),
        detail={"field": field.value, "reason": reason_code} | ({"case": case_number} if case_number else {}),
    )
    return value


def _refuse_beyond_budget(session: Session, actor: Actor, today: date) -> None:
    """Twenty a day and user, exact also when several browsers ask at once."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_advisory_xact_lock(:space, :user)"), {"space": REVEAL_LOCK, "user": actor.user_id}
        )
    if count_acts(session, actor, [REVEALED], start_of_day(today)) >= REVEALS_A_DAY:
        raise Conflict(Reason("people.reveal.budget", {"most": REVEALS_A_DAY}))


def _name(_session: Session, _vault: Vault, person: Person) -> str | None:
    return person.name


def _number(_session: Session, vault: Vault, person: Person) -> str | None:
    return open_id_number(vault, person)


def _main_phone(session: Session, vault: Vault, person: Person) -> str | None:
    return find_main_phone(session, vault, person.id)


_REVEALED: dict[Field, Callable[[Session, Vault, Person], str | None]] = {
    Field.PATIENT_NAME: _name,
    Field.PATIENT_ID_NUMBER: _number,
    Field.GUARDIAN_ID_NUMBER: _number,
    Field.PATIENT_PHONE: _main_phone,
    Field.GUARDIAN_PHONE: _main_phone,
}


def _seal_number(vault: Vault, person: Person, id_kind: IdKind, number: str) -> None:
    keyring: Keyring = vault.keyring
    person.id_kind = id_kind.value
    person.id_number_sealed = vault.seal(person.id, "people.id_number", number)
    person.id_index = keyring.index(ID, number)
    person.id_tail4_index = keyring.index(ID_TAIL4, number[-4:])
    person.id_tail6_index = keyring.index(ID_TAIL6, number[-6:])
    person.index_key_id = keyring.current_index_key_id


def _former(vault: Vault, actor: Actor, person: Person, number: str, now: datetime) -> FormerIdNumber:
    return FormerIdNumber(
        person_id=person.id,
        id_kind=person.id_kind,
        number_sealed=vault.seal(person.id, "former_id_numbers.number", number),
        number_index=vault.keyring.index(ID, number),
        index_key_id=vault.keyring.current_index_key_id,
        replaced_at=now,
        replaced_by=actor.user_id,
    )


def _phone(vault: Vault, person: Person, number: str) -> Phone:
    return Phone(
        person_id=person.id,
        number_sealed=vault.seal(person.id, "phones.number", number),
        number_index=vault.keyring.index(PHONE, number),
        is_main=True,
    )


def _account(vault: Vault, person: Person, draft: AccountDraft, actor: Actor | None, now: datetime) -> PayeeAccount:
    number = check_account(draft.number, draft.kind).number
    return PayeeAccount(
        person_id=person.id,
        kind=draft.kind,
        bank_name=draft.bank_name,
        number_sealed=vault.seal(person.id, "payee_accounts.number", number),
        number_index=vault.keyring.index(ACCOUNT, number),
        holder_name=normalise_name(draft.holder_name) if draft.holder_name else person.name,
        from_on=draft.from_on,
        recorded_at=now,
        recorded_by=actor.user_id if actor else None,
        is_opening=draft.is_opening,
    )
