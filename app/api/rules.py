"""What a key of the interface is: a word that a hospital's system says with each request, and how long it is good for."""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "anhu_"  # so that a key that slipped into a file is recognised
KEY_DAYS = (90, 180, 365)  # a key is renewed at least once a year
MOST_KEYS = 5  # of one hospital: one a system, and one beside it while they are changed


def new_key() -> str:
    """256 bits, shown once."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> bytes:
    """What is stored of a key. It is random, so that a plain digest cannot be guessed back."""
    return hashlib.sha256(key.encode()).digest()
