"""What forms say about benefits, hospital costs and rehabilitation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.benefits.rules.backstop import BackstopGround
from app.benefits.rules.benefit import BenefitKind, BenefitState
from app.benefits.rules.rehab import ReferralConsent, ReferralSource, RehabAim
from app.core.money import Money


@dataclass(frozen=True)
class RecordBenefit:
    """How a benefit stands from a day on. `number` is the card's or certificate's; `grade` a disability certificate's."""

    submission_key: str
    kind: BenefitKind
    state: BenefitState
    from_on: date
    renew_by: date | None = None
    grade: int | None = None
    number: str = ""


@dataclass(frozen=True)
class AskBackstop:
    """A hospital bill; what insurance and family pay of it, and what the county is asked to take over."""

    submission_key: str
    hospital: str
    bill_number: str
    from_on: date
    to_on: date
    bill: Money
    insured: Money
    family: Money
    asked: Money
    ground: BackstopGround


@dataclass(frozen=True)
class KeepPlace:
    """A rehabilitation place; `agency` is the public id of who runs it, empty where that office has no account."""

    area_code: str
    name: str
    capacity: int
    agency: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Refer:
    """`place` is a public id."""

    submission_key: str
    place: str
    source: ReferralSource
    consent: ReferralConsent
    consented_on: date
    aims: tuple[RehabAim, ...]
