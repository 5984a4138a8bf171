"""Of those on a run's list of overdue visits: when the last visit was, by when the next one was due, and how many days late it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.batches import slices
from app.numbers.models import IndicatorMember, IndicatorRun
from app.numbers.queries.explaining import VisitsOf, visits_of
from app.numbers.rules.membership import MemberKind
from app.numbers.rules.standard import DatedVisit, Window, owed_until


@dataclass(frozen=True, slots=True)
class Late:
    """As it stood at the run's cut-off."""

    due_on: date
    days: int
    # None: nobody has come yet
    seen_on: date | None


def late_visits_of(session: Session, run: IndicatorRun, members: Iterable[IndicatorMember]) -> dict[int, Late]:
    """patient id → what is late, for rows of a list that has been cut to the actor's area. Told by the register of today: of whom it
    says no more that a visit was late, nothing is told."""
    found: dict[int, Late] = {}
    for part in slices([one.subject_id for one in members if one.kind is MemberKind.PATIENT]):
        for patient, known in visits_of(session, run, part).items():
            made = known.waiting | known.visits
            # whoever would be late by what is confirmed alone was visited, and waits for the town
            if (_due(known, run, known.visits) or date.max) < run.cut_off:
                due_on = _due(known, run, made) or date.max
                if due_on < run.cut_off:
                    found[patient] = Late(due_on, (run.cut_off - due_on).days, max(made, default=None))
    return found


def _due(known: VisitsOf, run: IndicatorRun, made: Mapping[date, DatedVisit]) -> date | None:
    if known.managed_from is None:
        return None
    window = Window(run.first_on, known.managed_from, run.cut_off)
    return owed_until(made.values(), known.rests, window)
