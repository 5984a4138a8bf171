"""The city's floors, and what lies below them, for the auditor."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import AreaSetting
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, code_of
from app.core.actor import Actor
from app.core.money import Money
from app.core.scope import within
from app.subsidies.models import FundAccount, SubsidyPolicy
from app.subsidies.queries.fund import balances_of
from app.subsidies.rules.floors import Floors, Stated, annual_gap, pool_gap, read_stated, stated_in
from app.subsidies.rules.policy import PolicyTerms

# settings of a city
ANNUAL_FLOOR = "subsidy_floor_annual"  # fen per patient and year
POOL_FLOOR = "subsidy_floor_pool"  # fen a year
# a county's reason for a year's pool below the floor, by year
POOL_REASON = "fund_below_floor_{year}"


@dataclass(frozen=True, slots=True)
class BelowFloor:
    """A county's policy version or a year of its fund below its city's floor; `stated` None: nobody has said why yet."""

    county_code: str
    # "v3" of the policy's version, "2026" of the fund's year
    what: str
    is_fund: bool
    amount: Money
    gap: Money
    stated: Stated | None


def city_of(county_code: str) -> str:
    return code_of(county_code[: PREFIX_LENGTHS[AreaLevel.CITY]])


def floors_of(session: Session, county_code: str) -> Floors:
    """The floors of the county's city."""
    city = city_of(county_code)
    return Floors(*(_sum(session, city, name) for name in (ANNUAL_FLOOR, POOL_FLOOR)))


def pool_reason_of(session: Session, county_code: str, year: int) -> Stated | None:
    setting = session.get(AreaSetting, (county_code, POOL_REASON.format(year=year)))
    return read_stated(setting.value) if setting else None


def pool_below(session: Session, county_code: str, year: int) -> BelowFloor | None:
    """The year's pool against the floor, with the reason that was stated; None where it reaches it, or none is set."""
    budget = balances_of(session, county_code, year).budget
    gap = pool_gap(floors_of(session, county_code), budget)
    return (
        BelowFloor(county_code, str(year), True, budget, gap, pool_reason_of(session, county_code, year))
        if gap
        else None
    )


def below_floors(session: Session, actor: Actor) -> list[BelowFloor]:
    """Everything in the actor's area below its city's floor, policies first: for the auditor's page."""
    return [*_policies(session, actor), *_funds(session, actor)]


def _policies(session: Session, actor: Actor) -> list[BelowFloor]:
    versions = session.scalars(
        select(SubsidyPolicy)
        .where(within(SubsidyPolicy.county_code, actor))
        .order_by(SubsidyPolicy.county_code, SubsidyPolicy.version.desc())
    ).all()
    floors = {county: floors_of(session, county) for county in {one.county_code for one in versions}}
    found = []
    for one in versions:
        terms = PolicyTerms.from_json(one.terms)
        gap = annual_gap(floors[one.county_code], terms)
        if gap and terms.lowest_annual:
            found.append(
                BelowFloor(one.county_code, f"v{one.version}", False, terms.lowest_annual, gap, stated_in(terms))
            )
    return found


def _funds(session: Session, actor: Actor) -> list[BelowFloor]:
    years = session.execute(
        select(FundAccount.county_code, FundAccount.year)
        .where(within(FundAccount.county_code, actor))
        .distinct()
        .order_by(FundAccount.county_code, FundAccount.year.desc())
    )
    return [below for county, year in years if (below := pool_below(session, county, year))]


def _sum(session: Session, city_code: str, name: str) -> Money | None:
    setting = session.get(AreaSetting, (city_code, name))
    return Money(int(setting.value)) if setting and int(setting.value) else None
