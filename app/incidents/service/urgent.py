"""A call that says there is danger now is told at once, also at night, to whoever answers for the place; so is a hospital that is asked to
receive somebody. Of whom it is, nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import county_of, prefix_of
from app.incidents.models import CrisisCall, Emergency, EmergencyReception
from app.incidents.rules.crisis import CallState, DangerNow
from app.incidents.rules.reception import ReceptionState
from app.messages.queries.relevance import register
from app.messages.service import MessageKind, Owed, Relation, owe

SUBJECT, RECEPTION = "crisis_call", "emergency_reception"
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


def tell_hospital(session: Session, emergency: Emergency, reception: EmergencyReception, now: datetime) -> None:
    """Its 24-hour reception answers within half an hour: whoever is its contact hears of the question also at night."""
    if reception.hospital_id is None:
        return  # a hospital that does not work here is asked on the telephone
    owed = Owed(
        kind=MessageKind.CRISIS,
        dedupe_key=f"{RECEPTION}:{reception.id}",
        recipient=Relation.agency(reception.hospital_id),
        subject=(RECEPTION, reception.id),
        parameters={"code": f"{prefix_of(county_of(emergency.area_code))}-{reception.id}"},
        area_code=emergency.area_code,
        expires_at=now + WITHIN,
    )
    owe(session, owed, now)


def _unanswered(session: Session, ids: Collection[int], _today: date) -> set[int]:
    asked = EmergencyReception.state == ReceptionState.ASKED
    return set(session.scalars(select(EmergencyReception.id).where(EmergencyReception.id.in_(ids), asked)))


def _in_danger(session: Session, ids: Collection[int], _today: date) -> set[int]:
    wanted = select(CrisisCall.id).where(
        CrisisCall.id.in_(ids), CrisisCall.state == CallState.OPEN, CrisisCall.danger == DangerNow.YES
    )
    return set(session.scalars(wanted))


register(SUBJECT, _in_danger)
register(RECEPTION, _unanswered)
