"""What a patient's visits say together: which came before, which is the newest, who was seen when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.visits.rules.form import VisitClass, VisitForm, VisitObject
from app.visits.rules.record import PreviousVisit


@dataclass(frozen=True, slots=True)
class VisitFact:
    """The few columns of a visit that others are judged by. Withdrawn visits are no facts."""

    id: int
    visited_on: date
    form: int
    objects: int
    # filled in with the patient neither lost nor dead; so is a last visit taken over from a roster
    is_complete: bool
    visit_class: int | None
    next_due_on: date | None
    recorded_by: int | None
    has_harmed_others: bool

    @property
    def order(self) -> tuple[date, int]:
        return self.visited_on, self.id

    @property
    def is_in_person(self) -> bool:
        """Whether a clinician saw the patient, not only somebody who knows."""
        return self.form in (VisitForm.OUTPATIENT, VisitForm.HOME) and bool(self.objects & VisitObject.PATIENT)


@dataclass(frozen=True, slots=True)
class KeptCopies:
    """What a patient's row keeps of the visits, so that lists need not ask."""

    visit_class: int | None = None
    last_visit_id: int | None = None
    last_visit_on: date | None = None
    last_visit_form: int | None = None
    last_seen_on: date | None = None
    next_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All visits of one patient that stand, in any order."""

    facts: Sequence[VisitFact]

    @property
    def completed(self) -> list[VisitFact]:
        return sorted((fact for fact in self.facts if fact.is_complete), key=lambda fact: fact.order)

    @property
    def latest(self) -> VisitFact | None:
        """The newest completed visit by visit date."""
        completed = self.completed
        return completed[-1] if completed else None

    @property
    def latest_on(self) -> date | None:
        return self.latest.visited_on if self.latest else None

    @property
    def last_seen_on(self) -> date | None:
        seen = [fact.visited_on for fact in self.completed if fact.is_in_person]
        return max(seen, default=None)

    @property
    def has_harmed_others(self) -> bool:
        return any(fact.has_harmed_others for fact in self.facts)

    def before(self, visited_on: date, visit_id: int | None = None) -> PreviousVisit | None:
        """The completed visit before that day (or on it, entered earlier); `visit_id` is a stored visit itself."""
        limit = (visited_on, float("inf") if visit_id is None else visit_id)
        for fact in reversed(self.completed):
            if fact.order < limit and fact.visit_class is not None:
                return PreviousVisit(fact.visited_on, VisitClass(fact.visit_class))
        return None

    def newest_on(self, visited_on: date) -> int | None:
        """The id of the completed visit of that day, whoever recorded it; of several, the one that was entered last."""
        return max((fact.id for fact in self.completed if fact.visited_on == visited_on), default=None)

    def without(self, visit_id: int) -> History:
        return History([fact for fact in self.facts if fact.id != visit_id])

    def kept_copies(self) -> KeptCopies:
        latest = self.latest
        if latest is None:
            return KeptCopies()
        return KeptCopies(
            visit_class=latest.visit_class,
            last_visit_id=latest.id,
            last_visit_on=latest.visited_on,
            last_visit_form=latest.form or None,
            last_seen_on=self.last_seen_on,
            next_due_on=latest.next_due_on,
        )
