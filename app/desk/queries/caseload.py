"""What a clinician's home adds to the work list."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.scope import within
from app.desk.queries.duties import IS_OPEN
from app.tasks.models import Task
from app.tasks.rules import kinds_for


def next_due_on(session: Session, actor: Actor, today: date) -> date | None:
    """The nearest day on which the actor's list has something, for a page that is empty."""
    return session.scalar(
        select(func.min(Task.due_on)).where(
            IS_OPEN,
            within(Task.area_code, actor),
            Task.kind.in_(sorted(kinds_for(actor.role))),
            Task.due_on >= today,
        )
    )
