"""A run's rows by what they have in common, from which every gap of every place is told: one grouped statement a report."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.actor import Actor
from app.core.scope import within, within_prefix
from app.numbers.models import IndicatorMember, IndicatorRun
from app.numbers.rules.causes import Alike


def count_alike(session: Session, actor: Actor, run: IndicatorRun, place: str) -> list[Alike]:
    """Of a place in the actor's area, by village, institution and sets."""
    member = IndicatorMember
    groups = (member.area_code, member.agency_id, member.bits)
    rows = session.execute(
        select(*groups, func.count(), func.sum(member.visits), func.sum(member.visits_in_time))
        .where(
            member.run_id == run.id,
            within(member.area_code, actor),
            within_prefix(member.area_code, prefix_of(place)),
        )
        .group_by(*groups)
        .order_by(*groups)
    )
    return [Alike(place, agency, bits, *map(int, counts)) for place, agency, bits, *counts in rows]
