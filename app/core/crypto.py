"""Encryption of personal fields: an envelope per person, and blind indexes under keys of their own.

A person's data key (32 bytes) seals that person's fields with AES-256-GCM; a key-encryption key (`ANHU_DATA_KEYS`) wraps the data
key. Destroying the data key is erasure; rotation re-wraps 32 bytes a row. The associated data is table, column and the key row's id,
so a ciphertext moved to another place does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config import Key

VERSION = b"\x01"
NONCE_BYTES = 12
INDEX_BYTES = 16


class KeyUnavailable(Exception):
    """A ciphertext names a key that this installation does not hold, or does not open under it."""


def seal(key: bytes, plaintext: bytes, place: str) -> bytes:
    """version byte + nonce + AES-256-GCM ciphertext, bound to `place`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    return _unseal(AESGCM(key), sealed, place)


def _unseal(cipher: AESGCM, sealed: bytes, place: str) -> bytes:
    if sealed[:1] != VERSION:
        raise KeyUnavailable(f"unknown ciphertext version at {place}")
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, body, place.encode())
    except InvalidTag:
        raise KeyUnavailable(f"the ciphertext at {place} does not open under its key") from None


class WrappedKey(NamedTuple):
    kek_id: str
    wrapped: bytes


class KeySource(Protocol):
    """Where keys come from when they may change while the process runs."""

    def changed(self) -> tuple[tuple[Key, ...], tuple[Key, ...]] | None: ...


class Keyring:
    """The installation's keys. The first of each list is current; the others still open and still search."""

    def __init__(
        self, data_keys: tuple[Key, ...], index_keys: tuple[Key, ...], source: KeySource | None = None
    ) -> None:
        self._data, self._index = data_keys, index_keys
        self._source = source

    @property
    def current_kek_id(self) -> str:
        return self._data_keys[0].id

    @property
    def current_index_key_id(self) -> str:
        return self._index_keys[0].id

    @property
    def _data_keys(self) -> tuple[Key, ...]:
        self._follow()
        return self._data

    @property
    def _index_keys(self) -> tuple[Key, ...]:
        self._follow()
        return self._index

    def _follow(self) -> None:
        changed = self._source.changed() if self._source else None
        if changed is not None:
            self._data, self._index = changed

    def _secret(self, kek_id: str) -> bytes:
        for key in self._data_keys:
            if key.id == kek_id:
                return key.secret
        raise KeyUnavailable(f"key-encryption key {kek_id} is not among ANHU_DATA_KEYS")

    def new_data_key(self) -> tuple[bytes, WrappedKey]:
        data_key = secrets.token_bytes(32)
        return data_key, self.wrap(data_key)

    def wrap(self, data_key: bytes) -> WrappedKey:
        current = self._data_keys[0]
        return WrappedKey(current.id, seal(current.secret, data_key, f"kek:{current.id}"))

    def unwrap(self, wrapped: WrappedKey) -> bytes:
        return unseal(self._secret(wrapped.kek_id), wrapped.wrapped, f"kek:{wrapped.kek_id}")

    def unwrap_all(self, keys: Iterable[tuple[int, WrappedKey]]) -> dict[int, bytes]:
        """Person → data key, for a whole list: the ring is looked at and made ready once."""
        ciphers: dict[str, AESGCM] = {}
        found: dict[int, bytes] = {}
        for person_id, (kek_id, wrapped) in keys:
            if kek_id not in ciphers:
                ciphers[kek_id] = AESGCM(self._secret(kek_id))
            found[person_id] = _unseal(ciphers[kek_id], wrapped, f"kek:{kek_id}")
        return found

    def seal_file(self, content: bytes, place: str) -> tuple[str, bytes]:
        """A kept file that belongs to no one person, sealed under the current key-encryption key: (key id, bytes)."""
        current = self._data_keys[0]
        return current.id, seal(current.secret, content, f"file:{place}")

    def open_file(self, kek_id: str, sealed: bytes, place: str) -> bytes:
        return unseal(self._secret(kek_id), sealed, f"file:{place}")

    def index(self, kind: str, value: str) -> bytes:
        """The blind index to store: 16 bytes of HMAC-SHA-256 under the current index key, separate for each `kind`."""
        return _index(self._index_keys[0].secret, kind, value)

    def indexes(self, kind: str, value: str) -> list[bytes]:
        """Every blind index that `value` may stand under while index keys rotate; search for any of them."""
        return [_index(key.secret, kind, value) for key in self._index_keys]

    def index_under(self, key_id: str, kind: str, value: str) -> bytes:
        """The blind index under one key of the ring, to prove that the ring holds the right one."""
        for key in self._index_keys:
            if key.id == key_id:
                return _index(key.secret, kind, value)
        raise KeyUnavailable(f"index key {key_id} is not among ANHU_INDEX_KEY")


def _index(secret: bytes, kind: str, value: str) -> bytes:
    return hmac.new(secret, f"{kind}\0{value}".encode(), hashlib.sha256).digest()[:INDEX_BYTES]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
