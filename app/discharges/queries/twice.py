"""One stay that was handed over under two records of one person: known as one stay only since the records were merged."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.clock import business_day
from app.discharges.models import Discharge
from app.discharges.rules.states import LIVE, CloseReason
from app.patients.queries.merges import merges


def handed_over_twice(session: Session, loops: Sequence[Discharge]) -> set[int]:
    """Of the loops, those whose stay an earlier loop under another record of the person hands over, or has."""
    known = merges(session)
    records = {one.id: known.records_of(one.patient_id) for one in loops if one.patient_id is not None}
    asked = {record for several in records.values() if len(several) > 1 for record in several}
    if not asked:
        return set()
    stands = or_(Discharge.state.in_(LIVE), Discharge.close_reason == CloseReason.DONE)
    others = session.scalars(select(Discharge).where(Discharge.patient_id.in_(asked), stands)).all()
    return {
        one.id
        for one in loops
        if any(
            other.id < one.id and other.patient_id in records.get(one.id, ()) and _is_one_stay(one, other)
            for other in others
        )
    }


def _is_one_stay(one: Discharge, other: Discharge) -> bool:
    """Some night of the one is a night of the other."""
    if not (one.discharged_at and other.discharged_at and one.admitted_on and other.admitted_on):
        return False
    ends = min(business_day(one.discharged_at), business_day(other.discharged_at))
    return max(one.admitted_on, other.admitted_on) < ends
