"""Acts upon a person in the audit, at the place of the patient concerned, so that the auditor of that place reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.people.models import Person
from app.people.queries import find_area


def note_person(
    session: Session,
    actor: Actor,
    action: str,
    person: Person,
    now: datetime,
    *,
    detail: dict[str, Any] | None = None,
    changed: Any = None,
) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("person", person.public_id),
        area_code=find_area(session, person.id),
        detail=detail,
        changed=changed,
    )
