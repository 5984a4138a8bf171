"""A call that says there is danger now is told at once, also at night, to whoever answers for the place; of whom it is, nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.incidents.models import CrisisCall
from app.incidents.rules.crisis import CallState, DangerNow
from app.messages.queries.relevance import register
from app.messages.service import MessageKind, Owed, Relation, owe

SUBJECT = "crisis_call"
WITHIN = timedelta(hours=2)  # afterwards it says nothing that anybody could still do


def tell_danger(session: Session, call: CrisisCall, now: datetime) -> None:
    """Owed once a call, however often it is written."""
    owed = Owed(
        kind=MessageKind.CRISIS,
        dedupe_key=f"{SUBJECT}:{call.id}",
        recipient=Relation.area(),
        subject=(SUBJECT, call.id),
        parameters={"code": f"{prefix_of(call.area_code)}-{call.id}"},
        area_code=call.area_code,
        expires_at=now + WITHIN,
    )
    owe(session, owed, now)


def _in_danger(session: Session, ids: Collection[int], _today: date) -> set[int]:
    wanted = select(CrisisCall.id).where(
        CrisisCall.id.in_(ids), CrisisCall.state == CallState.OPEN, CrisisCall.danger == DangerNow.YES
    )
    return set(session.scalars(wanted))


register(SUBJECT, _in_danger)
