"""Looking through what a county has paid for what was too much by what is known today: by the clerk, by a command, and every night.

A long look that keeps nobody waiting, in batches; only where it found something, a short transaction looks at those payments once more and
opens their cases. What was done before a process died is not done again: a difference is one case, whoever finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.core.access import Action
from app.core.actor import Actor
from app.core.batches import slices
from app.core.errors import NotFound
from app.subsidies.queries.late import ids_to_review
from app.subsidies.queries.past import past_lines, paying_counties
from app.subsidies.service.correcting import BATCH, Look, Reviewed, open_cases, require_finder, review

WORK = "subsidy_late_facts"

Sessions = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Found:
    """New cases, and payments that were looked at."""

    made: int = 0
    looked: int = 0

    def __add__(self, other: Found) -> Found:
        return Found(self.made + other.made, self.looked + other.looked)


def find_late_facts(
    reading: Sessions,
    transaction: Sessions,
    actor: Actor,
    county_code: str,
    today: date,
    now: datetime,
    progress: Progress | None = None,
    batch: int = BATCH,
) -> Found:
    """Open a case for everything in the county that was paid too much. `NotFound` for what is no county, or one beyond the actor's area.

    `reading` and `transaction` open a session for each batch: this is an edge that commits as it goes.
    """
    require_finder(actor, Action.PREPARE_SUBSIDY)
    with reading() as session:
        area = session.get(Area, county_code)
        if area is None or area.level is not AreaLevel.COUNTY or not county_code.startswith(actor.area_prefix):
            raise NotFound()
        ids = ids_to_review(session, county_code, today)
    look, found = Look(today, now), Found()
    for part in slices(ids, batch):
        with reading() as session:
            suspects = [one.past.line.id for one in _too_much(session, look, part)]
        if suspects:
            with transaction() as session:  # what was a difference a moment ago may be a case by now
                made = open_cases(session, actor, county_code, _too_much(session, look, suspects), now)
                found += Found(made=made)
        found += Found(looked=len(part))
        if progress:
            progress(found.looked, len(ids))
    return found


def find_late_facts_everywhere(
    reading: Sessions,
    transaction: Sessions,
    actor: Actor,
    today: date,
    now: datetime,
    progress: Progress | None = None,
) -> Found:
    """The same for every county that has paid."""
    with reading() as session:
        counties = paying_counties(session)
    found = Found()
    for county_code in counties:
        found += find_late_facts(reading, transaction, actor, county_code, today, now, progress)
    return found


def _too_much(session: Session, look: Look, ids: Sequence[int]) -> list[Reviewed]:
    return [one for one in review(session, look, past_lines(session, ids)) if one.too_much]
