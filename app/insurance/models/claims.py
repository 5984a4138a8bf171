"""Claims from the incident to the payment, and the county's relief for people who were hurt (domain 5.8)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.insurance.rules.claims import ClaimPaperKind, ClaimRefusal, ClaimState, Harm
from app.insurance.rules.relief import ReliefGround, ReliefState


class Claim(Base):
    """What is asked of an insurer because of an incident; each step is a row of `claim_events`."""

    __tablename__ = "claims"
    __table_args__ = (
        Index("ix_claims_policy_id_state", "policy_id", "state"),
        Index("ix_claims_patient_id", "patient_id"),
        CheckConstraint("reported_at >= happened_at", name="reported_after"),
        CheckConstraint("asked_fen > 0", name="asked"),
        CheckConstraint("(state = 'paid') = (paid_fen IS NOT NULL)", name="paid"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    # LP-2026-0001
    number: Mapped[str] = mapped_column(String(20), unique=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("insurance_policies.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    # the insured guardian on the day of the incident
    guardian_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    # the incident on record, where there is one
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # when the insurer was told
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    harm: Mapped[Harm] = mapped_column(Coded(Harm))
    # the insurer's own number of the case
    insurer_reference: Mapped[str] = mapped_column(String(60), default="")
    asked_fen: Mapped[int] = mapped_column(BigInteger)
    # what was found when it was reported, for the file: told in time, and the day was covered; because: Reasons
    is_late: Mapped[bool]
    is_covered: Mapped[bool]
    because: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    state: Mapped[ClaimState] = mapped_column(Coded(ClaimState), default=ClaimState.REPORTED)
    papers_on: Mapped[date | None]
    # the insurer's last day to decide
    settle_by: Mapped[date | None]
    agreed_fen: Mapped[int | None] = mapped_column(BigInteger)
    refusal: Mapped[ClaimRefusal | None] = mapped_column(Coded(ClaimRefusal))
    decided_on: Mapped[date | None]
    paid_fen: Mapped[int | None] = mapped_column(BigInteger)
    paid_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class ClaimPaper(Base):
    """One paper of a claim's checklist that has come in."""

    __tablename__ = "claim_papers"
    __table_args__ = (UniqueConstraint("claim_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    kind: Mapped[ClaimPaperKind] = mapped_column(Coded(ClaimPaperKind))
    received_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class ClaimEvent(Base):
    """One step of a claim. Append-only."""

    __tablename__ = "claim_events"
    __table_args__ = (Index("ix_claim_events_claim_id", "claim_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    state: Mapped[ClaimState] = mapped_column(Coded(ClaimState))
    on_day: Mapped[date]
    # what was said with it, as a Reason
    because: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Relief(Base):
    """Money of the county for somebody who was hurt: written by one person, agreed to by another."""

    __tablename__ = "reliefs"
    __table_args__ = (
        Index("ix_reliefs_county_code_state", "county_code", "state"),
        Index("ix_reliefs_patient_id", "patient_id"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by", name="two_hands"),
        CheckConstraint("(state = 'paid') = (paid_on IS NOT NULL)", name="paid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # whose incident it follows; the hurt person's name is sealed under this person's key
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"))
    injured_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    happened_on: Mapped[date]
    harm: Mapped[Harm] = mapped_column(Coded(Harm))
    ground: Mapped[ReliefGround] = mapped_column(Coded(ReliefGround))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    document_number: Mapped[str] = mapped_column(String(60))
    state: Mapped[ReliefState] = mapped_column(Coded(ReliefState), default=ReliefState.PROPOSED)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    paid_on: Mapped[date | None]
    # the number of the receipt that the hurt person signed
    receipt_number: Mapped[str] = mapped_column(String(60), default="")
