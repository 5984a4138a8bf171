"""Policies that a county bought, and who is insured under them since when (domain 5.8)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, UtcDateTime, new_public_id
from app.insurance.rules.enrolment import BatchKind, EndReason
from app.insurance.rules.policies import EligibleRule, PolicyKind, PolicyState, Proration

_STANDING = text("state IN ('proposed', 'confirmed')")
_OPEN = text("to_on IS NULL")


class InsurancePolicy(Base):
    """A policy as its paper says it: written down by one person, confirmed by another, never edited (trigger)."""

    __tablename__ = "insurance_policies"
    __table_args__ = (
        Index(
            "uq_insurance_policies_number",
            "insurer",
            "number",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        Index("ix_insurance_policies_county_code_from_on", "county_code", "from_on"),
        CheckConstraint("to_on >= from_on", name="term"),
        CheckConstraint("premium_fen > 0", name="premium"),
        CheckConstraint("report_within_hours > 0 AND settle_working_days > 0", name="deadlines"),
        CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by", name="two_hands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    kind: Mapped[PolicyKind] = mapped_column(Coded(PolicyKind))
    insurer: Mapped[str] = mapped_column(String(100))
    # the insurer's own number
    number: Mapped[str] = mapped_column(String(60))
    # the office that bought it (投保人)
    holder: Mapped[str] = mapped_column(String(100))
    # both days inclusive, as on the paper
    from_on: Mapped[date]
    to_on: Mapped[date]
    # of one person for the whole term
    premium_fen: Mapped[int] = mapped_column(BigInteger)
    proration: Mapped[Proration] = mapped_column(Coded(Proration))
    person_limit_fen: Mapped[int | None] = mapped_column(BigInteger)
    accident_limit_fen: Mapped[int | None] = mapped_column(BigInteger)
    year_limit_fen: Mapped[int | None] = mapped_column(BigInteger)
    # within so many hours the insurer is told of an incident
    report_within_hours: Mapped[int]
    # so many working days after complete papers the insurer decides
    settle_working_days: Mapped[int]
    eligible_rule: Mapped[EligibleRule] = mapped_column(Coded(EligibleRule))
    # pays also for somebody who is found to be ill only after the incident
    covers_late_found: Mapped[bool]
    # what the policy does not pay for, in its own words
    exclusions: Mapped[str] = mapped_column(String(500), default="")
    # the paper by which the county bought it
    document_number: Mapped[str] = mapped_column(String(60))
    renewed_from_id: Mapped[int | None] = mapped_column(ForeignKey("insurance_policies.id"), unique=True)
    state: Mapped[PolicyState] = mapped_column(Coded(PolicyState), default=PolicyState.PROPOSED)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class EnrolmentBatch(Base):
    """People reported to the insurer together. Append-only; a policy's premium is the sum of its batches."""

    __tablename__ = "enrolment_batches"
    __table_args__ = (
        UniqueConstraint("policy_id", "number"),
        # what is sent twice finds the first
        UniqueConstraint("policy_id", "kind", "effective_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    policy_id: Mapped[int] = mapped_column(ForeignKey("insurance_policies.id"))
    # counted from 1 within the policy
    number: Mapped[int]
    kind: Mapped[BatchKind] = mapped_column(Coded(BatchKind))
    # the day from which additions are insured; of removals the day of the report
    effective_on: Mapped[date]
    count: Mapped[int]
    # of additions what is owed, of removals what comes back (negative)
    premium_fen: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Enrolment(Base):
    """A patient's family is insured under a policy: half open [from_on, to_on); open ends with its policy."""

    __tablename__ = "enrolments"
    __table_args__ = (
        Index(
            "uq_enrolments_open",
            "policy_id",
            "patient_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        UniqueConstraint("policy_id", "number"),
        Index("ix_enrolments_patient_id", "patient_id"),
        Index("ix_enrolments_added_batch_id", "added_batch_id"),
        Index("ix_enrolments_removed_batch_id", "removed_batch_id"),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="span"),
        CheckConstraint("(to_on IS NULL) = (removed_batch_id IS NULL)", name="removed_by_batch"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    policy_id: Mapped[int] = mapped_column(ForeignKey("insurance_policies.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    # the first guardian on the day of enrolment; None where nobody was
    guardian_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    # the number under which county and insurer speak of it (参保序号), counted within the policy
    number: Mapped[int]
    from_on: Mapped[date]
    # first day that is not covered any more; None: to the policy's last day
    to_on: Mapped[date | None]
    end_reason: Mapped[EndReason | None] = mapped_column(Coded(EndReason))
    # what the person costs: on the way in the rest of the term, after removal the days that were covered
    premium_fen: Mapped[int] = mapped_column(BigInteger)
    added_batch_id: Mapped[int] = mapped_column(ForeignKey("enrolment_batches.id"))
    removed_batch_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment_batches.id"))
