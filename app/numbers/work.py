"""Long work of this room, done by the scheduler process: counting a county for a period."""

from __future__ import annotations

from app.accounts.queries import get_actor_by_id
from app.core.clock import current_clock
from app.core.db import Database
from app.core.models import WorkItem
from app.core.work import Handler, Progress, WorkDone
from app.numbers.rules.period import ReportPeriod
from app.numbers.service.asking import WORK
from app.numbers.service.computing import count_apart


def count(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Stored in one transaction: whoever begins again after a killed process finds the count before, or this one whole."""
    clock, period = current_clock(), ReportPeriod.parse(item.args["period"])
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
    county, today = item.args["county"], clock.today()
    run = count_apart(database.reading, database.transaction, actor, county, period, today, clock.now(), progress)
    return WorkDone({"run": run.public_id, "county": run.area_code, "period": run.period})


HANDLERS: dict[str, Handler] = {WORK: count}
