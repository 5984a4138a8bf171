"""Password hashing: Argon2id, a bounded number at a time, so that guessing cannot eat the machine."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import CHEAPEST
from flask import current_app

from config import Environment, Settings

MEMORY_KIB = 19 * 1024  # OWASP password storage: m=19 MiB, t=2, p=1
PASSES = 2
AT_ONCE = 2  # hashes in flight per process
PATIENCE_SECONDS = 10.0


class TooBusy(Exception):
    """So many sign-ins are being checked that this one should be tried again shortly."""


class Passwords:
    """Hashes and checks; `unknown` is a hash that no password opens, for accounts that do not exist."""

    def __init__(self, settings: Settings) -> None:
        if settings.environment is Environment.TEST:
            self._hasher = PasswordHasher.from_parameters(CHEAPEST)
        else:
            self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
        self._turns = BoundedSemaphore(AT_ONCE)
        self.unknown = self._hasher.hash("\0 no password has this character")

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def is_right(self, stored: str, password: str) -> bool:
        """One full verification, whatever the outcome. Raises `TooBusy` when no turn comes in ten seconds."""
        if not self._turns.acquire(timeout=PATIENCE_SECONDS):
            raise TooBusy
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._turns.release()

    def is_outdated(self, stored: str) -> bool:
        """The hash was made with other parameters than today's; hash again while the password is at hand."""
        return self._hasher.check_needs_rehash(stored)


def current_passwords() -> Passwords:
    """The running application's hasher; for edges, which hand it down."""
    return cast(Passwords, current_app.extensions["anhu.passwords"])
