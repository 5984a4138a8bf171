"""A page asks for a county's numbers to be counted anew; the scheduler process does it (`app/numbers/work.py`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Invalid, NotFound
from app.core.models import WorkItem
from app.core.reasons import reason
from app.core.work import ask_for_work
from app.numbers.queries.runs import touches
from app.numbers.rules.period import ReportPeriod

WORK = "numbers_compute"


def ask_for_numbers(session: Session, actor: Actor, county: str, period: ReportPeriod, now: datetime) -> WorkItem:
    """Queue the count, or find it while it is under way. `NotFound` for what is no county of the actor's, `Conflict` while somebody
    else's count of the same is under way."""
    require(actor, Action.SEE_NUMBERS)
    area = session.get(Area, county)
    if area is None or area.level is not AreaLevel.COUNTY or not touches(actor, county):
        raise NotFound()
    if period.opens_on > business_day(now):
        raise Invalid({"period": [reason("numbers.period_not_begun")]})
    args = {"county": county, "period": str(period)}
    return ask_for_work(session, WORK, args, f"{WORK}:{county}:{period}", actor, now)
