"""Who stores, and when: what every step of an import is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.core.actor import Actor


@dataclass(frozen=True)
class Hand:
    actor: Actor
    today: date
    now: datetime
