"""What homes say of applications for an agreement and of papers that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.guardians.queries.applications import ApplicationCounts
from app.guardians.queries.missing import count_papers


@dataclass(frozen=True, slots=True)
class PapersHome:
    applications: ApplicationCounts
    lacking: int


def papers_home(session: Session, actor: Actor, today: date) -> PapersHome | None:
    """None for roles that keep no agreements."""
    if not may(actor, Action.KEEP_AGREEMENTS):
        return None
    return PapersHome(*count_papers(session, actor, today))
