"""New keys for old rows, in small transactions, while the product runs; and the proof at start that the keys are the right ones.

Data keys are re-wrapped (32 bytes a person), kept files sealed anew, blind indexes computed anew. Every step looks only for what is
still under an old key, so a run that was cut short is finished by the next one, and a second run finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, cast

from sqlalchemy import (
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    bindparam,
    column,
    inspect,
    select,
    table,
    update,
)
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from app.core.crypto import Keyring, KeyUnavailable, WrappedKey
from app.core.models import HouseFact, KeptFile
from app.core.sealed_box import device_place
from app.people.models import FormerIdNumber, PayeeAccount, Person, PersonKey, Phone
from app.people.queries import ACCOUNT, ID, ID_TAIL4, ID_TAIL6, PHONE
from app.people.vault import Vault

BATCH = 500
FILES_A_BATCH = 10
INDEXED = "keys.indexed"  # house fact: the index key under which telephones and accounts stand

# Phones that work offline stand above people; only their sealed keys are read here.
_devices = table(
    "devices",
    column("id", Integer),
    column("public_id", String),
    column("kek_id", String),
    column("server_part_sealed", LargeBinary),
    column("opening_key_sealed", LargeBinary),
)

Transactions = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Rotated:
    """How many rows went under the current keys; `erased` people have no key and are left alone."""

    keys: int = 0
    files: int = 0
    devices: int = 0
    people: int = 0
    former_numbers: int = 0
    phones: int = 0
    accounts: int = 0
    erased: int = 0

    @property
    def counts(self) -> dict[str, int]:
        return asdict(self)


def rotate(transactions: Transactions, keyring: Keyring) -> Rotated:
    """Bring everything under the current keys. Safe to stop at any moment and to run again."""
    keys = _all(transactions, lambda session: _rewrap_keys(session, keyring))
    files = _all(transactions, lambda session: _reseal_files(session, keyring))
    devices = _all(transactions, lambda session: _reseal_devices(session, keyring))
    erased: set[int] = set()
    people = _walk(transactions, lambda session, after: _index_people(session, keyring, after, erased))
    former = _walk(transactions, lambda session, after: _index_former(session, keyring, after, erased))
    phones = accounts = 0
    if not _is_indexed(transactions, keyring):
        phones = _walk(
            transactions, lambda session, after: _index_numbers(session, keyring, Phone, PHONE, after, erased)
        )
        accounts = _walk(
            transactions, lambda session, after: _index_numbers(session, keyring, PayeeAccount, ACCOUNT, after, erased)
        )
        _note_indexed(transactions, keyring)
    return Rotated(keys, files, devices, people, former, phones, accounts, len(erased))


def is_pending(session: Session, keyring: Keyring) -> bool:
    """Some row still waits for the current keys: an earlier rotation was cut short, or the keys are fresh."""
    if session.scalar(select(PersonKey.person_id).where(PersonKey.kek_id != keyring.current_kek_id).limit(1)):
        return True
    has_people = session.scalar(select(PersonKey.person_id).limit(1)) is not None
    fact = session.get(HouseFact, INDEXED)
    if fact is not None:
        return has_people and fact.value != keyring.current_index_key_id
    return has_people and session.scalar(_old_people(keyring, 0).limit(1)) is not None


# -- steps: each takes a batch and says how far it came ------------------------------------------------------------------


def _rewrap_keys(session: Session, keyring: Keyring) -> int:
    old = select(PersonKey).where(PersonKey.kek_id != keyring.current_kek_id).order_by(PersonKey.person_id).limit(BATCH)
    rows = session.scalars(old.with_for_update(skip_locked=True)).all()
    for row in rows:
        fresh = keyring.wrap(keyring.unwrap(WrappedKey(row.kek_id, row.wrapped)))
        row.kek_id, row.wrapped = fresh.kek_id, fresh.wrapped
    return len(rows)


def _reseal_files(session: Session, keyring: Keyring) -> int:
    old = select(KeptFile).where(KeptFile.kek_id != keyring.current_kek_id).order_by(KeptFile.id).limit(FILES_A_BATCH)
    rows = session.scalars(old.with_for_update(skip_locked=True)).all()
    for file in rows:
        content = keyring.open_file(file.kek_id, file.content, file.public_id)
        file.kek_id, file.content = keyring.seal_file(content, file.public_id)
    return len(rows)


def _reseal_devices(session: Session, keyring: Keyring) -> int:
    """A phone's keys must outlive a rotation: its queue may still be on its way."""
    old = select(_devices).where(_devices.c.kek_id != keyring.current_kek_id).order_by(_devices.c.id).limit(BATCH)
    rows = session.execute(old.with_for_update(skip_locked=True)).all()
    for row in rows:
        fresh: dict[str, Any] = {}
        for what, column_name in (("part", "server_part_sealed"), ("opening", "opening_key_sealed")):
            place, sealed = device_place(what, row.public_id), getattr(row, column_name)
            if sealed is not None:
                key = keyring.open_file(row.kek_id, sealed, place)
                fresh["kek_id"], fresh[column_name] = keyring.seal_file(key, place)
        session.execute(update(_devices).where(_devices.c.id == row.id).values(fresh))
    return len(rows)


def _old_people(keyring: Keyring, after: int) -> Any:
    return (
        select(Person.id, Person.id_number_sealed)
        .where(Person.id > after, Person.id_number_sealed.is_not(None))
        .where(Person.index_key_id != keyring.current_index_key_id)
        .order_by(Person.id)
    )


def _index_people(session: Session, keyring: Keyring, after: int, erased: set[int]) -> tuple[int, int | None]:
    rows = session.execute(_old_people(keyring, after).limit(BATCH)).mappings().all()
    numbers = _open(session, keyring, rows, "id", "id_number_sealed", "people.id_number", erased)
    _store(
        session,
        Person,
        [
            {
                "row": row["id"],
                "id_index": keyring.index(ID, number),
                "id_tail4_index": keyring.index(ID_TAIL4, number[-4:]),
                "id_tail6_index": keyring.index(ID_TAIL6, number[-6:]),
                "index_key_id": keyring.current_index_key_id,
            }
            for row, number in numbers
        ],
    )
    return len(numbers), rows[-1]["id"] if rows else None


def _index_former(session: Session, keyring: Keyring, after: int, erased: set[int]) -> tuple[int, int | None]:
    query = (
        select(FormerIdNumber.id, FormerIdNumber.person_id, FormerIdNumber.number_sealed)
        .where(FormerIdNumber.id > after, FormerIdNumber.index_key_id != keyring.current_index_key_id)
        .order_by(FormerIdNumber.id)
        .limit(BATCH)
    )
    rows = session.execute(query).mappings().all()
    numbers = _open(session, keyring, rows, "person_id", "number_sealed", "former_id_numbers.number", erased)
    _store(
        session,
        FormerIdNumber,
        [
            {"row": row["id"], "number_index": keyring.index(ID, number), "index_key_id": keyring.current_index_key_id}
            for row, number in numbers
        ],
    )
    return len(numbers), rows[-1]["id"] if rows else None


def _index_numbers(
    session: Session, keyring: Keyring, model: type[Phone | PayeeAccount], kind: str, after: int, erased: set[int]
) -> tuple[int, int | None]:
    """Telephones and accounts carry no key id: all are computed, those that differ are stored."""
    query = (
        select(model.id, model.person_id, model.number_sealed, model.number_index)
        .where(model.id > after)
        .order_by(model.id)
        .limit(BATCH)
    )
    rows = session.execute(query).mappings().all()
    numbers = _open(session, keyring, rows, "person_id", "number_sealed", f"{model.__tablename__}.number", erased)
    fresh = [
        {"row": row["id"], "number_index": index}
        for row, number in numbers
        if (index := keyring.index(kind, number)) != row["number_index"]
    ]
    _store(session, model, fresh)
    return len(fresh), rows[-1]["id"] if rows else None


def _open(
    session: Session,
    keyring: Keyring,
    rows: Sequence[RowMapping],
    owner: str,
    column: str,
    place: str,
    erased: set[int],
) -> list[tuple[RowMapping, str]]:
    """The rows with their plain numbers. People without a key were erased: nothing of theirs opens ever again."""
    vault = Vault(session, keyring)
    owners = {row[owner] for row in rows}
    vault.warm(owners)
    living = set(session.scalars(select(PersonKey.person_id).where(PersonKey.person_id.in_(owners))))
    erased |= owners - living
    return [(row, vault.open(row[owner], place, row[column]) or "") for row in rows if row[owner] in living]


def _store(session: Session, model: type[Any], values: list[dict[str, Any]]) -> None:
    """Beside the mapper, so that no version moves and nobody's open form becomes stale."""
    table = cast(Table, model.__table__)
    if values:
        session.connection().execute(update(table).where(table.c.id == bindparam("row")), values)


def _all(transactions: Transactions, step: Callable[[Session], int]) -> int:
    total = 0
    while True:
        with transactions() as session:
            done = step(session)
        total += done
        if done == 0:
            return total


def _walk(transactions: Transactions, step: Callable[[Session, int], tuple[int, int | None]]) -> int:
    total, after = 0, 0
    while True:
        with transactions() as session:
            done, last = step(session, after)
        total += done
        if last is None:
            return total
        after = last


def _is_indexed(transactions: Transactions, keyring: Keyring) -> bool:
    with transactions() as session:
        fact = session.get(HouseFact, INDEXED)
        return fact is not None and fact.value == keyring.current_index_key_id


def _note_indexed(transactions: Transactions, keyring: Keyring) -> None:
    with transactions() as session:
        session.merge(HouseFact(name=INDEXED, value=keyring.current_index_key_id))


# -- at start --------------------------------------------------------------------------------------------------------


def check_keys(session: Session, keyring: Keyring) -> None:
    """Open one row under every key in use. Raises `KeyUnavailable` when a key is missing or is not what its id says."""
    try:
        _check(session, keyring)
    except (OperationalError, ProgrammingError):
        return  # no database, or one to be migrated: nothing to open yet, and pages and health say so


def _check(session: Session, keyring: Keyring) -> None:
    if not inspect(session.connection()).has_table("person_keys"):
        return
    for kek_id in session.scalars(select(PersonKey.kek_id).distinct()):
        sample = session.scalars(select(PersonKey).where(PersonKey.kek_id == kek_id).limit(1)).one()
        keyring.unwrap(WrappedKey(sample.kek_id, sample.wrapped))
    vault = Vault(session, keyring)
    for key_id in session.scalars(select(Person.index_key_id).where(Person.index_key_id.is_not(None)).distinct()):
        indexed = select(Person).join(PersonKey, PersonKey.person_id == Person.id).where(Person.index_key_id == key_id)
        person = session.scalars(indexed.limit(1)).first()
        if person is not None:
            number = vault.open(person.id, "people.id_number", person.id_number_sealed) or ""
            if keyring.index_under(key_id or "", ID, number) != person.id_index:
                raise KeyUnavailable(
                    f"index key {key_id} in ANHU_INDEX_KEY is not the one that the register was indexed under"
                )
