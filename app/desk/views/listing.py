"""What homes say about other offices' lists: who waits for a look, and which lists have not come while the run is still being prepared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.period import Period
from app.subsidies.queries.checks import KindStanding, is_still_prepared, last_standings
from app.subsidies.queries.hits import count_work
from app.subsidies.rules.checks import CARE, Standing


@dataclass(frozen=True)
class ListsHome:
    """`waiting`: people on lists, for this reader to look at; `missing`: the kinds that this reader is to ask for."""

    waiting: int
    missing: tuple[KindStanding, ...]
    period: Period


def lists_home(session: Session, actor: Actor, today: date, ended: Period | None = None) -> ListsHome | None:
    """None for whoever keeps no lists, and where nothing is to be done. `ended`: the period that ended last, where it is known."""
    if not may(actor, Action.KEEP_CHECK_LISTS):
        return None
    period, standings = last_standings(session, actor, today, ended)
    reads_care = may(actor, Action.KEEP_CARE_LISTS)
    missing = tuple(
        one for one in standings if one.standing is not Standing.CURRENT and (one.kind in CARE) is reads_care
    )
    waiting = count_work(session, actor)
    if missing and not is_still_prepared(session, actor, period):
        missing = ()
    return ListsHome(waiting, missing, period) if waiting or missing else None
