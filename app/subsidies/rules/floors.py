"""What a city asks of its counties at least: so much per patient and year, so much in the pool a year (domain 5.1, Bengbu).

A county may stay below, but says why and by which paper; the auditor sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.core.i18n import N_
from app.core.money import Money
from app.core.reasons import Reason, reason
from app.subsidies.rules.grounds import holds_personal_number
from app.subsidies.rules.policy import PolicyTerms


class FloorGround(StrEnum):
    """Why a county stays below its city's floor."""

    CITY_AGREED = "city_agreed"
    FEW_PATIENTS = "few_patients"
    OTHER_MONEY = "other_money"
    PROVINCE_RATE = "province_rate"
    SHORT_BUDGET = "short_budget"


FLOOR_GROUND_LABELS = {
    FloorGround.CITY_AGREED: N_("经市级主管部门同意"),
    FloorGround.FEW_PATIENTS: N_("在管患者少，现有资金已够全年发放"),
    FloorGround.OTHER_MONEY: N_("另有其他补贴合并发放"),
    FloorGround.PROVINCE_RATE: N_("执行省级统一标准"),
    FloorGround.SHORT_BUDGET: N_("本年度财力不足，已报市级备案"),
}


@dataclass(frozen=True, slots=True)
class Floors:
    """A city's floors; None where it has set none."""

    annual: Money | None = None
    pool: Money | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """Why something lies below a floor, and the number of the paper that says so."""

    ground: FloorGround
    reference: str

    def stored(self) -> str:
        return f"{self.ground} {self.reference}"


def read_stated(stored: str) -> Stated | None:
    """What `stored` wrote; None for anything else."""
    code, _, reference = stored.partition(" ")
    return Stated(FloorGround(code), reference) if code in set(FloorGround) and reference else None


def stated_in(terms: PolicyTerms) -> Stated | None:
    return read_stated(f"{terms.floor_ground} {terms.floor_reference}")


def annual_gap(floors: Floors, terms: PolicyTerms) -> Money:
    """By how much the least that the policy pays a year lies below the floor; a scheme that has ended pays nobody too little."""
    if floors.annual is None or terms.lowest_annual is None:
        return Money.zero()
    return max(floors.annual - terms.lowest_annual, Money.zero())


def pool_gap(floors: Floors, budget: Money) -> Money:
    """By how much a year's pool, as far as it has been granted, lies below the floor."""
    return max(floors.pool - budget, Money.zero()) if floors.pool else Money.zero()


def check_stated(ground: str, reference: str) -> dict[str, list[Reason]]:
    """What is missing or wrong in a reason, by field."""
    wrong: dict[str, list[Reason]] = {}
    if ground not in set(FloorGround):
        wrong["floor_ground"] = [reason("subsidies.floor.why")]
    if not reference.strip():
        wrong["floor_reference"] = [reason("subsidies.floor.paper")]
    elif holds_personal_number(reference):
        wrong["floor_reference"] = [reason("subsidies.reference.personal")]
    return wrong


def check_policy(floors: Floors, terms: PolicyTerms) -> dict[str, list[Reason]]:
    """A policy below the floor without its reason, by field: says first by how much."""
    gap = annual_gap(floors, terms)
    wrong = check_stated(terms.floor_ground, terms.floor_reference) if gap else {}
    if wrong:
        wrong["annual"] = [reason("subsidies.floor.annual", floor=floors.annual, gap=gap)]
    return wrong
