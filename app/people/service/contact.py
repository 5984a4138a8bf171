"""Telephones and payee accounts: a new one follows the last, nothing is overwritten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.bank_account import check_account
from app.core.errors import Conflict, Invalid
from app.core.phones import check_phone
from app.core.reasons import reason
from app.people.commands import AccountDraft
from app.people.models import PayeeAccount, Person, Phone
from app.people.queries import PHONE, find_account, find_main_phone
from app.people.rules import check_payee_account
from app.people.service.noting import note_person
from app.people.service.sealing import account_of, phone_of
from app.people.vault import Vault


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
        session.add(phone_of(vault, person, checked.number))
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
    known_phone_id = None
    if last is not None:
        number = check_account(draft.number, draft.kind).number
        if vault.open(person.id, "payee_accounts.number", last.number_sealed) == number:
            return last
        if draft.from_on < last.from_on:
            raise Conflict(reason("people.account.before_last", from_on=last.from_on))
        last.to_on = draft.from_on
        session.flush()
        known_phone_id = session.scalar(select(Phone.id).where(Phone.person_id == person.id, Phone.is_main))
    account = account_of(vault, person, draft, actor, now)
    account.known_phone_id = known_phone_id
    session.add(account)
    session.flush()
    note_person(session, actor, "people.account_set", person, now)
    return account
