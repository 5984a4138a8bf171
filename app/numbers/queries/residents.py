"""Where the residents that a run counts by were taken from."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.batches import slices
from app.numbers.models import AreaPopulation, IndicatorRun


def populations_of(session: Session, run: IndicatorRun, residents: Mapping[str, int]) -> dict[str, AreaPopulation]:
    """place → the entry that says so many as the run has; of what was typed in otherwise since, nothing is told."""
    found: dict[str, AreaPopulation] = {}
    year = run.cut_off.year
    for part in slices(residents):
        rows = select(AreaPopulation).where(
            AreaPopulation.area_code.in_(part), AreaPopulation.year.in_((year - 1, year))
        )
        for one in session.scalars(rows.order_by(AreaPopulation.year)):
            if one.residents == residents[one.area_code]:
                found[one.area_code] = one
    return found
