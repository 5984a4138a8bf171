"""What the watch over the money finds in the demonstration: honest rows, one of them explained by the reviewer."""

from __future__ import annotations

from contextlib import nullcontext

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.desk.demo.moments import Moments
from app.desk.demo.settling import County
from app.subsidies.commands_watch import DecideFlag
from app.subsidies.models import ReviewFlag
from app.subsidies.rules.watch import FlagGround, FlagState, Pattern
from app.subsidies.service.watching import decide_flag, watch_money


def watch(session: Session, county: County, moments: Moments) -> None:
    """Last night's look, and the reviewer's word on the oldest change of account or level."""
    held, last_night = nullcontext(session), moments.on(moments.today, 5)
    watch_money(lambda: held, lambda: held, Actor.operator(), moments.today, last_night)
    first = session.scalars(
        select(ReviewFlag)
        .where(ReviewFlag.pattern.in_((Pattern.LEVEL_RAISED, Pattern.LATE_SWAP)))
        .order_by(ReviewFlag.period, ReviewFlag.id)
        .limit(1)
    ).one_or_none()
    if first is not None:
        seen = DecideFlag(first.public_id, FlagState.EXPLAINED, FlagGround.FAMILY_SEEN)
        decide_flag(session, county.actors["reviewer"], seen, moments.on(moments.today, 60))
