"""What forms say about policies, claims and relief."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from app.core.money import Money
from app.insurance.rules.claims import Harm
from app.insurance.rules.policies import (
    REPORT_WITHIN_HOURS,
    SETTLE_WORKING_DAYS,
    EligibleRule,
    Limits,
    PolicyKind,
    PremiumTerms,
    Proration,
)
from app.insurance.rules.relief import ReliefGround


@dataclass(frozen=True)
class ProposePolicy:
    """A policy as its paper says it; `submission_key` is made with the form. Both days of the term count."""

    submission_key: str
    kind: PolicyKind
    insurer: str
    number: str
    holder: str
    from_on: date
    to_on: date
    premium: Money
    document_number: str
    limits: Limits = field(default_factory=Limits)
    proration: Proration = Proration.BY_DAY
    report_within_hours: int = REPORT_WITHIN_HOURS
    settle_working_days: int = SETTLE_WORKING_DAYS
    eligible_rule: EligibleRule = EligibleRule.RISK3
    covers_late_found: bool = False
    exclusions: str = ""
    # public id of the policy that this one follows
    renews: str = ""

    @property
    def terms(self) -> PremiumTerms:
        return PremiumTerms(self.premium, self.from_on, self.to_on, self.proration)


@dataclass(frozen=True)
class ReportClaim:
    """`policy` and `incident` are public ids. Without an incident the claim stands on one of its day, where there is one, or for itself."""

    submission_key: str
    policy: str
    happened_at: datetime
    reported_at: datetime
    harm: Harm
    asked: Money
    insurer_reference: str = ""
    incident: str = ""


@dataclass(frozen=True)
class ProposeRelief:
    """`claim` is a public id, empty where no insurer is asked."""

    submission_key: str
    injured: str
    happened_on: date
    harm: Harm
    ground: ReliefGround
    amount: Money
    document_number: str
    claim: str = ""
