"""A patient's benefits as dated states, requests to the offices that decide, and hospital costs that the county takes over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.benefits.rules.backstop import BackstopGround, BackstopRefusal, BackstopState
from app.benefits.rules.benefit import BenefitKind, BenefitState
from app.benefits.rules.requests import RequestRefusal, RequestState
from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id

_OPEN = text("to_on IS NULL AND withdrawn_at IS NULL")
_LIVE = text("state IN ('asked', 'taken_up')")


class Benefit(Base):
    """How a benefit stands since a day: half open [from_on, to_on). The next state ends the last; a correction withdraws."""

    __tablename__ = "benefits"
    __table_args__ = (
        Index("uq_benefits_open", "patient_id", "kind", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_benefits_patient_id", "patient_id"),
        Index("ix_benefits_renew_by", "renew_by", sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="span"),
        CheckConstraint("grade IS NULL OR grade BETWEEN 1 AND 4", name="grade"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    kind: Mapped[BenefitKind] = mapped_column(Coded(BenefitKind))
    state: Mapped[BenefitState] = mapped_column(Coded(BenefitState))
    from_on: Mapped[date]
    # first day on which it no longer stood so
    to_on: Mapped[date | None]
    # the day before which it has to be renewed
    renew_by: Mapped[date | None]
    # of a disability certificate: 1 (heaviest) to 4
    grade: Mapped[int | None]
    # the certificate's or card's number, which may hold the number of the identity card
    number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]


class BenefitOffice(Base):
    """Which office of a county decides on a benefit: requests go there."""

    __tablename__ = "benefit_offices"
    __table_args__ = (UniqueConstraint("county_code", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    kind: Mapped[BenefitKind] = mapped_column(Coded(BenefitKind))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int | None]


class BenefitRequest(Base):
    """A request to the office that decides: one open at a time for a patient and benefit."""

    __tablename__ = "benefit_requests"
    __table_args__ = (
        Index(
            "uq_benefit_requests_open", "patient_id", "kind", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
        Index("ix_benefit_requests_agency_id_state", "agency_id", "state"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(40), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    kind: Mapped[BenefitKind] = mapped_column(Coded(BenefitKind))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    # opened by an admission without insurance: the patient waits in hospital
    is_green_channel: Mapped[bool] = mapped_column(default=False)
    asked_on: Mapped[date]
    due_on: Mapped[date]
    # Reasons
    because: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    state: Mapped[RequestState] = mapped_column(Coded(RequestState), default=RequestState.ASKED)
    refusal: Mapped[RequestRefusal | None] = mapped_column(Coded(RequestRefusal))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None]


class BackstopRequest(Base):
    """A hospital bill that the county takes over: asked by one person, approved by another, paid by a third."""

    __tablename__ = "backstop_requests"
    __table_args__ = (
        Index("ix_backstop_requests_county_code_state", "county_code", "state"),
        Index("ix_backstop_requests_patient_id", "patient_id"),
        UniqueConstraint("county_code", "hospital", "bill_number", name="uq_backstop_requests_bill"),
        CheckConstraint("to_on >= from_on", name="stay"),
        CheckConstraint("asked_fen > 0 AND asked_fen <= bill_fen - insured_fen - family_fen", name="asked"),
        CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> asked_by", name="two_hands"),
        CheckConstraint("paid_by IS NULL OR (paid_by <> asked_by AND paid_by <> decided_by)", name="third_hand"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    hospital: Mapped[str] = mapped_column(String(100))
    bill_number: Mapped[str] = mapped_column(String(60))
    # first and last day of the stay that the bill is for
    from_on: Mapped[date]
    to_on: Mapped[date]
    bill_fen: Mapped[int] = mapped_column(BigInteger)
    # what insurance and family pay of it
    insured_fen: Mapped[int] = mapped_column(BigInteger)
    family_fen: Mapped[int] = mapped_column(BigInteger)
    asked_fen: Mapped[int] = mapped_column(BigInteger)
    ground: Mapped[BackstopGround] = mapped_column(Coded(BackstopGround))
    state: Mapped[BackstopState] = mapped_column(Coded(BackstopState), default=BackstopState.ASKED)
    refusal: Mapped[BackstopRefusal | None] = mapped_column(Coded(BackstopRefusal))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    paid_on: Mapped[date | None]
    # the bank's slip
    slip_number: Mapped[str] = mapped_column(String(60), default="")
    paid_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
