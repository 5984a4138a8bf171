"""What the subsidy use cases are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.money import Money
from app.core.period import Period
from app.core.quarter import Quarter
from app.guardians.rules import Rank
from app.subsidies.rules.fund import FundSide
from app.subsidies.rules.grounds import Grounds
from app.subsidies.rules.policy import PolicyTerms


@dataclass(frozen=True)
class SetPolicy:
    """A new version of a county's policy from a day. `terms` None ends the scheme."""

    county_code: str
    valid_from: date
    terms: PolicyTerms


@dataclass(frozen=True)
class PrepareRun:
    """Freeze the lines of a county's quarter. `is_supplementary` pays only what no other run pays."""

    county_code: str
    quarter: Period
    is_supplementary: bool = False


@dataclass(frozen=True)
class DecideHold:
    """A person decides a held line: pay it or refuse it, and on what grounds."""

    line_public_id: str
    is_paid: bool
    grounds: Grounds


@dataclass(frozen=True)
class BankReply:
    """One line of the bank's return file: the pay file's sequence, the amount, and what became of it."""

    sequence: int
    amount: Money
    is_paid: bool
    why: str = ""


@dataclass(frozen=True)
class BankReturns:
    """The bank's return file as read, and the hash of its bytes."""

    replies: tuple[BankReply, ...]
    sha256: str


@dataclass(frozen=True)
class OpeningPayment:
    """A payment made before the county came to us, from the roster (amount as paid)."""

    agreement_id: int
    quarter: Quarter
    amount: Money
    rank: Rank = Rank.FIRST


@dataclass(frozen=True)
class ProposeMoney:
    """Money for a county's pool of a year, by the paper that grants it."""

    submission_key: str
    county_code: str
    year: int
    side: FundSide
    amount: Money
    document_number: str
    on_day: date


@dataclass(frozen=True)
class ProposeReversal:
    """Turn an entry back, by the paper that says why."""

    submission_key: str
    entry_public_id: str
    document_number: str
