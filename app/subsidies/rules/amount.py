"""What a quarter, a half-year or a year comes to, exact to the day and rounded once (domain 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from app.core.money import Money
from app.core.period import Period
from app.core.reasons import Reason, reason
from app.subsidies.rules.days import DayFacts, Exclusion, ExclusionKind, MonthDays, exclusions_in, months_in
from app.subsidies.rules.policy import DayRule, PolicyTerms

MONTHS_A_YEAR = 12
# How a period without a missing day is said, by its months.
_FULL = {3: "subsidies.amount.full", 6: "subsidies.amount.full_half", 12: "subsidies.amount.full_year"}


@dataclass(frozen=True, slots=True)
class Deduction:
    """What one kind of excluded day takes off the full quarter."""

    kind: ExclusionKind
    days: int
    amount: Money


@dataclass(frozen=True)
class Computation:
    """The sum with its arithmetic: Σ annual ÷ 12 × eligible days ÷ days of the month, rounded half up once.

    Worked out when it is first asked for, and kept: most lines of a run share one sum.
    """

    quarter: Period
    annual: Money
    months: tuple[MonthDays, ...]
    exclusions: tuple[Exclusion, ...]

    @cached_property
    def amount(self) -> Money:
        shares = (Fraction(month.eligible, month.days_in_month) for month in self.months)
        return Money.rounded(self._month_worth * sum(shares, Fraction(0)))

    @cached_property
    def full(self) -> Money:
        """What the quarter comes to when every day counts."""
        return Money.rounded(self._month_worth * len(self.months))

    @cached_property
    def days(self) -> int:
        """Eligible days of the quarter."""
        return sum(month.eligible for month in self.months)

    @property
    def formula(self) -> str:
        """`3,000.00 ÷ 12 × (30/30 + 10/31 + 19/30) = 488.98`"""
        shares = " + ".join(f"{month.eligible}/{month.days_in_month}" for month in self.months)
        return f"{self.annual.grouped} ÷ {MONTHS_A_YEAR} × ({shares}) = {self.amount.grouped}"

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """The sum and what was left out of it, without dates or places."""
        return (self._sum, *(self._excluded(kind, days) for kind, days in self._days_by_kind().items()))

    @property
    def dated_reasons(self) -> tuple[Reason, ...]:
        """The same with the days of each exclusion, for those who may know them."""
        return (self._sum, *(one.dated_reason for one in self.exclusions))

    @cached_property
    def deductions(self) -> tuple[Deduction, ...]:
        """Full quarter minus these, in order of kind, is exactly the amount: for the notice's arithmetic.

        Rounding is carried along, so that the printed lines add up to the fen.
        """
        found, months_left, left = [], Fraction(len(self.months)), self.full
        for kind, days in self._days_by_kind().items():
            months_left -= self._months_without(kind)
            remains = Money.rounded(self._month_worth * months_left)
            found.append(Deduction(kind, days, left - remains))
            left = remains
        return tuple(found)

    @property
    def _sum(self) -> Reason:
        if not self.exclusions and self.annual:
            return reason(_FULL[len(self.months)], days=self.days, amount=self.amount, annual=self.annual)
        return reason("subsidies.amount.sum", quarter=self.quarter, days=self.days, formula=self.formula)

    @property
    def _month_worth(self) -> Fraction:
        return Fraction(self.annual.fen, 100 * MONTHS_A_YEAR)

    def _months_without(self, kind: ExclusionKind) -> Fraction:
        """The kind's days as parts of their months."""
        parts = (
            Fraction(one.days, month.days_in_month)
            for month in self.months
            for one in month.exclusions
            if one.kind is kind
        )
        return sum(parts, Fraction(0))

    def _days_by_kind(self) -> dict[ExclusionKind, int]:
        """Kinds that occur, in the order of the enumeration."""
        counted = {kind: sum(one.days for one in self.exclusions if one.kind is kind) for kind in ExclusionKind}
        return {kind: days for kind, days in counted.items() if days}

    def _excluded(self, kind: ExclusionKind, days: int) -> Reason:
        return reason(f"subsidies.excluded.{kind}", days=days)


def compute(
    quarter: Period, annual: Money, facts: DayFacts, inpatient_days: DayRule, care_facility_days: DayRule
) -> Computation:
    """The amount of a quarter before any split between the guardians."""
    return _computation(quarter, annual, exclusions_in(quarter, facts, inpatient_days, care_facility_days))


@lru_cache(maxsize=4096)
def _computation(quarter: Period, annual: Money, exclusions: tuple[Exclusion, ...]) -> Computation:
    """Most lines of a run are full periods of one amount: the same few sums over and over."""
    return Computation(quarter, annual, months_in(quarter, exclusions), exclusions)


def compute_under(quarter: Period, facts: DayFacts, terms: PolicyTerms, level: int | None = None) -> Computation:
    """The same under a county's policy, at the level that counts; a scheme that has ended pays nothing."""
    annual = terms.annual_at(level) or Money.zero()
    return compute(quarter, annual, facts, terms.inpatient_days, terms.care_facility_days)


def shares(amount: Money, first_share: int) -> tuple[Money, Money]:
    """First and second guardian's part: the second's per cent rounded down to the fen, the first gets the rest."""
    second = Money(amount.fen * (100 - first_share) // 100)
    return amount - second, second
