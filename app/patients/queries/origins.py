"""What a clue came of, where it came with something that another room keeps (a discharge record): the page leads back to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.patients.models import Clue


@dataclass(frozen=True, slots=True)
class Origin:
    """A page, and what it is called."""

    href: str
    name: str


Finder = Callable[[Session, Actor, Clue], Origin | None]
_FINDERS: list[Finder] = []


def register(find: Finder) -> None:
    """Called once by a room above that opens clues."""
    _FINDERS.append(find)


def find_origin(session: Session, actor: Actor, clue: Clue) -> Origin | None:
    """For who may open it; `clue` was handed out."""
    return next((one for find in _FINDERS if (one := find(session, actor, clue)) is not None), None)
