"""What jobs are given: the application with its database, keys and clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Flask

from app.core.clock import Clock
from app.core.crypto import Keyring
from app.core.db import Database
from config import Settings


@dataclass(frozen=True)
class House:
    app: Flask
    database: Database
    keyring: Keyring
    clock: Clock
    settings: Settings

    @classmethod
    def of(cls, app: Flask, clock: Clock | None = None) -> House:
        """`clock` replaces the application's own: a day given by hand, or a test's."""
        found: Clock = clock or app.extensions["anhu.clock"]
        return cls(
            app, app.extensions["anhu.db"], app.extensions["anhu.keyring"], found, app.extensions["anhu.settings"]
        )

    @property
    def fixed_today(self) -> date | None:
        return self.clock.fixed_today
