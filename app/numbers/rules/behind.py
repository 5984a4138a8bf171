"""What stands behind a figure: its rows, whoever is missing from it, and what its list tells about somebody."""

from __future__ import annotations

from dataclasses import replace

from app.core.access import Field
from app.numbers.rules.indicators import Indicator, figures, indicators
from app.numbers.rules.membership import Figure, InSet, Weight
from app.numbers.rules.settings import NumberSettings

MISSING = "-missing"

# the field (roles.md) that being in a set, or not, tells of somebody beyond that they are in the register
_TELLS: dict[Field, InSet] = {
    Field.CLINICAL: InSet.SCHIZOPHRENIA
    | InSet.MEDICATED
    | InSet.REGULAR
    | InSet.NO_DRUG_NEEDED
    | InSet.STABLE
    | InSet.LATEST_STABLE
    | InSet.EXAMINED
    | InSet.LOCKED_UP
    | InSet.EMERGENCY
    | InSet.EMERGENCY_IN_TIME,
    Field.RISK_LEVEL: InSet.HIGH_LEVEL | InSet.ELIGIBLE,
    Field.INCIDENTS: InSet.OFFENDED,
    Field.AMOUNT: InSet.PAID | InSet.INSURED,
}


def missing_of(indicator: Indicator) -> Figure | None:
    """Who is in the denominator and not in the numerator; None where people are not expected in it, or the denominator is no list."""
    whole, part = indicator.denominator, indicator.numerator
    if not indicator.is_good or whole.weight is Weight.RESIDENTS:
        return None
    name = indicator.code + MISSING
    if part.weight is Weight.VISITS_IN_TIME:
        return replace(whole, name=name, weight=Weight.VISITS_LATE)
    return Figure(name, whole.flags, whole.without | (part.flags & ~whole.flags))


def find_figure(name: str, settings: NumberSettings) -> Figure | None:
    """The figure of an address: one that is counted, or `<indicator>-missing`."""
    if name.endswith(MISSING):
        code = name.removesuffix(MISSING)
        return next((missing_of(one) for one in indicators(settings) if one.code == code), None)
    return next((one for one in figures(settings) if one.name == name), None)


def fields_told(figure: Figure) -> frozenset[Field]:
    """What somebody who reads the names on this list learns about them."""
    sets = figure.flags | figure.without
    return frozenset({Field.PATIENT_NAME, *(field for field, tells in _TELLS.items() if sets & tells)})
