"""What the subsidy use cases are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.money import Money
from app.core.period import Period
from app.core.quarter import Quarter
from app.guardians.rules import Rank
from app.subsidies.rules.bank import CallBack
from app.subsidies.rules.chain import ObjectionGround, ObjectionSource
from app.subsidies.rules.checks import Found, ListKind
from app.subsidies.rules.fund import FundSide
from app.subsidies.rules.grounds import Grounds
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.recovery import RecoveryStep


@dataclass(frozen=True)
class SetPolicy:
    """A new version of a county's policy from a day. `terms` None ends the scheme."""

    county_code: str
    valid_from: date
    terms: PolicyTerms


@dataclass(frozen=True)
class ProposePolicy:
    """The next version as one person proposes it; the key makes a form that arrives twice one proposal."""

    submission_key: str
    policy: SetPolicy


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
    """One line of the bank's return file: the pay file's sequence, the amount, and what became of it.

    Whom and where the bank paid, where the file says so: None for a column that it does not have.
    """

    sequence: int
    amount: Money
    is_paid: bool
    why: str = ""
    row: int = 0
    payee: str | None = None
    account: str | None = None
    id_number: str | None = None


@dataclass(frozen=True)
class BankReturns:
    """The bank's return file as read, and the hash of its bytes. Most name the pay file that they answer."""

    replies: tuple[BankReply, ...]
    sha256: str
    # every pay file that is named in it: one, unless files were mixed
    file_numbers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RecordCall:
    """What was said on the number that had been known before an account was changed."""

    submission_key: str
    account_public_id: str
    called_on: date
    answer: CallBack


@dataclass(frozen=True)
class ShareAccount:
    """A payee may be paid to an account that others use too, by a paper, until a day."""

    submission_key: str
    account_public_id: str
    reference: str
    until_on: date


@dataclass(frozen=True)
class SentLine:
    """One line of a pay file as it went to the bank."""

    sequence: int
    amount: Money
    payee: str
    account: str
    id_number: str


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


@dataclass(frozen=True)
class StoreCheckList:
    """Another office's list, matched: what stays of it. `as_of` is the day up to which the office says it is complete, `compared_at` the
    moment before the register was read."""

    county_code: str
    kind: ListKind
    as_of: date
    compared_at: datetime
    sha256: str
    row_count: int
    unread_count: int
    found: tuple[Found, ...]
    mapping: dict[str, Any]


@dataclass(frozen=True)
class DecideHit:
    """A person says whether somebody on a list is the one in the register, and on what grounds."""

    hit_public_id: str
    is_same: bool
    grounds: Grounds


@dataclass(frozen=True)
class RecordObjection:
    """Somebody objects to a noticed run; `agreement_number` names a line, or is empty."""

    submission_key: str
    source: ObjectionSource
    ground: ObjectionGround
    received_on: date
    agreement_number: str = ""


@dataclass(frozen=True)
class DecideObjection:
    """Upheld or dismissed, by the number of the paper that says so."""

    objection_public_id: str
    is_upheld: bool
    reference: str


@dataclass(frozen=True)
class ProposeRecovery:
    """What the county is to decide about money paid too much, and by which paper; `due_on` where it is asked for."""

    submission_key: str
    public_id: str
    outcome: RecoveryStep
    document_number: str
    due_on: date | None


@dataclass(frozen=True)
class ReceiveMoney:
    """Money that came back, by the bank's slip."""

    submission_key: str
    public_id: str
    amount: Money
    slip: str
    on_day: date
