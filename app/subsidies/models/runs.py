"""The quarter's money: policy versions, runs, frozen lines, approvals, pay files."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.guardians.rules import Rank
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState, RunState, RunStep


class RunKind(StrEnum):
    REGULAR = "regular"
    SUPPLEMENTARY = "supplementary"
    OPENING = "opening"  # payments made before the county came to us


class LineKind(StrEnum):
    ORDINARY = "ordinary"
    CORRECTION = "correction"
    REPAYMENT = "repayment"


class SubsidyPolicy(Base):
    """One version of a county's policy, valid from a day until the next version. Append-only; no amount ends the scheme."""

    __tablename__ = "subsidy_policies"
    __table_args__ = (
        UniqueConstraint("county_code", "version"),
        UniqueConstraint("county_code", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    version: Mapped[int]
    valid_from: Mapped[date]
    # `PolicyTerms.to_json()`
    terms: Mapped[dict[str, Any]] = mapped_column(JsonText)
    document_number: Mapped[str] = mapped_column(String(60), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]


class SubsidyRun(Base):
    """One quarter's payments of one county, from 造册 to 办结. Its digest binds every later step to the lines approved."""

    __tablename__ = "subsidy_runs"
    __table_args__ = (UniqueConstraint("county_code", "period", "kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # "2026Q3"
    period: Mapped[str] = mapped_column(String(6))
    kind: Mapped[RunKind] = mapped_column(Coded(RunKind))
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[RunState] = mapped_column(Coded(RunState))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("subsidy_policies.id"))
    rule_version: Mapped[str] = mapped_column(String(32))
    # the business day as of which the lines are decided; kept so that a resumed run decides alike
    decided_as_of: Mapped[date]
    # SHA-256 over the lines' digests in order; None while lines may still change
    digest: Mapped[str | None] = mapped_column(String(64))
    pay_count: Mapped[int] = mapped_column(default=0)
    hold_count: Mapped[int] = mapped_column(default=0)
    refuse_count: Mapped[int] = mapped_column(default=0)
    total_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    prepared_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    prepared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    exported_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    exported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def short_name(self) -> str:
        """`2026Q3-R01`, `2026Q3-S02`: what tells this run's papers from those of the quarter's other runs."""
        return f"{self.period}-{self.kind[0].upper()}{self.number:02d}"

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


_LIVE_PAYMENT = text("kind IN ('ordinary', 'repayment') AND decision = 'pay' AND is_live")


class SubsidyLine(Base):
    """One guardian's payment for one agreement and quarter, frozen with everything it was decided from."""

    __tablename__ = "subsidy_lines"
    __table_args__ = (
        # the double-payment guard: over regular, supplementary and opening runs alike
        Index(
            "uq_subsidy_lines_live_payment",
            "agreement_id",
            "period",
            "rank",
            unique=True,
            sqlite_where=_LIVE_PAYMENT,
            postgresql_where=_LIVE_PAYMENT,
        ),
        # a resumed prepare never freezes a line twice
        UniqueConstraint("run_id", "agreement_id", "rank", "kind", "period"),
        # a line is corrected, or paid again, once for a cause
        UniqueConstraint("corrects_line_id", "cause"),
        CheckConstraint("(kind = 'ordinary') = (corrects_line_id IS NULL)", name="corrects"),
        CheckConstraint("(corrects_line_id IS NULL) = (cause IS NULL)", name="cause"),
        Index("ix_subsidy_lines_run_id_area_code_id", "run_id", "area_code", "id"),
        Index("ix_subsidy_lines_payee_person_id", "payee_person_id"),
        Index("ix_subsidy_lines_patient_id_period", "patient_id", "period"),
        CheckConstraint("amount_fen >= 0", name="amount"),
        CheckConstraint("decision <> 'pay' OR amount_fen > 0", name="pay_has_amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    run_id: Mapped[int] = mapped_column(ForeignKey("subsidy_runs.id"))
    kind: Mapped[LineKind] = mapped_column(Coded(LineKind), default=LineKind.ORDINARY)
    # of a correction or a re-payment: the line that it corrects or pays again, and what for
    corrects_line_id: Mapped[int | None] = mapped_column(ForeignKey("subsidy_lines.id"))
    cause: Mapped[str | None] = mapped_column(String(40))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"))
    period: Mapped[str] = mapped_column(String(6))
    rank: Mapped[Rank] = mapped_column(Coded(Rank))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    payee_person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("payee_accounts.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    decision: Mapped[LineState] = mapped_column(Coded(LineState))
    # False once the bank returned it or it was withheld: the quarter may then be paid by another line
    is_live: Mapped[bool] = mapped_column(default=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    # eligible days in the quarter
    days: Mapped[int]
    # of them, days that had not come yet when the line was frozen (early cut-off of the fourth quarter)
    projected_days: Mapped[int] = mapped_column(default=0, server_default="0")
    # everything the decision was made from, by value (data-model.md 3)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JsonText)
    # list of Reasons
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    # SHA-256 over the canonical form
    digest: Mapped[str] = mapped_column(String(64))
    # a hold decided by a person: who, when, on what grounds (`Grounds.stored()`: a code and the number of a paper)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str | None] = mapped_column(String(200))


class RunApproval(Base):
    """One signed step of a run, with the digest that was signed. Append-only."""

    __tablename__ = "run_approvals"
    __table_args__ = (Index("ix_run_approvals_run_id_id", "run_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("subsidy_runs.id"))
    step: Mapped[RunStep] = mapped_column(Coded(RunStep))
    digest: Mapped[str | None] = mapped_column(String(64))
    by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # the human being behind the account, so that two accounts of one person count as one
    hand: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # of a run sent back: `Grounds.stored()`
    note: Mapped[str | None] = mapped_column(String(200))


class PayFile(Base):
    """The file that went to the bank: its bytes (kept), hash and control totals. One per run."""

    __tablename__ = "pay_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("subsidy_runs.id"), unique=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("kept_files.id"))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    layout: Mapped[PayLayout] = mapped_column(Coded(PayLayout), default=PayLayout.XLSX, server_default="xlsx")
    sha256: Mapped[str] = mapped_column(String(64))
    run_digest: Mapped[str] = mapped_column(String(64))
    count: Mapped[int]
    total_fen: Mapped[int] = mapped_column(BigInteger)
    # approved lines that the export withheld (death or lost account learned after approval)
    withheld_count: Mapped[int] = mapped_column(default=0)
    withheld_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # the finance user's word that the bank paid all lines; a return file that comes later wins
    attested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attested_by: Mapped[int | None]
    # the signed cover, with approved and withheld lines and their totals
    cover_file_id: Mapped[int | None] = mapped_column(ForeignKey("kept_files.id"))
    # SHA-256 of the bank's return file
    returns_sha256: Mapped[str | None] = mapped_column(String(64))
    # where the bank's file names no pay file: who said that it answers this one, and on what grounds (`Grounds.stored()`)
    returns_taken_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    returns_ground: Mapped[str | None] = mapped_column(String(100))


class PayFileLine(Base):
    """One line of the pay file and what the bank said of it; settles once."""

    __tablename__ = "pay_file_lines"
    __table_args__ = (UniqueConstraint("pay_file_id", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pay_file_id: Mapped[int] = mapped_column(ForeignKey("pay_files.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("subsidy_lines.id"), unique=True)
    # None for a withheld line
    sequence: Mapped[int | None]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[PaymentState] = mapped_column(Coded(PaymentState))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # why it was returned or withheld, as a Reason
    why: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
