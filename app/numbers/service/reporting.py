"""Somebody asks for a place's report; the scheduler process draws and keeps it (`app/numbers/work_papers.py`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.rules import AreaLevel, is_area_code, level_of
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Invalid, NotFound
from app.core.models import WorkItem
from app.core.reasons import reason
from app.core.work import ask_for_work
from app.numbers.queries.kept_reports import WORK
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.places import BELOW

_PRINTED = (AreaLevel.COUNTY, AreaLevel.TOWN, AreaLevel.VILLAGE)


def ask_for_report(
    session: Session, actor: Actor, place: str, period: ReportPeriod, now: datetime, *, below: bool = False
) -> WorkItem:
    """Queue the report of a place in the actor's area, or those of all places right below it bound into one file; the same that is
    under way is found again."""
    require(actor, Action.SEE_PLACE_NUMBERS)
    if not can_be_printed(actor, place) or (below and level_of(place) not in BELOW):
        raise NotFound()
    if period.opens_on > business_day(now):
        raise Invalid({"period": [reason("numbers.period_not_begun")]})
    args = {"place": place, "period": str(period), "below": below}
    key = f"{WORK}:{place}:{period}:{'below' if below else 'one'}:{actor.user_id}"
    return ask_for_work(session, WORK, args, key, actor, now)


def can_be_printed(actor: Actor, place: str) -> bool:
    """A county, town or village in the actor's area; whether it stands is asked of the area tree."""
    return is_area_code(place) and level_of(place) in _PRINTED and place.startswith(actor.area_prefix)
