"""What `flask patients recompute` compares of the visits."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.patients.service import KeptCopy
from app.visits.models import FollowUpVisit
from app.visits.readers import fact_of
from app.visits.rules.history import History, VisitFact

# The next due day is the open task's: first visits, attempts and reassessments move it as well.
_COLUMNS = ("visit_class", "last_visit_id", "last_visit_on", "last_visit_form", "last_seen_on")


def _from_visits(session: Session, ids: list[int]) -> dict[int, dict[str, Any]]:
    facts: dict[int, list[VisitFact]] = {}
    visits = select(FollowUpVisit).where(FollowUpVisit.patient_id.in_(ids), FollowUpVisit.withdrawn_at.is_(None))
    for visit in session.scalars(visits):
        facts.setdefault(visit.patient_id, []).append(fact_of(visit))
    return {patient_id: asdict(History(found).kept_copies()) for patient_id, found in facts.items()}


KEPT_COPY = KeptCopy(_COLUMNS, _from_visits)
