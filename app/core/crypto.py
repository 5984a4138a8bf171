"""Encryption of personal fields: an envelope per person, and blind indexes under keys of their own.

A person's data key (32 bytes) seals that person's fields with AES-256-GCM; a key-encryption key (`ANHU_DATA_KEYS`) wraps the data
key. Destroying the data key is erasure; rotation re-wraps 32 bytes a row. The associated data is table, column and the key row's id,
so a ciphertext moved to another place does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

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
    if sealed[:1] != VERSION:
        raise KeyUnavailable(f"unknown ciphertext version at {place}")
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, place.encode())
    except InvalidTag:
        raise KeyUnavailable(f"the ciphertext at {place} does not open under its key") from None


@dataclass(frozen=True)
class WrappedKey:
    kek_id: str
    wrapped: bytes


class Keyring:
    """The installation's keys. The first of each list is current; the others still open and still search."""

    def __init__(self, data_keys: tuple[Key, ...], index_keys: tuple[Key, ...]) -> None:
        self._data = {key.id: key.secret for key in data_keys}
        self._index = index_keys
        self.current_kek_id = data_keys[0].id
        self.current_index_key_id = index_keys[0].id

    def new_data_key(self) -> tuple[bytes, WrappedKey]:
        data_key = secrets.token_bytes(32)
        return data_key, self.wrap(data_key)

    def wrap(self, data_key: bytes) -> WrappedKey:
        kek_id = self.current_kek_id
        return WrappedKey(kek_id, seal(self._data[kek_id], data_key, f"kek:{kek_id}"))

    def unwrap(self, wrapped: WrappedKey) -> bytes:
        secret = self._data.get(wrapped.kek_id)
        if secret is None:
            raise KeyUnavailable(f"key-encryption key {wrapped.kek_id} is not among ANHU_DATA_KEYS")
        return unseal(secret, wrapped.wrapped, f"kek:{wrapped.kek_id}")

    def seal_file(self, content: bytes, place: str) -> tuple[str, bytes]:
        """A kept file that belongs to no one person, sealed under the current key-encryption key: (key id, bytes)."""
        kek_id = self.current_kek_id
        return kek_id, seal(self._data[kek_id], content, f"file:{place}")

    def open_file(self, kek_id: str, sealed: bytes, place: str) -> bytes:
        secret = self._data.get(kek_id)
        if secret is None:
            raise KeyUnavailable(f"key-encryption key {kek_id} is not among ANHU_DATA_KEYS")
        return unseal(secret, sealed, f"file:{place}")

    def index(self, kind: str, value: str) -> bytes:
        """The blind index to store: 16 bytes of HMAC-SHA-256 under the current index key, separate for each `kind`."""
        return _index(self._index[0].secret, kind, value)

    def indexes(self, kind: str, value: str) -> list[bytes]:
        """Every blind index that `value` may stand under while index keys rotate; search for any of them."""
        return [_index(key.secret, kind, value) for key in self._index]


def _index(secret: bytes, kind: str, value: str) -> bytes:
    return hmac.new(secret, f"{kind}\0{value}".encode(), hashlib.sha256).digest()[:INDEX_BYTES]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
