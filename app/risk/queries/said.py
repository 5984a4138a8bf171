"""What others say of somebody's level (a hospital at the discharge). It stands beside the question; whoever rates decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.patients.models import Patient


@dataclass(frozen=True, slots=True)
class Said:
    """A level, the day it was said, and by whom."""

    level: int
    on: date
    by: str


Finder = Callable[[Session, Patient], Said | None]
_FINDERS: list[Finder] = []


def register(find: Finder) -> None:
    """Called once by a room above that hears of levels."""
    _FINDERS.append(find)


def find_said(session: Session, actor: Actor, patient: Patient) -> Said | None:
    """The newest word that came after the last rating, for who reads levels; `patient` was handed out."""
    if sees(actor, Field.RISK_LEVEL) is not Grant.FULL:
        return None
    heard = [said for find in _FINDERS if (said := find(session, patient)) is not None]
    newest = max(heard, key=lambda said: said.on, default=None)
    is_newer = newest is not None and (patient.risk_assessed_on is None or newest.on > patient.risk_assessed_on)
    return newest if is_newer else None
