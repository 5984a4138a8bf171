"""What papers are attached to. The rooms above say, for a kind of record of theirs, whether an actor reaches it and what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.reasons import Reason
from app.documents.rules import DocumentSubject


@dataclass(frozen=True, slots=True)
class Subject:
    """A record that this actor reaches now.

    `patient_id` is None only for a hand-over of somebody who is not registered. `title` names it in words. `back` is its page.
    `has_task`: a task or form about it is addressed to the actor's office now, so that fields which the role sees only then are seen.
    `takes_papers`: it is still the time to attach some.
    """

    kind: DocumentSubject
    public_id: str
    patient_id: int | None
    area_code: str
    title: Reason
    back: str
    has_task: bool = False
    takes_papers: bool = True


Finder = Callable[[Session, Actor, str], Subject]
"""Raises `NotFound` for what does not exist, lies elsewhere or is not this role's."""

_FINDERS: dict[DocumentSubject, Finder] = {}


def register_subject(kind: DocumentSubject, find: Finder) -> None:
    """Called once by the room that keeps such records, where its pages are defined."""
    _FINDERS[kind] = find


def get_subject(session: Session, actor: Actor, kind: DocumentSubject, public_id: str) -> Subject:
    if kind not in _FINDERS:
        raise NotFound()
    return _FINDERS[kind](session, actor, public_id)
