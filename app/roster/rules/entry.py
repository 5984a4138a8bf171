"""What one good row says, as plain values: the shape that the import stores."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.core.bank_account import AccountKind
from app.core.identity import IdKind, Sex
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import Reason
from app.guardians.rules import Rank, Relation
from app.patients.rules import DiagnosisCategory, ManagementStatus


@dataclass(frozen=True)
class PersonPart:
    """Somebody with an ID number; sex and birth date are the number's own. Second guardians may come without one."""

    name: str
    id_kind: IdKind
    id_number: str
    sex: Sex
    born_on: date | None
    phones: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True)
class DiagnosisPart:
    """`onset` and `diagnosed_on` are partial dates: `1991`, `1991-07` or `1991-07-03`."""

    category: DiagnosisCategory
    icd10: str = ""
    hospital: str = ""
    onset: str | None = None
    diagnosed_on: str | None = None


@dataclass(frozen=True)
class AccountPart:
    number: str
    kind: AccountKind
    bank: str
    holder: str


@dataclass(frozen=True)
class GuardianPart:
    person: PersonPart
    rank: Rank
    relation: Relation
    post: str = ""
    account: AccountPart | None = None


@dataclass(frozen=True)
class AgreementPart:
    """Both days inclusive, as on the paper."""

    number: str
    from_on: date
    to_on: date
    signed_on: date | None = None


@dataclass(frozen=True)
class VisitPart:
    """The last follow-up before the county came to us. Codes of the official form, None where the roster is silent."""

    visited_on: date
    form: int | None
    visit_class: int | None
    level: int | None
    next_due_on: date | None


@dataclass(frozen=True)
class PaymentPart:
    """One quarter's subsidy, already paid."""

    quarter: Quarter
    amount: Money
    rank: Rank
    paid_on: date | None = None


@dataclass(frozen=True)
class RosterRow:
    """One checked row of a roster."""

    sheet: str
    row: int
    area_code: str
    patient: PersonPart
    diagnosis: DiagnosisPart
    level: int | None
    management: ManagementStatus
    consent_on: date | None = None
    ethnic_code: str | None = None
    is_insured: bool | None = None
    first: GuardianPart | None = None
    second: GuardianPart | None = None
    agreement: AgreementPart | None = None
    visit: VisitPart | None = None
    payments: tuple[PaymentPart, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What is wrong (or worth a second look) in one cell. `row` is Excel's row number; `column` the header as written."""

    sheet: str
    row: int
    column: str
    field: str
    why: Reason
    letter: str = ""


@dataclass
class Noted:
    """Findings of one row while it is read."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
