"""The rows that hold what is sealed of a person, each with its blind index."""

from __future__ import annotations

from datetime import datetime

from app.core.actor import Actor
from app.core.bank_account import check_account
from app.core.crypto import Keyring
from app.core.identity import IdKind
from app.core.names import normalise_name
from app.people.commands import AccountDraft
from app.people.models import FormerIdNumber, PayeeAccount, Person, Phone
from app.people.queries import ACCOUNT, ID, ID_TAIL4, ID_TAIL6, PHONE
from app.people.vault import Vault


def seal_number(vault: Vault, person: Person, id_kind: IdKind, number: str) -> None:
    keyring: Keyring = vault.keyring
    person.id_kind = id_kind.value
    person.id_number_sealed = vault.seal(person.id, "people.id_number", number)
    person.id_index = keyring.index(ID, number)
    person.id_tail4_index = keyring.index(ID_TAIL4, number[-4:])
    person.id_tail6_index = keyring.index(ID_TAIL6, number[-6:])
    person.index_key_id = keyring.current_index_key_id


def former_of(vault: Vault, actor: Actor, person: Person, number: str, now: datetime) -> FormerIdNumber:
    return FormerIdNumber(
        person_id=person.id,
        id_kind=person.id_kind,
        number_sealed=vault.seal(person.id, "former_id_numbers.number", number),
        number_index=vault.keyring.index(ID, number),
        index_key_id=vault.keyring.current_index_key_id,
        replaced_at=now,
        replaced_by=actor.user_id,
    )


def phone_of(vault: Vault, person: Person, number: str) -> Phone:
    return Phone(
        person_id=person.id,
        number_sealed=vault.seal(person.id, "phones.number", number),
        number_index=vault.keyring.index(PHONE, number),
        is_main=True,
    )


def account_of(vault: Vault, person: Person, draft: AccountDraft, actor: Actor | None, now: datetime) -> PayeeAccount:
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
