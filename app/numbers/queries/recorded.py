"""Since when a county has records: what a count of an earlier period says is nothing about anybody's work."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.actor import Actor
from app.core.scope import within_prefix
from app.numbers.models import IndicatorRun
from app.numbers.queries.board import get_place
from app.patients.models import Patient
from app.visits.models import FollowUpVisit


def recorded_only_from(session: Session, actor: Actor, run: IndicatorRun, place: str) -> date | None:
    """The day of the county's first visit, where the run ends before it; asked only of a year that was over when it was counted."""
    get_place(session, actor, place)
    if run.cut_off.year >= run.computed_at.year:
        return None
    first = session.scalar(
        select(func.min(FollowUpVisit.visited_on))
        .join(Patient, Patient.id == FollowUpVisit.patient_id)
        .where(within_prefix(Patient.area_code, prefix_of(run.area_code)), FollowUpVisit.withdrawn_at.is_(None))
    )
    return first if first is not None and first > run.cut_off else None
