"""Which periods a page offers: whole ones; a day that somebody once asked for is nobody else's choice."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.numbers.queries.board import periods_to_choose
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import compute
from tests.rig.clock import NOW, TODAY
from tests.rig.county import COUNTY, County


def test_a_day_that_was_counted_once_is_not_offered_to_everybody(session: Session, county: County) -> None:
    coordinator = county.actor("coordinator")
    for text in ("2026-05-05", "2025Q4"):
        compute(session, coordinator, COUNTY, ReportPeriod.parse(text), NumberSettings(), TODAY, NOW)
    assert periods_to_choose(session, coordinator, COUNTY, []) == [ReportPeriod.parse("2025Q4")]
