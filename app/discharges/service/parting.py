"""Work over all loops in parts: a transaction each, and what fails at one loop stays with that loop and is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.clock import SHANGHAI, business_day
from app.core.logs import log
from app.discharges.models import Discharge
from app.discharges.service.noting import note_discharge

FAILED = "discharges.follow_failed"


@dataclass(frozen=True, slots=True)
class Part:
    """What a part has done, and the key after which the next one begins; None: there is none."""

    made: int
    after: int | None


def all_parts(take: Callable[[int], Part]) -> int:
    """One part after the other until there is none; what all of them have done."""
    made, after = 0, 0
    while True:
        part = take(after)
        made += part.made
        if part.after is None:
            return made
        after = part.after


def apart(session: Session, loop: Discharge, now: datetime, act: Callable[[], int]) -> int:
    """Do it for this loop; what goes wrong is undone, written down once a day, and everybody else is served."""
    loop_id, public_id = loop.id, loop.public_id
    try:
        with session.begin_nested():
            return act()
    except Exception as error:  # whatever it was, no other family waits for it
        log().error("hand-over", loop=loop_id, error=type(error).__name__)
        _note_failure(session, public_id, type(error).__name__, now)
        return 0


def _note_failure(session: Session, public_id: str, error: str, now: datetime) -> None:
    today = datetime.combine(business_day(now), time.min, SHANGHAI)
    said = select(AuditEvent.id).where(
        AuditEvent.subject_id == public_id, AuditEvent.action == FAILED, AuditEvent.at >= today
    )
    if session.scalar(said.limit(1)) is None:
        loop = session.scalars(select(Discharge).where(Discharge.public_id == public_id)).one()
        note_discharge(session, None, FAILED, loop, now, error=error)
