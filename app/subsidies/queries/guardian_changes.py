"""Who took another's place as first guardian, and since when that is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.core.clock import business_day
from app.guardians.models import Guardianship
from app.guardians.rules import Rank


def guardian_changes(session: Session, patients: Sequence[int]) -> dict[int, date]:
    """Guardianship → the day of the change. A day in the past that was written down later counts from when it was written down."""
    before = aliased(Guardianship)
    replaced = exists().where(
        before.patient_id == Guardianship.patient_id,
        before.rank == Rank.FIRST,
        before.person_id != Guardianship.person_id,
        before.withdrawn_at.is_(None),
        before.id < Guardianship.id,
    )
    rows = session.execute(
        select(Guardianship.id, Guardianship.from_on, Guardianship.recorded_at).where(
            Guardianship.patient_id.in_(patients), Guardianship.rank == Rank.FIRST, replaced
        )
    )
    return {guardianship: max(from_on, business_day(recorded_at)) for guardianship, from_on, recorded_at in rows}
