"""Sealing and opening a person's fields under that person's own data key.

A `Vault` belongs to one session and keeps the keys it unwrapped; load keys for a whole list at once with `warm`. The place bound
into a ciphertext is `table.column:person id`, so it cannot be moved to another column or person.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.batches import slices
from app.core.crypto import Keyring, KeyUnavailable, WrappedKey, seal, unseal
from app.people.models import PersonKey


class Vault:
    def __init__(self, session: Session, keyring: Keyring) -> None:
        self.session = session
        self.keyring = keyring
        self._keys: dict[int, bytes] = {}

    def new_key(self, person_id: int) -> PersonKey:
        """A data key for a person who has just been stored; the caller adds the row."""
        data_key, wrapped = self.keyring.new_data_key()
        self._keys[person_id] = data_key
        return PersonKey(person_id=person_id, kek_id=wrapped.kek_id, wrapped=wrapped.wrapped)

    def warm(self, person_ids: Iterable[int]) -> None:
        """Unwrap the keys of many persons with one query a slice."""
        for part in slices({person_id for person_id in person_ids if person_id not in self._keys}):
            rows = select(PersonKey.person_id, PersonKey.kek_id, PersonKey.wrapped).where(PersonKey.person_id.in_(part))
            self.learn(
                (person_id, WrappedKey(kek_id, wrapped)) for person_id, kek_id, wrapped in self.session.execute(rows)
            )

    def learn(self, wrapped: Iterable[tuple[int, WrappedKey]]) -> None:
        """Take keys, by person, that came along with another query."""
        self._keys |= self.keyring.unwrap_all((at, key) for at, key in wrapped if at not in self._keys)

    def seal(self, person_id: int, place: str, text: str | None) -> bytes | None:
        """`place` is table.column; None and empty text stay None."""
        return seal(self._key(person_id), text.encode(), f"{place}:{person_id}") if text else None

    def open(self, person_id: int, place: str, sealed: bytes | None) -> str | None:
        """The text, or None where nothing is stored; raises `KeyUnavailable` for an erased person."""
        return None if sealed is None else unseal(self._key(person_id), sealed, f"{place}:{person_id}").decode()

    def _key(self, person_id: int) -> bytes:
        if person_id not in self._keys:
            self.warm((person_id,))
        try:
            return self._keys[person_id]
        except KeyError:
            raise KeyUnavailable(f"person {person_id} has no data key (erased)") from None
