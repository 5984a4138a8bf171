"""Two people who press at one moment: acts about one county's numbers come one after the other, and the later one reads what the
first has left."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.core.db import Base
from app.core.errors import Conflict
from app.core.reasons import Reason


def take_turn(session: Session, place: str, *seen: Base) -> None:
    """Until the end of the transaction nobody else decides about the place, by its code; what was `seen` before is read again.
    Whoever stores rows that name the place, as a count under way does, keeps nobody waiting (`key_share`)."""
    session.execute(select(Area.code).where(Area.code == place).with_for_update(key_share=True))
    for one in seen:
        session.refresh(one)


def store_once(session: Session, row: Base, taken: Reason) -> None:
    """A row of which there can be one; `Conflict` with `taken` where it stands already."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as refused:
        raise Conflict(taken) from refused
