"""Tables of the numbers."""

from app.numbers.models.runs import AreaPopulation, IndicatorMember, IndicatorRun, IndicatorTarget, IndicatorValue

__all__ = ["AreaPopulation", "IndicatorMember", "IndicatorRun", "IndicatorTarget", "IndicatorValue"]
