"""Every indicator once (domain 4.2): two figures, how their rate is printed, and where it comes from.

Words and explanations stand in `texts.py` under `numbers.indicator.<code>` and `numbers.figure.<name>`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from app.core.rates import rate
from app.numbers.rules.membership import NOTHING, Figure, InSet, Weight
from app.numbers.rules.settings import Denominators, ExaminedOf, NumberSettings

S = InSet


def _figure(name: str, *flags: InSet, without: InSet = NOTHING, weight: Weight = Weight.ROWS) -> Figure:
    together = NOTHING
    for flag in flags:
        together |= flag
    return Figure(name, together, without, weight)


RESIDENTS = _figure("residents", weight=Weight.RESIDENTS)
REGISTERED = _figure("registered", S.REGISTERED)
REGISTERED_OR_DIED = _figure("registered_or_died", S.REGISTERED_OR_DIED)
DIED = _figure("died", S.DIED)
NEWLY_REGISTERED = _figure("newly_registered", S.NEWLY_REGISTERED)
MANAGED = _figure("managed", S.MANAGED)
STANDARD = _figure("standard", S.STANDARD)
MEDICATED = _figure("medicated", S.MEDICATED)
REGULAR = _figure("regular", S.REGULAR)
CLASSIFIED = _figure("classified", S.CLASSIFIED)
STABLE = _figure("stable", S.STABLE)
LATEST_STABLE = _figure("latest_stable", S.LATEST_STABLE)
FACE_TO_FACE = _figure("face_to_face", S.FACE_TO_FACE)
AT_HOME = _figure("at_home", S.AT_HOME)
MANAGED_AT_HOME = _figure("managed_at_home", S.MANAGED, S.AT_HOME)
EXAMINED = _figure("examined", S.EXAMINED)
EXAMINED_AT_HOME = _figure("examined_at_home", S.EXAMINED, S.AT_HOME)
LOST = _figure("lost", S.LOST)
REFUSED = _figure("refused", S.REFUSED)
LOCKED_UP = _figure("locked_up", S.LOCKED_UP, S.MANAGED)
OFFENDED = _figure("offended", S.OFFENDED, S.REGISTERED)
OVERDUE = _figure("overdue", S.OVERDUE)
OVERDUE_WAITING = _figure("overdue_waiting", S.OVERDUE_WAITING)
HIGH_LEVEL = _figure("high_level", S.HIGH_LEVEL)
VISITS = _figure("visits", S.REGISTERED_OR_DIED, weight=Weight.VISITS)
VISITS_IN_TIME = _figure("visits_in_time", S.REGISTERED_OR_DIED, weight=Weight.VISITS_IN_TIME)
EMERGENCIES = _figure("emergencies", S.EMERGENCY)
EMERGENCIES_IN_TIME = _figure("emergencies_in_time", S.EMERGENCY, S.EMERGENCY_IN_TIME)
DISCHARGES = _figure("discharges", S.DISCHARGE)
LOOPS = _figure("loops_owed", S.LOOP_OWED)
LOOPS_IN_TIME = _figure("loops_in_time", S.LOOP_OWED, S.LOOP_IN_TIME)
FORMS_IN_TIME = _figure("forms_in_time", S.DISCHARGE, S.FORMS_IN_TIME)
RECEIPTS = _figure("receipts_owed", S.RECEIPT_OWED)
RECEIVED_IN_TIME = _figure("received_in_time", S.RECEIPT_OWED, S.RECEIVED_IN_TIME)
FIRST_VISITS = _figure("first_visits_owed", S.VISIT_OWED)
VISITED_IN_TIME = _figure("visited_in_time", S.VISIT_OWED, S.VISITED_IN_TIME)
ELIGIBLE = _figure("eligible", S.ELIGIBLE)
SIGNED = _figure("signed", S.ELIGIBLE, S.SIGNED)
PAID = _figure("paid", S.ELIGIBLE, S.PAID)
INSURED = _figure("insured", S.ELIGIBLE, S.INSURED)
REASSESSMENTS = _figure("reassessments", S.REASSESSMENT_OWED)
REASSESSED = _figure("reassessed", S.REASSESSMENT_OWED, S.REASSESSED)
REHABILITATED = _figure("rehabilitated", S.REGISTERED, S.TRAINED_FOR_REHAB)


def of_schizophrenia(figure: Figure) -> Figure:
    """The same figure restricted to F20 (`Sz`)."""
    return replace(figure, name=f"{figure.name}_sz", flags=figure.flags | S.SCHIZOPHRENIA)


@dataclass(frozen=True, slots=True)
class Indicator:
    """`numerator` of `denominator`, per hundred unless said otherwise; printed — when nothing is counted."""

    code: str
    numerator: Figure
    denominator: Figure
    per: int = 100
    decimals: int = 2
    # a higher rate is better (management) or worse (lost); None: neither
    is_good: bool | None = True

    def rate(self, counts: dict[str, int]) -> str | None:
        """From counts by figure name: `"86.40"`, or None when the denominator is zero."""
        return rate(
            counts.get(self.numerator.name, 0) * self.per, counts.get(self.denominator.name, 0) * 100, self.decimals
        )

    def is_at(self, part: int, whole: int, target: Decimal) -> bool | None:
        """Whether the rate as it is counted, not as it is printed, reaches its target (in the indicator's unit), or stays below one that
        should not be reached; None when nothing is counted."""
        if whole == 0:
            return None
        reached, asked = Decimal(part * self.per), target * whole
        return reached <= asked if self.is_good is False else reached >= asked

    def value(self, counts: dict[str, int]) -> Decimal | None:
        written = self.rate(counts)
        return None if written is None else Decimal(written)


def indicators(settings: NumberSettings) -> tuple[Indicator, ...]:
    """All indicators in the order in which they are printed, with the denominators that the county has chosen."""
    return (
        Indicator("prevalence", REGISTERED, RESIDENTS, per=1000, decimals=2, is_good=None),
        Indicator("management", MANAGED, REGISTERED),
        Indicator("standard", STANDARD, REGISTERED),
        Indicator("face_to_face", FACE_TO_FACE, REGISTERED),
        Indicator("medication", *_of_drugs(MEDICATED, settings)),
        Indicator("regular_medication", *_of_drugs(REGULAR, settings)),
        Indicator("stability", STABLE, CLASSIFIED),
        Indicator("latest_stability", LATEST_STABLE, REGISTERED),
        *(_schizophrenia(settings)),
        Indicator("home_management", MANAGED_AT_HOME, AT_HOME),
        _examination(settings),
        Indicator("lost", LOST, REGISTERED, is_good=False),
        Indicator("death", DIED, REGISTERED_OR_DIED, is_good=None),
        Indicator("locked_up", LOCKED_UP, MANAGED, is_good=False),
        Indicator("offending", OFFENDED, REGISTERED, is_good=None),
        Indicator("offending_per_10000", OFFENDED, REGISTERED, per=10_000, is_good=None),
        Indicator("emergency_in_time", EMERGENCIES_IN_TIME, EMERGENCIES),
        Indicator("loop_in_time", LOOPS_IN_TIME, LOOPS),
        Indicator("forms_in_time", FORMS_IN_TIME, DISCHARGES),
        Indicator("received_in_time", RECEIVED_IN_TIME, RECEIPTS),
        Indicator("visited_in_time", VISITED_IN_TIME, FIRST_VISITS),
        Indicator("entry_in_time", VISITS_IN_TIME, VISITS),
        Indicator("reassessment", REASSESSED, REASSESSMENTS),
        Indicator("agreements", SIGNED, ELIGIBLE),
        Indicator("subsidy", PAID, ELIGIBLE),
        Indicator("insurance", INSURED, ELIGIBLE),
        Indicator("rehabilitation", REHABILITATED, REGISTERED),
    )


def _of_drugs(numerator: Figure, settings: NumberSettings) -> tuple[Figure, Figure]:
    """Over R or M, without those for whom no doctor asks for a drug where the county drops them."""
    whole = MANAGED if settings.denominators is Denominators.BEFORE_2017 else REGISTERED
    if settings.drops_no_drug_needed:
        whole = replace(whole, name=f"{whole.name}_with_drugs", without=S.NO_DRUG_NEEDED)
    if settings.denominators is Denominators.BEFORE_2017:  # the numerator lies in the denominator
        numerator = replace(numerator, name=f"{numerator.name}_managed", flags=numerator.flags | S.MANAGED)
    return numerator, whole


def _schizophrenia(settings: NumberSettings) -> tuple[Indicator, ...]:
    """The rates of schizophrenia: treatment (managed), medication, regular medication, standardised management."""
    pairs = {
        "management_sz": (MANAGED, REGISTERED),
        "standard_sz": (STANDARD, REGISTERED),
        "medication_sz": _of_drugs(MEDICATED, settings),
        "regular_medication_sz": _of_drugs(REGULAR, settings),
    }
    return tuple(Indicator(code, of_schizophrenia(one), of_schizophrenia(all_)) for code, (one, all_) in pairs.items())


def _examination(settings: NumberSettings) -> Indicator:
    if settings.examined_of is ExaminedOf.AT_HOME:
        return Indicator("examination", EXAMINED_AT_HOME, AT_HOME)
    return Indicator("examination", EXAMINED, REGISTERED)


# counted and listed beside the indicators
ALSO_COUNTED: Final = (NEWLY_REGISTERED, REFUSED, OVERDUE, OVERDUE_WAITING, HIGH_LEVEL)


def figures(settings: NumberSettings) -> tuple[Figure, ...]:
    """Every figure that is counted over rows, each once."""
    found: dict[str, Figure] = {}
    for one in indicators(settings):
        for figure in (one.numerator, one.denominator):
            found.setdefault(figure.name, figure)
    for figure in ALSO_COUNTED:
        found.setdefault(figure.name, figure)
    found.pop(RESIDENTS.name)
    return tuple(found.values())
